"""The terminal shows the ranking, one unit's checks and the cheapest points, and obeys no page text."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from reports.gains import cheapest
from reports.model import ReportData
from reports.terminal import cheapest_table, print_ranking, print_unit


def _shown(width: int = 140) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, width=width, force_terminal=True, color_system=None), out


def test_the_ranking_names_every_unit_and_the_range(report: ReportData) -> None:
    console, out = _shown(200)
    print_ranking(console, report)
    text = out.getvalue()

    assert all(unit.name in text for unit in report.units)
    assert "未登记门户网址" in text and "机器初测" in text and "可能区间" in text


def test_page_text_is_neither_markup_nor_control(city: Any) -> None:
    line = next(line for line in city.results if line["unit"] == "port" and line["findings"])
    line["findings"][0]["message"] = "[red]不是标记[/red]\x1b[2J\x07"
    console, out = _shown()
    print_unit(console, next(unit for unit in city.report().units if unit.id == "port"))
    text = out.getvalue()

    assert "[red]不是标记[/red][2J" in text
    assert "\x1b[2J" not in text and "\x07" not in text


def test_the_cheapest_points_come_first(report: ReportData) -> None:
    unit = next(unit for unit in report.units if unit.id == "port")
    gains = cheapest(unit, limit=5)
    prices = [gain.points / gain.places for gain in gains]

    assert prices == sorted(prices, reverse=True)
    assert len(gains) == min(5, len(unit.lost))
    assert all(gain.advice for gain in gains)


def test_forty_dead_links_are_dearer_than_one_missing_mark(city: Any) -> None:
    unit = next(
        unit
        for unit in city.report().units
        if {"JL-3.1.4.a", "JL-3.1.1.a"} <= {item.code for item in unit.lost}
        and any(check.id == "links.inner" for item in unit.lost for check in item.blamed)
    )
    codes = [gain.item.code for gain in cheapest(unit, limit=99)]

    assert codes.index("JL-3.1.1.a") < codes.index("JL-3.1.4.a")


def test_a_unit_that_lost_nothing_is_told_so(report: ReportData) -> None:
    unit = next(unit for unit in report.units if unit.id == "archive")
    console, out = _shown()
    console.print(cheapest_table(unit))

    assert out.getvalue().strip() == "没有因已确认的问题失分。"
