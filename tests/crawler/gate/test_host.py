from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from crawler.gate.host import (
    GOOD_ANSWERS_TO_RECOVER,
    MAX_PAUSE_SECONDS,
    ROBOTS_AGAIN_SECONDS,
    Host,
    HostClosed,
    HostPolicy,
    RobotsText,
    retry_after_seconds,
    seconds_until_open,
)
from tests.crawler.gates import Clock

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12:00 in China


def make(clock: Clock, **policy: object) -> Host:
    return Host("a.gov.cn", HostPolicy(**policy), clock=clock, sleep=clock.sleep, now=lambda: NOON)  # type: ignore[arg-type]


async def starts(host: Host, clock: Clock, count: int, *, took: float = 0.0) -> list[float]:
    begun = []
    for _ in range(count):
        async with host.turn():
            begun.append(clock.now - 1000)
            clock.now += took
            host.answered(took)
    return begun


async def test_rate_spaces_the_starts(clock: Clock) -> None:
    assert await starts(make(clock, rate=2), clock, 4) == [0, 0.5, 1.0, 1.5]


async def test_rate_zero_does_not_wait_at_all(clock: Clock) -> None:
    assert await starts(make(clock, rate=0), clock, 3, took=2.0) == [0, 2, 4]


async def test_the_pause_is_as_long_as_the_last_answer_took(clock: Clock) -> None:
    assert await starts(make(clock, rate=2), clock, 3, took=3.0) == [0, 6, 12]


async def test_a_very_long_answer_does_not_pause_for_ever(clock: Clock) -> None:
    first, second = await starts(make(clock, rate=2), clock, 2, took=100.0)
    assert second - first == 100 + MAX_PAUSE_SECONDS


async def test_concurrency_bounds_what_is_in_flight(clock: Clock) -> None:
    host = make(clock, rate=0, concurrency=2)
    inside = most = 0
    go_on = asyncio.Event()

    async def one() -> None:
        nonlocal inside, most
        async with host.turn():
            inside += 1
            most = max(most, inside)
            await go_on.wait()
            inside -= 1

    async with asyncio.TaskGroup() as group:
        for _ in range(6):
            group.create_task(one())
        for _ in range(20):
            await asyncio.sleep(0)
        assert inside == 2
        go_on.set()
    assert most == 2


async def test_a_cancelled_waiter_leaves_no_place_taken(clock: Clock) -> None:
    host = make(clock, rate=0, concurrency=1)
    async with host.turn():
        waiter = asyncio.ensure_future(starts(host, clock, 1))
        await asyncio.sleep(0)
        waiter.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiter
    assert await starts(host, clock, 1) == [0]


async def test_retry_after_is_the_least_and_holds_for_all_workers(clock: Clock) -> None:
    host = make(clock, rate=10, concurrency=4)
    host.complained(7, pause=True)
    begun: list[float] = []

    async def worker() -> None:
        begun.extend(await starts(host, clock, 1))

    async with asyncio.TaskGroup() as group:
        for _ in range(3):
            group.create_task(worker())
    assert begun == pytest.approx([7, 7.2, 7.4])  # and slower than the rate afterwards


async def test_a_complaint_while_others_wait_reaches_them_too(clock: Clock) -> None:
    host = make(clock, rate=1, concurrency=3)
    begun = await starts(host, clock, 1)
    plain_sleep = clock.sleep

    async def sleep(seconds: float) -> None:
        if not clock.slept:  # the wait for the rate has begun when another worker gets its 429
            host.complained(30, pause=True)
        await plain_sleep(seconds)

    host._sleep = sleep
    assert begun + await starts(host, clock, 1) == [0, 30]


async def test_going_faster_is_earned(clock: Clock) -> None:
    host = make(clock, rate=0)
    host.complained(None, pause=False)
    slow = host.interval
    assert slow > 0
    await starts(host, clock, GOOD_ANSWERS_TO_RECOVER - 1)
    assert host.interval == slow
    host.failed(0)  # starts the count again
    await starts(host, clock, GOOD_ANSWERS_TO_RECOVER - 1)
    assert host.interval == slow
    await starts(host, clock, 1)
    assert host.interval < slow


