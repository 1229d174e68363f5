"""How content management systems hide rows, article text and paging from a plain HTML reader.

A table of small functions, listed by hand: each names its marks and says why it exists. `read` merges
what they yield for one page, so that observers need not know which system made it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from crawler.dialects.reading import DialectReading
from crawler.model import Request

if TYPE_CHECKING:
    from crawler.page import Page


@dataclass(frozen=True, slots=True)
class Dialect:
    """One row of the table. `marks` are looked for in the raw HTML before `read` is called."""

    name: str
    marks: tuple[str, ...]
    read: Callable[[Page], DialectReading | None]
    why: str


ALL: tuple[Dialect, ...] = ()

_SEEN: WeakKeyDictionary[Page, DialectReading] = WeakKeyDictionary()


def read(page: Page) -> DialectReading:
    """What all dialects together yield for a page; read once, kept while the page lives."""
    known = _SEEN.get(page)
    if known is None:
        known = _SEEN[page] = DialectReading()
    return known


def supplements(page: Page) -> tuple[Request, ...]:
    """What to fetch (same host) to complete the page; answers go into `page.includes` under their URL."""
    return read(page).supplements
