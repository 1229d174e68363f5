"""People's part of a sweep: the work list as a sheet to fill in, and what they decided, scored.

One row for each item that a machine alone cannot decide, or did not. What is filled in comes back checked:
one mistake, and nothing of the file is stored.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.model import Unit
from probes import CHECKS_BY_ID
from rules.load import load
from rules.model import Item, Pack
from rules.veto import Veto
from storage.cases import Answer
from storage.repo import Store
from storage.values import SweepRow
from sweep.commands import pack_id
from sweep.errors import SweepError
from sweep.given.plan import CHINA
from sweep.office.review_sheet import Clue, Filled, FilledRow, Row, Sheet, read_sheet, write_sheet
from sweep.publish import judge_again

Line = Mapping[str, Any]

OPEN = ("review", "manual", "material", "external", "unknown")  # states of items that people may settle
OPEN_VETOES = ("review", "unknown", "warning")
MAX_WORDS = 400  # of one cell
MAX_CLUES = 20  # findings shown of one check
STATES = {
    "review": "待人工确认",
    "manual": "需人工评",
    "material": "需报送材料",
    "external": "需外部数据",
    "unknown": "未能检测",
    "warning": "预警",
    "scored": "已评",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What one code of one unit asks: an item with points, or a veto (0 or 1)."""

    code: str
    text: str
    points: float
    veto: bool


async def export_review(db: str, sweep_id: str, rules: str | None, out: Path) -> str:
    """Write the sheet; what it holds, in words."""
    async with await Store.open(db, create=False) as store:
        row = await store.get(sweep_id)
        name = await pack_id(store, row, rules)
        pack = load(rules or name)
        sheet = await _sheet(store, row, pack)
    await asyncio.to_thread(write_sheet, sheet, out)
    units = len({line.unit for line in sheet.rows})
    answered = sum(line.points_given is not None for line in sheet.rows)
    work = f"{units} 个单位 {len(sheet.rows)} 项待复核，其中已有结论 {answered} 项"
    return f"{out}：{work}；线索 {len(sheet.clues)} 条"


async def import_review(
    db: str, path: Path, sweep_id: str | None, rules: str | None = None, now: datetime | None = None
) -> str:
    """Check the filled sheet, store its answers and score again; what changed, in words.

    SweepError names every mistake with sheet, row and fix; then nothing is stored.
    """
    filled = await asyncio.to_thread(read_sheet, path)
    async with await Store.open(db, create=False) as store:
        row = await store.get(sweep_id or filled.sweep)
        if row.id != filled.sweep:
            raise SweepError(
                f"{path}：表格出自巡检 {filled.sweep}，不是 {row.id}。"
                "请去掉 --sweep，或导入该次巡检导出的表格"
            )
        pack = load(rules or filled.pack)
        if pack.id != filled.pack:
            raise SweepError(f"{path}：表格按指标包 {filled.pack} 导出，不是 {pack.id}。请改正 --rules")
        units = {unit.unit.id: unit.unit for unit in await store.units(row.id)}
        known = await store.answers(row.id, pack.id)
        answers = _checked(path, filled, pack, units, known, now or datetime.now(UTC))
        new = [answer for answer in answers if known.get((answer.unit, answer.code)) != answer]
        await store.add_answers(row.id, pack.id, new)
        await judge_again(store, row, pack)
        return _told(answers, new, await store.scores(row.id, pack.id))


def _told(answers: Sequence[Answer], new: Sequence[Answer], scores: Sequence[Line]) -> str:
    said = [f"已导入 {len(new)} 条结论（表中共 {len(answers)} 条，其余与已存的相同），已重新计分"]
    touched = {answer.unit for answer in new}
    for line in scores:
        if line["unit"] in touched:
            done = line["stage"] == "complete"
            left = sum(item["state"] in ("review", "manual", "material") for item in line["items"])
            stage = f"复核完成，等次 {line['grade'] or '—'}" if done else f"还有 {left} 项待人工评定"
            said.append(f"{line['unit']}：得分 {'—' if line['score'] is None else line['score']}，{stage}")
    return "\n".join(said)


