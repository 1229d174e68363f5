from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.frontier import Attempt
from crawler.here import reachable_address, user_agent
from crawler.host import HostPolicy
from crawler.model import Family, Fetched, Outcome, Request
from crawler.net import Gate
from crawler.outcomes import outcome_of, worth_retrying
from tests.crawler.faultsite import PAGE, FaultSite, faultsite, plain

HERE = {"www.a.gov.cn": ["127.0.0.1"], "b.gov.cn": ["127.0.0.1"], "dead.gov.cn": []}
FREE = HostPolicy(rate=0, concurrency=4, robots="ignore")


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@pytest.fixture
async def site() -> AsyncIterator[FaultSite]:
    async with faultsite() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@asynccontextmanager
async def gate_for(clock: Clock, **options: Any) -> AsyncIterator[Gate]:
    settings: dict[str, Any] = {"resolve": HERE, "default_policy": FREE, "clock": clock, "sleep": clock.sleep}
    async with Gate(**(settings | options)) as gate:
        yield gate


@pytest.fixture
async def gate(clock: Clock) -> AsyncIterator[Gate]:
    async with gate_for(clock) as running:
        yield running


def one_canary(clock: Clock, strangers: FaultSite) -> AbstractAsyncContextManager[Gate]:
    return gate_for(clock, canaries=[f"http://127.0.0.1:{strangers.port}/"])


async def get(gate: Gate, url: str, **options: Any) -> Fetched:
    return await gate.fetch(Request(url, **options), retries=0)


# What comes back


@pytest.mark.parametrize(
    ("path", "outcome", "status"),
    [
        ("/", Outcome.OK, 200),
        ("/empty", Outcome.OK, 200),
        ("/until-close", Outcome.OK, 200),
        ("/wide-headers", Outcome.OK, 200),
        ("/two-lengths", Outcome.OK, 200),
        ("/head-hater", Outcome.OK, 200),
        ("/gone", Outcome.GONE, 410),
        ("/nowhere", Outcome.GONE, 404),
        ("/denied", Outcome.DENIED, 403),
        ("/teapot", Outcome.DENIED, 418),
        ("/limited", Outcome.LIMITED, 429),
        ("/busy", Outcome.LIMITED, 503),
        ("/unavailable", Outcome.SERVER_ERROR, 503),
        ("/error", Outcome.SERVER_ERROR, 500),
        ("/ruishu", Outcome.WALL, 412),
        ("/moved-nowhere", Outcome.PROTOCOL, 302),
        ("/reset", Outcome.RESET, None),
        ("/hang-up", Outcome.RESET, None),
        ("/cut-short", Outcome.RESET, None),
        ("/vast-headers", Outcome.PROTOCOL, None),
        ("/two-other-lengths", Outcome.PROTOCOL, None),
        ("/not-http", Outcome.PROTOCOL, None),
        ("/brotli", Outcome.PROTOCOL, None),
        ("/gzip-broken", Outcome.PROTOCOL, None),
        ("/loop", Outcome.REDIRECTS, None),
        ("/loop-a", Outcome.REDIRECTS, None),
        ("/long", Outcome.REDIRECTS, None),
        ("/to-app", Outcome.BAD_URL, None),
        ("/to-intranet", Outcome.FORBIDDEN_ADDRESS, None),
        ("/to-mapped", Outcome.FORBIDDEN_ADDRESS, None),
        ("/to-decimal", Outcome.FORBIDDEN_ADDRESS, None),
    ],
)
async def test_each_way_an_answer_can_end(
    site: FaultSite, gate: Gate, path: str, outcome: Outcome, status: int | None
) -> None:
    fetched = await get(gate, site.url(path))
    assert (fetched.outcome, fetched.status) == (outcome, status)
    assert (fetched.error is None) == (outcome is Outcome.OK)


@pytest.mark.parametrize(
    "path", ["/gzip", "/gzip-twice", "/gzip-lie", "/deflate", "/raw-deflate", "/until-close"]
)
async def test_bodies_are_decoded(site: FaultSite, gate: Gate, path: str) -> None:
    assert (await get(gate, site.url(path))).body == PAGE


async def test_bytes_of_another_charset_come_back_untouched(site: FaultSite, gate: Gate) -> None:
    assert (await get(gate, site.url("/gbk-as-utf8"))).body == "<title>政府</title>".encode("gb18030")


