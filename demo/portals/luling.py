"""鹿岭镇: every column is there, and nobody has written into one for three years."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from demo.dialects import Nfcms
from demo.furnish import add_catalogues, furnish
from demo.portals.founding import found
from demo.server import Answer, Host
from demo.site import Portal
from demo.truth import section_keys, table

_ASLEEP = timedelta(days=3 * 365 + 1)
_NOT_IN_PERIOD = (
    *("decision.explained", "decision.channel", "decision.feedback", "decision.platforms"),
    *("meeting.content", "meeting.replay"),
    *("interpretation.coverage", "interpretation.linked", "interpretation.in_time", "interpretation.forms"),
    *("interpretation.voices", "interpretation.own", "documents.service_link"),
)
# Whether what is older than the period still counts is not said.
_OPEN = ("service_rating.channel", "service_rating.results", "education.standards")
_OPEN_FOR_REPLIES = ("interaction.fields", "interaction.delay", "interaction.rating")
_OPEN_FOR_YEARLY = ("market.consumer_stats", "market.sampling", "education.enrolment")


def town(seed: int, as_of: date) -> Portal:
    """As it was three years ago; no site map; over IPv6 only the home page opens."""
    portal = found(
        seed, as_of - _ASLEEP, "www.luling.gov.cn", "4499220021", Nfcms(),
        id="luling", name="鹿岭镇人民政府", place="鹿岭镇", kind="town", group="镇(街道)", roles=[],
        parent="yunxi", division="449922",
    )  # fmt: skip
    furnish(portal, section_keys())
    add_catalogues(portal, table()["catalogues"])
    for key in ("news", "notices"):
        portal.column(key).articles = portal.column(key).articles[:3]
    portal.as_of = as_of
    portal.footer.site_map = False
    portal.fault("footer.site_map")
    portal.after.append(_home_only_over_ipv6)
    portal.fault("ipv6.links", defects=None, means="ipv6")
    return portal


def settle(portal: Portal) -> None:
    """Faults that need the paths of articles and columns."""
    portal.fault("home.fresh")
    portal.fault("columns.stale", *(portal.column(key).path for key in ("news", "notices", "documents")))
    for key in section_keys():
        if key not in table()["standing"]:
            portal.fault(f"content.{key}")
    for check in _NOT_IN_PERIOD:
        portal.says(check, "not_applicable")
    portal.says("search.titles", "unknown", reason="too_few_samples")  # titles of the last two years
    for checks, verdict in (
        (_OPEN, "pass"),
        (_OPEN_FOR_REPLIES, "not_applicable"),
        (_OPEN_FOR_YEARLY, "fail"),
    ):
        for check in checks:
            portal.says(check, verdict, defects=None if verdict == "fail" else 0, firm=False)


def _home_only_over_ipv6(portal: Portal, host: Host) -> None:
    for path, found_there in host.pages.items():
        if isinstance(found_there, Answer) and path != portal.base:
            host.pages[path] = replace(found_there, reset_v6=True)
