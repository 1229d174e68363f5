"""Walks one portal, politely and in a fixed order, and hands every page to the observers while it streams by.

Each level is finished and sorted before the page cap and the trap budgets cut, so what is visited does not
depend on timing. Pages are never held: a page is parsed, observed, its links are put on the frontier, and
it is gone. Visits are stored in batches of about a second; a killed walk goes on from its last batch.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Protocol

from crawler.dialects import read as read_dialects
from crawler.dialects import supplements as dialect_supplements
from crawler.frontier import Attempt, Candidate, Frontier, State, Visit
from crawler.keeping.archive import PART, Archive, NoArchive, key_of
from crawler.lists.rows import find_rows
from crawler.markup.page import Page
from crawler.model import Fetched, Outcome, Period, Request, Role, Unit
from crawler.scope import Scope
from crawler.signs.home import HomeDoubt, home_doubt
from crawler.signs.identity import is_content
from crawler.traps import budget_of
from crawler.walking.candidates import candidates, home_candidate, leads_of
from crawler.walking.memo import Leads, Memo, NoPast, Part, Past, text_digest
from crawler.walking.visits import bare_visit, carried, facts_of, is_data, is_html, is_same, part_text

BATCH_SECONDS = 1.0
BATCH_VISITS = 100
PAGE_REDIRECTS = 3
INCLUDES_HELD = 300  # answers of header and footer scripts kept per unit
SUPPLEMENTS_PER_PAGE = 12
POSTS_PER_LIST = 10  # of three list pages each

Observe = Callable[[Page], Mapping[str, str]]


class Fetcher(Protocol):
    """What the walk needs of the gate."""

    async def fetch(self, request: Request) -> Fetched: ...


@dataclass(frozen=True, slots=True)
class WalkPlan:
    """What a walk depends on besides the network."""

    unit: Unit
    period: Period
    as_of: date
    observe: Observe
    tick: Callable[[str, Outcome], None] = lambda url, outcome: None  # progress: a page was done
    home: str | None = None  # where the home page led, when it was visited before: a walk goes on
    attempts: Callable[[], Iterable[Attempt]] = tuple  # requests since the last call, stored with the batch
    archive: Archive = field(default_factory=NoArchive)
    includes_held: int = INCLUDES_HELD
    past: Past = field(default_factory=NoPast)


@dataclass(slots=True)
class _Trail:
    """What one visit fetched: the documents on the way to the page, and the parts of the page."""

    documents: list[tuple[Request, Fetched]] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)

    def ahead(self, request: Request) -> Fetched | None:
        """What was asked for already, to see whether the page had changed, and came whole."""
        if len(self.documents) != 1 or self.documents[0][0].url != request.url:
            return None
        return self.documents[0][1]


class Walk:
    """One portal's walk over a frontier that may already hold work.

    `shown`: the net answers with what a browser showed, where each fragment is a document of its own.
    """

    def __init__(self, plan: WalkPlan, net: Fetcher, frontier: Frontier, *, shown: bool = False) -> None:
        self._shown = shown
        self._plan = plan
        self._net = net
        self._frontier = frontier
        self.home_doubt: HomeDoubt | None = None  # why the home page that was last visited is not read
        self._scope = Scope.of(plan.unit)
        if plan.home is not None:
            self._adopt(plan.home)
        self._includes: OrderedDict[str, tuple[str | None, str]] = OrderedDict()
        self._batch: list[Visit] = []
        self._saved_at = time.monotonic()
        self._saving = asyncio.Lock()

    async def run(self) -> None:
        """Visit everything that the budgets allow. Returns at once when nothing is left."""
        if self._plan.unit.portal is None:
            return
        await self._frontier.add([home_candidate(self._plan.unit.portal)])
        while (level := await self._frontier.next_level()) is not None:
            queue = deque(await self._begin(level))
            async with asyncio.TaskGroup() as group:
                for number in range(self._plan.unit.concurrency):
                    group.create_task(self._work(queue), name=f"{self._plan.unit.id} walker {number}")
            await self._flush()

    async def _begin(self, level: int) -> list[Candidate]:
        """Cut the level by the page cap and the pattern budgets; what is chosen and not yet done."""
        rows = await self._frontier.level(level)
        visited, by_pattern = await self._frontier.counts(level)
        used = Counter(by_pattern)
        chosen: list[Candidate] = []
        done = set()
        cut: list[str] = []
        for candidate, state in rows:
            budget = budget_of(candidate.pattern) if candidate.pattern else None
            over_budget = budget is not None and used[candidate.pattern] >= budget
            if visited >= self._plan.unit.max_pages or over_budget:
                cut.append(candidate.key)
                continue
            visited += 1
            used[candidate.pattern] += 1
            chosen.append(candidate)
            if state is State.DONE:
                done.add(candidate.key)
        await self._frontier.begin(level, [candidate.key for candidate in chosen], cut)
        due = [candidate for candidate in chosen if candidate.key not in done]
        self._plan.past.expect([candidate.url for candidate in due])
        return due

    async def _work(self, queue: deque[Candidate]) -> None:
        while queue:
            candidate = queue.popleft()
            visit = await self.visit(candidate)
            self._batch.append(visit)
            self._plan.tick(candidate.url, visit.facts.outcome)
            late = time.monotonic() - self._saved_at >= BATCH_SECONDS
            if late or len(self._batch) >= BATCH_VISITS or self._plan.archive.full:
                await self._flush()

    async def _flush(self) -> None:
        async with self._saving:
            batch, self._batch = self._batch, []
            self._saved_at = time.monotonic()
            await self._plan.archive.flush()  # first: what counts as visited can be shown
            if batch:
                batch[-1] = replace(batch[-1], attempts=tuple(self._plan.attempts()))
                await self._frontier.save(batch)

    async def visit(self, candidate: Candidate) -> Visit:
        """One page, fetched, read and observed. Nothing is stored, but its documents go to the archive."""
        trail = _Trail()
        visit = await self._unchanged(candidate, trail) or await self._look(candidate, trail)
        if trail.documents:
            parts = [key_of(part.request) for part in trail.parts]
            self._plan.archive.keep_page(trail.documents, parts, visit.evidence)
        return visit

    async def _unchanged(self, candidate: Candidate, trail: _Trail) -> Visit | None:
        """The visit with what an earlier sweep read; None where the page has to be read now.

        A page that came whole all the same is left in the trail: it is asked for once.
        """
        earlier = await self._plan.past.page(candidate.url) if candidate.role in _CARRIED else None
        if earlier is None:
            return None
        stood = earlier.facts.final_url if earlier.facts.final_url != candidate.url else None
        request = Request(
            candidate.url, etag=earlier.etag, last_modified=earlier.last_modified, unchanged_at=stood
        )
        fetched = await self._net.fetch(request)
        if not fetched.not_modified:
            trail.documents.append((request, fetched))
        if not is_same(fetched, earlier.facts):
            return None
        memo = Memo.decode(earlier.memo)
        if not await self._same_parts(memo.parts, trail):
            return None
        return Visit(
            key=candidate.key,
            facts=carried(earlier.facts, candidate, fetched),
            evidence=earlier.evidence,
            candidates=tuple(self._candidates(memo.leads, fetched.final_url, candidate)),
            etag=fetched.headers.get("etag", earlier.etag),
            last_modified=fetched.headers.get("last-modified", earlier.last_modified),
            memo=earlier.memo,
        )

    async def _same_parts(self, parts: Iterable[Part], trail: _Trail) -> bool:
        for part in parts:
            _, digest = await self._include(part.request)
            if digest != part.digest:
                trail.parts.clear()
                return False
            trail.parts.append(part)
        return True

    async def _look(self, candidate: Candidate, trail: _Trail) -> Visit:
        is_home = candidate.role is Role.HOME
        fetched, page = await self._open(candidate.url, is_home, trail)
        is_page = is_html(fetched)
        if page is None or (is_page and not (is_home or page.url in self._scope)):
            return bare_visit(candidate, fetched)
        if not is_page:  # a further page of a list, as data: its rows are links, it is no page
            led = leads_of(page, self._scope) if find_rows(page).rows else Leads()
            rows = tuple(self._candidates(led, page.url, candidate))
            return replace(bare_visit(candidate, fetched), candidates=rows)
        if is_home:
            self._adopt(page.url)
            self.home_doubt = home_doubt(page, self._plan.unit)
        if not is_content(page, self._plan.unit):
            return Visit(candidate.key, facts_of(candidate, fetched, page, identified=False), evidence={})
        leads = [(leads_of(one, self._scope), one.url) for one in (page, *await self._further(page, trail))]
        return Visit(
            key=candidate.key,
            facts=facts_of(candidate, fetched, page, identified=True),
            evidence=self._plan.observe(page),
            candidates=tuple(
                found for led, here in leads for found in self._candidates(led, here, candidate)
            ),
            etag=fetched.headers.get("etag"),
            last_modified=fetched.headers.get("last-modified"),
            memo=_memo(candidate, [led for led, _ in leads], page, trail),
        )

    def _candidates(self, leads: Leads, here: str, found_as: Candidate) -> Iterator[Candidate]:
        return candidates(
            leads,
            here,
            role=found_as.role,
            level=found_as.level,
            depth=found_as.depth,
            period=self._plan.period,
            as_of=self._plan.as_of,
        )

    async def _further(self, page: Page, trail: _Trail) -> list[Page]:
        """What a list asks for by POST when it is turned, until it is behind the period. What a GET brings
        is queued like any page; these have no address that could be queued."""
        found: list[Page] = []
        turned = [request for request in find_rows(page).requests if request.method == "POST"]
        for request in turned[:POSTS_PER_LIST]:
            text, digest = await self._include(request)
            trail.parts.append(Part(request, digest))
            answer = Page(request.url, (text or "").encode(), content_type="text/xml; charset=utf-8")
            rows = find_rows(answer).rows
            if rows:
                found.append(answer)
            days = [row.date for row in rows if row.date is not None]
            if not rows or (days and max(days) < self._plan.period.start):
                break
        return found

    async def _open(self, url: str, is_home: bool, trail: _Trail) -> tuple[Fetched, Page | None]:
        """The page a person ends on: redirects written into the page (meta refresh, script) are followed."""
        for _ in range(PAGE_REDIRECTS):
            fetched = await self._document(url, trail)
            if not fetched.ok or not (is_html(fetched) or is_data(fetched)):
                return fetched, None
            page = await self._complete(fetched, is_home, trail)
            onward = read_dialects(page).redirect
            if onward is None or onward == url or not (is_home or onward in self._scope):
                break
            url = onward
        return fetched, page

    async def _document(self, url: str, trail: _Trail) -> Fetched:
        """Fetch; a fragment that names a page of its own (gkmlpt) is kept."""
        bare, _, fragment = url.partition("#")
        request = Request(bare if fragment and not self._shown else url)
        fetched = trail.ahead(request)
        if fetched is None:
            fetched = await self._net.fetch(request)
            trail.documents.append((request, fetched))
        if not fragment:
            return fetched
        return replace(fetched, url=url, final_url=f"{fetched.final_url}#{fragment}")

    def _adopt(self, final_url: str) -> None:
        """A home page that moved inside one site (other name, same registered domain) widens the scope."""
        unit = self._plan.unit
        if final_url not in self._scope and unit.portal and _same_site(unit.portal, final_url):
            folder = final_url.rpartition("/")[0] + "/"
            self._scope = Scope([*(unit.scope or [unit.portal]), folder], unit.exclude)

    async def _complete(self, fetched: Fetched, is_home: bool, trail: _Trail) -> Page:
        """The page with the scripts, frames and data answers that belong to it."""
        page = Page.of(fetched, is_home=is_home)
        includes: dict[str, str] = {}
        wanted = [*page.supplements(), *dialect_supplements(page)]
        for request in wanted[:SUPPLEMENTS_PER_PAGE]:
            text, digest = await self._include(request)
            trail.parts.append(Part(request, digest))
            if text is not None:
                includes[request.url] = text
        if not includes:
            return page
        return Page.of(fetched, is_home=is_home, includes=includes)

    async def _include(self, request: Request) -> tuple[str | None, str]:
        """The text of a part and its digest; asked for once while it is held."""
        key = f"{request.method} {request.url} {request.body!r}"
        if key in self._includes:
            self._includes.move_to_end(key)
            return self._includes[key]
        fetched = await self._net.fetch(request)
        self._plan.archive.keep(request, fetched, PART)
        text = part_text(request, fetched)
        self._includes[key] = text, text_digest(text)
        while len(self._includes) > self._plan.includes_held:
            self._includes.popitem(last=False)
        return text, text_digest(text)


# Home, site map and disclosure tree carry the proof of what is missing: they are read in every sweep.
_CARRIED = frozenset({Role.COLUMN, Role.ARTICLE, Role.OTHER})


def _memo(candidate: Candidate, leads: list[Leads], page: Page, trail: _Trail) -> bytes | None:
    """Only for one document as its server sent it, without further ones: what a 304 can speak for."""
    if len(trail.documents) != 1 or len(leads) != 1 or page.rendered or "#" in candidate.url:
        return None
    return Memo(leads[0], tuple(trail.parts)).encode()


def _same_site(one: str, other: str) -> bool:
    """True when both hosts share their last labels (three under .gov.cn and the like)."""

    def site(url: str) -> list[str]:
        host = url.split("/")[2].rpartition("@")[2].partition(":")[0].lower()
        labels = host.split(".")
        return labels[-3:] if labels[-2:-1] in (["gov"], ["com"], ["org"], ["net"], ["edu"]) else labels[-2:]

    return site(one) == site(other)
