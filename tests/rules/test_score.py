"""From results to points: every credit kind, what stays out, ranges, ranks, and what always holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.model import Period, Unit, UnitKind
from probes import CHECKS_BY_ID
from probes.base import Reason, Result, Verdict
from rules.load import load, load_scheme
from rules.score import ItemScore, Score, Stage, State, rank, score
from tests.rules.verdicts import failed, passed

PERIOD = Period(start=date(2026, 1, 1), end=date(2026, 12, 31))
COUNTY = Unit(id="lufeng", name="陆丰市人民政府", kind=UnitKind.COUNTY, group="县(市、区)")
PACK = load("jilin-2021")


def absent(check: str, reason: str | None = None) -> Result:
    return Result.not_applicable(check, reason)


def unknown(check: str) -> Result:
    return Result.unknown(check, Reason.BLOCKED)


def scored(*results: Result, unit: Unit = COUNTY, answers: Mapping[str, float] | None = None) -> Score:
    return score(unit, {result.check: result for result in results}, PACK, PERIOD, answers=answers)


def line(code: str, *results: Result, unit: Unit = COUNTY) -> ItemScore:
    return next(item for item in scored(*results, unit=unit).items if item.code == code)


def all_passed(unit: Unit = COUNTY) -> dict[str, Result]:
    return {check: passed(check) for _, item in PACK.items_for(unit) for check in item.asks}


def test_all_means_every_check() -> None:
    section, content = "section.interpretation", "content.interpretation"
    assert line("JL-2.3.a", passed(section), passed(content)).earned == 1
    assert line("JL-2.3.a", passed(section), failed(content)).earned == 0
    assert line("JL-2.3.a", failed(section), absent(content, f"needs:{section}")).earned == 0


def test_a_certain_loss_is_told_though_other_checks_are_unknown() -> None:
    found = line("JL-2.3.a", failed("section.interpretation"), unknown("content.interpretation"))
    assert (found.state, found.earned) == (State.SCORED, 0)
    assert (
        line("JL-2.3.a", passed("section.interpretation"), unknown("content.interpretation")).earned is None
    )


def test_share_of_checks() -> None:
    names = ("party_mark", "site_code", "icp", "police", "sponsor", "contact", "every_page")
    results = [passed(f"footer.{name}") for name in names[:5]] + [failed("footer.contact")]
    found = line("JL-3.1.1.a", *results, failed("footer.every_page", defects=3, tested=10))
    assert found.earned == 0.36  # 5/7 of 0.5, half up
    assert "联系方式" in found.why and "失0.14分" in found.why


def test_share_of_samples_where_one_check_decides() -> None:
    assert line("JL-3.1.5.a", failed("interaction.fields", defects=3, tested=20)).earned == 1.7


def test_share_keeps_out_what_is_not_there() -> None:
    found = line("JL-1.1.3.b", passed("guide.material_form"), absent("guide.forms"))
    assert (found.state, found.earned) == (State.SCORED, 0.5)


def test_share_counts_a_failed_precondition_as_lost() -> None:
    found = line(
        "JL-3.1.1.b", passed("ipv6.aaaa"), failed("ipv6.home"), absent("ipv6.links", "needs:ipv6.home")
    )
    assert found.earned == 0.17
    assert "因首页可经IPv6访问未通过" in found.why


def test_a_precondition_in_doubt_leaves_the_item_open() -> None:
    doubtful = Result(check="ipv6.home", verdict=Verdict.FAIL, defects=1, tested=1, needs_review=True)
    found = line("JL-3.1.1.b", passed("ipv6.aaaa"), doubtful, absent("ipv6.links", "needs:ipv6.home"))
    assert (found.state, found.earned) == (State.REVIEW, None)
    stray = absent("ipv6.links", "needs:ipv6.home")
    assert line("JL-3.1.1.b", passed("ipv6.aaaa"), passed("ipv6.home"), stray).state is State.UNKNOWN


def test_each_sample_has_its_points() -> None:
    box = passed("search.box")
    assert line("JL-3.1.3", box, passed("search.titles", observed={})).earned == 2
    assert line("JL-3.1.3", box, failed("search.titles", defects=1, tested=4)).earned == 1.5
    assert line("JL-3.1.3", box, failed("search.titles", defects=4, tested=4)).earned == 0


def test_each_waits_for_samples_that_were_not_tested() -> None:
    result = failed("search.titles", defects=1, tested=3, population=4)
    found = line("JL-3.1.3", passed("search.box"), result)
    assert found.state is State.UNKNOWN and "样本未测全" in found.why


def test_no_search_box_no_points() -> None:
    found = line("JL-3.1.3", failed("search.box"), absent("search.titles", "needs:search.box"))
    assert (found.state, found.earned, found.checks) == (State.SCORED, 0, ("search.box", "search.titles"))


def test_per_defect_up_to_the_cap() -> None:
    inner = [passed("links.wrong"), passed("links.unsafe")]
    home, other = failed("links.home", defects=2, tested=214), passed("links.inner")
    assert line("JL-3.1.4.a", home, other, *inner).earned == 0.8
    assert line("JL-3.1.4.a", home, failed("links.inner", defects=7, tested=900), *inner).earned == 0.66
    assert line("JL-3.1.4.a", failed("links.home", defects=40, tested=214), other, *inner).earned == 0


def test_per_defect_at_the_cap_needs_no_further_answer() -> None:
    found = line("JL-3.1.4.a", failed("links.home", defects=10, tested=50), unknown("links.inner"))
    assert (found.state, found.earned) == (State.SCORED, 0)
    found = line("JL-3.1.4.a", failed("links.home", defects=1, tested=50), unknown("links.inner"))
    assert (found.state, found.earned) == (State.UNKNOWN, None)


def test_a_missing_column_of_a_semi_item_waits_for_a_person_too() -> None:
    section = "section.evaluation"
    found = line("JL-B4", failed(section), absent("content.evaluation", f"needs:{section}"))
    assert found.state is State.REVIEW and found.earned is None
    assert found.why.endswith("；待人工确认") and "样本" not in found.why


def test_semi_items_wait_for_a_person() -> None:
    found = line("JL-1.1.1.b", failed("decision.explained"))
    assert (found.state, found.earned) == (State.REVIEW, None)
    assert line("JL-1.1.1.b", unknown("decision.explained")).state is State.UNKNOWN
    assert line("JL-1.1.1.b").state is State.UNKNOWN


def test_review_flag_of_a_result_keeps_an_auto_item_open() -> None:
    results = [passed("columns.empty"), failed("columns.blank")]
    doubtful = failed("columns.mismatch", needs_review=True)
    assert line("JL-3.1.4.c", *results, doubtful).state is State.REVIEW
    assert line("JL-3.1.4.c", *results, passed("columns.mismatch")).earned == 1


def test_what_no_machine_decides_is_listed_with_its_points() -> None:
    found = {item.code: item.state for item in scored().items}
    assert found["JL-2.2.a"] is State.MANUAL
    assert found["JL-4.2"] is State.MATERIAL
    assert found["JL-3.1.2.b"] is State.EXTERNAL


def test_nothing_published_leaves_the_item_and_its_points_out() -> None:
    without, with_letters = scored(absent("interaction.delay")), scored(passed("interaction.delay"))
    assert without.full == with_letters.full - 2
    assert next(i for i in without.items if i.code == "JL-3.1.5.b").state is State.NOT_APPLICABLE


def test_items_outside_the_period_are_not_in_full() -> None:
    later = scored()
    then = score(COUNTY, {}, PACK, Period(start=date(2021, 1, 1), end=date(2021, 12, 31)))
    assert (then.full, later.full) == (98, 95)
    epidemic = next(item for item in later.items if item.code == "JL-1.2.1.a")
    assert epidemic.state is State.NOT_APPLICABLE and "2020—2022" in epidemic.why


def test_the_totals_of_a_unit() -> None:
    found = scored(
        failed("links.home", defects=2, tested=214),
        passed("links.inner"),
        passed("links.wrong"),
        passed("links.unsafe"),
        failed("section.consultation"),
        unknown("site.display"),
    )
    assert (found.earned, found.testable) == (0.8, 1.5)
    assert found.score == 53.3
    # 32.5 base and 0.5 bonus points are a machine's, 1 of them out of period
    assert found.coverage == 0.04
    assert (found.low, found.high) == (0.8, 31.3)
    assert found.stage is Stage.MACHINE and found.grade is None


def test_nothing_tested_is_no_score() -> None:
    found = scored()
    assert (found.score, found.testable, found.coverage, found.earned) == (None, 0, 0, 0)
    assert rank([found])[0].rank is None


def test_answers_complete_and_grade_a_score() -> None:
    results = all_passed()
    machine = score(COUNTY, results, PACK, PERIOD, scheme=load_scheme("four-grades"))
    assert machine.stage is Stage.MACHINE and machine.grade is None
    answers = {
        i.code: i.points or 0.0 for i in machine.items if i.state not in (State.SCORED, State.EXTERNAL)
    }
    complete = score(COUNTY, results, PACK, PERIOD, answers=answers, scheme=load_scheme("four-grades"))
    assert complete.stage is Stage.COMPLETE
    assert (complete.score, complete.grade, complete.coverage) == (100, "优秀", 1)
    assert complete.testable == complete.full - 4.5  # data of higher offices


def test_an_answer_stands_over_a_machine_but_not_over_the_points() -> None:
    results = {"section.consultation": passed("section.consultation")}
    found = score(COUNTY, results, PACK, PERIOD, answers={"JL-1.1.1.a": 0.2, "JL-2.2.a": 9})
    by_code = {item.code: item.earned for item in found.items}
    assert (by_code["JL-1.1.1.a"], by_code["JL-2.2.a"]) == (0.2, 3)


def test_department_scores_only_what_names_departments() -> None:
    department = Unit(id="d", name="市统计局", kind=UnitKind.DEPARTMENT)
    assert scored(unit=department).full == 32


def entry(unit: str, value: float | None, *, coverage: float = 0.9, spread: float = 0.0) -> Score:
    earned = (value or 0) / 10
    return Score(
        unit=unit,
        group="县",
        pack="p",
        pack_hash="h",
        stage=Stage.MACHINE,
        earned=earned,
        testable=0 if value is None else 10,
        full=20,
        coverage=coverage,
        low=earned,
        high=earned + spread,
        score=value,
        grade=None,
        rank=None,
        rank_range=None,
        items=(),
    )


def test_ties_share_a_rank_and_keep_their_order() -> None:
    ranked = rank([entry("a", 70), entry("b", 80), entry("c", 80), entry("d", 90)])
    assert [(found.unit, found.rank) for found in ranked] == [("d", 1), ("b", 2), ("c", 2), ("a", 4)]
    assert [found.rank_range for found in ranked] == [(1, 1), (2, 3), (2, 3), (4, 4)]


def test_ranges_say_what_is_still_possible() -> None:
    ranked = rank([entry("a", 90), entry("b", 85, spread=1.0), entry("c", 40)])
    # b may end between 77.3 and 86.4, a stands at 90
    assert [found.rank_range for found in ranked] == [(1, 1), (2, 2), (3, 3)]
    ranked = rank([entry("a", 80, spread=2.0), entry("b", 75, spread=2.0)])
    assert [found.rank_range for found in ranked] == [(1, 2), (1, 2)]


def test_a_score_of_nought_is_ranked_last() -> None:
    assert [found.rank for found in rank([entry("a", 0), entry("b", 10)])] == [1, 2]


def test_no_rank_under_the_coverage_gate() -> None:
    ranked = rank([entry("a", 99, coverage=0.79), entry("b", 10, coverage=0.8)])
    assert [(found.unit, found.rank, found.rank_range) for found in ranked] == [
        ("b", 1, (1, 1)),
        ("a", None, None),
    ]


def test_groups_are_ranked_apart() -> None:
    other = entry("x", 10).model_copy(update={"group": "市直部门"})
    assert {found.unit: found.rank for found in rank([entry("a", 90), other])} == {"a": 1, "x": 1}


CHECKS = sorted({check for _, item in PACK.items_for(COUNTY) for check in item.asks})


@st.composite
def any_result(draw: st.DrawFn, check: str) -> Result:
    verdict = draw(st.sampled_from(Verdict))
    if verdict is Verdict.UNKNOWN:
        return unknown(check)
    if verdict is Verdict.NOT_APPLICABLE:
        return absent(check, draw(st.sampled_from([None, "needs:search.box", "needs:section.education"])))
    population = draw(st.integers(1, 30))
    tested = draw(st.integers(1, population))
    defects = draw(st.integers(1, tested)) if verdict is Verdict.FAIL else 0
    review = draw(st.booleans())
    return Result(
        check=check,
        verdict=verdict,
        population=population,
        tested=tested,
        defects=defects,
        needs_review=review,
    )


@st.composite
def any_results(draw: st.DrawFn) -> dict[str, Result]:
    default = draw(st.sampled_from([passed, failed, unknown]))
    results = {check: default(check) for check in CHECKS}
    for check in draw(st.lists(st.sampled_from(CHECKS), max_size=15, unique=True)):
        results[check] = draw(any_result(check))
    return results


@settings(max_examples=60, deadline=None)
@given(any_results())
def test_points_stay_in_their_bounds(results: dict[str, Result]) -> None:
    found = score(COUNTY, results, PACK, PERIOD)
    assert 0 <= found.low <= found.earned <= found.high <= found.full
    assert found.earned <= found.testable <= found.full
    assert 0 <= found.coverage <= 1
    assert found.score is None or 0 <= found.score <= 100
    decided = [item for item in found.items if item.state is State.SCORED]
    assert all(item.earned is not None and 0 <= item.earned <= (item.points or 0) for item in decided)
    assert all(item.earned is None for item in found.items if item.state is not State.SCORED)
    assert round(sum(item.earned or 0 for item in decided), 2) == found.earned
    assert round(sum(item.points or 0 for item in decided), 2) == found.testable


@settings(max_examples=60, deadline=None)
@given(any_results(), st.sampled_from(CHECKS))
def test_what_is_scored_without_an_answer_does_not_hang_on_it(results: dict[str, Result], check: str) -> None:
    """Not knowing costs nothing: an item scored although a check is unknown has the points it would have
    whatever that check's answer were, so the answer can only add items, never take points from the others."""
    # A check that comes after this one has no answer either: a search that finds all has an entry.
    after = {one: unknown(one) for one in CHECKS if one in CHECKS_BY_ID and CHECKS_BY_ID[one].after == check}
    results = {**results, **after}
    blind = score(COUNTY, {**results, check: unknown(check)}, PACK, PERIOD)
    for answer in (failed(check), passed(check)):
        known = {item.code: item for item in score(COUNTY, {**results, check: answer}, PACK, PERIOD).items}
        for item in blind.items:
            if item.state is State.SCORED:
                assert known[item.code].earned == item.earned


