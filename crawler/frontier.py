"""The seams between the walk and the store: what is still to visit, and what a visit yielded.

The frontier is a table (storage/), so that a killed sweep goes on where its last batch ended. Its order is
a total one that does not depend on timing: (level, order, url), see crawler/walking/walk.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from crawler.model import Outcome, PageFacts, Role


class State(StrEnum):
    """Where a frontier row stands."""

    WAITING = "waiting"  # its level has not begun
    CHOSEN = "chosen"  # its level has begun and it is to be fetched
    DONE = "done"
    CUT = "cut"  # over max_pages or over its pattern's budget


class Candidate(NamedTuple):
    """A URL to visit. `key` is the URL without session ids: one row per key and unit."""

    key: str
    url: str  # asked exactly as it was linked
    level: int
    order: str  # sorts inside the level
    depth: int
    role: Role
    parent: str = ""
    anchor: str = ""
    pattern: str = ""  # for trap budgets: the URL with digits and values folded


class Attempt(NamedTuple):
    """One request as it is kept for ever, failed ones too."""

    url: str
    method: str
    purpose: str  # walk | include | link | search | ipv6 | canary | robots | ...
    outcome: Outcome
    status: int | None
    started_at: str  # ISO 8601, UTC
    seconds: float
    address: str | None
    size: int
    error: str | None


@dataclass(frozen=True, slots=True)
class Visit:
    """One finished visit: stored with its evidence and the links it adds in one transaction."""

    key: str
    facts: PageFacts
    evidence: Mapping[str, str]  # probe id -> JSON
    candidates: Sequence[Candidate] = ()
    attempts: Sequence[Attempt] = ()
    etag: str | None = None
    last_modified: str | None = None
    memo: bytes | None = None  # crawler.walking.memo.Memo, encoded; None: to be read the next time


class Frontier(Protocol):
    """What the walk needs of the store, for one unit of one sweep."""

    async def add(self, candidates: Iterable[Candidate]) -> None:
        """Add unseen keys. A WAITING row gives way to a candidate with a smaller (level, order)."""
        ...

    async def next_level(self) -> int | None:
        """The lowest level with WAITING or CHOSEN rows; None when the walk is over."""
        ...

    async def level(self, level: int) -> list[tuple[Candidate, State]]:
        """All rows of a level, whatever their state, by (order, url)."""
        ...

    async def counts(self, below: int) -> tuple[int, Mapping[str, int]]:
        """Rows CHOSEN or DONE on levels below `below`: in all, and by pattern (`pattern` '' left out)."""
        ...

    async def begin(self, level: int, chosen: Iterable[str], cut: Iterable[str]) -> None:
        """Mark WAITING rows of the level by key as CHOSEN or CUT, in one transaction."""
        ...

    async def save(self, visits: Sequence[Visit]) -> None:
        """Visits, their evidence, attempts and candidates in one transaction; their rows become DONE."""
        ...
