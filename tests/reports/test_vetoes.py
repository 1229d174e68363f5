"""The national vetoes stand beside the chosen scheme, and a pack without all points shows no total."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from rich.console import Console
from selectolax.lexbor import LexborHTMLParser

from crawler.model import Period, Unit, UnitKind
from probes.base import Finding, Result, Verdict
from reports.build import build
from reports.html import pages
from reports.model import ReportData, SweepFacts, VetoView
from reports.terminal import print_ranking, print_unit
from reports.xlsx import write_xlsx
from rules.apply import Asked
from rules.load import load
from rules.score import score

PERIOD = Period(start=date(2026, 1, 1), end=date(2026, 12, 31))
FACTS = SweepFacts(id="s", as_of=date(2026, 11, 20), period=PERIOD, seed=1, version="0")
UNIT = Unit(id="a", name="某县人民政府", kind=UnitKind.COUNTY, portal="http://www.a.gov.cn/")
NATIONAL = load("national-2019")
FOUND = {
    "columns.empty": Result.of(
        "columns.empty",
        defects=[Finding(url=f"http://www.a.gov.cn/{n}/", message="空白栏目") for n in range(6)],
        population=40,
    ),
    "site.reachable": Result(check="site.reachable", verdict=Verdict.FAIL, population=1, tested=1, defects=1),
    "tamper.hidden_links": Result.of(
        "tamper.hidden_links", defects=[Finding(url="http://www.a.gov.cn/", message="暗链")]
    ),
    "home.fresh": Result.of("home.fresh"),
}


def lines(pack_id: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Result and score lines of the one unit under that pack."""
    pack = load(pack_id)
    results = []
    for result in FOUND.values():
        applies, codes, review = Asked(pack, UNIT, PERIOD).annotate(result)
        line = result.model_dump(mode="json")
        results.append(
            {**line, "unit": "a", "applies": applies, "indicators": list(codes), "needs_review": review}
        )
    return results, [score(UNIT, FOUND, pack, PERIOD).model_dump(mode="json")]


@pytest.fixture
def beside() -> ReportData:
    results, scores = lines("jilin-2021")
    _, national = lines("national-2019")
    return build(FACTS, [UNIT], results, scores, load("jilin-2021"), vetoes=(NATIONAL, national))


@pytest.fixture
def alone() -> ReportData:
    results, scores = lines("national-2019")
    return build(FACTS, [UNIT], results, scores, NATIONAL)


def shown(data: ReportData) -> str:
    out = io.StringIO()
    console = Console(file=out, width=400, color_system=None)
    print_ranking(console, data)
    print_unit(console, data.units[0])
    return out.getvalue()


def veto(data: ReportData, code: str) -> VetoView:
    return next(veto for veto in data.units[0].vetoes if veto.code == code)


def test_states_beside_another_scheme(beside: ReportData) -> None:
    states = {one.code: one.state for one in beside.units[0].vetoes}
    assert (states["N-V1"], states["N-V2"], states["N-V3"], states["N-V4"]) == (
        "review",
        "warning",
        "clear",
        "hit",
    )
    assert [check.id for check in veto(beside, "N-V4").checks] == ["columns.empty"]


def test_the_terminal_prints_them_after_the_checks(beside: ReportData) -> None:
    text = shown(beside)
    assert text.index("检查结果") < text.index("国家检查指标：否决项与预警") < text.index("严于否决线")
    assert "达到否决线" in text and "预警" in text and "空白栏目：查实 6 处，达到否决线 5 处" in text


@pytest.mark.parametrize("name", ["beside", "alone"])
def test_a_self_check_ends_with_the_cheapest_points(name: str, request: pytest.FixtureRequest) -> None:
    out = io.StringIO()
    print_unit(Console(file=out, width=200, color_system=None), request.getfixturevalue(name).units[0])
    text = out.getvalue()
    last = max(text.rfind("最容易拿回的"), text.rfind("没有因已确认的问题失分"))
    assert last > text.index("国家检查指标：否决项与预警")
    assert "否决" not in text[last:] and "已测/总数" not in text[last:]


def test_without_vetoes_nothing_is_printed() -> None:
    results, scores = lines("jilin-2021")
    data = build(FACTS, [UNIT], results, scores, load("jilin-2021"))
    assert data.units[0].vetoes == ()
    assert "否决" not in shown(data)
    assert "否决项" not in pages(data)["units/a.html"]


@pytest.mark.parametrize("name", ["beside", "alone"])
def test_the_page_links_a_veto_to_its_faults(name: str, request: pytest.FixtureRequest) -> None:
    tree = LexborHTMLParser(pages(request.getfixturevalue(name))["units/a.html"])
    (row,) = [row for row in tree.css("#vetoes tbody tr") if "N-V4" in row.text()]
    (link,) = row.css("a[href]")
    assert "达到否决线" in row.text() and "怎么改" in row.text()
    anchor = (link.attributes["href"] or "").removeprefix("#")
    assert tree.css(f'[id="{anchor}"]')


def test_no_total_is_shown_where_points_are_not_known(alone: ReportData) -> None:
    text = shown(alone)
    assert "来源未给出全部分值，不计总分、不排名；否决项：达到否决线 1 项" in text
    assert "可能区间 0" not in text and "覆盖率 0%" not in text
    html = pages(alone)["units/a.html"]
    assert "得 / 已测 / 应评" not in html
    assert "来源未给出全部分值" in html


def test_the_work_book_has_a_sheet_of_vetoes(alone: ReportData, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(write_xlsx(alone, tmp_path))["否决项与预警"]
    rows = {row[2].value: row[4].value for row in sheet.iter_rows(min_row=2)}
    assert (rows["N-V4"], rows["N-V2"], len(rows)) == ("达到否决线", "预警", 9)


def test_warning_limits_are_told_as_assumed(alone: ReportData) -> None:
    told = {one.name: one.value for one in alone.scheme.assumed}
    assert told["否决项的预警：首页最新内容最多早几天"] == "10"
