"""The points of the demo city, worked out by hand: they add up, and stand where faults are planted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from crawler.model import Unit
from demo.city import build_city
from demo.points import Expected, differences, expected, totals, units
from rules.load import load

CITY = build_city(1, date(2026, 11, 20))
UNITS = {unit["id"]: unit for unit in CITY.units(8000)}
PACK = load("jilin-2021")


def checks_of(unit: str) -> dict[str, tuple[str, ...]]:
    given = {**UNITS[unit], "resolve": {}, "portal": None}
    known = {key: value for key, value in given.items() if key in Unit.model_fields}
    return {item.code: item.asks for _, item in PACK.items_for(Unit.model_validate(known))}


def line(unit: str, **changes: Any) -> dict[str, Any]:
    """A score line that says what is expected, but for `changes` of its first item."""
    items = [
        {"code": code, "points": one.points, "state": one.state, "earned": one.earned}
        for code, one in expected(unit).items()
    ]
    items[0] |= changes
    return {"unit": unit, "items": items, **totals(unit)}


def test_every_unit_of_the_city_is_worked_out() -> None:
    assert sorted(units()) == sorted(UNITS)


@pytest.mark.parametrize("unit", sorted(UNITS))
@pytest.mark.parametrize("browser", [True, False])
def test_the_items_add_up_to_the_totals(unit: str, browser: bool) -> None:
    def total(of: str, states: set[str]) -> Decimal:
        items = [one for one in expected(unit).values() if one.state in states and not lacks(one)]
        return sum((Decimal(str(getattr(one, of))) for one in items), Decimal(0))

    def lacks(one: Expected) -> bool:
        return one.means == "browser" and not browser

    written = totals(unit, browser=browser)
    assert total("earned", {"scored"}) == Decimal(str(written["earned"]))
    assert total("points", {"scored"}) == Decimal(str(written["testable"]))
    full = [one.points for one in expected(unit).values() if one.state != "not_applicable"]
    assert sum(map(Decimal, map(str, full))) == Decimal(str(written["full"]))
    if written["testable"]:
        share = 100 * Decimal(str(written["earned"])) / Decimal(str(written["testable"]))
        assert abs(share - Decimal(str(written["score"]))) <= Decimal("0.05")


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_points_are_lost_where_a_fault_is_planted_and_nowhere_else(unit: str) -> None:
    verdicts = {told.check: told.verdict for told in CITY.truth if told.unit == unit}
    asks = checks_of(unit)
    for code, one in expected(unit).items():
        if one.state == "scored":
            faulty = [check for check in asks[code] if verdicts[check] == "fail"]
            assert bool(faulty) == (one.earned != one.points), (code, faulty)


def test_agreement() -> None:
    assert differences([line(unit) for unit in units()]) == []


@pytest.mark.parametrize("changes", [{"earned": 0.4}, {"state": "unknown", "earned": None}, {"points": 1}])
def test_one_item_that_differs_is_told(changes: dict[str, Any]) -> None:
    (told,) = differences([line("yangguang", **changes)])
    assert told.startswith("yangguang JL-1.1.1.a: ")


def test_items_too_many_and_too_few_are_told() -> None:
    other = line("sjyj")
    other["items"][0]["code"] = "JL-9"
    assert differences([other]) == ["sjyj JL-1.1.3.a: missing", "sjyj JL-9: not expected"]


def test_totals_are_compared() -> None:
    assert differences([line("sjyj") | {"full": 35}]) == ["sjyj full: 35 instead of 32"]


def test_what_needs_a_browser_is_unknown_without_one() -> None:
    told = differences([line("yunxi") | totals("yunxi", browser=False)], without={"browser"})
    assert [one.split(":")[0] for one in told] == ["yunxi JL-3.1.4.b", "yunxi JL-3.1.4.d"]
    assert not [one for one in differences([line("minghu")], without={"browser"}) if "JL-3.1.4.d" in one]
