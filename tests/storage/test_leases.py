"""Who works on which unit, and how a dead worker's unit is taken back."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from storage.owner import is_dead, this_process
from storage.repo import Store
from storage.values import Stage, SweepRow
from tests.storage.conftest import Clock
from tests.storage.samples import candidate, plan

LEASE = timedelta(minutes=2)
ELSEWHERE = "another-machine:1:1"


async def test_units_are_claimed_in_the_order_of_the_seeds(store: Store, sweep: SweepRow) -> None:
    assert await store.claim(sweep.id, ELSEWHERE, LEASE) == "lufeng"
    assert await store.claim(sweep.id, ELSEWHERE, LEASE) == "haifeng"
    assert await store.claim(sweep.id, ELSEWHERE, LEASE) is None


async def test_only_some_units_are_wanted(store: Store, sweep: SweepRow) -> None:
    assert await store.claim(sweep.id, ELSEWHERE, LEASE, among=["haifeng"]) == "haifeng"
    assert await store.claim(sweep.id, ELSEWHERE, LEASE, among=["haifeng"]) is None


async def test_a_unit_that_is_done_is_not_claimed(store: Store, sweep: SweepRow) -> None:
    await store.set_stage(sweep.id, "lufeng", Stage.DONE)
    await store.set_stage(sweep.id, "haifeng", Stage.JUDGED)
    assert await store.claim(sweep.id, ELSEWHERE, LEASE) == "haifeng"
    assert [row.stage for row in await store.units(sweep.id)] == [Stage.DONE, Stage.JUDGED]


async def test_a_released_unit_is_free(store: Store, sweep: SweepRow) -> None:
    await store.claim(sweep.id, ELSEWHERE, LEASE)
    assert not await store.release(sweep.id, "lufeng", "somebody:2:2")
    assert await store.release(sweep.id, "lufeng", ELSEWHERE)
    assert await store.claim(sweep.id, ELSEWHERE, LEASE) == "lufeng"
    await store.release(sweep.id, "lufeng", ELSEWHERE)
    assert [row.owner for row in await store.units(sweep.id)] == [None, None]


async def test_a_lease_runs_out_unless_it_is_held(store: Store, sweep: SweepRow, clock: Clock) -> None:
    for _ in range(2):
        await store.claim(sweep.id, ELSEWHERE, LEASE)
    clock.pass_by(LEASE / 2)
    assert await store.heartbeat(sweep.id, "haifeng", ELSEWHERE, LEASE)
    clock.pass_by(LEASE / 2)
    assert await store.claim(sweep.id, "rescuer:3:3", LEASE) == "lufeng"
    assert await store.claim(sweep.id, "rescuer:3:3", LEASE) is None
    assert not await store.heartbeat(sweep.id, "lufeng", ELSEWHERE, LEASE)


async def test_the_unit_of_a_dead_process_is_taken_back_at_once(store: Store, sweep: SweepRow) -> None:
    dead = dead_owner()
    assert await store.claim(sweep.id, dead, LEASE) == "lufeng"
    assert await store.claim(sweep.id, this_process(), LEASE) == "lufeng"
    assert await store.claim(sweep.id, this_process(), LEASE) == "haifeng"
    assert await store.claim(sweep.id, this_process(), LEASE) is None  # its own are held by the living


async def test_no_unit_is_claimed_twice(store: Store, clock: Clock, url: str) -> None:
    names = [f"u{n}" for n in range(12)]
    sweep = await store.create_sweep(plan(*names))

    async def worker(owner: str) -> list[str]:
        async with await Store.open(url, now=clock) as own:
            mine = []
            while (unit := await own.claim(sweep.id, owner, LEASE)) is not None:
                mine.append(unit)
            return mine

    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(worker(f"m:{n}:1")) for n in range(3)]
    assert sorted(unit for task in workers for unit in task.result()) == sorted(names)


async def test_frontier_counts_for_progress(store: Store, sweep: SweepRow) -> None:
    unit = await store.unit(sweep.id, "lufeng")
    await unit.add([candidate("a"), candidate("b"), candidate("c")])
    await unit.begin(1, ["a"], ["b"])
    assert await store.frontier_counts(sweep.id) == {"lufeng": {"waiting": 1, "chosen": 1, "cut": 1}}


def dead_owner() -> str:
    """An owner on this machine whose process has ended."""
    code = "from storage.owner import this_process; print(this_process())"
    root = Path(__file__).parents[2]
    ended = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    return ended.stdout.strip()


def test_owners() -> None:
    machine, pid, _ = this_process().rsplit(":", 2)
    assert int(pid) == os.getpid()
    assert not is_dead(this_process())
    assert not is_dead(f"{machine}:{pid}")
    assert is_dead(dead_owner())
    assert not is_dead(ELSEWHERE) and not is_dead("nonsense")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="start times are read from /proc")
def test_a_reused_process_number_is_not_its_former_owner() -> None:
    machine, pid, _ = this_process().rsplit(":", 2)
    assert is_dead(f"{machine}:{pid}:1")
