"""Results and a pack in, points out. Pure: the same results give the same score, byte for byte.

An item counts as soon as the answers still missing (unknown, or waiting for a person) could not change its
points; until then it is no part of the denominator: never nought, never full marks.
Source: docs/method.md, From verdicts to points.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import Any, NamedTuple

from pydantic import SerializerFunctionWrapHandler, model_serializer

from crawler.model import Frozen, Period, Unit
from probes.base import Result
from rules.credit import Part, Standing, bounds
from rules.model import Assess, Item, Pack, Scheme, Section
from rules.points import exact, floored, rounded, total
from rules.standing import Readings, VetoLine, VetoState, judge_veto
from rules.wording import why_item, why_without_points


class Stage(StrEnum):
    """机器初测, or everything a person answers has been answered."""

    MACHINE = "machine"
    COMPLETE = "complete"


class State(StrEnum):
    """Where an item stands."""

    SCORED = "scored"
    UNKNOWN = "unknown"
    REVIEW = "review"
    MANUAL = "manual"
    MATERIAL = "material"
    EXTERNAL = "external"
    NOT_APPLICABLE = "not_applicable"


class _Sparse(Frozen):
    """Leaves out what only some packs have, so that the lines of the others stay as they were."""

    @model_serializer(mode="wrap")
    def _without_unused(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        unused = [name for name in ("vetoes", "defects", "span") if getattr(self, name, 0) in (None, ())]
        return {name: value for name, value in dump(self).items() if name not in unused}


class ItemScore(_Sparse):
    """One item of one unit. `earned` (points) is null unless the item is scored. `points` is null where the
    source's number is not known: then `defects` counts what was found, left out where nothing was tested."""

    code: str
    points: float | None
    earned: float | None
    state: State
    checks: tuple[str, ...]
    why: str
    defects: int | None = None  # confirmed; only where points are not known


_Line = tuple[Section, Assess, ItemScore]


class Score(_Sparse):
    """One unit under one pack. Points, but `score` is 0..100 (with a bonus over it where the pack's flow says
    so) and `coverage` 0..1. Where points are not known there is no score and no coverage, and `full` is what
    the source declares. Source: docs/formats.md."""

    unit: str
    group: str
    pack: str
    pack_hash: str
    stage: Stage
    earned: float
    testable: float
    full: float
    coverage: float
    low: float
    high: float
    score: float | None
    grade: str | None
    rank: int | None
    rank_range: tuple[int, int] | None
    items: tuple[ItemScore, ...]
    vetoes: tuple[VetoLine, ...] = ()
    span: tuple[float, float] | None = None  # of `score`, where low and high (points) do not give it


def score(
    unit: Unit,
    results: Mapping[str, Result],
    pack: Pack,
    period: Period,
    *,
    answers: Mapping[str, float] | None = None,
    scheme: Scheme | None = None,
    readings: Readings | None = None,
) -> Score:
    """The unit's score before ranking. `results` by check id; `answers`: points a person gave, by item code
    (for a veto's code: 0 says that it does not stand, more that it does). `readings`: the results as judged
    with the pack's limits for vetoes and warnings, where those differ.

    `scheme` grades a complete score; a machine's first reading never has a grade.
    """
    given = answers or {}
    lines = [
        (indicator.part, item.assess, _item_score(item, results, period, given))
        for indicator, item in pack.items_for(unit)
    ]
    vetoes = _vetoes(unit, pack, readings or Readings(results, results), given)
    sums = _Sums.of(lines)
    complete = _stage([line for *_, line in lines], vetoes) is Stage.COMPLETE
    return Score(
        unit=unit.id,
        group=unit.group,
        pack=pack.id,
        pack_hash=pack.hash,
        stage=Stage.COMPLETE if complete else Stage.MACHINE,
        **sums.points(unit, pack),
        score=sums.value(pack),
        grade=_grade(pack, scheme, sums, vetoes) if complete else None,
        rank=None,
        rank_range=None,
        items=tuple(line for *_, line in lines),
        vetoes=vetoes,
        span=sums.span(pack),
    )


