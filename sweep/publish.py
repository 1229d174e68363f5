"""Prints and writes what a sweep found: brings the store's lines and the reports together."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from crawler.browser.escalate import Renders, Why
from crawler.model import Unit
from probes import CHECKS_BY_ID
from probes.base import Verdict
from reports.build import build
from reports.html import write_html
from reports.model import ReportData, SweepFacts
from reports.notice import write_docx
from reports.reviews import Reviews
from reports.terminal import print_ranking, print_unit
from reports.xlsx import write_xlsx
from rules.load import load
from rules.model import Pack
from storage.repo import Store
from storage.values import SweepRow
from sweep.change.review_hosts import with_new_hosts
from sweep.change.trend import trends
from sweep.verdicts.evidence import RENDER
from sweep.verdicts.judging import judge_sweep

HTML, XLSX, DOCX = "html", "xlsx", "docx"
VETO_PACK = "national-2019"  # its vetoes fall on every government site, whatever the scheme

_TITLES = {check.id: check.title for check in CHECKS_BY_ID.values()}


async def report_data(store: Store, row: SweepRow, pack: Pack) -> ReportData:
    """Everything a report of one sweep under one pack says."""
    rows = await store.units(row.id)
    counts = await store.frontier_counts(row.id)
    vetoes = None if pack.vetoes else await _national(store, row)
    return build(
        _facts(row, *await _read_by(store, row)),
        [unit.unit for unit in rows],
        await with_new_hosts(store, row, await store.results(row.id, pack.id)),
        await store.scores(row.id, pack.id),
        pack,
        pages={unit: states.get("done", 0) for unit, states in counts.items()},
        titles=_TITLES,
        vetoes=vetoes,
        reviews=await _reviews(store, row, pack),
        trends=await trends(store, row, pack),
    )


async def _reviews(store: Store, row: SweepRow, pack: Pack) -> Reviews:
    """What people decided, and the machine's own scores beside."""
    answers = await store.answers(row.id, pack.id)
    told = {
        key: {"reviewer": answer.reviewer, "at": answer.reviewed_at.isoformat(), "note": answer.note}
        for key, answer in answers.items()
    }
    return Reviews(told, await store.machine_scores(row.id, pack.id))


async def judge_vetoes(store: Store, row: SweepRow, units: Sequence[Unit], packs: Sequence[Pack]) -> None:
    """Judge by the national pack as well, from the store, unless the packs of the sweep have its vetoes."""
    if not packs[0].vetoes and all(pack.id != VETO_PACK for pack in packs):
        await judge_sweep(store, row, units, load(VETO_PACK))


async def judge_again(store: Store, row: SweepRow, pack: Pack) -> None:
    """Judge and score once more, after people added something; also what the report shows beside `pack`."""
    units = [unit.unit for unit in await store.units(row.id)]
    await judge_sweep(store, row, units, pack)
    if not pack.vetoes and VETO_PACK in await store.judged_packs(row.id):
        await judge_sweep(store, row, units, load(VETO_PACK))


async def _national(store: Store, row: SweepRow) -> tuple[Pack, list[dict[str, Any]]] | None:
    """The national pack and its scores, where the sweep was judged by the pack as it stands."""
    if VETO_PACK not in await store.judged_packs(row.id):
        return None
    pack = load(VETO_PACK)
    lines = await store.scores(row.id, pack.id)
    return pack, [line for line in lines if line["pack_hash"] == pack.hash]


def _why_rendered(why: Why) -> str:
    match why:
        case Why.HOME:
            return "首页的页眉、页脚或搜索由脚本生成"
        case Why.ROWS:
            return "列表由脚本生成"
        case Why.EMPTY:
            return "栏目看似空白，再由浏览器确认"
        case Why.SHELL:
            return "正文由脚本生成"
        case Why.CHALLENGE:
            return "访问时先遇到验证页"


async def _read_by(store: Store, row: SweepRow) -> tuple[tuple[tuple[str, int], ...], int]:
    """How many pages were read in the browser, by why; and how many were carried over."""
    rendered: Counter[Why] = Counter()
    carried = 0
    for name in row.unit_ids:
        unit = await store.unit(row.id, name)
        carried += await unit.carried()
        renders = await unit.gathered(RENDER)
        if renders is not None:
            rendered.update(Renders.model_validate_json(renders).pages.values())
    return tuple((_why_rendered(why), number) for why, number in sorted(rendered.items())), carried


def _facts(row: SweepRow, rendered: tuple[tuple[str, int], ...] = (), carried: int = 0) -> SweepFacts:
    return SweepFacts(
        id=row.id,
        as_of=row.as_of,
        period=row.period,
        seed=row.seed,
        version=row.tool_version,
        started_at=row.started_at.isoformat(),
        finished_at=row.finished_at.isoformat() if row.finished_at else None,
        rendered=rendered,
        carried_pages=carried,
        cloaking=bool(row.options.get("probe_cloaking")),
    )


def _console() -> Console:
    """Standard output; wide enough for the tables where it is no terminal."""
    return Console() if sys.stdout.isatty() else Console(width=120)


async def print_sweep(store: Store, row: SweepRow, packs: Iterable[Pack]) -> None:
    """The ranking on standard output, one table per group and pack."""
    for pack in packs:
        print_ranking(_console(), await ranking_data(store, row, pack))


async def ranking_data(store: Store, row: SweepRow, pack: Pack) -> ReportData:
    """What a ranking says: of the results only those that lose points or are unknown, and not what was found.
    Read unit by unit: many units have more results than memory should hold."""
    counts = await store.frontier_counts(row.id)
    lines: list[dict[str, Any]] = []
    for name in row.unit_ids:
        found = await store.results(row.id, pack.id, name)
        lines += [_standing(line) for line in found if line["verdict"] in (Verdict.FAIL, Verdict.UNKNOWN)]
    return build(
        _facts(row),
        [unit.unit for unit in await store.units(row.id)],
        lines,
        await store.scores(row.id, pack.id),
        pack,
        pages={unit: states.get("done", 0) for unit, states in counts.items()},
        titles=_TITLES,
    )


def _standing(line: Mapping[str, Any]) -> dict[str, Any]:
    void = line["observed"].get("void")
    return {**line, "findings": (), "observed": {} if void is None else {"void": void}}


async def print_unit_check(store: Store, row: SweepRow, pack: Pack) -> None:
    """A self-check's table with the cheapest points to win."""
    for unit in (await report_data(store, row, pack)).units:
        print_unit(_console(), unit)


async def write_report(
    store: Store, row: SweepRow, pack: Pack, out: Path, formats: Sequence[str] = (HTML, XLSX)
) -> list[Path]:
    """Write the report's files into `out`; their paths."""
    data = await report_data(store, row, pack)
    written: list[Path] = []
    if HTML in formats:
        written.append(write_html(data, out))
    if XLSX in formats:
        written.append(write_xlsx(data, out))
    if DOCX in formats:
        written.append(write_docx(data, out))
    return written
