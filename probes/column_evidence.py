"""What stands in the body of a column or article page, and what hints that there is nothing?

A page without rows and text is looked at closely: which words say "empty", what a script could still fill,
what stands outside header, menu and footer. Source: docs/method.md, Columns.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from crawler.article import ATTACHMENT, is_article_url, read_article
from crawler.dialects import read as read_dialects
from crawler.dialects.reading import RowSource
from crawler.model import Frozen
from crawler.page import Page, resolve, squeeze
from crawler.pieces import filled_by_script
from crawler.regions import in_chrome
from crawler.rows import find_rows, menu_like
from crawler.scope import site_host

PICTURES_KEPT = 12
ROWS_KEPT = 30  # addresses of undated rows, whose articles may have been visited

# Words that only stand where there is nothing.
_EMPTY = re.compile(
    r"暂无(?:相关)?(?:数据|信息|内容|记录|文章|资料|公开)|(?:没有|未)(?:找到|查询到|检索到)相关|抱歉[,，]?\s*没有|无相关(?:数据|信息|内容)"
    r"|共\s*0\s*[条篇项]|no data|无数据",
    re.I,
)
_BUILDING = re.compile(
    r"(?:内容|栏目|页面|网站|本栏目|系统|功能|正在|尚在|资料)(?:正在)?(?:建设|完善|整理|更新|维护|升级)中|正在(?:建设|维护|升级|完善)"
    r"|敬请期待|(?:栏目|网站|系统)(?:升级)?维护"
)
# 本单位本年度无行政处罚: a statement of fact, if it names its time.
_STATEMENT = re.compile(
    r"(?:本单位|本部门|本机关|本级|本年度|本季度|本月|今年|年度|截至|截止|我[局委县市区镇办])[^。\n]{0,40}?(?:无(?!法)|没有|未(?:发生|产生|收到|新增|开展|制定|实施))"
)
_TIME = re.compile(r"20\d\d\s*年|20\d\d[-/.]\d|本年度|[一二]〇[〇一二三四五六七八九]{2}年")
# Lines around a body that are no content of it.
_AROUND = re.compile(
    r"位置|发布(?:时间|日期|机构|单位|者)|来源|作者|编辑|浏览|点击|阅读|访问量|字体|字号|打印|关闭|分享|扫一扫|二维码|收藏|返回"
    r"|上一[篇条页]|下一[篇条页]|首页|尾页|末页|相关(?:附件|链接|文章|阅读|信息)|附件下载|索\s*引\s*号|主题(?:词|分类)|成文日期"
    r"|版权所有|主办|承办|备案|公网安备|标识码|邮编|网站地图|联系(?:电话|我们|方式)|技术支持|浏览器|^\W*\d*\W*$|^20\d\d[-/.年]\d+[-/.月]\d+日?"
    r"|^第?\s*\d+\s*[/页]|^共\s*\d+|^[大中小]$|^【|^[>＞›»|丨]"
)
_LIBRARY = re.compile(
    r"jquery|bootstrap|swiper|slide|conac|jiucuo|wza|barrier|aria|old(?:er)?|stat|count|analy|tongji|share|qrcode|html5shiv|respond"
    r"|polyfill|lazyload|marquee|calendar|datepicker|layer|base64|md5|crypto|cookie|player|video|audio|print|font",
    re.I,
)
_DIGITS = str.maketrans("", "", "0123456789")


class Nothing(Frozen):
    """A close look at a page that seems to hold nothing."""

    words: str = ""  # what says so: 暂无数据
    building: str = ""  # 栏目建设中
    statement: bool = False  # a dated 本年度无…
    own: int = 0  # characters outside chrome and links that belong to no known surrounding
    pictures: int = 0  # outside chrome
    shown: tuple[str, ...] = ()  # which, as in Body.framing
    media: int = 0  # frames, players, canvases
    files: int = 0  # links to documents outside chrome
    form: bool = False  # something to fill in: a service, not a list
    total_zero: bool = False  # the system itself says: no record


class Body(Frozen):
    """What one page holds."""

    name: str = ""  # ColumnName
    rows: int = 0
    menu_like: bool = False  # rows undated and short: perhaps the menu of the columns
    static: bool = False  # rows or text stand in the HTML itself
    newest: date | None = None
    oldest: date | None = None
    later: tuple[date, ...] = ()  # the three latest days, to tell a typing error from a list read too late
    dated: int = 0
    short: tuple[tuple[int, int], ...] = ()  # days without a year
    undated: tuple[str, ...] = ()  # addresses of undated rows
    hub: bool = False
    characters: int = 0
    pictures: int = 0
    media: int = 0
    files: int = 0
    article: bool = False  # an article by its address or tags
    tagged: bool = False  # has article tags
    has_text: bool = False  # read as an article or a standing text
    needs_browser: bool = False
    moved: bool = False  # only sends on
    away: bool = False  # the body is a frame of another host, or of one that we have not read
    scripts: tuple[str, ...] = ()  # what may fill a body: short hashes
    nothing: Nothing | None = None
    framing: tuple[str, ...] = ()  # pictures outside chrome that open no page of the site (banner, marks)


def observe(page: Page) -> Body | None:
    """Home pages are kept only for the scripts they share with the columns."""
    if page.is_home:
        static = filled_by_script(page) not in ("shell", "template")
        return Body(static=static, scripts=tuple(dict.fromkeys(_scripts(page))), framing=_framing(page))
    body = _with_article(_with_rows(Body(framing=_framing(page)), page), page)
    if body.has_text or (body.rows and not body.menu_like and not body.article):
        return body
    return body.model_copy(update={"nothing": _closely(page, total_zero=find_rows(page).total == 0)})


def _with_rows(body: Body, page: Page) -> Body:
    found = find_rows(page)
    dated = sorted(row.date for row in found.rows if row.date)
    short = {(row.month_day.month, row.month_day.day) for row in found.rows if row.month_day}
    undated = (row.url for row in found.rows if row.url and not (row.date or row.month_day))
    return body.model_copy(
        update={
            "rows": len(found.rows),
            "menu_like": menu_like(found.rows),
            "static": found.source is RowSource.STATIC and bool(dated),
            "newest": dated[-1] if dated else None,
            "oldest": dated[0] if dated else None,
            "later": tuple(dated[-3:]),
            "dated": len(dated),
            "short": tuple(sorted(short))[:ROWS_KEPT],
            "undated": tuple(undated)[:ROWS_KEPT],
            "hub": found.hub,
            "needs_browser": found.needs_browser,
        }
    )


def _with_article(body: Body, page: Page) -> Body:
    article = read_article(page)
    reading = read_dialects(page)
    has_text = article is not None and not article.blank
    return body.model_copy(
        update={
            "name": page.meta.get("columnname", "")[:40],
            "static": body.static or (has_text and reading.article is None),
            "characters": article.characters if article else 0,
            "pictures": article.images if article else 0,
            "media": article.media if article else 0,
            "files": len(article.attachments) if article else 0,
            "article": bool(article and article.article_url) or is_article_url(page.url),
            "tagged": bool(page.meta.get("articletitle")),
            "has_text": has_text,
            "moved": reading.redirect is not None,
            "away": _away(page),
            "scripts": tuple(dict.fromkeys(_scripts(page))),
        }
    )


def _scripts(page: Page) -> Iterator[str]:
    """Scripts that may fill a body, without libraries: address, or text without its numbers."""
    for tag in page.script_tags:
        if tag.src:
            address = tag.src.partition("?")[0]
            if not _LIBRARY.search(address.rpartition("/")[2]):
                yield _mark(address)
        elif tag.text and _ACTS.search(tag.text):
            yield _mark(tag.text)


@lru_cache(maxsize=4096)  # the pages of a site share most of theirs
def _mark(text: str) -> str:
    return f"{zlib.crc32(text.translate(_DIGITS).encode('utf-8', 'replace')):x}"


# An inline script that calls something or asks for something; plain values and style switches are left out.
_ACTS = re.compile(r"\w\s*\(")


def _away(page: Page) -> bool:
    """Is there a frame whose document we have not read? Its content is somebody else's or unknown."""
    host = site_host(page.url)
    for link in page.links:
        if link.tag in ("iframe", "frame", "embed", "object") and link.url:
            known = site_host(link.url) == host and link.url in page.includes
            if not known and not _SMALL_FRAME.search(link.url):
                return True
    return False


