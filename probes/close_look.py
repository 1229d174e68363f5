"""A close look at a page that seems to hold nothing: what says so, and what may be content all the same?

Looked for are text outside header, menu, footer and links, pictures, players, documents, and links that lead
away from the site. Pure. Source: docs/method.md, Columns.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborNode

from crawler.article import ATTACHMENT
from crawler.model import Frozen
from crawler.page import Page, squeeze
from crawler.regions import in_chrome
from crawler.scope import site_host
from probes.pictures import marks_of, pictures_of

SHORTEST = 15  # characters; fewer are no text (assumed)
FOOTER_REST = 60  # characters that may be left of an unmarked footer beside words that say "empty" (assumed)

# Words that only stand where there is nothing.
_EMPTY = re.compile(
    r"暂(?:时)?(?:无|没有|未(?:发布|公开|更新|添加))(?!法)(?:相关)?(?:数据|信息|内容|记录|文章|资料)?"
    r"|(?:没有|未|查无)(?:找到|查询到|检索到)?(?:任何|相关|符合条件的?|您要的)*(?:数据|信息|内容|记录|文章|结果|资料)|(?:没有|未)(?:找到|查询到|检索到)相关"
    r"|(?:抱歉|对不起)[,，!！]?\s*(?:没有|暂无)|无(?:相关|符合条件的?)?(?:数据|信息|内容|记录)|(?:内容|记录|列表|栏目)为空"
    r"|[共有]\s*0\s*[条篇项]|no data",
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
    r"[^\s\"'()<>=]+\.(?:pdf|docx?|xlsx?|pptx?|wps|ofd|ceb|mp4|m3u8|flv|wmv|mp3|swf)(?=[\"'?#)&]|$)", re.I
)
_SHOWN_FILE = re.compile(r"\.(?:jpe?g|png|gif|bmp|mp4|m3u8|flv|wmv|mp3|swf)(?:$|[?#])", re.I)
_NAMING = "[data-src],[data-url],[data-href],[data-file],[data-pdf],[onclick],param[value],source[src]"


class Nothing(Frozen):
    """A close look at a page that seems to hold nothing."""

    words: str = ""  # what says so: 暂无数据
    building: str = ""  # 栏目建设中
    statement: bool = False  # a dated 本年度无…
    own: int = 0  # characters outside chrome and links that belong to no known surrounding
    pictures: int = 0  # and frames, outside chrome
    shown: tuple[str, ...] = ()  # which, as probes.pictures marks them
    media: int = 0  # players, canvases
    files: int = 0  # documents and films that links, attributes or scripts outside chrome name
    form: bool = False  # something to fill in: a service, not a list
    total_zero: bool = False  # the system itself says: no record
    leads: tuple[str, ...] = ()  # links to other hosts, pictures and films outside chrome, hashed

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
    pictures = pictures_of(page)
    return Nothing(
        words=words[0] if words else "",
        building=building[0] if building else "",
        statement=statement,
        own=sum(len(line) for line in lines if line not in names and _is_own(line)),
        pictures=len(pictures),
        shown=marks_of(page, pictures),
        media=_count(page, tree.css("video,audio,canvas,[class*=player]")),
        files=_count(page, _naming_files(page)),
        form=tree.css_first("textarea") is not None or len(tree.css("input[type=text],input[type=tel]")) >= 3,
        total_zero=total_zero,
        leads=leads_of(page),
    )


def leads_of(page: Page) -> tuple[str, ...]:
    """Hashes of the links outside chrome that lead to another host, or to a picture or film."""
    host = site_host(page.url)
    found = []
    for node in page.tree.css("a[href]"):
        url = page.resolve(node.attributes.get("href") or "")
        if url is None or (site_host(url) == host and not _SHOWN_FILE.search(url)) or in_chrome(page, node):
            continue
        found.append(f"@{zlib.crc32(url.encode()):x}")
    return tuple(dict.fromkeys(found))[:_LEADS_KEPT]


_LEADS_KEPT = 100
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
            kept[key] = _shown(page, parent)
        if kept[key]:
            yield text


def _shown(page: Page, node: LexborNode) -> bool:
    up: LexborNode | None = node
    while up is not None and up.tag != "body":
        if up.tag in _UNSEEN or up.tag == "a" or _HIDDEN.search(up.attributes.get("style") or ""):
            return False
        up = up.parent
    return not in_chrome(page, node)
