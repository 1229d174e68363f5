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
    yield from _indicator_sums(pack)
    yield from _totals(pack)
    yield from _level_sums(pack)


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


def _indicator_sums(pack: Pack) -> Iterator[Fault]:
    """The items of one kind of unit add up to the indicator's points."""
    for at, indicator in enumerate(pack.indicators):
        for kind in {kind for item in indicator.items for kind in item.kinds}:
            found = total(item.points for item in indicator.items if kind in item.kinds)
            if found != exact(indicator.points):
                yield Fault(
                    ("indicators", at, "points"),
                    f"对 {kind} 各条目合计 {float(found)} 分，与指标分值 {indicator.points} 分不符",
                    "改正条目或指标的分值",
                )


def _sum(pack: Pack, kind: UnitKind, part: Section, level1: str = "", level2: str | None = None) -> Fraction:
    return total(
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
            if found != exact(declared):
                yield Fault(
                    ("totals", kind.value, part.value),
                    f"{kind} 的 {part} 声明 {declared} 分，各条目合计 {float(found)} 分",
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
        if found != exact(level.points):
            name = level.level1 if level.level2 is None else f"{level.level1}/{level.level2}"
            message = f"“{name}”声明 {level.points} 分，各条目合计 {float(found)} 分"
            yield Fault(("levels", at, "points"), message, "改正声明的分值或条目")