_SMALL_FRAME = re.compile(r"weather|tianqi|jiathis|bshare|share|visit|count|stat|blank", re.I)


def _closely(page: Page, *, total_zero: bool) -> Nothing:
    lines = list(_own_lines(page))
    text = "\n".join(lines)
    words, building = _EMPTY.search(text), _BUILDING.search(text)
    statement = any(_STATEMENT.search(line) and _TIME.search(line) for line in lines)
    names = {squeeze(name) for name in (page.title, page.meta.get("columnname", ""))}
    names |= {part.strip() for name in tuple(names) for part in re.split(r"[-_|｜—]", name)}
    own = sum(
        len(line)
        for line in lines
        if line not in names
        and not _AROUND.search(line)
        and not _EMPTY.search(line)
        and not _BUILDING.search(line)
    )
    tree = page.tree
    pictures = [node for node in tree.css("img[src]") if not _tiny(node) and not in_chrome(node)]
    return Nothing(
        words=words[0] if words else "",
        building=building[0] if building else "",
        statement=statement,
        own=own,
        pictures=len(pictures),
        shown=_marks(pictures),
        media=_count(tree.css("video,audio,embed,object,iframe,canvas,[class*=player]")),
        files=_count(
            node for node in tree.css("a[href]") if ATTACHMENT.search(node.attributes.get("href") or "")
        ),
        form=tree.css_first("textarea") is not None or len(tree.css("input[type=text],input[type=tel]")) >= 3,
        total_zero=total_zero,
    )