async def test_complaints_add_up(clock: Clock) -> None:
    host = make(clock, rate=2)
    seen = [host.interval]
    for _ in range(3):
        host.complained(None, pause=True)
        seen.append(host.interval)
    assert seen == [0.5, 1, 2, 4]


async def test_a_long_retry_after_is_not_waited_for(clock: Clock) -> None:
    host = make(clock)
    host.complained(3600, pause=True)
    with pytest.raises(HostClosed):
        await starts(host, clock, 1)
    assert clock.slept == []


async def test_hours_are_waited_for(clock: Clock) -> None:
    host = make(clock, hours="20:00-07:00")
    entering = asyncio.ensure_future(starts(host, clock, 1))
    await asyncio.sleep(0)
    entering.cancel()
    assert clock.slept[0] == 8 * 3600


@pytest.mark.parametrize(
    ("hours", "china", "wait"),
    [
        ("20:00-07:00", "12:00", 8 * 3600),
        ("20:00-07:00", "20:00", 0),
        ("20:00-07:00", "23:59", 0),
        ("20:00-07:00", "06:59", 0),
        ("20:00-07:00", "07:00", 13 * 3600),
        ("08:00-18:00", "07:30", 1800),
        ("08:00-18:00", "12:00", 0),
        ("08:00-18:00", "18:00", 14 * 3600),
        ("00:00-00:00", "05:00", 0),
    ],
)
def test_seconds_until_open(hours: str, china: str, wait: float) -> None:
    now = datetime.fromisoformat(f"2026-03-02T{china}:00+08:00").astimezone(UTC)
    assert seconds_until_open(hours, now) == wait


def test_hours_spelt_otherwise_are_an_error() -> None:
    with pytest.raises(ValueError, match="not hours"):
        seconds_until_open("8-18", NOON)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        (" 120 ", 120),
        ("Mon, 02 Mar 2026 04:01:00 GMT", 60),
        ("Mon, 02 Mar 2026 03:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        (None, None),
    ],
)
def test_retry_after_seconds(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, NOON) == seconds


class Robots:
    def __init__(self, text: str, *, lasting: bool = True) -> None:
        self.answer = RobotsText(text, lasting)
        self.loads = 0

    async def __call__(self) -> RobotsText:
        self.loads += 1
        await asyncio.sleep(0)
        return self.answer


RULES = """User-agent: *
Disallow: /oa/
Crawl-delay: 3

User-agent: Sunsweep
Disallow: /private
Crawl-delay: 5
"""


async def test_robots_are_read_once_and_obeyed(clock: Clock) -> None:
    host, robots = make(clock), Robots(RULES)

    async def ask(path: str) -> bool:
        return await host.allows("http://a.gov.cn", f"http://a.gov.cn{path}", "Sunsweep", robots)

    async with asyncio.TaskGroup() as group:
        asks = [group.create_task(ask(path)) for path in ("/private/x", "/oa/x", "/")]
    assert [task.result() for task in asks] == [False, True, True]
    assert robots.loads == 1
    assert host.interval == 5  # Crawl-delay


async def test_robots_ignored_are_not_even_loaded(clock: Clock) -> None:
    robots = Robots(RULES)
    host = make(clock, robots="ignore")
    assert await host.allows("http://a.gov.cn", "http://a.gov.cn/private", "Sunsweep", robots)
    assert robots.loads == 0


async def test_robots_that_could_not_be_had_allow_and_are_tried_again(clock: Clock) -> None:
    host, robots = make(clock), Robots("", lasting=False)
    for _ in range(2):
        assert await host.allows("http://a.gov.cn", "http://a.gov.cn/private", "Sunsweep", robots)
    assert robots.loads == 1
    clock.now += ROBOTS_AGAIN_SECONDS + 1
    robots.answer = RobotsText(RULES)
    assert not await host.allows("http://a.gov.cn", "http://a.gov.cn/private", "Sunsweep", robots)


async def test_each_origin_has_its_own_robots(clock: Clock) -> None:
    host = make(clock)
    assert not await host.allows("http://a.gov.cn", "http://a.gov.cn/private", "Sunsweep", Robots(RULES))
    assert await host.allows("https://a.gov.cn", "https://a.gov.cn/private", "Sunsweep", Robots(""))
