"""Which check decides which item of the Jilin pack: the table of its source's reading, restated as data.

A row: kinds (c city, n county, d department), points, checks (r: a person confirms), credit. What the source
has looked up on the net and no row names, a machine cannot decide, and the pack says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from crawler.model import UnitKind
from rules.load import load
from rules.model import Assess, CreditKind, Indicator, Item

TABLE = """\
1.1.1.a cn  .5  section.consultation                                      all
1.1.1.b cn  1   decision.explained:r                                      share
1.1.1.c cn  .5  decision.channel                                          share
1.1.1.d cn  2   decision.feedback:r                                       share
1.1.1.e cn  1   section.decision_catalogue+content.decision_catalogue     all
1.1.2.a cn  1   section.meetings                                          all
1.1.2.b cn  1   content.meetings+meeting.content:r                        share
1.1.3.a cnd 1   guide.elements                                            share
1.1.3.b cnd .5  guide.material_form+guide.forms                           share
1.1.3.c cnd .5  guide.vague                                               share
1.1.4.a cnd 1   service_rating.channel:r                                  all
1.1.4.c cnd 1.5 service_rating.results:r                                  all
1.1.5   cn  2   section.audit+content.audit:r                           all
1.1.6   c   2   section.direct_funds+content.direct_funds:r             all
1.1.7   cn  2   section.execution+content.execution:r                   all
1.2.1.a cn  1   section.epidemic                                          all
1.2.1.b cn  2   content.epidemic:r                                        all
1.2.2   cn  3   section.rural+content.rural:r                           all
1.2.3   c   3   content.farm_subsidy:r                                    all
1.2.4.a c   2   section.market                                            all
1.2.4.b c   1   market.consumer_stats:r                                   all
1.2.4.a n   .5  catalogue.food_drug                                       all
1.2.4.b n   1.5 market.sampling:r                                         all
1.2.4.c n   1   market.consumer_stats:r                                   all
1.2.5   c   3   section.employment+content.employment:r                 all
1.2.6   c   3   section.elderly+content.elderly:r                       all
1.2.7   c   3   content.assistance:r                                      all
1.2.8.a c   1.5 education.enrolment:r                                     all
1.2.8.b c   1.5 education.standards:r                                     all
1.2.9   c   3   content.culture:r                                         all
2.1     cnd 6   interpretation.coverage:r                                 share
2.2.b   cnd 2   interpretation.in_time                                    share
2.2.c   cnd 2   interpretation.voices:r                                   all
2.3.a   cnd 1   section.interpretation+content.interpretation             all
2.3.b   cnd 1   section.briefing                                          all
2.3.c   cnd 2   interpretation.linked                                     share
2.3.d   cnd 3   interpretation.forms                                      share
3.1.1.a cn  .5  FOOTER share
3.1.1.b cn  .5  ipv6.aaaa+ipv6.home+ipv6.links                            share
3.1.2.a cn  1   site.one_source:r                                         all
3.1.3   cn  2   search.titles                                             each
3.1.4.a cn  1   links.home+links.inner+links.wrong+links.unsafe           per_defect
3.1.4.b cn  .5  site.display                                              all
3.1.4.c cn  1.5 columns.empty+columns.blank+columns.mismatch              share
3.1.4.d cn  1   a11y.entry+a11y.font+a11y.colour+a11y.guide_line+a11y.voice+a11y.special_view share
3.1.5.a cn  2   interaction.fields                                        share
3.1.5.b cn  2   interaction.delay                                         share
3.2.1.a cn  2   new_media.fresh:r                                         all
3.2.1.b cn  3   new_media.sync:r                                          all
B1      cnd .5  decision.platforms:r                                      all
B2      cn  1   meeting.replay:r                                          all
B3      cn  1   documents.service_link:r                                  all
B4      cnd 1   section.evaluation+content.evaluation:r                 all
B5.a    cnd .2  guide_doc.online                                          all
B5.b    cnd .3  guide_doc.offline                                         all
"""
FOOTER = "party_mark site_code icp police sponsor contact every_page"
COUNTY_FIELDS = {  # a section .5, b catalogue .5, c content 2 (a person confirms)
    "1.2.3": "farm_subsidy",
    "1.2.5": "employment",
    "1.2.6": "elderly",
    "1.2.7": "assistance",
    "1.2.8": "education",
    "1.2.9": "culture",
}
LETTERS = {"c": UnitKind.CITY, "n": UnitKind.COUNTY, "d": UnitKind.DEPARTMENT}


class Row(NamedTuple):
    """One line of the table."""

    code: str
    kinds: frozenset[UnitKind]
    points: float
    checks: tuple[str, ...]
    review: bool
    credit: CreditKind


def rows() -> Iterator[Row]:
    lines = TABLE.splitlines()
    for code, key in COUNTY_FIELDS.items():
        lines += [
            f"{code}.a n .5 section.{key} all",
            f"{code}.b n .5 catalogue.{key} all",
            f"{code}.c n 2 content.{key}:r all",
        ]
    footer = "+".join(f"footer.{name}" for name in FOOTER.split())
    for line in lines:
        code, kinds, points, checks, credit = line.split()
        named = checks.replace("FOOTER", footer).split("+")
        yield Row(
            f"JL-{code}",
            frozenset(LETTERS[kind] for kind in kinds),
            float(points),
            tuple(check.removesuffix(":r") for check in named),
            ":r" in checks,
            CreditKind(credit),
        )


def items() -> Iterator[tuple[Indicator, Item]]:
    for indicator in load("jilin-2021").indicators:
        for item in indicator.items:
            yield indicator, item


def row_of(item: Item) -> Row:
    """The item as the table would have it."""
    assert item.credit is not None and item.points is not None
    kinds = frozenset(item.kinds)
    return Row(item.code, kinds, item.points, item.checks, bool(item.review), item.credit.kind)


def test_every_item_a_machine_works_on_is_decided_as_the_table_says() -> None:
    machine = {Assess.AUTO, Assess.SEMI}
    assert {row_of(item) for _, item in items() if item.assess in machine} == set(rows())


def test_what_is_looked_up_on_the_net_is_decided_or_says_why_not() -> None:
    for indicator, item in items():
        if "网络检索" in indicator.method:
            assert bool(item.checks) != bool(item.by_hand), item.code


@pytest.mark.parametrize("pack", ["jilin-2021", "national-2019"])
def test_an_item_without_checks_says_why(pack: str) -> None:
    for indicator in load(pack).indicators:
        for item in indicator.items:
            assert bool(item.checks) != bool(item.by_hand), item.code


def test_credit_of_links_and_search() -> None:
    found = {item.code: item for _, item in items()}
    links, search = found["JL-3.1.4.a"].credit, found["JL-3.1.3"]
    assert links is not None and links.cap == 1
    assert links.per_defect == {
        "links.home": 0.1,
        "links.inner": 0.02,
        "links.wrong": 0.02,
        "links.unsafe": 0.02,
    }
    assert search.credit is not None and search.credit.each == 0.5
    assert search.needs == ("search.box",)
