"""What does a page list? The main list's rows, wherever they stand: HTML, script records, JSON, a frame.

Pure: reads one page and what was fetched to complete it (`page.includes`). Source: the list dialects of
crawler/dialects, the empty-column traps of the column check.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler import dialects
from crawler.dialects.reading import Row, RowSource
from crawler.lists.blocks import read_blocks
from crawler.model import Request

if TYPE_CHECKING:
    from crawler.markup.page import Page

__all__ = ["Row", "RowList", "RowSource", "find_rows", "menu_like"]


@dataclass(frozen=True, slots=True)
class RowList:
    """A page's main list. Without rows it may be complete (an empty column) or not (`needs_browser`)."""

    source: RowSource = RowSource.NONE
    rows: tuple[Row, ...] = ()
    next_pages: tuple[str, ...] = ()  # further pages of this list that a plain GET brings
    requests: tuple[Request, ...] = ()  # the same and those that are asked by POST
    pages: int | None = None  # pages of the list in all, where the page says so
    total: int | None = None  # rows in all, where the page says so
    hub: bool = False  # several lists of equal weight: a parent of columns, not a list
    needs_browser: bool = False

    def __bool__(self) -> bool:
        return bool(self.rows)


def find_rows(page: Page) -> RowList:
    """The main list of a page; read once, kept while the page lives."""
    return page.once(_find)


_MENU_TITLE = 10  # characters; rows that are all so short and undated may be the menu of the columns


def menu_like(rows: Sequence[Row]) -> bool:
    """Could these rows be a page's menu rather than its list?"""
    return bool(rows) and all(
        row.date is None and row.month_day is None and len(row.title) <= _MENU_TITLE for row in rows
    )


def _find(page: Page) -> RowList:
    reading = dialects.read(page)
    blocks = read_blocks(page.tree, page.base, page.url)
    rows = blocks.main.rows if blocks.main is not None else ()
    source = RowSource.STATIC if rows else RowSource.NONE
    hub = blocks.hub
    own = blocks.main is not None and blocks.main.main and blocks.main.dated > 0
    # A frame full of links without a date beside the page's own dated list is its menu.
    menu = own and not any(row.date or row.month_day for row in reading.rows)
    if reading.rows and not menu and not (own and len(rows) > len(reading.rows)):
        rows, source, hub = reading.rows, reading.source, False
    return RowList(
        source=source,
        rows=rows,
        next_pages=tuple(request.url for request in reading.next_pages if request.method == "GET"),
        requests=reading.next_pages,
        pages=reading.pages,
        total=reading.total,
        hub=hub,
        needs_browser=reading.needs_browser and not rows and not page.rendered,
    )
