"""Works through the units of a sweep in one process: many at once, each leased while it is worked on."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Protocol

from crawler.browser import Browser
from crawler.memo import NoPast, Past
from crawler.model import Outcome, Unit
from crawler.net import Gate
from crawler.targets import Targets
from probes import ALL
from probes.base import Probe
from storage.owner import this_process
from storage.repo import Store
from storage.values import Stage, SweepRow
from sweep.archive import unit_archive
from sweep.evidence import RENDER
from sweep.evidence_files import evidence_root
from sweep.plan import owner_of
from sweep.seeds import Seeds
from sweep.stages import Job, Timing, audit

UNITS_AT_ONCE = 64  # units overlap freely: pace belongs to the hosts
LEASE = timedelta(seconds=60)
CARRIED_DAYS = 7  # assumed: a week's evaluation rests on pages that were read in it


class Watcher(Protocol):
    """Who is told how the work goes on."""

    def stage(self, unit: str, stage: str) -> None: ...

    def page(self, unit: str, url: str, outcome: Outcome) -> None: ...


# Pages leave no circles behind, so the collector may come seldom; modules, models and tables stay for ever
# and need not be looked through each time. Together a tenth of what a sweep costs (measured).
_COLLECT_AFTER = (50_000, 20, 100)


def _spare_collections() -> None:
    """Once in a process, after it has loaded what it needs."""
    if gc.get_freeze_count() == 0:
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_COLLECT_AFTER)


async def audit_units(
    seeds: Seeds,
    store: Store,
    sweep: SweepRow,
    units: Sequence[Unit],
    gate: Gate,
    progress: Watcher,
    timing: Timing,
    probes: Sequence[Probe[Any, Any]] = ALL,
    *,
    reread: bool = True,
) -> None:
    """All units, many at once; each is owned by this process while it works on it.

    `reread=False`: what has not changed since the last sweep is carried over from it.
    """
    _spare_collections()
    me = this_process()
    room = asyncio.Semaphore(UNITS_AT_ONCE)
    targets = Targets(store, sweep.id, again_after=timing.confirm_after)

    async def one(unit: Unit, browser: Browser) -> None:
        async with room:
            if await store.claim(sweep.id, me, LEASE, among=[unit.id]) is None:
                progress.stage(unit.id, "done")
                return
            job = Job(
                sweep=sweep,
                unit=unit,
                store=await store.unit(sweep.id, unit.id),
                gate=gate,
                probes=probes,
                timing=timing,
                browser=browser,
                past=await _past(store, sweep, unit, probes, reread=reread),
                archive=unit_archive(store, sweep.id, unit.id, gate.user_agent),
                targets=targets,
                has_owner=owner_of(unit, seeds.units) is not None,
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
                await store.release(sweep.id, unit.id, me)
            await store.set_stage(sweep.id, unit.id, Stage.DONE)
            progress.stage(unit.id, "done")

    async with Browser(gate, evidence=evidence_root(store.where)) as browser, asyncio.TaskGroup() as group:
        for unit in units:
            group.create_task(one(unit, browser), name=f"unit {unit.id}")
    await targets.flush()


async def _past(
    store: Store, sweep: SweepRow, unit: Unit, probes: Sequence[Probe[Any, Any]], *, reread: bool
) -> Past:
    if reread:
        return NoPast()
    names = [*(probe.id for probe in probes if probe.observe is not None), RENDER]
    return await store.past(sweep, unit, names, CARRIED_DAYS)


async def _heartbeat(store: Store, sweep: str, unit: str, owner: str) -> None:
    while True:
        await asyncio.sleep(LEASE.total_seconds() / 3)
        await store.heartbeat(sweep, unit, owner, LEASE)
