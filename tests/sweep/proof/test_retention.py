"""Retention: what may go, what never, and that nothing of it is left."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from crawler.model import Period, Unit, UnitKind
from storage.repo import Store
from storage.values import SweepPlan, SweepRow, SweepState
from sweep.afterwards import prune as prune_command
from sweep.errors import SweepError
from sweep.proof.archive import archive_path
from sweep.proof.retention import outdated, prune

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
YEAR = Period(start=date(2026, 1, 1), end=date(2026, 12, 31))


def row(name: str, days: float, state: SweepState = SweepState.DONE, key: str = "k") -> SweepRow:
    """A sweep that began so many days ago."""
    return SweepRow(
        name, key, state, NOW - timedelta(days=days), None, NOW.date(), YEAR, 1, (), (), "", "", "", {}
    )


ROWS = [
    row("old", 40),
    row("left", 35, SweepState.ABANDONED),
    row("middle", 20),
    row("again", 19, key="recheck:middle:"),
    row("dead", 10, SweepState.RUNNING),
    row("newest", 5),
    row("now", 0.1, SweepState.RUNNING),
]


@pytest.mark.parametrize(
    ("keep", "days", "gone"),
    [
        (1, None, ["old", "left", "middle", "again", "dead"]),
        (2, None, ["old", "left"]),
        (9, None, []),
        (None, 30, ["old", "left"]),
        (None, 1, ["old", "left", "middle", "again", "dead"]),
        (None, 0, ["old", "left", "middle", "again", "dead"]),
    ],
)
def test_what_may_go(keep: int | None, days: int | None, gone: list[str]) -> None:
    assert [one.id for one in outdated(ROWS, NOW, keep=keep, days=days)] == gone


def test_the_only_finished_sweep_stays() -> None:
    assert outdated([row("only", 400)], NOW, days=1) == []
    assert [one.id for one in outdated([row("only", 400, SweepState.ABANDONED)], NOW, days=1)] == ["only"]


async def test_nothing_of_it_is_left(tmp_path: Path) -> None:
    unit = Unit(id="lufeng", name="陆丰市人民政府", kind=UnitKind.COUNTY)
    plan = SweepPlan(key="k", as_of=NOW.date(), period=YEAR, units=(unit,))
    async with await Store.open(f"sqlite:///{tmp_path}/s.db") as store:
        ids = []
        for _ in range(3):
            sweep = await store.create_sweep(plan)
            await store.finish(sweep.id)
            ids.append(sweep.id)
            archive_path(store.where, sweep.id, "lufeng").parent.mkdir(parents=True)
            archive_path(store.where, sweep.id, "lufeng").write_bytes(b"x")
        gone = [one.id for one in await prune(store, keep=1)]
        left = [one.id for one in await store.list_sweeps()]
        folders = [path.name for path in (tmp_path / "evidence").iterdir()]
    assert sorted([*gone, *left]) == sorted(ids)
    assert len(left) == 1 and folders == left


async def test_one_rule_has_to_be_given(tmp_path: Path) -> None:
    for keep, days in ((None, None), (1, 1)):
        with pytest.raises(SweepError, match="--keep-sweeps"):
            await prune_command(f"sqlite:///{tmp_path}/s.db", keep, days)
