"""Results and a pack in, points out. Pure: the same results give the same score, byte for byte.

An item counts as soon as the answers still missing (unknown, or waiting for a person) could not change its
points; until then it is no part of the denominator: never nought, never full marks.
Source: CONTRACT 4, JILIN-MAP.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction

from crawler.model import Frozen, Period, Unit
from probes.base import Result
from rules.credit import Part, Standing, bounds
from rules.model import Assess, Item, Pack, Scheme
from rules.points import exact, floored, rounded, total
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
    items = [item for _, item in pack.items_for(unit)]
    scored = [_item_score(item, results, period, answers or {}) for item in items]
    counting = [line for line in scored if line.state is not State.NOT_APPLICABLE]
    earned = total(line.earned for line in counting if line.earned is not None)
    testable = total(line.points for line in counting if line.state is State.SCORED)
    machine = [
        line
        for item, line in zip(items, scored, strict=True)
        if item.assess is Assess.AUTO and line.state is not State.NOT_APPLICABLE
    ]
    decided = total(line.points for line in machine if line.state is State.SCORED)
    decidable = total(line.points for line in machine)
    stage = _stage(counting)
    value = rounded(earned / testable * 100, 1) if testable else None
    return Score(
        unit=unit.id,
        group=unit.group,
        pack=pack.id,
        pack_hash=pack.hash,
        stage=stage,
        earned=rounded(earned, 2),
        testable=rounded(testable, 2),
        full=rounded(total(line.points for line in counting), 2),
        coverage=floored(decided / decidable, 2) if decidable else 0.0,
        low=rounded(earned, 2),
        high=rounded(earned + decidable - decided, 2),
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
    points = exact(entry.testable) + exact(entry.high) - exact(entry.earned)
    return exact(entry.low) / points, exact(entry.high) / points


def _item_score(
    item: Item, results: Mapping[str, Result], period: Period, answers: Mapping[str, float]
) -> ItemScore:
    earned, state, parts = _decided(item, results, period, answers)
    return ItemScore(
        code=item.code,
        points=item.points,
        earned=None if earned is None else rounded(earned, 2),
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
        given = min(max(exact(answers[item.code]), Fraction(0)), exact(item.points))
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
