"""A close look at a page that seems to hold nothing: what says so, and what may be content all the same?

Looked for are text outside header, menu, footer and links, pictures, players, documents, and links that lead
away from the site. Pure. Source: docs/method.md, Columns.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator
from enum import Enum

from selectolax.lexbor import LexborNode

from crawler.markup.page import Page, squeeze
from crawler.markup.pieces import unfilled_lists
from crawler.markup.regions import in_chrome
from crawler.model import Frozen
from crawler.scope import site_host
from crawler.texts.article import ATTACHMENT
from probes.pictures import shown_on

SHORTEST = 15  # characters; fewer are no text (assumed)
FOOTER_REST = 60  # characters that may be left of an unmarked footer beside words that say "empty" (assumed)

# Words that only stand where there is nothing.
_EMPTY = re.compile(
    r"暂(?:时)?(?:无|没有|未(?:发布|公开|更新|添加))(?!法)(?:相关)?(?:数据|信息|内容|记录|文章|资料)?"
    r"|(?:没有|未|查无)(?:找到|查询到|检索到)?(?:任何|相关|符合条件的?|您要的)*(?:数据|信息|内容|记录|文章|结果|资料)(?!公开|不对称|化)|(?:没有|未)(?:找到|查询到|检索到)相关"
    r"|(?:抱歉|对不起)[,，!！]?\s*(?:没有|暂无)|(?<!有)无(?:相关|符合条件的?)?(?:数据|信息|内容|记录)(?!公开|不对称|化)|(?:内容|记录|列表|栏目)为空"
    r"|[共有]\s*0\s*[条篇项](?!\s*(?:评论|留言|回复|跟帖|点评))|no data",
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

# A sentence is content, whatever words it uses; those of a footer are not.
_FOOTING = re.compile(r"版权所有|浏览器|分辨率|备案|ICP|标识码|技术支持|最佳", re.I)
_FILE = re.compile(
    r"[^\s\"'()<>=]+\.(?:pdf|docx?|xlsx?|pptx?|wps|ofd|ceb|mp4|m3u8|flv|wmv|mp3|swf)(?=[\"'?#)&\s>]|$)", re.I
)
_SHOWN_FILE = re.compile(r"\.(?:jpe?g|png|gif|bmp|mp4|m3u8|flv|wmv|mp3|swf)(?:$|[?#])", re.I)
_NAMING = "[onclick],param[value],source[src]"
# What a script of the page builds in it, if it can: a map, a chart, a player, a book to leaf through.
_BUILDS = re.compile(
    r"\b(?:A|B|T|Q)?Map(?:GL)?\.Map\b|\b(?:T|L|ol|qq\.maps)\.[mM]ap\b|echarts\.init|Highcharts|\bnew\s+\w*Player\b|videojs\s*\("
    r"|PDFObject|pdfjs|\.(?:turn|flipBook|FlowPaperViewer)\s*\("
)
_DATA = re.compile(r"\sdata-[\w-]+\s*=\s*[\"']?" + _FILE.pattern, re.I)


class Nothing(Frozen):
    """A close look at a page that seems to hold nothing."""

    words: str = ""  # what says so: 暂无数据
    building: str = ""  # 栏目建设中
    statement: bool = False  # a dated 本年度无…
    own: int = 0  # characters outside chrome and links that belong to no known surrounding
    shown: tuple[str, ...] = ()  # pictures and frames outside chrome, as probes.pictures marks them
    media: int = 0  # players, canvases
    files: int = 0  # documents and films that links, attributes or scripts outside chrome name
    form: bool = False  # something to fill in: a service, not a list
    total_zero: bool = False  # the system itself says: no record
    leads: tuple[str, ...] = ()  # see leads_of
    unfilled: bool = False  # a named place for a list stands empty, and the page has scripts that may fill it
    builds: bool = False  # a script of the page draws something: only a browser shows whether it comes

    @property
    def says_so(self) -> bool:
        return bool(self.words or self.building or self.total_zero)

    def holds_text(self, shortest: int = SHORTEST) -> bool:
        return self.statement or self.own >= (FOOTER_REST if self.says_so else shortest)


def look_closely(page: Page, *, total_zero: bool = False) -> Nothing:
    """Read all that may be content; only asked where neither rows nor an article were found."""
    lines = list(_own_lines(page))
    short = "\n".join(line for line in lines if len(line) <= _SAYING)
    words, building = _EMPTY.search(short), _BUILDING.search(short)
    statement = any(_STATEMENT.search(line) and _TIME.search(line) for line in lines)
    names = {squeeze(name) for name in (page.title, page.meta.get("columnname", ""))}
    names |= {part.strip() for name in tuple(names) for part in re.split(r"[-_|｜—]", name)}
    tree = page.tree
    return Nothing(
        words=words[0] if words else "",
        building=building[0] if building else "",
        statement=statement,
        own=sum(len(line) for line in lines if line not in names and _is_own(line)),
        shown=shown_on(page),
        media=_count(page, tree.css("video,audio,canvas,svg text,[class*=player]")),
        files=_count(page, _naming_files(page)) + (_DATA.search(page.html) is not None),
        form=tree.css_first("textarea") is not None or len(tree.css("input[type=text],input[type=tel]")) >= 3,
        total_zero=total_zero,
        leads=leads_of(page),
        unfilled=unfilled_lists(page) or _hooked(page),
        builds=any(_BUILDS.search(script) for script in page.scripts),
    )


def leads_of(page: Page, *, everywhere: bool = False) -> tuple[str, ...]:
    """Links, hashed: `@…` lead to another host, or to a picture or film, `~…` to other pages. Those in chrome
    are left out unless `everywhere`, and so are breadcrumbs, neighbours and buttons."""
    host, here = site_host(page.url), page.url.partition("#")[0]
    found = []
    for node in page.tree.css("a[href],option[value*='://']"):
        attributes = node.attributes
        url = page.resolve(attributes.get("href") or attributes.get("value") or "")
        if url is None or url == here:
            continue
        if not everywhere and (_NEIGHBOUR.search(_beside(node)) or in_chrome(page, node)):
            continue
        away = site_host(url) != host or _SHOWN_FILE.search(url)
        found.append(f"{'@' if away else '~'}{zlib.crc32(url.encode()):x}")
    return tuple(dict.fromkeys(found))[:_LEADS_KEPT]


_NEIGHBOUR = re.compile(r"位置|[上下]一?[篇条页]|打印|关闭|返回|收藏|分享|首页|字体|字号|来源[:：]")


_COLUMN_ID = re.compile(r"\b(?:var|let|const)\s+(?:channel|column|catalog|category|node|list)_?[iI][dD]\s*=")


def _hooked(page: Page) -> bool:
    """Does the page tell its scripts which list to ask for: a hidden field outside forms, a variable?"""
    if not any(tag.src for tag in page.script_tags):
        return False
    for node in page.tree.css("input[type=hidden][id]"):
        up = node.parent
        while up is not None and up.tag != "form":
            up = up.parent
        if up is None:
            return True
    return any(_COLUMN_ID.search(script) for script in page.scripts)


def _beside(node: LexborNode) -> str:
    """The link's own words and those around it in the same node."""
    up = node.parent
    return f"{squeeze(node.text())}\n{squeeze(up.text(deep=False)) if up is not None else ''}"


