"""The demo's web server: many hosts on one loopback port, well-behaved or not, exactly as told.

Raw asyncio streams instead of a framework, because the point is to misbehave on purpose: late, dripping,
reset, wrongly labelled or oversized answers. Listens on 127.0.0.1 and, where the machine has it, on ::1.
"""

from __future__ import annotations

import asyncio
import errno
import gzip
import hashlib
import socket
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from http import HTTPStatus
from typing import NamedTuple

PORT_MARK = b"@PORT@"  # stands for the port in bodies and headers until they are sent
_MAX_HEAD = 64 * 1024


class Asked(NamedTuple):
    """One request as it came in. `path` and `query` are raw, still percent-encoded."""

    host: str  # without port, lower case
    method: str
    path: str
    query: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    v6: bool


class Logged(NamedTuple):
    """One line of the request log. `target` is path and query as asked."""

    host: str
    method: str
    target: str
    location: str = ""  # where the answer sent the asker


@dataclass(frozen=True, slots=True)
class Answer:
    """What one URL answers, and how badly it behaves while doing so."""

    body: bytes = b""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0  # seconds before the first byte
    drip: float = 0.0  # seconds between pieces of the body
    reset: bool = False  # close without a byte
    reset_v6: bool = False  # the same, for connections over IPv6 only
    head_status: int | None = None  # answered to HEAD instead of `status`
    flaky: int = 0  # the first so many requests get 503
    limited: int = 0  # the first so many requests get 429 with Retry-After: 1
    bomb: int = 0  # a gzip body that unpacks to so many bytes
    gzip: bool = False
    etag: bool = True  # sent, and answered with 304 when it comes back
    modified: date | None = None  # sent as Last-Modified


Handler = Callable[[Asked], Answer]


@dataclass(slots=True)
class Host:
    """One virtual host: exact paths first, then the longest matching folder, then `missing`."""

    pages: dict[str, Answer | Handler] = field(default_factory=dict)
    folders: dict[str, Handler] = field(default_factory=dict)
    missing: Answer | Handler = field(default_factory=lambda: Answer(b"404 Not Found", 404))
    v6_resets: bool = False  # every connection over IPv6 is cut

    def find(self, asked: Asked) -> Answer:
        """The answer for one request, handlers already called."""
        found = self.pages.get(f"{asked.path}?{asked.query}") if asked.query else None
        found = found or self.pages.get(asked.path)
        if found is None:
            under = [folder for folder in self.folders if asked.path.startswith(folder)]
            found = self.folders[max(under, key=len)] if under else self.missing
        answer = found if isinstance(found, Answer) else found(asked)
        return replace(answer, reset=True) if self.v6_resets and asked.v6 else answer


