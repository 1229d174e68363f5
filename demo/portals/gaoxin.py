"""高新区: a zone on a commercial domain, with the gaps of a portal built in a hurry."""

from __future__ import annotations

import re
from datetime import date

from demo import documents
from demo.dialects import Kaipu
from demo.furnish import furnish
from demo.portals.founding import found
from demo.site import Portal, undated

HOST = "www.yggxq.com.cn"
_SECTIONS = (
    *("disclosure", "guide", "rules", "statutory", "annual_report", "on_request", "institution", "leaders"),
    *("overview", "news", "notices", "documents", "interpretation", "services", "budget", "employment"),
    *("public_resources", "projects", "statistics", "interaction"),
)


def zone(seed: int, as_of: date) -> Portal:
    """Footer gaps, foreign ICP, missing tags, no search, a fake toolbar, unsafe links, empty column."""
    portal = found(
        seed, as_of, HOST, "4499030002", Kaipu(),
        id="gaoxin", name="阳光高新技术产业开发区管理委员会", place="阳光高新区", kind="zone",
        group="开发区", roles=[], parent="yangguang", division="449903",
    )  # fmt: skip
    portal.fault("site.domain")
    furnish(portal, _SECTIONS)
    _footer(portal)
    portal.site_tags["SiteIDCode"] = None
    portal.fault("meta.site", defects=None)
    portal.search = ""
    portal.fault("search.box")
    portal.a11y = "fake"
    for effect in ("font", "colour", "guide_line", "voice", "special_view"):
        portal.fault(f"a11y.{effect}", means="browser")
    _columns(portal)
    portal.friends = [("阳光市人民政府", "http://www.yangguang.gov.cn:@PORT@/")]
    portal.banners.append(("内部办公", "http://192.168.10.5/oa/login"))
    portal.fault("links.unsafe", "http://192.168.10.5/oa/login")
    return portal


def _footer(portal: Portal) -> None:
    footer = portal.footer
    footer.site_code = None
    portal.fault("footer.site_code")
    footer.icp = "京ICP备00003002号-2"
    portal.fault("footer.consistent")
    footer.sponsor = None
    portal.fault("footer.sponsor")
    footer.party_mark = None
    portal.fault("footer.party_mark")


def _columns(portal: Portal) -> None:
    portal.column("projects").articles = []
    portal.fault("section.projects")
    portal.says("content.projects", "not_applicable", reason="needs:section.projects")
    column = portal.column("statistics")
    column.articles = [undated(article) for article in column.articles]
    portal.says("content.statistics", "unknown", reason="undated")
    for key in ("guide", "on_request"):
        standing = portal.column(key).standing
        standing = re.sub(r"；传真：.*?gov.cn|；传真：.*?com.cn|<p>　　（四）传真申请.*?</p>", "", standing)
        portal.column(key).standing = standing.replace(f"gk@{portal.host}", "本网站")
    _in_writing(portal)


def _in_writing(portal: Portal) -> None:
    """All interpretations are texts."""
    names = ("《{}》政策解读", "《{}》解读材料", "关于《{}》的解读", "《{}》政策问答")
    for name, article in zip(names, portal.column("interpretation").articles, strict=True):
        topic = article.title.partition("《")[2].partition("》")[0]
        article.title = name.format(topic)
        if "<img" in article.body or "<video" in article.body:
            article.body = documents.prose(portal, topic, 4) + "<!--related-->"
    portal.fault("interpretation.forms", defects=None)


def settle(portal: Portal) -> None:
    """Faults that need the paths of articles and columns."""
    portal.fault("columns.empty", portal.column("projects").path)
    portal.fault("on_request.channels", portal.column("on_request").path)
    blank = portal.column("employment").articles[1]
    blank.body = ""
    portal.fault("columns.blank", blank.path)
    for column in portal.columns:
        column.tags["ColumnType"] = "null"
        for article in column.articles:
            article.tags["PubDate"] = None
    portal.fault("meta.column", defects=None)
    portal.fault("meta.article", defects=None)
    notice = portal.column("notices").articles[0]
    folder = notice.path.rpartition("/")[0]
    notice.body += '<p><a href="{{url}}">查看详情</a> <a href="undefined">附件下载</a></p>'
    portal.fault("links.unsafe", f"{folder}/%7B%7Burl%7D%7D", f"{folder}/undefined")
