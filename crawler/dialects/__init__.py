"""How content management systems hide rows, article text and paging from a plain HTML reader.

A table of small functions, listed by hand: each names its marks and says why it exists. `read` merges
what they yield for one page, so that observers need not know which system made it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.dialects import frames, gkmlpt, hanweb, intertid, kaipu, paging
from crawler.dialects.reading import DialectReading, RowSource
from crawler.model import Request

if TYPE_CHECKING:
    from crawler.markup.page import Page


@dataclass(frozen=True, slots=True)
class Dialect:
    """One row of the table. One of `marks` must stand in the raw text before `read` is called.

    Each mark costs a look through the whole page: with "" `read` looks for its own, where it knows better.
    """

    name: str
    marks: tuple[str, ...]
    read: Callable[[Page], DialectReading | None]
    why: str


# In order: what comes first wins where two say the same; plain turners only where no pager of a kind spoke.
ALL: tuple[Dialect, ...] = (
    Dialect(
        "hanweb", ("<datastore>", "dataproxy.jsp"), hanweb.datastore, "rows in script records, pages by proxy"
    ),
    Dialect("gkmlpt", ("_CONFIG",), gkmlpt.shell, "tree and article text in a script, lists as JSON"),
    Dialect("gkmlpt-json", ('"articles"',), gkmlpt.answer, "one page of a gkmlpt list"),
    Dialect("kaipu-json", ('"results"',), kaipu.answer, "one page of a Kaipu list"),
    Dialect("kaipu", ("/common/search/", "/searchList/"), kaipu.shell, "rows asked for as JSON"),
    Dialect("intertid-json", ('"totalElements"',), intertid.answer, "one page of an intertid list"),
    Dialect("intertid", ("/info_open/search", "/govChanInfo/getDocuments"), intertid.shell, "rows by data"),
    Dialect("createPageHTML", ("createPageHTML",), paging.create_page_html, "pager written by script"),
    Dialect("trs-loop", ("countPage",), paging.trs_loop, "an older pager, written link by link"),
    Dialect("vsb", ("_simple_list_gotopage", "p_no_d"), paging.vsb, "page files count downwards"),
    Dialect("webplus", ("all_pages",), paging.webplus, "list2.htm beside list.htm"),
    Dialect("frame", ("",), frames.frames, "the column is a frame"),
    Dialect("epoint", ("",), frames.epoint, "rows by its own requests"),
    Dialect("redirect", ("",), frames.redirect, "the column sends on"),
    Dialect("script", ("title", "<li"), frames.script_rows, "rows held or written by an inline script"),
    Dialect("stub", ("",), paging.stub, "list pages behind the last real one"),
    Dialect("turners", ("页", "next", "Next", "<option"), paging.turners, "a pager in plain HTML"),
    Dialect(
        "loads",
        ("$.ajax", "$.get", "$.post", "axios", "XMLHttpRequest", "fetch(", "new Vue", "v-for", "ng-repeat"),
        frames.loads,
        "rows that only a browser can bring",
    ),
)


def read(page: Page) -> DialectReading:
    """What all dialects together yield for a page; read once, kept while the page lives."""
    return page.once(_merged)


def supplements(page: Page) -> tuple[Request, ...]:
    """What to fetch (same host) to complete the page; answers go into `page.includes` under their URL."""
    return read(page).supplements


def _merged(page: Page) -> DialectReading:
    html = page.html
    parts = []
    for dialect in ALL:
        for mark in dialect.marks:
            if mark in html:
                part = dialect.read(page)
                if part is not None:
                    parts.append(part)
                break
    if len(parts) == 1:
        return parts[0]
    article = next((part.article for part in parts if part.article is not None), None)
    # What an article's data names (its attachments) is no list.
    rows = next((part for part in parts if part.rows), None) if article is None else None
    paged = next((part for part in parts if part.pages is not None or part.next_pages), None)
    total = next((part.total for part in parts if part.total is not None), None)
    return DialectReading(
        names=tuple(dict.fromkeys(name for part in parts for name in part.names)),
        rows=rows.rows if rows is not None else (),
        source=rows.source if rows is not None else RowSource.NONE,
        article=article,
        next_pages=paged.next_pages if paged is not None else (),
        pages=paged.pages if paged is not None else None,
        total=total,
        supplements=tuple(dict.fromkeys(item for part in parts for item in part.supplements)),
        tree=next((part.tree for part in parts if part.tree), ()),
        branches=next((part.branches for part in parts if part.branches), ()),
        redirect=next((part.redirect for part in parts if part.redirect), None),
        needs_browser=rows is None and any(part.needs_browser for part in parts),
        stub=any(part.stub for part in parts),
    )
