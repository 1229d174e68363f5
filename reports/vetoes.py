"""How does a unit stand to the vetoes (单项否决)? The score line's states with the pack's words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from reports.model import CheckView, VetoView
from reports.text import clean
from reports.words import VETO
from rules.model import Pack

Line = Mapping[str, Any]  # one JSON line of docs/formats.md


def veto_views(line: Line, pack: Pack, checks: Sequence[CheckView]) -> tuple[VetoView, ...]:
    """In the pack's order; none where the line has none."""
    known = {veto.code: veto for veto in pack.vetoes}
    by_id = {check.id: check for check in checks}
    return tuple(
        VetoView(
            code=veto["code"],
            title=clean(known[veto["code"]].title, 120),
            clause=clean(known[veto["code"]].clause, 200),
            state=veto["state"],
            count=veto["count"],
            why=clean(veto["why"]),
            advice=clean(known[veto["code"]].advice),
            checks=tuple(by_id[check] for check in veto["checks"] if check in by_id),
        )
        for veto in line.get("vetoes") or ()
        if veto["code"] in known
    )


def vetoes_in_short(line: Line) -> str:
    """How many vetoes stand in which state, those first that somebody has to look at; "" without vetoes."""
    counts = Counter(veto["state"] for veto in line.get("vetoes") or ())
    said = [f"{VETO[state]} {counts[state]} 项" for state in VETO if counts[state]]
    return f"；否决项：{'、'.join(said)}" if said else ""
