"""Exceptions, answers, the machine's own scores, and visits: stored and read back on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from crawler.model import Family, Outcome
from storage.cases import Answer
from storage.repo import Store
from storage.values import SweepRow
from storage.visits import Sample

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ANSWER = Answer("lufeng", "JL-1.1.1.b", 0.5, "张三", NOW, "抽查十篇")
VISIT = Sample("lufeng", "http://a.gov.cn/", Family.V4, NOW, Outcome.OK, 200, 0.4, True, "192.0.2.1")


async def test_exceptions_are_replaced_as_a_whole(store: Store, sweep: SweepRow) -> None:
    await store.replace_exceptions(sweep.id, [{"unit": "b"}, {"unit": "a", "reason": "改版"}])
    assert await store.exceptions(sweep.id) == [{"unit": "b"}, {"unit": "a", "reason": "改版"}]
    await store.replace_exceptions(sweep.id, [])
    assert await store.exceptions(sweep.id) == []


async def test_the_newest_answer_counts_and_the_older_one_stays(store: Store, sweep: SweepRow) -> None:
    later = replace(ANSWER, points=1.0, reviewer="李四")
    await store.add_answers(sweep.id, "p", [ANSWER])
    await store.add_answers(sweep.id, "p", [later])
    assert await store.answers(sweep.id, "p") == {("lufeng", "JL-1.1.1.b"): later}
    assert await store.answer_history(sweep.id, "p") == [ANSWER, later]
    assert await store.answers(sweep.id, "other") == {}


async def test_both_scores_are_kept(store: Store, sweep: SweepRow) -> None:
    scores = [{"unit": "lufeng", "score": 90}, {"unit": "haifeng", "score": 80}]
    await store.replace_scores(sweep.id, "p", scores, machine=[{"unit": "haifeng", "score": 70}])
    assert await store.scores(sweep.id, "p") == scores
    assert await store.machine_scores(sweep.id, "p") == [{"unit": "haifeng", "score": 70}]


async def test_what_people_added_goes_with_the_sweep_but_visits_stay(store: Store, sweep: SweepRow) -> None:
    await store.replace_exceptions(sweep.id, [{"unit": "a"}])
    await store.add_answers(sweep.id, "p", [ANSWER])
    await store.add_samples([VISIT])
    await store.delete_sweep(sweep.id)
    assert await store.exceptions(sweep.id) == []
    assert await store.answer_history(sweep.id, "p") == []
    assert await store.samples("lufeng", NOW - timedelta(days=1), NOW) == [VISIT]


async def test_visits_of_a_window(store: Store) -> None:
    hours = [replace(VISIT, started_at=NOW - timedelta(hours=hour), error="断\0线") for hour in (3, 2, 1)]
    await store.add_samples(hours)
    found = await store.samples("lufeng", NOW - timedelta(hours=3), NOW - timedelta(hours=1))
    assert [sample.started_at for sample in found] == [hours[1].started_at, hours[2].started_at]
    assert found[0].error == "断\ufffd线"
    assert await store.samples("haifeng", NOW - timedelta(days=9), NOW) == []
    assert await store.forget_samples(NOW - timedelta(hours=2)) == 1