async def test_a_gzip_bomb_stops_at_the_cap(site: FaultSite, gate: Gate) -> None:
    assert (await get(gate, site.url("/bomb"), max_bytes=1_000_000)).outcome is Outcome.TOO_LARGE
    assert (await get(gate, site.url("/large"), max_bytes=299_999)).outcome is Outcome.TOO_LARGE
    assert len((await get(gate, site.url("/large"), max_bytes=300_000)).body) == 300_000


async def test_only_the_start_is_read_where_the_body_is_not_wanted(site: FaultSite, gate: Gate) -> None:
    for path in ("/large", "/bomb"):
        fetched = await get(gate, site.url(path), body_wanted=False, max_bytes=1000)
        assert (fetched.outcome, len(fetched.body)) == (Outcome.OK, 64 * 1024)


@pytest.mark.parametrize(
    ("path", "outcome"), [("/slow-headers", Outcome.TOO_SLOW), ("/drip", Outcome.TOO_SLOW)]
)
async def test_the_time_limit_bounds_the_whole_exchange(
    site: FaultSite, gate: Gate, path: str, outcome: Outcome
) -> None:
    fetched = await get(gate, site.url(path), seconds=0.1)
    assert fetched.outcome is outcome
    assert fetched.seconds >= 0.1
    assert (await get(gate, site.url("/"))).ok  # the broken connection was not kept


async def test_cancelling_a_fetch_frees_its_place(site: FaultSite, clock: Clock) -> None:
    async with gate_for(clock, default_policy=HostPolicy(rate=0, concurrency=1, robots="ignore")) as gate:
        hanging = asyncio.ensure_future(get(gate, site.url("/slow-headers")))
        await site.arrived.wait()
        hanging.cancel()
        with pytest.raises(asyncio.CancelledError):
            await hanging
        assert (await get(gate, site.url("/"))).ok


async def test_a_large_body_comes_whole(site: FaultSite, gate: Gate) -> None:
    body = bytes(range(256)) * 20_000
    site.routes["/video"] = plain(body)
    assert (await get(gate, site.url("/video"))).body == body


async def test_many_hosts_at_once(site: FaultSite, clock: Clock) -> None:
    names = {f"h{number}.gov.cn": ["127.0.0.1"] for number in range(300)}
    async with gate_for(clock, resolve=names) as gate, asyncio.TaskGroup() as group:
        tasks = [group.create_task(get(gate, site.url("/", host=name))) for name in names]
    assert all(task.result().ok for task in tasks)
    assert site.connections == len(names)


@pytest.mark.parametrize("url", ["javascript:;", "/x", "mailto:a@b.cn", "http://", "http://a.gov.cn:99999/"])
async def test_what_is_no_web_address(gate: Gate, url: str) -> None:
    assert (await get(gate, url)).outcome is Outcome.BAD_URL


async def test_nobody_listens(site: FaultSite, gate: Gate) -> None:
    assert (await get(gate, "http://www.a.gov.cn:1/")).outcome is Outcome.REFUSED


async def test_a_declared_missing_name(gate: Gate) -> None:
    assert (await get(gate, "http://dead.gov.cn/")).outcome is Outcome.NXDOMAIN


@pytest.mark.parametrize(
    ("status", "retry_after", "outcome"),
    [
        (200, False, Outcome.OK),
        (206, False, Outcome.PROTOCOL),
        (304, False, Outcome.OK),
        (404, False, Outcome.GONE),
        (410, False, Outcome.GONE),
        (401, False, Outcome.DENIED),
        (412, False, Outcome.DENIED),
        (429, False, Outcome.LIMITED),
        (503, True, Outcome.LIMITED),
        (503, False, Outcome.SERVER_ERROR),
        (521, False, Outcome.SERVER_ERROR),
        (302, False, Outcome.PROTOCOL),
        (999, False, Outcome.PROTOCOL),
    ],
)
def test_outcome_of_a_status(status: int, retry_after: bool, outcome: Outcome) -> None:
    assert outcome_of(status, retry_after=retry_after) is outcome


# How it is asked


async def test_the_address_is_asked_exactly_as_linked(site: FaultSite, gate: Gate) -> None:
    await get(gate, site.url("/a%2Fb%zz/;x=1?q=%D6%D0&a=[1]|'#part"))
    assert site.paths == ["/a%2Fb%zz/;x=1?q=%D6%D0&a=[1]|%27"]


