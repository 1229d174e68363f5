"""Where the gate connects: the address rule, address families, TLS."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from crawler.gate.here import reachable_address
from crawler.model import Family, Outcome
from crawler.net import Gate
from tests.crawler.faultsite import PAGE, FaultSite, faultsite, plain
from tests.crawler.gates import Clock, gate_for, get

# The address rule


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "localhost",
        "10.0.0.1",
        "169.254.1.1",
    ],
)
async def test_addresses_that_nobody_named(site: FaultSite, gate: Gate, host: str) -> None:
    assert (await get(gate, f"http://{host}:{site.port}/")).outcome is Outcome.FORBIDDEN_ADDRESS
    assert site.connections == 0


async def test_a_units_own_portal_may_be_a_literal(site: FaultSite, clock: Clock) -> None:
    async with gate_for(clock, allowed_private_hosts={f"127.0.0.1:{site.port}"}) as gate:
        assert (await get(gate, f"http://127.0.0.1:{site.port}/")).ok
        assert (await get(gate, f"http://127.0.0.2:{site.port}/")).outcome is Outcome.FORBIDDEN_ADDRESS


async def test_a_canarys_address_is_open_to_the_canary_alone(site: FaultSite, clock: Clock) -> None:
    async with gate_for(clock, canaries=[f"http://127.0.0.1:{site.port}/"]) as gate:
        assert await gate.online()
        assert (await get(gate, f"http://127.0.0.1:{site.port}/")).outcome is Outcome.FORBIDDEN_ADDRESS


async def test_addresses_for_a_proxy(gate: Gate) -> None:
    assert (await gate.addresses("www.a.gov.cn")).addresses == ("127.0.0.1",)
    assert (await gate.addresses("127.0.0.1")).outcome is Outcome.FORBIDDEN_ADDRESS
    assert (await gate.addresses("dead.gov.cn")).outcome is Outcome.NXDOMAIN


# Address families


async def test_the_family_decides_where_it_connects(clock: Clock) -> None:
    async with faultsite() as v4, faultsite("::1", v4.port) as v6:
        v6.routes["/"] = plain(b"six")
        async with gate_for(
            clock, resolve={"a.gov.cn": ["127.0.0.1", "::1"], "four.cn": ["127.0.0.1"]}
        ) as gate:
            url = f"http://a.gov.cn:{v4.port}/"
            assert (await get(gate, url, family=Family.V6)).body == b"six"
            assert (await get(gate, url, family=Family.V4)).body == PAGE
            assert (await get(gate, url)).body == PAGE
            four = await get(gate, f"http://four.cn:{v4.port}/", family=Family.V6)
            assert four.outcome is Outcome.NO_ADDRESS


async def test_a_host_that_only_answers_over_v6_is_not_dead(clock: Clock) -> None:
    async with faultsite("::1") as v6:
        for addresses in (["127.0.0.1", "::1"], ["::1"]):
            async with gate_for(clock, resolve={"a.gov.cn": addresses}) as gate:
                assert (await get(gate, f"http://a.gov.cn:{v6.port}/")).address == "::1"


async def test_one_good_address_of_several_is_enough(site: FaultSite, clock: Clock) -> None:
    async with gate_for(clock, resolve={"a.gov.cn": ["127.0.0.9", "127.0.0.1"]}) as gate:
        assert (await get(gate, f"http://a.gov.cn:{site.port}/")).address == "127.0.0.1"


def test_routes() -> None:
    assert reachable_address("127.0.0.1")
    assert not reachable_address("not an address")


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for another name, as many portals show."""
    import subprocess

    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30"),
            *(
                "-subj",
                "/CN=other.example",
                "-keyout",
                str(folder / "key.pem"),
                "-out",
                str(folder / "cert.pem"),
            ),
        ],
        check=True,
        capture_output=True,
    )
    return folder


@pytest.mark.parametrize("old", [False, True])
async def test_certificate_faults_and_old_tls_are_information(
    clock: Clock, certificate: Path, old: bool
) -> None:
    pair = (certificate / "cert.pem", certificate / "key.pem")
    async with faultsite(tls=pair, old_tls=old) as site, gate_for(clock) as gate:
        url = site.url("/").replace("http:", "https:")
        for _ in range(2):
            fetched = await get(gate, url, fresh=True)
            assert (fetched.error, fetched.body) == (None, PAGE)
            assert (fetched.tls_problem or "").startswith("handshake" if old else "certificate")


async def test_plain_http_on_a_tls_port(gate: Gate) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        fetched = await get(gate, f"https://www.a.gov.cn:{port}/")
    assert fetched.outcome is Outcome.TLS
    assert fetched.tls_problem is None
