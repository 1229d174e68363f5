"""How fast is a sweep? One static portal of 3,000 pages (22 KB, 105 links a page), rate 0, as a ratio.

`python -m bench.pages [PAGES] [JOBS]` serves the portal from a process of its own, sweeps it,
and prints pages per second and CPU per page over the floor (fetch by a bare socket plus one lexbor parse).
"""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import resource
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from multiprocessing.connection import Connection
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser

from crawler.model import UnitKind
from storage.repo import Store
from sweep.given.plan import plan
from sweep.given.seeds import Pace, Seeds, UnitSpec, unit_from
from sweep.night.run import RunOptions, run_sweep

AS_OF = date(2026, 11, 20)
WORDS = "关于进一步加强全市政务公开工作的通知实施方案政策解读会议公告公示民生保障营商环境乡村振兴".strip()


def portal(pages: int) -> list[bytes]:
    """The pages' bytes, by number: column pages link to articles and to each other."""
    dice = random.Random(3)

    def title() -> str:
        start = dice.randrange(len(WORDS) - 12)
        return WORDS[start : start + 12]

    def page(number: int) -> bytes:
        nav = "".join(f'<li><a href="/p{n}.html">{title()}</a></li>' for n in range(1, 41))
        rows = "".join(
            f'<li><a href="/p{(number * 60 + n) % pages}.html" title="{title()}">{title()}</a>'
            f"<span>2026-{1 + n % 11:02d}-{1 + n % 28:02d}</span></li>"
            for n in range(60)
        )
        text = "".join(f"<p>{''.join(title() for _ in range(8))}。</p>" for _ in range(24))
        head = (
            f"<!doctype html><html><head><meta charset=utf-8><title>{title()}</title>"
            '<meta name="SiteName" content="某市人民政府"><meta name="SiteDomain" content="127.0.0.1">'
            '<meta name="SiteIDCode" content="4499000001"></head><body>'
        )
        foot = (
            '<div class="footer">主办：某市人民政府 网站标识码：4499000001 粤ICP备05010518号-1'
            ' 粤公网安备44990102000001号 <a href="/p1.html">网站地图</a></div></body></html>'
        )
        body = (
            f'{head}<ul class="nav">{nav}</ul><ul class="list">{rows}</ul><div id="zoom">{text}</div>{foot}'
        )
        return body.encode()

    return [page(number) for number in range(pages)]


def serve(pages: int, ready: Connection) -> None:
    """A bare keep-alive server: its own cost must not be measured."""
    bodies = portal(pages)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1]
                number = int(path[2:-5] or 0) if path.startswith(b"/p") else 0 if path == b"/" else -1
                writer.write(_answer(head, number, bodies))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def main() -> None:
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


def _answer(head: bytes, number: int, bodies: list[bytes]) -> bytes:
    if not 0 <= number < len(bodies):
        return b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\ngone"
    tag = b'"p%d"' % number
    if b"If-None-Match: " + tag in head:
        return b"HTTP/1.1 304 Not Modified\r\nETag: %b\r\n\r\n" % tag
    body = bodies[number]
    kind = b"ETag: %b\r\nContent-Type: text/html" % tag
    return b"HTTP/1.1 200 OK\r\n%b\r\nContent-Length: %d\r\n\r\n%b" % (kind, len(body), body)


def floor(port: int, pages: int) -> float:
    """CPU seconds per page for a bare socket and one parse."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        stream = connection.makefile("rb")
        before = time.process_time()
        for number in range(pages):
            connection.sendall(b"GET /p%d.html HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % number)
            length = 0
            while (line := stream.readline()) != b"\r\n":
                if line.lower().startswith(b"content-length"):
                    length = int(line.split(b":")[1])
            LexborHTMLParser(stream.read(length).decode())
        return (time.process_time() - before) / pages


def cpu() -> float:
    """User and system seconds of this process and of its ended children."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def bench_seeds(port: int, pages: int) -> Seeds:
    spec = UnitSpec(
        id="bench",
        name="某市人民政府",
        kind=UnitKind.COUNTY,
        portal=f"http://127.0.0.1:{port}/",
        rate=0,
        concurrency=16,
        max_pages=max(pages, 1),
        robots="ignore",
    )
    return Seeds(units=(unit_from(spec, Pace()),), hosts={}, source="bench")


class Cost(NamedTuple):
    """Of one sweep."""

    wall: float  # seconds
    cpu: float  # seconds
    peak: int  # MB of memory, so far


async def swept(port: int, pages: int, jobs: int = 1, nights: int = 1) -> list[Cost]:
    """What sweeps of the portal cost, one after the other into one store."""
    chosen = plan(bench_seeds(port, pages), as_of=AS_OF)
    costs = []
    with tempfile.TemporaryDirectory() as folder:
        db = f"sqlite:///{folder}/bench.db"
        async with await Store.open(db) as store:
            for _ in range(nights):
                wall, used = time.perf_counter(), cpu()
                row = await run_sweep(chosen, store, RunOptions(db=db, jobs=jobs, new=True))
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
                costs.append(Cost(time.perf_counter() - wall, cpu() - used, peak))
                done = (await store.frontier_counts(row.id))["bench"].get("done", 0)
                print(f"visited {done} of {pages}")
    return costs


@contextmanager
def served(pages: int) -> Iterator[int]:
    """The port of a process that serves the portal."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("fork").Process(target=serve, args=(pages, theirs), daemon=True)
    server.start()
    try:
        yield ours.recv()
    finally:
        server.terminate()


def main(pages: int = 3000, jobs: int = 1) -> None:
    with served(pages) as port:
        base = floor(port, min(pages, 1000))
        [cost] = asyncio.run(swept(port, pages, jobs))
    print(f"pages/s {pages / cost.wall:.0f}")
    each = cost.cpu / pages
    print(f"CPU per page {each * 1000:.2f} ms = {each / base:.1f} x the floor ({base * 1000:.2f} ms)")
    print(f"peak memory {cost.peak} MB")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
