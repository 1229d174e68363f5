"""Are there empty columns (空白栏目), blank documents (空白文档) and columns nobody keeps up?

Evidence: rows, text and media of every page the walk reached; what seems empty is fetched and read again.
A column that a script, a frame or a system elsewhere might fill is untested, never empty.
Source: CONTRACT 5 (Columns), domain/04 §3-4; days by kind in lexicon.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum

from crawler.dates import MonthDay, plausible, url_date, with_year
from crawler.dialects import supplements as dialect_supplements
from crawler.model import Frozen, PageFacts, PageKind, Request, Role
from crawler.page import Page
from crawler.traps import key_of, pattern_of
from probes.base import Check, Evidence, Finding, Net, PortalState, Probe, Reason, Result
from probes.base import Seen as SeenPage
from probes.column_evidence import Body, observe
from probes.lexicon import ColumnKind, column_kind

CHECKS = (
    Check("columns.empty", "无空白栏目"),
    Check("columns.blank", "无空白文档"),
    Check("columns.stale", "栏目按期更新"),
)

MAX_LOOKS = 200  # pages read again: no more findings are listed anyway
LISTED = 50

Seen = SeenPage[Body]


class Limits(Frozen):
    tested_share: float = 0.9
    blank_characters: int = 15  # fewer are no text (domain/04 §3, own default)


class Read(StrEnum):
    """What the second look at a seemingly empty page said."""

    EMPTY = "empty"
    FILLED = "filled"
    UNREAD = "unread"


class Again(Frozen):
    """Pages that seemed empty, and what they were found to be later."""

    suspects: tuple[str, ...] = ()
    read: Mapping[str, Read] = {}


class Holds(StrEnum):
    """What a column holds."""

    CONTENT = "content"
    EXEMPT = "exempt"  # a parent of columns, a way elsewhere, a service
    EMPTY = "empty"
    BUILDING = "building"
    UNTESTED = "untested"


# -- what a column holds

_COLUMNS = frozenset({PageKind.COLUMN, PageKind.DISCLOSURE, PageKind.INTERACTION, PageKind.SERVICE_GUIDE})
_FOOTER_REST = 60  # characters that may be left of an unmarked footer beside words that say "empty" (assumed)


_TURNS = re.compile(r"^(?:第?\s*\d+\s*页?|[上下][一1]?页|[首尾末]页|next|[>»›<«‹\s]+)$", re.I)


def columns_of(evidence: Evidence[Body]) -> list[Seen]:
    """First pages of columns reached from navigation, site map or disclosure tree."""
    found = [seen for seen in evidence.pages if _is_column(seen)]
    by_url = {seen.facts.final_url: seen for seen in found}
    return [seen for seen in found if not _goes_on(seen, by_url.get(seen.facts.parent or ""))]


def _goes_on(seen: Seen, parent: Seen | None) -> bool:
    """Is this a further page of its parent's list?"""
    if parent is None or parent is seen:
        return False
    anchor = seen.facts.anchor.strip()
    if anchor and not _TURNS.match(anchor):
        return False
    return bool(anchor) or (parent.data.name, parent.facts.title) == (seen.data.name, seen.facts.title)


def _is_column(seen: Seen) -> bool:
    facts, body = seen.facts, seen.data
    if facts.role not in (Role.COLUMN, Role.TREE) or not facts.identified or body.article:
        return False
    if pattern_of(key_of(facts.url)).startswith(("page:", "calendar:", "repeat:")):
        return False
    if facts.kind in _COLUMNS:
        return True
    standing = facts.kind is PageKind.ARTICLE and body.has_text
    said_empty = body.nothing is not None and bool(body.nothing.words or body.nothing.building)
    return standing or (facts.kind is PageKind.OTHER and said_empty)


def holds(seen: Seen, common: frozenset[str], folders: frozenset[str], shortest: int = 15) -> Holds:
    """`common`: scripts that pages with static content run too; `folders`: of columns with columns below."""
    body, nothing = seen.data, seen.data.nothing
    if nothing is None:
        return Holds.CONTENT
    if body.hub or body.moved or nothing.form or _folder(seen.facts.final_url) in folders:
        return Holds.EXEMPT
    if nothing.statement:
        return Holds.CONTENT
    if nothing.pictures or nothing.media or nothing.files or body.characters >= shortest:
        return Holds.CONTENT
    says_so = bool(nothing.words or nothing.building or nothing.total_zero)
    if body.rows and not says_so:
        return Holds.CONTENT
    if nothing.own >= (_FOOTER_REST if says_so else shortest):
        return Holds.CONTENT
    if body.needs_browser or body.away or not set(body.scripts) <= common:
        return Holds.UNTESTED
    return Holds.BUILDING if nothing.building else Holds.EMPTY


def common_scripts(pages: Iterable[Seen]) -> frozenset[str]:
    """Scripts of pages whose content stands in the HTML itself: they are not what fills a column."""
    return frozenset(script for seen in pages if seen.data.static for script in seen.data.scripts)


def parents(columns: Iterable[Seen]) -> frozenset[str]:
    """Folders of columns that have another column in a folder below."""
    folders = {_folder(seen.facts.final_url) for seen in columns}
    found: set[str] = set()
    for folder in folders:
        up = folder.rstrip("/").rpartition("/")[0]
        while up.count("/") >= 3:
            found.add(f"{up}/")
            up = up.rpartition("/")[0]
    return frozenset(found & folders)


