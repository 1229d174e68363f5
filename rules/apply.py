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


class Asked:
    """What `pack` asks of one unit, worked out once for all of its checks. Items outside the period do not
    apply."""

    def __init__(self, pack: Pack, unit: Unit, period: Period) -> None:
        self._codes: dict[str, list[str]] = {}
        self._leads: dict[str, list[bool]] = {}  # whether it takes what the check finds for a lead
        for _, item in pack.items_for(unit):
            if item.valid is None or item.valid.touches(period):
                for check in dict.fromkeys(item.asks):
                    self._add(check, item.code, [check in item.review])
        for veto in pack.vetoes_for(unit):
            for check in veto.checks:
                self._add(check, veto.code, [one.review for one in veto.any_of if check in one.checks])

    def _add(self, check: str, code: str, leads: list[bool]) -> None:
        self._codes.setdefault(check, []).append(code)
        self._leads.setdefault(check, []).extend(leads)

    def annotate(self, result: Result) -> Annotation:
        codes = tuple(self._codes.get(result.check, ()))
        review = result.needs_review or (bool(codes) and all(self._leads[result.check]))
        return Annotation(bool(codes), codes, review)
