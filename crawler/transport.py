"""The wire under the gate: connections by httpcore, over sockets that obey the address rule.

`Transport` is an httpx transport. It keeps idle connections in small lists, one per origin and way of
connecting; how many are open at once is the host object's business (host.py), so no queueing happens here.
Every new connection passes `_Dialer.connect_tcp`, for names and IP literals alike: that is where declared
addresses, the address family and the address rule are applied. See docs/decisions/0001-transport.md.
"""

from __future__ import annotations

import asyncio
import ssl
from asyncio.staggered import staggered_race
from collections import deque
from collections.abc import AsyncIterator, Iterable
from functools import partial
from typing import Any, NamedTuple

import httpcore
import httpx

from crawler.dns import Names
from crawler.errors import (
    ConnectionLost,
    ConnectionRefusedThere,
    CrawlError,
    ForbiddenAddress,
    HandshakeFailed,
    NameUnknown,
    NoAddress,
    NotHttp,
    ResolverFailed,
    from_os_error,
)
from crawler.model import Family, Outcome

STAGGER_SECONDS = 0.3  # RFC 8305: when the next address is tried beside the one that has not answered
KEEP_ALIVE_SECONDS = 15.0
MAX_IDLE = 256  # connections kept open for later, all hosts together
PAUSE_READING_BYTES = 512 * 1024

_NO_NAME: dict[Outcome, type[CrawlError]] = {
    Outcome.NXDOMAIN: NameUnknown,
    Outcome.NO_ADDRESS: NoAddress,
    Outcome.DNS_FAILED: ResolverFailed,
}


class Way(NamedTuple):
    """How to connect; connections are shared only between requests that agree in all of it."""

    family: Family = Family.ANY
    trusted: bool = False  # a canary: its own private address is allowed
    fresh: bool = False  # a new connection, after asking the DNS again


class Phase:
    """How far one exchange has come; read when time is up, to tell which part was slow."""

    __slots__ = ("connected",)

    def __init__(self) -> None:
        self.connected = False


