"""Is the site shown properly by a common browser, at a window of 1366 pixels?

Evidence: home, one column and one article in Chromium: text, script errors, blocked parts, the page's width.
A fault is told when two openings show it, and a person confirms it (needs_review). Source: docs/method.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from crawler.browser.tab import Tab, Trouble
from crawler.model import Frozen, Outcome, PageFacts, Role
from probes.base import Check, Evidence, Finding, Net, Probe, Proof, Reason, Result

CHECKS = (Check("site.display", "主流浏览器正常显示"),)
LOOKS = 2  # openings before a fault is told
_WIDTH = 1366
_ROLES = (Role.HOME, Role.COLUMN, Role.ARTICLE)
_FACTS = """() => {
  const root = document.documentElement, body = document.body;
  const hidden = [root, body].some((node) => node && /hidden|clip/.test(getComputedStyle(node).overflowX));
  const plugins = [...document.querySelectorAll("object,embed")].filter((node) => {
    const box = node.getBoundingClientRect();
    const kind = `${node.type || ""} ${node.getAttribute("classid") || ""} ${node.getAttribute("src") || ""}`;
    const large = box.width * box.height > innerWidth * innerHeight / 4;
    return large && /flash|clsid|\\.swf|activex|silverlight/i.test(kind);
  });
  return {
    characters: body ? body.innerText.replace(/\\s+/g, "").length : 0,
    text: body ? body.innerText.replace(/\\s+/g, " ").trim().slice(0, 600) : "",
    pictures: document.images.length,
    frames: document.querySelectorAll("iframe,frame").length,
    plugins: plugins.length,
    width: hidden ? 0 : root.scrollWidth,
  };
}"""
_PLUGIN = re.compile(
    r"请(?:您)?(?:使用|用|采用|安装|更换|升级|下载)[^。，,]{0,12}(?:IE\b|IE\s?\d|Internet Explorer|兼容模式)"
    r"|(?:仅|只)支持[^。，,]{0,6}(?:IE|Internet Explorer)"
    r"|(?:需要|请)(?:先)?(?:安装|下载|启用|更新)[^。，,]{0,10}(?:Flash|ActiveX|Silverlight|插件)"
    r"|您?没有安装\s?Flash",
    re.IGNORECASE,
)
_MIXED = re.compile(r"Mixed Content.*(?:stylesheet|script|frame)", re.IGNORECASE | re.DOTALL)


class Shown(Frozen):
    """How one page was shown."""

    url: str
    role: Role
    outcome: Outcome = Outcome.OK
    settled: bool = True
    characters: int = 0
    text: str = ""  # its beginning
    pictures: int = 0
    frames: int = 0
    plugins: int = 0  # that fill a good part of the window
    width: int = 0  # pixels of the page; 0 where it does not scroll sideways
    errors: tuple[str, ...] = ()  # uncaught, of its own scripts
    mixed: int = 0  # style sheets and scripts blocked because they came over http
    lost: bool = False  # a style sheet or script could not be had from here
    picture: str | None = None


class Looked(Frozen):
    """The openings in their order: each a list of pages."""

    looks: tuple[tuple[Shown, ...], ...] = ()
    trouble: Trouble | None = None


class Limits(Frozen):
    """Assumed: with less visible text a page is empty; so many pixels too wide, its layout is broken."""

    empty_characters: int = 30
    notice_characters: int = 600
    overflow_pixels: int = 100
    tested_share: float = 0.9


async def gather(evidence: Evidence[Frozen], net: Net) -> Looked:
    return await _looked(Looked(), evidence, net)


async def confirm(evidence: Evidence[Frozen], net: Net) -> Looked:
    return await _looked(evidence.gathered, evidence, net)


async def _looked(found: Looked, evidence: Evidence[Frozen], net: Net) -> Looked:
    pages = _pages(evidence)

    async def task(tab: Tab) -> tuple[Shown, ...]:
        return tuple([await _shown(tab, page) for page in pages])

    if not pages:
        return found
    looked = await net.browse(task)
    if isinstance(looked, Trouble):
        return found.model_copy(update={"trouble": looked})
    return found.model_copy(update={"looks": (*found.looks, looked)})


def _pages(evidence: Evidence[Frozen]) -> list[PageFacts]:
    chosen: dict[Role, PageFacts] = {}
    for page in evidence.visited:
        if page.outcome is Outcome.OK and page.identified:
            chosen.setdefault(page.role, page)
    return [chosen[role] for role in _ROLES if role in chosen]


async def _shown(tab: Tab, page: PageFacts) -> Shown:
    before = len(tab.complaints), len(tab.traffic)
    opened = await tab.open(page.final_url)
    facts: dict[str, Any] | None = await tab.run(_FACTS)
    if not opened.ok or facts is None:
        outcome = Outcome.TOO_SLOW if opened.ok else opened.outcome
        return Shown(url=page.final_url, role=page.role, outcome=outcome)
    complaints = tab.complaints[before[0] :]
    traffic = tab.traffic[before[1] :]
    return Shown(
        url=page.final_url,
        role=page.role,
        settled=opened.settled,
        errors=tuple(words for words in complaints if words.startswith("uncaught"))[:5],
        mixed=sum(1 for words in complaints if _MIXED.search(words)),
        lost=any(one.kind in ("script", "stylesheet", "xhr", "fetch") and one.failed for one in traffic),
        picture=await tab.picture(f"display-{page.role}"),
        **facts,
    )


def unsettled(found: Looked) -> bool:
    return len(found.looks) == 1 and any(_faults(page, Limits()) for page in found.looks[0])


def judge(evidence: Evidence[Frozen], limits: Limits) -> Iterator[Result]:
    found: Looked = evidence.gathered or Looked()
    if found.trouble is not None:
        yield Result.unknown("site.display", Reason(found.trouble.value), population=1)
        return
    if not found.looks:
        yield Result.unknown("site.display", Reason.UNREADABLE, population=1, observed={"why": "not_opened"})
        return
    first, last = found.looks[0], found.looks[-1]
    before = {page.url: set(_faults(page, limits)) for page in first}
    twice = len(found.looks) >= LOOKS
    defects, tested, suspected = [], 0, []
    for page in last:
        faults = [fault for fault in _faults(page, limits) if fault in before.get(page.url, set())]
        shown = page.outcome is Outcome.OK and page.settled and not _excused(page)
        tested += shown and (twice or not faults)
        if faults and twice:
            defects.append(_finding(page, faults[0], limits))
        elif faults:
            suspected.append(page.url)
    walled = any(page.outcome is Outcome.WALL for page in last)
    yield Result.of(
        "site.display",
        defects=defects,
        population=len(last),
        tested=tested,
        tested_share=limits.tested_share,
        reason=Reason.SUSPECTED if suspected else Reason.BLOCKED if walled else Reason.UNREADABLE,
        needs_review=bool(defects),
        observed={"pages": [page.url for page in last], **({"suspected": suspected} if suspected else {})},
    )


def _faults(page: Shown, limits: Limits) -> list[str]:
    """Which faults the page shows: plugin, mixed, empty, wide. None while something did not reach us."""
    if page.outcome is not Outcome.OK or not page.settled:
        return []
    faults = []
    notice = page.characters < limits.notice_characters and _PLUGIN.search(page.text) is not None
    if notice or page.plugins:
        faults.append("plugin")
    if page.mixed and page.url.startswith("https:"):
        faults.append("mixed")
    if page.lost:
        return faults
    if page.errors and _empty(page, limits):
        faults.append("empty")
    if page.width > _WIDTH + limits.overflow_pixels:
        faults.append("wide")
    return faults


def _empty(page: Shown, limits: Limits) -> bool:
    return page.characters < limits.empty_characters and not page.pictures and not page.frames


def _excused(page: Shown) -> bool:
    """Empty, but for want of parts that could not be had from here."""
    return page.lost and _empty(page, Limits())


def _finding(page: Shown, fault: str, limits: Limits) -> Finding:
    error = page.errors[0].removeprefix("uncaught ") if page.errors else ""
    message, expected, found, advice = {
        "plugin": (
            "网页要求使用 IE 浏览器或安装插件才能浏览。",
            "主流浏览器不装插件即可正常浏览",
            f"页面显示：{page.text[:80]}" if _PLUGIN.search(page.text) else "页面主要内容是 Flash 等插件",
            "去掉对 IE 和插件的依赖，改用标准网页技术",
        ),
        "mixed": (
            "网页的样式或脚本被浏览器拦截。",
            "https 网页引用的样式和脚本也用 https",
            f"有 {page.mixed} 个样式或脚本用 http 引用，被浏览器拦截",
            "把引用地址改为 https 或相对地址",
        ),
        "empty": (
            "网页因脚本错误而显示为空白。",
            "网页内容正常显示",
            f"页面可见文字 {page.characters} 个，脚本错误：{error[:120]}",
            "修复脚本错误，或由服务器直接输出页面内容",
        ),
        "wide": (
            f"在 {_WIDTH} 像素宽的窗口中，页面排版超出窗口。",
            f"页面宽度不超过窗口（允许多出 {limits.overflow_pixels} 像素以内）",
            f"页面宽 {page.width} 像素，需要左右滚动",
            "调整页面布局，使常用分辨率下不出现横向滚动条",
        ),
    }[fault]
    return Finding(
        url=page.url,
        subject=page.url,
        message=message,
        expected=expected,
        found=found,
        advice=advice,
        evidence=(Proof(kind="screenshot", ref=page.picture),) if page.picture else (),
    )


PROBE = Probe(
    id="display",
    checks=CHECKS,
    limits=Limits,
    judge=judge,
    gathers=Looked,
    gather=gather,
    confirm=confirm,
    unsettled=unsettled,
)
