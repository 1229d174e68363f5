"""What the commands over finished sweeps do: replay, evidence, diff, recheck, prune."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from rules.load import load
from storage.errors import why_not
from storage.repo import Store
from sweep.change.changes import place_of
from sweep.change.diff import diff as diff_sweeps
from sweep.change.diff import recheck_text, to_json, to_text
from sweep.change.recheck import choose, one_finding, seeds_of
from sweep.change.recheck import recheck as recheck_sweep
from sweep.commands import Outcome, outcome_of, pack_id
from sweep.errors import SweepError
from sweep.proof.proof import bundle, case_of, reference
from sweep.proof.replay import replay as replay_sweep
from sweep.proof.retention import prune as prune_sweeps
from sweep.publish import print_sweep


async def replay(db: str, sweep_id: str) -> Outcome:
    """Observe, judge and score again from the archive alone."""
    async with await Store.open(db, create=False) as store:
        row = await store.get(sweep_id)
        kept = await replay_sweep(store, row)
        if kept:
            say(f"有 {kept} 个页面因含个人信息、属附件或缺少补充文件，沿用巡检时读取的内容")
        await print_sweep(store, row, [load(name) for name in row.packs])
        return await outcome_of(store, row, row.packs[0])


def say(text: str) -> None:
    """A remark for the person at the terminal; data goes to stdout."""
    print(text, file=sys.stderr)


async def evidence(db: str, finding: str, out: Path | None, rules: str | None) -> Path:
    """The zip that proves one finding; its path."""
    ref = reference(finding)
    async with await Store.open(db, create=False) as store:
        row = await store.get(ref.sweep)
        pack = load(await pack_id(store, row, rules))
        case = case_of(row, pack, await store.results(row.id, pack.id, ref.unit), ref)
        data, lacking = await bundle(store, case)
    for words in lacking:
        say(words)
    path = out or Path(case.name)
    try:
        await asyncio.to_thread(path.write_bytes, data)
    except OSError as problem:
        raise SweepError(f"{path}：写不进去（{why_not(problem)}）。请用 --out 另指一个文件") from None
    return path


async def prune(db: str, keep: int | None, days: int | None) -> str:
    """Delete old sweeps; what was deleted, in words."""
    if (keep is None) == (days is None):
        raise SweepError("请用 --keep-sweeps（留最近几次）或 --older-than（删几天以前的）给出一条留存规则")
    async with await Store.open(db, create=False) as store:
        gone = await prune_sweeps(store, keep=keep, days=days)
    if not gone:
        return "没有可清理的巡检"
    return f"已清理 {len(gone)} 次巡检及其存档：" + "、".join(row.id for row in gone)


async def diff(db: str, one: str, other: str, rules: str | None, *, as_json: bool) -> str:
    """What changed between two sweeps, as text or JSON."""
    async with await Store.open(db, create=False) as store:
        found = await diff_sweeps(store, one, other, load(rules).id if rules else None)
    return json.dumps(to_json(found), ensure_ascii=False) if as_json else to_text(found)


@dataclass(frozen=True, slots=True)
class Again:
    """What `recheck` was asked for."""

    sweep: str = "latest"
    unit: str | None = None
    check: str | None = None
    finding: str | None = None
    failed: bool = False
    seeds: Path | None = None


async def recheck(db: str, again: Again, as_of: date | None) -> str:
    """Look again, and say of each finding how it stands now."""
    ref = reference(again.finding) if again.finding else None
    if ref and (again.unit or again.check or again.failed):
        raise SweepError("--finding 已指明单位和检查项，不要再给 --unit、--check 或 --failed")
    async with await Store.open(db, create=False) as store:
        row = await store.get(ref.sweep if ref else again.sweep)
        pack = await pack_id(store, row, None)
        lines = await store.results(row.id, pack)
        if ref:
            mine = [line for line in lines if line["unit"] == ref.unit]
            wanted = one_finding(ref, place_of(case_of(row, load(pack), mine, ref).finding))
        else:
            wanted = choose(lines, unit=again.unit, check=again.check, failed=again.failed)
        units = [unit.unit for unit in await store.units(row.id)]
        seeds = await asyncio.to_thread(seeds_of, row, units, again.seeds)
        told = await recheck_sweep(store, row, pack, wanted, seeds, as_of=as_of)
    return recheck_text(told)
