"""What failed in an earlier window as well: server errors and time-outs become faults over nights.

The earlier window is the last complete sweep that ended six hours or more before this one began. What it said
is written into this sweep's own facts, so that judging needs nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from crawler.masking import mask_json
from probes.base import FAILING, PortalState, Probe
from storage.repo import Store
from storage.unit_store import UnitStore
from storage.values import SweepRow, SweepState

APART = timedelta(hours=6)  # docs/method.md, Confirmation


async def window_before(store: Store, sweep: SweepRow, unit_id: str) -> UnitStore | None:
    """The unit's facts of that sweep, None where there is none."""
    before = [
        row
        for row in await store.list_sweeps()
        if row.state is SweepState.DONE
        and unit_id in row.unit_ids
        and row.finished_at is not None
        and sweep.started_at - row.finished_at >= APART
    ]
    return await store.unit(before[-1].id, unit_id) if before else None


async def portal_failed(earlier: UnitStore | None, detail: Mapping[str, Any]) -> bool:
    """Whether the home page failed to answer at all looks of this window, and of the one before."""
    if earlier is None or not _silent(detail):
        return False
    known = await earlier.state() or {}
    states = (PortalState.SUSPECTED, PortalState.DOWN)
    return known.get("portal") in states and _silent(known.get("detail", {}))


def _silent(detail: Mapping[str, Any]) -> bool:
    looks = [detail.get(name) for name in ("first", "second")]
    return all(look in FAILING for look in looks)


async def recall(earlier: UnitStore | None, store: UnitStore, probes: Sequence[Probe[Any, Any]]) -> None:
    """Let the probes mark what failed in both windows."""
    for probe in probes:
        if earlier is None or probe.recall is None or probe.gathers is None:
            continue
        now, then = await store.gathered(probe.id), await earlier.gathered(probe.id)
        if now is None or then is None:
            continue
        known = probe.recall(probe.gathers.model_validate_json(now), probe.gathers.model_validate_json(then))
        await store.save_gathered(probe.id, mask_json(known.model_dump_json()))
