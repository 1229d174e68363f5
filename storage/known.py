"""Which candidates the frontier surely need not see again: every page links the same menu.

A bounded memory of keys that were committed, with the best place each was offered at. It may forget,
never invent: what it does not know is asked of the database.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from crawler.frontier import Candidate


class Known:
    """Two generations of at most `limit` keys each, over all units of this process."""

    def __init__(self, limit: int = 20_000) -> None:
        self._limit = limit
        self._size = 0
        self._young: dict[int, dict[str, Candidate]] = {}
        self._old: dict[int, dict[str, Candidate]] = {}

    def news(self, unit: int, offers: Iterable[Iterable[Candidate]]) -> dict[str, Candidate]:
        """The best candidate of each key that the database may not have yet. `offers`: one list per page."""
        young = self._young.get(unit, {})
        old = self._old.get(unit, {})
        news: dict[str, Candidate] = {}
        for candidate in chain.from_iterable(offers):
            key = candidate.key
            best = young.get(key) or old.get(key)
            if best is not None and (best.level < candidate.level or not _before(candidate, best)):
                continue
            best = news.get(key)
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


def _before(one: Candidate, other: Candidate) -> bool:
    """The total order by which one of two candidates of a key stays; storage.unit_store has it in SQL.

    Spelled out, because it is asked for every link of every page, and a tuple for each costs three times
    as much.
    """
    if one.level != other.level:
        return one.level < other.level
    if one.order != other.order:
        return one.order < other.order
    if one.url != other.url:
        return one.url < other.url
    if one.depth != other.depth:
        return one.depth < other.depth
    if one.parent != other.parent:
        return one.parent < other.parent
    return one.anchor < other.anchor
