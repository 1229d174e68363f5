"""Sweeps, results, scores, foreign targets, and what an earlier sweep can tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.model import Outcome
from crawler.walking.memo import Earlier, Leads, Memo, NoPast, Past
from storage.errors import NoSuchSweep
from storage.repo import Store
from storage.values import SweepRow, SweepState
from tests.storage.conftest import Clock
from tests.storage.samples import candidate, facts, plan, visit

DAY = timedelta(hours=20)


async def test_a_sweep_comes_back_as_it_was_planned(store: Store, sweep: SweepRow, clock: Clock) -> None:
    wanted = plan("lufeng", "haifeng")
    found = await store.get(sweep.id)
    assert found == sweep
    assert sweep.id.startswith("20261122-205301-")  # Shanghai time
    assert (found.state, found.started_at, found.finished_at) == (SweepState.RUNNING, clock.moment, None)
    assert (found.as_of, found.period, found.packs) == (wanted.as_of, wanted.period, wanted.packs)
    assert found.unit_ids == ("lufeng", "haifeng")
    assert [row.unit for row in await store.units(sweep.id)] == list(wanted.units)


async def test_an_unfinished_sweep_goes_on_while_it_is_young(
    store: Store, sweep: SweepRow, clock: Clock
) -> None:
    assert await store.find_unfinished("other", DAY) is None
    await store.interrupt(sweep.id)
    found = await store.find_unfinished("k", DAY)
    assert found is not None and (found.id, found.state) == (sweep.id, SweepState.INTERRUPTED)
    await store.resume(sweep.id)
    assert (await store.get(sweep.id)).state is SweepState.RUNNING
    clock.pass_by(DAY)
    assert await store.find_unfinished("k", DAY) is None


async def test_a_finished_sweep_does_not_go_on(store: Store, sweep: SweepRow, clock: Clock) -> None:
    await store.finish(sweep.id)
    done = await store.get(sweep.id)
    assert (done.state, done.finished_at) == (SweepState.DONE, clock.moment)
    assert await store.find_unfinished("k", DAY) is None
    assert await store.abandon_unfinished("k") == 0


async def test_abandoned_sweeps_are_not_the_latest(store: Store, sweep: SweepRow, clock: Clock) -> None:
    clock.pass_by(DAY)
    newer = await store.create_sweep(plan("lufeng", key="new"))
    assert (await store.get("latest")).id == newer.id
    assert await store.abandon_unfinished("new") == 1
    assert (await store.get()).id == sweep.id
    assert [row.id for row in await store.list_sweeps()] == [sweep.id, newer.id]


async def test_what_is_not_there_is_named_with_what_is(store: Store, sweep: SweepRow) -> None:
    with pytest.raises(NoSuchSweep, match=f"没有这次巡检.*20200101-000000-abcd.*{sweep.id}.*sunsweep status"):
        await store.get("20200101-000000-abcd")
    with pytest.raises(NoSuchSweep, match="没有单位 nobody"):
        await store.unit(sweep.id, "nobody")


async def test_latest_of_an_empty_store(store: Store) -> None:
    with pytest.raises(NoSuchSweep, match="还没有巡检"):
        await store.get()


async def test_a_deleted_sweep_leaves_nothing(store: Store, sweep: SweepRow) -> None:
    kept = await store.create_sweep(plan("lufeng"))
    for one in (sweep, kept):
        unit = await store.unit(one.id, "lufeng")
        await unit.add([candidate("a")])
        await unit.save([visit("a")])
        await unit.save_gathered("links", "{}")
        await store.add_targets(one.id, ["http://b.cn/"])
        await store.replace_results(one.id, "lufeng", "p", [{"check": "footer.icp"}])
        await store.replace_scores(one.id, "p", [{"unit": "lufeng"}])
    await store.delete_sweep(sweep.id)
    assert [row.id for row in await store.list_sweeps()] == [kept.id]
    assert await store.results(sweep.id, "p") == [] and await store.scores(sweep.id, "p") == []
    assert await unit.evidence("footer") and await store.results(kept.id, "p")
    assert await row_counts(store) == {"evidence": 1, "attempts": 1, "pages": 1, "frontier": 1, "targets": 1}


async def row_counts(store: Store) -> dict[str, int]:
    counts = {}
    async with store._database.read() as connection:
        for table in ("evidence", "attempts", "pages", "frontier", "targets"):
            found = await connection.exec_driver_sql(f"SELECT count(*) FROM {table}")
            counts[table] = found.scalar_one()
    return counts


async def test_results_by_unit_then_check_and_replaced_whole(store: Store, sweep: SweepRow) -> None:
    await store.replace_results(sweep.id, "haifeng", "p", [{"check": "b", "unit": "haifeng"}])
    await store.replace_results(sweep.id, "lufeng", "p", [{"check": "old"}])
    new: list[dict[str, object]] = [{"check": "b", "observed": {"值": 1.5}}, {"check": "a", "reason": None}]
    await store.replace_results(sweep.id, "lufeng", "p", new)
    await store.replace_results(sweep.id, "lufeng", "other", [{"check": "z"}])
    assert await store.results(sweep.id, "p") == [new[1], new[0], {"check": "b", "unit": "haifeng"}]
    assert await store.results(sweep.id, "p", unit="haifeng") == [{"check": "b", "unit": "haifeng"}]
    assert await store.judged_packs(sweep.id) == ["other", "p"]
    await store.replace_results(sweep.id, "lufeng", "p", [])
    assert len(await store.results(sweep.id, "p")) == 1


async def test_results_that_stand_already_and_those_that_differ(store: Store, sweep: SweepRow) -> None:
    one: list[dict[str, object]] = [{"check": "a", "tested": 1}, {"check": "b", "tested": 1}]
    for tested in (1, 1, 2):
        again = [one[1], {**one[0], "tested": tested}]
        await store.replace_results(sweep.id, "lufeng", "p", again)
        assert await store.results(sweep.id, "p") == [again[1], again[0]]


async def test_only_what_failed(store: Store, sweep: SweepRow) -> None:
    lines: list[dict[str, object]] = [
        {"check": "a", "verdict": "fail"},
        {"check": "b", "verdict": "pass", "observed": {"verdict": "fail"}},
        {"check": "c", "verdict": "unknown"},
    ]
    await store.replace_results(sweep.id, "lufeng", "p", lines)
    await store.replace_results(sweep.id, "lufeng", "other", [{"check": "d", "verdict": "fail"}])
    assert await store.failed(sweep.id, "p") == [lines[0]]


async def test_scores_in_the_order_given(store: Store, sweep: SweepRow) -> None:
    await store.replace_scores(sweep.id, "p", [{"unit": "x"}])
    await store.replace_scores(sweep.id, "p", [{"unit": "lufeng", "rank": 1}, {"unit": "haifeng", "rank": 2}])
    assert [score["unit"] for score in await store.scores(sweep.id, "p")] == ["lufeng", "haifeng"]
    await store.replace_scores(sweep.id, "p", [])
    assert await store.scores(sweep.id, "p") == []


async def test_a_foreign_target_is_looked_at_once_or_twice(store: Store, sweep: SweepRow) -> None:
    urls = ["http://b.cn/2", "http://b.cn/1", "https://a.cn:8443/x"]
    await store.add_targets(sweep.id, [*urls, urls[0]])
    await store.save_target_looks(sweep.id, [(urls[0], 1, '{"status":404}')])
    await store.add_targets(sweep.id, urls[:2], looks=2)
    await store.add_targets(sweep.id, urls)  # another unit links there too: what was seen stays
    await store.save_target_looks(sweep.id, [(urls[0], 2, '{"status":410}')])
    looks = await store.target_looks(sweep.id, [*urls[:2], "http://unknown.cn/"])
    assert looks == {urls[0]: ('{"status":404}', '{"status":410}'), urls[1]: (None, None)}


async def test_many_targets_at_once(store: Store, sweep: SweepRow) -> None:
    urls = [f"http://h{n % 7}.cn/{n}" for n in range(1_300)]
    await store.add_targets(sweep.id, urls)
    assert len(await store.target_looks(sweep.id, urls)) == 1_300


async def test_what_an_earlier_sweep_tells(store: Store, sweep: SweepRow, clock: Clock) -> None:
    unit = await store.unit(sweep.id, "lufeng")
    await unit.add([candidate(key) for key in "abcd"])
    memo = Memo(Leads(((0, "http://a.gov.cn/b", "乙"),))).encode()
    page = facts("a", digest="d1")
    evidence = {"footer": "1", "meta": "2"}
    await unit.save(
        [
            visit("a", facts=page, etag='"e"', last_modified="Sun", evidence=evidence, memo=memo),
            visit("b"),  # nothing is known of where it led
            visit("c", facts=facts("c", outcome=Outcome.TOO_SLOW), memo=memo),
            visit("d", facts=facts("d", rendered=True), memo=memo),
        ]
    )
    known = (await store.units(sweep.id))[0].unit

    async def past(later: timedelta) -> Past:
        clock.pass_by(later)
        return await store.past(await store.create_sweep(plan("lufeng")), known, ["footer"], 7)

    assert isinstance(await past(timedelta(hours=1)), NoPast)  # not yet whole
    await store.finish(sweep.id)
    told = await past(timedelta(hours=1))
    urls = [f"http://a.gov.cn/{key}" for key in "abcdx"]
    told.expect(urls)
    found = [await told.page(url) for url in reversed(urls)]
    assert found[:-1] == [None] * 4
    carried = replace(page, carried=sweep.id, read_on="2026-11-22")
    assert found[-1] == Earlier(carried, {"footer": "1"}, memo, '"e"', "Sun")
    assert await told.page(urls[0]) == found[-1]
    assert isinstance(await past(timedelta(days=8)), NoPast)


async def test_only_the_newest_sweep_of_a_plan_keeps_its_memos(
    store: Store, sweep: SweepRow, clock: Clock
) -> None:
    async def memos() -> int:
        async with store._database.read() as connection:
            return int((await connection.exec_driver_sql("SELECT count(*) FROM memos")).scalar_one())

    other = await store.create_sweep(plan("lufeng", key="o"))
    clock.pass_by(DAY)
    newer = await store.create_sweep(plan("lufeng"))
    for row in (sweep, newer, other):
        unit = await store.unit(row.id, "lufeng")
        await unit.add([candidate("a")])
        await unit.save([visit("a", memo=Memo().encode())])
    await store.finish(sweep.id)
    assert await memos() == 3
    await store.finish(newer.id)
    assert await memos() == 2
