"""The browser goes out through the gate alone: nothing it does on its own reaches an address nobody named."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from crawler.browser.browser import Browser
from crawler.browser.chromium import VARIABLE, find_chromium, switches
from crawler.browser.tab import Rendered, Tab, Trouble
from crawler.model import Outcome
from tests.crawler.minisite import gate, site

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium(os.environ) is None, reason="no Chromium on this machine"),
]


class Datagrams(asyncio.DatagramProtocol):
    """Counts what arrives."""

    def __init__(self) -> None:
        self.got: list[bytes] = []

    def datagram_received(self, data: bytes, address: object) -> None:
        self.got.append(data)


@asynccontextmanager
async def datagrams() -> AsyncIterator[tuple[Datagrams, int]]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(Datagrams, ("127.0.0.1", 0))
    try:
        yield protocol, transport.get_extra_info("sockname")[1]
    finally:
        transport.close()


LEAKS = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>首页</title>
<link rel="dns-prefetch" href="//leak.example.cn"><link rel="preconnect" href="http://{canary}">
<link rel="prefetch" href="http://{canary}/prefetch"><link rel="stylesheet" href="http://{canary}/a.css">
<style>@import url(http://{canary}/b.css); body {{ background: url(http://{canary}/b.png) }}</style>
</head><body>
<img src="http://{canary}/a.png"><img src="http://localhost:{port}/a.png"><img src="/go">
<iframe src="http://{canary}/frame"></iframe><iframe src="/go?frame"></iframe>
<script src="http://{canary}/a.js"></script><video src="http://{canary}/a.mp4"></video>
<script>
const tried = [];
const say = (name) => {{ tried.push(name); if (tried.length === 6) fetch("/done?" + tried.sort().join()); }};
fetch("http://{canary}/fetch", {{ mode: "no-cors" }}).catch(() => say("fetch"));
fetch("/go?fetch", {{ mode: "no-cors" }}).catch(() => say("redirect"));
const socket = new WebSocket("ws://{canary}/socket"); socket.onerror = () => say("socket");
const events = new EventSource("http://{canary}/events");
events.onerror = () => {{ events.close(); say("events"); }};
navigator.sendBeacon("http://{canary}/beacon", "x");
const worker = new Worker("/worker.js"); worker.onmessage = () => say("worker");
const peer = new RTCPeerConnection({{ iceServers: [{{ urls: "stun:127.0.0.1:{udp}" }},
  {{ urls: "turn:{canary}?transport=tcp", username: "a", credential: "b" }}] }});
peer.createDataChannel("a"); peer.createOffer().then((offer) => peer.setLocalDescription(offer));
peer.onicegatheringstatechange = () => {{ if (peer.iceGatheringState === "complete") say("peer"); }};
</script></body></html>"""
WORKER = """
const done = [];
const say = (name) => { done.push(name); if (done.length === 2) postMessage("done"); };
fetch("http://CANARY/worker", { mode: "no-cors" }).catch(() => say("fetch"));
const socket = new WebSocket("ws://CANARY/worker"); socket.onerror = () => say("socket");
"""


async def test_nothing_reaches_an_address_that_nobody_named() -> None:
    async with (
        site() as own,
        site() as canary,
        datagrams() as (udp, udp_port),
        datagrams() as (dns, dns_port),
    ):
        where = f"127.0.0.1:{canary.port}"
        own.pages = {
            "/": LEAKS.format(canary=where, port=canary.port, udp=udp_port),
            "/worker.js": WORKER.replace("CANARY", where),
            "/go": f"HTTP/1.1 302 Found\r\nLocation: http://{where}/redirected\r\nContent-Length: 0\r\n\r\n",
        }

        async def visit(tab: Tab) -> tuple[Outcome, Outcome, str]:
            opened = await tab.open(own.url())
            await own.asked_for("/done")
            await tab.run("(url) => { window.open(url) }", f"http://{where}/window")
            gone = await tab.open(own.url("/go"))
            return opened.outcome, gone.outcome, await tab.html()

        async with gate(resolvers=[f"127.0.0.1#{dns_port}"]) as way, Browser(way) as browser:
            seen = await browser.browse(visit)
        assert seen is not None and not isinstance(seen, Trouble)
        assert seen[0] is Outcome.OK
        assert seen[1] is not Outcome.OK
        # Every way out was really tried, and every one ended at the gate.
        assert "/done?events,fetch,peer,redirect,socket,worker" in own.asked
        assert (canary.asked, udp.got, dns.got) == ([], [], [])
        reader, writer = await asyncio.open_connection("127.0.0.1", canary.port)
        writer.write(b"GET /control HTTP/1.1\r\n\r\n")
        await reader.read()
        writer.close()
        assert canary.asked == ["/control"]  # the canary does notice


