"""Runs a sweep: goes on with an unfinished one or starts a new one, audits its units, judges and scores."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from importlib.metadata import version

from crawler.model import Unit
from crawler.net import Gate
from crawler.scope import site_host
from probes import ALL
from storage.repo import Store
from storage.values import Stage, SweepPlan, SweepRow
from sweep.errors import OfflineError
from sweep.judging import judge_sweep
from sweep.plan import Plan, gate_settings, owner_of
from sweep.progress import Progress
from sweep.stages import Job, Timing, audit

RESUME_WITHIN = timedelta(hours=20)
UNITS_AT_ONCE = 64  # units overlap freely: pace belongs to the hosts
LEASE = timedelta(seconds=60)
CANARY_TRIES = 3


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a sweep is run, without effect on what it finds."""

    db: str
    new: bool = False
    jobs: int = 1
    timing: Timing = field(default_factory=Timing)


async def run_sweep(plan: Plan, store: Store, options: RunOptions) -> SweepRow:
    """The whole sweep; safe to call again after any interruption."""
    sweep = await open_sweep(plan, store, options)
    async with Gate(**gate_settings(plan.seeds)) as gate:
        await require_online(gate, plan)
        units = plan.seeds.units
        with Progress(list(units)) as progress:
            await audit_units(plan, store, sweep, units, gate, progress, options.timing)
        if plan.seeds.canaries and not gate.ever_online:
            raise OfflineError(_OFFLINE)
    for pack in plan.packs:
        await judge_sweep(store, sweep, plan.seeds.units, pack)
    await store.finish(sweep.id)
    return await store.get(sweep.id)


async def open_sweep(plan: Plan, store: Store, options: RunOptions) -> SweepRow:
    """The unfinished sweep of the same plan, when it is young enough; else a new one."""
    unfinished = None if options.new else await store.find_unfinished(plan.key, RESUME_WITHIN)
    if unfinished is not None:
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
            tool_version=version("sunsweep"),
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


async def audit_units(
    plan: Plan,
    store: Store,
    sweep: SweepRow,
    units: Sequence[Unit],
    gate: Gate,
    progress: Progress,
    timing: Timing,
) -> None:
    """All units, many at once; each is owned by this process while it works on it."""
    me = f"{socket.gethostname()}:{os.getpid()}"
    room = asyncio.Semaphore(UNITS_AT_ONCE)

    async def one(unit: Unit) -> None:
        async with room:
            if await store.claim(sweep.id, me, LEASE, among=[unit.id]) is None:
                progress.stage(unit.id, "done")
                return
            job = Job(
                sweep=sweep,
                unit=unit,
                store=await store.unit(sweep.id, unit.id),
                gate=gate,
                probes=ALL,
                timing=timing,
                has_owner=owner_of(unit, plan.seeds.units) is not None,
                tick=lambda url, outcome: progress.page(unit.id, url, outcome),
                stage=lambda name: progress.stage(unit.id, name),
            )
            beat = asyncio.create_task(_heartbeat(store, sweep.id, unit.id, me), name=f"lease {unit.id}")
            try:
                await audit(job)
            finally:
                beat.cancel()
                with suppress(asyncio.CancelledError):
                    await beat
            await store.set_stage(sweep.id, unit.id, Stage.DONE)
            progress.stage(unit.id, "done")

    async with asyncio.TaskGroup() as group:
        for unit in units:
            group.create_task(one(unit), name=f"unit {unit.id}")


async def _heartbeat(store: Store, sweep: str, unit: str, owner: str) -> None:
    while True:
        await asyncio.sleep(LEASE.total_seconds() / 3)
        await store.heartbeat(sweep, unit, owner, LEASE)


def hosts_of(units: Sequence[Unit]) -> dict[str, list[Unit]]:
    """Units by host: all units of a host run in one process."""
    groups: dict[str, list[Unit]] = {}
    for unit in units:
        groups.setdefault(site_host(unit.portal) if unit.portal else unit.id, []).append(unit)
    return groups
