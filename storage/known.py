"""Which candidates the frontier surely need not see again: every page links the same menu.

A bounded memory of keys that were committed, with the best place each was offered at. It may forget,
never invent: what it does not know is asked of the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from crawler.frontier import Candidate


class Rank(NamedTuple):
    """The total order by which one of two candidates of the same key stays."""

    level: int
    order: str
    url: str
    depth: int
    parent: str
    anchor: str


def rank(candidate: Candidate) -> Rank:
    c = candidate
    return Rank(c.level, c.order, c.url, c.depth, c.parent, c.anchor)


class Known:
    """Two generations of at most `limit` keys each, over all units of this process."""

    def __init__(self, limit: int = 20_000) -> None:
        self._limit = limit
        self._size = 0
        self._young: dict[int, dict[str, Candidate]] = {}
        self._old: dict[int, dict[str, Candidate]] = {}

    def news(self, unit: int, candidates: Iterable[Candidate]) -> dict[str, Candidate]:
        """The best candidate of each key that the database may not have yet."""
        young = self._young.get(unit, {})
        old = self._old.get(unit, {})
        news: dict[str, Candidate] = {}
        for candidate in candidates:
            key = candidate.key
            best = news.get(key) or young.get(key) or old.get(key)
            if best is None or _before(candidate, best):
                news[key] = candidate
        return news

    def remember(self, unit: int, committed: dict[str, Candidate]) -> None:
        """Only after the commit: a rolled back candidate is not known."""
        young = self._young.setdefault(unit, {})
        before = len(young)
        young.update(committed)
        self._size += len(young) - before
        if self._size > self._limit:
            self._old, self._young, self._size = self._young, {}, 0

    def forget(self, unit: int) -> None:
        self._old.pop(unit, None)
        self._size -= len(self._young.pop(unit, {}))


def _before(candidate: Candidate, best: Candidate) -> bool:
    if candidate.level != best.level:
        return candidate.level < best.level
    if candidate.order != best.order:
        return candidate.order < best.order
    return rank(candidate) < rank(best)
