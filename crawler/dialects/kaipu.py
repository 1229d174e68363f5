"""Kaipu / UCAP lists that come as JSON: /common/search/<channel> and /searchList/<channel>.

Why: the column page is a shell; its channel id stands in a meta tag or in the script that asks for rows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from crawler.dialects.reading import MAX_NEXT_PAGES, DialectReading, Row, RowSource
from crawler.dialects.script_data import loose_json, row_of
from crawler.markup.page import resolve
from crawler.model import Request

if TYPE_CHECKING:
    from crawler.markup.page import Page

_INTERFACE = re.compile(r"/(common/search|searchList)/([0-9a-f]{32})?")
_CHANNEL = re.compile(r"(?:channelid|channelId)[\"']?\s*[:=]\s*[\"']([0-9a-f]{32})[\"']", re.IGNORECASE)
_CHANNEL_META = re.compile(r"<meta[^>]*name=[\"']channelid[\"'][^>]*content=[\"']([0-9a-f]{32})[\"']", re.I)
_SIZE = re.compile(r"_?pageSize[\"']?\s*[:=]\s*[\"']?(\d{1,3})")
_NUMBER = re.compile(r"([?&]page=)(\d+)")


def shell(page: Page) -> DialectReading | None:
    """A column page that asks the interface: the first answer completes it."""
    interface = _INTERFACE.search(page.html)
    if interface is None or page.html.lstrip()[:1] == "{":
        return None
    channel = interface[2] or _channel(page.html)
    if channel is None:
        return DialectReading(names=("kaipu",), needs_browser=True)
    size = _SIZE.search(page.html)
    path = f"/{interface[1]}/{channel}?_isAgg=true&_isJson=true&_pageSize={size[1] if size else 20}"
    url = resolve(page.base, f"{path}&_template=index&_rangeTimeGte=&_channelName=&page=1")
    if url is None:
        return None
    told = page.includes.get(url)
    if told is None:
        return DialectReading(names=("kaipu",), supplements=(Request(url),), needs_browser=True)
    return _reading(loose_json(told), url, page.base)


def answer(page: Page) -> DialectReading | None:
    """One page of a list, as the interface hands it out."""
    return _reading(loose_json(page.html), page.url, page.base)


def _channel(html: str) -> str | None:
    match = _CHANNEL_META.search(html) or _CHANNEL.search(html)
    return match[1] if match else None


def _reading(data: Any, url: str, base_url: str) -> DialectReading | None:
    body = data.get("data") if isinstance(data, dict) else None
    if not isinstance(body, dict) or not isinstance(body.get("results"), list):
        return None
    rows: list[Row] = []
    for item in body["results"]:
        row = row_of(item, base_url)
        if row is not None:
            rows.append(row)
    total = int(body["total"]) if str(body.get("total")).isdigit() else None
    size = int(body["rows"]) if str(body.get("rows")).isdigit() else len(rows)
    pages = -(-total // size) if total is not None and size else None
    number = _NUMBER.search(url)
    current = int(number[2]) if number else 1
    last = min(pages or current, current + MAX_NEXT_PAGES)
    return DialectReading(
        names=("kaipu",),
        rows=tuple(rows),
        source=RowSource.JSON if rows else RowSource.NONE,
        next_pages=tuple(Request(_NUMBER.sub(rf"\g<1>{n}", url)) for n in range(current + 1, last + 1)),
        pages=pages,
        total=total,
    )
