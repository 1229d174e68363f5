"""The review workbook: how the work list is laid out, and how a filled one is read.

Cells that people fill in stand at the right and are coloured; all others only identify the row. Page text is
written as strings, never as formulas.
"""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from sweep.errors import SweepError
from sweep.given.plan import CHINA

ABOUT, WORK, CLUES = "说明", "复核", "线索（供核对）"
SWEEP, PACK = "巡检编号", "指标包"
COLUMNS = (
    ("单位编号", 14), ("单位", 24), ("代码", 14), ("评测要点", 40), ("满分", 7), ("状态", 11),
    ("机器结果", 50), ("查看", 36), ("结论（得分）", 13), ("复核人", 12), ("时间", 17), ("说明", 40),
)  # fmt: skip
FILLED = 8  # columns from here on are for people
CLUE_COLUMNS = (
    ("单位编号", 14), ("单位", 24), ("代码", 18), ("检查", 22), ("线索", 46), ("读到的情况", 46),
    ("对象", 44), ("所在页面", 44),
)  # fmt: skip
HOW = (
    ("怎么填", "在工作表“复核”的有色列填写：结论（得分，0 到满分）、复核人、时间、说明；没有结论的行留空"),
    ("时间", "写作 2026-11-22 或 2026-11-22 09:30；留空即导入之时"),
    ("不要改动", "其余各列和本页的巡检编号、指标包用来对应条目，改动后不能导入；行可以删去、排序"),
    ("导入", "sunsweep case review import 本文件；有一处错误就全部不导入"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One item of one unit to decide."""

    unit: str
    name: str
    code: str
    text: str
    points: float
    veto: bool
    state: str
    found: str
    link: str
    points_given: float | None
    reviewer: str
    reviewed_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class Clue:
    """One finding that a person has to confirm."""

    unit: str
    name: str
    codes: str
    check: str
    message: str
    found: str
    link: str
    page: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that the workbook says."""

    sweep: str
    pack: str
    title: str
    rows: tuple[Row, ...]
    clues: tuple[Clue, ...]


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row as it came back. `problem`: a cell that cannot be read, with the fix."""

    sheet: str
    number: int
    unit: str
    code: str
    points: float | None
    reviewer: str
    reviewed_at: datetime | None
    note: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """A workbook as it came back."""

    sweep: str
    pack: str
    rows: tuple[FilledRow, ...]


def write_sheet(sheet: Sheet, out: Path) -> None:
    """SweepError where the file cannot be written."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(out), options)
    plain = {"text_wrap": True, "valign": "top"}
    head = {"bold": True, "border": 1, "text_wrap": True}
    formats = {
        "head": book.add_format({**head, "bg_color": "#E9EDF2"}),
        "ask": book.add_format({**head, "bg_color": "#FFE9A8"}),
        "text": book.add_format(plain),
        "fill": book.add_format({**plain, "bg_color": "#FFFBEA", "border": 1, "border_color": "#E3D9B0"}),
        "time": book.add_format({**plain, "bg_color": "#FFFBEA", "num_format": "yyyy-mm-dd hh:mm"}),
    }
    _write_work(book.add_worksheet(WORK), sheet.rows, formats)
    _write_clues(book.add_worksheet(CLUES), sheet.clues, formats)
    page = book.add_worksheet(ABOUT)
    page.set_column(0, 0, 14)
    page.set_column(1, 1, 90)
    about = ((SWEEP, sheet.sweep), (PACK, sheet.pack), ("方案", sheet.title), *HOW)
    for number, (name, words) in enumerate(about):
        page.write_string(number, 0, name, formats["head"])
        page.write_string(number, 1, words, formats["text"])
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        book.close()
    except (OSError, xlsxwriter.exceptions.FileCreateError) as problem:
        raise SweepError(f"{out}：写不进去（{problem}）。请换一个 --out，或关闭已打开的表格") from None


def _start(page: Any, columns: Sequence[tuple[str, int]], formats: dict[str, Any], filled: int) -> None:
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.freeze_panes(1, 0)
    for number, (title, width) in enumerate(columns):
        page.set_column(number, number, width)
        page.write_string(0, number, title, formats["ask" if number >= filled else "head"])


def _write_work(page: Any, rows: Sequence[Row], formats: dict[str, Any]) -> None:
    _start(page, COLUMNS, formats, FILLED)
    for number, row in enumerate(rows, start=1):
        texts = (row.unit, row.name, row.code, row.text)
        for column, text in enumerate(texts):
            page.write_string(number, column, text, formats["text"])
        page.write_number(number, 4, row.points, formats["text"])
        for column, text in enumerate((row.state, row.found, row.link), start=5):
            page.write_string(number, column, text, formats["text"])
        _write_answer(page, number, row, formats)
        low, high = (0, 1) if row.veto else (0, row.points)
        kind = "list" if row.veto else "decimal"
        limits = (
            {"source": ["0", "1"]} if row.veto else {"criteria": "between", "minimum": low, "maximum": high}
        )
        page.data_validation(
            number, FILLED, number, FILLED, {"validate": kind, "ignore_blank": True, **limits}
        )
    page.autofilter(0, 0, max(len(rows), 1), len(COLUMNS) - 1)


def _write_answer(page: Any, number: int, row: Row, formats: dict[str, Any]) -> None:
    for column in range(FILLED, len(COLUMNS)):
        page.write_blank(number, column, None, formats["fill"])
    if row.points_given is not None:
        page.write_number(number, FILLED, row.points_given, formats["fill"])
    page.write_string(number, FILLED + 1, row.reviewer, formats["fill"])
    if row.reviewed_at is not None:  # as text: a sheet's own date keeps neither zone nor microseconds
        page.write_string(number, FILLED + 2, row.reviewed_at.isoformat(), formats["time"])
    page.write_string(number, FILLED + 3, row.note, formats["fill"])


def _write_clues(page: Any, clues: Sequence[Clue], formats: dict[str, Any]) -> None:
    _start(page, CLUE_COLUMNS, formats, len(CLUE_COLUMNS))
    for number, clue in enumerate(clues, start=1):
        texts = (clue.unit, clue.name, clue.codes, clue.check, clue.message, clue.found, clue.link, clue.page)
        for column, text in enumerate(texts):
            page.write_string(number, column, text, formats["text"])


def read_sheet(path: Path) -> Filled:
    """SweepError for what is no such workbook; a bad cell is the row's `problem`."""
    try:
        book = load_workbook(io.BytesIO(path.read_bytes()), data_only=True)
    except FileNotFoundError:
        raise SweepError(f"{path}：找不到复核表。请检查路径") from None
    except (OSError, KeyError, ValueError, InvalidFileException, zipfile.BadZipFile):
        raise SweepError(f"{path}：不是可读的 xlsx 文件。请另存为 xlsx 后再导入") from None
    return _filled(book, path)


def _filled(book: Any, path: Path) -> Filled:
    lacking = [name for name in (ABOUT, WORK) if name not in book.sheetnames]
    if lacking:
        raise SweepError(
            f"{path}：缺少工作表“{'、'.join(lacking)}”。请用 sunsweep case review export 导出的表格填写"
        )
    about = {_text(row[0]): _text(row[1]) for row in book[ABOUT].iter_rows(max_col=2, values_only=True)}
    if not about.get(SWEEP) or not about.get(PACK):
        raise SweepError(f"{path} 工作表“{ABOUT}”：没有{SWEEP}或{PACK}。请恢复导出时的内容")
    return Filled(about[SWEEP], about[PACK], tuple(_filled_rows(book[WORK], path)))


def _filled_rows(page: Any, path: Path) -> Iterator[FilledRow]:
    rows = page.iter_rows(values_only=True)
    titles = [_text(value) for value in next(rows, ())]
    names = ("单位编号", "代码", "结论（得分）", "复核人", "时间", "说明")
    lacking = [name for name in names if name not in titles]
    if lacking:
        raise SweepError(f"{path} 工作表“{WORK}”第 1 行：缺少列“{'、'.join(lacking)}”。请恢复导出时的表头")
    at = [titles.index(name) for name in names]
    for number, values in enumerate(rows, start=2):
        cells = [values[column] if column < len(values) else None for column in at]
        if any(_text(cell) for cell in cells):
            yield _filled_row(number, cells)


def _filled_row(number: int, cells: Sequence[Any]) -> FilledRow:
    unit, code, points, reviewer, when, note = cells
    problem = ""
    given: float | None = None
    moment: datetime | None = None
    try:
        given = _points(points)
        moment = _moment(when)
    except ValueError as fault:
        problem = str(fault)
    return FilledRow(
        WORK, number, _text(unit), _text(code), given, _text(reviewer), moment, _text(note), problem
    )


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _points(value: Any) -> float | None:
    text = _text(value)
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if isinstance(value, bool) or not math.isfinite(number):
        raise ValueError(f"结论应为得分数字，实为 {text!r}。请只填数字")
    return number


def _moment(value: Any) -> datetime | None:
    """Times without a zone are China's."""
    if value is None or not _text(value):
        return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(_text(value))
    except ValueError:
        raise ValueError(f"时间应写作 2026-11-22 或 2026-11-22 09:30，实为 {_text(value)!r}") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)