async def test_a_named_host_is_reached_by_tunnel_and_by_redirect() -> None:
    async with site() as own:
        own.pages = {
            "/": "<title>首页</title>"
            "<script>const s = new WebSocket('ws://' + location.host + '/s')</script>",
            "/go": "HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
        }

        async def visit(tab: Tab) -> tuple[str, str]:
            opened = await tab.open(own.url("/go"))
            await own.asked_for("/s")
            return opened.final_url, await tab.run("() => navigator.userAgent")

        async with gate() as way, Browser(way) as browser:
            seen = await browser.browse(visit)
        assert not isinstance(seen, Trouble)
        assert seen[0] == own.url()
        assert "Chrome/" in seen[1] and "Sunsweep/" in seen[1] and "mailto:a@example.cn" in seen[1]


async def test_rendered_pages_are_what_their_scripts_made_of_them() -> None:
    async with site() as own:
        own.pages = {
            "/": "<div id=app></div>"
            "<script>fetch('/data').then(r => r.text()).then(t => app.innerText = t)</script>"
            "<iframe src='/inner'></iframe>",
            "/data": "网站标识码 4415810001",
            "/inner": "<p>框内文字</p>",
        }
        async with gate() as way, Browser(way) as browser:
            rendered = await browser.render(own.url())
            missing = await browser.render(own.url("/none"))
            async with site() as gone:
                pass
            refused = await browser.render(gone.url())
        assert isinstance(rendered, Rendered) and rendered.ok and rendered.opened.settled
        assert "网站标识码 4415810001" in rendered.html
        assert "框内文字" in rendered.frames[own.url("/inner")]
        assert isinstance(missing, Rendered) and missing.opened.outcome is Outcome.GONE
        assert isinstance(refused, Rendered) and refused.opened.outcome is Outcome.REFUSED


FILES = """<!DOCTYPE html><html><head><meta charset="utf-8"><link rel="stylesheet" href="/a.css">
<script src="/a.js"></script><script src="/new.js"></script></head><body><p>正文</p></body></html>"""


def file(body: str, kind: str, header: str) -> str:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{header}\r\n\r\n"
    return head + body


async def test_files_of_a_page_are_asked_for_once() -> None:
    async with site() as served, gate() as way, Browser(way) as browser:
        script = "text/javascript"
        served.pages = {
            "/": FILES,
            "/a.css": file("p { color: rgb(1, 2, 3) }", "text/css", 'ETag: "1"'),
            "/a.js": file("window.first = 1", script, "Cache-Control: max-age=600"),
            "/new.js": file("window.second = 2", script, "Cache-Control: no-store"),
        }

        async def look(tab: Tab) -> object:
            await tab.open(served.url())
            await tab.settle()
            return await tab.run("() => [getComputedStyle(document.querySelector('p')).color, first, second]")

        seen = [await browser.browse(look) for _ in range(3)]
        assert seen == [["rgb(1, 2, 3)", 1, 2]] * 3
        times = {path: served.asked.count(path) for path in ("/", "/a.css", "/a.js", "/new.js")}
        assert times == {"/": 3, "/a.css": 1, "/a.js": 1, "/new.js": 3}
        served.pages["/a.js"] = file("window.first = 9", script, "Cache-Control: max-age=600")
        assert await browser.browse(look, whose="second looks") == ["rgb(1, 2, 3)", 9, 2]


