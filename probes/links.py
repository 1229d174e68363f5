"""Do the links open, and open the right thing (链接可用性)?

Evidence: targets of every page; the walk's own visits; looks at what the walk does not visit (attachments,
pictures, other sites), each repeated later where it failed. Source: docs/method.md, Links.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from crawler.keeping.targets import Look
from crawler.model import Frozen, Outcome, PageFacts
from probes.base import FAILING, Check, Evidence, Net, PortalState, Probe, Reason, Result, Verdict
from probes.link_errors import error_pages
from probes.link_evidence import Index, OnPage, Target, index_of, observe
from probes.link_missing import learn_missing
from probes.link_verdicts import (
    AGAIN,
    DEAD,
    WRONG,
    Said,
    Surroundings,
    is_root,
    origin,
    place,
    said,
    settled,
)
from probes.link_words import dead_link, unsafe_link, wrong_link

CHECKS = (
    Check("links.home", "首页链接可用"),
    Check("links.inner", "其他页面链接可用"),
    Check("links.wrong", "链接打开的是正确页面"),
    Check("links.unsafe", "无内网、本机及模板残留链接"),
)

LOOKS_PER_PAGE = 2  # budget of looks beside home's links, times the unit's max_pages (assumed)
MAX_DOUBTED_VISITS = 100  # visited pages that may be soft 404s and are looked at for it
LISTED = 200
PATIENCE = 5  # answers of this kind in a row after which a host is left alone (assumed)
_TURNED_AWAY = frozenset({Outcome.CONNECT_TIMEOUT, Outcome.TOO_SLOW, Outcome.LIMITED, Outcome.WALL})


class Doubt(Frozen):
    """A target whose first look spoke against it, and its second look once there is one."""

    first: Look
    second: Look | None = None


class Missing(Frozen):
    """A host's page for invented names: its fingerprint at first and again later ('' = not the same)."""

    first: str
    second: str = ""


class Looked(Frozen):
    """All that was looked at besides the walk."""

    opened: tuple[str, ...] = ()
    untested: Mapping[str, Outcome] = {}
    doubts: Mapping[str, Doubt] = {}
    missing: Mapping[str, Missing] = {}  # by origin
    certificates: tuple[str, ...] = ()  # targets with a certificate fault: information only
    lasting: tuple[str, ...] = ()  # failed at both looks of this window, and of an earlier one


class Limits(Frozen):
    tested_share: float = 0.9


# -- asking


async def gather(evidence: Evidence[OnPage], net: Net) -> Looked:
    """First looks at what the walk did not visit, and at each host's answer to names nobody has published."""
    if evidence.context.portal is not PortalState.OPEN:
        return Looked()
    index = index_of(evidence)
    looks = await _look_at(net, _within_budget(index, evidence.unit.max_pages))
    own = {origin(facts.final_url) for facts in evidence.visited if facts.outcome is Outcome.OK}
    deep = {origin(url) for url, look in looks.items() if look.print and not is_root(url)}
    missing = await learn_missing(net, sorted(own | deep), evidence.context.seed)
    opened = [url for url, look in looks.items() if look.outcome is Outcome.OK]
    around = _around(index, {host: look.print for host, look in missing.items()}, opened)
    doubted = {**dict.fromkeys(_doubted_visits(index, missing)), **around.errors}
    looks |= await _look_at(net, list(doubted)[:MAX_DOUBTED_VISITS])
    return _sorted_out(index, looks, around)


async def confirm(evidence: Evidence[OnPage], net: Net) -> Looked:
    """Second looks, later and on fresh connections, where the first one spoke against the target."""
    looked = evidence.gathered
    assert isinstance(looked, Looked)
    again = await _look_at(net, [url for url, doubt in looked.doubts.items() if not doubt.second], again=True)
    doubts = {
        url: Doubt(first=doubt.first, second=again.get(url, doubt.second))
        for url, doubt in looked.doubts.items()
    }
    missing = await learn_missing(net, looked.missing, evidence.context.seed, again=True)
    return looked.model_copy(
        update={
            "doubts": doubts,
            "missing": {
                host: Missing(first=known.first, second=missing[host].print if host in missing else "")
                for host, known in looked.missing.items()
            },
        }
    )


def recall(now: Looked, earlier: Looked) -> Looked:
    """Marks what failed in an earlier window as well: server errors and time-outs at every look."""
    lasting = [url for url in now.doubts if _failing(now.doubts[url]) and _failing(earlier.doubts.get(url))]
    return now.model_copy(update={"lasting": tuple(sorted(lasting))})


def _failing(doubt: Doubt | None) -> bool:
    if doubt is None or doubt.second is None:
        return False
    return all(look.outcome in FAILING and look.online for look in (doubt.first, doubt.second))


def _within_budget(index: Index, max_pages: int) -> list[str]:
    targets = index.unvisited()
    home = [target.url for target in targets if target.on_home]
    return [*home, *(target.url for target in targets[len(home) : len(home) + LOOKS_PER_PAGE * max_pages])]


