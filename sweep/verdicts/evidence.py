"""Brings back from the store what one probe knows of one unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Protocol

from crawler.browser.escalate import Renders
from crawler.model import PageFacts, Role, Unit
from probes.base import Evidence, PortalState, Probe, Seen, SweepContext
from storage.values import SweepRow

RENDER = "render"  # beside the probes' ids, in evidence and gathered: see sweep.night.escalation


class Kept(Protocol):
    """What is stored of one unit: a UnitStore, or a Record where many probes ask."""

    async def state(self) -> Mapping[str, Any] | None: ...

    async def facts(self) -> list[PageFacts]: ...

    async def evidence(self, probe_id: str) -> list[tuple[str, str]]: ...

    async def gathered(self, probe_id: str) -> str | None: ...


@dataclass(frozen=True)
class UnitFacts:
    """What all probes of one unit share."""

    unit: Unit
    context: SweepContext
    visited: tuple[PageFacts, ...]

    @cached_property
    def by_url(self) -> dict[str, PageFacts]:
        """The pages visited, by their URL as linked."""
        return {page.url: page for page in self.visited}


def context_of(
    sweep: SweepRow, state: Mapping[str, Any], owner_home: frozenset[str] = frozenset()
) -> SweepContext:
    """The sweep's dates, seed and options, with what the walk said of the portal."""
    return SweepContext(
        as_of=sweep.as_of,
        period=sweep.period,
        seed=sweep.seed,
        portal=PortalState(state.get("portal", PortalState.OWN_NETWORK)),
        portal_detail=state.get("detail", {}),
        week=state.get("week", {}),
        truncated=bool(state.get("truncated", False)),
        options=sweep.options,
        owner_home=owner_home,
    )


async def unit_facts(
    store: Kept, sweep: SweepRow, unit: Unit, owner_home: frozenset[str] = frozenset()
) -> UnitFacts:
    state = await store.state() or {}
    context = context_of(sweep, state, owner_home)
    renders = await store.gathered(RENDER)
    if renders is not None:
        context = replace(context, renders=Renders.model_validate_json(renders))
    return UnitFacts(unit, context, tuple(await store.facts()))


async def evidence_of(store: Kept, probe: Probe[Any, Any], facts: UnitFacts) -> Evidence[Any]:
    """One probe's evidence, in walk order. Two addresses that led to one page count once. Most pages of a
    portal tell the same (of its footer, say): what they tell is read once."""
    seen: list[Seen[Any]] = []
    if probe.evidence is not None:
        known: set[str] = set()
        told: dict[str, Any] = {}
        for url, data in await store.evidence(probe.id):
            page = facts.by_url.get(url)
            if page is None or page.final_url in known:
                continue
            known.add(page.final_url)
            if data not in told:
                told[data] = probe.evidence.model_validate_json(data)
            seen.append(Seen(page, told[data]))
    gathered = await store.gathered(probe.id) if probe.gathers is not None else None
    return Evidence(
        unit=facts.unit,
        context=facts.context,
        home=next((page for page in seen if page.facts.role is Role.HOME), None),
        pages=tuple(seen),
        visited=facts.visited,
        gathered=probe.gathers.model_validate_json(gathered) if probe.gathers and gathered else None,
    )
