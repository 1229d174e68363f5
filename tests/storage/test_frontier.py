"""The frontier and the facts of one unit."""

from __future__ import annotations

import dataclasses
import random
from datetime import date

import pytest

from crawler.frontier import Candidate, Frontier, State
from crawler.model import Outcome, PageKind, Role
from storage.repo import Store
from storage.unit_store import UnitStore
from storage.values import SweepRow
from tests.storage.samples import attempt, candidate, facts, visit


@pytest.fixture
async def unit(store: Store, sweep: SweepRow) -> UnitStore:
    return await store.unit(sweep.id, "lufeng")


async def keys(unit: UnitStore, level: int) -> list[tuple[str, State]]:
    return [(row.key, state) for row, state in await unit.level(level)]


async def test_is_a_frontier(unit: UnitStore) -> None:
    frontier: Frontier = unit
    assert await frontier.next_level() is None


async def test_levels_come_one_after_the_other(unit: UnitStore) -> None:
    await unit.add([candidate("b", 2), candidate("home", 0), candidate("c", 1)])
    assert await unit.next_level() == 0
    await unit.begin(0, ["home"], [])
    assert await unit.next_level() == 0
    await unit.save([visit("home")])
    assert await unit.next_level() == 1
    await unit.begin(1, [], ["c"])
    assert await unit.next_level() == 2


async def test_a_level_is_sorted_by_order_then_url_by_code_point(unit: UnitStore) -> None:
    rows = [
        candidate(key, 1, order)
        for key, order in [("z", "a"), ("B", "b"), ("a", "b"), ("é", "b"), ("政", "b")]
    ]
    await unit.add(random.Random(1).sample(rows, len(rows)))
    assert [key for key, _ in await keys(unit, 1)] == ["z", "B", "a", "é", "政"]


async def test_a_candidate_comes_back_as_it_was(unit: UnitStore) -> None:
    row = Candidate(
        "k", "http://a.gov.cn/k?x=1", 3, "0001", 2, Role.TREE, "http://a.gov.cn/", "政府信息公开", "/k"
    )
    await unit.add([row])
    assert await unit.level(3) == [(row, State.WAITING)]


async def test_the_smaller_place_stays_whatever_the_order_of_arrival(unit: UnitStore) -> None:
    offers = [
        candidate("k", 2, "a"),
        candidate("k", 1, "c"),
        candidate("k", 1, "b", url="http://a.gov.cn/k;2", anchor="乙"),
        candidate("k", 1, "b", url="http://a.gov.cn/k;1", anchor="甲"),
    ]
    for number, row in enumerate(random.Random(7).sample(offers, len(offers))):
        if number % 2:
            unit._known.forget(unit._number)  # the database has to know it by itself
        await unit.add([row])
    await unit.add(offers[:2])
    assert await unit.level(1) == [(offers[3], State.WAITING)]
    assert await unit.level(2) == []


async def test_a_row_that_was_begun_keeps_its_place(unit: UnitStore) -> None:
    await unit.add([candidate("k", 2), candidate("cut", 2)])
    await unit.begin(2, ["k"], ["cut"])
    await unit.add([candidate("k", 1), candidate("cut", 1)])
    assert await keys(unit, 2) == [("cut", State.CUT), ("k", State.CHOSEN)]
    assert await unit.level(1) == []


async def test_begin_touches_waiting_rows_of_its_level_only(unit: UnitStore) -> None:
    await unit.add([candidate("a", 1), candidate("b", 2)])
    await unit.begin(1, ["a"], [])
    await unit.save([visit("a")])
    await unit.begin(1, ["b"], ["a"])
    assert await keys(unit, 1) == [("a", State.DONE)]
    assert await keys(unit, 2) == [("b", State.WAITING)]


async def test_counts_what_is_taken_below_a_level_by_pattern(unit: UnitStore) -> None:
    rows = [candidate(f"p{n}", 1, pattern="/p#") for n in range(3)]
    await unit.add([*rows, candidate("plain", 1), candidate("deep", 2, pattern="/p#"), candidate("cut", 1)])
    await unit.begin(1, ["p0", "p1", "plain"], ["cut"])
    await unit.begin(2, ["deep"], [])
    await unit.save([visit("p0")])
    assert await unit.counts(2) == (3, {"/p#": 2})
    assert await unit.counts(3) == (4, {"/p#": 3})


async def test_a_batch_is_stored_with_all_that_belongs_to_it(unit: UnitStore) -> None:
    await unit.add([candidate("home", 0, role=Role.HOME)])
    page = facts(
        "home", role=Role.HOME, kind=PageKind.HOME, title="陆丰市\0人民政府\ud800", date=date(2026, 1, 2)
    )
    await unit.save([visit("home", facts=page, candidates=(candidate("a"),), etag='"x"')])
    [stored] = await unit.facts()
    assert (stored.kind, stored.date, stored.outcome) == (PageKind.HOME, date(2026, 1, 2), Outcome.OK)
    assert stored.title.startswith("陆丰市") and stored.parent is None and stored.identified
    assert await unit.evidence("footer") == [("http://a.gov.cn/home", '{"page":"home"}')]
    assert await unit.attempts("walk") == [attempt("http://a.gov.cn/home")]
    assert await keys(unit, 1) == [("a", State.WAITING)]