async def test_robots_and_budget_are_values() -> None:
    async with site() as own:
        own.pages = {"/robots.txt": "User-agent: *\nDisallow: /closed/", "/": "<p>可以</p>"}

        async def closed(tab: Tab) -> Outcome:
            return (await tab.open(own.url("/closed/"))).outcome

        async def endless(tab: Tab) -> None:
            await tab.open(own.url())
            while True:
                await tab.run("() => new Promise(() => {})")

        async with gate() as way, Browser(way) as browser:
            assert await browser.browse(closed) is Outcome.ROBOTS
            assert await browser.browse(endless, seconds=1) is Trouble.BUDGET
        assert "/closed/" not in own.asked


async def test_a_crash_is_survived_once() -> None:
    async with site() as own:
        own.pages = {"/": "<p>可以</p>"}
        tries = 0

        def crashing(times: int) -> Callable[[Tab], Awaitable[Outcome]]:
            async def task(tab: Tab) -> Outcome:
                nonlocal tries
                tries += 1
                if tries <= times:
                    for child in own_chromiums():
                        os.kill(child, signal.SIGKILL)
                return (await tab.open(own.url())).outcome

            return task

        async with gate() as way, Browser(way) as browser:
            assert await browser.browse(crashing(1)) is Outcome.OK
            assert tries == 2
            tries = 0
            assert await browser.browse(crashing(2)) is Trouble.FAILED
            tries = 2
            assert await browser.browse(crashing(2)) is Outcome.OK  # the next unit has a browser again


def own_chromiums() -> list[int]:
    """The main processes of browsers below this process."""
    parents: dict[int, int] = {}
    mains = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            stat = (entry / "stat").read_text()
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
        if b"--proxy-server=" in command and b"--type=" not in command:
            mains.append(int(entry.name))

    def below(pid: int) -> bool:
        while pid > 1:
            pid = parents.get(pid, 0)
            if pid == os.getpid():
                return True
        return False

    return [pid for pid in mains if below(pid)]


async def test_without_chromium_nothing_is_started(tmp_path: Path) -> None:
    async def task(tab: Tab) -> None:
        raise AssertionError("no page may be opened")

    environ = {VARIABLE: str(tmp_path / "chromium")}
    async with gate() as way, Browser(way, environ=environ) as browser:
        assert await browser.browse(task) is Trouble.MISSING
        assert await browser.render("http://www.a.gov.cn/") is Trouble.MISSING


async def test_a_browser_that_does_not_start_has_failed(tmp_path: Path) -> None:
    fake = tmp_path / "chromium"
    fake.write_text("#!/bin/sh\nexit 3\n")
    fake.chmod(0o755)
    async with gate() as way, Browser(way, environ={VARIABLE: str(fake)}) as browser:
        assert await browser.render("http://www.a.gov.cn/") is Trouble.FAILED


async def test_pictures_are_kept_below_the_evidence_folder(tmp_path: Path) -> None:
    async with site() as own:
        own.pages = {"/": "<p id=here>可以</p>"}

        async def task(tab: Tab) -> str | None:
            await tab.open(own.url())
            return await tab.picture("before", mark="#here")

        async with gate() as way, Browser(way, evidence=tmp_path) as browser:
            name = await browser.browse(task, folder="20261120/a")
        assert name == "20261120/a/before.jpg"
        assert (tmp_path / "20261120/a/before.jpg").read_bytes().startswith(b"\xff\xd8")


def test_all_traffic_is_told_to_use_the_proxy() -> None:
    given = switches(4711)
    assert "--proxy-server=http://127.0.0.1:4711" in given
    assert "--proxy-bypass-list=<-loopback>" in given
