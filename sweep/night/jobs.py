"""`--jobs N`: the units of a sweep over several processes, all units of one host in the same one."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.context import SpawnProcess
from multiprocessing.queues import Queue
from queue import Empty
from typing import NamedTuple

from crawler.model import Outcome, Unit
from crawler.net import Gate
from crawler.scope import site_host
from storage.repo import Store
from sweep.errors import SweepError
from sweep.given.plan import gate_settings
from sweep.given.seeds import Seeds
from sweep.night.progress import Progress
from sweep.night.stages import Timing
from sweep.night.work import Work, audit_units


class Event(NamedTuple):
    """One step of a worker, for the progress display. `outcome` None: a change of stage, named in `text`."""

    unit: str
    text: str
    outcome: Outcome | None = None


class Reporter:
    """Stands in for Progress inside a worker."""

    def __init__(self, events: Queue[Event]) -> None:
        self._events = events

    def stage(self, unit: str, stage: str) -> None:
        self._events.put(Event(unit, stage))

    def page(self, unit: str, url: str, outcome: Outcome) -> None:
        self._events.put(Event(unit, url, outcome))


def share(units: Sequence[Unit], jobs: int) -> list[list[str]]:
    """Unit ids for each job: hosts whole, the largest first to the job with the least work."""
    hosts: dict[str, list[Unit]] = {}
    for unit in units:
        hosts.setdefault(site_host(unit.portal) if unit.portal else f"- {unit.id}", []).append(unit)
    loads: list[list[Unit]] = [[] for _ in range(min(jobs, len(hosts)))]
    for group in sorted(hosts.values(), key=lambda group: -sum(unit.max_pages for unit in group)):
        min(loads, key=lambda load: sum(unit.max_pages for unit in load)).extend(group)
    return [[unit.id for unit in load] for load in loads]


async def audit_in_processes(
    db: str, seeds: Seeds, sweep_id: str, jobs: int, timing: Timing, progress: Progress, *, reread: bool
) -> None:
    """Run the workers to their end; SweepError when one of them died."""
    context = multiprocessing.get_context("spawn")
    events: Queue[Event] = context.Queue()
    workers = [
        context.Process(target=work, args=(db, seeds, sweep_id, ids, timing, events, reread), daemon=True)
        for ids in share(seeds.units, jobs)
    ]
    for worker in workers:
        worker.start()
    try:
        await asyncio.to_thread(_follow, workers, events, progress)
    finally:
        for worker in workers:
            if worker.is_alive():
                worker.terminate()
            worker.join()
    broken = [worker.exitcode for worker in workers if worker.exitcode != 0]
    if broken:
        raise SweepError(
            f"有 {len(broken)} 个检测进程中途退出（{broken[0]}），已存的内容都在。请重新运行同一命令接续"
        )


def _follow(workers: Sequence[SpawnProcess], events: Queue[Event], progress: Progress) -> None:
    while any(worker.is_alive() for worker in workers) or not events.empty():
        with suppress(Empty):
            event = events.get(timeout=0.2)
            if event.outcome is None:
                progress.stage(event.unit, event.text)
            else:
                progress.page(event.unit, event.text, event.outcome)


def work(
    db: str,
    seeds: Seeds,
    sweep_id: str,
    units: list[str],
    timing: Timing,
    events: Queue[Event],
    reread: bool,
) -> None:
    """A worker process: its own store, gate and loop."""

    async def main() -> None:
        async with await Store.open(db) as store, Gate(**gate_settings(seeds)) as gate:
            sweep = await store.get(sweep_id)
            mine = [unit for unit in seeds.units if unit.id in units]
            work = Work(seeds, store, sweep, gate, Reporter(events), timing, reread=reread)
            await audit_units(work, mine)

    with suppress(KeyboardInterrupt):
        asyncio.run(main())
