"""Is the page that opens at a portal's address the home page of this unit?

What opens may be a server's default page, a parked name, a notice that the site has moved, a login, or the
site of somebody else. Then nothing on it says anything about the unit: that is one fault, not sixty. Named
marks only, on pages that hold little besides; a page that names the unit is never taken for another's.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler import dialects
from crawler.model import Unit, UnitKind
from crawler.scope import Scope
from crawler.signs.kind import find_link_count, is_error, wall_of
from crawler.urls import site_of

if TYPE_CHECKING:
    from crawler.markup.page import Page


class HomeDoubt(StrEnum):
    """Why what opened is not read as the unit's home page."""

    WALL = "wall"
    ERROR = "error"
    CLOSED = "closed"  # a maintenance or closing notice: for a day, or for good
    EMPTY = "empty"  # nothing to see, and no script that could bring anything
    DEFAULT = "default"  # of a web server or site farm
    PARKED = "parked"
    MOVED = "moved"  # a notice of another address, or a redirect to another site
    LOGIN = "login"
    OTHER = "other"  # the site of somebody else


# These say who is there instead; the others may pass by themselves.
STRANGERS = frozenset(
    {HomeDoubt.DEFAULT, HomeDoubt.PARKED, HomeDoubt.MOVED, HomeDoubt.LOGIN, HomeDoubt.OTHER}
)

NOTICE_TEXT = 400  # visible characters; a page with more is no notice (assumed)
NOTICE_LINKS = 10
READABLE_TEXT = 150  # Chinese characters; with less, a page may be the unit's without naming it (assumed)

_PARKED = re.compile(
    r"域名(?:正在|可|已经?)?(?:出售|转让|过期|停放)|(?:出售|转让|购买)(?:此|该|本)域名|域名停靠|本域名可"
    r"|domain (?:name )?(?:is |may be )?(?:for sale|parked)|buy this domain|this domain",
    re.IGNORECASE,
)
_DEFAULT = re.compile(
    r"welcome to (?:nginx|openresty|tengine|centos|caddy)|iis windows|iisstart|internet information services"
    r"|apache(?:2| http server)? (?:\w+ )?(?:default|test) page|apache tomcat/\d|^it works!?$"
    r"|test page for the|default web site page|weblogic server|jboss|恭喜[，,]? ?(?:站点|网站)创建成功"
    r"|没有找到站点|未绑定(?:此|该|本)?(?:域名|站点|网站)|(?:域名|站点|网站)未绑定|未绑定任何(?:域名|站点)"
    r"|默认站点|站点默认页|站群(?:管理)?(?:平台|系统)|该?(?:站点|网站)(?:不存在|未开通|未发布|尚未(?:开通|发布|建立))",
    re.IGNORECASE,
)
_MOVED = re.compile(
    r"(?:网站|域名|门户|网址|平台|本站)[^，。；]{0,12}(?:迁移|搬迁|迁至|移至|变更为|更换为|更名为|合并至|整合至|并入)"
    r"|(?:启用|使用|访问|登录)[^，。；]{0,6}新(?:的)?(?:网址|域名|网站|门户|版网站)|新(?:网址|域名|网站地址)[为是：:]",
)
_CLOSED = re.compile(
    r"升级改版|改版升级|(?:正在|进行|处于|因)[^，。；]{0,8}(?:升级|维护|维修|改版|调试|建设|迁移)|(?:升级|维护|改版|建设)(?:中|期间|状态)"
    r"|临时(?:关停|关闭|下线)|暂停(?:服务|访问|使用|开放)"
    r"|(?:网站|站点|本站|平台)(?:已经?|暂时|现已|正在)?(?:关停|关闭|停用|下线|停止(?:服务|更新|运行))"
    r"|敬请期待|under (?:construction|maintenance)",
    re.IGNORECASE,
)
_LOGIN = re.compile(r"登\s*录|登\s*陆|login|sign in|密码|验证码", re.IGNORECASE)
_PUBLIC = re.compile(
    r"政府|政务|政務|信息公开|資訊|机关|機關|行政|管委会|委员会|街道|办事|党|黨|局|gov\.cn", re.I
)
_HOST = re.compile(r"(?:[\w-]+\.)+(?:cn|com|net|org)(?![\w.-])", re.IGNORECASE | re.ASCII)
_HAN = re.compile(r"[\u4e00-\u9fff]")
_OF_OTHERS = re.compile(r"[\u4e00-\u9fff]{2,14}?人民政府(?:门户)?(?:网站)?(?:$|[-_|—·\s])")
_GOVERNMENTS = frozenset({UnitKind.CITY, UnitKind.COUNTY, UnitKind.TOWN})


