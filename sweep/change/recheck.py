"""Looks again at some of what a sweep found: a small sweep of its own; the old one stays as it is."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from crawler.model import Unit
from crawler.net import Gate
from probes import ALL, CHECKS_BY_ID
from probes.base import Probe, Verdict
from rules.load import load
from storage.repo import Store
from storage.values import RECHECK, SweepPlan, SweepRow
from sweep.change.changes import FindingChange, Line, Sides, by_check, compare
from sweep.errors import SweepError
from sweep.given.plan import Plan, gate_settings, owner_of, plan, single
from sweep.given.program import program
from sweep.given.seeds import Seeds, load_seeds
from sweep.night.progress import Progress
from sweep.night.run import require_online
from sweep.night.stages import Timing
from sweep.night.work import Work, audit_units
from sweep.proof.archive import PRIVACY, keep_cited
from sweep.proof.proof import Reference
from sweep.verdicts.judging import judge_lines

Pair = tuple[str, str]  # unit, check


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be looked at again. `place` narrows one pair to one finding."""

    pairs: frozenset[Pair]
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Recheck:
    """How the findings stand now."""

    old: SweepRow
    new: SweepRow
    names: Mapping[str, str]
    findings: Sequence[FindingChange]
    verdicts: Mapping[Pair, tuple[str, str, str | None]]  # before, after, reason


def choose(
    lines: Iterable[Line], *, unit: str | None = None, check: str | None = None, failed: bool = False
) -> Wanted:
    """The results that all given conditions hold for. SweepError where there is none."""
    if unit is None and check is None and not failed:
        raise SweepError(
            "请说明复查什么：--unit 单位、--check 检查项、--finding 问题编号，或 --failed（全部不通过项）"
        )
    pairs = frozenset(
        (line["unit"], line["check"])
        for line in lines
        if unit in (None, line["unit"])
        and check in (None, line["check"])
        and (not failed or line["verdict"] == Verdict.FAIL)
    )
    if not pairs:
        raise SweepError("没有符合条件的检查结果可复查。请检查单位编号和检查项的写法")
    return Wanted(pairs)


def one_finding(ref: Reference, place: str) -> Wanted:
    return Wanted(frozenset({(ref.unit, ref.check)}), place)


def probes_for(checks: Iterable[str]) -> tuple[Probe[Any, Any], ...]:
    """The probes of these checks and of what has to be judged before them; that for personal data always."""
    wanted: set[str] = set()
    for name in checks:
        step: str | None = name
        while step is not None and step not in wanted:
            wanted.add(step)
            step = CHECKS_BY_ID[step].after if step in CHECKS_BY_ID else None
    return tuple(
        probe for probe in ALL if probe.id == PRIVACY or any(check.id in wanted for check in probe.checks)
    )


def units_for(
    pairs: Iterable[Pair], units: tuple[Unit, ...], probes: Sequence[Probe[Any, Any]]
) -> list[Unit]:
    """The units of these pairs, the owners of their hosts, and the departments they are compared with."""
    ids = {unit for unit, _ in pairs}
    missing = ids - {unit.id for unit in units}
    if missing:
        raise SweepError(f"单位清单中没有 {'、'.join(sorted(missing))}。请用 --seeds 给出含有它的清单")
    owners = {owner.id for unit in units if unit.id in ids and (owner := owner_of(unit, units))}
    below = {unit.id for unit in units if unit.parent in ids} if any(p.compares for p in probes) else set()
    return [unit for unit in units if unit.id in ids | owners | below]


def seeds_of(row: SweepRow, units: Sequence[Unit], given: Path | None) -> Seeds:
    """The unit list the sweep was made from, or the given one."""
    if given is None and row.seeds_file.startswith(("http://", "https://")):
        return single(row.seeds_file, units[0].kind)
    try:
        return load_seeds(given or Path(row.seeds_file))
    except SweepError as problem:
        if given is not None:
            raise
        raise SweepError(f"{problem}；巡检时的清单是 {row.seeds_file}，可用 --seeds 另行给出") from None


async def recheck(
    store: Store,
    old: SweepRow,
    pack: str,
    wanted: Wanted,
    seeds: Seeds,
    *,
    as_of: date | None = None,
    timing: Timing | None = None,
) -> Recheck:
    """Walk, gather and confirm the units concerned, judge the checks concerned."""
    probes = probes_for(check for _, check in wanted.pairs)
    units = units_for(wanted.pairs, seeds.units, probes)
    chosen = replace(
        plan(
            replace(seeds, units=tuple(units)), rules=(pack,), as_of=as_of, period=old.period, seed=old.seed
        ),
        options=old.options,
    )
    row = await store.create_sweep(_row(old, chosen, wanted))
    try:
        async with Gate(**gate_settings(seeds)) as gate:
            await require_online(gate, chosen)
            with Progress(units) as progress:
                work = Work(seeds, store, row, gate, progress, timing or Timing(), probes)
                await audit_units(work, units)
    except asyncio.CancelledError:
        await store.interrupt(row.id)
        raise
    after = await _judge(store, row, units, pack, wanted)
    await keep_cited(store, row)
    await store.finish(row.id)
    before = by_check(await store.results(old.id, pack))
    return _told(old, await store.get(row.id), units, wanted, before, after)


def _row(old: SweepRow, chosen: Plan, wanted: Wanted) -> SweepPlan:
    scope = hashlib.sha256(repr(sorted(wanted.pairs)).encode()).hexdigest()[:12]
    return SweepPlan(
        key=f"{RECHECK}{old.id}:{scope}",
        as_of=chosen.as_of,
        period=chosen.period,
        seed=chosen.seed,
        packs=tuple(pack.id for pack in chosen.packs),
        units=chosen.seeds.units,
        seeds_file=f"复查 {old.id}",
        tool_version=program(),
        options=dict(chosen.options),
    )


async def _judge(
    store: Store, row: SweepRow, units: Sequence[Unit], pack: str, wanted: Wanted
) -> dict[Pair, Line]:
    """Only what was asked for: the other checks' evidence was not gathered."""
    by_unit: dict[str, list[Line]] = {}
    async for line in judge_lines(store, row, units, load(pack)):
        if (line["unit"], line["check"]) in wanted.pairs:
            by_unit.setdefault(line["unit"], []).append(line)
    for unit, lines in by_unit.items():
        await store.replace_results(row.id, unit, pack, lines)
    return by_check(line for lines in by_unit.values() for line in lines)


def _told(
    old: SweepRow,
    new: SweepRow,
    units: Sequence[Unit],
    wanted: Wanted,
    before: Mapping[Pair, Line],
    after: Mapping[Pair, Line],
) -> Recheck:
    old_lines = {pair: before[pair] for pair in after if pair in before}
    compared = compare(Sides(old_lines, after, same_program=old.tool_version == new.tool_version))
    findings = [one for one in compared.findings if wanted.place in (None, one.place)]
    verdicts = {
        pair: (str(line["verdict"]), str(after[pair]["verdict"]), after[pair]["reason"])
        for pair, line in old_lines.items()
    }
    return Recheck(old, new, {unit.id: unit.name for unit in units}, findings, verdicts)
