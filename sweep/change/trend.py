"""The last sweeps of the same units, for the report: scores, counts of faults, and how the findings stand.

Reads one unit at a time, so that memory does not grow with the number of units.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reports.trends import Mark, Point, Trends
from rules.model import Pack
from storage.repo import Store
from storage.values import SweepRow, SweepState
from sweep.change.changes import Sides, by_check, compare, places

SWEEPS = 8  # of the series, the reported one included

_Lines = Mapping[tuple[str, str], Mapping[str, Any]]


async def trends(store: Store, row: SweepRow, pack: Pack) -> Trends | None:
    """None where there is nothing to compare with."""
    rows = await _series(store, row, pack.id)
    if len(rows) < 2:
        return None
    scores = [await _scores(store, one, pack.id) for one in rows]
    marks = _marks(rows, [_hash(of_one) for of_one in scores])
    units = {}
    for unit in row.unit_ids:
        lines = [
            _counting(await store.results(one.id, pack.id, unit)) if unit in found else None
            for one, found in zip(rows, scores, strict=True)
        ]
        units[unit] = tuple(_points([found.get(unit) for found in scores], lines, marks, pack.rank_coverage))
    return Trends(marks, units)


async def _series(store: Store, row: SweepRow, pack: str) -> list[SweepRow]:
    """Finished sweeps up to this one that share units with it and were judged by the pack, oldest first."""
    chosen = []
    for one in await store.list_sweeps():
        finished = one.state is SweepState.DONE and not one.is_recheck
        before = (one.started_at, one.id) < (row.started_at, row.id)
        if finished and before and not set(one.unit_ids).isdisjoint(row.unit_ids):
            chosen.append(one)
    chosen.sort(key=lambda one: (one.started_at, one.id))
    judged = [one for one in chosen if pack in await store.judged_packs(one.id)]
    return [*judged[1 - SWEEPS :], row]


async def _scores(store: Store, row: SweepRow, pack: str) -> dict[str, Mapping[str, Any]]:
    """The machine's own, by unit."""
    given = {line["unit"]: line for line in await store.scores(row.id, pack)}
    return given | {line["unit"]: line for line in await store.machine_scores(row.id, pack)}


def _hash(scores: Mapping[str, Mapping[str, Any]]) -> str:
    return next((str(line["pack_hash"]) for line in scores.values()), "")


def _marks(rows: Sequence[SweepRow], hashes: Sequence[str]) -> tuple[Mark, ...]:
    return tuple(
        Mark(
            id=row.id,
            as_of=row.as_of,
            pack_hash=hashes[number],
            version=row.tool_version,
            same_rules=number == 0 or hashes[number] == hashes[number - 1],
            same_program=number == 0 or row.tool_version == rows[number - 1].tool_version,
        )
        for number, row in enumerate(rows)
    )


def _counting(lines: Sequence[Mapping[str, Any]]) -> _Lines:
    """What the scheme asks about and no person has to confirm first."""
    return by_check(line for line in lines if line["applies"] and not line["needs_review"])


def _points(
    scores: Sequence[Mapping[str, Any] | None],
    lines: Sequence[_Lines | None],
    marks: Sequence[Mark],
    gate: float,
) -> Iterator[Point | None]:
    """One unit's. A score under `gate` (coverage) is none: it says little of the site."""
    seen: dict[tuple[str, str], frozenset[str]] = {}  # places of all sweeps before `last`
    last: tuple[_Lines, Mark] | None = None
    for score, now, mark in zip(scores, lines, marks, strict=True):
        if score is None or now is None:
            yield None
            continue
        value = score["score"] if score["coverage"] >= gate else None
        yield Point(value, score["coverage"], _faults(now), _states(last, now, mark, seen))
        for key, line in (last[0] if last else {}).items():
            seen[key] = seen.get(key, frozenset()) | frozenset(places(line))
        last = now, mark


def _states(
    last: tuple[_Lines, Mark] | None, now: _Lines, mark: Mark, seen: Mapping[tuple[str, str], frozenset[str]]
) -> dict[str, int] | None:
    """How many findings are new, last, … against the sweep before; None under other rules."""
    if last is None or last[1].pack_hash != mark.pack_hash:
        return None
    sides = Sides(last[0], now, same_program=last[1].version == mark.version, earlier=seen)
    return dict(Counter(str(change.state) for change in compare(sides).findings))


def _faults(lines: _Lines) -> int:
    failed = [line for line in lines.values() if line["verdict"] == "fail"]
    return sum(max(0, line["defects"] - (line.get("explained") or 0)) for line in failed)
