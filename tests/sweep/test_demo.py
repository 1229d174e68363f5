"""The demo city swept: results equal its truth, and neither timing nor judging again changes a byte."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from demo.truth import Truth
from rules.load import load
from storage.repo import Store
from sweep.judging import judge_sweep
from tests.sweep.cities import canonical, serve, sweep


def differs(truth: Truth, line: dict[str, Any]) -> str | None:
    """What contradicts the truth, in words; None when nothing does."""
    if truth.means is not None and line["verdict"] == "unknown":
        return None  # this machine lacks what the check needs
    subjects = sorted(finding["subject"] for finding in line["findings"])
    if line["verdict"] != truth.verdict:
        return f"{line['verdict']} ({line['reason']}) instead of {truth.verdict}: {subjects[:3]}"
    if truth.defects is not None and line["defects"] != truth.defects:
        return f"{line['defects']} defects instead of {truth.defects}: {subjects[:3]}"
    if truth.subjects and subjects != sorted(truth.subjects):
        return f"subjects {subjects} instead of {sorted(truth.subjects)}"
    if truth.among and not set(subjects) <= set(truth.among):
        return f"subjects {subjects} not among {truth.among}"
    return None


async def test_results_equal_the_truth(tmp_path: Path) -> None:
    db = f"sqlite:///{tmp_path}/demo.db"
    async with serve() as city:
        await sweep(city.seeds(), db)
        truth = city.city.truth_at(city.port)
    async with await Store.open(db) as store:
        row = await store.get("latest")
        lines = {(line["unit"], line["check"]): line for line in await store.results(row.id, "jilin-2021")}
    judged = [entry for entry in truth if lines[entry.unit, entry.check]["reason"] != "not_built_yet"]
    assert len(judged) > 100
    wrong = {
        f"{entry.unit} {entry.check}": problem
        for entry in judged
        if (problem := differs(entry, lines[entry.unit, entry.check]))
    }
    assert wrong == {}


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
