"""Which missing columns is it fair to hint at?

What a scheme asks of a unit stands among its items. Of the other columns the regulations ask eight of every
administrative organ (政府信息公开条例 12, 19, 20, 50); the rest is asked of governments, not of a bureau or a
town, so that a bureau without a column on the environment lacks nothing.
"""

from __future__ import annotations

from crawler.model import Period, UnitKind
from rules.model import Pack

STATUTORY = frozenset(
    {"disclosure", "guide", "rules", "statutory", "annual_report", "on_request", "institution", "leaders"}
)
_COLUMNS = ("section", "content", "catalogue")
_SMALL = (UnitKind.DEPARTMENT, UnitKind.ENTERPRISE, UnitKind.TOWN)


def asked_of(kind: UnitKind, check: str, past: frozenset[str]) -> bool:
    """Whether a check that no item uses may be held up to a unit of that kind. `past`: see `past_checks`."""
    family, _, key = check.partition(".")
    return check not in past and (family not in _COLUMNS or kind not in _SMALL or key in STATUTORY)


def past_checks(pack: Pack, period: Period) -> frozenset[str]:
    """What the pack asks in another period alone, as the columns on the epidemic."""
    items = [item for indicator in pack.indicators for item in indicator.items]
    over = [item for item in items if item.valid is not None and not item.valid.touches(period)]
    still = {check for item in items if item not in over for check in item.asks}
    return frozenset(check for item in over for check in item.asks) - still