async def test_it_says_who_it_is(site: FaultSite, clock: Clock) -> None:
    async with gate_for(clock, contact="mailto:office@example.gov.cn\r\nX-Evil: 1") as gate:
        await get(gate, site.url("/"), referer="http://x.cn/")
        await get(gate, site.url("/"), user_agent="Baiduspider")
    first, second = (one.headers for one in site.asked)
    assert first["user-agent"].startswith("Sunsweep/")
    assert first["user-agent"].endswith("(+mailto:office@example.gov.cn X-Evil: 1)")
    assert "x-evil" not in first
    assert first["accept-encoding"] == "gzip"
    assert first["referer"] == "http://x.cn/"
    assert first["host"] == f"www.a.gov.cn:{site.port}"
    assert second["user-agent"] == "Baiduspider"
    assert user_agent("").startswith("Sunsweep/")


async def test_posting_a_form(site: FaultSite, gate: Gate) -> None:
    kind = "application/x-www-form-urlencoded"
    await get(gate, site.url("/"), method="POST", body=b"q=%D6%D0", content_type=kind)
    assert (site.asked[0].method, site.asked[0].body) == ("POST", b"q=%D6%D0")
    assert site.asked[0].headers["content-type"] == kind


async def test_head_reads_no_body(site: FaultSite, gate: Gate) -> None:
    assert (await get(gate, site.url("/head-hater"), method="HEAD")).outcome is Outcome.GONE


async def test_unchanged_pages_are_not_sent_again(site: FaultSite, gate: Gate) -> None:
    first = await get(gate, site.url("/unchanged"))
    again = await get(gate, site.url("/unchanged"), etag=first.headers["etag"])
    assert (again.outcome, again.status, again.not_modified, again.body) == (Outcome.OK, 304, True, b"")
    assert not first.not_modified


async def test_connections_are_kept_and_fresh_ones_are_fresh(site: FaultSite, gate: Gate) -> None:
    for _ in range(5):
        await get(gate, site.url("/"))
    assert site.connections == 1
    await get(gate, site.url("/"), fresh=True)
    assert site.connections == 2


@pytest.mark.parametrize("before", ["/hang-up", "/reset", "/cut-short", "/too-short-length"])
async def test_what_a_kept_connection_suffered_is_not_held_against_the_next_page(
    site: FaultSite, gate: Gate, before: str
) -> None:
    await get(gate, site.url("/"))
    await get(gate, site.url(before))
    assert (await get(gate, site.url("/"))).body == PAGE


# Redirects


async def test_hops_are_recorded(site: FaultSite, gate: Gate) -> None:
    fetched = await get(gate, site.url("/moved"))
    assert (fetched.ok, fetched.final_url, fetched.address) == (True, site.url("/"), "127.0.0.1")
    assert fetched.hops == ((site.url("/moved"), 302, site.url("/")),)


@pytest.mark.parametrize("path", ["/moved-utf8", "/moved-gbk"])
async def test_location_bytes(site: FaultSite, gate: Gate, path: str) -> None:
    assert (await get(gate, site.url(path))).final_url == site.url("/%E4%B8%AD%E6%96%87")


@pytest.mark.parametrize(
    ("path", "method", "body"), [("/moved-303", "GET", b""), ("/moved-307", "POST", b"a=1")]
)
async def test_what_a_redirect_does_to_a_form(
    site: FaultSite, gate: Gate, path: str, method: str, body: bytes
) -> None:
    await get(gate, site.url(path), method="POST", body=b"a=1", content_type="text/plain")
    assert (site.asked[1].method, site.asked[1].body) == (method, body)


async def test_a_wall_that_wants_its_cookie_back_gets_it_and_keeps_it(site: FaultSite, gate: Gate) -> None:
    assert (await get(gate, site.url("/echo-cookie"))).ok
    assert (await get(gate, site.url("/echo-cookie"))).hops == ()
    assert "cookie" not in site.asked[0].headers
    await get(gate, site.url("/", host="b.gov.cn"))
    assert "cookie" not in site.asked[-1].headers  # of another host


async def test_every_hop_waits_for_its_host(site: FaultSite, clock: Clock) -> None:
    policies = {"www.a.gov.cn": HostPolicy(rate=0.5, robots="ignore")}
    async with gate_for(clock, policies=policies) as gate:
        await get(gate, site.url("/moved"))
    assert clock.slept == [2]


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
    from tests.crawler.test_dns import name_server

    async with name_server() as (_, server):
        for canary, outcome in (
            (site.url("/"), Outcome.DNS_FAILED),
            (f"http://old.cn:{site.port}/", Outcome.NXDOMAIN),
        ):
            async with gate_for(clock, resolvers=[server], canaries=[canary]) as gate:
                assert (await gate.resolve("nosuch.cn", Family.V6)).outcome is outcome
                assert (await gate.resolve("dead.gov.cn", Family.V6)).outcome is Outcome.NXDOMAIN


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
