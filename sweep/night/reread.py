"""Reads again, in this sweep, every carried page that a finding speaks of: no fault rests on an old reading.

Runs after judging, which is then done once more, as often as it cites another carried page.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence

from crawler.keeping.patience import PatientNet
from crawler.keeping.sparing import SparingNet
from crawler.model import Unit
from crawler.net import Gate
from crawler.walking.walk import Walk
from probes import ALL
from storage.repo import Store
from storage.values import SweepRow
from sweep.given.plan import Plan
from sweep.night.stages import Job, walk_plan
from sweep.proof.archive import cited_urls, unit_archive


async def read_cited(plan: Plan, store: Store, sweep: SweepRow, gate: Gate) -> bool:
    """Whether anything was read again, so that the sweep has to be judged once more."""
    carried = await _carried(store, sweep, plan.seeds.units)
    if not any(carried.values()):
        return False
    cited: set[str] = set()
    for pack in plan.packs:
        cited |= cited_urls(await store.results(sweep.id, pack.id))
    due = {unit: {url for url, names in pages.items() if names & cited} for unit, pages in carried.items()}
    async with asyncio.TaskGroup() as group:
        for unit in plan.seeds.units:
            if due[unit.id]:
                group.create_task(_read(store, sweep, unit, gate, due[unit.id]), name=f"reread {unit.id}")
    return any(due.values())


async def _carried(
    store: Store, sweep: SweepRow, units: Sequence[Unit]
) -> dict[str, dict[str, frozenset[str]]]:
    """Per unit the carried pages, by address as linked, with all names findings may call them by."""
    carried = {}
    for unit in units:
        facts = await (await store.unit(sweep.id, unit.id)).facts()
        carried[unit.id] = {page.url: frozenset({page.url, page.final_url}) for page in facts if page.carried}
    return carried


async def _read(store: Store, sweep: SweepRow, unit: Unit, gate: Gate, urls: Collection[str]) -> None:
    job = Job(
        sweep=sweep,
        unit=unit,
        store=await store.unit(sweep.id, unit.id),
        gate=gate,
        probes=ALL,
        archive=unit_archive(store, sweep.id, unit.id, gate.user_agent),
    )
    net = PatientNet(gate, archive=job.archive)
    walk = Walk(await walk_plan(job, net), SparingNet(net, job.answers), job.store)
    for candidate in await job.store.visited():
        if candidate.url in urls:
            visit = await walk.visit(candidate)
            await job.archive.flush()
            await job.store.observe_again([visit])
    await job.store.save_attempts(net.drain())