def home_doubt(page: Page, unit: Unit) -> HomeDoubt | None:
    """The reason why the page is not read as the unit's home page; None where there is none."""
    if wall_of(page) is not None:
        return HomeDoubt.WALL
    reading = dialects.read(page)
    if reading.rows or reading.tree:
        return _foreign(page, unit)
    size = len("".join(page.text.split()))
    notice = size < NOTICE_TEXT and find_link_count(page) < NOTICE_LINKS
    told = f"{page.title}\n{page.text}"
    if notice and page.status < 400:
        if _MOVED.search(told) is not None and _names_address(page, unit):
            return HomeDoubt.MOVED
        # A splash page of the unit may name the platform it stands on, or let its staff log in.
        if not _names(page, unit):
            for doubt, marks in ((HomeDoubt.PARKED, _PARKED), (HomeDoubt.DEFAULT, _DEFAULT)):
                if marks.search(told) is not None:
                    return doubt
            if page.tree.css_first("input[type=password]") is not None and _LOGIN.search(told) is not None:
                return HomeDoubt.LOGIN
        if _CLOSED.search(told) is not None:
            return HomeDoubt.CLOSED
        if not size and not _may_be_filled(page):
            return HomeDoubt.DEFAULT if _DEFAULT.search(page.html) else HomeDoubt.EMPTY
    if _is_server_page(page) and not _names(page, unit):
        return HomeDoubt.DEFAULT
    return HomeDoubt.ERROR if is_error(page) else _foreign(page, unit)


def _may_be_filled(page: Page) -> bool:
    """Whether something on the page can still show what it is: scripts, frames, pictures, links, media."""
    return (
        bool(find_link_count(page)) or page.tree.css_first("script,iframe,frame,object,embed,img") is not None
    )


def _is_server_page(page: Page) -> bool:
    """Default pages are known by their titles, however much they say."""
    return _DEFAULT.search(page.title) is not None


def _foreign(page: Page, unit: Unit) -> HomeDoubt | None:
    if _left(page, unit):
        return HomeDoubt.MOVED
    if _names_other(page, unit):
        return HomeDoubt.OTHER
    return None


def _left(page: Page, unit: Unit) -> bool:
    """The address sends to another site: another registered domain, not in the unit's scope."""
    portal = urlsplit(unit.portal or page.url).hostname or ""
    there = urlsplit(page.url).hostname or ""
    return site_of(portal) != site_of(there) and page.url not in Scope.of(unit)


def _names_other(page: Page, unit: Unit) -> bool:
    """A readable page that never names the unit, and that another one signs or no public body could have."""
    if stem_of(unit.name) is None or len(_HAN.findall(page.text)) < READABLE_TEXT or _names(page, unit):
        return False
    signed = f"{page.meta.get('sitename', '')} {page.title} "
    # Lists name bureaus and zones by short names (住建局, 经开区) that their pages never use.
    other = unit.kind in _GOVERNMENTS and _OF_OTHERS.search(signed) is not None
    return other or _PUBLIC.search(page.html) is None


def _names(page: Page, unit: Unit) -> bool:
    """Whether the unit's name, in short, or its filed site code stands anywhere on the page."""
    stem, code = stem_of(unit.name), unit.expect.site_code
    said = "\n".join((page.title, page.text, *page.meta.values(), *(link.text for link in page.links)))
    return (stem is not None and stem in said) or bool(code and code in page.html)


def _names_address(page: Page, unit: Unit) -> bool:
    """Whether the page shows an address of another site, as a link or in words."""
    own = site_of(urlsplit(unit.portal or page.url).hostname or "")
    linked = (urlsplit(link.url).hostname or "" for link in page.links if link.url)
    shown = (match[0] for match in _HOST.finditer(page.text))
    return any(host and site_of(host) != own for host in (*linked, *shown))


def stem_of(name: str) -> str | None:
    """The first two characters of the unit's name: whoever speaks of the unit writes them, short or in full
    (陆丰市人民政府, 陆丰政府网). None for a name that is not Chinese, such as the host in a self-check."""
    han = _HAN.findall(name)
    return "".join(han[:2]) if len(han) > 2 else None
