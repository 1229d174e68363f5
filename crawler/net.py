"""The one gate: every request of the project goes out here, paced, capped, named and recorded.

`Gate` never raises for what a host does. Each attempt, also the failed one, becomes a `Fetched` with one
outcome of the closed list, taken from the cause; each hop of a redirect chain waits for its host's pace and
passes the address rule where it connects.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from tenacity import AsyncRetrying, RetryCallState, retry_if_result, stop_after_attempt, wait_fixed

from crawler import urls
from crawler.errors import BadUrl, CrawlError, TooManyRedirects
from crawler.frontier import Attempt
from crawler.gate.canary import Canaries
from crawler.gate.chain import MAX_HOPS, Chain
from crawler.gate.dns import Names, bare
from crawler.gate.exchange import Answer, Ask, Exchange
from crawler.gate.here import AGENT, user_agent
from crawler.gate.host import Host, HostClosed, HostPolicy, RobotsText, Sleep, retry_after_seconds
from crawler.gate.outcomes import OWN_FAULT_POSSIBLE, outcome_of, worth_retrying
from crawler.gate.proxy import Proxy
from crawler.gate.transport import Transport
from crawler.gate.wire import Way
from crawler.model import Family, Fetched, Outcome, Request, Resolved

ROBOTS_BYTES = 512 * 1024  # RFC 9309 asks for at least 500 KiB
ROBOTS_SECONDS = 10.0
RETRY_PAUSE_SECONDS = 0.5  # before a retry, besides the host's pace


class Gate:
    """The way out. Use as an async context manager; one per process, shared by all units.

    resolve: host → addresses, all units' `resolve` and the file's `hosts` merged ([] = no such name).
    allowed_private_hosts: hosts of the units' own portals. canaries: URLs; their own private addresses are
    allowed to themselves only. policies: by host name without port; every other host (link targets) gets
    default_policy. on_attempt is called for every attempt, canaries and robots.txt included.
    """

    def __init__(
        self,
        *,
        contact: str = "",
        resolve: Mapping[str, Sequence[str]] | None = None,
        allowed_private_hosts: Iterable[str] = (),
        canaries: Sequence[str] = (),
        default_policy: HostPolicy | None = None,
        policies: Mapping[str, HostPolicy] | None = None,
        on_attempt: Callable[[Attempt], None] | None = None,
        resolvers: Sequence[str] = (),
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.user_agent = user_agent(contact)
        self._names = Names(resolve or {}, frozenset(allowed_private_hosts), resolvers, clock=clock)
        self._default_policy = default_policy or HostPolicy()
        self._policies = {bare(host): policy for host, policy in (policies or {}).items()}
        self._on_attempt = on_attempt
        self._clock = clock
        self._sleep = sleep
        self._now = now
        self._hosts: dict[str, Host] = {}
        self._transport = Transport(self._names)
        self._proxy: Proxy | None = None
        self._exchange = Exchange(self._transport, self.user_agent)
        self._canaries = Canaries(canaries, self._names, self._ask_canary, clock=clock, sleep=sleep)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._proxy is not None:
            await self._proxy.aclose()
        await self._transport.aclose()

    # What probes and the walk ask

    async def fetch(self, request: Request, *, purpose: str = "walk", retries: int = 1) -> Fetched:
        """Ask for one URL. Every outcome is a value; `retries` paced repetitions for what may pass."""
        fetched = await self._attempt(request, purpose)
        if retries > 0 and worth_retrying(fetched.outcome, fetched.status):
            fetched = await self._again(request, purpose, retries, fetched)
        return fetched

    async def resolve(self, host: str, family: Family) -> Resolved:
        """The addresses of a host by declaration or DNS.

        "No such name" is said only while the resolver knows a canary's name; else it is DNS_FAILED.
        """
        resolved = await self._names.resolve(host, family)
        if resolved.outcome is Outcome.NXDOMAIN and not await self._name_proven(host, self._clock()):
            return Resolved(Outcome.DNS_FAILED)
        return resolved

    async def online(self, family: Family = Family.ANY) -> bool:
        """Whether a canary answered over that family within the last seconds (asked now if need be).

        Without canaries: whether any host answered in the last two minutes.
        """
        return await self._canaries.online(family)

    @property
    def ever_online(self) -> bool:
        """Whether a canary has answered since the start."""
        return self._canaries.ever_online

    # What the browser's proxy and the progress display ask

    @property
    def waiting(self) -> int:
        """How many hosts make us wait for their pace now; for progress display."""
        now = self._clock()
        return sum(host.waits_until > now for host in self._hosts.values())

    def host(self, name: str) -> Host:
        """The one object that owns the pace of that host name."""
        name = bare(name)
        found = self._hosts.get(name)
        if found is None:
            policy = self._policies.get(name, self._default_policy)
            found = Host(name, policy, clock=self._clock, sleep=self._sleep, now=self._now)
            self._hosts[name] = found
        return found

    async def addresses(self, host: str, family: Family = Family.ANY) -> Resolved:
        """Only the addresses a connection may use; outcome FORBIDDEN_ADDRESS where the rule leaves none."""
        resolved = await self._names.resolve(host, family)
        allowed = tuple(a for a in resolved.addresses if self._names.permitted(host, a))
        if resolved.outcome is Outcome.OK and not allowed:
            return Resolved(Outcome.FORBIDDEN_ADDRESS)
        return Resolved(resolved.outcome, allowed)

    async def proxy(self) -> Proxy:
        """The browser's way out, opened when first asked for; it ends with the gate."""
        if self._proxy is None:
            self._proxy = Proxy(self._names, self._transport, self.host)
            await self._proxy.start()
        return self._proxy

    async def allows(self, url: str) -> bool:
        """Whether robots.txt lets us ask for that URL, as far as the host's policy obeys it."""
        target = urls.parse(url)
        return target is not None and await self._robots_allow(self.host(target.host), target, "browser")

    def record(self, attempt: Attempt) -> None:
        """Tell of an attempt that the browser made."""
        if self._on_attempt is not None:
            self._on_attempt(attempt)

    # One attempt

    async def _again(self, request: Request, purpose: str, retries: int, first: Fetched) -> Fetched:
        async def once() -> Fetched:
            return await self._attempt(request._replace(fresh=True), purpose)

        def last(state: RetryCallState) -> Fetched:
            result: Fetched = state.outcome.result() if state.outcome else first
            return result

        await self._sleep(RETRY_PAUSE_SECONDS)
        retrying = AsyncRetrying(
            retry=retry_if_result(lambda fetched: worth_retrying(fetched.outcome, fetched.status)),
            stop=stop_after_attempt(retries),
            wait=wait_fixed(RETRY_PAUSE_SECONDS),
            sleep=self._sleep,
            retry_error_callback=last,
        )
        result: Fetched = await retrying(once)
        return result

    async def _attempt(self, request: Request, purpose: str) -> Fetched:
        """One chain of hops, classified; connection failures are held against our own network first."""
        began = self._clock()
        fetched = await self._classified(request, purpose)
        if purpose != "canary":
            if fetched.outcome in OWN_FAULT_POSSIBLE:
                fetched = await self._proven(fetched, request.family, began)
            elif fetched.status is not None:
                self._canaries.note_answer(request.family, fetched.address)
        self._record(fetched, request, purpose)
        return fetched

    async def _proven(self, fetched: Fetched, family: Family, began: float) -> Fetched:
        """The failure as far as canaries show that it is not ours. They are asked after it, not before."""
        failed_at = self._clock()
        target = urls.parse(fetched.final_url)
        host = target.host if target else ""
        if fetched.outcome is Outcome.NXDOMAIN and not await self._name_proven(host, failed_at):
            words = f"{fetched.error}: no such name, but no canary's name was resolved either"
            fetched = replace(fetched, outcome=Outcome.DNS_FAILED, error=words)
        # No route over IPv6 is this machine's lack already, said more exactly.
        lack = fetched.outcome is Outcome.UNROUTED and family is Family.V6
        if lack or not self._canaries.addresses:
            return fetched
        # A host on this machine needs no canary of its family: the way to it cannot be lost.
        family = Family.ANY if self._names.is_near(host) else family
        if await self._canaries.online(family, since=failed_at) and not self._canaries.was_off(family, began):
            return fetched
        words = f"no canary answered; was {fetched.outcome.value}: {fetched.error}"
        return replace(fetched, outcome=Outcome.OWN_NETWORK, error=words)

    async def _name_proven(self, host: str, since: float) -> bool:
        """Whether "no such name" can be held against a host: declared, or while a canary resolves."""
        return self._names.is_declared(host) or await self._canaries.resolves(since=since)

    async def _classified(self, request: Request, purpose: str) -> Fetched:
        started = self._now()
        way = Way(request.family, trusted=purpose == "canary", fresh=request.fresh)
        chain = Chain(request, way, request.url, request.method, request.body)
        try:
            return chain.finished(started, await self._follow(chain, purpose))
        except CrawlError as problem:
            return chain.broken(started, problem.outcome, str(problem))
        except HostClosed as problem:
            return chain.broken(started, Outcome.LIMITED, str(problem))

    async def _follow(self, chain: Chain, purpose: str) -> Outcome:
        """Hop by hop to the last answer, which stands in chain.answer then."""
        while True:
            target = urls.parse(chain.url)
            if target is None:
                raise BadUrl(chain.url)
            chain.url = target.href
            host = self.host(target.host)
            if not await self._robots_allow(host, target, purpose):
                return Outcome.ROBOTS
            jar = {**host.cookies, **chain.cookies.get(target.host, {})}
            cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
            step = (chain.method, chain.url, cookie)
            if step in chain.seen or len(chain.hops) > MAX_HOPS:
                raise TooManyRedirects(f"{len(chain.hops)} hops")
            chain.seen.add(step)
            if purpose == "canary":
                answer = await self._asked(chain, target, cookie)
            else:
                async with host.turn():
                    answer = await self._timed(chain, target, cookie, host)
            chain.answer = answer
            next_url = chain.next_url(target, host, answer)
            if next_url is None:
                return outcome_of(answer.status, retry_after="retry-after" in answer.headers)
            if not chain.go_on(next_url):
                return Outcome.OK

    async def _timed(self, chain: Chain, target: urls.Target, cookie: str, host: Host) -> Answer:
        began = self._clock()
        try:
            answer = await self._asked(chain, target, cookie)
        except CrawlError:
            host.failed(self._clock() - began)
            raise
        seconds = self._clock() - began
        if answer.status in (429, 503):
            pause = retry_after_seconds(answer.headers.get("retry-after"), self._now())
            host.complained(pause, pause=answer.status == 429)
        elif answer.status >= 500:
            host.failed(seconds)
        else:
            host.answered(seconds)
        return answer

    async def _asked(self, chain: Chain, target: urls.Target, cookie: str) -> Answer:
        """One exchange within the chain's time; waiting for pace is not in it."""
        ask = Ask(chain.request, target, chain.way, chain.method, chain.body, cookie, not chain.hops)
        began = time.perf_counter()
        try:
            return await self._exchange(ask, chain.request.seconds - chain.spent)
        finally:
            chain.spent += time.perf_counter() - began

    # robots.txt, canaries, records

    async def _robots_allow(self, host: Host, target: urls.Target, purpose: str) -> bool:
        if purpose in ("robots", "canary") or host.policy.robots == "ignore":
            return True
        return await host.allows(target.origin, target.href, AGENT, lambda: self._load_robots(target))

    async def _load_robots(self, target: urls.Target) -> RobotsText:
        """The text of robots.txt, empty where there is none to read: then everything is allowed.

        4xx means "no rules" (RFC 9309). For 5xx and time-outs the RFC would have us stay away; here the pages
        are asked at the host's pace all the same, because otherwise a single broken file would leave a
        unit without evaluation, and an answer we do not get accuses nobody.
        """
        if (await self.addresses(target.host, Family.V4)).outcome not in (Outcome.OK, Outcome.NO_ADDRESS):
            return RobotsText("", lasting=False)  # the page's own attempt will say why nothing can be asked
        request = Request(f"{target.origin}/robots.txt", max_bytes=ROBOTS_BYTES, seconds=ROBOTS_SECONDS)
        fetched = await self.fetch(request, purpose="robots", retries=0)
        if fetched.ok:
            return RobotsText(fetched.body.decode("utf-8", "replace"))
        return RobotsText("", lasting=fetched.status is not None and fetched.status < 500)

    async def _ask_canary(self, request: Request) -> Fetched:
        return await self._attempt(request, "canary")

    def _record(self, fetched: Fetched, request: Request, purpose: str) -> None:
        self.record(
            Attempt(
                url=fetched.url,
                method=request.method,
                purpose=purpose,
                outcome=fetched.outcome,
                status=fetched.status,
                started_at=fetched.started_at.isoformat() if fetched.started_at else "",
                seconds=round(fetched.seconds, 6),
                address=fetched.address,
                size=len(fetched.body),
                error=fetched.error,
            )
        )
