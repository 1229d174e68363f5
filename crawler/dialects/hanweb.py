"""Hanweb (jcms, jpage): rows as records inside script text, and the data proxy that brings further pages.

Why: an HTML parser leaves script text alone and sees an empty column; further pages come by XML, by GET
under /module/web/jpage/, by POST (three pages at once) under /module/jpage/.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from crawler.dialects.reading import MAX_NEXT_PAGES, DialectReading, Row, RowSource
from crawler.dialects.script_data import script_value
from crawler.lists.blocks import rows_of
from crawler.markup.page import resolve
from crawler.model import Request

if TYPE_CHECKING:
    from crawler.markup.page import Page

_STORE = re.compile(r"<datastore>(.*?)</datastore>", re.DOTALL | re.IGNORECASE)
_RECORD = re.compile(r"<record>\s*(?:<!\[CDATA\[)?(.*?)(?:\]\]>)?\s*</record>", re.DOTALL | re.IGNORECASE)
_GROUP = re.compile(r"<nextgroup>.*?href=[\"']([^\"']+)[\"'].*?</nextgroup>", re.DOTALL | re.IGNORECASE)
_TOTAL = re.compile(r"<totalrecord>\s*(\d+)\s*</totalrecord>|totalRecord\s*[:=]\s*[\"']?(\d+)", re.IGNORECASE)
_TOTAL_PAGE = re.compile(r"<totalpage>\s*(\d+)\s*</totalpage>|totalPage\s*[:=]\s*[\"']?(\d+)", re.IGNORECASE)
_PER_PAGE = re.compile(r"perPage\s*[:=]\s*[\"']?(\d+)", re.IGNORECASE)
_PROXY = re.compile(
    r"[\"']?(?:proxyUrl|url)[\"']?\s*:\s*[\"']([^\"']*dataproxy\.jsp[^\"']*)[\"']", re.IGNORECASE
)
_PAGE_NUMBER = re.compile(r"([?&]page=)(\d+)")
_NUMBERED = re.compile(r"[?&](?:pageNum|page)=(\d+)")
PAGES_PER_GROUP = 3  # the POST proxy hands out three pages per request unless groupSize says otherwise


def datastore(page: Page) -> DialectReading | None:
    """Rows of the records in the page's own script or in an XML answer of the proxy."""
    stores = _STORE.findall(page.html)
    if not stores:
        return _proxy_only(page)
    store = max(stores, key=lambda text: text.lower().count("<record>"))
    rows = records(store, page.base)
    total, per_page = _number(_TOTAL, page.html), _number(_PER_PAGE, page.html)
    pages = _number(_TOTAL_PAGE, page.html)
    if pages is None and total is not None:
        size = per_page or len(rows)
        pages = -(-total // size) if size else None
    return DialectReading(
        names=("hanweb",),
        rows=rows,
        source=RowSource.DATASTORE if rows else RowSource.NONE,
        next_pages=_next(page, store, pages, total, per_page or len(rows)),
        pages=pages,
        total=total,
        needs_browser=False,
    )


def records(store: str, base_url: str) -> tuple[Row, ...]:
    """The rows in a datastore's records: each is a piece of HTML, mostly one <li> or <tr>."""
    found: list[Row] = []
    for piece in _RECORD.findall(store):
        piece = html.unescape(piece) if "&lt;" in piece else piece
        if piece.lstrip()[:3].lower() == "<tr":
            piece = f"<table><tbody>{piece}</tbody></table>"
        elif "<li" not in piece.lower():
            piece = f"<ul><li>{piece}</li></ul>"
        else:
            piece = f"<ul>{piece}</ul>"
        found.extend(rows_of(piece, base_url))
    return tuple(found)


def _proxy_only(page: Page) -> DialectReading | None:
    """A jpage column whose first page also comes from the proxy: the proxy's answer completes it."""
    proxy = _PROXY.search(page.html)
    if proxy is None:
        return None
    first = _proxy_request(page, proxy[1], 1, _number(_PER_PAGE, page.html) or 20)
    if first is None:
        return DialectReading(names=("hanweb",), needs_browser=True)
    answer = page.includes.get(first.url, "")
    rows = records(answer, page.base)
    total = _number(_TOTAL, answer) or _number(_TOTAL, page.html)
    per_page = _number(_PER_PAGE, page.html) or len(rows) or 20
    return DialectReading(
        names=("hanweb",),
        rows=rows,
        source=RowSource.DATASTORE if rows else RowSource.NONE,
        supplements=() if answer else (first,),
        next_pages=_posts(page, proxy[1], total, per_page, len(rows)) if rows else (),
        pages=-(-total // per_page) if total else None,
        total=total,
        needs_browser=not answer,
    )


def _next(page: Page, store: str, pages: int | None, total: int | None, per_page: int) -> tuple[Request, ...]:
    """Further pages: the group's own address with another page= (also where its ids are encrypted), else
    the proxy of the script by POST."""
    group = _GROUP.search(store)
    if group is not None:
        address = resolve(page.base, html.unescape(group[1]))
        match = _PAGE_NUMBER.search(address or "")
        if address is not None and match is not None:
            here = _NUMBERED.search(page.url)
            first = int(here[1]) + 1 if here else max(2, int(match[2]))
            last = min(pages or first, first + MAX_NEXT_PAGES - 1)
            return tuple(
                Request(_PAGE_NUMBER.sub(rf"\g<1>{number}", address, count=1))
                for number in range(first, last + 1)
            )
    proxy = _PROXY.search(page.html)
    return _posts(page, proxy[1], total, per_page, per_page) if proxy is not None else ()


def _posts(page: Page, proxy: str, total: int | None, per_page: int, known: int) -> tuple[Request, ...]:
    """All groups behind the `known` rows; each request brings up to three pages of rows."""
    if not total or total <= known:
        return ()
    by_get = "/module/web/jpage/" in proxy or _PAGE_NUMBER.search(proxy) is not None
    group = per_page * (
        1 if by_get else _number(re.compile(r"groupSize\s*:\s*[\"']?(\d+)"), page.html) or PAGES_PER_GROUP
    )
    wanted: list[Request] = []
    for start in range(1, total + 1, group):
        if start + group - 1 <= known or len(wanted) >= MAX_NEXT_PAGES:
            continue
        request = _proxy_request(page, proxy, start, per_page, min(total, start + group - 1))
        if request is not None:
            wanted.append(request)
    return tuple(wanted)


def _proxy_request(
    page: Page, proxy: str, start: int, per_page: int, end: int | None = None
) -> Request | None:
    parameters: Any = script_value(page.html, "ajaxParam")
    if parameters is None:
        parameters = script_value(page.html, "data")
    address = resolve(page.base, proxy)
    if address is not None and "columnid=" in address and _PAGE_NUMBER.search(address):  # it says all itself
        number = (start - 1) // per_page + 1
        return Request(_PAGE_NUMBER.sub(rf"\g<1>{number}", address, count=1))
    if not isinstance(parameters, dict) or address is None:
        return None
    if urlsplit(address).path.startswith("/module/web/jpage/"):
        number = (start - 1) // per_page + 1
        return Request(f"{address.partition('?')[0]}?page={number}&{urlencode(parameters)}")
    last = end or start + per_page * PAGES_PER_GROUP - 1
    url = f"{address.partition('?')[0]}?startrecord={start}&endrecord={last}&perpage={per_page}"
    return Request(
        url,
        method="POST",
        body=urlencode(parameters).encode(),
        content_type="application/x-www-form-urlencoded; charset=UTF-8",
        referer=page.url,
    )


def _number(pattern: re.Pattern[str], text: str) -> int | None:
    match = pattern.search(text)
    if match is None:
        return None
    return int(next(group for group in match.groups() if group))
