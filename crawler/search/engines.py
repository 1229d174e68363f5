"""How known search engines of government sites are asked, and how their answers are read.

A form is sent as a browser would send it. Engines whose result page is an empty shell filled by script are
asked by the request their own script makes. One table, `ENGINES`: name, marks on the shell, request, reader.
Request shapes and answer keys are those seen on public sites of each product.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from selectolax.lexbor import LexborHTMLParser

from crawler.markup.page import Page, squeeze
from crawler.model import Request
from crawler.urls import encode_query, join

FORM_TYPE = "application/x-www-form-urlencoded"
Values = Mapping[str, str]

_TITLES = ("titleo", "title", "titlehtml", "doctitle", "name", "mc_listtitle", "dretitle")
_URLS = ("url", "link", "href", "docpuburl", "linkurl", "post_url", "weburl", "dreurl")
_TOTALS = ("totalhits", "total", "totalcount", "totalelements", "count", "totalnum")
_SCRIPT_VALUE = r"""["']?\b{name}["']?\s*(?:[:=]|value=)\s*["']?([\w.-]+)"""


class Row(NamedTuple):
    """One result: absolute address (None where only a script opens it) and every wording of its title."""

    url: str | None
    titles: tuple[str, ...]


class Found(NamedTuple):
    """One answer of an engine: its first page of results, and how many it says there are."""

    rows: tuple[Row, ...]
    total: int | None = None


class Engine(NamedTuple):
    """One product. `marks` gives the values its request needs, or None where the page is not its shell."""

    name: str
    title: str  # Chinese, for reports
    marks: Callable[[Page], Values | None]
    ask: Callable[[Page, Values, str], Request]
    read: Callable[[Page], Found | None] | None  # gives None for what is no answer; None: a rendered page


def ask_form(
    action: str, method: str, pairs: Iterable[tuple[str, str]], charset: str, *, referer: str | None = None
) -> Request:
    """A form as a browser sends it: values in the page's charset; GET replaces the action's own query."""
    encoded = "&".join(
        f"{encode_query(name, charset)}={encode_query(value, charset)}" for name, value in pairs
    )
    if method == "post":
        body = encoded.encode("ascii")
        return Request(action, "POST", body, FORM_TYPE, referer=referer)
    return Request(f"{action.partition('#')[0].partition('?')[0]}?{encoded}", referer=referer)


def engine_of(page: Page) -> tuple[Engine, Values] | None:
    """The engine whose shell this page is, with what its request needs."""
    for engine in ENGINES:
        values = engine.marks(page)
        if values is not None:
            return engine, values
    return None


def read_json(page: Page) -> Found | None:
    """Results of a JSON answer: objects with a title and an address under any usual name, or bits of HTML."""
    try:
        data = json.loads(page.html)
    except ValueError:
        return None
    if not isinstance(data, dict | list) or (isinstance(data, dict) and _complains(data)):
        return None
    rows = tuple(_rows_in(data, page.url))
    total = _total_in(data)
    return Found(rows, total) if rows or total is not None else None


def _complains(data: Mapping[str, Any]) -> bool:
    """An error told as data: no result then means nothing."""
    if data.get("ok") is False or data.get("success") is False:
        return True
    return str(data.get("code", data.get("errcode", 0))) not in ("0", "1", "200", "None")


def _rows_in(data: Any, base: str) -> Iterator[Row]:
    if isinstance(data, Mapping):
        row = _row_of(data, base)
        if row is not None:
            yield row
        for value in data.values():
            yield from _rows_in(value, base)
    elif isinstance(data, list):
        for value in data:
            yield from _rows_in(value, base)
    elif isinstance(data, str) and "<a" in data:
        yield from _rows_of_markup(data, base)


def _row_of(data: Mapping[str, Any], base: str) -> Row | None:
    lower = {str(key).lower(): value for key, value in data.items()}
    titles = tuple(
        plain(lower[key]) for key in _TITLES if isinstance(lower.get(key), str) and lower[key].strip()
    )
    address = next(
        (lower[key] for key in _URLS if isinstance(lower.get(key), str) and lower[key].strip()), None
    )
    if not titles or address is None:
        return None
    return Row(join(base, address.strip()), titles)


def _rows_of_markup(text: str, base: str) -> Iterator[Row]:
    for node in LexborHTMLParser(text).css("a[href]"):
        words = (squeeze(node.text()), squeeze(node.attributes.get("title") or ""))
        titles = tuple(word for word in words if word)
        if titles:
            yield Row(join(base, (node.attributes.get("href") or "").strip()), titles)


def _total_in(data: Any) -> int | None:
    """The first number under a name that counts results, outermost first."""
    level = [data]
    for _ in range(4):
        below: list[Any] = []
        for one in level:
            if not isinstance(one, Mapping):
                continue
            for key, value in one.items():
                if str(key).lower() in _TOTALS and str(value).isdigit():
                    return int(value)
            below += one.values()
        level = below
    return None


def plain(text: str) -> str:
    """A title without highlighting and entities."""
    return squeeze(html.unescape(re.sub(r"<[^<>]*>", "", text)))


def _query_of(page: Page) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(page.url).query, errors="replace"))


def _value(page: Page, *names: str) -> str:
    """A value from the page's address, else from its scripts and hidden fields."""
    query = _query_of(page)
    for name in names:
        if query.get(name):
            return query[name]
    for name in names:
        node = page.tree.css_first(f'input[name="{name}"],input[id="{name}"]')
        if node is not None and node.attributes.get("value"):
            return node.attributes.get("value") or ""
        match = re.search(_SCRIPT_VALUE.format(name=re.escape(name)), page.html, re.IGNORECASE)
        if match:
            return match[1]
    return ""


