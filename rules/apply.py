"""Which items of a pack a result matters for: what the results lines say beside the verdict."""

from __future__ import annotations

from typing import NamedTuple

from crawler.model import Period, Unit
from probes.base import Result
from rules.model import Pack


class Annotation(NamedTuple):
    """The pack's part of a results line (CONTRACT 3). `applies` False: a hint (提示), never deducted."""

    applies: bool
    indicators: tuple[str, ...]  # item codes, in the pack's order
    needs_review: bool  # the probe says so, or every item that uses the check does


def annotate(result: Result, pack: Pack, unit: Unit, period: Period) -> Annotation:
    """What `pack` says of one result of `unit`. Items outside the period do not apply."""
    using = [
        item
        for _, item in pack.items_for(unit)
        if result.check in item.asks and (item.valid is None or item.valid.touches(period))
    ]
    review = bool(using) and all(result.check in item.review for item in using)
    return Annotation(bool(using), tuple(item.code for item in using), result.needs_review or review)
