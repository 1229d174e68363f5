"""What does one keep-alive fetch cost, by the way it is sent? Figures for docs/decisions/0001-transport.md.

Run: `python bench/transport.py [fetches]`. A server process answers 22 KB pages on loopback; each way fetches
the same number of pages at several concurrencies; CPU is that of this process alone.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpcore
import httpx

from crawler.gate.dns import Names
from crawler.gate.host import HostPolicy
from crawler.gate.transport import Transport
from crawler.gate.wire import Phase, Way
from crawler.model import Request
from crawler.net import Gate

BODY = b"<html>" + b"x" * 22_000
HEAD = (
    b"HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Sun, 22 Nov 2026 02:26:24 GMT\r\n"
    b'Content-Type: text/html; charset=utf-8\r\nConnection: keep-alive\r\nETag: "5f-22000"\r\n'
    b"Last-Modified: Sun, 22 Nov 2026 02:00:00 GMT\r\nContent-Length: %d\r\n\r\n" % len(BODY)
)
Fetch = Callable[[str], Awaitable[int]]


async def serve() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                writer.write(HEAD + BODY)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


async def measure(name: str, fetch: Fetch, base: str, fetches: int, at_once: int) -> None:
    async def worker(count: int) -> None:
        for number in range(count):
            assert await fetch(f"{base}/col/{number}.html") == len(BODY)

    await worker(20)
    cpu, wall = time.process_time(), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(at_once):
            group.create_task(worker(fetches // at_once), name=f"worker {number}")
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    figures = f"{1000 * cpu / fetches:6.3f} ms CPU  {fetches / wall:7.0f}/s"
    print(f"{name:34} {at_once:3} at once  {figures}", flush=True)


async def with_gate(base: str, fetches: int, at_once: int) -> None:
    policy = HostPolicy(rate=0, concurrency=at_once, robots="ignore")
    async with Gate(resolve={"a.gov.cn": ["127.0.0.1"]}, default_policy=policy) as gate:

        async def fetch(url: str) -> int:
            return len((await gate.fetch(Request(url))).body)

        await measure("gate (all of it)", fetch, base.replace("127.0.0.1", "a.gov.cn"), fetches, at_once)


async def with_transport(base: str, fetches: int, at_once: int) -> None:
    async with Transport(Names({"127.0.0.1": ["127.0.0.1"]})) as transport:
        origin = httpx.URL(base)

        async def fetch(url: str) -> int:
            extensions = {"target": url[len(base) :].encode(), "way": Way(), "phase": Phase()}
            headers = {"Accept-Encoding": "gzip", "User-Agent": "bench"}
            request = httpx.Request("GET", origin, headers=headers, extensions=extensions)
            answer = await transport.handle_async_request(request)
            assert isinstance(answer.stream, httpx.AsyncByteStream)
            size = sum([len(part) async for part in answer.stream])
            await answer.aclose()
            return size

        await measure("our transport alone", fetch, base, fetches, at_once)


async def with_httpx(base: str, fetches: int, at_once: int) -> None:
    limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
    async with httpx.AsyncClient(limits=limits) as client:

        async def fetch(url: str) -> int:
            return len((await client.get(url)).content)

        await measure("httpx client", fetch, base, fetches, at_once)


async def with_pool(module: Any, base: str, fetches: int, at_once: int) -> None:
    async with module.AsyncConnectionPool(max_connections=at_once, max_keepalive_connections=at_once) as pool:

        async def fetch(url: str) -> int:
            answer = await pool.request("GET", url)
            return len(answer.content)

        await measure(f"{module.__name__} pool", fetch, base, fetches, at_once)


async def main(fetches: int) -> None:
    server = await asyncio.create_subprocess_exec(
        sys.executable, __file__, "serve", stdout=asyncio.subprocess.PIPE
    )
    assert server.stdout is not None
    base = f"http://127.0.0.1:{int(await server.stdout.readline())}"
    try:
        for at_once in (1, 4, 32):
            await with_gate(base, fetches, at_once)
            await with_transport(base, fetches, at_once)
            await with_httpx(base, fetches, at_once)
            await with_pool(httpcore, base, fetches, at_once)
            try:
                await with_pool(importlib.import_module("httpcore2"), base, fetches, at_once)
            except ModuleNotFoundError:
                print("httpcore2 is not installed here: left out")
    finally:
        server.terminate()
        await server.wait()


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        asyncio.run(serve())
    else:
        asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000))
