"""The one gate: every request of the project goes out here, paced, capped, named and recorded.

`Gate` never raises for what a host does. Each attempt, also the failed one, becomes a `Fetched` with one
outcome of the closed list, taken from the cause; each hop of a redirect chain waits for its host's pace and
passes the address rule where it connects.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import NamedTuple, Self

import httpx
from tenacity import AsyncRetrying, RetryCallState, retry_if_result, stop_after_attempt, wait_fixed

from crawler import urls
from crawler.body import read_all, read_start
from crawler.canary import Canaries
from crawler.dns import Names, bare
from crawler.errors import BadUrl, CrawlError, TooLarge, TooManyRedirects
from crawler.frontier import Attempt
from crawler.host import Host, HostClosed, HostPolicy, RobotsText, Sleep, retry_after_seconds
from crawler.model import Family, Fetched, Hop, Outcome, Request, Resolved
from crawler.transport import Phase, Transport, Way
from crawler.walls import find_wall

AGENT = "Sunsweep"  # the name robots.txt may use
MAX_HOPS = 10
START_BYTES = 64 * 1024  # read where the body is not wanted
ROBOTS_BYTES = 512 * 1024  # RFC 9309 asks for at least 500 KiB
ROBOTS_SECONDS = 10.0
RETRY_PAUSE_SECONDS = 1.0  # before a retry, besides the host's pace

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_TOWARDS_GET = frozenset({301, 302, 303})
_OWN_FAULT_POSSIBLE = frozenset(
    {
        Outcome.NXDOMAIN,
        Outcome.DNS_FAILED,
        Outcome.REFUSED,
        Outcome.RESET,
        Outcome.UNROUTED,
        Outcome.CONNECT_TIMEOUT,
        Outcome.TOO_SLOW,
    }
)
_BASE_HEADERS = (
    (b"Accept", b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    (b"Accept-Language", b"zh-CN,zh;q=0.9"),
    (b"Accept-Encoding", b"gzip"),
)


def worth_retrying(outcome: Outcome, status: int | None = None) -> bool:
    """Whether asking once more, soon, may help: time-outs, 429, 502-504. Never 404, never TLS."""
    if outcome is Outcome.SERVER_ERROR:
        return status in (502, 503, 504)
    return outcome in (Outcome.CONNECT_TIMEOUT, Outcome.TOO_SLOW, Outcome.LIMITED)


def outcome_of(status: int, *, retry_after: bool) -> Outcome:
    """The outcome of a final answer by its status alone (walls and redirects are decided before)."""
    if 200 <= status < 300 or status == 304:
        return Outcome.OK
    if status in (404, 410):
        return Outcome.GONE
    if status == 429 or (status == 503 and retry_after):
        return Outcome.LIMITED
    if 400 <= status < 500:
        return Outcome.DENIED
    return Outcome.SERVER_ERROR if 500 <= status < 600 else Outcome.PROTOCOL


def reachable_address(address: str) -> bool:
    """Whether this machine has a route to that class of address. Sends nothing. ::1 is a class of its own."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
    except OSError:
        return False
    return True


class _Answer(NamedTuple):
    """One HTTP answer, before it is known whether it is the last."""

    status: int
    headers: Mapping[str, str]
    location: bytes | None
    set_cookies: tuple[str, ...]
    body: bytes
    address: str | None
    tls_problem: str | None


