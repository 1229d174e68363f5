"""How do the parts of a scheme make one score? Pass mark, when a bonus counts, units without services.

Source: 国办秘函〔2019〕19号 (domain: deduction 100, bonus 30 only above 80, below 60 fails, 75 × 4/3).
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from pydantic import Field

from crawler.model import Frozen
from rules.points import exact


class NoServices(Frozen):
    """Units with this role are not asked for services: what is left counts `full` points, scaled to 100."""

    role: str
    level1: str  # the first-level indicator they are not asked for
    full: float = Field(gt=0)  # points of the base part that are left


class Flow(Frozen):
    """The base part decides first. Both lines are strict: 80 brings no bonus, 60 does not fail."""

    pass_mark: float = Field(ge=0, le=100)  # a base part below it fails
    bonus_above: float = Field(ge=0, le=100)  # the bonus part counts only above it
    without_services: NoServices | None = None

    def asks(self, level1: str, roles: Collection[str]) -> bool:
        """Whether a unit with these roles is judged by indicators of that first level."""
        spared = self.without_services
        return spared is None or spared.role not in roles or spared.level1 != level1

    def passes(self, base: Fraction) -> bool:
        return base >= exact(self.pass_mark)

    def final(self, base: Fraction, bonus: Fraction) -> Fraction:
        """`base` 0..100 (already scaled), `bonus` in points; the whole score."""
        return base + bonus if base > exact(self.bonus_above) else base
