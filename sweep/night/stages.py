"""The stages of one unit, each readable from what the one before has stored: walk, gather, confirm.

`audit` holds no state of its process: called again after a kill, it goes on where the store stands.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from crawler.browser import escalate
from crawler.browser.browsing import AnyBrowser, UnitBrowser
from crawler.keeping.answers import Answers
from crawler.keeping.archive import Archive, NoArchive
from crawler.keeping.patience import Gate, PatientNet
from crawler.keeping.sparing import SparingNet
from crawler.keeping.targets import Targets
from crawler.markup.page import Page
from crawler.masking import could_hold, mask_json
from crawler.model import Frozen, Outcome, Unit
from crawler.walking.memo import NoPast, Past
from crawler.walking.walk import Observe, Walk, WalkPlan
from probes.base import PortalState, Probe
from probes.past_wall import PASSED
from storage.unit_store import UnitStore
from storage.values import SweepRow
from sweep.night import escalation, second_pass, windows
from sweep.night.portal import home_of, is_read, look_again
from sweep.proof.evidence_files import evidence_folder
from sweep.verdicts.evidence import RENDER, evidence_of, unit_facts

WALLED_PAGES = 60  # asked for of a portal behind a wall, to see whether more than its home opens (assumed)


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds between a look and its confirmation, and of patience with our own network (assumed).

    `settle_after`: how long a dead host is given to come back before its silence is held against it: restarts
    and failovers take minutes.
    """

    confirm_after: float = 20.0
    settle_after: float = 200.0
    offline_pause: float = 5.0
    offline_patience: float = 600.0

    @property
    def pauses(self) -> tuple[float, float]:
        """Before the second look at what is dead, and from there to the last one."""
        return self.confirm_after, max(0.0, self.settle_after - self.confirm_after)


@dataclass(frozen=True, slots=True)
class Job:
    """One unit of one sweep, and what it is worked with."""

    sweep: SweepRow
    unit: Unit
    store: UnitStore
    gate: Gate
    probes: Sequence[Probe[Any, Any]]
    timing: Timing = Timing()
    browser: AnyBrowser | None = None  # one per process
    archive: Archive = field(default_factory=NoArchive)
    targets: Targets | None = None  # looks at link targets, shared by all units of the sweep
    answers: Answers = field(default_factory=Answers)  # what the sweep has been answered, shared likewise
    earlier: UnitStore | None = None  # the unit in the window before, see sweep.night.windows
    week: Mapping[str, Sequence[str]] = field(default_factory=dict)  # what `watch` saw, see sweep.night.week
    has_owner: bool = False  # its host belongs to another unit of this sweep, which tests the host facts
    past: Past = field(default_factory=NoPast)  # what need not be read again
    tick: Callable[[str, Outcome], None] = lambda url, outcome: None
    stage: Callable[[str], None] = lambda name: None


async def audit(job: Job) -> None:
    """Everything that needs the network, up to judge's input."""
    if job.unit.portal is None:
        await job.store.save_state({"portal": PortalState.NONE, "detail": {}})
        return
    net = PatientNet(
        job.gate,
        job.targets,
        job.answers,
        browser=UnitBrowser(job.browser, evidence_folder(job.sweep.id, job.unit.id)),
        archive=job.archive,
        pause=job.timing.offline_pause,
        patience=job.timing.offline_patience,
    )
    with job.answers.joined(job.archive):
        await _stages(job, net)
    await windows.recall(job.earlier, job.store, job.probes)
    await job.store.save_attempts(net.drain())


async def _stages(job: Job, net: PatientNet) -> None:
    job.stage("walk")
    await walk(job, net)
    if await _pass_wall(job, net):
        net.purpose = "walk"
        await walk(job, net)
    if await _repeat(job, net):
        await walk(job, net)
    if await _render(job, net):
        net.purpose = "walk"
        await walk(job, net)
        await escalation.note_unshown(job.store, await walk_plan(job, net))
    await _note_blank_home(job)
    job.stage("gather")
    began = time.monotonic()
    await gather(job, net)
    job.stage("confirm")
    await confirm(job, net, began)


def observer(probes: Sequence[Probe[Any, Any]]) -> Observe:
    """What all probes see on a page: by probe id, as JSON, personal data masked."""
    observers: list[tuple[str, Callable[[Page], Frozen | None]]] = [
        (probe.id, probe.observe) for probe in probes if probe.observe is not None
    ]
    observers.append((RENDER, escalate.observe))

    def observe(page: Page) -> Mapping[str, str]:
        seen = ((name, look(page)) for name, look in observers)
        kept = {name: data.model_dump_json(exclude_defaults=True) for name, data in seen if data is not None}
        if not could_hold("\n".join(kept.values())):  # one look at all of it tells of nearly every page
            return kept
        return {name: mask_json(data) for name, data in kept.items()}

    return observe


