"""Whether a pack cares for a check of a unit, and for which items."""

from __future__ import annotations

from datetime import date

from crawler.model import Period, Unit, UnitKind
from probes.base import Result, Verdict
from rules.apply import Asked
from rules.load import load

PERIOD = Period(start=date(2026, 1, 1), end=date(2026, 12, 31))
PACK = load("jilin-2021")


def unit(kind: UnitKind, *roles: str) -> Unit:
    return Unit(id="u", name="某单位", kind=kind, roles=roles)


def result(check: str) -> Result:
    return Result(check=check, verdict=Verdict.PASS)


def test_items_of_the_kind() -> None:
    assert Asked(PACK, unit(UnitKind.COUNTY), PERIOD).annotate(result("links.home")) == (
        True,
        ("JL-3.1.4.a",),
        False,
    )
    assert Asked(PACK, unit(UnitKind.DEPARTMENT), PERIOD).annotate(result("links.home")) == (False, (), False)


def test_roles_bring_items() -> None:
    found = Asked(PACK, unit(UnitKind.DEPARTMENT, "finance"), PERIOD).annotate(result("content.direct_funds"))
    assert (found.applies, found.indicators) == (True, ("JL-1.1.6",))


def test_a_precondition_applies_as_well() -> None:
    assert Asked(PACK, unit(UnitKind.CITY), PERIOD).annotate(result("search.box")).indicators == ("JL-3.1.3",)


def test_what_no_item_uses_is_a_hint() -> None:
    assert not Asked(PACK, unit(UnitKind.CITY), PERIOD).annotate(result("home.fresh")).applies


def test_the_pack_may_want_a_person() -> None:
    assert Asked(PACK, unit(UnitKind.COUNTY), PERIOD).annotate(result("content.rural")).needs_review
    assert (
        not Asked(PACK, unit(UnitKind.COUNTY), PERIOD).annotate(result("content.interpretation")).needs_review
    )


def test_the_probe_may_want_a_person() -> None:
    doubtful = Result(check="columns.mismatch", verdict=Verdict.FAIL, needs_review=True)
    assert Asked(PACK, unit(UnitKind.COUNTY), PERIOD).annotate(doubtful).needs_review


def test_outside_the_period_nothing_applies() -> None:
    check = result("section.epidemic")
    assert not Asked(PACK, unit(UnitKind.COUNTY), PERIOD).annotate(check).applies
    then = Period(start=date(2021, 1, 1), end=date(2021, 12, 31))
    assert Asked(PACK, unit(UnitKind.COUNTY), then).annotate(check).indicators == ("JL-1.2.1.a",)
