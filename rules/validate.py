"""Does a pack hold together? Codes, checks, and every sum the source declares."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import NamedTuple

from crawler.model import UnitKind
from rules.model import Indicator, Item, Pack, Section
from rules.points import exact, total


class Fault(NamedTuple):
    """A mistake and its place as keys and list positions from the document's root."""

    place: tuple[str | int, ...]
    message: str
    fix: str


def faults(pack: Pack, checks: Iterable[str], schemes: Iterable[str]) -> Iterator[Fault]:
    """Every mistake in a pack whose shape is right. `checks`, `schemes`: the ids that exist."""
    if pack.scheme not in set(schemes):
        yield Fault(
            ("scheme",), f"没有名为 {pack.scheme} 的等次方案", f"改为 {'、'.join(sorted(schemes))} 之一"
        )
    yield from _code_faults(pack)
    yield from _check_faults(pack, frozenset(checks))
    yield from _unknown_points(pack)
    yield from _indicator_sums(pack)
    yield from _totals(pack)
    yield from _level_sums(pack)
    yield from _flow_faults(pack)
    yield from _veto_faults(pack, frozenset(checks))


def _items(pack: Pack) -> Iterator[tuple[int, int, Indicator, Item]]:
    for at, indicator in enumerate(pack.indicators):
        for position, item in enumerate(indicator.items):
            yield at, position, indicator, item


def _code_faults(pack: Pack) -> Iterator[Fault]:
    seen_indicators: set[str] = set()
    seen: set[tuple[str, UnitKind]] = set()
    for at, indicator in enumerate(pack.indicators):
        if indicator.code in seen_indicators:
            yield Fault(
                ("indicators", at, "code"), f"三级指标编码 {indicator.code} 重复", "每个三级指标用一个编码"
            )
        seen_indicators.add(indicator.code)
    for at, position, indicator, item in _items(pack):
        place = ("indicators", at, "items", position)
        if item.code != indicator.code and not item.code.startswith(f"{indicator.code}."):
            yield Fault(
                (*place, "code"), f"条目编码 {item.code} 不属于指标 {indicator.code}", "以指标编码开头"
            )
        for kind in item.kinds:
            if (item.code, kind) in seen:
                yield Fault((*place, "code"), f"编码 {item.code} 对 {kind} 重复", "同一类对象的编码须唯一")
            seen.add((item.code, kind))


def _check_faults(pack: Pack, known: frozenset[str]) -> Iterator[Fault]:
    for at, position, _, item in _items(pack):
        for check in item.asks:
            if check not in known:
                place = ("indicators", at, "items", position, "needs" if check in item.needs else "checks")
                yield Fault(place, f"没有名为 {check} 的检查项", "改为现有检查项的编号")
        for check, times in Counter(item.checks).items():
            if times > 1:
                yield Fault(
                    ("indicators", at, "items", position, "checks"), f"{check} 写了 {times} 次", "只写一次"
                )


def _unknown_points(pack: Pack) -> Iterator[Fault]:
    """Only a pack that says so may leave points open."""
    if not pack.points_known:
        return
    fix = "补上分值；来源的分值确实不明的，在包中写明 points_known: false"
    for at, indicator in enumerate(pack.indicators):
        if indicator.points is None:
            yield Fault(("indicators", at, "points"), "没有写明分值", fix)
    for at, position, _, item in _items(pack):
        if item.points is None:
            yield Fault(("indicators", at, "items", position, "points"), "没有写明分值", fix)


def _indicator_sums(pack: Pack) -> Iterator[Fault]:
    """The items of one kind of unit add up to the indicator's points."""
    for at, indicator in enumerate(pack.indicators):
        for kind in {kind for item in indicator.items for kind in item.kinds}:
            found = _Sum.of(item.points for item in indicator.items if kind in item.kinds)
            if indicator.points is not None and not found.agrees(indicator.points):
                yield Fault(
                    ("indicators", at, "points"),
                    f"对 {kind} 各条目合计 {found} 分，与指标分值 {indicator.points} 分不符",
                    "改正条目或指标的分值",
                )


