"""Which other documents belong to a page (header and footer scripts, frames), and what do they add?

A person sees a page with its frames, and with what its scripts and `.load()` calls put into it. The pieces
are named here, fetched by the walk, and read back from `page.includes`. Source: portals as seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.markup.written import loaded, parsed, written
from crawler.scope import site_host

if TYPE_CHECKING:
    from crawler.markup.page import Page

MAX_PIECES = 8
MAX_HOME_PIECES = 12  # of the home page, where any script of the site's own may write what is looked for
WRITTEN_DEPTH = 3

# Files that hold a header or footer: head.js, footer_2021.html, pro_head.html, pub_bottom.js, tail.html
_NAME = re.compile(
    r"(?:^|[/_.\-])(?:\w*_)?(?:page|common|comm|pub|public|site|web|index|wap|pc|new|www|main)?"
    r"(?:head(?:er)?|foot(?:er)?|top|bottom|btm|tail|copyright|include|yejiao|yetou|daohang|dibu|toubu|nav|menu|banquan)"
    r"(?:[_\-]?\w{0,12})?\.(?:js|html?|shtml|jsp|inc|aspx?|php)(?:$|\?)",
    re.IGNORECASE,
)
# Libraries that the pattern above would take: jquery.headroom.js, bootstrap-navbar.min.js, gotop.js
_LIBRARY = re.compile(
    r"jquery|bootstrap|swiper|vue|layui|\.min\.js|gotop|totop|backtop|topbar_tool|sticky|headroom|superslide|scroll"
    r"|share|aria|jiucuo|conac|stat|count|analy",
    re.IGNORECASE,
)
_PLACE = re.compile(r"(?:^|[\s_\-])(?:\w*)(?:foot|head|bottom|copyright|yejiao|banquan)", re.IGNORECASE)
_PLACE_COMMENT = re.compile(r"页脚|页尾|底部|版权|尾部|页头|头部|foot|head|bottom", re.IGNORECASE)
# Counters and hidden helpers, not parts of what is seen.
_COUNTER = re.compile(r"visit|count|stat|hit|click|tongji|blank", re.IGNORECASE)
_NO_SIZE = re.compile(r"^\s*[01](?:px)?\s*$")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


class Part(NamedTuple):
    """One parsed document of a page."""

    url: str  # relative links in it are resolved against this
    tree: LexborHTMLParser
    origin: str  # page | frame | loaded | script


class Wanted(NamedTuple):
    """Addresses of pieces, in document order."""

    same_host: tuple[str, ...]
    elsewhere: tuple[str, ...]  # named as header or footer, but on another host: never fetched for the page
    strangers: tuple[str, ...] = ()  # other scripts of a home page that are not read and may draw something


def wanted(page: Page) -> Wanted:
    """The pieces of a page, whether fetched or not; frames and loads first, then scripts."""
    return page.once(_find).wanted


def read_parts(page: Page) -> Iterator[Part]:
    """What the includes and the scripts add to the page."""
    pieces = page.once(_find)
    scripts = list(page.scripts)
    for url in pieces.wanted.same_host:
        text = page.includes.get(url)
        if text is None:
            continue
        if url in pieces.scripts:
            scripts.append(text)
        else:
            yield Part(url, parsed(text), "frame" if url in pieces.frames else "loaded")
    if page.rendered:  # what its scripts write stands in it already
        return
    for _ in range(WRITTEN_DEPTH):  # what a script writes may hold scripts that write
        added = written(scripts)
        if not added:
            return
        tree = parsed(added)
        yield Part(page.base, tree, "script")
        scripts = [node.text() for node in tree.css("script:not([src])")]


class _Pieces(NamedTuple):
    wanted: Wanted
    scripts: frozenset[str]
    frames: frozenset[str]


def _find(page: Page) -> _Pieces:
    frames = [url for url in map(page.resolve, _frame_sources(page)) if url]
    loads = [url for script in page.scripts for url in map(page.resolve, loaded(script)) if url]
    loads = [url for url in loads if _role(url) == "piece"]
    named: list[str] = []
    placed: list[str] = []
    others: list[str] = []
    for tag in page.script_tags:
        role = _role(tag.src) if tag.src else "library"
        url = page.resolve(tag.src or "") if role != "library" else None
        if url is not None:
            (named if role == "piece" else placed if _in_place(tag.node) else others).append(url)
    others = others if page.is_home else []
    host = site_host(page.url)
    ordered = dict.fromkeys([*frames, *loads, *named, *placed, *others])
    own = [url for url in ordered if site_host(url) == host and url != page.url]
    own = own[: MAX_HOME_PIECES if page.is_home else MAX_PIECES]
    foreign = [url for url in dict.fromkeys([*loads, *named]) if site_host(url) != host]
    strangers = [url for url in dict.fromkeys(others) if url not in own and not _HARMLESS.search(url)]
    found = Wanted(tuple(own), tuple(foreign), tuple(strangers))
    return _Pieces(found, frozenset([*named, *placed, *others]), frozenset(frames))


# Counters, maps, players and share buttons of others: none draws an entry, a search or a footer.
_HARMLESS = re.compile(
    r"//(?:[\w-]+\.)*(?:baidu|bdstatic|bdimg|cnzz|umeng|51\.?la|google[\w-]*|gstatic|qq|gtimg|sinajs|sina|weibo|amap"
    r"|jiathis|bshare|addthis|tianqi|tianqistatic|weather|sogou|so|360|qhimg|mediav|conac|growingio|sensorsdata"
    r"|youku|iqiyi|cctv|bilibili|polyv|clarity|hotjar|matomo)\.\w|webtrends|piwik|/(?:ta|wa|ga|hm|h|c|z_stat|push|uba?)\.js",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def _role(address: str) -> str:
    """piece: named as header or footer; library: surely neither; other: the place decides."""
    name = "/" + address.partition("?")[0].rpartition("/")[2]
    if _LIBRARY.search(name):
        return "library"
    return "piece" if _NAME.search(name) else "other"


def _frame_sources(page: Page) -> Iterator[str]:
    for node in page.tree.css("frame[src],iframe[src]"):
        attributes = node.attributes
        source = attributes.get("src") or ""
        small = any(_NO_SIZE.match(attributes.get(side) or "") for side in ("width", "height"))
        if not small and not _HIDDEN.search(attributes.get("style") or "") and not _COUNTER.search(source):
            yield source


def _in_place(node: LexborNode) -> bool:
    """True for a script in the body that stands where a header or footer is expected."""
    parent = node.parent
    if parent is None or parent.tag == "head":
        return False
    before = node.prev
    if before is not None and before.tag == "-text" and not (before.text_content or "").strip():
        before = before.prev
    if before is not None and before.is_comment_node and _PLACE_COMMENT.search(before.comment_content or ""):
        return True
    attributes = parent.attributes
    names = f"{attributes.get('id') or ''} {attributes.get('class') or ''}"
    return bool(_PLACE.search(names))


_TEMPLATE = re.compile(
    r"\bv-(?:text|html|for|bind)\b|\bng-(?:bind|repeat|app)\b|\{\{[^{}\n]{1,80}\}\}|x-text="
)
_TEMPLATE_MARKS = ("v-", "ng-", "{{", "x-text")
_SHELL_CHARACTERS = 80  # of visible text; assumed: a person would call less than this an empty page


def filled_by_script(page: Page) -> str | None:
    """Why the page as fetched is not what a person sees: `shell`, `template`, `empty_footer`, or None.

    `shell`: nearly no text but scripts. `template`: a client-side template (Vue, Angular) that data fills.
    `empty_footer`: a container for the footer without content, beside scripts.
    """
    return page.once(_filled_by_script)


def _filled_by_script(page: Page) -> str | None:
    if page.rendered or not page.tree.css_first("script"):
        return None
    added = sum(len(part.tree.body.text(strip=True)) for part in page.parts[1:] if part.tree.body)
    if len(page.text) + added < _SHELL_CHARACTERS:
        return "shell"
    marked = any(mark in page.html for mark in _TEMPLATE_MARKS)
    if marked and _TEMPLATE.search(page.html):
        return "template"
    for node in page.tree.css("div,footer,section"):
        if _holds_footer(node) and not node.text(strip=True) and not node.css_first("img,script"):
            return "empty_footer"
    return None


def _holds_footer(node: LexborNode) -> bool:
    """By its tag or its names, or as the root of an application. (Selectors for all of that take long.)"""
    if node.tag == "footer":
        return True
    attributes = node.attributes
    identity, classes = attributes.get("id") or "", attributes.get("class") or ""
    if identity in ("app", "root") or "bottom" in identity:
        return True
    return any(word in name for word in ("foot", "Foot") for name in (identity, classes) if name)


_LIST_NAME = re.compile(r"list|news|con|data|info|xw|dt|gg|yw", re.IGNORECASE)
_ASKS = re.compile(r"\$\.(?:ajax|post|get|getJSON)\s*\(|\baxios\b|\bfetch\s*\(|XMLHttpRequest")


def unfilled_lists(page: Page) -> bool:
    """A place named as a list that stands empty, and scripts that may fill it: those in the page that ask for
    data or, where the place has an id to be found by, files of the site. Pagers of sliders are empty, too,
    but are not called lists."""
    if page.rendered:
        return False
    asks = any(_ASKS.search(script) for script in page.scripts)
    files = any(tag.src and _role(tag.src) != "library" for tag in page.script_tags)
    for node in page.tree.css("ul,ol,tbody") if asks or files else ():
        identity, classes = node.attributes.get("id") or "", node.attributes.get("class") or ""
        named = _LIST_NAME.search(f"{identity} {classes}") and (asks or identity)
        if named and not node.text(strip=True) and node.css_first("img") is None:
            return True
    return False


def unread_frames(page: Page) -> bool:
    """Frames of the same host that were not read and are no header or footer by their name."""
    if page.rendered:
        return False
    frames = page.once(_find).frames
    wanted_here = (url for url in wanted(page).same_host if url in frames)
    return any(url not in page.includes and _role(url) != "piece" for url in wanted_here)


_LABEL = re.compile(
    r"(?:主办(?:单位)?|标[识示]码|备案(?:编?号)?|ICP备?|安备(?:案?号)?|电话|地址|邮箱)\s*[:：]?\s*$",
    re.IGNORECASE,
)
_VALUE_PLACES = "span[id],span[class],a[id],i[id],b[id],em[id],label[id],p[id],td[id],dd[id]"


def blank_labels(page: Page) -> bool:
    """A footer's label before an empty element that has a name, beside scripts: they may fill it."""
    if page.rendered or not page.script_tags:
        return False
    for part in page.parts:
        for node in part.tree.css(_VALUE_PLACES):
            before = node.prev
            if before is None or node.text(strip=True) or node.css_first("img"):
                continue
            text = (before.text_content or "") if before.tag == "-text" else before.text()
            if _LABEL.search(text[-20:]):
                return True
    return False
