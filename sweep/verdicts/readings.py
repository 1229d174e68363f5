"""What vetoes count: some probes judged once more, by the pack's limits for vetoes and warnings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from probes.base import Evidence, Probe, Result
from probes.past_wall import judge_seen
from rules.load import Reading, limits_for
from rules.model import Pack
from rules.standing import Readings
from sweep.given.exceptions import Explaining

OTHERS = (Reading.VETO, Reading.WARNING)


def judged_again(probe: Probe[Any, Any], evidence: Evidence[Any], pack: Pack) -> dict[Reading, list[Result]]:
    """By reading; nothing where the pack sets no limits of their own for what this probe sees."""
    if probe.id not in pack.veto_limits and probe.id not in pack.warn_limits:
        return {}
    return {reading: judge_seen(probe, evidence, limits_for(pack, probe, reading)) for reading in OTHERS}


def readings_of(
    again: Mapping[Reading, Sequence[Result]],
    unit: str,
    pack: Pack,
    results: Mapping[str, Result],
    explaining: Explaining,
) -> Readings:
    """`results` (by check id) with those replaced that were judged again."""

    def replaced(reading: Reading) -> dict[str, Result]:
        found = _standing(again.get(reading, ()), results)
        explained = {result.check: explaining.marked(unit, result) for result in found}
        return {**results, **explaining.counted(explained, pack.tested_share)}

    return Readings(*map(replaced, OTHERS))


def _standing(found: Sequence[Result], results: Mapping[str, Result]) -> list[Result]:
    """Without checks that a failed precondition rules out: no limit changes that."""
    ruled_out = {check for check, result in results.items() if (result.reason or "").startswith("needs:")}
    return [result for result in found if result.check not in ruled_out]
