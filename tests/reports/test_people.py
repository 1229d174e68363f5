"""What people added is shown: explained faults struck through, reviews beside the machine's result."""

from __future__ import annotations

import copy
import io
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from rich.console import Console

from reports.build import build
from reports.html import pages
from reports.model import ReportData, UnitView
from reports.reviews import Reviews
from reports.terminal import print_unit
from reports.xlsx import write_xlsx
from tests.reports.conftest import City, make_city

UNIT, CHECK, ITEM = "dongshan", "links.home", "JL-4.1.a"
GIVEN = {"reason": "专题<已归档>", "author": "张三", "proof": "https://oa.gov.cn/1", "until": "2026-12-31"}


def report(city: City, explained: int, *, stage: str = "machine") -> UnitView:
    return view(data_of(city, explained, stage=stage))


def view(data: ReportData) -> UnitView:
    return next(unit for unit in data.units if unit.id == UNIT)


def data_of(city: City, explained: int, *, stage: str = "machine") -> ReportData:
    """`links.home` of one unit has three defects, `explained` of them explained; one item is reviewed."""
    results = copy.deepcopy(city.results)
    line = next(one for one in results if (one["unit"], one["check"]) == (UNIT, CHECK))
    findings = copy.deepcopy(next(one for one in results if one["defects"] >= 3)["findings"][:3])
    line.update(verdict="fail", defects=3, tested=240, population=240, needs_review=False, findings=findings)
    line.update(explained=explained, reason=None)
    for finding in findings[:explained]:
        finding["explained"] = GIVEN
    scores = copy.deepcopy(city.scores)
    machine = copy.deepcopy([one for one in scores if one["unit"] == UNIT])
    mine = next(one for one in scores if one["unit"] == UNIT)
    mine.update(stage=stage, grade="良好" if stage == "complete" else None)
    next(item for item in mine["items"] if item["code"] == ITEM).update(state="scored", earned=1.5)
    answers = {(UNIT, ITEM): {"reviewer": "李四", "at": "2026-11-21T10:30:00+08:00", "note": "已核对"}}
    return build(city.sweep, city.units, results, scores, city.pack, reviews=Reviews(answers, machine))


@pytest.fixture(scope="module")
def city() -> City:
    return make_city()


def test_explained_faults_do_not_count_and_are_not_hidden(city: City) -> None:
    unit = report(city, 1)
    check = next(check for check in unit.checks if check.id == CHECK)
    assert (check.verdict, check.defects, check.explained) == ("fail", 2, 1)
    assert (len(check.faults), len(check.explained_faults), check.unlisted) == (2, 1, 0)
    assert unit.explained == (check,)


def test_a_wholly_explained_check_accuses_nobody(city: City) -> None:
    unit = report(city, 3)
    check = next(check for check in unit.checks if check.id == CHECK)
    assert (check.verdict, check.failed, check.defects) == ("explained", False, 0)
    assert not [check for check in (*unit.held, *unit.hints, *unit.review_checks) if check.id == CHECK]


def test_the_page_strikes_them_through_with_the_reason(city: City) -> None:
    data = data_of(city, 1)
    page = pages(data)[view(data).file]
    assert f"<s>{view(data).explained[0].explained_faults[0].message}</s>" in page
    assert "专题&lt;已归档&gt;（张三，有效至 2026-12-31）" in page
    assert 'href="https://oa.gov.cn/1"' in page


def test_both_results_and_the_reviewer_are_on_the_page(city: City) -> None:
    data = data_of(city, 1)
    page = pages(data)[view(data).file]
    assert "复核：李四，2026-11-21 10:30，已核对。机器初测：需报送材料" in page
    assert "机器初测，部分已复核" in page and "已复核 1 项" in page
    finished = data_of(city, 1, stage="complete")
    assert "复核结果</span>" in pages(finished)[view(finished).file]
    assert "<dd>良好</dd>" in pages(finished)[view(finished).file]
    assert "机器初测" in pages(finished)["index.html"], "other units are not reviewed"


def test_a_report_of_reviewed_units_alone_is_no_first_reading(city: City) -> None:
    finished = data_of(city, 1, stage="complete")
    alone = replace(finished, units=(view(finished),))
    assert "政府门户复核结果报告" in pages(alone)["index.html"]


def test_terminal_and_sheet(city: City, tmp_path: Path) -> None:
    data = data_of(city, 3)
    out = io.StringIO()
    print_unit(Console(file=out, width=200), view(data))
    assert "已说明" in out.getvalue() and "有效至 2026-12-31" in out.getvalue()
    book = load_workbook(write_xlsx(data, tmp_path))
    rows = list(book["已说明（不扣分）"].iter_rows())
    assert len(rows) == 1 + 3
    assert rows[1][4].font.strike and not rows[1][12].font.strike
    assert [cell.value for cell in rows[1][12:16]] == [
        "专题<已归档>",
        "张三",
        "https://oa.gov.cn/1",
        "2026-12-31",
    ]
    scored = [[cell.value for cell in row] for row in book["得分表"].iter_rows() if row[2].value == ITEM]
    assert [row[-4:] for row in scored if row[-4]] == [["李四", "2026-11-21 10:30", "已核对", "需报送材料"]]
