"""Which faults do several units share (共性问题)? Counts only units where the check was really judged."""

from __future__ import annotations

from collections.abc import Sequence

from reports.model import CheckView, ItemView, Theme, ThemeUnit, UnitView

MIN_UNITS = 2  # one unit's fault is its own
MAX_EXAMPLES = 5  # the worst, as notices name them
OTHER_AREA = "其他提示（本方案不计分）"


def themes(units: Sequence[UnitView]) -> tuple[Theme, ...]:
    """Checks failed by at least two units, without those a person still has to confirm.

    A check that the scheme asks of some units is counted among these alone. In the scheme's order of areas,
    the most widespread first.
    """
    scored = {check.id for unit in units for check in unit.checks if check.applies}
    found: dict[str, list[tuple[UnitView, CheckView]]] = {}
    judged: dict[str, int] = {}
    for unit in units:
        for check in unit.checks:
            if check.verdict not in ("pass", "fail", "explained") or check.needs_review:
                continue
            if not check.asked or (check.id in scored and not check.applies):
                continue
            judged[check.id] = judged.get(check.id, 0) + 1
            if check.failed:
                found.setdefault(check.id, []).append((unit, check))
    made = [_theme(pairs, judged[name]) for name, pairs in found.items() if len(pairs) >= MIN_UNITS]
    order = list(dict.fromkeys(_area(item) for unit in units for item in unit.items))
    return tuple(
        sorted(
            made,
            key=lambda t: (
                order.index(t.area) if t.area in order else len(order),
                -t.failed / t.judged,
                -t.failed,
                t.check,
            ),
        )
    )


def _area(item: ItemView) -> str:
    return " · ".join(dict.fromkeys((item.indicator.level1, item.indicator.level2)))


def _theme(pairs: Sequence[tuple[UnitView, CheckView]], judged: int) -> Theme:
    check = pairs[0][1]
    areas = [_area(item) for unit, seen in pairs for item in unit.items if item.code in seen.indicators]
    worst = sorted(pairs, key=lambda pair: -pair[1].defects)[:MAX_EXAMPLES]
    return Theme(
        area=areas[0] if areas else OTHER_AREA,
        check=check.id,
        title=check.title,
        scored=bool(areas),
        failed=len(pairs),
        judged=judged,
        advice=next((fault.advice for _, seen in pairs for fault in seen.faults if fault.advice), ""),
        examples=tuple(ThemeUnit(u.name, u.file, c.anchor, c.defects) for u, c in worst),
    )
