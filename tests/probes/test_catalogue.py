"""Every check id the outside relies on, and none besides."""

from __future__ import annotations

from probes import ALL
from probes.base import Check, Probe
from probes.catalogue import CHECKS, TITLES

FIXED = """
footer.party_mark footer.site_code footer.icp footer.police footer.sponsor footer.contact footer.every_page
footer.consistent footer.error_report footer.site_map site.reachable site.domain site.not_found site.display
site.one_source meta.site meta.column meta.article meta.consistent home.fresh ipv6.aaaa ipv6.home ipv6.same
ipv6.links links.home links.inner links.wrong links.unsafe columns.empty columns.blank columns.stale
columns.mismatch search.box search.titles a11y.entry a11y.font a11y.colour a11y.guide_line a11y.voice
a11y.special_view a11y.wcag decision.explained decision.channel decision.feedback decision.platforms
meeting.content meeting.replay guide.elements guide.material_form guide.forms guide.vague
service_rating.channel service_rating.results interpretation.coverage interpretation.linked
interpretation.in_time interpretation.forms interpretation.voices interpretation.own interaction.fields
interaction.delay interaction.rating market.consumer_stats market.sampling education.enrolment
education.standards documents.service_link on_request.channels guide_doc.online guide_doc.offline
new_media.fresh new_media.sync tamper.hidden_links tamper.bad_words tamper.cloaking tamper.mirror
privacy.id_card privacy.phone privacy.bank_card
"""
SECTIONS = """
disclosure guide rules statutory annual_report on_request institution leaders overview news notices documents
interpretation briefing consultation decision_catalogue meetings services double_publicity service_rating
audit direct_funds execution evaluation epidemic rural farm_subsidy market employment elderly assistance
education culture budget interaction surveys new_media site_report projects public_resources emergency
environment plans statistics fees response
"""
FIELDS = "farm_subsidy food_drug employment elderly assistance education culture"


def test_every_fixed_id_once() -> None:
    expected = set(FIXED.split())
    expected |= {f"{kind}.{key}" for key in SECTIONS.split() for kind in ("section", "content")}
    expected |= {f"catalogue.{field}" for field in FIELDS.split()}
    ids = [check.id for check in CHECKS]
    assert len(ids) == len(set(ids))
    assert set(ids) == expected


def test_preconditions_are_checks() -> None:
    assert {check.after for check in CHECKS if check.after} <= set(TITLES)


def test_titles_are_chinese_and_tell_checks_apart() -> None:
    assert len(set(TITLES.values())) == len(TITLES)
    assert all(any("一" <= sign <= "鿿" for sign in title) for title in TITLES.values())


def test_probes_declare_only_known_checks() -> None:
    def ids(probe: Probe[object, object]) -> set[str]:  # type: ignore[type-var]
        return {check.id for check in probe.checks if isinstance(check, Check)}

    for probe in ALL:
        assert ids(probe) <= set(TITLES), probe.id