_LEADS_KEPT = 1500
_SAYING = 40  # characters: what says "empty" says nothing else (assumed)


def _is_own(line: str) -> bool:
    if len(line) <= _SAYING and (_EMPTY.search(line) or _BUILDING.search(line)):
        return False
    return not _AROUND.search(line) or ("。" in line and not _FOOTING.search(line))


def _count(page: Page, nodes: Iterable[LexborNode]) -> int:
    return sum(1 for node in nodes if not in_chrome(page, node))


def _naming_files(page: Page) -> Iterator[LexborNode]:
    """Links, places and scripts of the body that name a document or film."""
    for node in page.tree.css("a[href]"):
        if ATTACHMENT.search(node.attributes.get("href") or ""):
            yield node
    for node in page.tree.css(_NAMING):
        if any(value and _FILE.search(value) for value in node.attributes.values()):
            yield node
    for node in page.tree.css("body script:not([src])"):
        if _FILE.search(node.text()):
            yield node


_UNSEEN = frozenset({"script", "style", "noscript", "template", "textarea", "option", "title", "button"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)


class _Place(Enum):
    """Where a text stands."""

    OWN = 1
    CHROME = 2
    UNSEEN = 3  # hidden, or the words of a link


def _own_lines(page: Page) -> Iterator[str]:
    """Text that a person sees outside header, menu, footer and links. A whole sentence counts wherever it
    stands but in a footer: what a region is called does not always tell what it is for."""
    if page.tree.body is None:
        return
    kept: dict[int, _Place] = {}
    for node in page.tree.body.traverse(include_text=True):
        if node.tag != "-text":
            continue
        parent = node.parent
        text = squeeze(node.text_content or "")
        if not text or parent is None:
            continue
        key = parent.mem_id
        if key not in kept:
            kept[key] = _place(page, parent)
        if kept[key] is _Place.OWN or (kept[key] is _Place.CHROME and _is_sentence(text)):
            yield text


_SENTENCE = 20  # characters (assumed)
_SERVICE = re.compile(r"主办|承办|主管|无障碍|读屏|模式|快捷键|离开|跳转|登录|搜索|检索")


def _is_sentence(text: str) -> bool:
    return len(text) >= _SENTENCE and "。" in text and not (_FOOTING.search(text) or _SERVICE.search(text))


def _place(page: Page, node: LexborNode) -> _Place:
    up: LexborNode | None = node
    while up is not None and up.tag != "body":
        attributes = up.attributes
        if up.tag in _UNSEEN or (up.tag == "a" and "href" in attributes):
            return _Place.UNSEEN
        if _HIDDEN.search(attributes.get("style") or ""):
            return _Place.UNSEEN
        up = up.parent
    return _Place.CHROME if in_chrome(page, node) else _Place.OWN
