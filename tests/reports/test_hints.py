"""A bureau lacks nothing when it has no column that nobody asks of a bureau."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from rich.console import Console
from selectolax.lexbor import LexborHTMLParser

from crawler.model import Period, UnitKind
from reports.hints import asked_of, past_checks
from reports.html import pages
from reports.model import ReportData, UnitView
from reports.terminal import print_unit
from reports.xlsx import write_xlsx
from rules.load import load

TITLE = "“环境保护”栏目"


@pytest.fixture
def report(city: Any) -> ReportData:
    """A bureau, a town's county and another bureau without columns that no item of the pack asks for."""
    for unit in ("edu", "health", "dongshan"):
        for check in ("section.environment", "section.annual_report"):
            line = {**city.line(unit, "home.fresh"), "check": check, "verdict": "fail", "reason": None}
            line |= {"defects": 1, "applies": False, "indicators": [], "needs_review": False}
            line["findings"] = [{"url": f"https://{unit}.linhai.gov.cn/", "message": "没有找到栏目"}]
            city.results.append(line)
    made: ReportData = city.report()
    return made


def unit(report: ReportData, name: str) -> UnitView:
    return next(unit for unit in report.units if unit.id == name)


@pytest.mark.parametrize(
    ("kind", "check", "asked"),
    [
        ("department", "section.environment", False),
        ("department", "content.environment", False),
        ("department", "catalogue.education", False),
        ("department", "section.annual_report", True),
        ("department", "home.fresh", True),
        ("enterprise", "section.plans", False),
        ("town", "section.plans", False),
        ("county", "section.environment", True),
        ("city", "section.plans", True),
        ("county", "section.past", False),
    ],
)
def test_what_may_be_held_up_to_whom(kind: str, check: str, asked: bool) -> None:
    assert asked_of(UnitKind(kind), check, frozenset({"section.past"})) is asked


def test_columns_on_the_epidemic_are_past_in_another_period() -> None:
    jilin = load("jilin-2021")
    years = [Period(start=date(year, 1, 1), end=date(year, 12, 31)) for year in (2021, 2026)]
    during, after = (past_checks(jilin, period) for period in years)
    assert during == frozenset()
    assert after == {"section.epidemic", "content.epidemic"}


def test_a_column_that_nobody_asks_for_is_no_hint(report: ReportData) -> None:
    bureau, county = unit(report, "edu"), unit(report, "dongshan")
    assert [check.id for check in bureau.unasked] == ["section.environment"]
    assert "section.environment" not in {check.id for check in (*bureau.hints, *bureau.held)}
    assert "section.annual_report" in {check.id for check in bureau.hints}
    assert {"section.environment", "section.annual_report"} <= {check.id for check in county.hints}
    assert county.unasked == ()


def test_it_is_no_common_problem_either(report: ReportData) -> None:
    themes = {theme.check: theme for theme in report.themes}
    assert "section.environment" not in themes  # one county alone
    assert themes["section.annual_report"].failed == 3


def test_the_page_names_it_folded_and_not_as_a_problem(report: ReportData) -> None:
    tree = LexborHTMLParser(pages(report)["units/edu.html"])
    (folded,) = [node for node in tree.css("#hints details") if "不是问题" in node.text()]
    assert TITLE in folded.text()
    rest = [node.text() for node in tree.css("#hints .check")]
    assert rest and not [text for text in rest if TITLE in text]
    (row,) = [row.text() for row in tree.css("#all tbody tr") if "section.environment" in row.text()]
    assert "未设，不要求" in row and "不通过" not in row


def test_terminal_and_sheet_leave_it_out(report: ReportData, tmp_path: Path) -> None:
    out = io.StringIO()
    print_unit(Console(file=out, width=200), unit(report, "edu"))
    assert TITLE not in out.getvalue() and "“政府信息公开年报”栏目" in out.getvalue()
    sheet = openpyxl.load_workbook(write_xlsx(report, tmp_path))["提示（不扣分）"]
    rows = {(row[1].value, row[3].value) for row in sheet.iter_rows(min_row=2)}
    assert ("东山县人民政府", TITLE) in rows and ("临海市教育局", TITLE) not in rows