async def _look_at(net: Net, urls: Iterable[str], *, again: bool = False) -> dict[str, Look]:
    """One queue per host, all hosts at once."""
    queues: dict[str, list[str]] = {}
    for url in urls:
        queues.setdefault(origin(url), []).append(url)
    found: dict[str, Look] = {}

    async def work(queue: Sequence[str]) -> None:
        unanswered = 0
        for url in queue:
            found[url] = look = await net.look(url, again=again)
            unanswered = unanswered + 1 if look.outcome in _TURNED_AWAY else 0
            if unanswered >= PATIENCE:
                return  # the rest of this host stays untested

    async with asyncio.TaskGroup() as group:
        for host, queue in queues.items():
            group.create_task(work(queue), name=f"links {host}")
    return found


def _doubted_visits(index: Index, missing: Mapping[str, Look]) -> list[str]:
    """Visited pages of hosts without a real 404 that may be the page for missing names."""
    titles = Counter(facts.title for facts in index.visited.values() if facts.outcome is Outcome.OK)
    common = max(5, len(index.visited) // 20)  # a title that many pages share tells nothing
    found = []
    for url, facts in index.visited.items():
        page = missing.get(origin(facts.final_url)) or missing.get(origin(url))
        if page is None or facts.outcome is not Outcome.OK:
            continue
        same = bool(page.digest) and facts.digest == page.digest
        named = bool(page.title) and facts.title == page.title and titles[facts.title] <= common
        if same or named or not facts.identified:
            found.append(url)
    return found


def _sorted_out(index: Index, looks: Mapping[str, Look], around: Surroundings) -> Looked:
    opened: list[str] = []
    untested: dict[str, Outcome] = {}
    doubts: dict[str, Doubt] = {}
    for url, target in index.safe.items():
        look = looks.get(url)
        facts = index.visited.get(url)
        walked = _walked(facts) if facts is not None else None
        if look is None or (walked is not None and said(target, look, around) is Said.OPENED):
            look = walked
        if look is None and url in index.read:
            look = Look(outcome=Outcome.OK, status=200, final_url=url, size=1)
        if look is None:
            continue
        answer = said(target, look, around)
        if answer in AGAIN:
            doubts[url] = Doubt(first=look)
        elif answer is Said.UNTESTED:
            untested[url] = look.outcome
        elif facts is None:
            opened.append(url)
    return Looked(
        opened=tuple(sorted(opened)),
        untested=dict(sorted(untested.items())),
        doubts=dict(sorted(doubts.items())),
        missing={host: Missing(first=print) for host, print in sorted(around.missing.items())},
        certificates=tuple(sorted(url for url, look in looks.items() if look.tls_problem)),
    )


def _walked(facts: PageFacts) -> Look:
    """A visit of the walk as a first look. Its content was the observers' matter."""
    return Look(outcome=facts.outcome, status=facts.status, final_url=facts.final_url, size=1)


def _around(index: Index, missing: Mapping[str, str], opened: Iterable[str] = ()) -> Surroundings:
    walked = (facts.final_url for facts in index.visited.values() if facts.outcome is Outcome.OK)
    return Surroundings(
        frozenset(place(url) for url in index.portal_places),
        frozenset(origin(url) for url in (*walked, *opened)),
        missing,
        error_pages(index.visited),
    )


# -- judging


def judge(evidence: Evidence[OnPage], limits: Limits) -> Iterator[Result]:
    index = index_of(evidence)
    looked = evidence.gathered if isinstance(evidence.gathered, Looked) else Looked()
    answers = answers_of(index, looked)
    owners = evidence.context.owner_home
    wrong = {url for url, answer in answers.items() if answer in WRONG}
    home = [target for target in index.home() if target.url not in wrong]
    inner = [target for target in index.inner() if target.url not in wrong]
    if evidence.home is None:
        yield Result.unknown("links.home", Reason.UNREADABLE)
    else:
        yield _links("links.home", home, answers, looked, owners, limits)
    if not index.inner_pages and not inner:
        yield _no_inner(evidence)
    else:
        yield _links("links.inner", inner, answers, looked, owners, limits)
    yield _wrong(index, answers, looked, owners, limits)
    yield _unsafe(index, owners)


def answers_of(index: Index, looked: Looked) -> dict[str, Said]:
    """What is proved of each safe target; without an entry nobody has looked."""
    opened = set(looked.opened)
    first = _around(index, {host: page.first for host, page in looked.missing.items()}, opened)
    seconds = {host: page.second for host, page in looked.missing.items() if page.second}
    again = _around(index, seconds, opened)
    answers: dict[str, Said] = {}
    for url, target in index.safe.items():
        doubt = looked.doubts.get(url)
        if doubt is not None:
            second = said(target, doubt.second, again) if doubt.second is not None else None
            proved = settled(said(target, doubt.first, first), second)
            lasts = proved is Said.SUSPECTED and url in looked.lasting
            answers[url] = Said.FAILING if lasts else proved
        elif url in looked.untested:
            answers[url] = Said.UNTESTED
        elif url in opened or (url in index.visited and index.visited[url].outcome is Outcome.OK):
            answers[url] = Said.OPENED
    return answers


def _links(
    check: str,
    targets: Sequence[Target],
    answers: Mapping[str, Said],
    looked: Looked,
    owners: frozenset[str],
    limits: Limits,
) -> Result:
    dead = [target for target in targets if answers.get(target.url) in DEAD and target.url not in owners]
    tested = sum(answers.get(target.url) in DEAD | {Said.OPENED} for target in targets)
    observed = _observed(targets, answers, looked, dead)
    if not targets:
        return Result(check=check, verdict=Verdict.PASS, observed=observed)
    return Result.of(
        check,
        defects=[dead_link(target, looked.doubts[target.url].second) for target in _in_order(dead)],
        population=len(targets),
        tested=tested,
        tested_share=limits.tested_share,
        reason=_reason(targets, answers, looked),
        observed=observed,
    )


def _no_inner(evidence: Evidence[OnPage]) -> Result:
    if evidence.context.truncated:
        return Result.unknown("links.inner", Reason.BUDGET)
    return Result.not_applicable("links.inner")


def _wrong(
    index: Index, answers: Mapping[str, Said], looked: Looked, owners: frozenset[str], limits: Limits
) -> Result:
    targets = list(index.safe.values())
    wrong = [target for target in targets if answers.get(target.url) in WRONG and target.url not in owners]
    tested = sum(answers.get(target.url) in DEAD | WRONG | {Said.OPENED} for target in targets)
    if not targets:
        return Result(check="links.wrong", verdict=Verdict.PASS)
    findings = [
        wrong_link(target, answers[target.url], looked.doubts[target.url].second)
        for target in _in_order(wrong)
    ]
    return Result.of(
        "links.wrong",
        defects=findings,
        population=len(targets),
        tested=tested,
        tested_share=limits.tested_share,
        reason=_reason(targets, answers, looked),
        observed={"pages": _pages(wrong), "missing_pages": sorted(looked.missing)},
    )


def _unsafe(index: Index, owners: frozenset[str]) -> Result:
    unsafe = [target for target in index.unsafe.values() if target.url not in owners]
    population = len(index.safe) + len(index.unsafe)
    if not population:
        return Result(check="links.unsafe", verdict=Verdict.PASS)
    return Result.of(
        "links.unsafe",
        defects=[unsafe_link(target) for target in _in_order(unsafe)],
        population=population,
        observed={"pages": _pages(unsafe)},
    )


def _observed(
    targets: Sequence[Target], answers: Mapping[str, Said], looked: Looked, dead: Sequence[Target]
) -> dict[str, object]:
    suspected = sorted(target.url for target in targets if answers.get(target.url) is Said.SUSPECTED)
    untested = Counter(
        str(looked.untested.get(target.url, Outcome.BUDGET))
        for target in targets
        if answers.get(target.url, Said.UNTESTED) is Said.UNTESTED
    )
    urls = {target.url for target in targets}
    certificates = [url for url in looked.certificates if url in urls]
    observed: dict[str, object] = {"pages": _pages(dead), "suspected": suspected[:LISTED]}
    if untested:
        observed["untested"] = dict(sorted(untested.items()))
    if certificates:
        observed["certificates"] = certificates[:LISTED]
    return observed


_REASONS: Mapping[Outcome, Reason] = {
    Outcome.BUDGET: Reason.BUDGET,
    Outcome.ROBOTS: Reason.ROBOTS,
    Outcome.OWN_NETWORK: Reason.OWN_NETWORK,
    Outcome.WALL: Reason.BLOCKED,
    Outcome.DENIED: Reason.BLOCKED,
    Outcome.LIMITED: Reason.BLOCKED,
}


def _reason(targets: Sequence[Target], answers: Mapping[str, Said], looked: Looked) -> Reason:
    """Why too little could be tested: the most frequent cause; server errors and time-outs on a tie."""
    counts: Counter[Reason] = Counter()
    for target in targets:
        answer = answers.get(target.url)
        if answer is Said.SUSPECTED:
            counts[Reason.SUSPECTED] += 1
        elif answer is None:
            counts[Reason.BUDGET] += 1
        elif answer is Said.UNTESTED:
            outcome = looked.untested.get(target.url, Outcome.PROTOCOL)
            counts[_REASONS.get(outcome, Reason.UNREADABLE)] += 1
    if not counts:
        return Reason.TOO_FEW_SAMPLES
    return max(sorted(counts), key=lambda reason: (counts[reason], reason is Reason.SUSPECTED))


def _pages(targets: Iterable[Target]) -> dict[str, int]:
    return {target.url: target.pages for target in sorted(targets, key=lambda target: target.url)[:LISTED]}


def _in_order(targets: Iterable[Target]) -> list[Target]:
    return sorted(targets, key=lambda target: (target.page, target.url))


PROBE = Probe(
    id="links",
    checks=CHECKS,
    limits=Limits,
    judge=judge,
    evidence=OnPage,
    observe=observe,
    gathers=Looked,
    gather=gather,
    confirm=confirm,
    recall=recall,
    gathers_last=True,
    unsettled=lambda looked: any(doubt.second is None for doubt in looked.doubts.values()),
)