@dataclass
class _Chain:
    """What one attempt has gone through so far."""

    request: Request
    way: Way
    url: str
    method: str
    body: bytes | None
    seconds_left: float
    spent: float = 0.0
    hops: list[Hop] = field(default_factory=list)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    seen: set[tuple[str, str, str]] = field(default_factory=set)
    answer: _Answer | None = None


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
        self._origins: dict[tuple[str, str, int], httpx.URL] = {}
        self._transport = Transport(self._names)
        self._canaries = Canaries(canaries, self._names, self._ask_canary, clock=clock, sleep=sleep)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.aclose()

    # What probes and the walk ask

    async def fetch(self, request: Request, *, purpose: str = "walk", retries: int = 1) -> Fetched:
        """Ask for one URL. Every outcome is a value; `retries` paced repetitions for what may pass."""
        fetched = await self._attempt(request, purpose)
        if retries > 0 and worth_retrying(fetched.outcome, fetched.status):
            fetched = await self._again(request, purpose, retries, fetched)
        return fetched

    async def resolve(self, host: str, family: Family) -> Resolved:
        """The addresses of a host by declaration or DNS."""
        return await self._names.resolve(host, family)

    async def online(self, family: Family = Family.ANY) -> bool:
        """Whether a canary answered over that family within the last seconds (asked now if need be).

        Without canaries: whether any host answered in the last two minutes.
        """
        return await self._canaries.online(family)

    async def reachable_family(self, address: str) -> bool:
        """Whether this machine has a route to that class of address (::1 is a class of its own)."""
        return reachable_address(address)

    @property
    def ever_online(self) -> bool:
        """Whether a canary has answered since the start."""
        return self._canaries.ever_online

    # What the browser's proxy and the progress display ask

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
        """One chain of hops, classified; connection failures are checked against the canaries."""
        fetched = await self._classified(request, purpose)
        if fetched.outcome in _OWN_FAULT_POSSIBLE and self._canaries.addresses and purpose != "canary":
            failed_at = self._clock()
            # No route over IPv6 is this machine's lack already, said more exactly.
            lack = fetched.outcome is Outcome.UNROUTED and request.family is Family.V6
            family = self._proof_family(request)
            if not lack and not await self._canaries.online(family, since=failed_at):
                words = f"no canary answered; was {fetched.outcome.value}: {fetched.error}"
                fetched = replace(fetched, outcome=Outcome.OWN_NETWORK, error=words)
        if fetched.status is not None and purpose != "canary":
            self._canaries.note_answer(request.family, fetched.address)
        self._record(fetched, request, purpose)
        return fetched

    def _proof_family(self, request: Request) -> Family:
        # A host on this machine needs no canary of its family: the way to it cannot be lost.
        target = urls.parse(request.url)
        if target is None or request.family is Family.ANY or self._names.is_near(target.host):
            return Family.ANY
        return request.family

    async def _classified(self, request: Request, purpose: str) -> Fetched:
        started = self._now()
        way = Way(request.family, trusted=purpose == "canary", fresh=request.fresh)
        chain = _Chain(request, way, request.url, request.method, request.body, request.seconds)
        try:
            return self._finished(chain, started, await self._follow(chain, purpose))
        except CrawlError as problem:
            return self._broken(chain, started, problem.outcome, str(problem))
        except HostClosed as problem:
            return self._broken(chain, started, Outcome.LIMITED, str(problem))

    async def _follow(self, chain: _Chain, purpose: str) -> Outcome:
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
                answer = await self._exchange(chain, target, cookie)
            else:
                async with host.turn():
                    answer = await self._timed(chain, target, cookie, host)
            chain.answer = answer
            next_url = self._next(chain, target, host, answer)
            if next_url is None:
                return self._outcome(chain, answer)
            chain.url = next_url

    async def _timed(self, chain: _Chain, target: urls.Target, cookie: str, host: Host) -> _Answer:
        began = self._clock()
        try:
            answer = await self._exchange(chain, target, cookie)
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

    async def _exchange(self, chain: _Chain, target: urls.Target, cookie: str) -> _Answer:
        """One request and its whole answer within the time left; waiting for pace is not in it."""
        phase = Phase()
        began = time.monotonic()
        try:
            async with asyncio.timeout(chain.seconds_left):
                return await self._ask(chain, target, cookie, phase)
        except TimeoutError as problem:
            words = f"limit {chain.request.seconds:g} s"
            raise (_TooSlow if phase.connected else _ConnectTooSlow)(words) from problem
        finally:
            took = time.monotonic() - began
            chain.spent += took
            chain.seconds_left -= took

    async def _ask(self, chain: _Chain, target: urls.Target, cookie: str, phase: Phase) -> _Answer:
        sent = self._http_request(chain, target, cookie, phase)
        response = await self._transport.handle_async_request(sent)
        try:
            raw = response.headers.raw
            headers: dict[str, str] = {}
            for name, value in raw:
                headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
            body = await self._read(chain, response, headers)
        finally:
            await response.aclose()
        peer = response.extensions["network_stream"].get_extra_info("server_addr")
        return _Answer(
            status=response.status_code,
            headers=headers,
            location=next((v for n, v in raw if n.lower() == b"location"), None),
            set_cookies=tuple(v.decode("latin-1") for n, v in raw if n.lower() == b"set-cookie"),
            body=body,
            address=peer[0] if peer else None,
            tls_problem=response.extensions["tls_problem"],
        )

    def _http_request(self, chain: _Chain, target: urls.Target, cookie: str, phase: Phase) -> httpx.Request:
        request = chain.request
        first = not chain.hops
        headers = [
            (b"Host", urls.host_header(target).encode("ascii")),
            (b"User-Agent", (request.user_agent or self.user_agent).encode("utf-8")),
            *_BASE_HEADERS,
        ]
        if request.referer:
            headers.append((b"Referer", request.referer.encode("utf-8")))
        if cookie:
            headers.append((b"Cookie", cookie.encode("latin-1", "replace")))
        if first and request.etag:
            headers.append((b"If-None-Match", request.etag.encode("utf-8")))
        if first and request.last_modified:
            headers.append((b"If-Modified-Since", request.last_modified.encode("utf-8")))
        if chain.body is not None and request.content_type:
            headers.append((b"Content-Type", request.content_type.encode("utf-8")))
        if chain.way.fresh:
            headers.append((b"Connection", b"close"))
        return httpx.Request(
            chain.method,
            self._origin(target),
            headers=headers,
            content=chain.body,
            extensions={"target": target.path.encode("ascii"), "way": chain.way, "phase": phase},
        )

    def _origin(self, target: urls.Target) -> httpx.URL:
        key = (target.scheme, target.host, target.port)
        url = self._origins.get(key)
        if url is None:
            url = self._origins[key] = httpx.URL(target.origin)
        return url

    async def _read(self, chain: _Chain, response: httpx.Response, headers: Mapping[str, str]) -> bytes:
        if chain.method == "HEAD" or response.status_code in (204, 304):
            return b""
        coding = headers.get("content-encoding", "")
        stream = response.stream
        assert isinstance(stream, httpx.AsyncByteStream)
        if not chain.request.body_wanted or response.status_code in _REDIRECTS:
            return (await read_start(stream, coding, START_BYTES))[0]
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > chain.request.max_bytes:
            raise TooLarge(f"Content-Length {length}")
        return await read_all(stream, coding, chain.request.max_bytes)

    def _next(self, chain: _Chain, target: urls.Target, host: Host, answer: _Answer) -> str | None:
        """Where the answer sends us, None if it is the last one."""
        if answer.status not in _REDIRECTS or answer.location is None:
            return None
        _keep_cookies(chain.cookies.setdefault(target.host, {}), answer.set_cookies)
        next_url = urls.location(answer.location, chain.url)
        chain.hops.append(Hop(chain.url, answer.status, next_url))
        if next_url is None:
            raise BadUrl(f"Location {answer.location[:200]!r}")
        if next_url == chain.url and answer.set_cookies:
            # A wall that only wants its cookie back: give it, and keep it for the next pages of this host.
            host.cookies.update(chain.cookies[target.host])
        if answer.status == 303 or (answer.status in _TOWARDS_GET and chain.method == "POST"):
            chain.method, chain.body = ("HEAD" if chain.method == "HEAD" else "GET"), None
        return next_url

    def _outcome(self, chain: _Chain, answer: _Answer) -> Outcome:
        return outcome_of(answer.status, retry_after="retry-after" in answer.headers)

    def _finished(self, chain: _Chain, started: datetime, outcome: Outcome) -> Fetched:
        answer = chain.answer
        if answer is None or outcome is Outcome.ROBOTS:
            return self._broken(chain, started, outcome, "robots.txt")
        wall = find_wall(answer.status, answer.headers, answer.body, answer.set_cookies)
        return Fetched(
            url=chain.request.url,
            final_url=chain.url,
            outcome=Outcome.WALL if wall else outcome,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            hops=tuple(chain.hops),
            started_at=started,
            seconds=chain.spent,
            address=answer.address,
            wall=wall,
            error=None if outcome is Outcome.OK and not wall else f"HTTP {answer.status}",
            tls_problem=answer.tls_problem,
            not_modified=answer.status == 304,
        )

    def _broken(self, chain: _Chain, started: datetime, outcome: Outcome, words: str) -> Fetched:
        return Fetched(
            url=chain.request.url,
            final_url=chain.url,
            outcome=outcome,
            hops=tuple(chain.hops),
            started_at=started,
            seconds=chain.spent,
            error=words or outcome.value,
        )

    # robots.txt, canaries, records

    async def _robots_allow(self, host: Host, target: urls.Target, purpose: str) -> bool:
        if purpose in ("robots", "canary") or host.policy.robots == "ignore":
            return True
        return await host.allows(target.origin, target.href, AGENT, lambda: self._load_robots(target.origin))

    async def _load_robots(self, origin: str) -> RobotsText:
        """The text of robots.txt, empty where there is none to read: then everything is allowed.

        4xx means "no rules" (RFC 9309). For 5xx and time-outs the RFC would have us stay away; here the pages
        are asked at the host's pace all the same, because otherwise a single broken file would leave a
        unit without evaluation, and an answer we do not get accuses nobody.
        """
        request = Request(f"{origin}/robots.txt", max_bytes=ROBOTS_BYTES, seconds=ROBOTS_SECONDS)
        fetched = await self.fetch(request, purpose="robots", retries=0)
        if fetched.ok:
            return RobotsText(fetched.body.decode("utf-8", "replace"))
        return RobotsText("", lasting=fetched.status is not None and fetched.status < 500)

    async def _ask_canary(self, request: Request) -> Fetched:
        return await self._attempt(request, "canary")

    def _record(self, fetched: Fetched, request: Request, purpose: str) -> None:
        if self._on_attempt is None:
            return
        self._on_attempt(
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


class _TooSlow(CrawlError):
    """The whole exchange took longer than the limit."""

    outcome = Outcome.TOO_SLOW


class _ConnectTooSlow(CrawlError):
    """No connection within the limit."""

    outcome = Outcome.CONNECT_TIMEOUT


def user_agent(contact: str) -> str:
    """Who we are: name, version and a way to reach the office that sweeps."""
    try:
        number = version("sunsweep")
    except PackageNotFoundError:
        number = "0"
    contact = " ".join(contact.split())  # no line may break out of the header
    return f"{AGENT}/{number} (+{contact})" if contact else f"{AGENT}/{number}"


def _keep_cookies(jar: dict[str, str], set_cookies: Iterable[str]) -> None:
    for line in set_cookies:
        name, mark, value = line.partition(";")[0].partition("=")
        if mark and name.strip():
            jar[name.strip()] = value.strip()
