from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from crawler.gate.dns import Names, bare
from crawler.model import Family, Outcome, Resolved

ZONE = {
    ("both.cn.", "A"): "93.184.216.34",
    ("both.cn.", "AAAA"): "2400:3200::1",
    ("old.cn.", "A"): "93.184.216.35",
    ("wrong.cn.", "A"): "93.184.216.36",
}
KNOWN = {"both.cn.", "old.cn.", "empty.cn."}


class NameServer(asyncio.DatagramProtocol):
    """Answers A and AAAA from ZONE; broken.cn fails, silent.cn says nothing."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        name, kind = query.question[0].name.to_text(), dns.rdatatype.to_text(query.question[0].rdtype)
        self.asked.append((name, kind))
        if name == "silent.cn.":
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if (name, kind) in ZONE:
            answer.answer.append(dns.rrset.from_text(name, 60, "IN", kind, ZONE[name, kind]))
        elif name == "broken.cn." or (name == "half.cn." and kind == "AAAA"):
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in KNOWN:
            answer.set_rcode(dns.rcode.NXDOMAIN)  # also AAAA of wrong.cn, though its A exists
        assert self.transport is not None
        self.transport.sendto(answer.to_wire(), addr)


@asynccontextmanager
async def name_server() -> AsyncIterator[tuple[NameServer, str]]:
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(NameServer, local_addr=("127.0.0.1", 0))
    try:
        yield protocol, f"127.0.0.1#{transport.get_extra_info('sockname')[1]}"
    finally:
        transport.close()


OK, NX = Outcome.OK, Outcome.NXDOMAIN


@pytest.mark.parametrize(
    ("host", "family", "outcome", "addresses"),
    [
        ("both.cn", Family.ANY, OK, ("93.184.216.34", "2400:3200::1")),
        ("BOTH.cn.", Family.V6, OK, ("2400:3200::1",)),
        ("old.cn", Family.ANY, OK, ("93.184.216.35",)),
        ("old.cn", Family.V6, Outcome.NO_ADDRESS, ()),
        ("empty.cn", Family.ANY, Outcome.NO_ADDRESS, ()),
        ("nosuch.cn", Family.ANY, NX, ()),
        ("nosuch.cn", Family.V6, NX, ()),
        ("wrong.cn", Family.V6, Outcome.NO_ADDRESS, ()),
        ("broken.cn", Family.ANY, Outcome.DNS_FAILED, ()),
        ("half.cn", Family.ANY, Outcome.DNS_FAILED, ()),
        ("silent.cn", Family.V4, Outcome.DNS_FAILED, ()),
        ("a..cn", Family.V4, Outcome.DNS_FAILED, ()),
    ],
)
async def test_what_the_dns_said(
    host: str, family: Family, outcome: Outcome, addresses: tuple[str, ...]
) -> None:
    async with name_server() as (_, server):
        names = Names({}, resolvers=[server], lifetime=0.2)
        assert await names.resolve(host, family) == Resolved(outcome, addresses)


async def test_a_dead_resolver_says_nothing_about_names() -> None:
    async with name_server() as (_, server):
        pass
    names = Names({}, resolvers=[server], lifetime=0.2)
    assert (await names.resolve("both.cn", Family.V4)).outcome is Outcome.DNS_FAILED


async def test_answers_are_kept_until_a_fresh_one_is_wanted_or_they_are_old() -> None:
    now = [0.0]
    async with name_server() as (protocol, server):
        names = Names({}, resolvers=[server], clock=lambda: now[0])
        for _ in range(3):
            await names.resolve("both.cn", Family.V4)
        assert len(protocol.asked) == 1
        await names.resolve("both.cn", Family.V4, fresh=True)
        assert len(protocol.asked) == 2
        now[0] += 3600
        await names.resolve("both.cn", Family.V4)
        assert len(protocol.asked) == 3


@pytest.mark.parametrize(
    ("host", "family", "resolved"),
    [
        ("www.a.gov.cn", Family.ANY, Resolved(OK, ("127.0.0.1", "::1"))),
        ("WWW.A.gov.cn.", Family.V6, Resolved(OK, ("::1",))),
        ("v4.a.gov.cn", Family.V6, Resolved(Outcome.NO_ADDRESS)),
        ("dead.example.cn", Family.ANY, Resolved(NX)),
        ("dead.example.cn", Family.V6, Resolved(NX)),
        ("10.0.0.1", Family.ANY, Resolved(OK, ("10.0.0.1",))),
        ("10.0.0.1", Family.V6, Resolved(Outcome.NO_ADDRESS)),
        ("[::1]", Family.V6, Resolved(OK, ("::1",))),
        ("localhost", Family.ANY, Resolved(OK, ("127.0.0.1", "::1"))),
    ],
)
async def test_declared_names_and_literals_ask_no_dns(host: str, family: Family, resolved: Resolved) -> None:
    declared = {"www.a.gov.cn": ["::1", "127.0.0.1"], "v4.a.gov.cn": ["127.0.0.1"], "dead.example.cn": []}
    async with name_server() as (protocol, server):
        assert await Names(declared, resolvers=[server]).resolve(host, family) == resolved
        assert protocol.asked == []


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("A.gov.CN.", "a.gov.cn"),
        ("a.gov.cn:8080", "a.gov.cn"),
        ("[::1]:80", "::1"),
        ("[::1]", "::1"),
        ("::1", "::1"),
        ("127.0.0.1:80", "127.0.0.1"),
    ],
)
def test_bare_names(written: str, name: str) -> None:
    assert bare(written) == name


def test_address_rule() -> None:
    names = Names({"a.gov.cn": ["127.0.0.1"]}, frozenset({"intra.gov.cn", "127.0.0.5"}))
    assert names.permitted("a.gov.cn", "127.0.0.1")
    assert names.permitted("A.gov.cn.", "127.0.0.1")
    assert names.permitted("anything.cn", "8.8.8.8")
    assert names.permitted("intra.gov.cn", "10.0.0.1")
    assert names.permitted("127.0.0.5", "127.0.0.5")
    assert not names.permitted("a.gov.cn", "127.0.0.2")
    assert not names.permitted("b.gov.cn", "127.0.0.1")
    assert not names.permitted("127.0.0.1", "127.0.0.1")
    assert not names.permitted("b.gov.cn", "::ffff:127.0.0.1")
    assert not names.permitted("b.gov.cn", "fe80::1%eth0")
