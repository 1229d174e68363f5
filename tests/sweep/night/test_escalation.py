"""Pages that only a browser can show: which are rendered, how many, and what takes the place of what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from crawler.browser.escalate import FEWEST, Renders, Why, budget, in_groups, observe
from crawler.browser.tab import Opened, Rendered, Trouble
from crawler.markup.page import Page
from crawler.model import Fetched, Outcome, Period, Request, Unit, UnitKind
from crawler.walking.walk import Walk, WalkPlan
from storage.repo import Store
from storage.unit_store import UnitStore
from storage.values import SweepPlan
from sweep.night.escalation import escalate, note_unshown
from sweep.verdicts.evidence import RENDER

ROOT = "http://www.a.gov.cn"
DAY = date(2026, 11, 20)
UNIT = Unit(id="a", name="示例县人民政府", kind=UnitKind.COUNTY, portal=f"{ROOT}/")
FILLED = "<script>$.ajax({url:'/rows'})</script>"


def html(body: str) -> str:
    return f"<html><head><title>示例县人民政府</title></head><body>{body}</body></html>"


def shell(number: int) -> str:
    return html(f"<div>当前位置：首页 &gt; 栏目{number}</div><ul id=list></ul>{FILLED}")


def filled(number: int) -> str:
    rows = "".join(
        f"<li><a href='/a/{number}{n}.html'>关于第{n}项工作的通知</a><span>2026-11-0{n}</span></li>"
        for n in range(1, 7)
    )
    return html(f"<div>当前位置：首页 &gt; 栏目{number}</div><ul class=list>{rows}</ul>{FILLED}")


PAGES = {
    f"{ROOT}/": html(
        "<ul>" + "".join(f"<li><a href='/c/{n}/'>栏目{n}</a></li>" for n in range(45)) + "</ul>"
    ),
    **{f"{ROOT}/c/{n}/": shell(n) for n in range(45)},
}


class Net:
    """Serves PAGES; renders what `rendered` says, notes what it was asked to render."""

    def __init__(self, rendered: dict[str, Rendered | Trouble] | Trouble) -> None:
        self._rendered = rendered
        self.asked: list[str] = []
        self.pages = dict(PAGES)

    async def fetch(self, request: Request) -> Fetched:
        text = self.pages.get(request.url)
        if text is None:
            return Fetched(request.url, request.url, Outcome.GONE, 404)
        return Fetched(
            request.url,
            request.url,
            Outcome.OK,
            200,
            {"content-type": "text/html; charset=utf-8"},
            text.encode(),
        )

    async def render(self, url: str) -> Rendered | Trouble:
        self.asked.append(url)
        return self._rendered if isinstance(self._rendered, Trouble) else self._rendered[url]


def shown(number: int, *, complete: bool = True) -> Rendered:
    url = f"{ROOT}/c/{number}/"
    return Rendered(Opened(Outcome.OK, 200, url, None, True), filled(number), complete=complete)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[UnitStore]:
    async with await Store.open(f"sqlite:///{tmp_path}/a.db") as opened:
        plan = SweepPlan(
            key="k",
            as_of=DAY,
            period=Period(start=date(2026, 1, 1), end=DAY),
            seed=1,
            packs=("jilin-2021",),
            units=(UNIT,),
            seeds_file="seeds.yaml",
            tool_version="0",
            options={},
        )
        sweep = await opened.create_sweep(plan)
        yield await opened.unit(sweep.id, "a")


def plan() -> WalkPlan:
    def seen(page: Page) -> dict[str, str]:
        wanted = observe(page)
        return {RENDER: wanted.model_dump_json()} if wanted else {"rows": "1"}

    return WalkPlan(UNIT, Period(start=date(2026, 1, 1), end=DAY), DAY, seen)


async def renders(store: UnitStore) -> Renders:
    return Renders.model_validate_json(await store.gathered(RENDER) or "{}")


async def test_what_the_browser_shows_takes_the_place_of_the_shell(store: UnitStore) -> None:
    net = Net({f"{ROOT}/c/{n}/": shown(n) for n in range(45)})
    await Walk(plan(), net, store).run()
    assert len(await store.evidence(RENDER)) == 45
    assert await escalate(store, plan(), net)  # its rows are links that were not known before
    assert net.asked == [f"{ROOT}/c/{n}/" for n in range(FEWEST)]  # 5 % of 46 pages would be two
    facts = {one.url: one for one in await store.facts()}
    assert [url for url, one in facts.items() if one.rendered] == net.asked
    assert [url for url, _ in await store.evidence("rows") if "/c/" in url] == net.asked
    left = 45 - FEWEST
    assert len(await store.evidence(RENDER)) == left
    unshown = tuple(sorted(f"{ROOT}/c/{n}/" for n in range(FEWEST, 45)))
    pages = dict.fromkeys(net.asked, Why.ROWS)
    assert await renders(store) == Renders(pages=pages, left=left, unshown=unshown)
    assert not await escalate(store, plan(), net)  # a second run of the stage does nothing
    assert len(net.asked) == FEWEST


async def test_one_look_in_vain_decides_for_the_siblings(store: UnitStore) -> None:
    net = Net({f"{ROOT}/c/{n}/": shown(n, complete=False) for n in range(45)})
    await Walk(plan(), net, store).run()
    assert not await escalate(store, plan(), net)
    assert net.asked == [f"{ROOT}/c/0/"]
    assert len(await store.evidence(RENDER)) == 45  # nothing was replaced
    assert (await renders(store)).in_vain == {f"{ROOT}/c/0/": Why.ROWS}


async def test_without_a_browser_everything_stays_as_it_is(store: UnitStore) -> None:
    net = Net(Trouble.MISSING)
    await Walk(plan(), net, store).run()
    assert not await escalate(store, plan(), net)
    assert len(net.asked) == 1
    unshown = tuple(sorted(f"{ROOT}/c/{n}/" for n in range(45)))
    assert await renders(store) == Renders(left=45, unshown=unshown, trouble=Trouble.MISSING)
    assert not any(one.rendered for one in await store.facts())


async def test_lists_that_rendered_pages_led_to_stay_unshown_as_well(store: UnitStore) -> None:
    """The browser had its turn when a column that it showed led to another that only scripts fill."""
    leading = filled(0).replace("</body>", "<div class=nav><a href='/late/'>迟到栏目</a></div></body>")
    rendered = Rendered(Opened(Outcome.OK, 200, f"{ROOT}/c/0/", None, True), leading, complete=True)
    net = Net({f"{ROOT}/c/0/": rendered, **{f"{ROOT}/c/{n}/": Trouble.BUDGET for n in range(1, 45)}})
    net.pages[f"{ROOT}/late/"] = shell(99)
    await Walk(plan(), net, store).run()
    assert await escalate(store, plan(), net)
    await Walk(plan(), net, store).run()
    await note_unshown(store, plan())
    unshown = (await renders(store)).unshown
    assert f"{ROOT}/late/" in unshown and f"{ROOT}/c/0/" not in unshown


async def test_each_page_behind_a_fragment_is_shown_by_itself(
    store: UnitStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disclosure shell whose interface does not answer us: one document, a page for each category."""
    shells = [f"{ROOT}/gkmlpt/index#{n}" for n in (12, 7)]
    links = "".join(f"<li><a href='{url}'>法定公开{url[-2:]}</a></li>" for url in shells)
    tree = "TREE: [{id: 12, name: '规划'}, {id: 7, name: '统计'}], SID: '755001'"
    monkeypatch.setitem(PAGES, f"{ROOT}/", html(f"<ul>{links}</ul><p>{'欢迎访问。' * 60}</p>"))
    monkeypatch.setitem(
        PAGES, f"{ROOT}/gkmlpt/index", html(f"<div id=app></div><script>window._CONFIG = {{{tree}}}</script>")
    )
    shown_as = {url: Rendered(Opened(Outcome.OK, 200, url, None, True), filled(n), complete=True)
                for n, url in enumerate(shells)}  # fmt: skip
    net = Net({**shown_as, f"{ROOT}/gkmlpt/index": Trouble.BUDGET})
    monkeypatch.setattr("sweep.night.escalation.budget", lambda visited: 3)
    await Walk(plan(), net, store).run()
    assert {url for url, _ in await store.evidence(RENDER)} >= set(shells)
    assert await escalate(store, plan(), net)
    facts = {one.url: one for one in await store.facts()}
    assert [(facts[url].rendered, facts[url].final_url) for url in shells] == [(True, url) for url in shells]
    assert {url for url, _ in await store.evidence("rows")} >= set(shells)
    assert {one.parent for one in await store.visited() if "/a/" in one.url} <= set(shells)


def test_templates_are_told_by_reason_and_folder() -> None:
    wanted = [
        ("http://a/xxgk/12/", Why.ROWS),
        ("http://a/xxgk/7/", Why.ROWS),
        ("http://a/list_3.html", Why.ROWS),
        ("http://a/list_4.html", Why.SHELL),
        ("http://a/gkmlpt/index#12", Why.ROWS),
        ("http://a/gkmlpt/index#7", Why.ROWS),
        ("http://a/", Why.HOME),
    ]
    assert in_groups(wanted) == [
        ["http://a/"],
        ["http://a/xxgk/12/", "http://a/xxgk/7/"],
        ["http://a/list_3.html"],
        ["http://a/list_4.html"],
        ["http://a/gkmlpt/index#12", "http://a/gkmlpt/index#7"],
    ]
    assert (budget(3), budget(1000)) == (FEWEST, 50)


def test_a_rendered_page_is_never_asked_for_again() -> None:
    page = Page(f"{ROOT}/c/1/", shell(1).encode(), rendered=True)
    assert observe(page) is None
    assert observe(Page(f"{ROOT}/c/1/", shell(1).encode())) is not None
    assert observe(Page(f"{ROOT}/c/1/", filled(1).encode())) is None