class Wire(asyncio.Protocol, httpcore.AsyncNetworkStream):
    """One TCP or TLS connection as httpcore reads it. Times are bounded by the gate, not here."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._chunks: deque[bytes] = deque()
        self._buffered = 0
        self._waiter: asyncio.Future[None] | None = None
        self._ended = False
        self._problem: Exception | None = None
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self._paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._chunks.append(data)
        self._buffered += len(data)
        if self._buffered > PAUSE_READING_BYTES and self._transport is not None:
            self._transport.pause_reading()
            self._paused = True
        self._wake()

    def eof_received(self) -> bool:
        self._ended = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._problem = exc
        if not self._closed.done():
            self._closed.set_result(None)
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """The next bytes as they came (max_bytes is only a wish); empty at the end."""
        while not self._chunks and not self._ended:
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        if self._chunks:
            chunk = self._chunks.popleft()
            self._buffered -= len(chunk)
            if self._paused and self._buffered <= PAUSE_READING_BYTES and self._transport is not None:
                self._paused = False
                self._transport.resume_reading()
            return chunk
        if self._problem is not None:
            raise ConnectionLost(f"{type(self._problem).__name__}: {self._problem}")
        return b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        if self._transport is None or self._transport.is_closing():
            # httpcore goes on to read what the server may have said before it closed.
            raise httpcore.WriteError("closed by the server")
        self._transport.write(buffer)

    async def aclose(self) -> None:
        if self._transport is not None:
            self._transport.abort()
            await self._closed

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> Wire:
        assert self._transport is not None
        plain = self._transport
        try:
            secured = await self._loop.start_tls(
                plain, self, ssl_context, server_hostname=server_hostname, ssl_shutdown_timeout=1.0
            )
        except ssl.SSLError as problem:
            await self.aclose()
            raise HandshakeFailed(_tls_words(problem)) from problem
        except OSError as problem:
            await self.aclose()
            raise ConnectionLost(f"during the TLS handshake: {problem}") from problem
        except BaseException:
            plain.abort()
            raise
        if secured is None:
            raise ConnectionLost("during the TLS handshake")
        self._transport = secured
        return self

    def get_extra_info(self, info: str) -> Any:
        if info == "is_readable":  # asked of idle connections: bytes or an end nobody waits for
            return bool(self._chunks) or self._ended
        if self._transport is None:
            return None
        if info == "server_addr":
            return self._transport.get_extra_info("peername")
        return self._transport.get_extra_info(info)


class _Dialer(httpcore.AsyncNetworkBackend):
    """Opens connections for one way of connecting."""

    def __init__(self, names: Names, way: Way, phase: Phase) -> None:
        self._names = names
        self._way = way
        self._phase = phase

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> Wire:
        wire = await self._dial(host, port)
        self._phase.connected = True
        return wire

    async def _dial(self, host: str, port: int) -> Wire:
        if self._way.family is not Family.ANY:
            return await _first_of(await self._addresses(host, self._way.family), port)
        # IPv4 first: broken AAAA records are common, and waiting for them would look like a dead host.
        try:
            return await _first_of(await self._addresses(host, Family.V4), port)
        except CrawlError as problem:
            try:
                return await _first_of(await self._addresses(host, Family.V6), port)
            except CrawlError as second:
                raise _milder(problem, second) from second

    async def _addresses(self, host: str, family: Family) -> tuple[str, ...]:
        resolved = await self._names.resolve(host, family, fresh=self._way.fresh)
        if resolved.outcome is not Outcome.OK:
            raise _NO_NAME[resolved.outcome](host)
        allowed = tuple(a for a in resolved.addresses if self._way.trusted or self._names.permitted(host, a))
        if not allowed:
            raise ForbiddenAddress(f"{host} → {', '.join(resolved.addresses)}")
        return allowed


async def _first_of(addresses: tuple[str, ...], port: int) -> Wire:
    """A connection to the first address that takes it, tried one beside the other."""
    if len(addresses) == 1:
        return await _connect(addresses[0], port)
    wire: Wire | None
    wire, _, problems = await staggered_race([partial(_connect, a, port) for a in addresses], STAGGER_SECONDS)
    if wire is not None:
        return wire
    raise _least_telling(problem for problem in problems if isinstance(problem, CrawlError))


async def _connect(address: str, port: int) -> Wire:
    try:
        _, wire = await asyncio.get_running_loop().create_connection(Wire, address, port)
    except OSError as problem:
        raise from_os_error(problem) from problem
    return wire


def _least_telling(problems: Iterable[CrawlError]) -> CrawlError:
    # "Refused" is held against a host, so it is said only when every address refused.
    refused: CrawlError | None = None
    for problem in problems:
        if not isinstance(problem, ConnectionRefusedThere):
            return problem
        refused = problem
    return refused or ConnectionLost("no address could be tried")


def _milder(v4: CrawlError, v6: CrawlError) -> CrawlError:
    """What to say when both families failed: the one that was there to be tried; never more than both say."""
    if v6.outcome in (Outcome.NO_ADDRESS, Outcome.NXDOMAIN, Outcome.UNROUTED):
        return v4
    if v4.outcome is Outcome.NO_ADDRESS:
        return v6
    return _least_telling((v4, v6))


class _Body(httpx.AsyncByteStream):
    """The raw body of an answer; closing it gives the connection back."""

    def __init__(self, transport: Transport, key: _Key, connection: httpcore.AsyncHTTPConnection) -> None:
        self._transport = transport
        self._key = key
        self._connection = connection
        self.source: Any = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for part in self.source:
                yield part
        except httpcore.RemoteProtocolError as problem:
            raise _broken(problem) from problem

    async def aclose(self) -> None:
        await self.source.aclose()
        await self._transport.give_back(self._key, self._connection)


class _Key(NamedTuple):
    scheme: bytes
    host: bytes
    port: int
    way: Way


class Transport(httpx.AsyncBaseTransport):
    """Sends one request on an idle or a new connection. Raises CrawlError, nothing else.

    Reads from `request.extensions`: `target` (bytes: path and query exactly as asked), `way` (Way), `phase`
    (Phase). Puts into the answer's extensions: `network_stream` (httpcore) and `tls_problem` (str | None).
    """

    def __init__(self, names: Names) -> None:
        self._names = names
        self._idle: dict[_Key, list[httpcore.AsyncHTTPConnection]] = {}
        self._idle_count = 0
        self._strict: ssl.SSLContext | None = None
        self._lenient: ssl.SSLContext | None = None
        self._tls_problems: dict[tuple[bytes, int], str] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        extensions = request.extensions
        url = request.url
        way: Way = extensions["way"]
        port = url.port or (443 if url.raw_scheme == b"https" else 80)
        key = _Key(url.raw_scheme, url.raw_host.strip(b"[]"), port, way._replace(fresh=False))
        inner = httpcore.Request(
            request.method.encode("ascii"),
            httpcore.URL(scheme=key.scheme, host=key.host, port=port, target=extensions["target"]),
            headers=request.headers.raw,
            content=request.content or None,
        )
        connection = None if way.fresh else await self._idle_connection(key)
        if connection is not None:
            extensions["phase"].connected = True
            try:
                return await self._answer(key, connection, inner)
            except CrawlError as problem:
                if problem.outcome not in (Outcome.RESET, Outcome.PROTOCOL):
                    raise
                # The server had closed the kept connection, or bytes of an earlier answer were left on it:
                # neither says anything about this page.
                await connection.aclose()
        return await self._on_new_connection(key, way, inner, extensions["phase"])

    async def _on_new_connection(
        self, key: _Key, way: Way, inner: httpcore.Request, phase: Phase
    ) -> httpx.Response:
        site = (key.host, key.port)
        try:
            return await self._answer(
                key, self._new(key, way, phase, lenient=site in self._tls_problems), inner
            )
        except HandshakeFailed as problem:
            if site in self._tls_problems:
                raise
            # Certificate faults and old TLS are information, not a reason to be blind (domain/07).
            answer = await self._answer(key, self._new(key, way, phase, lenient=True), inner)
            self._tls_problems[site] = str(problem)
            answer.extensions["tls_problem"] = str(problem)
            return answer

    def _new(self, key: _Key, way: Way, phase: Phase, *, lenient: bool) -> httpcore.AsyncHTTPConnection:
        return httpcore.AsyncHTTPConnection(
            httpcore.Origin(key.scheme, key.host, key.port),
            ssl_context=self._context(lenient) if key.scheme == b"https" else None,
            keepalive_expiry=KEEP_ALIVE_SECONDS,
            network_backend=_Dialer(self._names, way, phase),
        )

    async def _answer(
        self, key: _Key, connection: httpcore.AsyncHTTPConnection, inner: httpcore.Request
    ) -> httpx.Response:
        try:
            answer = await connection.handle_async_request(inner)
        except httpcore.RemoteProtocolError as problem:
            raise _broken(problem) from problem
        except (httpcore.NetworkError, OSError) as problem:
            raise ConnectionLost(f"{type(problem).__name__}: {problem}") from problem
        except httpcore.LocalProtocolError as problem:
            raise NotHttp(str(problem)) from problem
        body = _Body(self, key, connection)
        body.source = answer.stream
        problem_seen = self._tls_problems.get((key.host, key.port)) if key.scheme == b"https" else None
        return httpx.Response(
            answer.status,
            headers=answer.headers,
            stream=body,
            extensions={**answer.extensions, "tls_problem": problem_seen},
        )

    async def _idle_connection(self, key: _Key) -> httpcore.AsyncHTTPConnection | None:
        waiting = self._idle.get(key)
        while waiting:
            connection = waiting.pop()
            self._idle_count -= 1
            if connection.is_idle() and not connection.has_expired():
                return connection
            await connection.aclose()
        return None

    async def give_back(self, key: _Key, connection: httpcore.AsyncHTTPConnection) -> None:
        """Keep a connection whose answer was read to its end; close any other."""
        if not connection.is_idle():
            await connection.aclose()
            return
        if self._idle_count >= MAX_IDLE:
            await self._close_oldest()
        self._idle.setdefault(key, []).append(connection)
        self._idle_count += 1

    async def _close_oldest(self) -> None:
        key = next(iter(self._idle))
        connections = self._idle.pop(key)
        self._idle_count -= len(connections)
        for connection in connections:
            await connection.aclose()

    def _context(self, lenient: bool) -> ssl.SSLContext:
        if lenient:
            if self._lenient is None:
                self._lenient = _lenient_context()
            return self._lenient
        if self._strict is None:
            self._strict = httpx.create_ssl_context()
        return self._strict

    async def aclose(self) -> None:
        while self._idle:
            await self._close_oldest()


def _lenient_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.options |= 0x4  # OP_LEGACY_SERVER_CONNECT: old servers without secure renegotiation
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    return context


def _broken(problem: httpcore.RemoteProtocolError) -> CrawlError:
    """Cut off in the middle (h11's and httpcore's words for it), or not HTTP at all."""
    text = str(problem)
    if (
        "Server disconnected" in text
        or "peer closed connection" in text
        or "peer unexpectedly closed" in text
    ):
        return ConnectionLost(text)
    return NotHttp(text)


def _tls_words(problem: ssl.SSLError) -> str:
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"certificate: {problem.verify_message}"
    return f"handshake: {problem.reason or problem}"
