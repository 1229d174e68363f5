"""云溪县水务局: a small department with little on its portal, which wants an old browser."""

from __future__ import annotations

from datetime import date

from demo.dialects import Nfcms
from demo.furnish import furnish
from demo.portals.founding import found
from demo.site import Article, Column, Portal

_SECTIONS = ("notices", "documents", "interpretation")
_TOPICS = {"hdfg": "河道风光", "skmp": "水库名片", "jsxs": "节水小识", "sgxs": "水工小识", "lqgs": "龙泉故事"}


def water_bureau(seed: int, as_of: date, county: Portal) -> Portal:
    """Repeats a document of its county, and of interpretations only one from above."""
    portal = found(
        seed, as_of, "swj.yunxi.gov.cn", "4499220016", Nfcms(),
        id="yxswj", name="云溪县水务局", kind="department", group="县直部门", roles=["water"],
        parent="yunxi", division="449922",
    )  # fmt: skip
    furnish(portal, _SECTIONS)
    add_topics(portal, _TOPICS)
    portal.look = "green"
    notices = portal.column("notices")
    notices.articles = notices.articles[:4]
    notices.articles[0].date = portal.day(5)
    copied = county.column("documents").articles[0]
    body = copied.body.replace("<!--related-->", "").replace("<!--services-->", "")
    portal.column("documents").articles = [Article(copied.title, copied.date, body, source=copied.source)]
    portal.column("interpretation").articles = [_from_above(portal)]
    portal.head = "<p>为获得最佳浏览效果，请使用IE8及以上版本浏览器访问本网站。</p>"
    portal.fault("site.display", "/", means="browser", needs_review=True)
    return portal


def add_topics(portal: Portal, topics: dict[str, str]) -> None:
    """Columns that no indicator asks for, each one standing text."""
    for slug, name in topics.items():
        text = (
            f"<h2>{name}</h2><p>　　{portal.place}依山临水，{name}由本网站编辑部收集整理，配以文字介绍，"
            "供游客和居民了解本地的自然与人文，欢迎来稿补充。</p>"
        )
        portal.columns.append(Column(slug, name, slug, standing=text, on_nav=True))


def _from_above(portal: Portal) -> Article:
    text = (
        "<p>　　问：为什么要出台这份意见？</p><p>　　答：水资源短缺是长期面临的问题，意见对全社会节约用水"
        "作出总体部署，明确了分阶段目标。</p><p>　　问：意见有哪些主要内容？</p><p>　　答：包括农业节水增效、"
        "工业节水减排、城镇节水降损三个方面，并提出健全价格、计量和监督机制的具体要求，各地结合实际贯彻落实。</p>"
    )
    return Article("《国务院关于深化节约用水工作的意见》政策解读", portal.day(33), text, source="中国政府网")


def settle(portal: Portal) -> None:
    """Faults that need the paths of articles and columns."""
    document = portal.column("documents").articles[0]
    portal.fault("documents.service_link", document.path, needs_review=True)
    portal.fault("interpretation.own", portal.column("interpretation").articles[0].path)
    # The county has to interpret its document; of what is only repeated nothing more is asked.
    portal.says("interpretation.coverage", "not_applicable")
    for check in ("linked", "in_time", "forms", "voices"):
        portal.says(f"interpretation.{check}", "not_applicable", firm=False)
