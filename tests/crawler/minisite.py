"""A small web site on loopback: pages as text, and a note of what was asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from crawler.gate.host import HostPolicy
from crawler.net import Gate

HOST = "www.a.gov.cn"


class Site:
    """Serves `pages` (path → HTML, or a full answer when it begins with HTTP/), notes what it was asked."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.asked: list[str] = []
        self.port = 0
        self.waiting: dict[str, asyncio.Event] = {}

    def url(self, path: str = "/", host: str = HOST) -> str:
        return f"http://{host}:{self.port}{path}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first = (await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0].decode()
        except asyncio.IncompleteReadError:
            self.asked.append("connected")
            writer.close()
            return
        path = first.split(" ")[1]
        self.asked.append(path)
        self.waiting.setdefault(path.partition("?")[0], asyncio.Event()).set()
        text = self.pages.get(path.partition("?")[0])
        if text is not None and text.startswith("HTTP/"):
            writer.write(text.encode())
        else:
            status = "404 Not Found" if text is None else "200 OK"
            kind = "application/javascript" if path.endswith(".js") else "text/html"
            body = (text or "").encode()
            head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\n"
            writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    async def asked_for(self, path: str) -> None:
        await asyncio.wait_for(self.waiting.setdefault(path, asyncio.Event()).wait(), 20)


@asynccontextmanager
async def site() -> AsyncIterator[Site]:
    made = Site()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    async with server:
        yield made


def gate(**more: object) -> Gate:
    return Gate(
        contact="mailto:a@example.cn",
        resolve={HOST: ["127.0.0.1"]},
        default_policy=HostPolicy(rate=0, concurrency=8),
        **more,  # type: ignore[arg-type]
    )
