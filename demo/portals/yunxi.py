"""云溪县: a Hanweb portal full of crawler traps; its search finds nothing; it was tampered with."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html import escape

from demo import traps
from demo.attachments import DOCX_TYPE, docx
from demo.dialects_scripted import Hanweb, HanwebPost, HanwebProxy, Scripted, posted
from demo.furnish import add_catalogues, furnish
from demo.portals.departments import identity_number
from demo.portals.founding import found
from demo.server import Answer, Host
from demo.site import Portal
from demo.truth import section_keys, table

HOST = "www.yunxi.gov.cn"
SHOP = "http://shop.example.com:@PORT@/"
SLOW = 3.0  # seconds that one article lets people wait
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
    portal.column("statistics").by = Scripted()  # rows that only a browser shows
    portal.column("notices").by, portal.column("notices").per_page = HanwebPost(), 3
    portal.column("emergency").by = HanwebProxy()
    for part in ("section", "content"):
        portal.says(f"{part}.statistics", "pass", means="browser")
    portal.says("site.one_source", "pass")  # 县水务局 repeats a document of the county word for word
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
    portal.after += [posted, _traps]
    return portal


def settle(portal: Portal) -> None:
    """Faults that need the paths of articles and columns."""
    pool = [article for column in portal.columns for article in column.articles]
    portal.fault("search.titles", among=tuple(portal.url(article.path) for article in pool), defects=4)
    spoiled = portal.column("culture").articles[0]
    spoiled.body += "<p>澳门赌场真人博彩平台开户，六合彩特码资料网上投注。</p>"
    portal.fault("tamper.bad_words", spoiled.path)
    _leak(portal)
    _in_files(portal)
    # A server error seen once is nobody's fault yet; 403 never is.
    portal.column("notices").articles[0].body += '<p><a href="/fwt/cx.do">办件查询</a></p>'
    portal.column("notices").articles[1].body += '<p><a href="/oa/">内部入口</a></p>'


def _leak(portal: Portal) -> None:
    """A list of recipients with everything in it, as an attachment."""
    rows = [
        f"姓名：{name}　身份证号码：{identity_number(order)}　一卡通账号：{card_number(order)}"
        for order, name in enumerate(("周某某", "吴某某", "郑某某"), 301)
    ]
    listed = docx("耕地地力保护补贴发放名单", *rows)
    portal.files["/files/butie.docx"] = Answer(listed, content_type=DOCX_TYPE)
    paid = portal.column("farm_subsidy").articles[0]
    paid.body += '<p>附件：<a href="/files/butie.docx">补贴发放名单.docx</a></p>'
    for kind in ("id_card", "bank_card"):
        portal.fault(f"privacy.{kind}", "/files/butie.docx")


def _in_files(portal: Portal) -> None:
    """An announcement, what a meeting decided and a service guide that stand in attachments, as on many
    portals: read there, they are as good as on the page."""
    for key, name in (("consultation", "zqyj"), ("meetings", "hyjy"), ("services", "bszn")):
        article = portal.column(key).articles[0]
        lines = re.sub(r"<[^>]+>", "\n", re.sub(r"</t[hd]>", "：\n", article.body)).split("\n")
        told = docx(article.title, *(escape(line.strip()) for line in lines if line.strip("：　 ")))
        portal.files[f"/files/{name}.docx"] = Answer(told, content_type=DOCX_TYPE)
        article.body = f'<p>　　具体内容见附件。</p><p>附件：<a href="/files/{name}.docx">附件.docx</a></p>'


def card_number(sequence: int) -> str:
    """An invented bank card number with a right check digit (Luhn), never kept as text here."""
    body = f"62170039{sequence:010d}"
    digits = [int(one) * (2 if place % 2 == 0 else 1) for place, one in enumerate(reversed(body))]
    return body + str(-sum(digit // 10 + digit % 10 for digit in digits) % 10)


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
    for article, manners in zip(news, ({"flaky": 1}, {"delay": SLOW}, {"drip": 0.02}), strict=False):
        page = host.pages[article.path]
        assert isinstance(page, Answer)
        host.pages[article.path] = replace(page, **manners)  # type: ignore[arg-type]
