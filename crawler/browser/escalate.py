"""Which pages need the browser, because what was fetched does not show what a person sees? And the answer
of the browser as the walk reads it.

Only pages whose static reading is inconclusive are asked for. The first look at a template decides for its
siblings; the number of looks is capped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from urllib.parse import urlsplit

from crawler.browser.tab import Rendered, Trouble
from crawler.lists.rows import find_rows
from crawler.markup.page import RENDERED, Page
from crawler.markup.pieces import blank_labels, filled_by_script, unfilled_lists
from crawler.model import Fetched, Frozen, Outcome, PageKind, Request
from crawler.signs.kind import find_link_count, page_kind
from crawler.signs.toolbar import find_toolbar

SHARE = 0.05  # of the pages visited: renders are slow
FEWEST = 10  # of a small portal, that its scripted columns are not left open (assumed)
_LITTLE_TEXT = 200  # characters; only such pages are looked at for being a shell
_BLANK_TEXT = 30  # characters: a title and "loading" at most
_NO_LIST = frozenset({PageKind.HOME, PageKind.ARTICLE, PageKind.ERROR, PageKind.CHALLENGE, PageKind.SEARCH})
_DIGITS = re.compile(r"\d+")


class Why(StrEnum):
    """What was inconclusive."""

    HOME = "home"  # header, footer, search or lists of the home page come by scripts that were not read
    ROWS = "rows"  # a list that only scripts can fill
    EMPTY = "empty"  # a column that looks empty, beside scripts that other lists do without: a last look
    SHELL = "shell"  # nearly no text beside scripts
    CHALLENGE = "challenge"  # a wall that a browser may pass openly


class Wanted(Frozen):
    """That a page needs the browser: kept as evidence beside the probes'."""

    why: Why
    blank: bool = False  # the home page, and nothing at all of it can be seen without its scripts


class Renders(Frozen):
    """What was rendered of one unit, and why."""

    pages: Mapping[str, Why] = {}  # by URL; observed again
    in_vain: Mapping[str, Why] = {}  # rendered, but nothing more was learnt
    left: int = 0  # wanted, but over the cap or siblings of one in vain
    unshown: tuple[str, ...] = ()  # lists that only scripts fill and the browser has not shown, by URL
    trouble: Trouble | None = None

    def tried(self, url: str) -> bool:
        """Whether the browser has shown what it can of this page, or of one made like it in vain."""
        alike = template_of(url)
        vain = {template_of(one) for one, why in self.in_vain.items() if why is not Why.HOME}
        return url in self.pages or url in self.in_vain or alike in vain


def observe(page: Page) -> Wanted | None:
    """Whether this page should be looked at in the browser."""
    if page.rendered:
        return None
    if page.is_home:
        blank = len(page.text) < _BLANK_TEXT and not find_link_count(page)
        entry = find_toolbar(page) if page.strangers else None
        hidden_entry = bool(page.strangers) and (entry is None or entry.how == "script")
        unfilled = filled_by_script(page) or unfilled_lists(page) or blank_labels(page)
        open_places = page.unread or unfilled or hidden_entry
        return Wanted(why=Why.HOME, blank=blank) if blank or open_places else None
    if find_rows(page).needs_browser and page_kind(page) not in _NO_LIST:
        return Wanted(why=Why.ROWS)
    if len(page.text) < _LITTLE_TEXT and filled_by_script(page) == "shell":
        return Wanted(why=Why.SHELL)
    return None


def budget(visited: int) -> int:
    """How many pages of a unit may be rendered."""
    return max(FEWEST, int(visited * SHARE))


def in_groups(wanted: Iterable[tuple[str, Why]]) -> list[list[str]]:
    """URLs by reason and template, both in the order given, home first."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for url, why in sorted(wanted, key=lambda pair: pair[1] is not Why.HOME):
        groups.setdefault((why, *template_of(url)), []).append(url)
    return list(groups.values())


def template_of(url: str) -> tuple[str, ...]:
    """What pages made alike have in common: host and folder, digits folded; of a fragment its shape, too."""
    parts = urlsplit(url)
    if parts.fragment:  # one document that draws many pages (gkmlpt)
        return parts.netloc, _DIGITS.sub("0", f"{parts.path}#{parts.fragment}")
    folder = _DIGITS.sub("0", parts.path.rpartition("/")[0])
    # Columns of one template differ in the last folder only.
    return parts.netloc, folder.rpartition("/")[0] if parts.path.endswith(("/", "/index.html")) else folder


def fetched_of(url: str, rendered: Rendered) -> Fetched:
    """The DOM as if it had been fetched, marked as rendered."""
    final_url = rendered.opened.final_url or url
    return _answer(url.partition("#")[0], final_url.partition("#")[0], rendered.html)


class RenderedNet:
    """Answers the walk's questions about one page from what the browser showed, and no other."""

    def __init__(self, url: str, rendered: Rendered) -> None:
        self._answers: Mapping[str, Fetched] = {
            **{frame: _answer(frame, frame, html) for frame, html in rendered.frames.items()},
            url: fetched_of(url, rendered),  # the fragment included
        }

    async def fetch(self, request: Request) -> Fetched:
        known = self._answers.get(request.url) if request.method == "GET" else None
        return known or Fetched(request.url, request.url, Outcome.BUDGET)


def _answer(url: str, final_url: str, html: str) -> Fetched:
    return Fetched(
        url=url,
        final_url=final_url,
        outcome=Outcome.OK,
        status=200,
        headers={"content-type": "text/html; charset=utf-8", RENDERED: "1"},
        body=html.encode("utf-8", "replace"),
    )
