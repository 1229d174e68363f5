"""The demo's web server: it answers well where it should, and misbehaves exactly as told."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from contextlib import suppress
from datetime import date

import pytest

from demo.server import Answer, Host, Server, redirect

HOST = "www.example.gov.cn"


async def ask(
    port: int, path: str, *headers: str, method: str = "GET", host: str = HOST, body: bytes = b""
) -> tuple[int, dict[str, str], bytes]:
    """One request on a connection of its own: status, headers in lower case, body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {host}:{port}", "Connection: close", *headers]
        if body:
            lines.append(f"Content-Length: {len(body)}")
        writer.write(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
        raw = await reader.read()
    finally:
        writer.close()
    head, _, content = raw.partition(b"\r\n\r\n")
    first, *rest = head.decode().split("\r\n")
    return int(first.split(" ")[1]), dict(_pair(line) for line in rest), content


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition(": ")
    return name.lower(), value


def server(**pages: Answer) -> Server:
    return Server({HOST: Host({f"/{name}": answer for name, answer in pages.items()})})


async def test_hosts_are_told_apart_and_logged() -> None:
    one = Server({HOST: Host({"/": Answer(b"one")}), "b.example.cn": Host({"/": Answer(b"two")})})
    async with one.running() as port:
        assert (await ask(port, "/"))[2] == b"one"
        assert (await ask(port, "/?x=1", host="B.example.cn"))[2] == b"two"
        assert (await ask(port, "/", host="c.example.cn"))[0] == 421
    assert [line[:3] for line in one.log] == [
        (HOST, "GET", "/"),
        ("b.example.cn", "GET", "/?x=1"),
        ("c.example.cn", "GET", "/"),
    ]


async def test_connection_is_kept_for_further_requests() -> None:
    one = server(a=Answer(b"aa"), b=Answer(b"bb"))
    async with one.running() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for name in ("a", "b"):
            writer.write(f"GET /{name} HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            assert b"Content-Length: 2" in head
            assert await reader.readexactly(2) == name.encode() * 2
        writer.close()
    assert len(one.log) == 2


async def test_port_mark_is_filled_in_bodies_and_headers() -> None:
    one = server(a=Answer(b"see http://x:@PORT@/"), r=redirect("http://x:@PORT@/b"))
    async with one.running() as port:
        assert (await ask(port, "/a"))[2] == f"see http://x:{port}/".encode()
        status, headers, _ = await ask(port, "/r")
        assert (status, headers["location"]) == (302, f"http://x:{port}/b")


async def test_unchanged_page_answers_304() -> None:
    async with server(a=Answer(b"text", modified=date(2026, 3, 1))).running() as port:
        status, headers, _ = await ask(port, "/a")
        assert (status, headers["last-modified"]) == (200, "Sun, 01 Mar 2026 00:00:00 GMT")
        status, _, body = await ask(port, "/a", f"If-None-Match: {headers['etag']}")
        assert (status, body) == (304, b"")
        assert (await ask(port, "/a", 'If-None-Match: "other"'))[0] == 200


async def test_head_has_no_body_and_may_be_refused() -> None:
    one = server(a=Answer(b"text"), b=Answer(b"text", head_status=405))
    async with one.running() as port:
        status, headers, body = await ask(port, "/a", method="HEAD")
        assert (status, headers["content-length"], body) == (200, "4", b"")
        assert (await ask(port, "/b", method="HEAD"))[0] == 405
        assert (await ask(port, "/b"))[0] == 200


async def test_flaky_and_limited_pages_recover() -> None:
    one = server(f=Answer(b"ok", flaky=2), m=Answer(b"ok", limited=1))
    async with one.running() as port:
        assert [(await ask(port, "/f"))[0] for _ in range(4)] == [503, 503, 200, 200]
        status, headers, _ = await ask(port, "/m")
        assert (status, headers["retry-after"]) == (429, "1")
        assert (await ask(port, "/m"))[0] == 200


async def test_reset_closes_without_a_byte() -> None:
    async with server(r=Answer(reset=True)).running() as port:
        with pytest.raises((ConnectionError, IndexError)):
            await ask(port, "/r")


async def test_dripped_and_late_answers_are_whole() -> None:
    text = bytes(range(256))
    async with server(d=Answer(text, drip=0.001, delay=0.001)).running() as port:
        assert (await ask(port, "/d"))[2] == text


async def test_gzip_only_where_it_is_accepted() -> None:
    async with server(g=Answer(b"text " * 50, gzip=True)).running() as port:
        assert (await ask(port, "/g"))[2] == b"text " * 50
        _, headers, body = await ask(port, "/g", "Accept-Encoding: gzip")
        assert headers["content-encoding"] == "gzip"
        assert gzip.decompress(body) == b"text " * 50


async def test_bomb_is_small_on_the_wire_and_large_unpacked() -> None:
    async with server(b=Answer(bomb=5_000_000)).running() as port:
        _, _, body = await ask(port, "/b")
    assert len(body) < 20_000
    assert len(zlib.decompress(body, 31)) == 5_000_000


async def test_exact_query_then_path_then_longest_folder_then_missing() -> None:
    host = Host(
        {"/a": Answer(b"path"), "/a?x=1": Answer(b"query")},
        {"/f/": lambda asked: Answer(b"folder"), "/f/g/": lambda asked: Answer(asked.path.encode())},
    )
    async with Server({HOST: host}).running() as port:
        assert (await ask(port, "/a?x=1"))[2] == b"query"
        assert (await ask(port, "/a?x=2"))[2] == b"path"
        assert (await ask(port, "/f/x"))[2] == b"folder"
        assert (await ask(port, "/f/g/x"))[2] == b"/f/g/x"
        assert (await ask(port, "/no"))[0] == 404


async def test_posted_body_reaches_the_handler() -> None:
    host = Host(folders={"/api/": lambda asked: Answer(asked.method.encode() + b" " + asked.body)})
    async with Server({HOST: host}).running() as port:
        assert (await ask(port, "/api/x", method="POST", body=b"q=1"))[2] == b"POST q=1"


async def test_ipv6_connections_can_be_cut_alone() -> None:
    one = Server({HOST: Host({"/": Answer(b"here")}, v6_resets=True)})
    async with one.running() as port:
        assert (await ask(port, "/"))[2] == b"here"
        if not one.ipv6:
            pytest.skip("this machine has no ::1")
        reader, writer = await asyncio.open_connection("::1", port)
        writer.write(f"GET / HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(1)
        writer.close()


async def test_nothing_is_left_open_after_the_block() -> None:
    one = server(a=Answer(b"x", delay=30))
    async with one.running() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET /a HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
        await writer.drain()
    with suppress(ConnectionResetError):
        assert await reader.read() == b""
    writer.close()
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", port)