async def _sheet(store: Store, row: SweepRow, pack: Pack) -> Sheet:
    scores = {line["unit"]: line for line in await store.scores(row.id, pack.id)}
    machine = {line["unit"]: line for line in await store.machine_scores(row.id, pack.id)}
    answers = await store.answers(row.id, pack.id)
    rows: list[Row] = []
    clues: list[Clue] = []
    for stored in await store.units(row.id):
        unit = stored.unit
        line = machine.get(unit.id) or scores.get(unit.id)
        if line is None:
            continue
        results = {one["check"]: one for one in await store.results(row.id, pack.id, unit.id)}
        rows += _rows(unit, pack, line, results, answers)
        clues += _clues(unit, results.values())
    return Sheet(sweep=row.id, pack=pack.id, title=pack.name, rows=tuple(rows), clues=tuple(clues))


def _rows(
    unit: Unit, pack: Pack, line: Line, results: Mapping[str, Line], answers: Mapping[tuple[str, str], Answer]
) -> Iterator[Row]:
    """What the machine left open, and whatever has an answer already; in the pack's order, vetoes last."""
    asked = questions(unit, pack)
    for entry in line["items"]:
        if entry["points"] is not None and (entry["state"] in OPEN or (unit.id, entry["code"]) in answers):
            yield _row(unit, asked[entry["code"]], entry, results, answers.get((unit.id, entry["code"])))
    for entry in line.get("vetoes") or ():
        if entry["state"] in OPEN_VETOES or (unit.id, entry["code"]) in answers:
            yield _row(unit, asked[entry["code"]], entry, results, answers.get((unit.id, entry["code"])))


def _row(unit: Unit, asked: Asked, entry: Line, results: Mapping[str, Line], answer: Answer | None) -> Row:
    seen = [results[check] for check in entry["checks"] if check in results]
    return Row(
        unit=unit.id,
        name=unit.name,
        code=asked.code,
        text=asked.text,
        points=asked.points,
        veto=asked.veto,
        state=STATES.get(str(entry["state"]), str(entry["state"])),
        found=_found(entry, seen),
        link=_link(unit, seen),
        points_given=answer.points if answer else None,
        reviewer=answer.reviewer if answer else "",
        reviewed_at=answer.reviewed_at.astimezone(CHINA) if answer else None,
        note=answer.note if answer else "",
    )


def _found(entry: Line, seen: Sequence[Line]) -> str:
    """What the machine says of the item, and the first finding of each check that failed."""
    said = [entry["why"]]
    for line in seen:
        if line["verdict"] == "fail" and line["findings"]:
            first = line["findings"][0]
            said.append(
                f"{_title(line['check'])}：{first['message']}（共 {line['defects']} 处）；{first['found']}"
            )
        elif line["verdict"] == "pass" and (told := _read(line["observed"])):
            said.append(f"{_title(line['check'])}：{told}")
    return "\n".join(said)[:MAX_WORDS]


def _read(observed: Mapping[str, Any]) -> str:
    """What a check that passed has read, so that a person need not look for it."""
    parts = (("name", "栏目“{}”"), ("rows", "{} 条"), ("newest", "最新 {}"), ("url", "{}"))
    return "，".join(words.format(observed[key]) for key, words in parts if observed.get(key))


def _link(unit: Unit, seen: Sequence[Line]) -> str:
    """The page to look at first: that of a finding, else the column that was read, else the portal."""
    pages = [finding["url"] for line in seen for finding in line["findings"] if finding["url"]]
    pages += [line["observed"]["url"] for line in seen if isinstance(line["observed"].get("url"), str)]
    return next((page for page in pages if page), unit.portal or "")


