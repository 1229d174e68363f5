"""Gates for tests: declared names, no pace, and a clock that goes only by sleeping."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from crawler.gate.host import HostPolicy
from crawler.model import Fetched, Request
from crawler.net import Gate
from tests.crawler.faultsite import FaultSite

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


@asynccontextmanager
async def gate_for(clock: Clock, **options: Any) -> AsyncIterator[Gate]:
    settings: dict[str, Any] = {"resolve": HERE, "default_policy": FREE, "clock": clock, "sleep": clock.sleep}
    async with Gate(**(settings | options)) as gate:
        yield gate


def one_canary(clock: Clock, strangers: FaultSite) -> AbstractAsyncContextManager[Gate]:
    return gate_for(clock, canaries=[f"http://127.0.0.1:{strangers.port}/"])


async def get(gate: Gate, url: str, **options: Any) -> Fetched:
    return await gate.fetch(Request(url, **options), retries=0)
