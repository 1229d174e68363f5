"""Which lost points are the cheapest to win back?

The price of an item is the number of places that have to be mended: a template-wide fault is one finding and
one repair, forty dead links are forty. Only points lost to confirmed faults count; nothing is promised for
what was not tested.
"""

from __future__ import annotations

from dataclasses import dataclass

from reports.model import ItemView, UnitView


@dataclass(frozen=True, slots=True)
class Gain:
    """One item worth mending: `points` to win by mending `places` places."""

    item: ItemView
    points: float
    places: int
    advice: str


def cheapest(unit: UnitView, limit: int = 10) -> tuple[Gain, ...]:
    """At most `limit` gains: most points for each place to mend first, then most points, then by code."""
    gains = [_gain(item) for item in unit.lost]
    gains.sort(key=lambda gain: (-gain.points / gain.places, -gain.points, gain.item.code))
    return tuple(gains[:limit])


def _gain(item: ItemView) -> Gain:
    advices = [check.shared_advice or _first_advice(item, check.id) for check in item.blamed]
    said = list(dict.fromkeys(advice for advice in advices if advice))
    return Gain(
        item=item,
        points=item.lost,
        places=max(1, sum(check.defects for check in item.blamed)),
        advice="；".join(text.rstrip("。；") for text in said[:2]) or item.indicator.advice or item.why,
    )


def _first_advice(item: ItemView, check_id: str) -> str:
    faults = next(check.faults for check in item.checks if check.id == check_id)
    return next((fault.advice for fault in faults if fault.advice), "")
