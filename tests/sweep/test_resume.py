"""Killed without warning at many moments, the same command ends with the bytes of an undisturbed sweep."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from pathlib import Path

from tests.sweep.cities import Served, canonical, serve, sweep

KILLS = int(os.environ.get("SUNSWEEP_TEST_KILLS", "4"))


async def killed_after(city: Served, requests: int, command: list[str]) -> bool:
    """Run the command and kill it after so many more requests; False when it ended first."""
    goal = len(city.city.log) + requests
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    ended = asyncio.create_task(process.wait())
    while not ended.done() and len(city.city.log) < goal:
        await asyncio.wait({ended}, timeout=0.01)
    if ended.done():
        assert process.returncode == 0
        return False
    process.send_signal(signal.SIGKILL)
    await ended
    return True


async def test_kills_leave_no_trace(tmp_path: Path) -> None:
    calm, rough = (f"sqlite:///{tmp_path}/{name}.db" for name in ("calm", "rough"))
    seeds = tmp_path / "seeds.yaml"
    moments = random.Random(7)
    async with serve() as city:
        await sweep(city.seeds("gaoxin"), calm)
        seeds.write_text(city.text("gaoxin"), "utf-8")
        whole = len(city.city.log)
        kills = 0
        for _ in range(KILLS):
            kills += await killed_after(
                city, moments.randrange(1, max(whole // KILLS, 2)), city.command(seeds, rough)
            )
        assert kills > 0
        while await killed_after(city, 10 * whole, city.command(seeds, rough)):
            raise AssertionError("asked ten times as much as the undisturbed sweep")
    assert await canonical(rough) == await canonical(calm)
