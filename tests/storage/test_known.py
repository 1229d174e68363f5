"""The memory of what the frontier has already: it may forget, never invent."""

from __future__ import annotations

from itertools import permutations

from crawler.frontier import Candidate
from storage.known import Known
from tests.storage.samples import candidate


def keys(known: Known, unit: int, *rows: Candidate) -> list[str]:
    return sorted(known.news(unit, [rows]))


def test_only_what_was_committed_is_known() -> None:
    known = Known()
    row = candidate("a")
    assert keys(known, 1, row) == ["a"]
    assert keys(known, 1, row) == ["a"]
    known.remember(1, {"a": row})
    assert keys(known, 1, row) == []
    assert keys(known, 2, row) == ["a"]  # units are apart


def test_a_better_place_is_news() -> None:
    known = Known()
    known.remember(1, {"a": candidate("a", 2, "m")})
    assert keys(known, 1, candidate("a", 3, "a"), candidate("a", 2, "n")) == []
    assert keys(known, 1, candidate("a", 2, "l")) == ["a"]
    assert keys(known, 1, candidate("a", 1, "z")) == ["a"]


def test_the_best_of_several_does_not_depend_on_their_order() -> None:
    places = [
        candidate("a", 1, "a", url="http://a.gov.cn/;1", parent="p", anchor="甲"),
        candidate("a", 1, "a", url="http://a.gov.cn/;1", parent="p", anchor="乙"),
        candidate("a", 1, "a", url="http://a.gov.cn/;1", parent="q", anchor=""),
        candidate("a", 1, "a", url="http://a.gov.cn/;1", depth=2),
        candidate("a", 1, "a", url="http://a.gov.cn/;2", depth=0),
        candidate("a", 1, "b", depth=0),
        candidate("a", 2, "", depth=0),
    ]
    best = min(places, key=lambda c: (c.level, c.order, c.url, c.depth, c.parent, c.anchor))
    for order in permutations(places, 3):
        expected = min(order, key=lambda c: (c.level, c.order, c.url, c.depth, c.parent, c.anchor))
        assert Known().news(1, [order]) == {"a": expected}
    assert Known().news(1, [places]) == {"a": best}


def test_its_size_is_bounded_and_forgotten_rows_are_news_again() -> None:
    known = Known(limit=10)
    rows = [candidate(f"k{n}") for n in range(100)]
    for row in rows:
        known.remember(1, {row.key: row})
    remembered = 100 - len(known.news(1, [rows]))
    assert 10 <= remembered <= 21
    known.forget(1)
    assert len(known.news(1, [rows])) == 100
