"""Are there empty columns (空白栏目), blank documents (空白文档) and columns nobody keeps up?

Evidence: rows, text and media of every page the walk reached; what seems empty is fetched and read again.
A column that a script, a frame or a system elsewhere might fill is untested, never empty.
Source: docs/method.md, Columns; days by kind in lexicon.yaml.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum

from crawler.browser.escalate import fetched_of
from crawler.browser.tab import Trouble
from crawler.markup.page import Page
from crawler.model import Frozen, PageFacts
from probes.base import Check, Evidence, Finding, Net, PortalState, Probe, Reason, Result
from probes.base import Seen as SeenPage
from probes.column_evidence import Body, observe
from probes.column_holds import (
    Holds,
    Seen,
    articles_of,
    columns_of,
    common_scripts,
    holds,
    is_blank,
    kind_of,
    newest_of,
    parents,
)
from probes.lexicon import ColumnKind
from probes.page_again import page_with_pieces

CHECKS = (
    Check("columns.empty", "无空白栏目"),
    Check("columns.blank", "无空白文档"),
    Check("columns.stale", "栏目按期更新"),
)

MAX_LOOKS = 200  # pages read again: no more findings are listed anyway
LISTED = 50


class Limits(Frozen):
    tested_share: float = 0.9
    blank_characters: int = 15  # fewer are no text (assumed)


class Read(StrEnum):
    """What the second look at a seemingly empty page said."""

    EMPTY = "empty"
    FILLED = "filled"
    UNREAD = "unread"


class Again(Frozen):
    """Pages that seemed empty, and what they were found to be later."""

    suspects: tuple[str, ...] = ()
    read: Mapping[str, Read] = {}


# -- the second look


async def gather(evidence: Evidence[Body], net: Net) -> Again:
    """Names what seems empty; nothing is asked yet."""
    if evidence.context.portal is not PortalState.OPEN:
        return Again()
    common, folders = _setting(evidence)
    columns = [
        seen for seen in columns_of(evidence) if holds(seen, common, folders) in (Holds.EMPTY, Holds.BUILDING)
    ]
    blank = [seen for seen in articles_of(evidence) if is_blank(seen, common, Limits().blank_characters)]
    return Again(suspects=tuple(seen.facts.url for seen in (*columns, *blank))[:MAX_LOOKS])


async def confirm(evidence: Evidence[Body], net: Net) -> Again:
    """Fetch and read again what seemed empty, on fresh connections."""
    again = evidence.gathered
    assert isinstance(again, Again)
    common, folders = _setting(evidence)
    pages = {seen.facts.url: seen for seen in evidence.pages}
    read: dict[str, Read] = {}
    for url in again.suspects:
        body = await _read_again(net, pages[url].facts)
        if body is None:
            read[url] = Read.UNREAD
            continue
        seen = SeenPage(pages[url].facts, body)
        empty = holds(seen, common, folders) in (Holds.EMPTY, Holds.BUILDING)
        blank = is_blank(seen, common, Limits().blank_characters) is True
        read[url] = Read.EMPTY if (blank if body.article else empty) else Read.FILLED
    return again.model_copy(update={"read": read})


async def _read_again(net: Net, facts: PageFacts) -> Body | None:
    """The page with the pieces that belong to it, all asked anew; None where it did not come."""
    if facts.rendered:
        return await _shown_again(net, facts)
    page = await page_with_pieces(net, facts.final_url.partition("#")[0], fresh=True)
    if page is None:
        return None
    if "#" in facts.final_url:
        page.url = facts.final_url
    return observe(page)


async def _shown_again(net: Net, facts: PageFacts) -> Body | None:
    """What only the browser could show, shown anew."""
    rendered = await net.render(facts.final_url)
    if isinstance(rendered, Trouble) or not rendered.ok or not rendered.complete:
        return None
    page = Page.of(fetched_of(facts.final_url, rendered), includes=rendered.frames)
    page.url = facts.final_url
    return observe(page)


def open_pages(evidence: Evidence[Body]) -> list[str]:
    """Columns and articles that look empty and may be filled by script: only the browser can tell."""
    common, folders = _setting(evidence)
    columns = [seen for seen in columns_of(evidence) if holds(seen, common, folders) is Holds.UNTESTED]
    shortest = Limits().blank_characters
    articles = [seen for seen in articles_of(evidence) if is_blank(seen, common, shortest) is None]
    return [
        seen.facts.url for seen in (*columns, *articles) if not seen.facts.rendered and not seen.data.away
    ]


def empty_pages(evidence: Evidence[Body]) -> list[str]:
    """Columns that look empty beside scripts of the site: a browser has the last word where there is one."""
    common, folders = _setting(evidence)
    return [
        seen.facts.url
        for seen in columns_of(evidence)
        if seen.data.scripts
        and not seen.facts.rendered
        and holds(seen, common, folders) in (Holds.EMPTY, Holds.BUILDING)
    ]


def _setting(evidence: Evidence[Body]) -> tuple[frozenset[str], frozenset[str]]:
    return common_scripts(evidence.pages), parents(columns_of(evidence))


# -- judging


def judge(evidence: Evidence[Body], limits: Limits) -> Iterator[Result]:
    again = evidence.gathered if isinstance(evidence.gathered, Again) else Again()
    yield judge_empty(evidence, again, limits)
    yield judge_blank(evidence, again, limits)
    yield judge_stale(evidence, limits)


def judge_empty(evidence: Evidence[Body], again: Again, limits: Limits) -> Result:
    common, folders = _setting(evidence)
    columns = [(seen, holds(seen, common, folders, limits.blank_characters)) for seen in columns_of(evidence)]
    counted = [(seen, state) for seen, state in columns if state is not Holds.EXEMPT]
    doubtful = [(seen, state) for seen, state in counted if state in (Holds.EMPTY, Holds.BUILDING)]
    bad = [(seen, state) for seen, state in doubtful if again.read.get(seen.facts.url) is Read.EMPTY]
    unsettled = [seen for seen, _ in doubtful if again.read.get(seen.facts.url, Read.UNREAD) is Read.UNREAD]
    open_ones = [seen for seen, state in counted if state is Holds.UNTESTED]
    observed = {
        "needs_browser": [seen.facts.final_url for seen in open_ones][:LISTED],
        "exempt": len(columns) - len(counted),
    }
    if not counted:
        return _none_seen("columns.empty", evidence, observed)
    return Result.of(
        "columns.empty",
        defects=[_empty_column(seen, state) for seen, state in bad],
        population=len(counted),
        tested=len(counted) - len(open_ones) - len(unsettled),
        tested_share=limits.tested_share,
        reason=_unshown(evidence, open_ones if len(open_ones) >= len(unsettled) else []),
        needs_review=any(state is Holds.BUILDING for _, state in bad),
        observed=observed,
    )


def _unshown(evidence: Evidence[Body], pages: Sequence[Seen]) -> Reason:
    """Why most of these pages stay open; of none, because a second look did not come."""
    reasons = Counter(evidence.context.unshown(seen.facts.url) for seen in pages)
    return min(reasons, key=lambda reason: (-reasons[reason], reason), default=Reason.UNREADABLE)


def _none_seen(check: str, evidence: Evidence[Body], observed: Mapping[str, object]) -> Result:
    if evidence.context.truncated:
        return Result.unknown(check, Reason.BUDGET, observed=observed)
    return Result.unknown(check, Reason.TOO_FEW_SAMPLES, observed=observed)


def _name(seen: Seen) -> str:
    return seen.data.name or seen.facts.anchor or seen.facts.title


def _empty_column(seen: Seen, state: Holds) -> Finding:
    nothing = seen.data.nothing
    words = (nothing.building or nothing.words) if nothing is not None else ""
    shown = f"页面显示“{words}”" if words else "页面没有信息条目，也没有正文"
    building = state is Holds.BUILDING
    return Finding(
        url=seen.facts.final_url,
        subject=seen.facts.final_url,
        message=f"栏目“{_name(seen)}”{'正在建设或维护，没有内容' if building else '是空白栏目'}",
        expected="栏目有信息条目，或有一篇说明性内容；确无信息的，注明“本年度无……”及日期",
        found=f"{shown}（两次访问相同）",
        advice="请补充内容，或合并、撤下该栏目" + ("；请人工确认是否属于临时维护" if building else ""),
    )


def judge_blank(evidence: Evidence[Body], again: Again, limits: Limits) -> Result:
    common = common_scripts(evidence.pages)
    articles = articles_of(evidence)
    states = [(seen, is_blank(seen, common, limits.blank_characters)) for seen in articles]
    bad = [seen for seen, blank in states if blank and again.read.get(seen.facts.url) is Read.EMPTY]
    unread = [
        seen for seen, blank in states if blank and again.read.get(seen.facts.url, Read.UNREAD) is Read.UNREAD
    ]
    open_ones = [seen for seen, blank in states if blank is None]
    observed = {"needs_browser": [seen.facts.final_url for seen in open_ones][:LISTED]}
    if not articles:
        return _none_seen("columns.blank", evidence, observed)
    return Result.of(
        "columns.blank",
        defects=[_blank(seen, limits) for seen in bad],
        population=len(articles),
        tested=len(articles) - len(open_ones) - len(unread),
        tested_share=limits.tested_share,
        reason=_unshown(evidence, open_ones),
        observed=observed,
    )


def _blank(seen: Seen, limits: Limits) -> Finding:
    return Finding(
        url=seen.facts.parent or seen.facts.final_url,
        subject=seen.facts.final_url,
        message=f"文章“{seen.facts.title}”没有内容",
        expected=f"有正文（不少于 {limits.blank_characters} 字），或有图片、视频、附件",
        found="两次访问均没有正文、图片、视频和附件",
        advice="请补充正文，或删除这篇文章",
    )


# -- how fresh a column is

Aged = tuple[Seen, ColumnKind, date | None]


def judge_stale(evidence: Evidence[Body], limits: Limits) -> Result:
    as_of = evidence.context.as_of
    aged = list(_aged(evidence))
    due = [one for one in aged if one[1].fault]
    observed = {
        "warnings": [
            {"url": seen.facts.final_url, "kind": kind.title, "newest": newest.isoformat()}
            for seen, kind, newest in aged
            if not kind.fault and newest is not None and newest < kind.oldest(as_of)
        ][:LISTED],
        "undated": [seen.facts.final_url for seen, _, newest in due if newest is None][:LISTED],
    }
    open_ones = _unshown_due(evidence)
    if not due and open_ones:
        return Result.unknown("columns.stale", _unshown(evidence, open_ones), observed=observed)
    if not due:
        if evidence.context.truncated:
            return Result.unknown("columns.stale", Reason.BUDGET, observed=observed)
        return Result.not_applicable("columns.stale", observed=observed)
    dated = [(seen, kind, newest) for seen, kind, newest in due if newest is not None]
    return Result.of(
        "columns.stale",
        defects=[_stale(*one, as_of) for one in dated if one[2] < one[1].oldest(as_of)],
        population=len(due),
        tested=len(dated),
        tested_share=limits.tested_share,
        reason=Reason.UNDATED,
        observed=observed,
    )


def _unshown_due(evidence: Evidence[Body]) -> list[Seen]:
    """Columns of a kind that is asked for news, whose rows only scripts bring that no browser has run."""
    unshown = {page.url for page in evidence.unshown}
    open_ones = [seen for seen in evidence.pages if seen.facts.url in unshown]
    return [seen for seen in open_ones if (kind := kind_of(seen)) is not None and kind.fault]


def _aged(evidence: Evidence[Body]) -> Iterator[Aged]:
    """Lists of a kind that is asked for news, with their newest day; None where a newer one may be there."""
    as_of = evidence.context.as_of
    opened = {page.url: page.date for page in evidence.visited}
    for seen in columns_of(evidence):
        body = seen.data
        kind = kind_of(seen) if body.rows and not body.hub else None
        if kind is None or (body.menu_like and body.nothing is not None):
            continue
        newest, sure = newest_of(body, opened, as_of)
        late = newest is not None and newest < kind.oldest(as_of)
        yield seen, kind, None if late and not sure else newest


def _stale(seen: Seen, kind: ColumnKind, newest: date, as_of: date) -> Finding:
    limit = f"{kind.days} 天" if kind.days is not None else f"{kind.months} 个月"
    return Finding(
        url=seen.facts.final_url,
        subject=seen.facts.final_url,
        message=f"栏目“{_name(seen)}”超过 {limit}没有更新",
        expected=f"{kind.title}栏目最新一条信息的日期不早于 {kind.oldest(as_of)}",
        found=f"最新一条为 {newest}，距基准日 {as_of} 已 {(as_of - newest) // timedelta(days=1)} 天",
        advice="请及时发布信息；长期没有信息的栏目可合并或撤下",
    )


PROBE = Probe(
    id="columns",
    checks=CHECKS,
    limits=Limits,
    judge=judge,
    evidence=Body,
    observe=observe,
    gathers=Again,
    gather=gather,
    confirm=confirm,
    unsettled=lambda again: any(url not in again.read for url in again.suspects),
)
