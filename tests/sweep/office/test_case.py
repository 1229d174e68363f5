"""Reviews: the sheet goes out, comes back filled, is refused whole for one mistake, and scores when good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from storage.repo import Store
from sweep.errors import SweepError
from sweep.given.plan import plan
from sweep.given.seeds import parse_seeds
from sweep.night.run import RunOptions, run_sweep
from sweep.office.case import export_review, import_review
from tests.sweep.cities import AS_OF, QUICK

SEEDS = "version: 1\nunits: [{id: a, name: 某县人民政府, kind: county, portal: null}]\n"
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ITEM, POINTS, REVIEWER, WHEN, NOTE = 3, 9, 10, 11, 12  # columns, from 1
Change = Callable[[Any], None]


@pytest.fixture
async def db(tmp_path: Path) -> str:
    address = f"sqlite:///{tmp_path}/a.db"
    async with await Store.open(address) as store:
        await run_sweep(
            plan(parse_seeds(SEEDS, "a"), as_of=AS_OF), store, RunOptions(db=address, timing=QUICK)
        )
    return address


async def sheet(db: str, tmp_path: Path, change: Change) -> Path:
    """The exported sheet, changed by a person."""
    path = tmp_path / "review.xlsx"
    await export_review(db, "latest", None, path)
    book = load_workbook(path)
    change(book)
    book.save(path)
    return path


def fill(
    row: int, points: object, reviewer: object = "李四", when: object = None, note: object = None
) -> Change:
    def change(book: Any) -> None:
        for column, value in ((POINTS, points), (REVIEWER, reviewer), (WHEN, when), (NOTE, note)):
            book["复核"].cell(row, column).value = value

    return change


def fill_all(book: Any) -> None:
    page = book["复核"]
    for row in range(2, page.max_row + 1):
        fill(row, page.cell(row, 5).value, when="2026-11-21 10:30", note="已核对")(book)


def both(*changes: Change) -> Change:
    def change(book: Any) -> None:
        for one in changes:
            one(book)

    return change


async def stored(db: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[Any]]:
    async with await Store.open(db) as store:
        row = await store.get()
        pack = "jilin-2021"
        history = await store.answer_history(row.id, pack)
        return await store.scores(row.id, pack), await store.machine_scores(row.id, pack), history


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (fill(2, 99), "工作表“复核”第 2 行：JL-1.1.1"),
        (fill(2, -1), "的结论应在 0 到"),
        (fill(2, "优"), "结论应为得分数字，实为 '优'"),
        (fill(2, True), "结论应为得分数字"),
        (fill(2, 0, reviewer=" "), "没有填复核人"),
        (fill(2, None), "没有填结论"),
        (fill(2, 0, when="昨天"), "时间应写作"),
        (fill(2, 0, when="2027-01-01"), "晚于现在"),
        (both(fill(2, 0), lambda book: setattr(book["复核"].cell(2, 1), "value", "b")), "没有单位 'b'"),
        (both(fill(2, 0), lambda book: setattr(book["复核"].cell(2, ITEM), "value", "X-1")), "代码 'X-1'"),
        (lambda book: setattr(book["复核"].cell(1, POINTS), "value", "分"), "缺少列“结论（得分）”"),
        (lambda book: book.remove(book["说明"]), "缺少工作表“说明”"),
        (lambda book: setattr(book["说明"].cell(1, 2), "value", "20200101-000000-abcd"), "20200101"),
    ],
)
async def test_one_mistake_and_nothing_is_stored(db: str, tmp_path: Path, change: Change, said: str) -> None:
    path = await sheet(db, tmp_path, both(fill(3, 0), change))
    with pytest.raises(Exception) as problem:
        await import_review(db, path, None, now=NOW)
    assert said in str(problem.value)
    _, machine, history = await stored(db)
    assert (machine, history) == ([], [])


async def test_an_item_twice_is_refused(db: str, tmp_path: Path) -> None:
    def twice(book: Any) -> None:
        both(fill(2, 0), fill(3, 0))(book)
        book["复核"].cell(3, ITEM).value = book["复核"].cell(2, ITEM).value

    with pytest.raises(SweepError, match="在表中出现两次"):
        await import_review(db, await sheet(db, tmp_path, twice), None, now=NOW)


async def test_not_a_workbook(tmp_path: Path, db: str) -> None:
    path = tmp_path / "review.xlsx"
    with pytest.raises(SweepError, match="找不到复核表"):
        await import_review(db, path, None)
    path.write_text("not a workbook")
    with pytest.raises(SweepError, match="不是可读的 xlsx"):
        await import_review(db, path, None)


async def test_answers_are_scored_and_both_results_kept(db: str, tmp_path: Path) -> None:
    said = await import_review(db, await sheet(db, tmp_path, fill_all), None, now=NOW)
    (line,), (machine,), history = await stored(db)
    assert (machine["stage"], machine["score"], machine["grade"]) == ("machine", None, None)
    assert (line["stage"], line["score"], line["grade"]) == ("complete", 100.0, "优秀")
    asked = [item for item in line["items"] if item["state"] != "not_applicable"]
    assert {item["why"] for item in asked} == {"按人工评定计分"}
    assert "复核完成，等次 优秀" in said
    assert (history[0].reviewer, history[0].note) == ("李四", "已核对")
    assert history[0].reviewed_at == datetime(2026, 11, 21, 2, 30, tzinfo=UTC)

    again = await import_review(db, await sheet(db, tmp_path, fill(2, 0, "王五")), None, now=NOW)
    assert again.startswith("已导入 1 条结论")
    (line,), _, longer = await stored(db)
    assert (len(longer), line["items"][0]["earned"]) == (len(history) + 1, 0)


async def test_some_answers_leave_the_machine_stage(db: str, tmp_path: Path) -> None:
    path = await sheet(db, tmp_path, fill(2, 0.25))
    said = await import_review(db, path, "latest", now=NOW)
    (line,), _, history = await stored(db)
    assert (line["stage"], line["grade"], line["items"][0]["earned"]) == ("machine", None, 0.25)
    assert "项待人工评定" in said
    assert (await import_review(db, path, None)).startswith("已导入 0 条结论")
    assert (await stored(db))[2] == history
