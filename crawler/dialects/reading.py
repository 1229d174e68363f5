"""What a dialect can say of a page, and the rows that all list readers speak of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from crawler.markup.dates import MonthDay
from crawler.model import Request


class RowSource(StrEnum):
    """Where a page's rows stood."""

    STATIC = "static"
    DATASTORE = "datastore"  # Hanweb records inside script text
    SCRIPT = "script"  # written by an inline script
    JSON = "json"  # an answer of the CMS's own interface
    IFRAME = "iframe"
    NONE = "none"


class Row(NamedTuple):
    """One entry of a list. `url` is absolute, '' where the link leads nowhere (`javascript:;`)."""

    title: str
    url: str
    date: date | None
    month_day: MonthDay | None = None  # a date without its year; crawler.markup.dates.with_year places it


class TreeLink(NamedTuple):
    """One leaf of a disclosure tree: its name, where people see it, and the request that lists it."""

    title: str
    url: str
    request: Request | None = None
    claimed: int | None = None  # rows it says it holds; 0 = really empty


class DialectArticle(NamedTuple):
    """An article whose text stands in data, not in the HTML body."""

    title: str
    html: str
    date: date | None = None
    source: str = ""
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DialectReading:
    """What the dialects found on one page, beyond its plain HTML; every part may be empty."""

    names: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    source: RowSource = RowSource.NONE
    article: DialectArticle | None = None
    next_pages: tuple[Request, ...] = ()  # further pages of the same list, at most MAX_NEXT_PAGES
    pages: int | None = None  # pages of the list in all
    total: int | None = None  # rows of the list in all, as the CMS says
    supplements: tuple[Request, ...] = ()  # to fetch, answers into page.includes[url]
    tree: tuple[TreeLink, ...] = ()
    branches: tuple[TreeLink, ...] = ()  # nodes of the tree that hold leaves
    redirect: str | None = None  # where the page sends a person on (meta refresh, script, first child)
    needs_browser: bool = False  # rows can only come by script
    stub: bool = False  # a shell of a few hundred bytes behind the last real page: stop there


MAX_NEXT_PAGES = 100  # a list of more pages is followed by its own paging when the walk gets there
