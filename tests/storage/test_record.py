"""One unit as judging reads it: the same answers as its store gives, whatever is read ahead."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from storage import record as module
from storage.errors import NoSuchSweep
from storage.record import Record
from storage.repo import Store
from storage.values import SweepRow
from tests.storage.samples import attempt, candidate, visit

PROBES = ("footer", "links", "meta")


@pytest.fixture
async def walked(store: Store, sweep: SweepRow) -> None:
    """Four pages of one unit, reached in another order than they come in, and a page of another unit."""
    unit, other = await store.unit(sweep.id, "lufeng"), await store.unit(sweep.id, "haifeng")
    for key, level, order in (("x", 2, "a"), ("y", 1, "b"), ("z", 1, "a"), ("home", 0, "z")):
        await unit.add([candidate(key, level, order)])
        evidence = {"footer": f'{{"of":"{key}"}}'} | ({} if key == "y" else {"meta": "{}"})
        await unit.save([visit(key, evidence=evidence)])
    await unit.save_gathered("links", '{"asked":1}')
    await unit.save_state({"portal": "open"})
    await other.add([candidate("o")])
    await other.save([visit("o")])


async def told(kept: Record) -> list[object]:
    """What probes ask, in another order than they were named in as well."""
    asked = [await kept.evidence(probe) for probe in (*PROBES, "footer")]
    gathered = [await kept.gathered(probe) for probe in PROBES]
    return [await kept.state(), await kept.facts(), asked, gathered]


@pytest.mark.usefixtures("walked")
@pytest.mark.parametrize("rows", [1, 8, 20_000])
async def test_same_answers_as_the_store(
    store: Store, sweep: SweepRow, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_ROWS", rows)  # one, two or all probes at once
    unit = await store.unit(sweep.id, "lufeng")
    async with store.record(sweep.id, "lufeng", PROBES) as record:
        found = await told(record)
    asked = [await unit.evidence(probe) for probe in (*PROBES, "footer")]
    gathered = [await unit.gathered(probe) for probe in PROBES]
    assert found == [await unit.state(), await unit.facts(), asked, gathered]
    assert [url[-1] for url, _ in asked[0]] == ["e", "z", "y", "x"]
    assert gathered == [None, '{"asked":1}', None]


async def test_a_unit_without_anything(store: Store, sweep: SweepRow) -> None:
    async with store.record(sweep.id, "lufeng", PROBES) as record:
        assert await told(record) == [None, [], [[], [], [], []], [None, None, None]]
        assert await record.times() == {}


@pytest.mark.usefixtures("walked")
async def test_when_an_address_was_last_asked_for(store: Store, sweep: SweepRow) -> None:
    later = attempt("http://a.gov.cn/x")._replace(started_at="2026-11-22T13:00:00+00:00")
    await (await store.unit(sweep.id, "lufeng")).save_attempts([later])
    async with store.record(sweep.id, "lufeng", PROBES) as record:
        times = await record.times()
    assert times["http://a.gov.cn/x"] == datetime(2026, 11, 22, 13, tzinfo=UTC)
    assert sorted(url[-1] for url in times) == ["e", "x", "y", "z"]


async def test_a_unit_that_is_not_in_the_sweep(store: Store, sweep: SweepRow) -> None:
    with pytest.raises(NoSuchSweep, match="nobody"):
        async with store.record(sweep.id, "nobody", PROBES):
            pass
