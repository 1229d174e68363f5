"""Sends a request on an idle or a new connection, by httpcore.

`Transport` is an httpx transport. It keeps idle connections in small lists, one per origin and way of
connecting; how many are open at once is the host object's business (host.py), so no queueing happens here.
See docs/decisions/0001-transport.md.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import httpcore
import httpx

from crawler.errors import ConnectionLost, CrawlError, HandshakeCut, HandshakeFailed, NotHttp
from crawler.gate.dns import Names
from crawler.gate.wire import Dialer, Phase, Way
from crawler.model import Outcome

KEEP_ALIVE_SECONDS = 15.0
MAX_IDLE = 256  # connections kept open for later, all hosts together


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
        except (HandshakeFailed, HandshakeCut) as problem:
            if site in self._tls_problems:
                raise
            # Certificate faults and old TLS are information, not a reason to be blind.
            answer = await self._answer(key, self._new(key, way, phase, lenient=True), inner)
            self._tls_problems[site] = str(problem)
            answer.extensions["tls_problem"] = str(problem)
            return answer

    def _new(self, key: _Key, way: Way, phase: Phase, *, lenient: bool) -> httpcore.AsyncHTTPConnection:
        return httpcore.AsyncHTTPConnection(
            httpcore.Origin(key.scheme, key.host, key.port),
            ssl_context=self._context(lenient) if key.scheme == b"https" else None,
            keepalive_expiry=KEEP_ALIVE_SECONDS,
            network_backend=Dialer(self._names, way, phase),
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
