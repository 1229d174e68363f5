"""Party mark, error-report widget, site map: what is known by an element, not by text.

All three are often only an image in a link, a script, or a span that a script fills. 国办发〔2017〕47号.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crawler.markup.page import Link, Page

_WIDGETS = (
    '[id*=onac],[id*=jiucuo],[onclick*="Link(\'"],[onclick*=jiucuo i],[onclick*=conac i],iframe[src*=conac]'
)
_MARK_IMAGE = re.compile(
    r"(?:^|/)(?:red|blue)(?:_error)?\.(?:png|gif|jpe?g)|dzjg|sydw|dangzheng|conac|shiyedanwei",
    re.IGNORECASE,
)
_MARK_LINK = re.compile(r"^(?:党政机关|事业单位)(?:网站)?标[识志]$")
_MARK_WORDS = re.compile(r"党政机关|事业单位(?:网站)?(?:标[识志])?$")
_REPORT_WORDS = re.compile(r"网站\s*(?:找|纠|挑)\s*错|我[要来][找纠挑]错|^找错$")
# Per-article buttons (内容纠错) and QR code settings are not the entry of the whole site.
_NOT_REPORT = re.compile(r"内容纠错|[本原]文纠错|文章纠错|页面纠错|信息纠错")
_REPORT_LINK = re.compile(
    r"jiucuo(?!page)|/exposure/|errorInfo|check_web|zfwzgl\.www\.gov\.cn|zfwzxx\.www\.gov\.cn", re.IGNORECASE
)
# Lower-case parts of the patterns here, looked for before any pattern is run.
_REPORT_ADDRESSES = ("jiucuo", "/exposure/", "errorinfo", "check_web", "zfwzgl.", "zfwzxx.")
_MARK_FILES = (
    "red.",
    "blue.",
    "red_error",
    "blue_error",
    "dzjg",
    "dangzheng",
    "conac",
    "sydw",
    "shiyedanwei",
)
_REPORT_CODE = re.compile(
    r"(?:site_?code=|Link\(['\"]|jiucuo\.png\?v=)\s*((?:bm)?\d{8,10}|N\d{9})", re.IGNORECASE
)
_MAP_WORDS = re.compile(
    r"^[\[【|·\s]*(?:(?:网站|站点|本站|全站|栏目|导航)?\s?地图|(?:网站|站点|栏目|全站|地图)\s?(?:导航|导图)|site\s?map)[\]】|·\s]*$",
    re.IGNORECASE,
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
    pictured: str = ""  # words of pictures that name a code or a record, one a line


def find_marks(page: Page) -> Marks:
    """Look at links, pictures, scripts and widget spans of the page and its parts."""
    marks = Marks()
    addresses = "\n".join([link.raw for link in page.links]).lower()
    for part in page.parts:
        for node in part.tree.css(_WIDGETS):
            _look_widget(marks, node.tag or "", node.attributes)
        for node in part.tree.css("script[src]"):
            _look_widget(marks, "script", node.attributes)
    reports = [word for word in _REPORT_ADDRESSES if word in addresses]
    images = [word for word in _MARK_FILES if word in addresses]
    for link in page.links:
        if link.tag == "a":
            if marks.party_mark is None and (
                "bszs.conac.cn" in link.raw.lower() or _MARK_LINK.match(link.text)
            ):
                marks.party_mark = "link"
            _look_link(marks, link)
        elif link.tag == "img":
            _look_picture(marks, link, images)
        if "错" in link.text or (reports and any(word in link.raw.lower() for word in reports)):
            _look_report(marks, link)
    if "mailto:" in addresses:
        mails = (link.raw[7:].partition("?")[0] for link in page.links if link.raw[:7].lower() == "mailto:")
        marks.email = next((mail for mail in mails if "@" in mail), None)
    return marks


def _look_widget(marks: Marks, tag: str, attributes: Attributes) -> None:
    identity = (attributes.get("id") or "").lower()
    source = attributes.get("src") or ""
    called = attributes.get("onclick") or ""
    if "conac" in identity or "conac" in source.lower() or "bszs.conac.cn" in called.lower():
        marks.party_mark = marks.party_mark or ("script" if tag in ("script", "span") else "image")
    reports = "Link('" in called or "jiucuo" in called.lower()
    if "jiucuo" in identity or (tag == "script" and _REPORT_LINK.search(source)) or reports:
        marks.error_report = marks.error_report or ("script" if tag == "script" else "widget")
        if marks.report_code is None:
            code = attributes.get("sitecode") or attributes.get("site_code")
            marks.report_code = code.strip() if code else _code_in(f"{called} {source}")


def _look_picture(marks: Marks, link: Link, files: Sequence[str]) -> None:
    raw, text = link.raw, link.text
    if marks.party_mark is None and (
        (files and any(word in raw.lower() for word in files) and _MARK_IMAGE.search(raw))
        or (text and _MARK_WORDS.search(text))
    ):
        marks.party_mark = "image"
    if "标识码" in text or "备" in text:
        marks.pictured = f"{marks.pictured}{text}\n"
    if marks.police is None and "安备" in text and (shown := _POLICE_TEXT.search(text)):
        marks.police = shown[1]


def _look_link(marks: Marks, link: Link) -> None:
    raw, text = link.raw, link.text
    if marks.police is None and "code=" in raw and (match := _POLICE_LINK.search(raw)):
        marks.police = match[1]
    if not marks.site_map and ("图" in text or "导航" in text or not text or "map" in text.lower()):
        if _MAP_WORDS.match(text) or (not text and _MAP_LINK.search(raw)):
            marks.site_map = link.url or ""
    elif marks.contact_page is None and text[:2] == "联系" and _CONTACT.match(text):
        marks.contact_page = link.url or ""


def _look_report(marks: Marks, link: Link) -> None:
    if _NOT_REPORT.search(link.text):
        return
    by_address = bool(_REPORT_LINK.search(link.raw))
    if by_address or any(_REPORT_WORDS.search(word) for word in link.text.split(" ")):
        how = "image" if link.tag == "img" else "link"
        marks.error_report = marks.error_report or (how if by_address else "text")
        marks.report_code = marks.report_code or _code_in(link.raw)


def _code_in(text: str) -> str | None:
    match = _REPORT_CODE.search(text)
    return match[1] if match else None
