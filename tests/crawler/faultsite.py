"""A web server on a raw asyncio socket that misbehaves on demand; every fault is one path.

It counts what it was asked (`asked`, path and query as on the wire), keeps each request's headers, and notes
how many connections it saw, so that tests can tell reuse from reconnecting.
"""

from __future__ import annotations

import asyncio
import gzip
import ssl
import struct
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET

PAGE = "<html><head><title>首页</title></head><body>阳光政务</body></html>".encode()


class Asked:
    """One request as it arrived."""

    def __init__(self, head: bytes, body: bytes = b"") -> None:
        first, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = first.split(" ", 2)
        self.path = self.target.partition("?")[0]
        self.headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines if line)}
        self.body = body


Answer = Callable[["FaultSite", Asked, asyncio.StreamWriter], Awaitable[None]]


def plain(
    body: bytes = PAGE, status: str = "200 OK", *headers: str, kind: str = "text/html; charset=utf-8"
) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


class FaultSite:
    """Answers `routes` (path → bytes or coroutine), else the faults of FAULTS, else 404."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.connections = 0
        self.routes: dict[str, bytes | Answer] = {}
        self.port = 0
        self.arrived = asyncio.Event()  # the first request is here
        self.released = asyncio.Event()  # ends what is slow on purpose
        self.in_flight = 0
        self.most_in_flight = 0

    @property
    def paths(self) -> list[str]:
        return [one.target for one in self.asked]

    def url(self, path: str = "/", host: str = "www.a.gov.cn") -> str:
        return f"http://{host}:{self.port}{path}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while not writer.is_closing():
                head = await reader.readuntil(b"\r\n\r\n")
                one = Asked(head)
                one.body = await reader.readexactly(int(one.headers.get("content-length", 0)))
                self.asked.append(one)
                self.arrived.set()
                self.in_flight += 1
                self.most_in_flight = max(self.most_in_flight, self.in_flight)
                try:
                    await self._answer(one, writer)
                finally:
                    self.in_flight -= 1
                await writer.drain()
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, one: Asked, writer: asyncio.StreamWriter) -> None:
        route = self.routes.get(one.path, FAULTS.get(one.path, plain(b"no", "404 Not Found")))
        if isinstance(route, bytes):
            writer.write(route)
        else:
            await route(self, one, writer)


@asynccontextmanager
async def faultsite(
    address: str = "127.0.0.1", port: int = 0, *, tls: tuple[Path, Path] | None = None, old_tls: bool = False
) -> AsyncIterator[FaultSite]:
    """A running FaultSite on a loopback address; `tls` is certificate and key, `old_tls` an old server."""
    site = FaultSite()
    context = _tls(*tls, old=old_tls) if tls else None
    server = await asyncio.start_server(site._serve, address, port, ssl=context)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        site.released.set()
        server.close()
        await asyncio.sleep(0)
        await server.wait_closed()


def _tls(certificate: Path, key: Path, *, old: bool) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if old:
        context.set_ciphers("AES128-SHA:@SECLEVEL=0")  # no forward secrecy: refused by strict clients
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    return context


async def _slow_headers(site: FaultSite, one: Asked, writer: asyncio.StreamWriter) -> None:
    await site.released.wait()


async def _drip(site: FaultSite, one: Asked, writer: asyncio.StreamWriter) -> None:
    """Never silent for long, never done: a read timeout alone would wait for ever."""
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(2000):
        if site.released.is_set() or writer.is_closing():
            return
        writer.write(b".")
        await asyncio.sleep(0.01)


async def _reset(site: FaultSite, one: Asked, writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _hang_up(site: FaultSite, one: Asked, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _cut_short(site: FaultSite, one: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + PAGE)
    writer.close()


async def _until_close(site: FaultSite, one: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE)
    writer.close()


async def _head_hater(site: FaultSite, one: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(plain(b"", "404 Not Found") if one.method == "HEAD" else plain())


async def _echo_cookie(site: FaultSite, one: Asked, writer: asyncio.StreamWriter) -> None:
    if "CT6T=abc" in one.headers.get("cookie", ""):
        writer.write(plain())
    else:
        again = f"Location: {one.target}"
        writer.write(plain(b"", "302 Found", again, "Set-Cookie: CT6T=abc; path=/; HttpOnly"))


async def _unchanged(site: FaultSite, one: Asked, writer: asyncio.StreamWriter) -> None:
    same = one.headers.get("if-none-match") == '"v1"'
    writer.write(
        b'HTTP/1.1 304 Not Modified\r\nETag: "v1"\r\n\r\n' if same else plain(PAGE, "200 OK", 'ETag: "v1"')
    )


async def _long_chain(site: FaultSite, one: Asked, writer: asyncio.StreamWriter) -> None:
    number = int(one.target.partition("=")[2] or 0)
    writer.write(plain(b"", "302 Found", f"Location: /long?n={number + 1}"))


def _zipped(body: bytes, coding: str = "gzip") -> bytes:
    return plain(body, "200 OK", f"Content-Encoding: {coding}")


def _moved(where: bytes, status: bytes = b"302 Found") -> bytes:
    return b"HTTP/1.1 " + status + b"\r\nLocation: " + where + b"\r\nContent-Length: 0\r\n\r\n"


_DEFLATER = zlib.compressobj(wbits=-zlib.MAX_WBITS)
_RAW_DEFLATE = _DEFLATER.compress(PAGE) + _DEFLATER.flush()

FAULTS: dict[str, bytes | Answer] = {
    "/": plain(),
    "/robots.txt": plain(b"", "404 Not Found"),
    "/slow-headers": _slow_headers,
    "/drip": _drip,
    "/reset": _reset,
    "/hang-up": _hang_up,
    "/cut-short": _cut_short,
    "/until-close": _until_close,
    "/head-hater": _head_hater,
    "/echo-cookie": _echo_cookie,
    "/unchanged": _unchanged,
    "/empty": plain(b""),
    "/bomb": _zipped(gzip.compress(b"\0" * 30_000_000)),
    "/gzip": _zipped(gzip.compress(PAGE)),
    "/gzip-twice": _zipped(gzip.compress(PAGE[:20]) + gzip.compress(PAGE[20:])),
    "/gzip-lie": _zipped(PAGE),
    "/gzip-broken": _zipped(b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + b"\xff" * 40),
    "/deflate": _zipped(zlib.compress(PAGE), "deflate"),
    "/raw-deflate": _zipped(_RAW_DEFLATE, "deflate"),
    "/brotli": _zipped(b"\x8b\x02\x80abc\x03", "br"),
    "/large": plain(b"x" * 300_000),
    "/wide-headers": plain(PAGE, "200 OK", "X-Wide: " + "a" * 9_000),
    "/vast-headers": plain(PAGE, "200 OK", "X-Vast: " + "a" * 200_000),
    "/two-lengths": plain(PAGE, "200 OK", f"Content-Length: {len(PAGE)}"),
    "/two-other-lengths": plain(PAGE, "200 OK", "Content-Length: 7"),
    "/too-short-length": b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n" + PAGE,
    "/not-http": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "/loop": _moved(b"/loop"),
    "/loop-a": _moved(b"/loop-b"),
    "/loop-b": _moved(b"/loop-a"),
    "/long": _long_chain,
    "/moved": _moved(b"/"),
    "/moved-to-unchanged": _moved(b"/unchanged"),
    "/moved-nowhere": b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
    "/moved-303": _moved(b"/moved-there", b"303 See Other"),
    "/moved-307": _moved(b"/moved-there", b"307 Temporary Redirect"),
    "/moved-there": plain(),
    "/moved-utf8": _moved("/中文".encode()),
    "/moved-gbk": _moved("/中文".encode("gb18030")),
    "/%E4%B8%AD%E6%96%87": plain(),
    "/to-intranet": _moved(b"http://127.0.0.1:9/"),
    "/to-mapped": _moved(b"http://[::ffff:127.0.0.1]:9/"),
    "/to-decimal": _moved(b"http://2130706433:9/"),
    "/to-app": _moved(b"weixin://dl/"),
    "/gbk-as-utf8": plain("<title>政府</title>".encode("gb18030")),
    "/gone": plain(b"", "410 Gone"),
    "/denied": plain(b"no", "403 Forbidden"),
    "/teapot": plain(b"no", "418 I'm a teapot"),
    "/limited": plain(b"", "429 Too Many Requests", "Retry-After: 7"),
    "/limited-bare": plain(b"", "429 Too Many Requests"),
    "/busy": plain(b"", "503 Service Unavailable", "Retry-After: 7"),
    "/unavailable": plain(b"", "503 Service Unavailable"),
    "/error": plain(b"", "500 Internal Server Error"),
    "/ruishu": plain(b"<script>$_ts=window['$_ts']</script>", "412 Precondition Failed"),
}
