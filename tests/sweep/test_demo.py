"""The demo city swept: results equal its truth, and neither timing nor judging again changes a byte."""

from __future__ import annotations

from pathlib import Path

from demo.compare import differences
from rules.load import load
from storage.repo import Store
from sweep.judging import judge_sweep
from tests.sweep.cities import canonical, serve, sweep


async def test_results_equal_the_truth(tmp_path: Path) -> None:
    db = f"sqlite:///{tmp_path}/demo.db"
    async with serve() as city:
        await sweep(city.seeds(), db)
        truth = city.city.truth_at(city.port)
    async with await Store.open(db) as store:
        row = await store.get("latest")
        lines = await store.results(row.id, "jilin-2021")
    built = [line for line in lines if line["reason"] != "not_built_yet"]
    known = {(line["unit"], line["check"]) for line in built}
    told = [entry for entry in truth if (entry.unit, entry.check) in known]
    assert len(told) > 400
    assert differences(built, told) == []


async def test_timing_and_judging_again_change_nothing(tmp_path: Path) -> None:
    units = ("minghu", "gaoxin")
    slow, fast = (f"sqlite:///{tmp_path}/{name}.db" for name in ("slow", "fast"))
    async with serve() as city:
        await sweep(city.seeds(*units, concurrency=1), slow)
        await sweep(city.seeds(*units, concurrency=8), fast)
    first = await canonical(slow)
    assert len(first[0]) > 300
    assert await canonical(fast) == first
    async with await Store.open(slow) as store:
        row = await store.get("latest")
        stored = [unit.unit for unit in await store.units(row.id)]
        await judge_sweep(store, row, stored, load("jilin-2021"))
    assert await canonical(slow) == first


async def test_several_processes_find_the_same(tmp_path: Path) -> None:
    units = ("minghu", "gaoxin")
    one, two = (f"sqlite:///{tmp_path}/{name}.db" for name in ("one", "two"))
    async with serve() as city:
        await sweep(city.seeds(*units), one)
        await sweep(city.seeds(*units), two, jobs=2)
    assert await canonical(two) == await canonical(one)
