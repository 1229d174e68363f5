"""枫林区: GBK pages under a wrong header, GBK queries, framed columns; what is missing sends home."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from demo import documents, traps
from demo.attachments import DOCX_TYPE
from demo.dialects_scripted import Epoint, Framed, Webplus
from demo.furnish import add_catalogues, furnish
from demo.portals.founding import found
from demo.server import Answer, Asked, Host
from demo.site import Article, Portal
from demo.truth import section_keys, table

HOST = "www.fenglin.gov.cn"
_MISSING = ("fees", "response", "environment")


def district(seed: int, as_of: date) -> Portal:
    """Wrong charset header, another page over IPv6, bad attachments, dead paths that land on home."""
    portal = found(
        seed, as_of, HOST, "4499020005", Webplus(),
        id="fenglin", name="枫林区人民政府", place="枫林区", kind="county", group="县(市、区)", roles=[],
        parent="yangguang", division="449902",
    )  # fmt: skip
    portal.charset, portal.declared = "gb2312", "ISO-8859-1"
    portal.look = "red"
    furnish(portal, [key for key in section_keys() if key not in _MISSING])
    add_catalogues(portal, table()["catalogues"])
    for key in ("notices", "statistics"):
        portal.column(key).by = Framed()
    portal.column("emergency").by = Epoint()
    portal.friends = [("阳光市人民政府", "http://www.yangguang.gov.cn:@PORT@/")]
    portal.after += [traps.missing_goes_home, _other_over_ipv6, _wrong_files]
    portal.fault("site.not_found", defects=None)
    portal.fault("ipv6.same", means="ipv6")
    portal.a11y = "half"
    for effect in ("colour", "guide_line", "voice", "special_view"):
        portal.fault(f"a11y.{effect}", means="browser")
    ratings = portal.column("service_rating")
    ratings.articles = ratings.articles[-1:]  # one can rate, but never sees what others said
    portal.fault("service_rating.results", needs_review=True)
    visit = "枫林区领导调研水资源利用专项规划编制工作"
    report = Article(visit, portal.day(9), documents.prose(portal, "规划编制"), source=portal.name)
    portal.column("plans").articles.insert(0, report)
    return portal


def settle(portal: Portal) -> None:
    """Faults that need the paths of articles and columns."""
    portal.column("interaction").sends_on = portal.column("letters").path
    notices = portal.column("notices").articles
    notices[0].body += '<p><a href="/tzgg/2018/yxwj.htm">相关通知</a></p>'
    portal.fault("links.wrong", "/tzgg/2018/yxwj.htm")
    notices[1].body += '<p>附件：<a href="/files/kong.docx">报名表.docx</a></p>'
    notices[2].body += '<p>附件：<a href="/files/mingdan.docx">名单.docx</a></p>'
    portal.fault("links.inner", "/files/kong.docx", "/files/mingdan.docx")
    portal.fault("columns.mismatch", portal.column("plans").path, needs_review=True)
    guide = portal.column("guide")
    guide.standing = re.sub(r"线上渠道：.*?政务微博。|；电子邮箱：[^。]*?gov\.cn", "", guide.standing)
    portal.fault("guide_doc.online", guide.path)
    apart = (portal.column("interpretation").articles[1], portal.column("documents").articles[1])
    for article in apart:
        article.body = re.sub(r'<p class="related">相关(?:解读|文件)：.*?</p>', "", article.body)
    portal.fault("interpretation.linked", apart[0].path)


def _wrong_files(portal: Portal, host: Host) -> None:
    """An attachment of no bytes, another that is an HTML page, and an article under a false header."""
    host.pages["/files/kong.docx"] = Answer(b"", content_type=DOCX_TYPE)
    page = "<html><head><title>提示</title></head><body>文件已移走</body></html>".encode("gb18030")
    host.pages["/files/mingdan.docx"] = Answer(page, content_type="text/html; charset=gb2312")
    path = portal.column("news").articles[0].path
    mislabelled = host.pages[path]
    assert isinstance(mislabelled, Answer)
    host.pages[path] = replace(mislabelled, content_type="text/html; charset=utf-8")


def _other_over_ipv6(portal: Portal, host: Host) -> None:
    home = host.pages["/"]
    assert isinstance(home, Answer)
    text = "<html><head><title>IPv6 test page</title></head><body><p>It works over IPv6</p></body></html>"
    other = Answer(text.encode())

    def show(asked: Asked) -> Answer:
        return other if asked.v6 else home

    host.pages["/"] = show
