"""What does an article page say: title, date, source, body text without chrome, attachments, media.

Pure. Title, date and source are found by crawler/texts/article_head.py. Source: the body containers seen on
real portals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import dialects
from crawler.dialects.reading import DialectArticle
from crawler.lists.rows import find_rows, menu_like
from crawler.markup.dates import parse_date, url_date
from crawler.markup.page import block_text, resolve, squeeze
from crawler.markup.regions import in_chrome
from crawler.texts.article_head import find_date, find_source, find_title, is_headed, line_of, tag_of

if TYPE_CHECKING:
    from crawler.markup.page import Page


@dataclass(frozen=True, slots=True)
class Article:
    """One article or standing page. `characters` counts what is not white space in the body."""

    title: str
    date: date | None
    date_source: str  # text | meta | url | json | ''
    source: str
    characters: int
    text: str
    attachments: tuple[str, ...] = ()  # absolute URLs
    images: int = 0
    media: int = 0  # videos, audios, players, frames
    article_url: bool = False  # its address or tags say: an article, so no text means a blank one

    @property
    def blank(self) -> bool:
        """Neither text (15 characters; assumed), picture, video nor attachment."""
        return self.characters < 15 and not (self.images or self.media or self.attachments)


BODIES = (
    "#UCAP-CONTENT,ucapcontent,.trs_editor_view,.TRS_UEDITOR,.TRS_Editor,#zoom,#Zoom,#zoomcon,#ivs_content,"
    ".Article_content,.article-content,.article_content,.content_article,.v_news_content,.wp_articlecontent,"
    "#detailContent,.pages_content,.xxgk-content,.main-txt,.artile_zw,#info_content,.news_content,#js_content,"
    "#vsb_content,.zw-content,.zw,#articleContent,.con_text,.view_content,.article-con,.detail-content,"
    ".content-txt,#content_text,.Custom_UnionStyle,.zwnr,#mainText,.nr,.article-body,.info-content"
)
_BODY_TAG = "ucapcontent"
_BODY_NAMES = [(name[1:].lower(), name) for name in BODIES.split(",") if name != _BODY_TAG]
_ARTICLE_URL = re.compile(
    r"/t\d{8}_\d+\.s?html?|/art/\d{4}/(?:\d+/\d+/)?art_|/content/post_\d+|/(?:content|c)_\d+\.s?html?"
    r"|/\d{6,8}/[0-9a-f]{32}\.s?html|/\d{8}/[0-9a-f]+/c\.html|/c\d+/content\.html|/info/\d+/\d+\.htm"
    r"|/\d{4}/\d{4}/c\d+a\d+/page\.htm|/(?:gi|ns)_news/\d+|newscontenturl|/contents?/\d+/\d+\.html"
    r"|/doc/\d{4}/\d{2}/\d{2}/\d+\.shtml|/\d{4}-\d{2}[-/]\d{2}/\w+\.s?html?|/\d{19}\.html",
    re.IGNORECASE,
)
ATTACHMENT = re.compile(
    r"\.(?:docx?|xlsx?|pptx?|pdf|wps|et|ofd|zip|rar|7z|txt|csv|rtf|ceb)(?:$|[?#])", re.IGNORECASE
)
_TAIL = re.compile(
    r"\n(?:相关附件|相关链接|相关文章|相关新闻|相关阅读|扫一扫|打印本页|【?打印|关闭(?:窗口"
    r"|本页)|上一[篇条]|下一[篇条]|分享到|您访问的链接即将离开)"
)
_NOT_TEXT = re.compile(
    r"^(?:(?:该|本)?栏目)?(?:(?:对不起|抱歉)[,，!！]?\s*)?(?:暂时?|目前)?(?:无|没有|未)(?:找到|查询到|检索到)?(?:任何|相关|符合条件的?)*"
    r"(?:内容|数据|信息|记录|文章|结果)?[。！!]*$|^(?:内容)?加载中.*$"
)
_PAGER = re.compile(
    r"^(?:[上下]一?页|[首尾末]页|第?\d+/共?\d+页|[共有]+[ ]?0[ ]?[条页篇](?:记录|信息)?|[ |，,/:：])+$",
    re.MULTILINE,
)


def read_article(page: Page) -> Article | None:
    """The article of a page, or None where it is none; read once, kept while the page lives."""
    return page.once(_read)


def is_article_url(url: str) -> bool:
    """Is this the address form of one article in a known CMS?"""
    return _ARTICLE_URL.search(url) is not None


def _read(page: Page) -> Article | None:
    told = dialects.read(page).article
    if told is not None:
        return _from_data(page, told)
    if page.is_home or page.tree.body is None:
        return None
    tagged = bool(tag_of(page, "articletitle"))
    named = tagged or is_article_url(page.url)
    body = _body(page)
    if not named and body is not None and _is_list(page, body):
        return None
    return _assemble(page, body, named)


def _assemble(page: Page, body: LexborNode | None, named: bool) -> Article | None:
    text = _clean(block_text(body)) if body is not None else ""
    characters = _count(text)
    lines = page.text.split("\n")
    title, at = find_title(page, lines)
    first = text.partition("\n")[0]
    start = line_of(lines, squeeze(first)[:40], at) if first else min(len(lines), (at or 0) + 12)
    day, where = find_date(page, lines, at, start, text)
    images, media, attachments = _contents(page, body)
    if not named and characters < 15 and not (images or media or attachments):
        named = is_headed(page)
        if not named:
            return None
    zone = "\n".join(lines[max(0, (at or start) - 20) : start + 1])
    return Article(
        title, day, where, find_source(page, zone), characters, text, attachments, images, media, named
    )


def _from_data(page: Page, told: DialectArticle) -> Article:
    tree = LexborHTMLParser(told.html)
    text = _clean(block_text(tree.body)) if tree.body is not None else ""
    images, media, attachments = _contents(page, tree.body)
    day = told.date or url_date(page.url)
    return Article(
        title=told.title,
        date=day,
        date_source="json" if told.date else "url" if day else "",
        source=told.source,
        characters=_count(text),
        text=text,
        attachments=tuple(dict.fromkeys((*attachments, *told.attachments))),
        images=images,
        media=media,
        article_url=True,
    )


# -- body


def _body(page: Page) -> LexborNode | None:
    """The node that holds the running text: a container known by name, else where most of it stands."""
    named = _named_bodies(page)
    if named:
        best = max(named, key=lambda node: len(node.text()))
        if _count(best.text()) >= 15 or best.css_first("img,video,embed,object,iframe,a"):
            return best
    return _densest(page) or (named[0] if named else None)


def _named_bodies(page: Page) -> list[LexborNode]:
    """What BODIES select; asked only for those that are there, as a selector looks at every node for each."""
    there = [selector for name, selector in _BODY_NAMES if name in page.names]
    return page.tree.css(",".join([_BODY_TAG, *there]))


def _densest(page: Page) -> LexborNode | None:
    sums: dict[int, int] = {}
    nodes: dict[int, LexborNode] = {}
    for paragraph in page.tree.css("p"):
        parent = paragraph.parent
        if parent is None or parent.tag in ("li", "footer", "header", "nav", "a"):
            continue
        text = paragraph.text().strip()
        key = parent.mem_id
        nodes[key] = parent
        sums[key] = sums.get(key, 0) + (len(text) if "。" in text or "，" in text else len(text) // 4)
    for node in page.tree.css("div,td,article,section"):
        own = node.text(deep=False).strip()
        if len(own) >= 40:
            key = node.mem_id
            nodes[key] = node
            sums[key] = sums.get(key, 0) + (len(own) if "。" in own else len(own) // 4)
    if not sums:
        return None
    for key in sorted(sums, key=lambda key: -sums[key]):
        if sums[key] < 30:
            return None
        if not in_chrome(page, nodes[key]):
            return nodes[key]
    return None


def _is_list(page: Page, body: LexborNode) -> bool:
    """Rows outweigh running text, so the page is a list with some text around it."""
    rows = find_rows(page)
    if not rows.rows or _announced(page, body):
        return False
    if menu_like(rows.rows) and not body.css_first("a"):
        return False  # a page with little on it: what repeats there is its menu
    dated = sum(1 for row in rows.rows if row.date is not None or row.month_day is not None)
    linked = sum(len(row.title) for row in rows.rows)
    running = _count(body.text())
    if dated >= 2 or rows.hub:
        return running < 4 * linked
    return running < linked


_ANNOUNCING = 6  # lines between title and text: time, source, counts, sizes of letters
_OWN_TITLE = 8  # characters; shorter ones may be the column's name (assumed)
_RUNNING = 60  # characters of text below them (assumed)


def _announced(page: Page, body: LexborNode) -> bool:
    """Title, its day, then running text: an article, however long the lists beside it are."""
    text = _clean(block_text(body))
    first = text.partition("\n")[0]
    if _count(text) < _RUNNING or not first:
        return False
    lines = page.text.split("\n")
    title, at = find_title(page, lines)
    if at is None or len(title) < _OWN_TITLE:
        return False
    start = line_of(lines, squeeze(first)[:40], at)
    between = lines[at + 1 : start]
    if not 0 < len(between) <= _ANNOUNCING or not squeeze(lines[start] if start < len(lines) else ""):
        return False
    listed = {row.title for row in find_rows(page).rows}
    if first in listed or any(line in listed for line in between):
        return False
    return parse_date(" ".join(between)) is not None


def _count(text: str) -> int:
    """Characters without white space."""
    return len("".join(text.split()))


def _clean(text: str) -> str:
    tail = _TAIL.search("\n" + text)
    if tail is not None:
        text = text[: max(0, tail.start() - 1)]
    plain = _PAGER.sub("", text).strip()
    return "" if _NOT_TEXT.match(plain) else plain


def _contents(page: Page, body: LexborNode | None) -> tuple[int, int, tuple[str, ...]]:
    """Pictures, media and attachments of the body and of the block around it (attachment boxes)."""
    if body is None:
        return 0, 0, ()
    images = sum(1 for node in body.css("img") if not _icon(node.attributes.get("src") or ""))
    media = len(body.css("video,audio,embed,object,iframe,[class*=player]"))
    box = body.parent.parent if body.parent is not None and body.parent.parent is not None else body
    hrefs = [node.attributes.get("href") or "" for node in box.css("a[href]")]
    urls = (resolve(page.base, href) for href in hrefs if ATTACHMENT.search(href))
    return images, media, tuple(dict.fromkeys(url for url in urls if url is not None))


def _icon(src: str) -> bool:
    name = src.rpartition("/")[2].lower()
    return name.startswith(("icon", "file", "doc", "pdf", "xls", "print", "close")) or name.endswith(".gif")