def _folder(url: str) -> str:
    return url.partition("?")[0].partition("#")[0].rpartition("/")[0] + "/" + url.partition("#")[2]


_LIST_ROWS = 3  # with as many rows, what is an article by its address only may be a list


def is_blank(seen: Seen, common: frozenset[str], shortest: int) -> bool | None:
    """An article without text, picture, medium and attachment; None where that cannot be told."""
    body, nothing = seen.data, seen.data.nothing
    if body.characters >= shortest or body.pictures or body.media or body.files or nothing is None:
        return False
    if nothing.pictures or nothing.media or nothing.files or nothing.own >= shortest or nothing.form:
        return False
    if body.moved or nothing.statement or (body.rows >= _LIST_ROWS and not body.tagged):
        return False
    if body.needs_browser or body.away or not set(body.scripts) <= common:
        return None
    return True


def articles_of(evidence: Evidence[Body]) -> list[Seen]:
    return [
        seen
        for seen in evidence.pages
        if seen.data.article and seen.facts.identified and seen.facts.kind is PageKind.ARTICLE
    ]


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
    fetched = await net.fetch(Request(facts.final_url.partition("#")[0], fresh=True))
    if not fetched.ok or not fetched.body:
        return None
    page = Page.of(fetched)
    if "#" in facts.final_url:
        page.url = facts.final_url
    includes: dict[str, str] = {}
    for request in (*page.supplements(), *dialect_supplements(page))[:12]:
        piece = await net.fetch(request)
        if piece.ok:
            includes[request.url] = Page.of(piece).html
    if includes:
        page = Page.of(fetched, includes=includes)
        if "#" in facts.final_url:
            page.url = facts.final_url
    return observe(page)


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
        reason=Reason.BROWSER_MISSING if len(open_ones) >= len(unsettled) else Reason.UNREADABLE,
        needs_review=any(state is Holds.BUILDING for _, state in bad),
        observed=observed,
    )


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
        reason=Reason.BROWSER_MISSING if open_ones else Reason.UNREADABLE,
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

_ARCHIVE = re.compile(r"20\d\d\s*年|历史|往[年届期]|历年|归档|存档|旧版|失效|废止|已结束")
_TOO_LATE = 3  # rows dated after as-of: the list was read too late to be judged for that day (assumed)


def judge_stale(evidence: Evidence[Body], limits: Limits) -> Result:
    as_of = evidence.context.as_of
    opened = {page.url: page.date for page in evidence.visited}
    aged: list[tuple[Seen, ColumnKind, date | None]] = []
    for seen in columns_of(evidence):
        kind = kind_of(seen) if seen.data.rows and not seen.data.hub else None
        if kind is not None and not (seen.data.menu_like and seen.data.nothing is not None):
            newest, sure = newest_of(seen.data, opened, as_of)
            late = newest is not None and newest < kind.oldest(as_of)
            aged.append((seen, kind, None if late and not sure else newest))
    due = [(seen, kind, newest) for seen, kind, newest in aged if kind.fault]
    dated = [(seen, kind, newest) for seen, kind, newest in due if newest is not None]
    over = [(seen, kind, newest) for seen, kind, newest in dated if newest < kind.oldest(as_of)]
    warnings = [
        {"url": seen.facts.final_url, "kind": kind.title, "newest": newest.isoformat()}
        for seen, kind, newest in aged
        if not kind.fault and newest is not None and newest < kind.oldest(as_of)
    ]
    observed = {
        "warnings": warnings[:LISTED],
        "undated": [seen.facts.final_url for seen, _, newest in due if newest is None][:LISTED],
    }
    if not due:
        if evidence.context.truncated:
            return Result.unknown("columns.stale", Reason.BUDGET, observed=observed)
        return Result.not_applicable("columns.stale", observed=observed)
    return Result.of(
        "columns.stale",
        defects=[_stale(seen, kind, newest, as_of) for seen, kind, newest in over],
        population=len(due),
        tested=len(dated),
        tested_share=limits.tested_share,
        reason=Reason.UNDATED,
        observed=observed,
    )


def kind_of(seen: Seen) -> ColumnKind | None:
    """The kind of a column by its name; archives of a past year are not asked for news."""
    names = [name for name in (seen.data.name, seen.facts.anchor) if name]
    if any(_ARCHIVE.search(name) for name in names):
        return None
    for name in names:
        kind = column_kind(name, seen.facts.final_url)
        if kind is not None:
            return kind
    return None


def newest_of(body: Body, opened: Mapping[str, date | None], as_of: date) -> tuple[date | None, bool]:
    """(newest day of a list up to as-of, whether no row can be newer).

    Rows first, then the articles that undated rows open. Several rows after as-of: the list's first page no
    longer shows what stood there on that day.
    """
    too_late = sum(day > as_of for day in body.later) >= min(_TOO_LATE, max(1, body.dated))
    days: list[date | None] = [*body.later, body.newest]
    days += [with_year(MonthDay(*pair), as_of) for pair in body.short]
    by_article = [opened.get(url) or url_date(url) for url in body.undated]
    known = [day for day in (*days, *by_article) if plausible(day, as_of)]
    newest = max((day for day in known if day), default=None)
    missing = sum(day is None for day in by_article)
    return newest, not (too_late and body.dated) and missing * 10 <= body.rows


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