async def walk(job: Job, net: PatientNet) -> None:
    """Visit the portal; where its home page fails, look once more later before saying so."""
    plan = await walk_plan(job, net)
    await Walk(plan, SparingNet(net, job.answers), job.store).run()
    home = await home_of(job.store)
    if is_read(home):
        passed = await _passed(job)
        await _save_portal(job, PortalState.OPEN, passed or {"first": home.outcome})
    elif not await job.store.state():
        await look_again(plan, net, job.store, home, job.timing.pauses, partial(_save_portal, job))
    await job.store.save_attempts(net.drain())


async def _note_blank_home(job: Job) -> None:
    """A home page that only its scripts fill says nothing of the unit, unless the browser has shown it."""
    if not await _is_open(job):
        return
    home = await home_of(job.store)
    wanted = dict(await job.store.evidence(RENDER)).get(home.url)
    if wanted is not None and not home.rendered and escalate.Wanted.model_validate_json(wanted).blank:
        await _save_portal(job, PortalState.UNREAD, {"first": home.outcome})


async def walk_plan(job: Job, net: PatientNet) -> WalkPlan:
    home = await job.store.home()
    unit = job.unit
    if await _passed(job):
        unit = unit.model_copy(update={"max_pages": min(unit.max_pages, WALLED_PAGES)})
    return WalkPlan(
        unit,
        job.sweep.period,
        job.sweep.as_of,
        observer(job.probes),
        tick=job.tick,
        home=home.final_url if home is not None and is_read(home) else None,
        attempts=net.drain,
        archive=job.archive,
        past=job.past,
    )


async def _pass_wall(job: Job, net: PatientNet) -> bool:
    """Whether a browser opens a home page that showed us nothing but a named wall."""
    state = await job.store.state() or {}
    if state.get("portal") != PortalState.BLOCKED:
        return False
    net.purpose = "render"
    if not await escalation.pass_wall(job.store, await walk_plan(job, net), net):
        return False
    await _save_portal(job, PortalState.OPEN, {**state.get("detail", {}), PASSED: "browser"})
    return True


async def _passed(job: Job) -> Mapping[str, Any]:
    """What is known of a portal whose wall the browser passed; empty for any other."""
    detail = ((await job.store.state()) or {}).get("detail", {})
    return detail if PASSED in detail else {}


async def _repeat(job: Job, net: PatientNet) -> bool:
    """Pages that failed, asked once more; whether they brought links that are still to be walked."""
    if not await _is_open(job):
        return False
    more = await second_pass.repeat(job.store, await walk_plan(job, net), net, job.timing.pauses)
    await job.store.save_attempts(net.drain())
    return more


async def _is_open(job: Job) -> bool:
    return (await job.store.state() or {}).get("portal") == PortalState.OPEN


async def _render(job: Job, net: PatientNet) -> bool:
    """Pages that only a browser can show; whether they brought links that are still to be walked."""
    if not await _is_open(job):
        return False
    net.purpose = "render"
    return await escalation.escalate(job.store, await walk_plan(job, net), net)


async def _save_portal(job: Job, state: PortalState, detail: Mapping[str, Any]) -> None:
    cut = await job.store.cut()
    kept = {name: value for name, value in detail.items() if value is not None}
    if state is PortalState.SUSPECTED and await windows.portal_failed(job.earlier, kept):
        state = PortalState.DOWN
    if cut:
        kept["not_visited"] = dict(sorted(cut.items()))  # by trap pattern; '' = over max_pages
    known = {"portal": state, "detail": kept, "truncated": "" in cut}
    await job.store.save_state({**known, "week": dict(job.week)} if job.week else known)


async def gather(job: Job, net: PatientNet) -> None:
    """First looks of the probes that ask the network themselves."""
    facts = await unit_facts(job.store, job.sweep, job.unit)
    for probe in sorted(job.probes, key=lambda probe: probe.gathers_last):
        if probe.gather is None or await job.store.gathered(probe.id) is not None:
            continue
        if job.has_owner and all(check.shared for check in probe.checks if check.needs == "home"):
            continue
        net.purpose = probe.id
        found = await probe.gather(await evidence_of(job.store, probe, facts), net)
        await job.archive.flush()
        await job.store.save_gathered(probe.id, mask_json(found.model_dump_json()))
        await job.store.save_attempts(net.drain())


async def confirm(job: Job, net: PatientNet, began: float) -> None:
    """Second looks, later and on fresh connections, where a first look saw a fault."""
    facts = await unit_facts(job.store, job.sweep, job.unit)
    net.ask_anew()
    for probe in sorted(job.probes, key=lambda probe: probe.gathers_last):
        if probe.confirm is None:
            continue
        evidence = await evidence_of(job.store, probe, facts)
        if evidence.gathered is None or (probe.unsettled and not probe.unsettled(evidence.gathered)):
            continue
        await asyncio.sleep(max(0.0, began + job.timing.confirm_after - time.monotonic()))
        net.purpose = f"{probe.id} confirm"
        found = await probe.confirm(evidence, net)
        await job.archive.flush()
        await job.store.save_gathered(probe.id, mask_json(found.model_dump_json()))
        await job.store.save_attempts(net.drain())
