"""The values the repository speaks: sweeps, their units, and how JSON is written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from crawler.model import Period, Unit

RECHECK = "recheck:"  # how the key of a recheck begins


class SweepState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    ABANDONED = "abandoned"  # a newer one of the same key was started instead
    INTERRUPTED = "interrupted"  # ended by a person or an error; may go on


class Stage(StrEnum):
    """How far a unit has come, in this order."""

    PLANNED = "planned"
    WALKED = "walked"
    GATHERED = "gathered"
    JUDGED = "judged"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class SweepPlan:
    """What makes a sweep, known before it begins. A later run with the same `key` may go on with it."""

    key: str
    as_of: date
    period: Period
    units: tuple[Unit, ...]
    seed: int = 1
    packs: tuple[str, ...] = ()
    seeds_file: str = ""
    seeds_hash: str = ""
    tool_version: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SweepRow:
    """One sweep as it is stored."""

    id: str  # 20261122-205301-ab12: Shanghai time it began, and four letters against a tie
    key: str
    state: SweepState
    started_at: datetime  # UTC
    finished_at: datetime | None
    as_of: date
    period: Period
    seed: int
    packs: tuple[str, ...]
    unit_ids: tuple[str, ...]  # in the order of the seeds
    seeds_file: str
    seeds_hash: str
    tool_version: str
    options: Mapping[str, Any]

    @property
    def is_recheck(self) -> bool:
        """A few units or checks looked at once more: never the latest sweep, and no part of a series."""
        return self.key.startswith(RECHECK)


@dataclass(frozen=True, slots=True)
class UnitRow:
    """One unit of one sweep."""

    unit: Unit
    position: int
    stage: Stage
    state: Mapping[str, Any] | None  # what the walk said of the portal
    owner: str | None
    lease_until: datetime | None  # UTC


class TargetLooks(NamedTuple):
    """What was seen at a foreign link target, the first time and the second (JSON each)."""

    first: str | None
    second: str | None


# One encoder for all: json.dumps with settings builds a new one for each call.
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


def canonical(value: object) -> str:
    """JSON that is the same text for the same value."""
    return _encode(value)


def storable(text: str) -> str:
    """Text as any database takes it: PostgreSQL refuses NUL, UTF-8 refuses lone surrogates."""
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
