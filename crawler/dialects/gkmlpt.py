"""gkmlpt, the disclosure platform of all Guangdong cities: a shell with its tree and data in a script.

Why: the page is empty without script; the tree stands in `window._CONFIG`, lists come as JSON, and an
article's text stands in `_CONFIG.DETAIL` with escaped brackets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from crawler.dialects.reading import (
    MAX_NEXT_PAGES,
    DialectArticle,
    DialectReading,
    Row,
    RowSource,
    TreeLink,
)
from crawler.dialects.script_data import day_of, loose_json, row_of, script_value
from crawler.markup.page import resolve, squeeze
from crawler.model import Request

if TYPE_CHECKING:
    from crawler.markup.page import Page

_API = re.compile(r"/gkmlpt/api/all/(\d+)\?.*?page=(\d+)")
_SID = re.compile(r"(?<!\w)[\"']?SID[\"']?\s*:\s*[\"']?(\w+)")
ROWS_PER_PAGE = 100  # what the interface hands out at once


def shell(page: Page) -> DialectReading | None:
    """The tree, as leaves with the request that lists each; for `#<category>` pages also the rows."""
    detail = script_value(page.html, "DETAIL") if "DETAIL" in page.html else None
    if isinstance(detail, dict) and detail.get("title"):
        return DialectReading(names=("gkmlpt",), article=_article(page, detail))
    tree = script_value(page.html, "TREE")
    sid = _SID.search(page.html)
    if not isinstance(tree, list) or sid is None:
        return None
    place = page.url.partition("#")[0]
    leaves, branches = tuple(_leaves(tree, place, sid[1])), tuple(_branches(tree, place))
    wanted = page.url.partition("#")[2].strip("/")
    if not wanted.isdigit():
        return DialectReading(names=("gkmlpt",), tree=leaves, branches=branches)
    request = _request(page.url, wanted, 1, sid[1])
    answer = loose_json(page.includes[request.url]) if request.url in page.includes else None
    rows, total = rows_in(answer, page.base)
    return DialectReading(
        names=("gkmlpt",),
        tree=leaves,
        branches=branches,
        rows=rows,
        source=RowSource.JSON if rows else RowSource.NONE,
        total=total,
        supplements=() if answer is not None else (request,),
        needs_browser=answer is None,
    )


def answer(page: Page) -> DialectReading | None:
    """One page of a list, as the interface hands it out."""
    here = _API.search(page.url)
    data = loose_json(page.html)
    if here is None or not isinstance(data, dict):
        return None
    rows, total = rows_in(data, page.base)
    pages = -(-total // ROWS_PER_PAGE) if total is not None else None
    number = int(here[2])
    last = min(pages or number, number + MAX_NEXT_PAGES)
    turn = re.compile(r"([?&]page=)\d+")
    return DialectReading(
        names=("gkmlpt",),
        rows=rows,
        source=RowSource.JSON if rows else RowSource.NONE,
        next_pages=tuple(Request(turn.sub(rf"\g<1>{n}", page.url)) for n in range(number + 1, last + 1)),
        pages=pages,
        total=total,
    )


def rows_in(data: Any, base_url: str) -> tuple[tuple[Row, ...], int | None]:
    """The rows of an answer and how many there are in all (0 = a column that is really empty)."""
    if not isinstance(data, dict):
        return (), None
    articles = data.get("articles")
    rows = [row_of(item, base_url) for item in articles] if isinstance(articles, list) else []
    kept = tuple(row for row in rows if row is not None)
    total = _count(data.get("total"))
    return kept, total if total is not None else _count((data.get("classify") or {}).get("post_count"))


def _count(value: Any) -> int | None:
    text = str(value)
    return int(text) if text.isdigit() else None


def _branches(tree: list[Any], url: str) -> Iterator[TreeLink]:
    for node in tree:
        below = (node.get("children") or node.get("child") or []) if isinstance(node, dict) else []
        if isinstance(below, list) and below:
            name = squeeze(str(node.get("name") or node.get("title") or ""))
            if name:
                yield TreeLink(name, f"{url}#{node['id']}" if str(node.get("id", "")).isdigit() else url)
            yield from _branches(below, url)


def _leaves(tree: list[Any], url: str, sid: str) -> Iterator[TreeLink]:
    for node in tree:
        if not isinstance(node, dict):
            continue
        below = node.get("children") or node.get("child") or []
        if isinstance(below, list) and below:
            yield from _leaves(below, url, sid)
            continue
        name = squeeze(str(node.get("name") or node.get("title") or ""))
        jump = str(node.get("jump_url") or "").strip()
        if jump:
            address = resolve(url, jump)
            if address is not None and name:
                yield TreeLink(name, address)
        elif str(node.get("id", "")).isdigit() and name:
            category = str(node["id"])
            request = _request(url, category, 1, sid)
            yield TreeLink(name, f"{url}#{category}", request, _count(node.get("post_count")))


def _request(url: str, category: str, number: int, sid: str) -> Request:
    parts = urlsplit(url)
    root = parts.path.partition("/gkmlpt")[0]
    return Request(f"{parts.scheme}://{parts.netloc}{root}/gkmlpt/api/all/{category}?page={number}&sid={sid}")


def _article(page: Page, detail: dict[str, Any]) -> DialectArticle:
    files = detail.get("attachment") or detail.get("attachments") or []
    items = files if isinstance(files, list) else []
    urls = (str(item.get("url") or item.get("path") or "") for item in items if isinstance(item, dict))
    return DialectArticle(
        title=squeeze(str(detail["title"])),
        html=str(detail.get("content") or ""),
        date=day_of(detail),
        source=squeeze(str(detail.get("publisher") or detail.get("source") or "")),
        attachments=tuple(found for url in urls if url and (found := resolve(page.base, url)) is not None),
    )
