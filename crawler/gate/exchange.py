"""One HTTP exchange: what we send, and the whole answer under caps of time and size."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import httpx

from crawler import urls
from crawler.errors import ConnectTimedOut, TookTooLong, TooLarge
from crawler.gate.body import read_all, read_start
from crawler.gate.transport import Transport
from crawler.gate.wire import Phase, Way
from crawler.model import Request

START_BYTES = 64 * 1024  # read where the body is not wanted
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BASE_HEADERS = (
    (b"Accept", b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
    (b"Accept-Language", b"zh-CN,zh;q=0.9"),
    (b"Accept-Encoding", b"gzip"),
)


class Ask(NamedTuple):
    """One hop to ask for. `request` is what the caller wanted at the first hop."""

    request: Request
    target: urls.Target
    way: Way
    method: str
    body: bytes | None = None
    cookie: str = ""
    first: bool = True


class Answer(NamedTuple):
    """One HTTP answer, before it is known whether it is the last."""

    status: int
    headers: Mapping[str, str]
    location: bytes | None
    set_cookies: tuple[str, ...]
    body: bytes
    address: str | None
    tls_problem: str | None


class Exchange:
    """Asks over one transport, in one name. Raises CrawlError, nothing else."""

    def __init__(self, transport: Transport, user_agent: str) -> None:
        self._transport = transport
        self._user_agent = user_agent
        self._origins: dict[tuple[str, str, int], httpx.URL] = {}

    async def __call__(self, ask: Ask, seconds: float) -> Answer:
        """One request and its whole answer within `seconds`: a silent and a dripping server end alike."""
        phase = Phase()
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                return await self._answer(ask, phase)
        except TimeoutError as problem:
            words = f"limit {ask.request.seconds:g} s"
            # At a later hop the time may have been used up before it began.
            slow = phase.connected or not ask.first
            raise (TookTooLong if slow else ConnectTimedOut)(words) from problem

    async def _answer(self, ask: Ask, phase: Phase) -> Answer:
        sent = self._http_request(ask, phase)
        response = await self._transport.handle_async_request(sent)
        try:
            raw = response.headers.raw
            headers: dict[str, str] = {}
            for name, value in raw:
                headers.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
            body = await self._read(ask, response, headers)
        finally:
            await response.aclose()
        peer = response.extensions["network_stream"].get_extra_info("server_addr")
        return Answer(
            status=response.status_code,
            headers=headers,
            location=next((v for n, v in raw if n.lower() == b"location"), None),
            set_cookies=tuple(v.decode("latin-1") for n, v in raw if n.lower() == b"set-cookie"),
            body=body,
            address=peer[0] if peer else None,
            tls_problem=response.extensions["tls_problem"],
        )

    def _http_request(self, ask: Ask, phase: Phase) -> httpx.Request:
        request, target = ask.request, ask.target
        headers = [
            (b"Host", urls.host_header(target).encode("ascii")),
            (b"User-Agent", _header(request.user_agent or self._user_agent)),
            *_BASE_HEADERS,
        ]
        if request.referer:
            headers.append((b"Referer", _header(request.referer)))
        if ask.cookie:
            headers.append((b"Cookie", _header(ask.cookie)))
        if target.href == request.unchanged_at or (ask.first and request.unchanged_at is None):
            headers += _conditions(request)
        if ask.body is not None and request.content_type:
            headers.append((b"Content-Type", _header(request.content_type)))
        if ask.way.fresh:
            headers.append((b"Connection", b"close"))
        return httpx.Request(
            ask.method,
            self._origin(target),
            headers=headers,
            content=ask.body,
            extensions={"target": target.path.encode("ascii"), "way": ask.way, "phase": phase},
        )

    def _origin(self, target: urls.Target) -> httpx.URL:
        key = (target.scheme, target.host, target.port)
        url = self._origins.get(key)
        if url is None:
            url = self._origins[key] = httpx.URL(target.origin)
        return url

    async def _read(self, ask: Ask, response: httpx.Response, headers: Mapping[str, str]) -> bytes:
        stream = response.stream
        assert isinstance(stream, httpx.AsyncByteStream)
        if ask.method == "HEAD" or response.status_code in (204, 304):
            return await read_all(stream, "", 0)  # nothing, but its end lets the connection be used again
        coding = headers.get("content-encoding", "")
        if not ask.request.body_wanted or response.status_code in REDIRECTS:
            return (await read_start(stream, coding, START_BYTES))[0]
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > ask.request.max_bytes:
            raise TooLarge(f"Content-Length {length}")
        return await read_all(stream, coding, ask.request.max_bytes)


def _conditions(request: Request) -> Iterator[tuple[bytes, bytes]]:
    if request.etag:
        yield b"If-None-Match", _header(request.etag)
    if request.last_modified:
        yield b"If-Modified-Since", _header(request.last_modified)


def _header(text: str) -> bytes:
    # Answers' headers were read as latin-1: so they go back byte for byte.
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8")
