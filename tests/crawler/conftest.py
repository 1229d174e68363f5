"""The fault site, a clock and a gate that knows it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from crawler.net import Gate
from tests.crawler.faultsite import FaultSite, faultsite
from tests.crawler.gates import Clock, gate_for


@pytest.fixture
async def site() -> AsyncIterator[FaultSite]:
    async with faultsite() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def gate(clock: Clock) -> AsyncIterator[Gate]:
    async with gate_for(clock) as running:
        yield running
