"""What lost points, what only hints, what waits for a person and what was not tested stay apart."""

from __future__ import annotations

from typing import Any

from reports.build import build
from reports.model import ReportData, UnitView


def _unit(report: ReportData, name: str) -> UnitView:
    return next(unit for unit in report.units if unit.id == name)


def _fail(line: Any, **fields: Any) -> None:
    finding = {
        "url": "https://a.gov.cn/",
        "message": "样例问题",
        "expected": "好",
        "found": "坏",
        "advice": "改",
    }
    line |= {"verdict": "fail", "defects": 1, "reason": None, "findings": [finding], **fields}


def test_every_failed_check_stands_in_exactly_one_place(report: ReportData) -> None:
    for unit in report.units:
        lost = {check.id for item in unit.lost for check in item.blamed}
        held, hints = {check.id for check in unit.held}, {check.id for check in unit.hints}
        review = {check.id for check in unit.review_checks}
        failed = {check.id for check in unit.checks if check.failed}

        assert lost | held | hints | review == failed
        assert len(lost) + len(held) + len(hints) + len(review) == len(failed)


def test_every_lost_point_stands_on_a_fault(report: ReportData) -> None:
    assert any(unit.lost for unit in report.units)
    for unit in report.units:
        for item in unit.lost:
            assert item.blamed, (unit.id, item.code)
            assert all(check.faults for check in item.blamed)


def test_a_fault_of_an_undecided_item_is_no_deduction(city: Any) -> None:
    _fail(city.line("linhai", "footer.icp"))
    score = next(line for line in city.scores if line["unit"] == "linhai")
    item = next(item for item in score["items"] if item["code"] == "JL-3.1.1.a")
    item |= {"state": "unknown", "earned": None}
    unit = _unit(city.report(), "linhai")

    assert "footer.icp" in {check.id for check in unit.held}
    assert "JL-3.1.1.a" not in {item.code for item in unit.lost}
    assert "JL-3.1.1.a" in {item.code for item in unit.untested}


def test_a_point_lost_to_a_failed_precondition_stands_on_that_check(city: Any) -> None:
    _fail(city.line("linhai", "ipv6.aaaa"))
    city.line("linhai", "ipv6.home").update(
        verdict="not_applicable", reason="needs:ipv6.aaaa", defects=0, findings=[]
    )
    score = next(line for line in city.scores if line["unit"] == "linhai")
    item = next(item for item in score["items"] if item["code"] == "JL-3.1.1.b")
    item |= {"state": "scored", "earned": 0, "checks": ["ipv6.home"]}
    lost = next(item for item in _unit(city.report(), "linhai").lost if item.code == "JL-3.1.1.b")

    assert [check.id for check in lost.blamed] == ["ipv6.aaaa"]
    assert lost.checks[1].reason == "前提检查（IPv6 域名解析）未通过"


def test_a_check_that_waits_for_a_person_blames_nobody(city: Any) -> None:
    _fail(city.line("linhai", "footer.icp"), needs_review=True)
    unit = _unit(city.report(), "linhai")

    assert "footer.icp" not in {check.id for item in unit.lost for check in item.blamed}
    assert "footer.icp" in {check.id for check in unit.review_checks}


def test_unranked_units_say_why(report: ReportData) -> None:
    assert _unit(report, "archive").unranked_why == "未登记门户网址"
    assert "网站防护拦截" in _unit(report, "beiling").unranked_why
    assert all(unit.unranked_why == "" for group in report.groups for unit in group.ranked)


def test_a_unit_without_a_score_line_is_shown_not_ranked(city: Any) -> None:
    city.scores[:] = [line for line in city.scores if line["unit"] != "linhai"]
    unit = _unit(city.report(), "linhai")

    assert unit.unranked_why == "本次巡检没有得出分数"
    assert unit.sections == ()


def test_groups_keep_the_order_of_the_seeds_and_rank_inside(report: ReportData) -> None:
    assert [group.name for group in report.groups] == ["市、县(区)政府", "开发区", "市直部门"]
    for group in report.groups:
        ranks = [unit.score.rank for unit in group.ranked]
        assert ranks == sorted(ranks, key=lambda rank: rank or 0)


def test_pages_of_units_never_share_a_name(city: Any) -> None:
    city.units[:3] = [
        unit.model_copy(update={"id": name})
        for unit, name in zip(city.units, ["A/b", "a b", "…"], strict=False)
    ]
    files = [unit.file for unit in city.report().units]

    assert files[:3] == ["units/a-b.html", "units/a-b-2.html", "units/unit.html"]
    assert len(set(files)) == len(files)


def test_the_range_is_over_what_could_be_tested(city: Any) -> None:
    score = next(line for line in city.scores if line["unit"] == "linhai")
    score |= {"earned": 21.5, "testable": 27.0, "low": 21.5, "high": 27.0}
    view = _unit(city.report(), "linhai").score

    assert view.low_score is not None and round(view.low_score, 1) == 66.2
    assert view.high_score is not None and round(view.high_score, 1) == 83.1


def test_themes_count_only_units_that_were_judged(city: Any) -> None:
    for number, unit in enumerate(city.units):
        line = city.line(unit.id, "footer.icp")
        line |= {"verdict": "unknown", "reason": "blocked", "defects": 0, "findings": []}
        if number < 3:
            _fail(line)
        if number == 3:
            _fail(line, needs_review=True)
        if number == 4:
            line |= {"verdict": "pass", "reason": None}
    theme = next(theme for theme in city.report().themes if theme.check == "footer.icp")

    assert (theme.failed, theme.judged) == (3, 4)
    assert [unit.name for unit in theme.examples] == [unit.name for unit in city.units[:3]]


def test_a_fault_of_one_unit_is_no_theme(city: Any) -> None:
    for unit in city.units:
        city.line(unit.id, "footer.icp").update(verdict="pass", reason=None, defects=0, findings=[])
    _fail(city.line("linhai", "footer.icp"))

    assert "footer.icp" not in {theme.check for theme in city.report().themes}


def test_pages_that_were_drawn_become_links(city: Any) -> None:
    city.line("linhai", "links.inner")["observed"] = {
        "sample": [f"https://a.gov.cn/{n}" for n in range(25)],
        "value": "javascript:alert(1)",
    }
    check = next(check for check in _unit(city.report(), "linhai").checks if check.id == "links.inner")
    seen = {one.label: one for one in check.observed}

    assert len(seen["抽查的页面"].links) == 20
    assert seen["抽查的页面"].text == "等 25 个"
    assert seen["读到的值"].links == ()


def test_nothing_but_units_still_makes_a_report(city: Any) -> None:
    report = build(city.sweep, city.units, [], [], city.pack)

    assert all(group.ranked == () for group in report.groups)
    assert report.columns == ()
    assert report.themes == ()
