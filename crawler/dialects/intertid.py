"""intertid (Taiyuan, districts of Wuxi): rows by its own interface, asked by POST (new) or GET (old).

Why: the column page is a shell; what its script asks for stands in it in plain words. Where it does not, or
the answer has another form than expected, the rows stay unknown.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from crawler.dialects.reading import MAX_NEXT_PAGES, DialectReading, Row, RowSource
from crawler.dialects.script_data import loose_json, row_of
from crawler.markup.page import resolve
from crawler.model import Request

if TYPE_CHECKING:
    from crawler.markup.page import Page

_NEW = re.compile(r"[\"']([^\"'\s]*/info_open/search)[\"']")
_OLD = re.compile(r"[\"']([^\"'\s]*/govChanInfo/getDocuments\?[^\"'\s]*chanId=\d+[^\"'\s]*)[\"']")
_AS_JSON = re.compile(r"application/json|JSON\.stringify")
_DEEPEST = 4  # levels below which an answer's list is looked for


def shell(page: Page) -> DialectReading | None:
    """A column page: the first answer completes it."""
    if page.html.lstrip()[:1] == "{":
        return None
    new, old = _NEW.search(page.html), _OLD.search(page.html)
    if new is not None:
        return _new(page, new[1])
    url = resolve(page.base, old[1].replace("&amp;", "&")) if old is not None else None
    if url is None:
        return DialectReading(names=("intertid",), needs_browser=True)
    told = page.includes.get(url)
    if told is None:
        return DialectReading(names=("intertid",), supplements=(Request(url),), needs_browser=True)
    rows = _longest(loose_json(told), page.base)
    source = RowSource.JSON if rows else RowSource.NONE
    return DialectReading(names=("intertid",), rows=rows, source=source, needs_browser=not rows)


def answer(page: Page) -> DialectReading | None:
    """One page of a list, as the new interface hands it out."""
    return _reading(loose_json(page.html), page.base, 0)


def _new(page: Page, address: str) -> DialectReading:
    size = int((_value(page.html, "pageSize") or "20").partition(",")[0])
    first = _request(page, address, 1, size)
    if first is None:
        return DialectReading(names=("intertid",), needs_browser=True)
    told = page.includes.get(first.url)
    if told is None:
        return DialectReading(names=("intertid",), supplements=(first,), needs_browser=True)
    found = _reading(loose_json(told), page.base, size)
    if found is None:
        return DialectReading(names=("intertid",), needs_browser=True)
    last = min(found.pages or 1, 1 + MAX_NEXT_PAGES)
    onward = (_request(page, address, number, size) for number in range(2, last + 1))
    return DialectReading(
        names=found.names,
        rows=found.rows,
        source=found.source,
        next_pages=tuple(request for request in onward if request is not None),
        pages=found.pages,
        total=found.total,
        needs_browser=not found.rows,  # its page may ask otherwise: a browser decides
    )


def _request(page: Page, address: str, number: int, size: int) -> Request | None:
    """The POST for one page of the list."""
    site, channel = _value(page.html, "siteId"), _value(page.html, "channelIds?")
    url = resolve(page.base, address)
    if site is None or channel is None or url is None:
        return None
    sent = {
        "pageIndex": number,
        "pageSize": size,
        "siteId": site,
        "channelIds": channel,
        "searchType": 1,
        "order": "writeTime",
    }
    as_json = _AS_JSON.search(page.html) is not None
    return Request(
        url,
        method="POST",
        body=(json.dumps(sent) if as_json else urlencode(sent)).encode(),
        content_type="application/json" if as_json else "application/x-www-form-urlencoded; charset=UTF-8",
        referer=page.url,
    )


def _value(html: str, name: str) -> str | None:
    """A number, or several with commas, that the script gives this name."""
    match = re.search(rf"(?<![\w$]){name}[\"']?\s*[:=]\s*[\"']?(\d+(?:,\d+)*)", html)
    return match[1] if match is not None else None


def _reading(data: Any, base_url: str, size: int) -> DialectReading | None:
    body = data.get("data") if isinstance(data, dict) else None
    items = body.get("data") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(items, list):
        return None
    rows = _rows(items, base_url)
    total = int(body["totalElements"]) if str(body.get("totalElements")).isdigit() else None
    if items and not rows:
        return None
    return DialectReading(
        names=("intertid",),
        rows=rows,
        source=RowSource.JSON if rows else RowSource.NONE,
        pages=-(-total // size) if total is not None and size else None,
        total=total,
    )


def _rows(items: list[Any], base_url: str) -> tuple[Row, ...]:
    return tuple(row for item in items if (row := row_of(item, base_url)) is not None)


def _longest(data: Any, base_url: str, level: int = 0) -> tuple[Row, ...]:
    """The longest list of records anywhere in an answer."""
    if level > _DEEPEST:
        return ()
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    found = [_longest(value, base_url, level + 1) for value in inner if isinstance(value, dict | list)]
    own = _rows(data, base_url) if isinstance(data, list) else ()
    return max([own, *found], key=len)
