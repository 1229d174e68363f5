"""What stands on a search result page, and is a wanted article among it?

Pure. A result is a hit by its address (also wrapped in a redirecting link) or by its title after both sides
are folded: width, spaces, punctuation, highlighting, a date at the end, a cut end. As seen on portals.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from crawler import urls
from crawler.markup.page import Page, squeeze
from crawler.search.engines import Found, Row
from crawler.traps import key_of

SHOWN_SHARE = 0.8  # of a title that must be seen where its end is cut off (assumed)
MORE_ALLOWED = 24  # characters beside the title in a result's link: a category, a date, a source
SHORT_START = 6  # characters of a cut title from which on its link is worth following

_CUT = re.compile(r"(?:\.{2,}|…+|。{3,}|\s*\[详细\])\s*$")
_DATE_END = re.compile(
    r"[\s\[(【（]*\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日?(?:\s+\d{1,2}:\d{2}(?::\d{2})?)?[\])】）\s]*$"
)
_NOT_WORDS = re.compile(r"[\W_]+")
_CALLED = re.compile(r"""["']((?:https?:)?/[^"'\s]+|[\w./-]+\.(?:s?html?|jsp|do)[^"'\s]*)["']""")
_TOTAL = re.compile(
    r"(?:找到|查询到|检索到|搜索到|搜到|共有?|约有?|结果)[^\d。\n]{0,14}(\d[\d,]*)\s*(?:条|个|项|篇)"
)
_NOTHING = re.compile(
    r"(?:没有|没|未(?:能)?)(?:找到|查询到|检索到|搜索到|搜到|查到|符合|相关|匹配)|(?:暂无|无)(?:相关|匹配|符合|查询|检索|搜索)"
    r"|(?:暂无|无)(?:数据|结果|记录|信息|内容)|抱歉|很遗憾"
)
_REFUSED = re.compile(
    r"验证码|安全验证|滑动验证|拖动滑块|(?:访问|操作|搜索|查询|检索|请求)(?:太|过于)(?:频繁|快)|请稍[后候]再(?:试|搜)"
    r"|字数(?:过长|超)|不能超过\d+个?字|captcha",
    re.IGNORECASE,
)
_SCRIPTED = re.compile(
    r"\$\.(?:ajax|post|get|getJSON)\s*\(|\baxios\b|\bfetch\s*\(|XMLHttpRequest|new\s+Vue\b|createApp\s*\(|\{\{|\bv-for="
    r"|ng-repeat|<script[^>]+src=[\"'][^\"']*(?:search|sousuo|jsearch|vue|react|angular|result)",
    re.IGNORECASE,
)


class Likeness(StrEnum):
    """How a result relates to a wanted article."""

    ADDRESS = "address"
    TITLE = "title"
    START = "start"  # its title is cut too early to tell: follow its link
    NONE = "none"


class Wanted(NamedTuple):
    """An article to be found. `addresses`: as linked and after redirects."""

    title: str
    addresses: tuple[str, ...] = ()


def read_rows(page: Page) -> Found:
    """Every link of a result page with its words; which are results shows only beside another page."""
    rows = []
    for part in page.parts:
        for node in part.tree.css("a"):
            words = (squeeze(node.text()), squeeze(node.attributes.get("title") or ""))
            titles = tuple(dict.fromkeys(word for word in words if word))
            address = _address(node.attributes.get("href") or "", node.attributes.get("onclick") or "", page)
            if titles:
                rows.append(Row(address, titles))
    total = _TOTAL.search(page.text)
    return Found(tuple(rows), int(total[1].replace(",", "")) if total else None)


def _address(href: str, called: str, page: Page) -> str | None:
    """Absolute; from the script where the link itself leads nowhere; None where only the script knows."""
    url = page.resolve(href) if href and not href.startswith("#") else None
    if url is None and (match := _CALLED.search(called or href)):
        url = page.resolve(match[1])
    return url


def fold(title: str) -> str:
    """For comparing: NFKC, lower case, letters and digits only, without a date at the end."""
    text = unicodedata.normalize("NFKC", title)
    undated = _DATE_END.sub("", text)
    return _NOT_WORDS.sub("", undated if len(undated) >= 4 else text).lower()


def likeness(row: Row, wanted: Wanted) -> Likeness:
    """By address first, then by the best of the result's wordings."""
    if any(same_article(row.url, address) for address in wanted.addresses):
        return Likeness.ADDRESS
    target = wrapped(row.url)
    if target and any(same_article(target, address) for address in wanted.addresses):
        return Likeness.ADDRESS
    found = [_titles_agree(title, fold(wanted.title)) for title in row.titles]
    return next((kind for kind in (Likeness.TITLE, Likeness.START) if kind in found), Likeness.NONE)


def _titles_agree(shown: str, wanted: str) -> Likeness:
    cut = _CUT.search(shown)
    text = fold(shown[: cut.start()] if cut else shown)
    if wanted in text and len(text) <= len(wanted) + MORE_ALLOWED:
        return Likeness.TITLE
    if cut and len(text) >= SHORT_START and wanted.startswith(text):
        return Likeness.TITLE if len(text) >= SHOWN_SHARE * len(wanted) else Likeness.START
    return Likeness.NONE


def same_article(one: str | None, other: str) -> bool:
    """One address apart from scheme, www., session ids and the order of the query."""
    return one is not None and _place(one) == _place(other)


def _place(url: str) -> str:
    return key_of(url).removeprefix("www.").rstrip("/")


def wrapped(url: str | None) -> str | None:
    """The address a redirecting result link carries in its query (visit/link.do?url=…), or None."""
    if url is None:
        return None
    for _, value in parse_qsl(urlsplit(url).query, errors="replace"):
        for text in (value, unquote(value)):  # some are encoded twice
            if text.startswith(("http://", "https://")):
                return text
    return None


def one_family(one: str | None, other: str) -> bool:
    """Whether both are on hosts of one registered domain."""
    first, second = urls.parse(one or ""), urls.parse(other)
    return first is not None and second is not None and urls.site_of(first.host) == urls.site_of(second.host)


def relevant(row: Row, title: str) -> bool:
    """Whether a result shares four characters in a row with the title asked for."""
    text, folded = fold(row.titles[0]), fold(title)
    return any(folded[at : at + 4] in text for at in range(max(1, len(folded) - 3)))


def says_nothing_found(text: str) -> bool:
    """A statement, in the text a person sees, that there is no result."""
    total = _TOTAL.search(text)
    if total is not None:
        return int(total[1].replace(",", "")) == 0
    return _NOTHING.search(text) is not None


def may_be_filled(page: Page) -> bool:
    """Whether a script could still put results on the page as fetched."""
    return _SCRIPTED.search(page.html) is not None


def refuses(text: str) -> bool:
    """A captcha, a rate limit, or a limit on what may be asked, in words."""
    return _REFUSED.search(text) is not None
