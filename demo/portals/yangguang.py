"""阳光市: the city's portal, nearly faultless, and the departments on paths of its host."""

from __future__ import annotations

from datetime import date

from demo.accounts import link_account, posts_of
from demo.dialects import Nfcms
from demo.furnish import furnish
from demo.portals.founding import found
from demo.server import redirect
from demo.site import Column, Portal
from demo.truth import section_keys

HOST = "www.yangguang.gov.cn"
_SECTIONS = (
    *("disclosure", "guide", "rules", "statutory", "annual_report", "institution", "leaders", "news"),
    *("notices", "documents", "interpretation", "services", "education", "budget"),
)
GONE = "http://www.gd.gov.cn:@PORT@/gone/"


def city(seed: int, as_of: date) -> Portal:
    """Everything is there; identifiers written by an inline script; one dead link on the home page."""
    portal = found(
        seed, as_of, HOST, "4499000001", Nfcms(),
        id="yangguang", name="阳光市人民政府", place="阳光市", kind="city", group="市级", roles=[],
        division="449900",
    )  # fmt: skip
    furnish(portal, section_keys())
    portal.footer.how = "write"  # read all the same: no fault
    portal.friends = [
        ("中国政府网", "http://www.gov.cn:@PORT@/"),
        ("广东省人民政府", GONE),
        ("高新技术产业开发区", "http://www.yggxq.com.cn:@PORT@/"),
    ]
    portal.fault("links.home", GONE)
    link_account(portal)
    portal.says("new_media.fresh", "pass")
    portal.says("new_media.sync", "pass")
    return portal


def settle_city(portal: Portal) -> None:
    """What can only be told once its articles have paths."""
    # 市卫生健康委员会 published another text under the same title and number.
    portal.fault("site.one_source", portal.column("documents").articles[0].path, needs_review=True)
    for key in ("documents", "interpretation"):
        portal.posts += posts_of(portal.column(key).articles)
    portal.posts += posts_of(portal.column("news").articles[:3])


def education_bureau(seed: int, as_of: date, owner: Portal) -> Portal:
    """/sjyj/: footer by a script file and missing on articles, no contact, a link that lands on home."""
    portal = found(
        seed, as_of, HOST, "4499000012", Nfcms(), base="/sjyj/",
        id="sjyj", name="阳光市教育局", kind="department", group="市直部门", roles=["education"],
        parent="yangguang", division="449900",
    )  # fmt: skip
    furnish(portal, _SECTIONS)
    portal.parent_name, portal.search, portal.look = owner.name, owner.search, "green"
    owner.search_in.append(portal)
    # The parent's column counts as the section.
    portal.columns.append(Column("on_request", "依申请公开", "zfxxgk/ysqgk", external="/zfxxgk/ysqgk/"))
    # The dead link stands on the owner's home page too, so it is the owner's alone.
    portal.friends = [("广东省人民政府", GONE)]
    portal.footer.how = "script"
    portal.footer.phone = portal.footer.address = None
    portal.fault("footer.contact")
    portal.inner_footer = lambda kind: kind != "article"
    portal.banners.append(("教育收费专题", "/sjyj/zt/jysf/"))
    portal.files["/sjyj/zt/jysf/"] = redirect("/sjyj/")
    portal.fault("links.wrong", "/sjyj/zt/jysf/")
    return portal


def settle_education_bureau(portal: Portal) -> None:
    """What can only be told once its articles have paths."""
    pool = tuple(portal.url(article.path) for column in portal.columns for article in column.articles)
    portal.fault("footer.every_page", among=pool, defects=None)
