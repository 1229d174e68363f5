"""From checks to points: how each check of an item stands, and the least and most the item can be worth.

Every credit kind grows with its checks' answers, so the bounds are reached at their worst and best answers.
Source: docs/method.md, From verdicts to points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from probes.base import Reason, Result, Verdict
from rules.model import Credit, CreditKind, Item
from rules.points import exact


class Standing(StrEnum):
    """How one check of an item stands for the score."""

    DECIDED = "decided"
    REVIEW = "review"  # answered, but a person must confirm
    UNKNOWN = "unknown"
    ABSENT = "absent"  # not applicable: the thing does not exist and need not


class Part(NamedTuple):
    """One check of an item. `failed` and the numbers count only where DECIDED."""

    check: str
    standing: Standing
    failed: bool = False
    defects: int = 0
    population: int = 0
    tested: int = 0
    reason: str | None = None
    needs: str | None = None  # the failed precondition
    explained: int = 0  # defects that do not count for now

    @classmethod
    def of(cls, check: str, item: Item, results: Mapping[str, Result]) -> Part:
        result = results.get(check)
        if result is None:
            return cls(check, Standing.UNKNOWN, reason=Reason.NOT_ASKED.value)
        if result.verdict is Verdict.UNKNOWN:
            return cls(check, Standing.UNKNOWN, reason=result.reason)
        if result.verdict is Verdict.NOT_APPLICABLE:
            return cls._by_precondition(check, result, results)
        standing = Standing.REVIEW if result.needs_review or check in item.review else Standing.DECIDED
        failed = result.verdict is Verdict.FAIL
        numbers = (result.defects, result.population, result.tested)
        return cls(check, standing, failed, *numbers, explained=result.explained)

    @classmethod
    def _by_precondition(cls, check: str, result: Result, results: Mapping[str, Result]) -> Part:
        """What a failed precondition rules out is lost; a precondition in doubt leaves it in doubt."""
        reason = result.reason or ""
        if not reason.startswith("needs:"):
            return cls(check, Standing.ABSENT, reason=result.reason)
        needs = reason.removeprefix("needs:")
        before = results.get(needs)
        if before is None or before.verdict is not Verdict.FAIL:
            return cls(check, Standing.UNKNOWN, reason=reason, needs=needs)
        standing = Standing.REVIEW if before.needs_review else Standing.DECIDED
        return cls(check, standing, failed=True, reason=reason, needs=needs)


def bounds(item: Item, parts: Sequence[Part]) -> tuple[Fraction, Fraction]:
    """Least and most points the item can be worth, whatever the missing answers turn out to be."""
    assert item.credit is not None and item.points is not None, item.code
    points = exact(item.points)
    counting = [part for part in parts if part.standing is not Standing.ABSENT and part.check in item.checks]
    if any(part.check in item.needs and part.standing is Standing.DECIDED and part.failed for part in parts):
        return Fraction(0), Fraction(0)
    ends = [_worth(item.credit, points, counting, len(item.checks) == 1, best) for best in (False, True)]
    low, high = (min(max(end, Fraction(0)), points) for end in ends)
    return low, high


def _worth(credit: Credit, points: Fraction, parts: Sequence[Part], single: bool, best: bool) -> Fraction:
    if credit.kind is CreditKind.PER_DEFECT:
        return points - _lost(credit, points, parts, best)
    if credit.kind is CreditKind.EACH:
        return _each(credit, points, parts[0], best)
    if credit.kind is CreditKind.SHARE:
        shares = [_share(part, best, by_samples=single) for part in parts]
        return points * sum(shares, Fraction(0)) / len(shares)
    return points if all(_passes(part, best) for part in parts) else Fraction(0)


def _passes(part: Part, best: bool) -> bool:
    return not part.failed if part.standing is Standing.DECIDED else best


def _share(part: Part, best: bool, *, by_samples: bool) -> Fraction:
    """Share of samples that pass where the item has this one check; else the check as a whole."""
    if part.standing is Standing.DECIDED and part.failed and by_samples and part.tested > 0:
        return max(Fraction(0), 1 - Fraction(part.defects, part.tested))
    return Fraction(int(_passes(part, best)))


def _each(credit: Credit, points: Fraction, part: Part, best: bool) -> Fraction:
    """Points per passing sample; samples of a failed check that were not tested stay open."""
    if part.standing is not Standing.DECIDED or not part.failed:
        return points if _passes(part, best) else Fraction(0)
    passing = (part.population if best else part.tested) - part.defects
    return exact(credit.each or 0) * max(0, passing)


def _lost(credit: Credit, points: Fraction, parts: Sequence[Part], best: bool) -> Fraction:
    cap = points if credit.cap is None else exact(credit.cap)
    lost = Fraction(0)
    for part in parts:
        if part.standing is not Standing.DECIDED:
            lost += Fraction(0) if best else cap
        elif part.failed:
            lost += exact(credit.per_defect[part.check]) * max(1, part.defects)
    return min(lost, cap)
