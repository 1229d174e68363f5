"""How has it changed over the sweeps? Values for the reports, and the line of one unit as an inline picture.

Scores are compared only under one content of the pack (its hash): after a change of rules a new line begins.
They are the machine's own, so that a person's answers do not look like a change of the site.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

STATES = {
    "new": "新出现",
    "returned": "再次出现",
    "lasting": "仍存在",
    "fixed": "已解决",
    "unverified": "未能复核",
}
WIDTH, HEIGHT, SIDE, TOP, FOOT = 720, 170, 34, 14, 26  # of the picture, in its own units


@dataclass(frozen=True, slots=True)
class Mark:
    """One sweep of the series. `same_rules` and `same_program`: as the one before it."""

    id: str
    as_of: date
    pack_hash: str
    version: str
    same_rules: bool = True
    same_program: bool = True


@dataclass(frozen=True, slots=True)
class Point:
    """One unit in one sweep. `faults` counts places of confirmed faults that the scheme asks about.

    `states` (see STATES) tells how the findings stand against the sweep before; None where there is none
    under the same rules."""

    score: float | None
    coverage: float
    faults: int
    states: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the line under one set of rules: points of the picture as `x,y x,y`."""

    points: str
    rules: str


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    segments: tuple[Segment, ...]
    dots: tuple[Dot, ...]
    days: tuple[tuple[float, str], ...]
    breaks: tuple[float, ...]  # where the rules changed


@dataclass(frozen=True, slots=True)
class Trends:
    """The last sweeps, oldest first, and for each unit one point for each of them; None: not swept then."""

    sweeps: tuple[Mark, ...]
    units: Mapping[str, tuple[Point | None, ...]]

    def change(self, unit: str) -> float | None:
        """Of the score since the sweep before, where both have one under the same rules."""
        points = self.units.get(unit, ())
        if len(points) < 2 or not self.sweeps[-1].same_rules:
            return None
        old, new = points[-2:]
        if old is None or new is None or old.score is None or new.score is None:
            return None
        return round(new.score - old.score, 1)

    def total(self, place: int) -> Point:
        """Of all units in one sweep; `score` is their mean."""
        points = [row[place] for row in self.units.values()]
        there = [point for point in points if point is not None]
        scores = [point.score for point in there if point.score is not None]
        counted = [point.states for point in there if point.states is not None]
        return Point(
            score=round(sum(scores) / len(scores), 1) if scores else None,
            coverage=sum(point.coverage for point in there) / len(there) if there else 0.0,
            faults=sum(point.faults for point in there),
            states={name: sum(states.get(name, 0) for states in counted) for name in STATES}
            if counted
            else None,
        )

    def picture(self, unit: str) -> Picture:
        """The line of one unit's score, 0 below and 100 above."""
        step = (WIDTH - 2 * SIDE) / max(1, len(self.sweeps) - 1)
        places = [round(SIDE + number * step, 1) for number in range(len(self.sweeps))]
        dots: list[Dot | None] = []
        for x, mark, point in zip(places, self.sweeps, self.units[unit], strict=True):
            if point is None or point.score is None:
                dots.append(None)
            else:
                text = f"{mark.as_of} 得分 {point.score:.1f}，问题 {point.faults} 处"
                dots.append(Dot(x, round(_height(point.score), 1), text))
        changed = [number for number, mark in enumerate(self.sweeps) if not mark.same_rules]
        return Picture(
            segments=tuple(self._segments(dots)),
            dots=tuple(dot for dot in dots if dot is not None),
            days=tuple((x, mark.as_of.isoformat()[5:]) for x, mark in zip(places, self.sweeps, strict=True)),
            breaks=tuple(round(places[number] - step / 2, 1) for number in changed),
        )

    def _segments(self, dots: list[Dot | None]) -> Iterator[Segment]:
        run: list[Dot] = []
        for number, (mark, dot) in enumerate(zip(self.sweeps, dots, strict=True)):
            if dot is None or not mark.same_rules:
                yield from _segment(run, self.sweeps[number - 1].pack_hash)
                run = []
            if dot is not None:
                run.append(dot)
        yield from _segment(run, self.sweeps[-1].pack_hash)


def _segment(run: list[Dot], rules: str) -> Iterator[Segment]:
    if len(run) > 1:
        yield Segment(" ".join(f"{dot.x},{dot.y}" for dot in run), rules)


def _height(score: float) -> float:
    return TOP + (HEIGHT - TOP - FOOT) * (1 - min(100.0, max(0.0, score)) / 100)