def _clues(unit: Unit, results: Iterable[Line]) -> Iterator[Clue]:
    """Findings that a person has to confirm (线索)."""
    for line in results:
        if line["needs_review"] and line["verdict"] == "fail":
            for finding in line["findings"][:MAX_CLUES]:
                yield Clue(
                    unit=unit.id,
                    name=unit.name,
                    codes="、".join(line["indicators"]),
                    check=_title(line["check"]),
                    message=finding["message"],
                    found=finding["found"][:MAX_WORDS],
                    link=finding["subject"] or finding["url"],
                    page=finding["url"],
                )


def _title(check: str) -> str:
    return CHECKS_BY_ID[check].title if check in CHECKS_BY_ID else check


def questions(unit: Unit, pack: Pack) -> dict[str, Asked]:
    """By code: all that may be answered for the unit under the pack."""
    items = {
        item.code: _of_item(item, item.points) for _, item in pack.items_for(unit) if item.points is not None
    }
    return items | {veto.code: _of_veto(veto) for veto in pack.vetoes_for(unit)}


def _of_item(item: Item, points: float) -> Asked:
    return Asked(item.code, item.text, points, veto=False)


def _of_veto(veto: Veto) -> Asked:
    return Asked(veto.code, f"否决项：{veto.title}（成立填 1，不成立填 0）", 1.0, veto=True)


def _checked(
    path: Path,
    filled: Filled,
    pack: Pack,
    units: Mapping[str, Unit],
    known_answers: Mapping[tuple[str, str], Answer],
    now: datetime,
) -> list[Answer]:
    answers: dict[tuple[str, str], Answer] = {}
    faults: list[str] = []
    for line in filled.rows:
        known = questions(units[line.unit], pack) if line.unit in units else {}
        problem = line.problem or _problem(line, known.get(line.code), line.unit in units, now)
        if not problem and (line.unit, line.code) in answers:
            problem = f"{line.unit} 的 {line.code} 在表中出现两次。请只留一行"
        if problem:
            faults.append(f"{path} 工作表“{line.sheet}”第 {line.number} 行：{problem}")
        elif line.points is not None:
            answers[line.unit, line.code] = _answer(line, line.points, known_answers, now)
    if faults:
        more = f"\n……另有 {len(faults) - 20} 处" if len(faults) > 20 else ""
        raise SweepError("\n".join(faults[:20]) + more + "\n没有导入任何结论，请改正后重新导入")
    return list(answers.values())


def _answer(line: FilledRow, points: float, known: Mapping[tuple[str, str], Answer], now: datetime) -> Answer:
    """Without a time of its own, an answer that stands already keeps its time: it is no new one."""
    before = known.get((line.unit, line.code))
    same = before and (before.points, before.reviewer, before.note) == (points, line.reviewer, line.note)
    when = line.reviewed_at or (before.reviewed_at if before and same else now)
    return Answer(line.unit, line.code, points, line.reviewer, when.astimezone(UTC), line.note)


def _problem(line: FilledRow, asked: Asked | None, unit_known: bool, now: datetime) -> str:
    """What is wrong with a row, and the fix; "" for a good one."""
    if line.points is None and not line.reviewer:
        return ""
    if not unit_known:
        return f"巡检中没有单位 {line.unit!r}。请恢复导出时的单位编号"
    if asked is None:
        return f"指标包中没有适用于 {line.unit} 的代码 {line.code!r}，或该条没有分值。请恢复导出时的代码"
    if line.points is None:
        return f"{line.code} 填了复核人，没有填结论。请填 0 到 {asked.points:g} 的得分，或清空复核人"
    if not line.reviewer:
        return f"{line.code} 填了结论，没有填复核人。请填写复核人姓名"
    if asked.veto and line.points not in (0, 1):
        return f"{line.code} 是否决项，结论应为 0（不成立）或 1（成立），实为 {line.points:g}"
    if not 0 <= line.points <= asked.points:
        return f"{line.code} 的结论应在 0 到 {asked.points:g} 分之间，实为 {line.points:g}。请改正得分"
    if line.reviewed_at is not None and line.reviewed_at > now:
        return f"{line.code} 的复核时间 {line.reviewed_at:%Y-%m-%d %H:%M} 晚于现在。请改正时间"
    return ""
