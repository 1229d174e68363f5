from __future__ import annotations

import asyncio

import pytest

from crawler.gate.canary import MIN_GAP_SECONDS, Canaries, answers
from crawler.gate.dns import Names
from crawler.model import Family, Fetched, Outcome, Request

CANARIES = ("http://one.example.cn/", "http://two.example.cn/")


class World:
    """Canaries that answer while `up`, and a clock that only sleeping moves."""

    def __init__(self) -> None:
        self.up = dict.fromkeys(CANARIES, True)
        self.asked: list[str] = []
        self.now = 100.0

    async def ask(self, request: Request) -> Fetched:
        self.asked.append(request.url)
        await asyncio.sleep(0)
        if self.up[request.url]:
            return Fetched(request.url, request.url, Outcome.OK, status=200)
        return Fetched(request.url, request.url, Outcome.CONNECT_TIMEOUT)

    async def sleep(self, seconds: float) -> None:
        self.now += seconds

    def canaries(self, *, near: bool = True) -> Canaries:
        names = Names({"one.example.cn": ["127.0.0.1"], "two.example.cn": ["127.0.0.1"]} if near else {})
        return Canaries(CANARIES, names, self.ask, clock=lambda: self.now, sleep=self.sleep)


@pytest.fixture
def world() -> World:
    return World()


async def test_one_answering_canary_is_enough(world: World) -> None:
    canaries = world.canaries()
    world.up[CANARIES[0]] = False
    assert await canaries.online()
    world.now += 10
    assert await canaries.online()
    world.up[CANARIES[1]] = False
    world.now += 10
    assert not await canaries.online()
    assert canaries.ever_online


async def test_a_yes_from_before_the_failure_is_not_believed(world: World) -> None:
    canaries = world.canaries()
    assert await canaries.online()
    world.up = dict.fromkeys(CANARIES, False)
    world.now += 0.1
    assert await canaries.online()  # of a moment ago
    assert not await canaries.online(since=world.now)
    assert canaries.was_off(Family.ANY, world.now)
    assert not canaries.was_off(Family.ANY, world.now + 1)


async def test_who_waits_shares_the_answer(world: World) -> None:
    canaries = world.canaries()
    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(canaries.online(since=world.now))
    assert len(world.asked) == 1


async def test_the_load_goes_round_and_public_canaries_are_not_hurried(world: World) -> None:
    canaries = world.canaries(near=False)
    began = world.now
    for _ in range(4):
        world.now += 0.01
        assert await canaries.online(since=world.now)
    assert sorted(world.asked) == sorted(CANARIES * 2)
    assert world.now - began >= 3 * MIN_GAP_SECONDS


@pytest.mark.parametrize(
    ("final_url", "status", "proof"),
    [
        ("http://www.baidu.com/", 200, True),
        ("https://m.baidu.com/", 200, True),
        ("http://www.baidu.com/", 403, True),
        ("http://www.baidu.com/", 502, False),
        ("http://www.baidu.com/", 511, False),
        ("http://login.hotel.example/", 200, False),
        ("http://www.baidu.com/", None, False),
    ],
)
def test_what_counts_as_the_canarys_own_answer(final_url: str, status: int | None, proof: bool) -> None:
    assert answers(Fetched("http://www.baidu.com/", final_url, Outcome.OK, status=status)) is proof
