"""What the gate brings back, and how it asks."""

from __future__ import annotations

import asyncio

import pytest

from crawler.gate.here import user_agent
from crawler.gate.host import HostPolicy
from crawler.gate.outcomes import outcome_of
from crawler.model import Outcome
from crawler.net import Gate
from tests.crawler.faultsite import PAGE, FaultSite, plain
from tests.crawler.gates import Clock, gate_for, get

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


async def test_behind_a_redirect_only_the_page_itself_is_asked_whether_it_changed(
    site: FaultSite, gate: Gate
) -> None:
    first = await get(gate, site.url("/moved-to-unchanged"))
    tag = first.headers["etag"]
    again = await get(gate, site.url("/moved-to-unchanged"), etag=tag, unchanged_at=first.final_url)
    assert again.not_modified
    assert [asked.headers.get("if-none-match") for asked in site.asked] == [None, None, None, tag]


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


async def test_a_redirect_to_what_the_asker_has_is_not_followed(site: FaultSite, gate: Gate) -> None:
    fetched = await get(gate, site.url("/moved"), known=lambda url: url == site.url("/"))
    assert (fetched.led_to_known, fetched.final_url, fetched.status) == (True, site.url("/"), 302)
    assert [asked.path for asked in site.asked] == ["/moved"]


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
