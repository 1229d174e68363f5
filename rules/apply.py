"""Which items of a pack a result matters for: what the results lines say beside the verdict."""

from __future__ import annotations

from typing import NamedTuple

from crawler.model import Period, Unit
from probes.base import Result
from rules.model import Pack


class Annotation(NamedTuple):
    """The pack's part of a results line (docs/formats.md). `applies` False: a hint (提示), never deducted."""

    applies: bool
    indicators: tuple[str, ...]  # codes of items, then of vetoes, in the pack's order
    needs_review: bool  # the probe says so, or all that uses the check does


def annotate(result: Result, pack: Pack, unit: Unit, period: Period) -> Annotation:
    """What `pack` says of one result of `unit`. Items outside the period do not apply."""
    using = [
        item
        for _, item in pack.items_for(unit)
        if result.check in item.asks and (item.valid is None or item.valid.touches(period))
    ]
    vetoes = [veto for veto in pack.vetoes_for(unit) if result.check in veto.checks]
    grounds = [one for veto in vetoes for one in veto.any_of if result.check in one.checks]
    leads = [result.check in item.review for item in using] + [ground.review for ground in grounds]
    codes = (*(item.code for item in using), *(veto.code for veto in vetoes))
    return Annotation(bool(codes), codes, result.needs_review or (bool(leads) and all(leads)))
