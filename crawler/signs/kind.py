"""What kind of page is this? Conservative: walls and error pages are named by marks, not by guesses.

Pure. What no rule is sure of is `other`, which no probe blames. Source: the signs of walls and the
words of error pages, columns and service guides seen on real portals.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler import dialects
from crawler.gate.walls import READ_BYTES, find_wall
from crawler.lists.rows import find_rows
from crawler.model import PageKind
from crawler.texts.article import is_article_url, read_article

if TYPE_CHECKING:
    from crawler.markup.page import Page

WALL_TEXT = 600  # visible characters; a page with more is no challenge shell
ERROR_TEXT = 500
WALL_HTML = 60_000
CHALLENGES = (412, 403, 521, 202)

_ERROR_TITLE = re.compile(
    r"(?:^|\D)(?:40[0-9]|50[0-9])(?:\D|$)|not found|forbidden|bad gateway|service unavailable"
    r"|server error"
    r"|(?:页面|网页|文件|内容|信息)(?:不存在|未找到|找不到|无法访问|已删除|走丢|丢失)|出错"
    r"|错误提示|错误页|访问出错"
    r"|(?:系统|网站|站点|页面)(?:正在)?(?:升级|维护|关闭|停用|暂停)",
    re.IGNORECASE,
)
_ERROR_BODY = re.compile(
    r"(?:页面|网页|文件|资源|内容|信息)(?:可能)?(?:不存在|未找到|找不到|无法找到"
    r"|已(?:经)?(?:被)?(?:删除|移除|下线)|走丢|失联)"
    r"|(?:找不到|无法显示|没有找到)(?:您|你)?(?:要|所|请求|访问|查看)?的?(?:页面|网页|内容|信息"
    r"|文件)|not found on this server"
    r"|(?:网站|系统|站点)(?:正在|升级)?(?:升级)?维护中?|(?:网站|站点)(?:已|暂时)(?:关闭"
    r"|停用|下线)|HTTP (?:Status|Error) [45]\d\d"
    r"|Welcome to nginx|IIS Windows Server|Apache Tomcat/|It works!",
    re.IGNORECASE,
)
# What was asked for by its number is not in the store.
_MISSING_RECORD = re.compile(
    r"参数(?:错误|不正确|不对|有误|非法|无效)|(?:非法|无效|错误的?)参数|ID(?:错误|不存在|无效)|无此(?:信息|文章|新闻|记录|栏目)"
    r"|(?:记录|文章|新闻|数据|栏目|信息|内容)(?:可能)?(?:不存在|已(?:经)?(?:被)?删除)|(?:没有|未)找到(?:该|这|此|您要|要)(?:的?|条|篇)?(?:信息|文章|新闻|记录|栏目|内容)"
)
_SAYING = 30  # characters of a line that says that and nothing else (assumed)
# A title goes on after the words (文章不存在怎么办, 记录不存在的处理); a letter has its day and its reply.
_GOES_ON = re.compile(r"[?？]|(?:不存在|删除|错误|有误|无效)(?:[的时后]|怎|如何|处理|问题|情况)")
_LETTER = re.compile(r"20\d\d\s*[-/.年]\s*\d|回复|答复|来信|信件|留言|咨询")
_ALERT = re.compile(r"alert\s*\(\s*[\"']([^\"']{2,60})[\"']\s*\)")
_SEARCH_URL = re.compile(
    r"/(?:so/s|search|jsearch\w*|was5/web/search|searchall|ssjg)(?:[/?.]|$)|[?&](?:searchword"
    r"|keywords|q|qt)=",
    re.I,
)
_SEARCH_TITLE = re.compile(r"搜索结果|站内搜索|站内检索|全站搜索|检索结果|智能搜索|^搜索|全文检索")
_INTERACTION = re.compile(
    r"互动|信箱|邮箱|我要(?:写信|咨询|投诉|建议|预约)|写信|信件|留言|咨询投诉|在线咨询|网上咨询"
    r"|投诉|举报|问政|建言|意见征集|民意征集|征集调查"
    r"|网上调查|在线调查|调查征集|在线访谈|访谈|回复选登|答复选登|意见箱|热线|12345|结果反馈|政民"
)
_DISCLOSURE = re.compile(
    r"信息公开|政务公开|依申请公开|公开(?:指南|制度|年报|目录|规定)|法定主动公开|公开年度报告"
    r"|工作年度报告|权责清单|三公经费|机构(?:职能|概况|职责)|领导(?:之窗|简介|分工)|基层政务公开"
)
_DISCLOSURE_URL = re.compile(
    r"/(?:zfxxgk|xxgk\w*|gkmlpt|zwgk|gkml|govxxgk|openinfo|public/column)(?:[/?._]|$)", re.I
)
_SERVICE = re.compile(r"办事指南|服务指南|办事服务|办事指引|政务服务|办理指南|事项指南")
GUIDE_ELEMENTS = (
    "事项名称|实施事项名称|基本信息",
    "设定依据|法律依据|实施依据|政策依据|办理依据",
    "申请条件|受理条件|办理条件|申报条件",
    "办理材料|申请材料|申报材料|提交材料|材料清单|所需材料",
    "办理地点|受理地点|办理窗口|窗口地址|办公地址",
    "办理机构|实施主体|实施机关|受理机构|办理部门",
    "收费标准|是否收费|收费情况|收费依据|不收费",
    "办理时间|办公时间|工作时间|受理时间|办理时限|承诺办结时限|法定办结时限|承诺时限",
    "联系电话|咨询电话|咨询方式|监督电话",
    "办理流程|办事流程|审批流程|流程图|办理程序|办理环节",
)
_GUIDE = tuple(tuple(element.split("|")) for element in GUIDE_ELEMENTS)
_CRUMB = re.compile(
    r"(?:当前|您的|你的|所在|现在)(?:的)?(?:所在)?位置[是：:]*\s*(?P<trail>.{0,160})", re.DOTALL
)
_HOME_PATH = re.compile(r"^/?(?:(?:index|default|home|main)\.(?:s?html?|jsp|aspx?|php|do))?$", re.I)


def page_kind(page: Page) -> PageKind:
    """The page's kind; read once, kept while the page lives."""
    return page.once(_kind)


