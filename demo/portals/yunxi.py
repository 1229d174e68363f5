"""云溪县: a Hanweb portal full of crawler traps; its search finds nothing; it was tampered with."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from demo import traps
from demo.dialects_scripted import Hanweb
from demo.furnish import add_catalogues, furnish
from demo.portals.founding import found
from demo.server import Answer, Host
from demo.site import Portal
from demo.truth import section_keys, table

HOST = "www.yunxi.gov.cn"
SHOP = "http://shop.example.com:@PORT@/"
_MISSING = ("epidemic", "surveys", "evaluation")


def county(seed: int, as_of: date) -> Portal:
    """Traps that must cost nothing, a dead search, a hidden link."""
    portal = found(
        seed, as_of, HOST, "4499220004", Hanweb(),
        id="yunxi", name="云溪县人民政府", place="云溪县", kind="county", group="县(市、区)", roles=[],
        parent="yangguang", division="449922",
    )  # fmt: skip
    furnish(portal, [key for key in section_keys() if key not in _MISSING])
    add_catalogues(portal, table()["catalogues"])
    portal.search = "/search.do"
    portal.banners = [
        ("活动日历", "/rili/"),
        ("媒体聚焦", "/mtjj/"),
        ("便民电话", "/bmdh/"),
        ("专题回顾", "/zthg/"),
    ]
    portal.friends = [("阳光市人民政府", "http://www.yangguang.gov.cn:@PORT@/")]
    portal.head = f'<div style="display:none"><a href="{SHOP}">建材批发</a></div>'
    portal.fault("tamper.hidden_links", SHOP)
    portal.after.append(_traps)
    return portal


def settle(portal: Portal) -> None:
    """Faults that need the paths of articles and columns."""
    pool = [article for column in portal.columns for article in column.articles]
    portal.fault("search.titles", among=tuple(portal.url(article.path) for article in pool), defects=4)
    spoiled = portal.column("culture").articles[0]
    spoiled.body += "<p>澳门赌场真人博彩平台开户，六合彩特码资料网上投注。</p>"
    portal.fault("tamper.bad_words", spoiled.path)
    # A server error seen once is nobody's fault yet; 403 never is.
    portal.column("notices").articles[0].body += '<p><a href="/fwt/cx.do">办件查询</a></p>'
    portal.column("notices").articles[1].body += '<p><a href="/oa/">内部入口</a></p>'


def _traps(portal: Portal, host: Host) -> None:
    host.pages["/rili/"] = traps.calendar(portal, "/rili/")
    host.pages["/mtjj/"] = traps.endless(portal, "/mtjj/")
    host.pages["/bmdh/"] = traps.sessions(portal, "/bmdh/")
    host.folders["/bmdh/;"] = traps.sessions(portal, "/bmdh/")
    host.folders["/zthg/"] = traps.repeating(portal)
    host.pages["/search.do"] = traps.finds_nothing(portal)
    host.pages["/fwt/cx.do"] = Answer("系统繁忙".encode(), 500)
    host.pages["/oa/"] = Answer("禁止访问".encode(), 403)
    news = portal.column("news").articles
    for article, manners in zip(news, ({"flaky": 1}, {"delay": 0.4}, {"drip": 0.02}), strict=False):
        page = host.pages[article.path]
        assert isinstance(page, Answer)
        host.pages[article.path] = replace(page, **manners)  # type: ignore[arg-type]
