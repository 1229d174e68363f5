"""What a probe is, what it yields, and the one place where a broken probe is caught.

A probe is one file with up to four functions: `observe(page)` and `judge(evidence, limits)` are pure,
`gather(evidence, net)` and `confirm(evidence, gathered, net)` ask the network through the gate.
Checks know no regulator: packs tie check ids to indicator codes.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from crawler.model import Family, Fetched, Frozen, Outcome, PageFacts, Period, Request, Resolved, Unit

if TYPE_CHECKING:
    from crawler.browser.escalate import Renders
    from crawler.browser.tab import Rendered, Task, Trouble
    from crawler.keeping.targets import Look
    from crawler.markup.page import Page

T = TypeVar("T")

log = logging.getLogger(__name__)


class Verdict(StrEnum):
    """通过, 不通过, 未能检测, 不适用."""

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


class Reason(StrEnum):
    """Why a check is `unknown`. Closed: docs/method.md lists them."""

    BLOCKED = "blocked"
    BROWSER_MISSING = "browser_missing"
    BROWSER_FAILED = "browser_failed"
    BUDGET = "budget"
    HOME_UNREACHABLE = "home_unreachable"
    NO_IPV6_HERE = "no_ipv6_here"
    NO_PORTAL = "no_portal"
    OWN_NETWORK = "own_network"
    ROBOTS = "robots"
    SUSPECTED = "suspected"
    TOO_FEW_SAMPLES = "too_few_samples"
    UNDATED = "undated"
    UNREADABLE = "unreadable"
    NOT_ASKED = "not_asked"
    NOT_BUILT_YET = "not_built_yet"


class Proof(Frozen):
    """Where a finding can be seen again."""

    kind: str  # http | dns | tcp | dom | screenshot | warc
    ref: str


class Explained(Frozen):
    """Why a fault is not counted for now (comply or explain). Judging never sets it, `rules.explain` does."""

    reason: str
    author: str
    proof: str
    until: str  # ISO date, the last day it holds


class Finding(Frozen):
    """One defect: where, about what, expected, found, what to do. Texts are Chinese."""

    url: str  # the shallowest page it stands on
    subject: str = ""  # absolute URL where the defect is a link or page
    message: str
    verdict: Verdict = Verdict.FAIL
    expected: str = ""
    found: str = ""
    advice: str = ""
    evidence: tuple[Proof, ...] = ()
    observed_at: str | None = None  # ISO 8601 with zone
    explained: Explained | None = None


MAX_FINDINGS = 200


class Result(Frozen):
    """What one check says of one unit (docs/formats.md, without the pack's part)."""

    check: str
    verdict: Verdict
    population: int = 0
    tested: int = 0
    defects: int = 0
    needs_review: bool = False
    reason: str | None = None
    observed: Mapping[str, Any] = {}
    findings: tuple[Finding, ...] = ()
    explained: int = 0  # of the defects

    @classmethod
    def of(
        cls,
        check: str,
        *,
        defects: Sequence[Finding] = (),
        population: int = 1,
        tested: int | None = None,
        tested_share: float = 0.9,
        reason: Reason | str = Reason.TOO_FEW_SAMPLES,
        needs_review: bool = False,
        observed: Mapping[str, Any] | None = None,
    ) -> Result:
        """Fail with a defect; pass when enough of the population was tested; else unknown with `reason`.

        `tested_share`: assumed, a pack may set another.
        """
        tested = population if tested is None else tested
        if defects:
            verdict = Verdict.FAIL
        elif tested > 0 and tested >= tested_share * population:
            verdict = Verdict.PASS
        else:
            verdict = Verdict.UNKNOWN
        return cls(
            check=check,
            verdict=verdict,
            population=population,
            tested=tested,
            defects=len(defects),
            needs_review=needs_review,
            reason=str(reason) if verdict is Verdict.UNKNOWN else None,
            observed=observed or {},
            findings=tuple(defects[:MAX_FINDINGS]),
        )

    @classmethod
    def unknown(cls, check: str, reason: Reason, **fields: Any) -> Result:
        return cls(check=check, verdict=Verdict.UNKNOWN, reason=str(reason), **fields)

    @classmethod
    def not_applicable(cls, check: str, reason: str | None = None, **fields: Any) -> Result:
        return cls(check=check, verdict=Verdict.NOT_APPLICABLE, reason=reason, **fields)


class PortalState(StrEnum):
    """What the walk can say of the portal as a whole."""

    OPEN = "open"
    DOWN = "down"  # refused or NXDOMAIN, confirmed, canary up
    SUSPECTED = "suspected"  # only time-outs or 5xx so far
    FOREIGN = "foreign"  # what opens, twice, is not the unit's own site
    UNREAD = "unread"  # it opens, but only scripts that were not run bring what is on it
    BLOCKED = "blocked"  # every attempt shows a named wall
    ROBOTS = "robots"
    OWN_NETWORK = "own_network"
    NONE = "none"  # no portal is known


@dataclass(frozen=True, slots=True)
class SweepContext:
    """What a verdict may depend on besides evidence."""

    as_of: date
    period: Period
    seed: int = 1
    portal: PortalState = PortalState.OPEN
    portal_detail: Mapping[str, Any] = field(default_factory=dict)  # outcomes of the home page's ladder
    week: Mapping[str, Sequence[str]] = field(default_factory=dict)  # of visits before the sweep, in words
    truncated: bool = False  # max_pages or a pattern budget cut the walk
    options: Mapping[str, bool] = field(default_factory=dict)  # probe_cloaking, ...
    owner_home: frozenset[str] = frozenset()  # link targets on the host owner's home page (path units only)
    renders: Renders | None = None  # what the browser was used for; None: there was none

    def unshown(self, url: str) -> Reason:
        """Why a page that only a browser can show stays unread."""
        if self.renders is None:
            return Reason.BROWSER_MISSING
        if self.renders.tried(url):
            return Reason.UNREADABLE
        trouble = self.renders.trouble
        return Reason(trouble.value) if trouble is not None else Reason.BUDGET


# What proves nothing in one window, but a fault in two that are hours apart.
FAILING = frozenset({Outcome.SERVER_ERROR, Outcome.CONNECT_TIMEOUT, Outcome.TOO_SLOW})

E = TypeVar("E", bound=Frozen)
L = TypeVar("L", bound=Frozen)


@dataclass(frozen=True, slots=True)
class Seen(Generic[E]):
    """One page's evidence for one probe."""

    facts: PageFacts
    data: E


@dataclass(frozen=True, slots=True)
class Evidence(Generic[E]):
    """All that one probe knows of one unit. `pages` holds every visited page that has evidence, in walk
    order, home first; `visited` every page tried, with evidence or not."""

    unit: Unit
    context: SweepContext
    home: Seen[E] | None = None
    pages: Sequence[Seen[E]] = ()
    visited: Sequence[PageFacts] = ()
    gathered: Any = None  # what `gather` returned (a Frozen of the probe's own), or None
    departments: Sequence[Evidence[E]] = ()  # of the sweep's departments below, where `compares` is set

    def unread(self, names: re.Pattern[str], near: Container[str] = (), share: float = 0.1) -> list[str]:
        """Pages that may hold what was not found: nothing may be called missing while there are any.

        `names`: what their links are called; `near`: pages from which they were reached (final URLs). When
        more than `share` (assumed) of all pages could not be read, every one of them may hold it.
        """
        hidden = self.hidden
        if len(hidden) > share * len(self.visited):
            return [page.url for page in hidden]
        return [page.url for page in hidden if names.search(page.anchor) or page.parent in near]

    @property
    def unshown(self) -> list[PageFacts]:
        """Columns that were opened, but whose rows only scripts bring that no browser has run."""
        urls = set(self.context.renders.unshown) if self.context.renders is not None else set()
        return [page for page in self.visited if page.url in urls] if urls else []

    @property
    def hidden(self) -> list[PageFacts]:
        """Pages of the unit that could not be read: failed, walled, under maintenance, not the unit's."""
        return [page for page in self.visited if not page.identified and page.outcome is not Outcome.GONE]


class Net(Protocol):
    """The gate, as probes see it. Never raises for what a host does: every outcome is a value."""

    async def fetch(self, request: Request) -> Fetched: ...

    async def once(self, request: Request) -> Fetched:
        """The answer to a question that others may have asked before in this sweep: it is asked once. Among
        second looks, the answer to another one's second look."""
        ...

    async def resolve(self, host: str, family: Family) -> Resolved: ...

    async def online(self, family: Family = Family.ANY) -> bool: ...

    async def look(self, url: str, *, again: bool = False) -> Look:
        """What stands behind a link, asked once per sweep; `again`: the later look on a fresh connection."""
        ...

    async def browse(self, task: Task[T], *, seconds: float = 120.0) -> T | Trouble:
        """Do something with a page in a real browser; a `Trouble` says why it could not be done."""
        ...

    async def render(self, url: str) -> Rendered | Trouble:
        """A page as it stands in a real browser after its scripts have run."""
        ...


@dataclass(frozen=True, slots=True)
class Check:
    """One check: its id, its Chinese name, and what must hold before it can be judged."""

    id: str
    title: str
    # "home": the home page was read; "host": the portal is not known to be somebody else's; "portal": only a
    # portal URL; "nothing"
    needs: str = "home"
    after: str | None = None  # a check that must not have failed: else not_applicable needs:<after>
    shared: bool = False  # a host fact: path units copy it from the host's owner
    voids: bool = False  # its fault means that nothing that was read is the unit's own


Observe = Callable[["Page"], E | None]
Gather = Callable[[Evidence[E], Net], Awaitable[Frozen]]
Confirm = Callable[[Evidence[E], Net], Awaitable[Frozen]]
Judge = Callable[[Evidence[E], L], Iterable[Result]]


@dataclass(frozen=True, slots=True)
class Probe(Generic[E, L]):
    """A probe's parts. `evidence`, `gathers` and `limits` are the models its data is validated by."""

    id: str
    checks: tuple[Check, ...]
    limits: type[L]
    judge: Judge[E, L]
    evidence: type[E] | None = None
    observe: Observe[E] | None = None  # None for a page = nothing worth keeping
    gathers: type[Frozen] | None = None
    gather: Gather[E] | None = None
    confirm: Confirm[E] | None = None  # later look; gets evidence.gathered, returns it amended
    unsettled: Callable[[Any], bool] | None = None  # of what was gathered: is there anything to confirm?
    recall: Callable[[Any, Any], Frozen] | None = None  # marks what an earlier window showed as well
    gathers_last: bool = False  # what the others opened by then it need not ask for
    compares: bool = False  # wants the evidence of the unit's departments beside its own


_STATE_REASON = {
    PortalState.DOWN: Reason.HOME_UNREACHABLE,
    PortalState.SUSPECTED: Reason.HOME_UNREACHABLE,
    PortalState.FOREIGN: Reason.HOME_UNREACHABLE,
    PortalState.UNREAD: Reason.UNREADABLE,
    PortalState.BLOCKED: Reason.BLOCKED,
    PortalState.ROBOTS: Reason.ROBOTS,
    PortalState.OWN_NETWORK: Reason.OWN_NETWORK,
    PortalState.NONE: Reason.NO_PORTAL,
}

# What cannot be judged in a state: everything that needs the home page, and of a stranger also the host.
_STOPPED_BY: Mapping[PortalState, tuple[str, ...]] = {
    PortalState.OPEN: (),
    PortalState.FOREIGN: ("home", "host"),
}


def run_probe(probe: Probe[Any, Any], evidence: Evidence[Any], limits: Frozen | None = None) -> list[Result]:
    """Exactly one result for every declared check, whatever the probe does.

    The only `except Exception` of the project stands here: a probe that raises yields
    `unknown: unreadable` for its checks, and the traceback goes to the log.
    """
    state = evidence.context.portal
    results: dict[str, Result] = {}
    open_checks = []
    for check in probe.checks:
        if state is PortalState.NONE and check.needs != "nothing":
            results[check.id] = Result.unknown(check.id, Reason.NO_PORTAL)
        elif check.needs in _STOPPED_BY.get(state, ("home",)):
            results[check.id] = Result.unknown(check.id, _STATE_REASON[state])
        else:
            open_checks.append(check.id)
    if open_checks:
        for result in _judged(probe, evidence, limits or probe.limits()):
            if result.check in open_checks:
                results[result.check] = result
    return [
        results.get(check.id) or Result.unknown(check.id, Reason.UNREADABLE, observed={"why": "no result"})
        for check in probe.checks
    ]


def _judged(probe: Probe[Any, Any], evidence: Evidence[Any], limits: Frozen) -> Iterator[Result]:
    try:
        yield from probe.judge(evidence, limits)
    except Exception as problem:
        log.exception("probe %s failed on unit %s", probe.id, evidence.unit.id)
        for check in probe.checks:
            yield Result.unknown(
                check.id, Reason.UNREADABLE, observed={"error": f"{type(problem).__name__}: {problem}"}
            )


def apply_preconditions(results: Iterable[Result], checks: Mapping[str, Check]) -> list[Result]:
    """`not_applicable: needs:X` for every check whose precondition X failed in the same unit; after the fault
    of a check that `voids`, nothing that was read is held against the unit."""
    by_id = {result.check: result for result in results}
    void = next((r.check for r in by_id.values() if r.verdict is Verdict.FAIL and _voids(r, checks)), None)
    if void is not None:
        return [_voided(result, void, checks) for result in by_id.values()]
    out = []
    for result in by_id.values():
        after = checks[result.check].after if result.check in checks else None
        while after is not None:
            before = by_id.get(after)
            if before is not None and before.verdict is Verdict.FAIL:
                result = Result.not_applicable(result.check, f"needs:{after}")
                break
            after = checks[after].after if after in checks else None
        out.append(result)
    return out


def _voids(result: Result, checks: Mapping[str, Check]) -> bool:
    return result.check in checks and checks[result.check].voids


def _voided(result: Result, by: str, checks: Mapping[str, Check]) -> Result:
    needs = checks[result.check].needs if result.check in checks else "home"
    if result.check == by or needs not in ("home", "host"):
        return result
    return Result.unknown(result.check, Reason.HOME_UNREACHABLE, observed={"void": by})
