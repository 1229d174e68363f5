"""The line over the sweeps: only those under the same rules are joined and compared; a change is marked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from selectolax.lexbor import LexborHTMLParser

from reports.html import pages
from reports.model import ReportData
from reports.notice import notice
from reports.text import signed
from reports.trends import HEIGHT, WIDTH, Mark, Point, Trends
from reports.xlsx import write_xlsx

STATES = {"new": 2, "lasting": 5, "fixed": 1}


def mark(day: int, rules: str = "a", **fields: Any) -> Mark:
    return Mark(f"s{day}", date(2026, 11, day), rules, "0.1.0", **fields)


def point(score: float | None, faults: int = 7, states: dict[str, int] | None = None) -> Point:
    return Point(score, 0.95, faults, states)


def series(units: dict[str, tuple[Point | None, ...]], *marks: Mark) -> Trends:
    return Trends(marks or (mark(1), mark(2), mark(3)), units)


LASTING = series({"linhai": (point(80.0), point(82.5, 6, STATES), point(81.0, 8, STATES))})
CHANGED = series(
    {"linhai": (point(80.0), point(82.5, 6, STATES), point(60.0), point(61.2, 8, STATES))},
    mark(1), mark(2), mark(3, "b", same_rules=False), mark(4, "b"),
)  # fmt: skip


def test_one_line_under_the_same_rules() -> None:
    picture = LASTING.picture("linhai")
    assert [len(segment.points.split()) for segment in picture.segments] == [3]
    assert picture.breaks == () and len(picture.dots) == 3
    assert LASTING.change("linhai") == -1.5


def test_a_change_of_rules_breaks_the_line_and_is_marked() -> None:
    picture = CHANGED.picture("linhai")
    assert [(len(one.points.split()), one.rules) for one in picture.segments] == [(2, "a"), (2, "b")]
    (cut,) = picture.breaks
    assert picture.dots[1].x < cut < picture.dots[2].x
    assert CHANGED.change("linhai") == 1.2


@pytest.mark.parametrize(
    "trends",
    [
        series({"u": (point(80.0), point(60.0))}, mark(1), mark(2, "b", same_rules=False)),
        series({"u": (None, point(60.0))}, mark(1), mark(2)),
        series({"u": (point(None), point(60.0))}, mark(1), mark(2)),
    ],
)
def test_nothing_is_compared_that_cannot_be(trends: Trends) -> None:
    assert trends.change("u") is None and trends.change("another") is None
    assert trends.picture("u").segments == ()


def test_a_gap_is_no_line() -> None:
    rows = series({"u": (point(80.0), point(81.0), None, point(70.0))}, *(mark(day) for day in range(1, 5)))
    assert [len(one.points.split()) for one in rows.picture("u").segments] == [2]
    assert len(rows.picture("u").dots) == 3


def test_the_whole_line_is_inside_the_picture() -> None:
    ends = series({"u": (point(0.0), point(100.0), point(130.0))})
    for dot in ends.picture("u").dots:
        assert 0 <= dot.x <= WIDTH and 0 <= dot.y <= HEIGHT


def test_totals_are_means_of_scores_and_sums_of_faults() -> None:
    both = series({"u": (point(80.0, 3, {"new": 1}), None), "v": (point(70.0, 4, {"new": 2}), point(None))})
    total = both.total(0)
    assert (total.score, total.faults, total.states and total.states["new"]) == (75.0, 7, 3)
    assert both.total(1).score is None and both.total(1).states is None


@pytest.mark.parametrize(("change", "shown"), [(1.2, "+1.2"), (-0.5, "−0.5"), (0.0, "持平"), (None, "—")])
def test_signed(change: float | None, shown: str) -> None:
    assert signed(change) == shown


@pytest.fixture
def changed(report: ReportData) -> ReportData:
    return replace(report, trends=CHANGED)


def test_cover_and_page_show_it_and_mark_the_change(changed: ReportData) -> None:
    made = pages(changed)
    cover = LexborHTMLParser(made["index.html"]).css_first("#trend")
    assert cover is not None and "规则有改动" in cover.text() and "+1.2" in cover.text()
    section = LexborHTMLParser(made["units/linhai.html"]).css_first("#trend")
    assert section is not None and len(section.css("svg polyline")) == 2 and len(section.css("svg .cut")) == 1
    rows = [[cell.text().strip() for cell in row.css("td")] for row in section.css("tbody tr")]
    assert rows[1][:4] == ["2026-11-02", "82.5", "95%", "6"] and rows[1][4:9] == ["2", "0", "5", "1", "0"]
    assert rows[2][4:9] == ["—"] * 5 and rows[2][-1] == "规则有改动"


def test_a_unit_that_was_never_swept_before_has_none(changed: ReportData) -> None:
    assert 'id="trend"' not in pages(changed)["units/port.html"]


def test_without_earlier_sweeps_there_is_none(report: ReportData, tmp_path: Path) -> None:
    assert 'id="trend"' not in "".join(pages(report).values())
    assert "历次变化" not in openpyxl.load_workbook(write_xlsx(report, tmp_path)).sheetnames


def test_the_sheet_has_a_row_for_each_unit_and_sweep(changed: ReportData, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(write_xlsx(changed, tmp_path))["历次变化"]
    head, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    told = [dict(zip(head, row, strict=True)) for row in rows]
    assert [row["得分"] for row in told] == [80, 82.5, 60, 61.2]
    assert [row["新出现"] for row in told] == [None, 2, None, 2]
    assert [row["备注"] for row in told] == [None, None, "指标包内容有改动，与前一次不可比", None]
    assert sheet.freeze_panes == "A2"


def test_the_notice_says_how_it_stands_against_the_sweep_before(changed: ReportData) -> None:
    import io

    import docx

    text = "\n".join(one.text for one in docx.Document(io.BytesIO(notice(changed))).paragraphs)
    assert "较上次（2026年11月3日）得分+1.2，问题新出现2处、再次出现0处、仍存在5处、已解决1处" in text
    assert text.count("较上次（") == 1