@settings(max_examples=40, deadline=None)
@given(any_results(), st.sampled_from(CHECKS), st.randoms())
def test_order_of_results_does_not_matter(results: dict[str, Result], check: str, random: Any) -> None:
    shuffled = list(results.items())
    random.shuffle(shuffled)
    assert score(COUNTY, dict(shuffled), PACK, PERIOD) == score(COUNTY, results, PACK, PERIOD)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(0, 50), st.sampled_from([0.5, 0.8, 1.0])), max_size=8)
)
def test_rank_lies_in_its_range(values: list[tuple[int, int, float]]) -> None:
    entries = [
        entry(str(at), value, coverage=coverage, spread=spread / 10)
        for at, (value, spread, coverage) in enumerate(values)
    ]
    ranked = rank(entries)
    assert sorted(found.unit for found in ranked) == sorted(found.unit for found in entries)
    for found in ranked:
        assert (found.rank is None) == (found.coverage < 0.8) == (found.rank_range is None)
        if found.rank is not None and found.rank_range is not None:
            assert 1 <= found.rank_range[0] <= found.rank <= found.rank_range[1] <= len(entries)


def test_same_results_same_bytes() -> None:
    results = all_passed()
    first = score(COUNTY, results, PACK, PERIOD).model_dump_json()
    assert score(COUNTY, dict(reversed(results.items())), PACK, PERIOD).model_dump_json() == first


@pytest.mark.parametrize("field", ["unit", "group", "pack", "pack_hash", "stage", "rank_range", "items"])
def test_the_line_has_the_fields_of_the_contract(field: str) -> None:
    assert field in scored().model_dump(mode="json")
