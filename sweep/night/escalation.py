"""Between walk and gather: pages that only a browser can show are rendered and observed again.

What is learnt replaces the page's facts and evidence; the DOM goes to the archive like any page. What was
rendered and why is kept as gathered "render", for the report and so that a killed sweep does not repeat it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from crawler.browser.escalate import RenderedNet, Renders, Wanted, Why, budget, in_groups
from crawler.browser.tab import Rendered, Trouble
from crawler.frontier import Candidate, Visit
from crawler.model import Outcome, Role
from crawler.walking.walk import Walk, WalkPlan
from probes.base import SweepContext
from probes.columns import PROBE as COLUMNS
from probes.columns import empty_pages, open_pages
from storage.unit_store import UnitStore
from sweep.verdicts.evidence import RENDER, UnitFacts, evidence_of


class Renderer(Protocol):
    """What is needed of `crawler.keeping.patience.PatientNet`."""

    async def render(self, url: str) -> Rendered | Trouble: ...


@dataclass(slots=True)
class _Round:
    """What has been done so far."""

    pages: dict[str, Why] = field(default_factory=dict)
    in_vain: dict[str, Why] = field(default_factory=dict)
    trouble: Trouble | None = None


async def escalate(store: UnitStore, plan: WalkPlan, net: Renderer) -> bool:
    """Render what is inconclusive, within the cap. True where rendered pages brought new links to walk."""
    if await store.gathered(RENDER) is not None:
        return False
    visited = {candidate.url: candidate for candidate in await store.visited()}
    wanted = await _wanted(store, plan)
    done = _Round({facts.url: Why.CHALLENGE for facts in await store.facts() if facts.rendered})
    limit = budget(len(visited))
    queue = deque(in_groups((url, why) for url, why in wanted.items() if url in visited))
    more = False
    while queue and done.trouble is None and len(done.pages) + len(done.in_vain) < limit:
        group = queue.popleft()
        url = group.pop(0)
        visit = await _rendered(visited[url], plan, net, store, done)
        if visit is None:
            if done.trouble is None:
                done.in_vain[url] = wanted[url]
            continue
        done.pages[url] = wanted[url]
        await _replace(visit, store)
        more = more or bool(visit.candidates)
        if group:  # other templates first, then the siblings that need the same
            queue.append(group)
    await plan.archive.flush()
    await _keep(store, done, wanted)
    return more


async def note_unshown(store: UnitStore, plan: WalkPlan) -> None:
    """Once nothing more is walked: which lists stay unread, also those that rendered pages led to."""
    data = await store.gathered(RENDER)
    if data is None:
        return
    renders = Renders.model_validate_json(data)
    unshown = _unshown(await _wanted(store, plan), renders.pages)
    await store.save_gathered(RENDER, renders.model_copy(update={"unshown": unshown}).model_dump_json())


def _unshown(wanted: Mapping[str, Why], shown: Mapping[str, Why]) -> tuple[str, ...]:
    return tuple(sorted(url for url, why in wanted.items() if why is Why.ROWS and url not in shown))


async def pass_wall(store: UnitStore, plan: WalkPlan, net: Renderer) -> bool:
    """One honest try at a home page that showed us only a wall; True where a browser passes openly."""
    home = next(candidate for candidate in await store.visited() if candidate.role is Role.HOME)
    visit = await _rendered(home, plan, net, store, _Round())
    if visit is not None:
        await plan.archive.flush()
        await _replace(visit, store)
    return visit is not None


async def _replace(visit: Visit, store: UnitStore) -> None:
    """Its links first: a page that counts as rendered is not rendered again after a kill."""
    await store.add(visit.candidates)
    await store.observe_again([visit])


async def _wanted(store: UnitStore, plan: WalkPlan) -> dict[str, Why]:
    """What one page alone shows to be inconclusive, what a wall hides, and what only beside the other
    columns turns out to be open."""
    wanted = {url: Wanted.model_validate_json(data).why for url, data in await store.evidence(RENDER)}
    visited = await store.facts()
    wanted |= {facts.url: Why.CHALLENGE for facts in visited if facts.outcome is Outcome.WALL}
    context = SweepContext(as_of=plan.as_of, period=plan.period)
    columns = await evidence_of(store, COLUMNS, UnitFacts(plan.unit, context, tuple(visited)))
    wanted |= {url: Why.ROWS for url in open_pages(columns) if url not in wanted}
    return wanted | {url: Why.EMPTY for url in empty_pages(columns) if url not in wanted}


async def _rendered(
    candidate: Candidate, plan: WalkPlan, net: Renderer, store: UnitStore, done: _Round
) -> Visit | None:
    """The visit made again from the DOM; None where it shows no more than before."""
    rendered = await net.render(candidate.url)
    if isinstance(rendered, Trouble):
        if rendered is not Trouble.BUDGET:
            done.trouble = rendered
        return None
    if not rendered.ok or not rendered.complete:
        return None
    visit = await Walk(plan, RenderedNet(candidate.url, rendered), store, shown=True).visit(candidate)
    if visit.facts.outcome is not Outcome.OK or not visit.facts.identified or not visit.facts.rendered:
        return None
    return visit


async def _keep(store: UnitStore, done: _Round, wanted: Mapping[str, Why]) -> None:
    left = len(wanted) - len(done.pages) - len(done.in_vain)
    unshown = _unshown(wanted, done.pages)
    renders = Renders(
        pages=done.pages, in_vain=done.in_vain, left=left, unshown=unshown, trouble=done.trouble
    )
    await store.save_gathered(RENDER, renders.model_dump_json())
