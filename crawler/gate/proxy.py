"""The browser's only way out: a forward proxy on loopback, run by the gate.

It dials as the gate does, so declared addresses and the address rule hold for every redirect,
WebSocket, image, worker and background request alike. TLS is not opened: of https only host and port are
seen. Pace: a document over http takes its host's turn here, redirects included; what only the browser can
tell apart (XHR, documents over https) takes its turn in crawler/browser/browser.py; everything else goes at
most six at a time per host (for tunnels Chromium keeps that number itself).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from datetime import UTC, datetime
from typing import NamedTuple, Self

import httpx

from crawler import urls
from crawler.errors import BadUrl, CrawlError, ForbiddenAddress, TookTooLong
from crawler.gate.dns import Names, bare
from crawler.gate.host import Host, HostClosed, retry_after_seconds
from crawler.gate.transport import Transport
from crawler.gate.wire import Dialer, Phase, Way
from crawler.model import Outcome

STATIC_AT_ONCE = 6  # per host
HEAD_BYTES = 64 * 1024
BODY_BYTES = 4 * 1024 * 1024  # of a request: forms, not uploads
HEAD_SECONDS = 10.0
EXCHANGE_SECONDS = 60.0
_CHUNK = 64 * 1024

# A browser's own services: it asks for some of them whatever its switches say, and no page of a portal
# needs them.
_MAKERS = ("google.com", "googleapis.com", "gvt1.com", "gvt2.com", "gstatic.com", "google-analytics.com")
_HOP_HEADERS = {b"connection", b"proxy-connection", b"proxy-authorization", b"keep-alive", b"te", b"upgrade"}
_ANSWER_HOP = {b"connection", b"keep-alive", b"transfer-encoding", b"proxy-authenticate"}


class _Asked(NamedTuple):
    method: str
    target: str
    headers: list[tuple[bytes, bytes]]

    def header(self, name: bytes) -> bytes:
        return next((value for key, value in self.headers if key.lower() == name), b"")


class Proxy:
    """Listens on a port of 127.0.0.1 from `start` to `aclose`. `host_of` gives a host's pace."""

    def __init__(self, names: Names, transport: Transport, host_of: Callable[[str], Host]) -> None:
        self._names = names
        self._transport = transport
        self._host_of = host_of
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._static: dict[str, asyncio.Semaphore] = {}
        self._outcomes: dict[str, Outcome] = {}
        self.port = 0

    async def start(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=HEAD_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def aclose(self) -> None:
        """Stop listening and cut what is under way."""
        if self._server is None:
            return
        self._server.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._server.wait_closed()
        self._server = None

    def outcome(self, host: str) -> Outcome | None:
        """Why the last connection to that host failed; None if it did not."""
        return self._outcomes.get(bare(host))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            async with asyncio.timeout(HEAD_SECONDS):
                asked = _read_head(await reader.readuntil(b"\r\n\r\n"))
            if asked.method == "CONNECT":
                await self._tunnel(asked, reader, writer)
            else:
                await self._relay(asked, reader, writer)
        except (CrawlError, HostClosed, OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
            pass  # the browser sees a closed connection; why, is in `outcome`
        finally:
            self._tasks.discard(task)
            writer.close()

    def _allow(self, host: str) -> None:
        name = bare(host)
        if any(name == maker or name.endswith("." + maker) for maker in _MAKERS):
            raise ForbiddenAddress(name)

    async def _tunnel(
        self, asked: _Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        host, _, port = asked.target.rpartition(":")
        if not host or not port.isdecimal():
            raise BadUrl(asked.target)
        async with self._noted(host):
            self._allow(host)
            wire = await Dialer(self._names, Way(), Phase()).connect_tcp(bare(host), int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")

        async def down() -> None:
            try:
                while data := await wire.read(_CHUNK):
                    writer.write(data)
                    await writer.drain()
            finally:
                writer.close()  # ends the other direction too

        try:
            async with asyncio.TaskGroup() as group:
                answer = group.create_task(down(), name=f"tunnel {host}")
                with suppress(OSError, httpx.HTTPError):
                    while data := await reader.read(_CHUNK):
                        await wire.write(data)
                answer.cancel()
        except* (CrawlError, OSError):
            pass  # an end like any other
        finally:
            await wire.aclose()

    async def _relay(self, asked: _Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        target = urls.parse(asked.target)
        if target is None or target.scheme != "http":
            raise BadUrl(asked.target)
        body = await _read_body(asked, reader)
        async with self._noted(target.host):
            self._allow(target.host)
            async with self._turn(asked, target.host):
                await self._exchange(asked, target, body, writer)

    def _turn(self, asked: _Asked, host: str) -> AbstractAsyncContextManager[None]:
        if asked.header(b"accept").startswith(b"text/html"):
            return self._host_of(host).turn()
        return self._static.setdefault(bare(host), asyncio.Semaphore(STATIC_AT_ONCE))

    async def _exchange(
        self, asked: _Asked, target: urls.Target, body: bytes, writer: asyncio.StreamWriter
    ) -> None:
        try:
            request = httpx.Request(
                asked.method,
                f"{target.origin}/",
                headers=[(name, value) for name, value in asked.headers if name.lower() not in _HOP_HEADERS],
                content=body or None,
                extensions={"target": target.path.encode("ascii"), "way": Way(), "phase": Phase()},
            )
        except (httpx.InvalidURL, UnicodeError) as problem:
            raise BadUrl(target.href) from problem
        try:
            async with asyncio.timeout(EXCHANGE_SECONDS):
                answer = await self._transport.handle_async_request(request)
                try:
                    self._heed(target.host, answer)
                    await _pass_on(answer, writer)
                finally:
                    await answer.aclose()
        except TimeoutError as problem:
            raise TookTooLong(target.href) from problem

    def _heed(self, host: str, answer: httpx.Response) -> None:
        if answer.status_code in (429, 503):
            pause = retry_after_seconds(answer.headers.get("retry-after"), datetime.now(UTC))
            self._host_of(host).complained(pause, pause=answer.status_code == 429)

    def _noted(self, host: str) -> _Noted:
        return _Noted(self._outcomes, bare(host))


class _Noted:
    """Keeps why a connection failed, forgets it once one works."""

    def __init__(self, outcomes: dict[str, Outcome], host: str) -> None:
        self._outcomes = outcomes
        self._host = host

    async def __aenter__(self) -> None:
        pass

    async def __aexit__(self, kind: object, problem: BaseException | None, trace: object) -> None:
        if problem is None:
            self._outcomes.pop(self._host, None)
        elif isinstance(problem, CrawlError):
            self._outcomes[self._host] = problem.outcome
        elif isinstance(problem, HostClosed):
            self._outcomes[self._host] = Outcome.LIMITED


def _read_head(head: bytes) -> _Asked:
    first, *lines = head[:-4].split(b"\r\n")
    parts = first.decode("latin-1").split(" ")
    if len(parts) != 3:
        raise BadUrl(first.decode("latin-1"))
    pairs = (line.partition(b":") for line in lines)
    return _Asked(parts[0].upper(), parts[1], [(name, value.strip()) for name, _, value in pairs if name])


async def _read_body(asked: _Asked, reader: asyncio.StreamReader) -> bytes:
    length = asked.header(b"content-length") or b"0"
    if asked.header(b"transfer-encoding") or not length.isdigit() or int(length) > BODY_BYTES:
        raise BadUrl(asked.target)
    return await reader.readexactly(int(length))


async def _pass_on(answer: httpx.Response, writer: asyncio.StreamWriter) -> None:
    """The answer as it came; its end is the end of the connection."""
    writer.write(f"HTTP/1.1 {answer.status_code} {answer.reason_phrase}\r\n".encode("latin-1", "replace"))
    for name, value in answer.headers.raw:
        if name.lower() not in _ANSWER_HOP:
            writer.write(name + b": " + value + b"\r\n")
    writer.write(b"Connection: close\r\n\r\n")
    stream = answer.stream
    assert isinstance(stream, httpx.AsyncByteStream)
    async for part in stream:
        writer.write(part)
        await writer.drain()
    await writer.drain()