def _count(nodes: Iterable[LexborNode]) -> int:
    return sum(1 for node in nodes if not in_chrome(node))


def _marks(pictures: Iterable[LexborNode]) -> tuple[str, ...]:
    """Short hashes of their addresses; the second showing of one is marked as the second."""
    counts: Counter[str] = Counter()
    for node in pictures:
        # From the site's root on, however deep the page lies that shows it.
        address = (node.attributes.get("src") or "").partition("?")[0].lstrip("./")
        counts[f"{zlib.crc32(address.encode('utf-8', 'replace')):x}"] += 1
    numbered = (f"{mark}#{number}" for mark, count in counts.items() for number in range(1, count + 1))
    return tuple(numbered)[:PICTURES_KEPT]


def _framing(page: Page) -> tuple[str, ...]:
    if "<img" not in page.html and "<IMG" not in page.html:
        return ()
    pictures = (node for node in page.tree.css("img[src]") if not _tiny(node) and not _opens(page, node))
    return _marks(node for node in pictures if not in_chrome(node))


def _opens(page: Page, node: LexborNode) -> bool:
    """Does a click on the picture open a page of the site other than home? Then it is that page's own."""
    up = node.parent
    while up is not None and up.tag not in ("a", "body"):
        up = up.parent
    if up is None or up.tag != "a":
        return False
    target = resolve(page.base, up.attributes.get("href") or "")
    return target is not None and site_host(target) == site_host(page.url) and urlsplit(target).path != "/"


def _tiny(node: LexborNode) -> bool:
    name = (node.attributes.get("src") or "").rpartition("/")[2].lower()
    return name.startswith(("icon", "ico_", "arrow", "dot", "line", "logo", "print", "close", "more", "home"))


_UNSEEN = frozenset({"script", "style", "noscript", "template", "textarea", "option", "title", "button"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


def _own_lines(page: Page) -> Iterator[str]:
    """Text that a person sees outside header, menu, footer and links."""
    if page.tree.body is None:
        return
    kept: dict[int, bool] = {}
    for node in page.tree.body.traverse(include_text=True):
        if node.tag != "-text":
            continue
        parent = node.parent
        text = squeeze(node.text_content or "")
        if not text or parent is None:
            continue
        key = parent.mem_id
        if key not in kept:
            kept[key] = _shown(parent)
        if kept[key]:
            yield text


def _shown(node: LexborNode) -> bool:
    up: LexborNode | None = node
    while up is not None and up.tag != "body":
        if up.tag in _UNSEEN or up.tag == "a" or _HIDDEN.search(up.attributes.get("style") or ""):
            return False
        up = up.parent
    return not in_chrome(node)
