"""The score sheet as a workbook: scores by indicator with reason and link, the faults, and two work lists.

Page text is only ever written as a string cell, never as a formula, number or link that nobody checked. The
same `ReportData` gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter

from reports.model import CheckView, Fault, ItemView, ReportData, UnitView
from reports.text import moment, percent, span
from reports.trends import STATES, Trends
from reports.words import PRELIMINARY_NOTE, REMEDY, STATE, VETO, stage_words

MAX_ROWS = 1_048_000  # a sheet ends at 1,048,576
MAX_LINKS = 65_000  # a sheet may hold 65,530; later URLs stay plain text
HERE_IT_ENDS = "行数超出工作表上限，其余见网页报告"


@dataclass(frozen=True, slots=True)
class Link:
    """A cell that shows `text` and opens `href`; plain text where `href` is None."""

    text: str
    href: str | None


class Struck(str):
    """A text that is shown struck through."""


Value = str | float | int | None | Link
Row = Sequence[Value]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its name, its columns as (title, width in characters), its rows."""

    name: str
    columns: Sequence[tuple[str, int]]
    rows: Iterable[Row]


def write_xlsx(data: ReportData, out: Path) -> Path:
    """Write scores.xlsx into `out` (made if need be) and give its path."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "scores.xlsx"
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    book = xlsxwriter.Workbook(str(path), options)
    made_on = datetime.combine(data.sweep.as_of, time.min)  # no clock: the bytes depend on the data alone
    book.set_properties({"title": data.scheme.title, "comments": PRELIMINARY_NOTE, "created": made_on})
    formats = {
        "head": book.add_format({"bold": True, "bg_color": "#E9EDF2", "border": 1, "text_wrap": True}),
        "text": book.add_format({"text_wrap": True, "valign": "top"}),
        "struck": book.add_format({"text_wrap": True, "valign": "top", "font_strikeout": True}),
        "number": book.add_format({"num_format": "0.##", "valign": "top"}),
        "link": book.add_format(
            {"font_color": "#1D3A5F", "underline": 1, "valign": "top", "text_wrap": True}
        ),
    }
    for sheet in _sheets(data):
        _write(book, sheet, formats)
    book.close()
    return path


def _write(book: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    page = book.add_worksheet(sheet.name)
    page.set_paper(9)  # A4
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.freeze_panes(1, 0)
    for number, (title, width) in enumerate(sheet.columns):
        page.set_column(number, number, width)
        page.write_string(0, number, title, formats["head"])
    line = links = 0
    for line, row in enumerate(sheet.rows, start=1):
        if line > MAX_ROWS:
            page.write_string(line, 0, HERE_IT_ENDS, formats["text"])
            break
        for number, value in enumerate(row):
            links += _cell(page, line, number, value, formats, links < MAX_LINKS)
    page.autofilter(0, 0, line, len(sheet.columns) - 1)


def _cell(page: Any, line: int, column: int, value: Value, formats: dict[str, Any], link: bool) -> int:
    """Write one cell; the number of links used."""
    if value is None or value == "":
        return 0
    if isinstance(value, Link):
        if value.href and link:
            page.write_url(line, column, value.href, formats["link"], value.text)
            return 1
        page.write_string(line, column, value.text, formats["text"])
    elif isinstance(value, Struck):
        page.write_string(line, column, value, formats["struck"])
    elif isinstance(value, str):
        page.write_string(line, column, value, formats["text"])
    else:
        page.write_number(line, column, value, formats["number"])
    return 0


def _sheets(data: ReportData) -> Iterator[Sheet]:
    yield Sheet("说明", (("事项", 24), ("内容", 90)), _about(data))
    yield Sheet("排名", RANK_COLUMNS, _ranking(data))
    yield Sheet("得分表", SCORE_COLUMNS, _scores(data))
    yield Sheet("失分问题", FAULT_COLUMNS, _lost_faults(data))
    yield Sheet("提示（不扣分）", FAULT_COLUMNS, _hint_faults(data))
    yield Sheet("待人工确认", FAULT_COLUMNS, _review(data))
    if any(unit.explained for unit in data.units):
        yield Sheet("已说明（不扣分）", EXPLAINED_COLUMNS, _explained(data))
    yield Sheet("未能检测", UNTESTED_COLUMNS, _untested(data))
    if any(unit.vetoes for unit in data.units):
        yield Sheet("否决项与预警", VETO_COLUMNS, _vetoes(data))
    if data.trends is not None:
        yield Sheet("历次变化", TREND_COLUMNS, _trends(data, data.trends))


def _about(data: ReportData) -> Iterator[Row]:
    sweep, scheme = data.sweep, data.scheme
    yield ("性质", PRELIMINARY_NOTE)
    yield ("方案", f"{scheme.title}（{scheme.id}，校验值 {scheme.hash}）")
    yield ("依据", scheme.source)
    yield ("评估期间", f"{sweep.period.start} 至 {sweep.period.end}")
    yield ("评估时点", str(sweep.as_of))
    yield ("巡检编号", sweep.id)
    yield ("巡检时间", f"{moment(sweep.started_at)} 至 {moment(sweep.finished_at)}")
    yield ("抽样种子", str(sweep.seed))
    yield ("程序版本", sweep.version)
    yield ("读取页面", "，".join(filter(None, (f"{data.pages} 个", sweep.reading))))
    yield ("得分", "已得分 ÷ 已测分值 × 100；未能检测、待人工确认的分值不计入")
    yield ("覆盖率", f"机器可评分值中已测出结果的比例；不到 {percent(scheme.rank_gate)} 不排名")
    for warning in sweep.warnings:
        yield ("注意", warning)
    for assumption in scheme.assumed:
        yield (f"假定：{assumption.name}", f"{assumption.value}　{assumption.why}")


RANK_COLUMNS = (
    ("组别", 16), ("名次", 8), ("单位", 30), ("单位类型", 14), ("得分", 9), ("可能区间", 13),
    ("名次区间", 10), ("得到分值", 10), ("已测分值", 10), ("应评分值", 10), ("覆盖率", 9),
    ("读取页面", 10), ("阶段", 10), ("未评原因", 50), ("门户", 36),
)  # fmt: skip


def _ranking(data: ReportData) -> Iterator[Row]:
    for group in data.groups:
        for unit in group.units:
            s = unit.score
            ranked = s.rank is not None
            yield (
                group.name,
                s.rank if ranked else "未评",
                unit.name,
                unit.kind,
                s.score if ranked else None,
                span(s.low_score, s.high_score) if ranked else None,
                span(*s.rank_range, digits=0) if s.rank_range else None,
                s.earned if s.totalled else None,
                s.testable if s.totalled else None,
                s.full if s.totalled else None,
                percent(s.coverage) if s.totalled else None,
                unit.pages,
                f"{stage_words(s)}：{s.grade}" if s.grade else stage_words(s),
                unit.unranked_why,
                Link(unit.portal, unit.href),
            )


SCORE_COLUMNS = (
    ("组别", 14), ("单位", 26), ("代码", 13), ("一级指标", 12), ("二级指标", 16), ("三级指标", 16),
    ("评测要点", 36), ("分值", 7), ("得分", 7), ("失分", 7), ("状态", 11), ("原因", 44), ("问题数", 8),
    ("应为", 30), ("实为", 30), ("所在页面", 40), ("怎么改", 40), ("复核人", 12), ("复核时间", 17),
    ("复核说明", 36), ("机器初测", 12),
)  # fmt: skip


def _scores(data: ReportData) -> Iterator[Row]:
    for unit in data.units:
        for item in unit.items:
            facts = item.indicator
            blamed = item.blamed if item.lost > 0 else ()
            fault = next((fault for check in blamed for fault in check.faults), None)
            yield (
                unit.group,
                unit.name,
                item.code,
                facts.level1,
                facts.level2,
                facts.level3,
                facts.title,
                item.points,
                item.earned if item.state == "scored" else None,
                item.lost or None,
                STATE.get(item.state, item.state),
                item.why,
                sum(check.defects for check in blamed) or None,
                fault.expected if fault else None,
                fault.found if fault else None,
                Link(fault.url, fault.href) if fault else None,
                fault.advice if fault else None,
                *_reviewed(item),
            )


def _reviewed(item: ItemView) -> Row:
    review = item.review
    if review is None:
        return ()
    machine = review.machine_earned if review.machine_state == "scored" else None
    state = STATE.get(review.machine_state, review.machine_state)
    return (review.reviewer, review.at, review.note, state if machine is None else machine)


FAULT_COLUMNS = (
    ("组别", 14), ("单位", 26), ("指标代码", 16), ("检查", 20), ("问题", 40), ("应为", 32), ("实为", 32),
    ("所在页面", 42), ("问题对象", 42), ("怎么改", 40), ("佐证", 36), ("查见时间", 17),
)  # fmt: skip


def _fault_row(unit: UnitView, codes: str, check: CheckView, fault: Fault) -> Row:
    return (
        unit.group,
        unit.name,
        codes,
        check.title,
        fault.message,
        fault.expected,
        fault.found,
        Link(fault.url, fault.href),
        Link(fault.subject, fault.subject_href),
        fault.advice,
        "；".join(fault.proofs),
        fault.observed_at,
    )


def _fault_rows(unit: UnitView, checks: Iterable[CheckView]) -> Iterator[Row]:
    for check in checks:
        for fault in check.faults:
            yield _fault_row(unit, "、".join(check.indicators), check, fault)


def _lost_faults(data: ReportData) -> Iterator[Row]:
    for unit in data.units:
        for item in unit.lost:
            for check in item.blamed:
                for fault in check.faults:
                    yield _fault_row(unit, item.code, check, fault)


def _hint_faults(data: ReportData) -> Iterator[Row]:
    for unit in data.units:
        yield from _fault_rows(unit, (*unit.held, *unit.hints))


def _review(data: ReportData) -> Iterator[Row]:
    for unit in data.units:
        yield from _fault_rows(unit, unit.review_checks)


EXPLAINED_COLUMNS = (
    *FAULT_COLUMNS, ("已作说明", 40), ("说明人", 14), ("依据", 36), ("有效至", 12),
)  # fmt: skip


def _explained(data: ReportData) -> Iterator[Row]:
    for unit in data.units:
        for check in unit.explained:
            for fault in check.explained_faults:
                row: list[Value] = [
                    Struck(cell) if isinstance(cell, str) else cell
                    for cell in _fault_row(unit, "、".join(check.indicators), check, fault)
                ]
                given = fault.explained
                if given is not None:
                    row += [given.reason, given.author, Link(given.proof, given.proof_href), given.until]
                yield row


VETO_COLUMNS = (
    ("组别", 14), ("单位", 26), ("代码", 9), ("否决项", 30), ("状态", 12), ("数量", 8), ("说明", 70),
    ("依据", 24), ("怎么改", 50),
)  # fmt: skip


def _vetoes(data: ReportData) -> Iterator[Row]:
    for unit in data.units:
        for veto in unit.vetoes:
            state = VETO.get(veto.state, veto.state)
            told = (veto.count, veto.why, veto.clause, veto.advice if veto.told else None)
            yield (unit.group, unit.name, veto.code, veto.title, state, *told)


TREND_COLUMNS = (
    ("组别", 14), ("单位", 26), ("评估时点", 12), ("巡检编号", 24), ("得分", 8), ("覆盖率", 9),
    ("问题处数", 10), *((words, 10) for words in STATES.values()), ("指标包校验值", 16),
    ("程序版本", 12), ("备注", 34),
)  # fmt: skip


def _trends(data: ReportData, trends: Trends) -> Iterator[Row]:
    """One row for each unit and sweep; findings are counted only against a sweep under the same rules."""
    for unit in data.units:
        for mark, point in zip(trends.sweeps, trends.units.get(unit.id, ()), strict=False):
            if point is None:
                continue
            counts = [None if point.states is None else point.states.get(name, 0) for name in STATES]
            yield (
                unit.group,
                unit.name,
                str(mark.as_of),
                mark.id,
                point.score,
                percent(point.coverage),
                point.faults,
                *counts,
                mark.pack_hash[:12],
                mark.version,
                None if mark.same_rules else "指标包内容有改动，与前一次不可比",
            )


UNTESTED_COLUMNS = (
    ("组别", 14), ("单位", 26), ("指标代码", 18), ("事项", 34), ("分值", 8), ("类别", 12),
    ("为什么没有测到", 46), ("已测", 8), ("总数", 8), ("可以怎么办", 44), ("门户", 36),
)  # fmt: skip


def _untested(data: ReportData) -> Iterator[Row]:
    """Checks that were not judged, hints last, and the items that people decide."""
    for unit in data.units:
        unread = [check for check in unit.checks if check.verdict == "unknown" and check.applies]
        yield from (_unread_row(unit, check, "未能检测") for check in unread)
        yield from (_item_row(unit, item) for item in (*unit.by_people, *unit.review))
        yield from (_unread_row(unit, check, "提示类，未能检测") for check in unit.unread_hints)


def _unread_row(unit: UnitView, check: CheckView, label: str) -> Row:
    waiting = [item.points or 0.0 for item in unit.items if check in item.checks and item.state == "unknown"]
    return (
        unit.group,
        unit.name,
        "、".join(check.indicators),
        check.title,
        sum(waiting) or None,
        label,
        check.reason,
        check.tested,
        check.population,
        REMEDY.get(check.reason_key, "人工核对"),
        Link(unit.portal, unit.href),
    )


def _item_row(unit: UnitView, item: ItemView) -> Row:
    return (
        unit.group,
        unit.name,
        item.code,
        item.indicator.title,
        item.points,
        STATE.get(item.state, item.state),
        item.why,
        None,
        None,
        item.indicator.advice,
        Link(unit.portal, unit.href),
    )
