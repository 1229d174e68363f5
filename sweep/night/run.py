"""Runs a sweep: goes on with an unfinished one or starts a new one, audits its units, judges and scores."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from crawler.net import Gate
from storage.repo import Store
from storage.values import Stage, SweepPlan, SweepRow
from sweep.errors import OfflineError, SweepError
from sweep.given.exceptions import Given, keep
from sweep.given.plan import Plan, gate_settings
from sweep.given.program import program
from sweep.night.jobs import audit_in_processes
from sweep.night.progress import Progress
from sweep.night.reread import read_cited
from sweep.night.stages import Timing
from sweep.night.work import Work, audit_units
from sweep.proof.archive import Keep, keep_cited
from sweep.verdicts.judging import judge_sweep

RESUME_WITHIN = timedelta(hours=20)
CANARY_TRIES = 3


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a sweep is run, without effect on what it finds."""

    db: str
    new: bool = False
    jobs: int = 1
    timing: Timing = field(default_factory=Timing)
    archive: Keep = Keep.CITED
    exceptions: Given | None = None  # replaces what the sweep was given before
    reread: bool = False  # also what has not changed since the last sweep


async def run_sweep(plan: Plan, store: Store, options: RunOptions) -> SweepRow:
    """The whole sweep; safe to call again after any interruption."""
    sweep = await open_sweep(plan, store, options)
    if options.exceptions is not None:
        await keep(store, sweep, options.exceptions)
    async with Gate(**gate_settings(plan.seeds)) as gate:
        await require_online(gate, plan)
        await _audit(plan, store, sweep, gate, options)
        await _require_done(store, sweep)
        await _judge(plan, store, sweep)
        while await read_cited(plan, store, sweep, gate):  # each time fewer pages are left to read again
            await _judge(plan, store, sweep)
    if options.archive is Keep.CITED:
        await keep_cited(store, sweep)
    await store.finish(sweep.id)
    return await store.get(sweep.id)


async def _judge(plan: Plan, store: Store, sweep: SweepRow) -> None:
    for pack in plan.packs:
        await judge_sweep(store, sweep, plan.seeds.units, pack)


async def _audit(plan: Plan, store: Store, sweep: SweepRow, gate: Gate, options: RunOptions) -> None:
    seeds = plan.seeds
    with Progress(list(seeds.units), waiting=lambda: gate.waiting) as progress:
        try:
            # What is to be replayed has to stand in the archive of this sweep, every page of it.
            reread = options.reread or options.archive is Keep.ALL
            timing = options.timing
            if options.jobs > 1:
                await audit_in_processes(
                    options.db, seeds, sweep.id, options.jobs, timing, progress, reread=reread
                )
            else:
                work = Work(seeds, store, sweep, gate, progress, timing, reread=reread)
                await audit_units(work, seeds.units)
        except asyncio.CancelledError:
            await store.interrupt(sweep.id)
            raise


async def _require_done(store: Store, sweep: SweepRow) -> None:
    """A unit that another process holds is not ours to judge."""
    open_units = [row.unit.name for row in await store.units(sweep.id) if row.stage is not Stage.DONE]
    if open_units:
        names = "、".join(open_units[:3])
        raise SweepError(
            f"巡检 {sweep.id} 还有 {len(open_units)} 个单位由另一个进程检测中（{names}）。"
            "请等它结束，或先停止它，再运行同一命令"
        )


async def open_sweep(plan: Plan, store: Store, options: RunOptions) -> SweepRow:
    """The unfinished sweep of the same plan, when it is young enough; else a new one."""
    unfinished = None if options.new else await store.find_unfinished(plan.key, RESUME_WITHIN)
    if unfinished is not None:
        await store.resume(unfinished.id)
        return unfinished
    await store.abandon_unfinished(plan.key)
    return await store.create_sweep(
        SweepPlan(
            key=plan.key,
            as_of=plan.as_of,
            period=plan.period,
            seed=plan.seed,
            packs=tuple(pack.id for pack in plan.packs),
            units=plan.seeds.units,
            seeds_file=plan.seeds.source,
            tool_version=program(),
            options=dict(plan.options),
        )
    )


async def require_online(gate: Gate, plan: Plan) -> None:
    """Refuse to sweep while no canary answers: every failure would be our own."""
    if not plan.seeds.canaries:
        return
    for _ in range(CANARY_TRIES):
        if await gate.online():
            return
    raise OfflineError(_OFFLINE)


_OFFLINE = (
    "没有一个联网参照站点（canaries）有应答，本机可能没有联网，检测没有进行。"
    "请检查网络，或在单位清单的 canaries 中换用可访问的网址，然后重新运行同一命令"
)