async def test_the_same_visit_saved_twice_is_stored_once(unit: UnitStore) -> None:
    await unit.add([candidate("a"), candidate("b")])
    await unit.save([visit("a")])
    again = visit("a", evidence={"footer": "{}"}, candidates=(candidate("late", 5),))
    await unit.save([again, visit("b")])
    assert await unit.evidence("footer") == [
        ("http://a.gov.cn/a", '{"page":"a"}'),
        ("http://a.gov.cn/b", '{"page":"b"}'),
    ]
    assert len(await unit.attempts()) == 2
    assert await unit.next_level() == 5


async def test_facts_and_evidence_come_in_walk_order(unit: UnitStore) -> None:
    places = [("x", 2, "a"), ("y", 1, "b"), ("z", 1, "a"), ("home", 0, "z")]
    await unit.add([candidate(*place) for place in places])
    for key, _, _ in places:
        await unit.save([visit(key, evidence={"footer": "{}", "meta": "{}"} if key != "y" else {})])
    assert [page.url[-1] for page in await unit.facts()] == ["e", "z", "y", "x"]
    assert [url[-1] for url, _ in await unit.evidence("meta")] == ["e", "z", "x"]


async def test_the_home_page_is_found_once_it_was_visited(unit: UnitStore) -> None:
    await unit.add([candidate("home", 0, role=Role.HOME), candidate("a")])
    await unit.save([visit("a")])
    assert await unit.home() is None
    home = facts("home", role=Role.HOME, title="某市人民政府")
    await unit.save([visit("home", facts=home)])
    assert await unit.home() == home


async def test_a_large_batch(unit: UnitStore) -> None:
    """More rows than one statement may have variables."""
    await unit.add([candidate(f"{n:05}") for n in range(1_200)])
    await unit.begin(1, [f"{n:05}" for n in range(1_200)], [])
    await unit.save([visit(f"{n:05}") for n in range(1_200)])
    assert len(await unit.evidence("footer")) == len(await unit.facts()) == 1_200
    assert await unit.next_level() is None


async def test_a_visit_that_nobody_asked_for_is_refused_whole(unit: UnitStore) -> None:
    await unit.add([candidate("a")])
    with pytest.raises(ValueError, match="lufeng"):
        await unit.save([visit("a", candidates=(candidate("n", 4),)), visit("stranger")])
    assert await unit.facts() == []
    assert await keys(unit, 1) == [("a", State.WAITING)]
    await unit.add([candidate("n", 4)])  # it was rolled back, so it is still news
    assert await keys(unit, 4) == [("n", State.WAITING)]


async def test_units_do_not_see_each_other(store: Store, sweep: SweepRow, unit: UnitStore) -> None:
    other = await store.unit(sweep.id, "haifeng")
    await unit.add([candidate("a")])
    await unit.save([visit("a")])
    await unit.save_gathered("links", "{}")
    assert await other.next_level() is None
    assert await other.facts() == [] and await other.evidence("footer") == []
    assert await other.attempts() == [] and await other.gathered("links") is None


async def test_gathered_and_state_replace_what_was_said_before(unit: UnitStore) -> None:
    assert await unit.gathered("links") is None
    assert await unit.state() is None
    for look in ("1", "2"):
        await unit.save_gathered("links", look)
        await unit.save_state({"portal": "open", "look": look})
    assert await unit.gathered("links") == "2"
    assert await unit.state() == {"portal": "open", "look": "2"}


async def test_attempts_outside_a_visit(unit: UnitStore) -> None:
    tried = [attempt(f"http://b.gov.cn/{n}", "link")._replace(outcome=Outcome.REFUSED) for n in range(3)]
    await unit.save_attempts(tried)
    await unit.save_attempts([])
    assert await unit.attempts("link") == tried
    assert await unit.attempts("walk") == []


async def test_observing_again_replaces_what_a_page_yielded(unit: UnitStore) -> None:
    await unit.add([candidate("a"), candidate("b")])
    await unit.save([visit("a"), visit("b")])
    before = dict(await unit.evidence("footer"))
    again = visit("a")
    facts = dataclasses.replace(again.facts, title="改名")
    await unit.observe_again(
        [dataclasses.replace(again, facts=facts, evidence={"footer": "{}", "meta": "{}"})]
    )
    assert [page.title for page in await unit.facts()] == ["改名", visit("b").facts.title]
    assert dict(await unit.evidence("footer")) == {**before, again.facts.url: "{}"}
    assert dict(await unit.evidence("meta")) == {again.facts.url: "{}"}
    assert [row.key for row in await unit.visited()] == [again.key, visit("b").key]
