"""Columns that stand elsewhere: in a frame, behind a redirect, in a script.

Why: the page itself has no row, yet a person sees a list: Epoint and other systems frame their columns,
parents send on to their first child, and small systems write the rows by script.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from crawler.dialects.reading import DialectReading, Row, RowSource
from crawler.dialects.script_data import row_of, script_value
from crawler.lists.blocks import read_blocks
from crawler.markup.page import resolve
from crawler.markup.written import written
from crawler.model import Request

if TYPE_CHECKING:
    from crawler.markup.page import Page

_NOT_CONTENT = re.compile(
    r"header|footer|top\.|bottom|banner|weather|tianqi|jiathis|share|player|map\.|login|video"
    r"|nav|search",
    re.IGNORECASE,
)
_EPOINT = re.compile(r"govInfoPub|openSubPage|specialurl=|categorynum=|/govxxgk/", re.IGNORECASE)
MAX_FRAMES = 3
_OWN = ("<iframe", "<IFRAME", "<frame ", "<FRAME ")


def frames(page: Page) -> DialectReading | None:
    """Rows of the same-host frames of a page (Epoint's sub pages among them)."""
    urls = tuple(_frame_urls(page))[:MAX_FRAMES]
    if not urls or not any(mark in page.html for mark in _OWN):  # a frame of its footer is no column
        return None
    rows: tuple[Row, ...] = ()
    for url in urls:
        text = page.includes.get(url)
        if text is None:
            continue
        block = read_blocks(LexborHTMLParser(text), url).main
        if block is not None and len(block.rows) > len(rows):
            rows = block.rows
    missing = tuple(Request(url, referer=page.url) for url in urls if url not in page.includes)
    empty = not rows and not missing and any(_EPOINT.search(url) for url in urls)
    return DialectReading(
        names=("epoint" if any(_EPOINT.search(url) for url in urls) else "frame",),
        rows=rows,
        source=RowSource.IFRAME if rows else RowSource.NONE,
        supplements=missing,
        needs_browser=empty or bool(missing),
    )


def _frame_urls(page: Page) -> list[str]:
    framed = [link for link in page.links if link.tag in ("iframe", "frame")]
    host = urlsplit(page.url).netloc if framed else ""
    found = []
    for link in framed:
        if link.url is None or urlsplit(link.url).netloc != host:
            continue
        if _NOT_CONTENT.search(urlsplit(link.url).path) is None and link.url != page.url:
            found.append(link.url)
    return list(dict.fromkeys(found))


def epoint(page: Page) -> DialectReading | None:
    """Epoint pages ask for their rows themselves; nothing in the HTML or in a frame says which."""
    told = "epoint" in page.html
    if not told and _EPOINT.search(page.url) is not None:
        told = "categorynum" in page.html or "openSubPage" in page.html
    if not told:
        return None
    return DialectReading(names=("epoint",), needs_browser=True)


_META = re.compile(r"<meta\b[^>]*?\bhttp-equiv\s*=\s*[\"']?refresh\b[^>]*>", re.IGNORECASE)
# As browsers read it: fractions are dropped, and neither the semicolon nor "url=" has to be there.
_REFRESH = re.compile(
    r"\bcontent\s*=\s*[\"']?\s*(\d+)(?:\.[\d.]*)?\s*[;,\s]\s*(?:url\s*=\s*)?[\"']?([^\"'>\s;,]+)",
    re.IGNORECASE,
)
_LOCATION = re.compile(
    r"(?:(?:window|self|top|document)\s*\.\s*)?location(?:\.href)?\s*=\s*[\"']([^\"'\s]{1,300})[\"'](?!\s*\+)"
    r"|location\.(?:replace|assign)\s*\(\s*[\"']([^\"'\s]{1,300})[\"']\s*\)"
)
HEAD = 8_000  # characters in which a meta refresh stands, on pages with something on them
FEW_LINKS = 3  # "if nothing happens, click here", home, back
SHORT = 300  # visible characters: with more, a script's location change waits for a click


def _goes_at_once(page: Page, at: int) -> bool:
    """Not inside a function (a pager's, a button's), or there is hardly anything else to follow."""
    script = page.html[page.html.rfind("<script", 0, at) : at]
    return script.count("{") <= script.count("}") or len(page.tree.css("a[href]")) <= FEW_LINKS


def redirect(page: Page) -> DialectReading | None:
    """Meta refresh within ten seconds, or a nearly empty page whose script goes on at once (to the first
    child of a column)."""
    target: str | None = None
    told = "efresh" in page.html or "REFRESH" in page.html
    head = page.html if told and len(page.text) < SHORT else page.html[:HEAD]
    tag = _META.search(head) if told else None
    match = _REFRESH.search(tag[0]) if tag is not None else None
    if match is not None and int(match[1]) <= 10:
        target = match[2]
    elif len(page.html) < 20_000 and "location" in page.html and len(page.text) < SHORT:
        went = _LOCATION.search(page.html)
        if went is not None and _goes_at_once(page, went.start()):
            target = went[1] or went[2]
    url = resolve(page.base, target) if target is not None else None
    if url is None or url.partition("#")[0] == page.url.partition("#")[0]:
        return None
    return DialectReading(names=("redirect",), redirect=url)


_ROWS_KEY = re.compile(
    r"itle[\"']?\s*:\s*[\"']"
)  # title, infotitle, docTitle; a plain beginning searches fast
_WRITES = ("document.write", "innerHTML", ".html(", ".append(")
_ARRAY = re.compile(
    r"(?:var|let|const)\s+([A-Za-z_$][\w$]*)\s*=\s*\[\s*\{"
    r"|[{,]\s*[\"']?([A-Za-z_]\w*)[\"']?\s*:\s*\[\s*\{"
)


def script_rows(page: Page) -> DialectReading | None:
    """Rows that an inline script holds as an array, or writes as plain HTML."""
    if _ROWS_KEY.search(page.html) is None and not any(mark in page.html for mark in _WRITES):
        return None
    scripts = [node.text() for node in page.tree.css("script:not([src])")]
    best: tuple[Row, ...] = ()
    for script in scripts:
        if _ROWS_KEY.search(script) is None:
            continue
        for match in _ARRAY.finditer(script):
            value: Any = script_value(script, match[1] or match[2])
            rows = [row_of(item, page.base) for item in value] if isinstance(value, list) else []
            kept = tuple(row for row in rows if row is not None and row.url)
            best = max(best, kept, key=len)
    if not best:
        html = written(script for script in scripts if "<li" in script or "<tr" in script)
        if html.count("<a") >= 2:
            block = read_blocks(LexborHTMLParser(f'<div class="list">{html}</div>'), page.base).main
            if block is not None and block.dated:
                best = block.rows
    if not best:
        return None
    return DialectReading(names=("script",), rows=best, source=RowSource.SCRIPT)


_LIST_MARKS = ("list", "List", "content", "news")


def loads(page: Page) -> DialectReading | None:
    """A page whose own script asks for data and fills a list: without a browser its rows stay unknown."""
    if not any(mark in page.html for mark in _LIST_MARKS):
        return None
    return DialectReading(names=("loads",), needs_browser=True)
