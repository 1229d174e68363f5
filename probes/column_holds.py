"""What does a column hold, which pages are columns or articles, and how new is the newest thing in a list?

Pure. Whatever might still fill a page (a script no other page runs, a frame not read) leaves it untested.
Source: docs/method.md, Columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum

from crawler.markup.dates import MonthDay, plausible, url_date, with_year
from crawler.model import PageKind, Role
from crawler.walking.candidates import address
from probes.base import Evidence
from probes.base import Seen as SeenPage
from probes.close_look import Nothing
from probes.column_evidence import Body
from probes.lexicon import ColumnKind, column_kind
from probes.pictures import around, own_of

Seen = SeenPage[Body]


class Holds(StrEnum):
    """What a column holds."""

    CONTENT = "content"
    EXEMPT = "exempt"  # a parent of columns, a way elsewhere, a service
    EMPTY = "empty"
    BUILDING = "building"
    UNTESTED = "untested"


_COLUMNS = frozenset({PageKind.COLUMN, PageKind.DISCLOSURE, PageKind.INTERACTION, PageKind.SERVICE_GUIDE})

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
    if address(facts.url).pattern.startswith(("page:", "calendar:", "repeat:")):
        return False
    if facts.kind in _COLUMNS:
        return True
    standing = facts.kind is PageKind.ARTICLE and body.has_text
    said_empty = body.nothing is not None and bool(body.nothing.words or body.nothing.building)
    return standing or (facts.kind is PageKind.OTHER and said_empty)


def holds(seen: Seen, common: frozenset[str], folders: frozenset[str], shortest: int = 15) -> Holds:
    """`common`: scripts, pictures and links of every page (see below); `folders`: of columns with columns
    below."""
    body, nothing = seen.data, seen.data.nothing
    if nothing is None:
        return Holds.CONTENT
    if body.hub or body.moved or nothing.form or _folder(seen.facts.final_url) in folders:
        return Holds.EXEMPT
    if _shows(nothing, common) or nothing.holds_text(shortest) or body.characters >= shortest:
        return Holds.CONTENT
    if body.rows and not nothing.says_so:
        return Holds.CONTENT
    if nothing.builds and seen.facts.rendered:
        return Holds.CONTENT  # what it draws may not have come for us
    if may_be_filled(seen, common):
        return Holds.UNTESTED
    return Holds.BUILDING if nothing.building else Holds.EMPTY


def may_be_filled(seen: Seen, common: frozenset[str]) -> bool:
    """Whether a script or frame may put content there that we have not seen. The browser ran all scripts."""
    if seen.data.away:
        return True
    if seen.facts.rendered:
        return False
    nothing = seen.data.nothing
    if seen.data.needs_browser or (nothing is not None and (nothing.builds or nothing.unfilled)):
        return True
    kind = _TEXT if seen.data.article else _LIST
    return any(f"{kind} {script}" not in common for script in seen.data.scripts)


def common_scripts(pages: Iterable[Seen]) -> frozenset[str]:
    """Scripts of pages whose content stands in the HTML itself: they are not what fills the others. Those of
    lists say nothing of articles, nor the other way round, as one script may serve both and fill but one.

    What the browser shows may well have come by them, elsewhere, too. With them the pictures that stand
    around every page, and where home leads away to.
    """
    pages = tuple(pages)
    static = [seen for seen in pages if seen.data.static and not seen.facts.rendered]
    scripts = {f"{kind} {script}" for seen in static for kind in _kinds(seen) for script in seen.data.scripts}
    filled = (seen for seen in pages if seen.facts.rendered and seen.facts.role is not Role.HOME)
    scripts -= {f"{_LIST} {script}" for seen in filled if seen.data.rows for script in seen.data.scripts}
    homes = [seen.data for seen in pages if seen.facts.role is Role.HOME]
    framing = around([seen.data.framing for seen in pages], [mark for home in homes for mark in home.framing])
    return frozenset(scripts | framing | {lead for home in homes for lead in home.leads})


_LIST, _TEXT = "list", "text"


def _kinds(seen: Seen) -> Iterator[str]:
    """Of content that stands in a static page."""
    home = seen.facts.role is Role.HOME
    if home or (seen.data.dated and not seen.data.article):
        yield _LIST
    if home or seen.data.has_text:
        yield _TEXT


def _shows(nothing: Nothing, common: frozenset[str], ways: str = "@") -> bool:
    """Pictures, players, documents or links away that do not stand around every page. `ways`: which links."""
    if nothing.media or nothing.files or own_of(nothing.shown, common):
        return True
    return not nothing.says_so and any(lead[0] in ways for lead in nothing.leads if lead not in common)


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
    if _shows(nothing, common, "@~") or nothing.own >= shortest or nothing.form:
        return False
    if body.moved or nothing.statement or (body.rows >= _LIST_ROWS and not body.tagged):
        return False
    if nothing.builds and seen.facts.rendered:
        return False
    return None if may_be_filled(seen, common) else True


def articles_of(evidence: Evidence[Body]) -> list[Seen]:
    return [
        seen
        for seen in evidence.pages
        if seen.data.article and seen.facts.identified and seen.facts.kind is PageKind.ARTICLE
    ]


# -- how fresh a list is

_ARCHIVE = re.compile(r"20\d\d\s*年|历史|往[年届期]|历年|归档|存档|旧版|失效|废止|已结束")
_TOO_LATE = 3  # rows dated after as-of: the list was read too late to be judged for that day (assumed)


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