class _Tally(NamedTuple):
    """Points of some items: won, decided, all; and of those a machine alone decides."""

    earned: Fraction
    testable: Fraction
    full: Fraction
    decided: Fraction
    decidable: Fraction

    @classmethod
    def of(cls, lines: Iterable[_Line]) -> _Tally:
        counting = [(by, line) for _, by, line in lines if line.state is not State.NOT_APPLICABLE]
        scored = [(by, line) for by, line in counting if line.state is State.SCORED]
        return cls(
            total(line.earned or 0 for _, line in scored),
            total(line.points or 0 for _, line in scored),
            total(line.points or 0 for _, line in counting),
            total(line.points or 0 for by, line in scored if by is Assess.AUTO),
            total(line.points or 0 for by, line in counting if by is Assess.AUTO),
        )

    @property
    def open(self) -> Fraction:
        """What a machine could decide and did not."""
        return self.decidable - self.decided

    def share(self) -> Fraction:
        return self.earned / self.testable * 100


class _Sums(NamedTuple):
    """What all items make, and each of the two parts."""

    whole: _Tally
    base: _Tally
    bonus: _Tally

    @classmethod
    def of(cls, lines: Sequence[_Line]) -> _Sums:
        parts = ([line for line in lines if line[0] is part] for part in (Section.BASE, Section.BONUS))
        return cls(_Tally.of(lines), *map(_Tally.of, parts))

    def points(self, unit: Unit, pack: Pack) -> dict[str, float]:
        """The fields of a score that are printed in points, and the coverage."""
        whole, known = self.whole, pack.points_known
        full = whole.full if known else _declared(unit, pack)
        covered = known and whole.decidable
        return {
            "earned": rounded(whole.earned, 2),
            "testable": rounded(whole.testable, 2),
            "full": rounded(full, 2),
            "coverage": floored(whole.decided / whole.decidable, 2) if covered else 0.0,
            "low": rounded(whole.earned, 2),
            "high": rounded(whole.earned + whole.open if known else full, 2),
        }

    def value(self, pack: Pack) -> float | None:
        if not pack.points_known:
            return None
        if pack.flow is None:
            return rounded(self.whole.share(), 1) if self.whole.testable else None
        return (
            rounded(pack.flow.final(self.base.share(), self.bonus.earned), 1) if self.base.testable else None
        )

    def span(self, pack: Pack) -> tuple[float, float] | None:
        """Where a bonus only counts above a line, the ends are not a matter of points."""
        base, bonus = self.base, self.bonus
        points = base.testable + base.open
        if pack.flow is None or not pack.points_known or not points:
            return None
        low = pack.flow.final(base.earned / points * 100, bonus.earned)
        high = pack.flow.final((base.earned + base.open) / points * 100, bonus.earned + bonus.open)
        return rounded(low, 1), rounded(high, 1)


def _grade(pack: Pack, scheme: Scheme | None, sums: _Sums, vetoes: Iterable[VetoLine]) -> str | None:
    """The scheme's band; the last one where a veto stands or the base part fails."""
    if scheme is None:
        return None
    if any(veto.state is VetoState.HIT for veto in vetoes):
        return scheme.bands[-1].name
    value = sums.value(pack)
    if value is None:
        return None
    failed = pack.flow is not None and not pack.flow.passes(sums.base.share())
    return scheme.bands[-1].name if failed else scheme.grade(value)


def _declared(unit: Unit, pack: Pack) -> Fraction:
    """Points by the source's totals; none for kinds that only vetoes fall on."""
    points = pack.totals.get(pack.kind_of(unit))
    if points is None:
        return Fraction(0)
    spared = pack.flow.without_services if pack.flow is not None else None
    base = spared.full if spared is not None and spared.role in unit.roles else points.base
    return exact(base) + exact(points.bonus)


def _vetoes(unit: Unit, pack: Pack, readings: Readings, answers: Mapping[str, float]) -> tuple[VetoLine, ...]:
    lines = []
    for veto in pack.vetoes_for(unit):
        line = judge_veto(veto, readings, tested_share=pack.tested_share)
        if veto.code in answers:
            state = VetoState.HIT if answers[veto.code] > 0 else VetoState.CLEAR
            line = line.model_copy(update={"state": state, "why": "按人工认定"})
        lines.append(line)
    return tuple(lines)


def rank(scores: Sequence[Score], *, coverage: float = 0.8) -> list[Score]:
    """The same scores, ranked within pack and group: by rank, then unranked, in the order given.

    Equal scores share a rank (1, 2, 2, 4). Under `coverage` (share of machine-decidable points) a unit is not
    ranked (未评). `rank_range` is the best and worst rank still possible, by the scores' ranges.
    """
    groups: dict[tuple[str, str], list[Score]] = {}
    for entry in scores:
        groups.setdefault((entry.pack, entry.group), []).append(entry)
    return [entry for group in groups.values() for entry in _ranked(group, coverage)]


