"""Pages that did not open during the walk are asked once more when it is over, and so is a home page of which
a part did not come.

A host that was dead for minutes would otherwise leave a hole in the portal. What a page answers now takes
the place of its failure. What was done is kept, so that a killed sweep does not repeat it.
"""

from __future__ import annotations

import asyncio

from crawler.frontier import Candidate
from crawler.keeping.answers import Answers
from crawler.keeping.patience import PatientNet
from crawler.keeping.sparing import SparingNet
from crawler.model import Frozen, Outcome
from crawler.walking.walk import Walk, WalkPlan
from storage.unit_store import UnitStore

NAME = "second_pass"  # among what was gathered
PORTION = 20  # as long as one page of a portion answers, the next one is asked for (assumed)
MANY = 5  # so many failures look like an outage of the host, which is given time to end (assumed)

PASSING = frozenset(
    {
        Outcome.SERVER_ERROR,
        Outcome.CONNECT_TIMEOUT,
        Outcome.TOO_SLOW,
        Outcome.RESET,
        Outcome.REFUSED,
        Outcome.LIMITED,
        Outcome.DNS_FAILED,
        Outcome.UNROUTED,
        Outcome.OWN_NETWORK,
    }
)


class Repeated(Frozen):
    """How many pages were asked again, and how many gave an answer, whatever it says."""

    asked: int = 0
    answered: int = 0


async def repeat(store: UnitStore, plan: WalkPlan, net: PatientNet, pauses: tuple[float, float]) -> bool:
    """Ask again, after the first pause (seconds) for a few pages, after both for many. True where pages that
    answer now brought new links to walk."""
    if await store.gathered(NAME) is not None:
        return False
    failed = {page.url for page in await store.facts() if page.outcome in PASSING or page.lacking}
    waiting = [candidate for candidate in await store.visited() if candidate.url in failed]
    done, more = Repeated(), False
    if waiting:
        await asyncio.sleep(sum(pauses) if len(waiting) >= MANY else pauses[0])
    for start in range(0, len(waiting), PORTION):
        portion = waiting[start : start + PORTION]
        answered, found = await _ask(portion, store, plan, net)
        done = Repeated(asked=done.asked + len(portion), answered=done.answered + answered)
        more = more or found
        if not answered:
            break
    await plan.archive.flush()
    await store.save_gathered(NAME, done.model_dump_json())
    return more


async def _ask(
    portion: list[Candidate], store: UnitStore, plan: WalkPlan, net: PatientNet
) -> tuple[int, bool]:
    """(how many gave an answer, whether it brought links)."""
    walk = Walk(plan, SparingNet(net, Answers()), store)  # nothing from before: home may come whole now
    visits = [await walk.visit(candidate) for candidate in portion]
    said = [visit for visit in visits if visit.facts.outcome not in PASSING]
    if said:
        await store.observe_again(said)
        await store.add(candidate for visit in said for candidate in visit.candidates)
    return len(said), any(visit.candidates for visit in said)
