"""Works through the units of a sweep in one process: many at once, each leased while it is worked on."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from crawler.browser.browser import Browser
from crawler.keeping.answers import Answers
from crawler.keeping.targets import Targets
from crawler.model import Outcome, Unit
from crawler.net import Gate
from crawler.walking.memo import NoPast, Past
from probes import ALL
from probes.base import Probe
from storage.owner import this_process
from storage.repo import Store
from storage.values import Stage, SweepRow
from sweep.given.plan import owner_of
from sweep.given.seeds import Seeds
from sweep.night.stages import Job, Timing, audit
from sweep.night.week import week_of
from sweep.night.windows import window_before
from sweep.proof.archive import unit_archive
from sweep.proof.evidence_files import evidence_root
from sweep.verdicts.evidence import RENDER

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


@dataclass(frozen=True, slots=True)
class Work:
    """What all units of a sweep are worked with in this process."""

    seeds: Seeds
    store: Store
    sweep: SweepRow
    gate: Gate
    progress: Watcher
    timing: Timing
    probes: Sequence[Probe[Any, Any]] = ALL
    reread: bool = True  # False: what has not changed since the last sweep is carried over from it


async def audit_units(work: Work, units: Sequence[Unit]) -> None:
    """All units, many at once; each is owned by this process while it works on it."""
    _spare_collections()
    room = asyncio.Semaphore(UNITS_AT_ONCE)
    timing = work.timing
    targets = Targets(
        work.store, work.sweep.id, again_after=timing.confirm_after, settle_after=timing.settle_after
    )

    answers = Answers()

    async def one(unit: Unit, browser: Browser) -> None:
        async with room, _leased(work, unit) as mine:
            if mine:
                await audit(await _job(work, unit, browser, targets, answers))
        if mine:
            await work.store.set_stage(work.sweep.id, unit.id, Stage.DONE)
        work.progress.stage(unit.id, "done")

    where = evidence_root(work.store.where)
    async with Browser(work.gate, evidence=where) as browser, asyncio.TaskGroup() as group:
        for unit in units:
            group.create_task(one(unit, browser), name=f"unit {unit.id}")
    await targets.flush()


async def _past(work: Work, unit: Unit) -> Past:
    if work.reread:
        return NoPast()
    names = [*(probe.id for probe in work.probes if probe.observe is not None), RENDER]
    return await work.store.past(work.sweep, unit, names, CARRIED_DAYS)


async def _job(work: Work, unit: Unit, browser: Browser, targets: Targets, answers: Answers) -> Job:
    return Job(
        sweep=work.sweep,
        unit=unit,
        store=await work.store.unit(work.sweep.id, unit.id),
        gate=work.gate,
        probes=work.probes,
        timing=work.timing,
        browser=browser,
        past=await _past(work, unit),
        earlier=await window_before(work.store, work.sweep, unit.id),
        week=await week_of(work.store, work.sweep, unit),
        archive=unit_archive(work.store, work.sweep.id, unit.id, work.gate.user_agent),
        targets=targets,
        answers=answers,
        has_owner=owner_of(unit, work.seeds.units) is not None,
        tick=lambda url, outcome: work.progress.page(unit.id, url, outcome),
        stage=lambda name: work.progress.stage(unit.id, name),
    )


@asynccontextmanager
async def _leased(work: Work, unit: Unit) -> AsyncIterator[bool]:
    """Whether the unit is ours; as long as the block runs, it stays so."""
    me, store, sweep = this_process(), work.store, work.sweep.id
    if await store.claim(sweep, me, LEASE, among=[unit.id]) is None:
        yield False
        return
    beat = asyncio.create_task(_heartbeat(store, sweep, unit.id, me), name=f"lease {unit.id}")
    try:
        yield True
    finally:
        beat.cancel()
        with suppress(asyncio.CancelledError):
            await beat
        await store.release(sweep, unit.id, me)


async def _heartbeat(store: Store, sweep: str, unit: str, owner: str) -> None:
    while True:
        await asyncio.sleep(LEASE.total_seconds() / 3)
        await store.heartbeat(sweep, unit, owner, LEASE)
