"""白鹭镇: what the list of units calls its portal is a mirror of another site on a bought domain.

柳溪镇, beside it, has as little to show on a host of its own.
"""

from __future__ import annotations

from datetime import date

from demo.dialects import Nfcms
from demo.furnish import furnish
from demo.portals.founding import found
from demo.portals.shuiwu import add_topics
from demo.site import Portal

_TOPICS = {"blfg": "白鹭风光", "slgs": "水乡故事", "mstc": "美食特产", "lxzn": "老街印象", "xrsh": "乡贤书画"}
_TAGS = ("legend", "samp", "ruby", "meter", "rp", "tt", "rt")
COPIED = "1101050088"  # of the site that was copied


def town(seed: int, as_of: date) -> Portal:
    """Code and ICP record of another place; a block of empty elements at the top of the page."""
    portal = found(
        seed, as_of, "www.bailu-zf.com", COPIED, Nfcms(),
        id="bailu", name="白鹭镇人民政府", place="白鹭镇", kind="town", group="镇(街道)", roles=[],
        parent="yunxi", division="449922",
    )  # fmt: skip
    _news_only(portal, _TOPICS)
    portal.footer.icp = "京ICP备10050088号-3"
    portal.head = "".join(f'<{tag} id="h4sia"></{tag}>' for tag in _TAGS)
    portal.fault("tamper.mirror")
    return portal


def small_town(seed: int, as_of: date) -> Portal:
    """One column with news; nothing else that anybody asks for."""
    portal = found(
        seed, as_of, "www.liuxi.gov.cn", "4499220023", Nfcms(),
        id="liuxi", name="柳溪镇人民政府", place="柳溪镇", kind="town", group="镇(街道)", roles=[],
        parent="yunxi", division="449922",
    )  # fmt: skip
    _news_only(portal, {slug: name.replace("白鹭", "柳溪") for slug, name in _TOPICS.items()})
    return portal


def _news_only(portal: Portal, topics: dict[str, str]) -> None:
    furnish(portal, ["news"])
    add_topics(portal, topics)
    portal.column("news").articles = portal.column("news").articles[:8]
    portal.says("search.titles", "unknown", reason="too_few_samples")  # titles of three columns
