"""Toolbars that work, half work, pretend, need two clicks, stand in a frame or are a site of their own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from crawler.browser.browser import Browser
from crawler.browser.chromium import find_chromium
from crawler.browser.tab import Trouble
from crawler.browser.toolbar_controls import Effect
from crawler.browser.toolbar_use import Use, use_entry
from crawler.model import Outcome
from tests.crawler.minisite import gate, site

pytestmark = [
    pytest.mark.browser,
    pytest.mark.asyncio(loop_scope="module"),  # one browser for all of them
    pytest.mark.skipif(find_chromium(os.environ) is None, reason="no Chromium on this machine"),
]
ALL = set(Effect)
TEXT = (
    "".join(f"<p class=t>第{n}条：全县政务公开工作有序推进。</p>" for n in range(12))
    + "<div id=ads>友情链接与专题</div>" * 20
)
TOOLS = """
const doc = window.top.document;
function larger() { doc.body.style.zoom = "1.5"; }
function colour() { doc.documentElement.style.filter = "invert(1)"; }
function line() {
  const bar = doc.createElement("div");
  bar.style.cssText = "position:fixed;left:0;right:0;height:3px;background:red;top:9px;pointer-events:none";
  doc.body.append(bar);
  doc.addEventListener("mousemove", (event) => { bar.style.top = event.clientY + "px"; });
}
function voice() { new Audio("/say.mp3").play(); }
function elder() {
  doc.body.className = "elder";
  doc.querySelectorAll("#ads").forEach((node) => node.remove());
}
function show(parent, list) {
  for (const [words, act] of list) {
    const button = document.createElement("button");
    button.innerHTML = words; button.onclick = act; parent.append(button);
  }
}
"""
WORDS = """[["语音", voice], ["十字线", line], ["高对比", colour], ["长辈版", elder], ["A+", larger],
  ["退出", () => location.reload()]]"""
ICONS = "[voice, line, colour, elder, larger].map((act) => [`<img width=20 height=20 src=/i.png>`, act])"


def page(entry: str, script: str = "", body: str = TEXT) -> str:
    return f"<title>首页</title><body>{entry}{body}<script>{TOOLS}{script}</script></body>"


def bar(tools: str) -> str:
    made = "const bar = document.createElement('div'); document.body.prepend(bar);"
    return f"function openBar() {{ {made} show(bar, {tools}); }}"


Used = Callable[[dict[str, str]], Awaitable[Use]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def used() -> AsyncIterator[Used]:
    async with gate() as way, Browser(way) as browser:

        async def use(pages: dict[str, str]) -> Use:
            async with site() as own:
                own.pages = pages
                made = await browser.browse(lambda tab: use_entry(tab, own.url(), own.url("/a")))
            assert not isinstance(made, Trouble)
            return made

        yield use


def effects(use: Use) -> set[Effect]:
    return {proved.effect for proved in use.proved}


async def test_every_effect_of_a_working_bar_is_seen(used: Used) -> None:
    use = await used({"/": page("<a onclick='openBar()'>无障碍浏览</a>", bar(WORDS)), "/a": page("")})
    assert effects(use) == ALL
    assert {proved.effect: proved.by for proved in use.proved}[Effect.FONT] == "A+"
    assert next(one for one in use.proved if one.effect is Effect.FONT).lasts is False
    assert "退出" not in use.tried


async def test_a_bar_of_icons_is_tried_icon_by_icon(used: Used) -> None:
    entry = "<img id=wza width=30 height=30 src=/w.png onclick='openBar()'>"
    use = await used({"/": page(entry, bar(ICONS))})
    assert effects(use) >= ALL - {Effect.SPECIAL_VIEW}


async def test_what_does_nothing_is_told_apart_from_what_works(used: Used) -> None:
    half = '[["语音", () => 0], ["十字线", () => 0], ["高对比", colour], ["放大", larger]]'
    use = await used({"/": page("<a onclick='openBar()'>无障碍</a>", bar(half))})
    assert effects(use) == {Effect.COLOUR, Effect.FONT}
    assert {one.effect for one in use.idle} == {Effect.VOICE, Effect.GUIDE_LINE}
    assert use.opened and not use.untried


async def test_a_bar_that_pretends_proves_nothing(used: Used) -> None:
    fake = '["语音", "十字线", "高对比", "长辈版", "放大"].map((words) => [words, () => 0])'
    use = await used({"/": page("<a onclick='openBar()'>无障碍</a>", bar(fake))})
    assert effects(use) == set()
    assert {one.effect for one in use.idle} == ALL
    assert use.settled and use.readable and not use.untried


async def test_two_clicks_lead_to_the_bar(used: Used) -> None:
    menu = "function menu() { const m = document.createElement('div'); document.body.prepend(m);"
    menu += "show(m, [['无障碍版', openBar], ['意见', () => 0]]); }"
    use = await used({"/": page("<a onclick='menu()'>无障碍</a>", bar(WORDS) + menu)})
    assert effects(use) == ALL


async def test_a_bar_in_a_frame_acts_on_the_page(used: Used) -> None:
    opens = "function openBar() { const f = document.createElement('iframe'); f.src = '/bar'; f.width = 900;"
    opens += "document.body.prepend(f); }"
    inner = f"<div id=b></div><script>{TOOLS} show(b, {WORDS})</script>"
    use = await used({"/": page("<a onclick='openBar()'>适老化</a>", opens), "/bar": inner})
    assert effects(use) == ALL


@pytest.mark.parametrize("target", ["", " target=_blank"])
async def test_a_site_of_its_own_is_a_view(used: Used, target: str) -> None:
    elder = page("", "", f"<style>body {{ font-size: 28px }}</style>{TEXT}").replace("首页", "长者专版")
    use = await used({"/": page(f"<a href=/old/{target}>长者专版</a>"), "/old/": elder})
    assert effects(use) == {Effect.FONT, Effect.SPECIAL_VIEW}


async def test_a_dead_script_is_named(used: Used) -> None:
    use = await used({"/": page("<a onclick='aria.start()'>无障碍</a><script src=/js/aria.js></script>")})
    assert (use.opened, use.proved) == (False, ())
    assert use.gone is not None and use.gone.endswith("/js/aria.js")


async def test_a_script_that_cannot_be_had_from_here_proves_nothing(used: Used) -> None:
    use = await used(
        {
            "/": page(
                "<a onclick='aria.start()'>无障碍</a><script src=http://127.0.0.1:9/dist/aria.js></script>"
            )
        }
    )
    assert use.gone is None
    assert use.unread == ("http://127.0.0.1:9/dist/aria.js",)


async def test_what_lies_under_something_else_was_not_tried_by_mouse(used: Used) -> None:
    cover = "<div style='position:fixed;inset:0;z-index:99'></div>"
    use = await used({"/": page(f"{cover}<a onclick='openBar()'>无障碍</a>", bar('[["放大", () => 0]]'))})
    assert "无障碍" in use.untried


async def test_no_entry_and_no_page(used: Used) -> None:
    use = await used({"/": page("<a href=/x>我县推进无障碍环境建设立法调研工作座谈会召开</a>")})
    assert (use.entry, use.outcome) == ("", Outcome.OK)
    assert (await used({})).outcome is Outcome.GONE


ODD = """function openBar() {
  const host = document.createElement("div"); document.body.prepend(host);
  const list = document.createElement("ul"); host.attachShadow({ mode: "open" }).append(list);
  const acts = { v: voice, l: line, c: colour, e: elder };
  list.innerHTML = "<li data-k=v>语音</li><li data-k=l>辅助线</li><li data-k=c>配色</li>" +
    "<li data-k=e>老年版</li><label>字体缩放<input type=range min=1 max=2 step=.1 value=1></label>";
  list.addEventListener("click", (event) => { (acts[event.target.dataset.k] || (() => 0))(); });
  list.addEventListener("input", (event) => { document.body.style.zoom = event.target.value; });
}
function ask() { if (confirm("进入无障碍模式？")) setTimeout(openBar, 1500); }"""


async def test_a_bar_that_asks_first_comes_late_and_hides_its_parts(used: Used) -> None:
    """In a shadow tree, its parts plain words behind one listener, the size a slider."""
    use = await used({"/": page("<button aria-label=无障碍 onclick='ask()'><svg></svg></button>", ODD)})
    assert effects(use) == ALL


KEPT = """function mode(name) { document.cookie = name + "=1; path=/"; location.reload(); }
if (document.cookie.includes("elder=1")) {
  document.documentElement.style.fontSize = "28px";
  const bar = document.createElement("div"); document.body.prepend(bar);
  show(bar, [["语音播报", voice], ["高对比度", () => mode("dark")]]);
}
if (document.cookie.includes("dark=1")) document.body.style.cssText = "background: #000; color: #ff0";"""


async def test_a_mode_kept_in_a_cookie_shows_after_a_reload(used: Used) -> None:
    style = "<style>.t { font-size: 1rem }</style>"
    use = await used({"/": style + page("<a onclick='mode(`elder`)'>适老模式</a>", KEPT), "/a": page("")})
    assert effects(use) == {Effect.FONT, Effect.COLOUR, Effect.VOICE, Effect.SPECIAL_VIEW}
    assert {one.effect: one.by for one in use.proved}[Effect.COLOUR] == "高对比度"


TRACES = """[["语音", () => fetch("/api/read?words=1")],
  ["十字线", () => doc.body.append(doc.createElement("canvas"))],
  ["高对比", () => 0], ["字号放大", () => { doc.querySelector(".t").style.fontSize = "30px" }]]"""


async def test_what_leaves_a_trace_is_neither_proved_nor_missed(used: Used) -> None:
    use = await used({"/": page("<a onclick='openBar()'>无障碍</a>", bar(TRACES))})
    assert effects(use) == set()
    assert set(use.unclear) == {Effect.VOICE, Effect.GUIDE_LINE, Effect.FONT}
    assert Effect.COLOUR in {one.effect for one in use.idle}


async def test_a_tool_drawn_late_by_its_script_is_waited_for(used: Used) -> None:
    draws = "const a = document.createElement('a'); a.textContent = '无障碍浏览'; a.onclick = openBar;"
    late = f"setTimeout(() => {{ {draws} document.body.prepend(a); }}, 1500)"
    script = TOOLS + bar('[["放大", larger]]') + late
    use = await used({"/": page("<script src=/js/wza.js></script>"), "/js/wza.js": script})
    assert (use.entry, effects(use)) == ("无障碍浏览", {Effect.FONT})


async def test_what_only_acts_on_the_next_page_is_seen_there(used: Used) -> None:
    stores = bar('[["字号放大", () => { localStorage.size = 1 }]]')
    acts = "if (localStorage.size) document.body.style.zoom = 1.5;"
    use = await used({"/": page("<a onclick='openBar()'>无障碍</a>", stores), "/a": page("", acts)})
    assert [(one.effect, one.lasts) for one in use.proved] == [(Effect.FONT, True)]


LOADS = (
    "const s = document.createElement(`script`); s.src = `http://127.0.0.1:9/bar.js`; document.body.append(s)"
)


@pytest.mark.parametrize(
    "entry", [f"<a onclick='{LOADS}'>无障碍</a>", "<a href=http://127.0.0.1:9/wza target=_blank>无障碍</a>"]
)
async def test_a_tool_that_does_not_reach_us_proves_nothing(
    used: Used, entry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.browser.toolbar_use._PATIENCE", 2)
    use = await used({"/": page(entry)})
    assert not use.opened
    assert use.unread == ("http://127.0.0.1:9/bar.js",) or use.untried == ("无障碍",)