def _ranked(group: Sequence[Score], coverage: float) -> list[Score]:
    in_play = [entry for entry in group if entry.score is not None and entry.coverage >= coverage]
    in_play.sort(key=lambda entry: -(entry.score or 0))
    ranges = [_range(entry) for entry in in_play]
    out = []
    for at, entry in enumerate(in_play):
        place = 1 + sum(
            other.score > entry.score for other in in_play if other.score and entry.score is not None
        )
        low, high = ranges[at]
        best = 1 + sum(other_low > high for other_low, _ in ranges)
        worst = sum(other_high >= low for _, other_high in ranges)
        update = {"rank": place, "rank_range": (min(best, place), max(worst, place))}
        out.append(entry.model_copy(update=update))
    ranked = {entry.unit for entry in out}
    rest = [entry for entry in group if entry.unit not in ranked]
    return out + [entry.model_copy(update={"rank": None, "rank_range": None}) for entry in rest]


def _range(entry: Score) -> tuple[Fraction, Fraction]:
    """Lowest and highest share (0..1) the unit could end with once its untested points are tested."""
    if entry.span is not None:
        return exact(entry.span[0]), exact(entry.span[1])
    points = exact(entry.testable) + exact(entry.high) - exact(entry.earned)
    return exact(entry.low) / points, exact(entry.high) / points


def _item_score(
    item: Item, results: Mapping[str, Result], period: Period, answers: Mapping[str, float]
) -> ItemScore:
    earned, state, parts = _decided(item, results, period, answers)
    if item.points is None:
        return _without_points(item, state, parts)
    return ItemScore(
        code=item.code,
        points=item.points,
        earned=None if earned is None else rounded(earned, 2),
        state=state,
        checks=item.asks,
        why=why_item(item, state.value, earned, parts, answered=item.code in answers),
    )


def _without_points(item: Item, state: State, parts: Sequence[Part]) -> ItemScore:
    """What was found is counted; what it is worth stays unknown."""
    decided = [part for part in parts if part.standing is Standing.DECIDED]
    found = sum(max(1, part.defects) for part in decided if part.failed)
    return ItemScore(
        code=item.code,
        points=None,
        earned=None,
        state=state,
        checks=item.asks,
        why=why_without_points(item, state.value, parts),
        defects=found if decided else None,
    )


def _decided(
    item: Item, results: Mapping[str, Result], period: Period, answers: Mapping[str, float]
) -> tuple[Fraction | None, State, list[Part]]:
    """Points (None where undecided), state, and how each check stands."""
    parts = [Part.of(check, item, results) for check in item.asks]
    if item.valid is not None and not item.valid.touches(period):
        return None, State.NOT_APPLICABLE, parts
    if item.points is not None and item.code in answers:
        given = min(max(exact(answers[item.code]), Fraction(0)), exact(item.points))
        return given, State.SCORED, parts
    if item.assess not in (Assess.AUTO, Assess.SEMI):
        return None, State(item.assess.value), parts
    if all(part.standing is Standing.ABSENT for part in parts if part.check in item.checks):
        return None, State.NOT_APPLICABLE, parts
    if item.assess is Assess.SEMI:
        seen = any(part.standing in (Standing.DECIDED, Standing.REVIEW) for part in parts)
        return None, State.REVIEW if seen else State.UNKNOWN, parts
    if item.points is not None:
        low, high = bounds(item, parts)
        if low == high:
            return low, State.SCORED, parts
    standings = {part.standing for part in parts}
    only_review = Standing.REVIEW in standings and Standing.UNKNOWN not in standings
    return None, State.REVIEW if only_review else State.UNKNOWN, parts


def _stage(lines: Iterable[ItemScore], vetoes: Iterable[VetoLine]) -> Stage:
    """Complete once nothing is left that a person answers; data of a higher office may still be missing."""
    waiting = {State.MANUAL, State.MATERIAL, State.REVIEW}
    asked = any(line.state in waiting for line in lines)
    open_ones = {VetoState.REVIEW, VetoState.UNKNOWN}
    return Stage.MACHINE if asked or any(veto.state in open_ones for veto in vetoes) else Stage.COMPLETE
