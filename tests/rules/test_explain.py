"""Explained faults stay in the results and leave the score, and only those."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from crawler.model import Period, Unit, UnitKind
from probes.base import Finding, Result, Verdict
from rules.explain import Explanation, at, counted, marked
from rules.load import load
from rules.score import ItemScore, score

HOME = "https://lf.gov.cn/"
PACK = load("jilin-2021")
COUNTY = Unit(id="lf", name="陆丰", kind=UnitKind.COUNTY)
PERIOD = Period(start=date(2026, 1, 1), end=date(2026, 12, 31))


def explanation(**fields: Any) -> Explanation:
    who = {"reason": "专题已归档", "author": "张三", "proof": "陆府办〔2026〕1号"}
    return Explanation.model_validate({"unit": "lf", "until": date(2026, 12, 31), **who, **fields})


def dead(*paths: str, more: int = 0, tested: int = 100) -> Result:
    findings = tuple(
        Finding(url=HOME, subject=f"https://lf.gov.cn/{path}", message="打不开") for path in paths
    )
    return Result(
        check="links.home",
        verdict=Verdict.FAIL,
        population=100,
        tested=tested,
        defects=len(findings) + more,
        findings=findings,
    )


def ends(result: Result, *explanations: Explanation) -> tuple[Result, Result]:
    seen = marked(result, explanations)
    return seen, counted(seen, tested_share=0.9)


def test_one_place_of_two() -> None:
    seen, left = ends(dead("a?id=1", "b"), explanation(check="links.home", url="http://lf.gov.cn/a"))
    assert [finding.explained is not None for finding in seen.findings] == [True, False]
    assert (seen.verdict, seen.defects, seen.explained) == (Verdict.FAIL, 2, 1)
    assert (left.verdict, left.defects, [f.subject for f in left.findings]) == (
        Verdict.FAIL,
        1,
        ["https://lf.gov.cn/b"],
    )


def test_a_whole_check_is_explained_beyond_the_listed_findings() -> None:
    seen, left = ends(dead("a", more=300), explanation(check="links.home"))
    assert (seen.explained, left.verdict, left.defects) == (301, Verdict.PASS, 0)


def test_nothing_left_to_count_is_no_pass_where_little_was_tested() -> None:
    _, left = ends(dead("a", tested=50), explanation(check="links.home"))
    assert (left.verdict, left.reason) == (Verdict.UNKNOWN, "too_few_samples")


def test_defects_that_are_not_listed_may_stand_at_the_explained_place() -> None:
    _, left = ends(dead("zt/a", "zt/b", more=5), explanation(url="https://lf.gov.cn/zt/*"))
    assert (left.verdict, left.defects, left.needs_review) == (Verdict.FAIL, 5, True)


def test_another_check_and_another_verdict_stay_as_they_are() -> None:
    assert marked(dead("a"), [explanation(check="links.inner")]) == dead("a")
    passed = Result(check="links.home", verdict=Verdict.PASS, population=1, tested=1)
    assert ends(passed, explanation(check="links.home")) == (passed, passed)


def test_the_last_day_is_included() -> None:
    one = explanation(check="links.home", until=date(2026, 6, 30))
    assert one.holds(date(2026, 6, 30))
    assert not one.holds(date(2026, 7, 1))


@pytest.mark.parametrize(
    ("place", "url", "same"),
    [
        ("https://lf.gov.cn/a", "http://LF.gov.cn/a?session=9", True),
        ("https://lf.gov.cn/a?id=1", "https://lf.gov.cn/a?id=1#top", True),
        ("https://lf.gov.cn/a?id=1", "https://lf.gov.cn/a?id=2", False),
        ("https://lf.gov.cn/a", "https://lf.gov.cn/a/b", False),
        ("https://lf.gov.cn/zt/*", "https://lf.gov.cn/zt/2026/x.html?p=1", True),
        ("https://lf.gov.cn/zt/*", "https://lf.gov.cn/ztzl/", False),
        ("https://lf.gov.cn/*", "https://lf.gov.cn.evil.com/", False),
        ("https://lf.gov.cn", "https://lf.gov.cn/", True),
    ],
)
def test_places(place: str, url: str, same: bool) -> None:
    assert at(place, url) is same


def line(*results: Result) -> ItemScore:
    found = score(COUNTY, {result.check: result for result in results}, PACK, PERIOD)
    return next(item for item in found.items if item.code == "JL-3.1.4.a")


def test_the_score_gets_the_points_back_and_says_so() -> None:
    names = ("links.inner", "links.wrong", "links.unsafe")
    rest = [Result(check=name, verdict=Verdict.PASS, population=1, tested=1) for name in names]
    accused = line(dead("a", "b"), *rest)
    _, left = ends(dead("a", "b"), explanation(check="links.home"))
    spared = line(left, *rest)
    assert spared.earned == spared.points != accused.earned
    assert spared.why == "全部通过；另有2处已有说明，不计"
