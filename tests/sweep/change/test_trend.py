"""The series of stored sweeps: what came, went and came back, and where the rules changed in between."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from demo.server import Answer, Asked
from reports.trends import Point, Trends
from rules.load import load
from storage.repo import Store
from sweep.change.trend import trends
from sweep.proof.archive import Keep
from sweep.publish import report_data
from sweep.verdicts.judging import judge_sweep
from tests.sweep.archived import HOST, PACK, UNIT, change_host, database, swept
from tests.sweep.cities import serve

UNSAFE = "http://192.168.10.5/oa/login"


def mended(asked: Asked, answer: Answer) -> Answer:
    """The record number is gone, and so is a link into the intranet."""
    body = answer.body.replace("ICP备".encode(), "IC备".encode()).replace(UNSAFE.encode(), b"/")
    return replace(answer, body=body)


def states(series: Trends, place: int) -> dict[str, int] | None:
    point = series.units[UNIT][place]
    assert isinstance(point, Point)
    return None if point.states is None else dict(point.states)


async def test_three_sweeps_and_a_change_of_rules(tmp_path: Path) -> None:
    pack = load(PACK)
    async with await Store.open(database(tmp_path)) as store:
        async with serve() as city:
            usual = city.city.hosts[HOST]
            first = await swept(city, store, Keep.CITED)
            assert await trends(store, first, pack) is None
            change_host(city, mended)
            second = await swept(city, store, Keep.CITED)
            city.city.hosts[HOST] = usual
            third = await swept(city, store, Keep.CITED)

        series = await trends(store, third, pack)
        assert series is not None
        assert [mark.id for mark in series.sweeps] == [first.id, second.id, third.id]
        assert all(mark.same_rules and mark.same_program for mark in series.sweeps)
        lasting = (states(series, 1) or {})["lasting"]
        assert states(series, 0) is None
        assert states(series, 1) == {"lasting": lasting, "new": 1, "fixed": 1}  # ICP; the intranet link
        assert states(series, 2) == {"lasting": lasting, "returned": 1, "fixed": 1}
        faults = [point.faults for point in series.units[UNIT] if point is not None]
        assert faults == [faults[0]] * 3 and faults[0] > lasting  # one came for each that went

        # An earlier sweep has no later ones in its series.
        before = await trends(store, second, pack)
        assert before is not None and [mark.id for mark in before.sweeps] == [first.id, second.id]

        # The last sweep is judged by other rules: nothing is compared with it any more.
        other = pack.model_copy(update={"tested_share": 0.95})
        await judge_sweep(store, third, [unit.unit for unit in await store.units(third.id)], other)
        after = await trends(store, third, other)
        assert after is not None
        assert [mark.same_rules for mark in after.sweeps] == [True, True, False]
        assert states(after, 2) is None and after.change(UNIT) is None
        assert [segment.rules for segment in after.picture(UNIT).segments] == [pack.hash]

        data = await report_data(store, third, other)
        assert data.trends == after
