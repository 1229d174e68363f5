"""What state is a unit's portal in? The ladder of looks at a home page that did not open, or was not its own.

Looks are made on fresh connections: after the walk's own one soon, and one more when a dead host has had
time to come back. Only what the last look shows as well is said of the portal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from crawler.keeping.patience import PatientNet
from crawler.model import Fetched, Outcome, PageFacts, PageKind, Request
from crawler.signs.home import STRANGERS
from crawler.traps import key_of
from crawler.walking.walk import Walk, WalkPlan
from probes.base import PortalState
from storage.unit_store import UnitStore

CERTAIN = frozenset({Outcome.REFUSED, Outcome.NXDOMAIN, Outcome.GONE})  # the site's own doing, if confirmed

Save = Callable[[PortalState, dict[str, Any]], Awaitable[None]]


def is_read(home: PageFacts) -> bool:
    return home.outcome is Outcome.OK and home.identified


async def look_again(
    plan: WalkPlan,
    net: PatientNet,
    store: UnitStore,
    home: PageFacts,
    pauses: tuple[float, float],
    save: Save,
) -> None:
    """Look at a home page that was not read, after each of the pauses (seconds); save what that proves."""
    if home.outcome is Outcome.ROBOTS:
        await save(PortalState.ROBOTS, {"first": home.outcome})
        return
    for last, pause in ((False, pauses[0]), (True, pauses[1])):
        await asyncio.sleep(pause)
        again = await net.fetch(Request(home.url, fresh=True))
        why: dict[str, Any] = {}
        if again.ok:
            state, why = await _walked(plan, net, store, home)
        else:
            state = portal_state(home.outcome, again.outcome, await net.online())
        if last or state in (PortalState.OPEN, PortalState.BLOCKED):
            await save(state, _detail(home, again) | why)
            return


def _detail(home: PageFacts, again: Fetched) -> dict[str, Any]:
    return {"first": home.outcome, "second": again.outcome, "wall": again.wall, "status": again.status}


async def _walked(
    plan: WalkPlan, net: PatientNet, store: UnitStore, before: PageFacts
) -> tuple[PortalState, dict[str, Any]]:
    """The home page visited again, and all behind it where it is read now."""
    await store.reopen(key_of(before.url))
    walk = Walk(plan, net, store)
    await walk.run()
    home = await home_of(store)
    if is_read(home):
        return PortalState.OPEN, {}
    if home.kind is PageKind.CHALLENGE:
        return PortalState.BLOCKED, {}
    told = {"home": walk.home_doubt, "landed": home.final_url}
    same = home.title == before.title and _host(home) == _host(before)
    if walk.home_doubt in STRANGERS and before.outcome is Outcome.OK and same:
        return PortalState.FOREIGN, told
    return PortalState.SUSPECTED, told


def _host(home: PageFacts) -> str:
    return urlsplit(home.final_url).netloc


def portal_state(first: Outcome, second: Outcome, online: bool) -> PortalState:
    """What two failed looks at a home page prove: only refusals and clear denials prove a fault."""
    if not online or Outcome.OWN_NETWORK in (first, second):
        return PortalState.OWN_NETWORK
    if first is Outcome.WALL and second is Outcome.WALL:
        return PortalState.BLOCKED
    if first in CERTAIN and second in CERTAIN:
        return PortalState.DOWN
    return PortalState.SUSPECTED


async def home_of(store: UnitStore) -> PageFacts:
    home = await store.home()
    assert home is not None, "asked before the home page was visited"
    return home
