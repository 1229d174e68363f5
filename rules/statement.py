"""How many points of a pack does a machine decide, how many a person, how many papers and higher offices?

Pure arithmetic on a pack. Where the source's points are not known, items are counted beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from crawler.model import Unit, UnitKind
from rules.model import Assess, Pack, Section
from rules.points import total


class Share(NamedTuple):
    """What is assessed in one way: points (known ones only) of both parts, and the number of items."""

    base: Fraction
    bonus: Fraction
    items: int


def by_assessment(pack: Pack, kind: UnitKind) -> Mapping[Assess, Share]:
    """For a unit of that kind without any role; every way is there, also with nothing in it."""
    unit = Unit(id="any", name="任一单位", kind=kind)
    pairs = [(indicator.part, item) for indicator, item in pack.items_for(unit)]

    def points(way: Assess, part: Section) -> Fraction:
        return total(item.points or 0 for section, item in pairs if item.assess is way and section is part)

    return {
        way: Share(
            points(way, Section.BASE),
            points(way, Section.BONUS),
            sum(item.assess is way for _, item in pairs),
        )
        for way in Assess
    }
