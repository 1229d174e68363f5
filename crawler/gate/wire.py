"""The socket under the gate: where a connection may go, and how it is read.

Every new connection passes `Dialer.connect_tcp`, for names and IP literals alike: that is where declared
addresses, the address family and the address rule of docs/security.md are applied, on every hop.
"""

from __future__ import annotations

import asyncio
import ssl
from asyncio.staggered import staggered_race
from collections import deque
from collections.abc import Iterable
from functools import partial
from typing import Any, NamedTuple

import httpcore

from crawler.errors import (
    ConnectionLost,
    ConnectionRefusedThere,
    CrawlError,
    ForbiddenAddress,
    HandshakeCut,
    HandshakeFailed,
    NameUnknown,
    NoAddress,
    ResolverFailed,
    from_os_error,
)
from crawler.gate.dns import Names
from crawler.model import Family, Outcome

STAGGER_SECONDS = 0.3  # RFC 8305: when the next address is tried beside the one that has not answered
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
            raise HandshakeCut(f"handshake: {type(problem).__name__} {problem}") from problem
        except BaseException:
            plain.abort()
            raise
        if secured is None:
            raise HandshakeCut("handshake: connection closed")
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


class Dialer(httpcore.AsyncNetworkBackend):
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


def _tls_words(problem: ssl.SSLError) -> str:
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"certificate: {problem.verify_message}"
    return f"handshake: {problem.reason or problem}"