def _origin(page: Page) -> str:
    parts = urlsplit(page.url)
    return f"{parts.scheme}://{parts.netloc}"


def _hanweb_marks(page: Page) -> Values | None:
    if "/jsearchfront/" not in page.url and "jsearchfront/interfaces/cateSearch" not in page.html:
        return None
    names = ("websiteid", "cateid", "tpl", "searchid")
    values = {name: _value(page, name) for name in names}
    return values if values["websiteid"] else None


def _hanweb_ask(page: Page, values: Values, words: str) -> Request:
    sent = {**values, "q": words, "p": "1", "pg": "10", "pos": "", "word": words, "checkError": "1"}
    action = f"{_origin(page)}/jsearchfront/interfaces/cateSearch.do"
    return ask_form(action, "post", sent.items(), "utf-8", referer=page.url)


def _jpaas_marks(page: Page) -> Values | None:
    if "jpaas-jsearch-web-server" not in page.url and "jpaas-jsearch-web-server" not in page.html:
        return None
    values = {
        "websiteid": _value(page, "websiteid", "webId"),
        "cateid": _value(page, "cateid", "cateId"),
        "serviceId": _value(page, "serviceId"),
    }
    return values if values["serviceId"] else None


def _jpaas_ask(page: Page, values: Values, words: str) -> Request:
    sent = {**values, "q": words, "p": "1", "pg": "10", "pos": "title,content"}
    action = f"{_origin(page)}/api-gateway/jpaas-jsearch-web-server/interface/search/info"
    return ask_form(action, "get", sent.items(), "utf-8", referer=page.url)


def _trs_marks(page: Page) -> Values | None:
    path = urlsplit(page.url).path
    if not path.endswith("/so/s") and "/so/ss/query/s" not in page.html:
        return None
    code = _value(page, "siteCode") or page.meta.get("siteidcode", "")
    return {"siteCode": code, "tab": _query_of(page).get("tab") or "all"} if code else None


def _trs_ask(page: Page, values: Values, words: str) -> Request:
    sent = {**values, "qt": words, "page": "1", "pageSize": "20"}
    action = f"{_origin(page)}/so/ss/query/s"
    return ask_form(action, "post", sent.items(), "utf-8", referer=page.url)


def _guangdong_marks(page: Page) -> Values | None:
    match = re.match(r"https?://search\.gd\.gov\.cn(?::\d+)?/search/\w+/(\d+)", page.url)
    return {"site_id": match[1]} if match else None


def _guangdong_ask(page: Page, values: Values, words: str) -> Request:
    # Form-encoded: a JSON body is silently ignored there.
    sent = {**values, "keywords": words, "page": "1", "range": "site", "position": "all", "sort": "smart"}
    return ask_form(f"{_origin(page)}/api/search/all", "post", sent.items(), "utf-8", referer=page.url)


def _kaipu_marks(page: Page) -> Values | None:
    """Only where the answer is not on the page already: the server renders it for the full set of fields."""
    query = _query_of(page)
    if not re.search(r"/(?:search\d*|guestweb\d*)/s$", urlsplit(page.url).path) or "checkHandle" in query:
        return None
    code = _value(page, "siteCode")
    return {"siteCode": code} if code else None


def _kaipu_ask(page: Page, values: Values, words: str) -> Request:
    sent = {
        "searchWord": words, "siteCode": values["siteCode"], "column": "全部", "wordPlace": "0",
        "orderBy": "0", "pageSize": "10", "pageNum": "0", "timeStamp": "0", "checkHandle": "1",
        "areaSearchFlag": "-1", "countKey": "0", "uc": "0",
    }  # fmt: skip
    return ask_form(page.url, "get", sent.items(), "utf-8", referer=page.url)


def _keywords_marks(page: Page) -> Values | None:
    """search.html?keywords= without the fields that make its server search (延安)."""
    query = _query_of(page)
    fits = urlsplit(page.url).path.endswith("/search.html") and "keywords" in query and "scope" not in query
    return {} if fits else None


def _keywords_ask(page: Page, values: Values, words: str) -> Request:
    scope = "title,resourceSummary,resourceContent,mc_listtitle"
    sent = {"keywords": words, "size": "15", "tab": "all", "isAll": "1", "page": "1", "scope": scope}
    return ask_form(page.url, "get", sent.items(), "utf-8", referer=page.url)


ENGINES = (
    Engine("hanweb_jsearch", "大汉 jsearch", _hanweb_marks, _hanweb_ask, read_json),
    Engine("hanweb_jpaas", "大汉 jpaas", _jpaas_marks, _jpaas_ask, read_json),
    Engine("trs_so", "拓尔思 so", _trs_marks, _trs_ask, read_json),
    Engine("guangdong", "广东省统一搜索", _guangdong_marks, _guangdong_ask, read_json),
    Engine("kaipu", "开普 search", _kaipu_marks, _kaipu_ask, None),
    Engine("search_html", "search.html", _keywords_marks, _keywords_ask, None),
)
