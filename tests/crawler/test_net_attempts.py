"""What the gate repeats, what robots.txt closes, and whether a failure counts at all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from crawler.frontier import Attempt
from crawler.gate.host import HostPolicy
from crawler.gate.outcomes import worth_retrying
from crawler.model import Family, Outcome, Request
from crawler.net import Gate
from tests.crawler.faultsite import PAGE, FaultSite, faultsite, plain
from tests.crawler.gates import HERE, Clock, gate_for, get, one_canary

# Repeating


@pytest.mark.parametrize(
    ("outcome", "status", "worth"),
    [
        (Outcome.CONNECT_TIMEOUT, None, True),
        (Outcome.TOO_SLOW, None, True),
        (Outcome.LIMITED, 429, True),
        (Outcome.SERVER_ERROR, 502, True),
        (Outcome.SERVER_ERROR, 503, True),
        (Outcome.SERVER_ERROR, 504, True),
        (Outcome.SERVER_ERROR, 500, False),
        *(
            (outcome, None, False)
            for outcome in Outcome
            if outcome.value not in ("connect_timeout", "too_slow", "limited")
        ),
    ],
)
def test_worth_retrying(outcome: Outcome, status: int | None, worth: bool) -> None:
    assert worth_retrying(outcome, status) is worth


async def test_a_flaky_page_is_asked_once_more(site: FaultSite, clock: Clock) -> None:
    answers = [plain(b"", "502 Bad Gateway"), plain()]

    async def flaky(_: FaultSite, one: object, writer: asyncio.StreamWriter) -> None:
        writer.write(answers.pop(0))

    site.routes["/flaky"] = flaky
    attempts: list[Attempt] = []
    async with gate_for(clock, on_attempt=attempts.append) as gate:
        assert (await gate.fetch(Request(site.url("/flaky")))).ok
    assert [(a.outcome, a.status) for a in attempts] == [(Outcome.SERVER_ERROR, 502), (Outcome.OK, 200)]
    assert site.connections == 2


async def test_one_retry_and_no_more(site: FaultSite, gate: Gate) -> None:
    assert (await gate.fetch(Request(site.url("/unavailable")))).outcome is Outcome.SERVER_ERROR
    assert site.paths == ["/unavailable"] * 2
    await gate.fetch(Request(site.url("/unavailable")), retries=2)
    assert len(site.paths) == 5
    await gate.fetch(Request(site.url("/nowhere")))
    assert len(site.paths) == 6


async def test_retry_after_is_waited_for_by_every_worker(site: FaultSite, gate: Gate, clock: Clock) -> None:
    await get(gate, site.url("/limited"))
    await get(gate, site.url("/"))
    assert clock.now >= 1007
    site.routes["/closed"] = plain(b"", "429 Too Many Requests", "Retry-After: 86400")
    await get(gate, site.url("/closed"))
    asked = len(site.paths)
    assert (await get(gate, site.url("/"))).outcome is Outcome.LIMITED
    assert len(site.paths) == asked  # not asked again before its time
    assert (await get(gate, site.url("/", host="b.gov.cn"))).ok  # other hosts are not concerned


# robots.txt


async def test_robots_are_asked_once_and_obeyed(site: FaultSite, clock: Clock) -> None:
    site.routes["/robots.txt"] = plain(b"User-agent: *\nDisallow: /private\n", kind="text/plain")
    site.routes["/moved"] = plain(b"", "302 Found", "Location: /private/x")
    attempts: list[Attempt] = []
    policy = HostPolicy(rate=0, robots="obey")
    async with gate_for(clock, default_policy=policy, on_attempt=attempts.append) as gate:
        assert (await get(gate, site.url("/"))).ok
        assert (await get(gate, site.url("/private/x"))).outcome is Outcome.ROBOTS
        moved = await get(gate, site.url("/moved"))
    assert (moved.outcome, moved.final_url) == (Outcome.ROBOTS, site.url("/private/x"))
    assert site.paths == ["/robots.txt", "/", "/moved"]
    assert [a.purpose for a in attempts] == ["robots", "walk", "walk", "walk"]


@pytest.mark.parametrize(
    "answer", [plain(b"", "404 No"), plain(b"", "500 No"), plain(b"<html>soft 404</html>")]
)
async def test_without_readable_robots_everything_is_allowed(
    site: FaultSite, clock: Clock, answer: bytes
) -> None:
    site.routes["/robots.txt"] = answer
    async with gate_for(clock, default_policy=HostPolicy(rate=0, robots="obey")) as gate:
        assert (await get(gate, site.url("/"))).ok


# Were we online?


async def test_every_attempt_is_recorded(site: FaultSite, clock: Clock) -> None:
    attempts: list[Attempt] = []
    now = datetime(2026, 3, 2, tzinfo=UTC)
    async with gate_for(clock, on_attempt=attempts.append, now=lambda: now) as gate:
        await gate.fetch(Request(site.url("/")), purpose="link")
        await gate.fetch(Request("http://dead.gov.cn/"))
    good, bad = attempts
    assert good[:5] == (site.url("/"), "GET", "link", Outcome.OK, 200)
    assert (good.started_at, good.address, good.size, good.error) == (
        now.isoformat(),
        "127.0.0.1",
        len(PAGE),
        None,
    )
    assert (bad.outcome, bad.status, bad.purpose) == (Outcome.NXDOMAIN, None, "walk")


FAILING: Sequence[tuple[str, Outcome]] = [
    ("http://dead.gov.cn/", Outcome.NXDOMAIN),
    ("http://www.a.gov.cn:1/", Outcome.REFUSED),
    ("/reset", Outcome.RESET),
    ("/slow-headers", Outcome.TOO_SLOW),
]


@pytest.mark.parametrize(("url", "outcome"), FAILING)
async def test_a_failure_counts_only_while_a_canary_answers(
    site: FaultSite, clock: Clock, url: str, outcome: Outcome
) -> None:
    url = url if url.startswith("http") else site.url(url)
    async with faultsite() as strangers:
        canary = f"http://127.0.0.1:{strangers.port}/"
        async with gate_for(clock, canaries=[canary]) as gate:
            assert (await get(gate, url, seconds=0.2)).outcome is outcome
            assert gate.ever_online
            strangers.routes["/"] = plain(b"", "502 Bad Gateway")
            clock.now += 1  # the yes of a second ago counts no more
            fetched = await get(gate, url, seconds=0.2)
            assert fetched.outcome is Outcome.OWN_NETWORK
            assert outcome.value in (fetched.error or "")
            assert (
                await get(gate, site.url("/nowhere"))
            ).outcome is Outcome.GONE  # an answer needs no canary


async def test_a_canary_that_failed_within_the_attempt_voids_it(site: FaultSite, clock: Clock) -> None:
    """The network is back when the slow attempt ends, but the attempt fell into the outage."""
    async with faultsite() as strangers, one_canary(clock, strangers) as gate:
        slow = asyncio.ensure_future(get(gate, site.url("/slow-headers"), seconds=0.3))
        await site.arrived.wait()
        strangers.routes["/"] = plain(b"", "502 Bad Gateway")
        assert (await get(gate, "http://dead.gov.cn/")).outcome is Outcome.OWN_NETWORK
        del strangers.routes["/"]
        clock.now += 1
        assert (await slow).outcome is Outcome.OWN_NETWORK
        clock.now += 1
        assert (await get(gate, "http://dead.gov.cn/")).outcome is Outcome.NXDOMAIN


async def test_a_login_page_of_the_network_is_no_canary(site: FaultSite, clock: Clock) -> None:
    site.routes["/"] = plain(b"", "302 Found", f"Location: http://login.example.net:{site.port}/empty")
    names = HERE | {"login.example.net": ["127.0.0.1"]}
    async with gate_for(clock, resolve=names, canaries=[site.url("/")]) as gate:
        assert not await gate.online()
        assert not gate.ever_online


async def test_online_is_remembered_for_a_moment(site: FaultSite, clock: Clock) -> None:
    async with gate_for(clock, canaries=[site.url("/")]) as gate:
        assert [await gate.online() for _ in range(3)] == [True] * 3
        assert len(site.asked) == 1
        clock.now += 60
        assert await gate.online()
        assert len(site.asked) == 2


async def test_without_canaries_any_answer_shows_that_we_are_online(site: FaultSite, clock: Clock) -> None:
    async with gate_for(clock) as gate:
        assert not await gate.online()
        await get(gate, site.url("/nowhere"))
        assert await gate.online()
        assert await gate.online(Family.V4)
        assert not await gate.online(Family.V6)
        clock.now += 600
        assert not await gate.online()


async def test_v6_needs_a_canary_of_its_own(clock: Clock) -> None:
    async with faultsite() as v4, faultsite("::1", v4.port) as v6:
        names = {"both.cn": ["127.0.0.1", "::1"]}
        async with gate_for(clock, resolve=names, canaries=[f"http://both.cn:{v4.port}/"]) as gate:
            assert await gate.online(Family.V6)
            v6.routes["/"] = plain(b"", "502 Bad Gateway")
            clock.now += 60
            assert not await gate.online(Family.V6)
            assert await gate.online(Family.V4)


async def test_a_resolver_that_knows_no_canary_condemns_no_name(clock: Clock, site: FaultSite) -> None:
    """An office's own resolver may deny every outside name; only declared names are believed then."""
    from tests.crawler.gate.test_dns import name_server

    async with name_server() as (_, server):
        for canary, outcome in (
            (site.url("/"), Outcome.DNS_FAILED),
            (f"http://old.cn:{site.port}/", Outcome.NXDOMAIN),
        ):
            async with gate_for(clock, resolvers=[server], canaries=[canary]) as gate:
                assert (await gate.resolve("nosuch.cn", Family.V6)).outcome is outcome
                assert (await gate.resolve("dead.gov.cn", Family.V6)).outcome is Outcome.NXDOMAIN