class _Sum(NamedTuple):
    """What points add up to; `complete` False where some of them are not known."""

    known: Fraction
    complete: bool

    @classmethod
    def of(cls, points: Iterable[float | None]) -> _Sum:
        values = list(points)
        return cls(total(value for value in values if value is not None), None not in values)

    def agrees(self, declared: float) -> bool:
        """Equal; with points missing it can only be told that it is not more."""
        return self.known == exact(declared) if self.complete else self.known <= exact(declared)

    def __str__(self) -> str:
        return str(float(self.known))


def _sum(pack: Pack, kind: UnitKind, part: Section, level1: str = "", level2: str | None = None) -> _Sum:
    return _Sum.of(
        item.points
        for _, _, indicator, item in _items(pack)
        if kind in item.kinds
        and indicator.part is part
        and level1 in ("", indicator.level1)
        and level2 in (None, indicator.level2)
    )


def _totals(pack: Pack) -> Iterator[Fault]:
    """What the pack declares for each kind of unit is what its items add up to."""
    for kind, points in pack.totals.items():
        for part, declared in ((Section.BASE, points.base), (Section.BONUS, points.bonus)):
            found = _sum(pack, kind, part)
            if not found.agrees(declared):
                yield Fault(
                    ("totals", kind.value, part.value),
                    f"{kind} 的 {part} 声明 {declared} 分，各条目合计 {found} 分",
                    "改正声明的总分或条目的分值、适用对象",
                )
    for kind in {kind for *_, item in _items(pack) for kind in item.kinds} - set(pack.totals):
        yield Fault(("totals",), f"没有声明 {kind} 的总分", "在 totals 中补上 base 与 bonus")
    for judged_as in set(pack.kinds.values()) - set(pack.totals):
        yield Fault(("kinds",), f"{judged_as} 没有自己的条目", "改为 totals 中已有的对象类型")


def _level_sums(pack: Pack) -> Iterator[Fault]:
    """Declared first- and second-level points; the source prints them for the widest kind of unit."""
    if not pack.levels:
        return
    widest = max(pack.totals, key=lambda kind: pack.totals[kind].base)
    for at, level in enumerate(pack.levels):
        found = _sum(pack, widest, Section.BASE, level.level1, level.level2)
        if not found.agrees(level.points):
            name = level.level1 if level.level2 is None else f"{level.level1}/{level.level2}"
            message = f"“{name}”声明 {level.points} 分，各条目合计 {found} 分"
            yield Fault(("levels", at, "points"), message, "改正声明的分值或条目")


def _flow_faults(pack: Pack) -> Iterator[Fault]:
    """Units without services: what is left of the base part, by the declared first-level points."""
    spared = pack.flow.without_services if pack.flow is not None else None
    if spared is None:
        return
    first = {level.level1: level.points for level in pack.levels if level.level2 is None}
    place = ("flow", "without_services")
    if spared.level1 not in first:
        yield Fault((*place, "level1"), f"levels 中没有一级指标 {spared.level1}", "改为 levels 中的一级指标")
        return
    left = total(points for level1, points in first.items() if level1 != spared.level1)
    if left != exact(spared.full):
        message = f"声明 {spared.full} 分，其余一级指标合计 {float(left)} 分"
        yield Fault((*place, "full"), message, "改正声明的分值")


def _veto_faults(pack: Pack, known: frozenset[str]) -> Iterator[Fault]:
    taken = {indicator.code for indicator in pack.indicators} | {item.code for *_, item in _items(pack)}
    for at, veto in enumerate(pack.vetoes):
        if veto.code in taken:
            yield Fault(("vetoes", at, "code"), f"编码 {veto.code} 重复", "每个否决项用一个编码")
        taken.add(veto.code)
        for position, ground in enumerate(veto.any_of):
            place = ("vetoes", at, "any_of", position)
            for check in ground.checks:
                if check not in known:
                    yield Fault((*place, "checks"), f"没有名为 {check} 的检查项", "改为现有检查项的编号")
            if ground.warn_at is not None and ground.warn_at == ground.at_least and not pack.warn_limits:
                message = "预警线与否决线相同，起不到预警作用"
                yield Fault((*place, "warn_at"), message, "改小 warn_at，或在 warn_limits 中写更严的限值")