class Server:
    """Serves `hosts` on one port and keeps the request log."""

    def __init__(self, hosts: Mapping[str, Host]) -> None:
        self.hosts = hosts
        self.log: list[Logged] = []
        self.port = 0
        self.ipv6 = False
        self._seen: Counter[tuple[str, str]] = Counter()
        self._connections: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator[int]:
        """Listen until the block ends; yields the port. `port=0` takes a free one."""
        servers = await self._listen(port)
        try:
            yield self.port
        finally:
            for server in servers:
                server.close()
            for task in list(self._connections):
                task.cancel()
            await asyncio.gather(*self._connections, return_exceptions=True)
            for server in servers:
                await server.wait_closed()

    async def _listen(self, port: int) -> list[asyncio.Server]:
        for _attempt in range(20):
            first = await asyncio.start_server(self._connected, "127.0.0.1", port, limit=_MAX_HEAD)
            self.port = first.sockets[0].getsockname()[1]
            try:
                second = await asyncio.start_server(self._connected, "::1", self.port, limit=_MAX_HEAD)
            except OSError as problem:
                if problem.errno == errno.EADDRINUSE and port == 0:
                    first.close()  # that port is taken on ::1: try another pair
                    await first.wait_closed()
                    continue
                self.ipv6 = False  # no ::1 on this machine
                return [first]
            self.ipv6 = True
            return [first, second]
        raise OSError(errno.EADDRINUSE, "no port is free on both 127.0.0.1 and ::1")

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass  # the client went away, or never spoke HTTP: nothing to answer
        except asyncio.CancelledError:
            pass  # the city closes; asyncio.start_server would log a cancelled handler as an error
        finally:
            writer.close()
            self._connections.discard(task)

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its answer; False when the connection is to be closed."""
        asked = await _read_request(reader, writer)
        if asked is None:
            return False
        target = f"{asked.path}?{asked.query}" if asked.query else asked.path
        host = self.hosts.get(asked.host)
        answer = host.find(asked) if host else Answer(b"no such host here", 421)
        location = dict(answer.headers).get("Location", "")
        self.log.append(Logged(asked.host, asked.method, target, location))
        answer = self._excuse(answer, asked, target)
        if answer.delay:
            await asyncio.sleep(answer.delay)
        if answer.reset or (answer.reset_v6 and asked.v6):
            _abort(writer)
            return False
        head, body = self._bytes_of(answer, asked)
        writer.write(head)
        if asked.method != "HEAD":
            await _send(writer, body, answer.drip)
        await writer.drain()
        return asked.headers.get("connection", "").lower() != "close"

    def _excuse(self, answer: Answer, asked: Asked, target: str) -> Answer:
        """503 or 429 while the first requests for this URL are refused; another status for HEAD."""
        if asked.method == "HEAD" and answer.head_status is not None:
            return Answer(b"", answer.head_status)
        if not (answer.flaky or answer.limited):
            return answer
        self._seen[asked.host, target] += 1
        count = self._seen[asked.host, target]
        if count <= answer.limited:
            return Answer("请求过于频繁".encode(), 429, headers=(("Retry-After", "1"),))
        if count <= answer.flaky:
            return Answer(b"Service Unavailable", 503)
        return answer

    def _bytes_of(self, answer: Answer, asked: Asked) -> tuple[bytes, bytes]:
        mark = str(self.port).encode()
        body = answer.body.replace(PORT_MARK, mark)
        headers = [("Content-Type", answer.content_type), *answer.headers]
        status = answer.status
        if status == 200 and answer.modified:
            headers.append(("Last-Modified", answer.modified.strftime("%a, %d %b %Y 00:00:00 GMT")))
        if status == 200 and answer.etag:
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            headers.append(("ETag", etag))
            if asked.headers.get("if-none-match") == etag:
                status, body = 304, b""
        if answer.bomb:
            body = _bomb(answer.bomb)
            headers.append(("Content-Encoding", "gzip"))
        elif answer.gzip and "gzip" in asked.headers.get("accept-encoding", "") and body:
            body = gzip.compress(body, 6, mtime=0)
            headers.append(("Content-Encoding", "gzip"))
        headers.append(("Content-Length", str(len(body))))
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase if status in _KNOWN else 'Status'}"]
        lines += [f"{name}: {value}" for name, value in headers]
        return ("\r\n".join(lines) + "\r\n\r\n").encode().replace(PORT_MARK, mark), body


_KNOWN = frozenset(status.value for status in HTTPStatus)


async def _read_request(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Asked | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    lines = head.decode("latin-1").split("\r\n")
    parts = lines[0].split(" ")
    if len(parts) != 3:
        return None
    pairs = (line.split(":", 1) for line in lines[1:] if ":" in line)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    length = int(headers.get("content-length", "0"))
    body = await reader.readexactly(length) if length else b""
    path, _, query = parts[1].partition("?")
    sock = writer.get_extra_info("socket")
    v6 = sock is not None and sock.family == socket.AF_INET6
    return Asked(_host_name(headers.get("host", "")), parts[0], path, query, headers, body, v6)


def _host_name(value: str) -> str:
    if value.startswith("["):
        return value.partition("]")[0] + "]"
    return value.partition(":")[0].lower().rstrip(".")


async def _send(writer: asyncio.StreamWriter, body: bytes, drip: float) -> None:
    if not drip:
        writer.write(body)
        return
    for start in range(0, len(body), max(1, len(body) // 20)):
        writer.write(body[start : start + max(1, len(body) // 20)])
        await writer.drain()
        await asyncio.sleep(drip)


def _abort(writer: asyncio.StreamWriter) -> None:
    transport = writer.transport
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


def _bomb(size: int) -> bytes:
    """A gzip stream of `size` zero bytes, made piece by piece."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = bytes(1 << 20)
    out = [packer.compress(piece) for _ in range(size >> 20)]
    out.append(packer.compress(bytes(size & ((1 << 20) - 1))))
    return b"".join(out) + packer.flush()


def redirect(to: str, status: int = 302) -> Answer:
    """A redirect; `to` is sent as it stands."""
    return Answer(b"", status, headers=(("Location", to),))
