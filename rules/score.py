"""Results and a pack in, points out. Pure: the same results give the same score, byte for byte.

An item counts as soon as the answers still missing (unknown, or waiting for a person) could not change its
points; until then it is no part of the denominator: never nought, never full marks.
Source: CONTRACT 4, JILIN-MAP.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from crawler.model import Frozen, Period, Unit
from probes.base import Result
from rules.credit import Part, Standing, bounds
from rules.model import Assess, Item, Pack, Scheme
from rules.wording import why_item


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


class ItemScore(Frozen):
    """One item of one unit. `earned` (points) is null unless the item is scored."""

    code: str
    points: float
    earned: float | None
    state: State
    checks: tuple[str, ...]
    why: str


class Score(Frozen):
    """One unit under one pack. Points, but `score` is 0..100 and `coverage` 0..1. Source: CONTRACT 4."""

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


def score(
    unit: Unit,
    results: Mapping[str, Result],
    pack: Pack,
    period: Period,
    *,
    answers: Mapping[str, float] | None = None,
    scheme: Scheme | None = None,
) -> Score:
    """The unit's score before ranking. `results` by check id; `answers`: points a person gave, by item code.

    `scheme` grades a complete score; a machine's first reading never has a grade.
    """
    scored = [_item_score(item, unit, results, period, answers or {}) for _, item in pack.items_for(unit)]
    auto = [item.assess is Assess.AUTO for _, item in pack.items_for(unit)]
    counting = [line for line in scored if line.state is not State.NOT_APPLICABLE]
    earned = _sum(line.earned for line in counting if line.earned is not None)
    testable = _sum(line.points for line in counting if line.state is State.SCORED)
    machine = [line for line, is_auto in zip(scored, auto, strict=True) if is_auto and line in counting]
    decided = _sum(line.points for line in machine if line.state is State.SCORED)
    decidable = _sum(line.points for line in machine)
    stage = _stage(counting)
    value = _rounded(earned / testable * 100, 1) if testable else None
    return Score(
        unit=unit.id,
        group=unit.group,
        pack=pack.id,
        pack_hash=pack.hash,
        stage=stage,
        earned=_rounded(earned, 2),
        testable=_rounded(testable, 2),
        full=_rounded(_sum(line.points for line in counting), 2),
        coverage=_floored(decided / decidable, 2) if decidable else 0.0,
        low=_rounded(earned, 2),
        high=_rounded(earned + decidable - decided, 2),
        score=value,
        grade=scheme.grade(value) if scheme and stage is Stage.COMPLETE and value is not None else None,
        rank=None,
        rank_range=None,
        items=tuple(scored),
    )


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
    total = _exact(entry.testable) + _exact(entry.high) - _exact(entry.earned)
    return _exact(entry.low) / total, _exact(entry.high) / total


def _item_score(
    item: Item, unit: Unit, results: Mapping[str, Result], period: Period, answers: Mapping[str, float]
) -> ItemScore:
    earned, state, parts = _decided(item, results, period, answers)
    return ItemScore(
        code=item.code,
        points=item.points,
        earned=None if earned is None else _rounded(earned, 2),
        state=state,
        checks=item.asks,
        why=why_item(item, state.value, earned, parts, answered=item.code in answers),
    )


def _decided(
    item: Item, results: Mapping[str, Result], period: Period, answers: Mapping[str, float]
) -> tuple[Fraction | None, State, list[Part]]:
    """Points (None where undecided), state, and how each check stands."""
    parts = [Part.of(check, item, results) for check in item.asks]
    if item.valid is not None and not item.valid.touches(period):
        return None, State.NOT_APPLICABLE, parts
    if item.code in answers:
        given = min(max(_exact(answers[item.code]), Fraction(0)), _exact(item.points))
        return given, State.SCORED, parts
    if item.assess not in (Assess.AUTO, Assess.SEMI):
        return None, State(item.assess.value), parts
    if all(part.standing is Standing.ABSENT for part in parts if part.check in item.checks):
        return None, State.NOT_APPLICABLE, parts
    if item.assess is Assess.SEMI:
        seen = any(part.standing in (Standing.DECIDED, Standing.REVIEW) for part in parts)
        return None, State.REVIEW if seen else State.UNKNOWN, parts
    low, high = bounds(item, parts)
    if low == high:
        return low, State.SCORED, parts
    standings = {part.standing for part in parts}
    only_review = Standing.REVIEW in standings and Standing.UNKNOWN not in standings
    return None, State.REVIEW if only_review else State.UNKNOWN, parts


def _stage(counting: Iterable[ItemScore]) -> Stage:
    """Complete once nothing is left that a person answers; data of a higher office may still be missing."""
    waiting = {State.MANUAL, State.MATERIAL, State.REVIEW}
    return Stage.MACHINE if any(line.state in waiting for line in counting) else Stage.COMPLETE


def _exact(value: float) -> Fraction:
    return Fraction(str(value))


def _sum(values: Iterable[float | None]) -> Fraction:
    return sum((_exact(value) for value in values if value is not None), Fraction(0))


def _rounded(value: Fraction, digits: int) -> float:
    """Half up, as offices round; exact, so that no platform rounds otherwise."""
    scale: int = 10**digits
    return float(Decimal((value * scale + Fraction(1, 2)).__floor__()) / scale)


def _floored(value: Fraction, digits: int) -> float:
    """Rounded down, so that a printed 0.80 really is at least 80 %."""
    scale: int = 10**digits
    return float(Decimal((value * scale).__floor__()) / scale)
