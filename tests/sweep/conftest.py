"""Sweeps in these tests run without a browser, which takes long, except where a test is marked `browser`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crawler.browser.chromium import VARIABLE
from storage.repo import Store
from tests.sweep.archived import database
from tests.sweep.cities import Served, serve


@pytest.fixture(autouse=True)
def no_browser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.get_closest_marker("browser") is None:
        monkeypatch.setenv(VARIABLE, "/nonexistent/chromium")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store in a file."""
    async with await Store.open(database(tmp_path)) as opened:
        yield opened


@pytest.fixture
async def city() -> AsyncIterator[Served]:
    """The demo city, served while the test runs."""
    async with serve() as served:
        yield served
