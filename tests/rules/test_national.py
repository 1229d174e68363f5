"""The national pack: vetoes and warnings by their lines, unknown points without a total."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import pytest

from crawler.model import Period, Unit, UnitKind
from probes import ALL
from probes.base import Reason, Result
from rules.apply import Asked
from rules.load import Reading, limits_for, load
from rules.model import Assess
from rules.score import ItemScore, Score, State, rank, score
from rules.standing import Readings, VetoLine, VetoState
from tests.rules.verdicts import failed, passed

PERIOD = Period(start=date(2026, 1, 1), end=date(2026, 12, 31))
COUNTY = Unit(id="a", name="某县人民政府", kind=UnitKind.COUNTY, group="县")
PACK = load("national-2019")


def all_passed(unit: Unit = COUNTY) -> dict[str, Result]:
    asked = [check for _, item in PACK.items_for(unit) for check in item.asks]
    asked += [check for veto in PACK.vetoes_for(unit) for check in veto.checks]
    return {check: passed(check) for check in asked}


def judged(*results: Result, early: Mapping[str, Result] | None = None, unit: Unit = COUNTY) -> Score:
    found = all_passed(unit) | {result.check: result for result in results}
    return score(unit, found, PACK, PERIOD, readings=Readings(found, {**found, **(early or {})}))


def veto(code: str, *results: Result, early: Mapping[str, Result] | None = None) -> VetoLine:
    return next(line for line in judged(*results, early=early).vetoes if line.code == code)


# -- vetoes


@pytest.mark.parametrize(
    ("defects", "state"),
    [
        (0, VetoState.CLEAR),
        (2, VetoState.CLEAR),
        (3, VetoState.WARNING),
        (4, VetoState.WARNING),
        (5, VetoState.HIT),
        (9, VetoState.HIT),
    ],
)
def test_empty_columns_warn_before_they_veto(defects: int, state: VetoState) -> None:
    found = failed("columns.empty", defects) if defects else passed("columns.empty")
    line = veto("N-V4", found)
    assert (line.state, line.count) == (state, defects)
    assert state is VetoState.CLEAR or f"{defects} 处" in line.why


def test_a_home_page_of_ten_to_fourteen_days_is_a_warning() -> None:
    assert veto("N-V3").state is VetoState.CLEAR
    late = veto("N-V3", early={"home.fresh": failed("home.fresh")})
    assert late.state is VetoState.WARNING and "10天" in late.why
    assert veto("N-V3", failed("home.fresh"), early={"home.fresh": failed("home.fresh")}).state is (
        VetoState.HIT
    )


def test_warning_limits_are_stricter_than_veto_limits() -> None:
    home = next(probe for probe in ALL if probe.id == "home_fresh")
    days = [limits_for(PACK, home, reading).model_dump()["days"] for reading in Reading]
    assert days == [14, 14, 10]
    guide = next(probe for probe in ALL if probe.id == "guide")
    assert [limits_for(PACK, guide, reading).model_dump()["lacking"] for reading in Reading] == [1, 4, 4]


@pytest.mark.parametrize(
    "result",
    [
        failed("columns.empty", 9, needs_review=True),
        failed("columns.stale", 9),  # of the first level or not: a person sees
        passed("columns.stale", observed={"warnings": [{"url": f"http://a/{n}"} for n in range(10)]}),
    ],
)
def test_what_a_person_must_confirm_is_never_a_hit(result: Result) -> None:
    line = veto("N-V4", result)
    assert line.state is VetoState.REVIEW and "人工确认" in line.why


@pytest.mark.parametrize("code", ["N-V1", "N-V5", "N-V6", "N-V8"])
def test_leads_wait_for_a_person(code: str) -> None:
    checks = next(veto.checks for veto in PACK.vetoes if veto.code == code)
    assert veto(code, *(failed(check, 20) for check in checks)).state is VetoState.REVIEW


def test_everything_failed_by_a_wall_is_unknown() -> None:
    found = {check: Result.unknown(check, Reason.BLOCKED) for check in all_passed()}
    lines = score(COUNTY, found, PACK, PERIOD).vetoes
    assert {line.state for line in lines} == {VetoState.UNKNOWN}
    assert "网站防护拦截" in next(line.why for line in lines if line.code == "N-V3")


def test_suspected_and_missing_results_are_unknown() -> None:
    assert veto("N-V3", Result.unknown("home.fresh", Reason.SUSPECTED)).state is VetoState.UNKNOWN
    assert {line.state for line in score(COUNTY, {}, PACK, PERIOD).vetoes} == {VetoState.UNKNOWN}


def test_a_failed_precondition_leaves_it_open() -> None:
    assert veto("N-V3", Result.not_applicable("home.fresh", "needs:site.reachable")).state is (
        VetoState.UNKNOWN
    )


def test_a_check_tested_in_part_is_not_clear() -> None:
    line = veto("N-V4", failed("columns.empty", 1, tested=10, population=40))
    assert line.state is VetoState.UNKNOWN and "10/40" in line.why
    assert veto("N-V4", failed("columns.empty", 5, tested=10, population=40)).state is VetoState.HIT


def test_one_sweep_only_warns_of_a_site_that_is_down() -> None:
    down = veto("N-V2", failed("site.reachable"))
    assert down.state is VetoState.WARNING and "一次巡检" in down.why
    assert veto("N-V2").state is VetoState.UNKNOWN


def test_what_people_judge_is_unknown_and_says_so() -> None:
    line = veto("N-V7")
    assert (line.state, line.count) == (VetoState.UNKNOWN, None)
    assert "由人工判断" in line.why


def test_the_gravest_ground_is_told_first() -> None:
    line = veto("N-V4", failed("columns.empty", 6), failed("columns.stale", 4))
    assert line.state is VetoState.HIT and line.count == 6
    assert line.why.startswith("空白栏目：查实 6 处")
    assert "4 处" in line.why


def test_a_person_decides_a_veto() -> None:
    found = all_passed()
    lines = score(COUNTY, found, PACK, PERIOD, answers={"N-V1": 1, "N-V2": 0}).vetoes
    states = {line.code: line.state for line in lines}
    assert (states["N-V1"], states["N-V2"]) == (VetoState.HIT, VetoState.CLEAR)


def test_enterprises_are_no_government_sites() -> None:
    assert not judged(unit=COUNTY.model_copy(update={"kind": UnitKind.ENTERPRISE})).vetoes


def test_on_other_sites_only_vetoes_fall() -> None:
    town = judged(unit=COUNTY.model_copy(update={"kind": UnitKind.TOWN}))
    assert len(town.vetoes) == 9 and town.items == () and town.full == 0


def test_units_without_services_are_not_asked_for_them() -> None:
    unit = Unit(id="b", name="某局", kind=UnitKind.DEPARTMENT, roles=("no_services",))
    without = judged(unit=unit)
    assert "N-V6" not in {line.code for line in without.vetoes}
    assert not [item for item in without.items if item.code.startswith("N-D2")]
    assert without.full == 105  # 75 and the bonus


def test_veto_checks_apply_and_leads_need_review() -> None:
    fresh = Asked(PACK, COUNTY, PERIOD).annotate(passed("home.fresh"))
    assert (fresh.applies, fresh.indicators, fresh.needs_review) == (True, ("N-V3",), False)
    hidden = Asked(PACK, COUNTY, PERIOD).annotate(failed("tamper.hidden_links"))
    assert (hidden.applies, hidden.needs_review) == (True, True)
    assert Asked(PACK, COUNTY, PERIOD).annotate(failed("columns.empty")).indicators == ("N-D1.9.a", "N-V4")


def test_every_warning_line_is_stricter() -> None:
    assert all(
        ground.warn_at < ground.at_least or ground.review or veto.code == "N-V3"
        for veto in PACK.vetoes
        for ground in veto.any_of
        if ground.at_least and ground.warn_at
    )
    assert set(PACK.warn_limits) == {"home_fresh", "interaction"}


# -- points that are not known


def test_no_total_without_points() -> None:
    entry = judged(failed("links.home", 3))
    assert (entry.score, entry.grade, entry.coverage, entry.full) == (None, None, 0.0, 130)
    (ranked,) = rank([entry])
    assert (ranked.rank, ranked.rank_range) == (None, None)


def _item(code: str, *results: Result) -> ItemScore:
    return next(item for item in judged(*results).items if item.code == code)


def test_unknown_points_are_unknown_and_defects_are_counted() -> None:
    found = _item("N-D4.3.a", failed("links.home", 3))
    assert (found.state, found.points, found.earned, found.defects) == (State.UNKNOWN, None, None, 3)
    assert "首页链接可用（3处）" in found.why and "来源未给出分值" in found.why
    clear = _item("N-D4.3.a")
    assert (clear.defects, clear.why) == (0, "未发现问题；来源未给出分值，不计分")


def test_unreviewed_defects_are_not_counted() -> None:
    found = _item("N-D4.7", failed("site.display", needs_review=True))
    assert (found.state, found.defects) == (State.REVIEW, None)


def test_lines_of_packs_without_vetoes_keep_their_shape() -> None:
    jilin = score(COUNTY, {}, load("jilin-2021"), PERIOD).model_dump(mode="json")
    assert not {"vetoes", "span"} & set(jilin) and "defects" not in jilin["items"][0]
    national = judged().model_dump(mode="json")
    assert set(national["vetoes"][0]) == {"code", "state", "count", "why", "checks"}
    assert "span" not in national


def test_known_first_level_points_add_up() -> None:
    first = {level.level1: level.points for level in PACK.levels}
    assert sum(first.values()) == 100
    known = [
        indicator.points
        for indicator in PACK.indicators
        if indicator.level1 == "互动交流" and indicator.points
    ]
    assert sum(known) == first["互动交流"] == 23


def test_amounts_the_source_does_not_print_are_marked() -> None:
    printed = {"N-D1.5": 5, "N-D2.3": 2, "N-D3.3.b": 3}
    for indicator in PACK.indicators:
        for item in indicator.items:
            assert item.points is None or item.assumed or printed[item.code] == item.points
            assert (item.credit is not None) == (item.points is not None and item.assess is not Assess.MANUAL)
