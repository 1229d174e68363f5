"""Our own network is lost in mid-sweep: not one fault is added, and everything is asked again."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

import crawler.gate.dns
import sweep.night.run
from crawler.model import Outcome
from demo.server import Answer, Asked, Handler, Host
from storage.repo import Store
from sweep.given.plan import gate_settings
from sweep.given.seeds import Seeds
from tests.sweep.hurry import run
from tests.sweep.onesite import NAME, PORTAL, html, nothing, sweep_site

DRIVER = Path(__file__).parent / "netcut.py"


def namespaces() -> str:
    """Why this machine lets nobody make a network namespace; '' where it does."""
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return "no unshare or ip on this machine"
    tried = subprocess.run(
        ["unshare", "--net", "ip", "link", "set", "lo", "up"], capture_output=True, text=True, check=False
    )
    return "" if tried.returncode == 0 else f"no network namespaces here: {tried.stderr.strip()}"


def test_a_cut_network_adds_no_fault(tmp_path: Path) -> None:
    """In a namespace of its own, where the kernel itself says that nothing can be reached."""
    if why := namespaces():
        pytest.skip(why)
    command = ["unshare", "--net", sys.executable, str(DRIVER), str(tmp_path / "cut.db")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout)
    assert said["outcomes"][Outcome.OWN_NETWORK] >= 1
    truth = {(unit, check): (verdict, subjects) for unit, check, verdict, subjects in said["truth"]}
    for unit, check, verdict, subjects in said["told"]:
        true, among = truth.get((unit, check), (verdict, subjects))
        if verdict == "fail":
            assert true == "fail" and (not among or set(subjects) <= set(among)), (unit, check, subjects)
        if true == "fail" and among == [] and check.startswith("footer."):
            assert verdict == "fail", (unit, check)


class Resolver(asyncio.DatagramProtocol):
    """A name server for the city that refuses everything while `dark`."""

    def __init__(self, dark: list[bool]) -> None:
        self.dark = dark
        self.refused = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        query = dns.message.from_wire(data)
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if self.dark[0]:
            self.refused += 1
            answer.set_rcode(dns.rcode.REFUSED)
        elif query.question[0].rdtype == dns.rdatatype.A:
            answer.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "A", "127.0.0.1"))
        cast(asyncio.DatagramTransport, self.transport).sendto(answer.to_wire(), addr)


async def _with_resolver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dark = [False]  # shared with the name server
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(
        lambda: Resolver(dark), local_addr=("127.0.0.1", 0), family=socket.AF_INET
    )
    port = transport.get_extra_info("sockname")[1]
    asked = 0

    def page(one: Asked) -> Answer:
        nonlocal asked
        asked += 1
        if asked == 8:
            dark[0] = True
            loop.call_later(60.0, dark.__setitem__, 0, False)
        rows = "".join(f'<li><a href="/a{n}/1.html">第{n}项工作的通知</a></li>' for n in range(30))
        answer = html(f"<h1>{NAME}</h1><p>主办：{NAME}</p><ul>{rows}</ul>", NAME)
        return replace(answer, headers=(("Connection", "close"),))

    monkeypatch.setattr(crawler.gate.dns, "KEEP_SECONDS", 0.0)  # each connection asks for the name
    monkeypatch.setattr(sweep.night.run, "gate_settings", lambda seeds: _by_dns(seeds, port))
    pages: dict[str, Answer | Handler] = {f"/a{n}/1.html": page for n in range(30)}
    pages["/"] = page
    told = await sweep_site({PORTAL: Host(pages)}, tmp_path / "dns.db", "/", nothing, resolve={})
    transport.close()
    assert server.refused > 0, "the resolver was asked while it refused"
    assert {page.outcome for page in told.pages} == {Outcome.OK}, "all was asked again"
    assert not {"site.reachable", "links.home", "links.inner"} & told.faults
    async with await Store.open(f"sqlite:///{tmp_path}/dns.db") as store:
        unit = await store.unit((await store.get("latest")).id, "lufeng")
        outcomes = {one.outcome for one in await unit.attempts()}
    assert Outcome.NXDOMAIN not in outcomes


def _by_dns(seeds: Seeds, port: int) -> dict[str, Any]:
    """The portal and the canary by the test's name server, nothing declared."""
    return {**gate_settings(seeds), "resolve": {}, "resolvers": [f"127.0.0.1#{port}"]}


def test_a_refusing_resolver_adds_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(lambda: _with_resolver(tmp_path, monkeypatch), monkeypatch)
