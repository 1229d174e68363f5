"""Party mark, error-report widget, site map: what is known by an element, not by text.

All three are often only an image in a link, a script, or a span that a script fills. Source: domain/02.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from selectolax.lexbor import LexborNode

from crawler.page import Page, squeeze

_ELEMENTS = "a,area,img,script[src],[id*=onac],[id*=jiucuo]"
_MARK_IMAGE = re.compile(
    r"(?:^|/)(?:\w*_)?(?:red|blue)(?:_error)?\.(?:png|gif|jpe?g)|dzjg|dangzheng|conac|dangzhengjiguan|shiyedanwei",
    re.IGNORECASE,
)
_MARK_WORDS = re.compile(r"党政机关|事业单位(?:网站)?(?:标[识志])?$")
_REPORT_WORDS = re.compile(r"网站\s*(?:找|纠|挑)\s*错|我要[找纠]错|^找错$")
# Per-article buttons (内容纠错) and QR code settings are not the entry of the whole site.
_NOT_REPORT = re.compile(r"内容纠错|[本原]文纠错|文章纠错|页面纠错|信息纠错")
_REPORT_LINK = re.compile(
    r"jiucuo(?!page)|/exposure/|errorInfo|check_web|zfwzgl\.www\.gov\.cn|zfwzxx\.www\.gov\.cn", re.IGNORECASE
)
_REPORT_CODE = re.compile(
    r"(?:site_?code=|Link\(['\"]|jiucuo\.png\?v=)\s*((?:bm)?\d{8,10}|N\d{9})", re.IGNORECASE
)
_MAP_WORDS = re.compile(
    r"^(?:网站|站点|本站|全站)?地图$|^(?:网站|站点|栏目)(?:导航|导图)$|^site\s?map$", re.IGNORECASE
)
_MAP_LINK = re.compile(r"/(?:wzdt|wzdh|zddt|sitemap|site_map|webmap)(?:[/_.]|$)", re.IGNORECASE)
_POLICE_LINK = re.compile(
    r"(?:beian\.gov\.cn|beian\.mps\.gov\.cn)\S*?(?:recordcode|code)=(\d{13,15})(?!\d)", re.IGNORECASE
)
_POLICE_TEXT = re.compile(r"公\s*网\s*安\s*备\D{0,6}(\d{13,15})(?!\d)")
_CONTACT = re.compile(r"^联系(?:我们|方式|电话)$")

Attributes = Mapping[str, str | None]


@dataclass(slots=True)
class Marks:
    """How each thing is shown; None where it is not."""

    party_mark: str | None = None
    error_report: str | None = None
    report_code: str | None = None
    site_map: str | None = None  # absolute URL; "" when a script opens it
    contact_page: str | None = None  # likewise
    police: str | None = None  # digits, by link or picture text
    email: str | None = None


def find_marks(page: Page) -> Marks:
    """Look at links, pictures, scripts and widget spans of the page and its parts, in order."""
    marks = Marks()
    for part in page.parts:
        for node in part.tree.css(_ELEMENTS):
            tag, attributes = node.tag or "", node.attributes
            _look_mark(marks, tag, attributes)
            _look_report(marks, tag, attributes, node)
            if tag == "a":
                _look_link(marks, attributes, node, page)
            elif tag == "img" and marks.police is None:
                words = f"{attributes.get('alt') or ''} {attributes.get('title') or ''}"
                shown = _POLICE_TEXT.search(words)
                marks.police = shown[1] if shown else None
    return marks


def _look_mark(marks: Marks, tag: str, attributes: Attributes) -> None:
    if marks.party_mark is not None:
        return
    address = attributes.get("href") or attributes.get("src") or ""
    identity = attributes.get("id") or ""
    if "bszs.conac.cn" in address:
        marks.party_mark = "link"
    elif tag == "script" and "conac.cn" in address:
        marks.party_mark = "script"
    elif tag == "img":
        words = f"{attributes.get('alt') or ''}{attributes.get('title') or ''}"
        if (
            identity == "imgConac"
            or "conac.cn" in address
            or _MARK_IMAGE.search(address)
            or _MARK_WORDS.search(words)
        ):
            marks.party_mark = "image"
    elif tag not in ("a", "script") and "ideconac" in identity.lower():
        marks.party_mark = "script"


def _look_report(marks: Marks, tag: str, attributes: Attributes, node: LexborNode) -> None:
    if marks.error_report is not None and marks.report_code is not None:
        return
    how = _report_how(tag, attributes, node)
    if how is None:
        return
    marks.error_report = marks.error_report or how
    if marks.report_code is None:
        code = attributes.get("sitecode") or attributes.get("site_code")
        if not code:
            values = " ".join(value for value in attributes.values() if value)
            match = _REPORT_CODE.search(values)
            code = match[1] if match else None
        marks.report_code = code.strip() if code else None


def _report_how(tag: str, attributes: Attributes, node: LexborNode) -> str | None:
    identity = attributes.get("id") or ""
    address = attributes.get("href") or attributes.get("src") or ""
    if tag == "script":
        return "script" if identity == "_jiucuo_" or _REPORT_LINK.search(address) else None
    words = " ".join(attributes.get(name) or "" for name in ("alt", "title", "aria-label"))
    if tag == "a":
        words = f"{words} {squeeze(node.text())}" if not node.css_first("script,style") else words
    if _NOT_REPORT.search(words):
        return None
    if _REPORT_LINK.search(address) or "Link('" in (attributes.get("onclick") or ""):
        return "link" if tag in ("a", "area") else "image"
    if tag == "span" and identity == "_span_jiucuo":
        return "widget"
    return "text" if any(_REPORT_WORDS.search(word) for word in words.split(" ") if word) else None


def _look_link(marks: Marks, attributes: Attributes, node: LexborNode, page: Page) -> None:
    href = attributes.get("href") or ""
    if marks.police is None and (match := _POLICE_LINK.search(href)):
        marks.police = match[1]
    if marks.email is None and href[:7].lower() == "mailto:" and "@" in href:
        marks.email = href[7:].partition("?")[0]
    if marks.site_map and marks.contact_page is not None:
        return
    text = "".join(node.text().split()) or (attributes.get("title") or "").strip()
    if not marks.site_map and (_MAP_WORDS.match(text) or (not text and _MAP_LINK.search(href))):
        marks.site_map = page.resolve(href) or ""
    if marks.contact_page is None and _CONTACT.match(text):
        marks.contact_page = page.resolve(href) or ""
