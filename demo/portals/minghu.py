"""明湖县: an old TRS portal that is not looked after, without IPv6, without a real 404."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

from demo.accounts import link_account, posts_of
from demo.dialects import Trs
from demo.furnish import add_catalogues, furnish
from demo.portals.founding import V4_ONLY, found
from demo.server import Answer, Host
from demo.site import Portal
from demo.truth import section_keys, table

HOST = "www.minghu.gov.cn"
_MISSING = ("direct_funds", "evaluation", "briefing")


def county(seed: int, as_of: date) -> Portal:
    """Footer faults, stale home, no 无障碍, soft 404 with 200, dead and wrong links."""
    portal = found(
        seed, as_of, HOST, "4499210003", Trs(), addresses=V4_ONLY,
        id="minghu", name="明湖县人民政府", place="明湖县", kind="county", group="县(市、区)", roles=[],
        parent="yangguang", division="449921",
    )  # fmt: skip
    portal.fault("ipv6.aaaa")
    portal.look = "red"
    furnish(portal, [key for key in section_keys() if key not in _MISSING])
    add_catalogues(portal, [field for field in table()["catalogues"] if field != "culture"])
    _footer(portal)
    _stale(portal)
    portal.a11y = "none"
    portal.fault("a11y.entry")
    portal.head = '<div class="banner"><img src="/images/hall.png" width="640" height="400"></div>'
    portal.fault("a11y.wcag", defects=None, means="browser")
    portal.column("service_rating").articles.pop()  # the page where one rates
    portal.fault("service_rating.channel", needs_review=True)
    _unvoiced(portal)
    link_account(portal)
    portal.after.append(soft_404)
    portal.fault("site.not_found", defects=None)
    portal.friends = [("中国政府网", "http://www.gov.cn:@PORT@/"), ("明湖旅游", "http://dead.example.cn/")]
    portal.fault("links.home", "http://dead.example.cn/")
    return portal


def _footer(portal: Portal) -> None:
    portal.footer.comment = f"备案号：{portal.footer.icp}"
    portal.footer.icp = None
    portal.fault("footer.icp")
    portal.footer.police = "粤公网安备 449921020001号"  # twelve digits
    portal.fault("footer.police")
    portal.footer.error_report = None
    portal.fault("footer.error_report")


def _stale(portal: Portal) -> None:
    """Nothing on the home page is younger than twenty days."""
    for key in ("news", "notices", "meetings", "response"):
        for article in portal.column(key).articles:
            article.date -= timedelta(days=20)
    portal.fault("home.fresh")


def _unvoiced(portal: Portal) -> None:
    """The fourth document is not interpreted, and nobody with a name or office speaks in the others."""
    interpretations = portal.column("interpretation").articles
    interpretations.pop()
    for article in interpretations:
        article.body = article.body.replace("有关负责同志介绍，", "")


def settle(portal: Portal) -> None:
    """Faults that need the paths of articles and columns."""
    portal.fault("columns.stale", portal.column("news").path)
    notices = portal.column("notices").articles
    notices[0].body += '<p>详见<a href="/old/2019/notice.html">历史公告</a>。</p>'
    portal.fault("links.wrong", "/old/2019/notice.html")  # the host's soft 404
    notices[1].body += '<p>咨询平台：<a href="http://refused.example.cn:9/">水务查询</a></p>'
    portal.fault("links.inner", "http://refused.example.cn:9/")
    forged = portal.column("response").articles[0]
    forged.shown_date = forged.date - timedelta(days=40)
    portal.fault("meta.consistent", forged.path)
    _published(portal)
    portal.posts = posts_of(a for a in portal.column("news").articles if a.date <= portal.day(40))
    portal.fault("new_media.fresh", needs_review=True)
    portal.fault("new_media.sync", defects=None, needs_review=True)


def _published(portal: Portal) -> None:
    """What is published lacks an interpretation, other platforms, replays."""
    portal.fault("interpretation.coverage", portal.column("documents").articles[3].path, needs_review=True)
    pool = tuple(portal.url(article.path) for article in portal.column("interpretation").articles)
    portal.fault("interpretation.voices", among=pool, needs_review=True)
    opened = portal.column("consultation").articles[0]
    opened.body = re.sub(
        r"反馈方式：.*?</p>", "反馈方式：请登录本网站意见征集栏目，在线提交意见。</p>", opened.body
    )
    portal.fault("decision.platforms", opened.path, needs_review=True)
    meetings = portal.column("meetings").articles
    for meeting in meetings:
        meeting.body = meeting.body.partition("<p>会议图解")[0]
    pool = tuple(portal.url(meeting.path) for meeting in meetings)
    portal.fault("meeting.replay", among=pool, needs_review=True)


def soft_404(portal: Portal, host: Host) -> None:
    """Whatever is asked for, the error page comes with 200."""
    assert isinstance(host.missing, Answer)
    host.missing = replace(host.missing, status=200)
