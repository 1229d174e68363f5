"""From the results of all units to the scores of a sweep under one pack: without explained faults, with
people's answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from crawler.model import Unit
from probes.base import Result
from rules.load import Reading, load_scheme
from rules.model import Pack
from rules.score import Score, rank, score
from storage.cases import Answer
from storage.values import SweepRow
from sweep.given.exceptions import Explaining
from sweep.verdicts.readings import readings_of


class Scoring:
    """Takes one unit after the other; ranks them once all are there."""

    def __init__(
        self,
        sweep: SweepRow,
        pack: Pack,
        explaining: Explaining,
        answers: Mapping[tuple[str, str], Answer],
    ) -> None:
        self._sweep = sweep
        self._pack = pack
        self._scheme = load_scheme(pack.scheme)
        self._explaining = explaining
        self._answers: dict[str, dict[str, float]] = {}
        for (unit, code), answer in answers.items():
            self._answers.setdefault(unit, {})[code] = answer.points
        self._machine: dict[str, Score] = {}
        self._latest: dict[str, Score] = {}

    def add(self, unit: Unit, results: Sequence[Result], again: Mapping[Reading, Sequence[Result]]) -> None:
        """`again`: what was judged by the pack's other limits (sweep.verdicts.readings)."""
        pack, explaining = self._pack, self._explaining
        found = explaining.counted({one.check: one for one in results}, pack.tested_share)
        readings = readings_of(again, unit.id, pack, found, explaining)
        scored = partial(score, unit, found, pack, self._sweep.period, scheme=self._scheme, readings=readings)
        answers = self._answers.get(unit.id)
        self._machine[unit.id] = scored()
        self._latest[unit.id] = scored(answers=answers) if answers else self._machine[unit.id]

    def ranked(self, units: Sequence[str]) -> tuple[Iterator[dict[str, Any]], Iterator[dict[str, Any]]]:
        """The latest scores, and the machine's own where there are answers; each by rank, then as `units`."""
        alone = self._lines(self._machine, units) if self._answers else iter(())
        return self._lines(self._latest, units), alone

    def _lines(self, scores: Mapping[str, Score], units: Sequence[str]) -> Iterator[dict[str, Any]]:
        ranked = rank([scores[unit] for unit in units], coverage=self._pack.rank_coverage)
        return (line.model_dump(mode="json") for line in ranked)