def wall_of(page: Page) -> str | None:
    """The name of the wall whose marks this page bears; None for a page that says something.

    A saved page has lost its status, so the marks of challenge statuses are tried too: on a page nearly
    without text and links they prove the same.
    """
    if len(page.html) > WALL_HTML or len(page.text) >= WALL_TEXT or find_link_count(page) >= 10:
        return None
    start = page.html[:READ_BYTES].encode()
    for status in dict.fromkeys((page.status, *CHALLENGES)):
        name = find_wall(status, {}, start)
        if name is not None:
            return name
    return None


def is_error(page: Page) -> bool:
    """An error, maintenance or server default page, whatever its status says."""
    if page.status >= 400:
        return True
    size = len(page.text)
    if size > ERROR_TEXT or (size > 150 and find_link_count(page) > 15):
        return False
    if not size and not page.title:
        told = _ALERT.search(page.html) if len(page.html) < ERROR_TEXT * 2 else None
        return told is not None and says_no_record(told[1])
    if _ERROR_TITLE.search(page.title) is not None and size < ERROR_TEXT:
        return not read_tagged(page)
    said = _ERROR_BODY.search(page.text) is not None or says_no_record(page.text)
    return said and not read_tagged(page)


def says_no_record(text: str) -> bool:
    """Does a short page say in a line of its own that what was asked for by its number is not there?"""
    if _LETTER.search(text):
        return False
    # Some texts come with their lines joined by spaces.
    return any(
        len(line) <= _SAYING and _MISSING_RECORD.search(line) and not _GOES_ON.search(line)
        for line in text.split()
    )


def read_tagged(page: Page) -> bool:
    """Does the page carry article tags? Then short words about errors are its subject, not its state."""
    return bool(page.meta.get("articletitle"))


def find_link_count(page: Page) -> int:
    """How many links a person could follow from here."""
    return page.once(_count_links)


def _count_links(page: Page) -> int:
    return len([link for link in page.links if link.url and link.tag == "a"])


def trail(page: Page) -> str:
    """The breadcrumb (当前位置：首页 > 政务公开), one line; '' where there is none."""
    return page.once(_trail)


def _trail(page: Page) -> str:
    match = _CRUMB.search(page.text) if "位置" in page.text else None
    return match["trail"].replace("\n", " ") if match is not None else ""


def _kind(page: Page) -> PageKind:
    if wall_of(page) is not None:
        return PageKind.CHALLENGE
    if is_error(page):
        return PageKind.ERROR
    if page.is_home:
        return PageKind.HOME
    reading = dialects.read(page)
    if reading.article is not None:
        return PageKind.ARTICLE
    if _SEARCH_TITLE.search(page.title) or (
        _SEARCH_URL.search(page.url) and not is_article_url(page.url) and not read_tagged(page)
    ):
        return PageKind.SEARCH
    if reading.tree:
        return PageKind.DISCLOSURE
    return _content_kind(page)


def _content_kind(page: Page) -> PageKind:
    where = " ".join((page.title, page.meta.get("columnname", ""), trail(page)[:60]))
    article = read_article(page)
    if article is not None and _names_elements(article.text):
        return PageKind.SERVICE_GUIDE
    if article is not None and (read_tagged(page) or is_article_url(page.url)):
        return PageKind.ARTICLE
    if looks_home(page):
        return PageKind.HOME
    if _INTERACTION.search(where):
        return PageKind.INTERACTION
    if _SERVICE.search(where):
        return PageKind.SERVICE_GUIDE
    if article is not None and article.date is not None:
        return PageKind.ARTICLE
    own = f"{page.title[:40]} {page.meta.get('columnname', '')}"
    if _DISCLOSURE.search(own) or _DISCLOSURE_URL.search(page.url):
        return PageKind.DISCLOSURE
    rows = find_rows(page)
    if rows.rows or rows.needs_browser or page.meta.get("columnname") or trail(page):
        return PageKind.COLUMN
    return PageKind.OTHER


def _names_elements(text: str) -> bool:
    """Does it name five of the ten elements of a service guide?"""
    return sum(1 for words in _GUIDE if any(word in text for word in words)) >= 5


def looks_home(page: Page) -> bool:
    """The root of a host, or a page full of lists that is called as its site and shows no breadcrumb."""
    path = urlsplit(page.url).path
    if _HOME_PATH.match(path) and not urlsplit(page.url).query:
        return True
    if trail(page) or find_link_count(page) < 60:
        return False
    title = re.split(r"[-_|｜ ]", page.title)[-1].strip() or page.title
    site = page.meta.get("sitename", "")
    alone = page.title in (site, title) and bool(page.title)
    return alone and find_rows(page).hub
