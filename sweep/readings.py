"""What vetoes count: some probes judged once more, by the pack's limits for vetoes and warnings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crawler.model import Unit
from probes import ALL
from probes.base import Result
from probes.past_wall import judge_seen
from rules.load import Reading, limits_for
from rules.model import Pack
from rules.standing import Readings
from storage.repo import Store
from storage.values import SweepRow
from sweep.evidence import evidence_of, unit_facts
from sweep.exceptions import Explaining


async def readings_of(
    store: Store,
    sweep: SweepRow,
    unit: Unit,
    pack: Pack,
    results: Mapping[str, Result],
    explaining: Explaining,
) -> Readings:
    """`results` (by check id) with those replaced that other limits may change; from the store alone."""
    named = {*pack.veto_limits, *pack.warn_limits}
    if not named:
        return Readings(results, results)
    theirs = await store.unit(sweep.id, unit.id)
    facts = await unit_facts(theirs, sweep, unit)
    again: dict[Reading, dict[str, Result]] = {Reading.VETO: {}, Reading.WARNING: {}}
    for probe in (probe for probe in ALL if probe.id in named):
        evidence = await evidence_of(theirs, probe, facts)
        for reading, judged in again.items():
            found = _standing(judge_seen(probe, evidence, limits_for(pack, probe, reading)), results)
            explained = {result.check: explaining.marked(unit.id, result) for result in found}
            judged.update(explaining.counted(explained, pack.tested_share))
    return Readings({**results, **again[Reading.VETO]}, {**results, **again[Reading.WARNING]})


def _standing(found: Sequence[Result], results: Mapping[str, Result]) -> list[Result]:
    """Without checks that a failed precondition rules out: no limit changes that."""
    ruled_out = {check for check, result in results.items() if (result.reason or "").startswith("needs:")}
    return [result for result in found if result.check not in ruled_out]
