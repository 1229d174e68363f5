"""Sweeps in these tests run without a browser, which takes long, except where a test is marked `browser`."""

from __future__ import annotations

import pytest

from crawler.chromium import VARIABLE


@pytest.fixture(autouse=True)
def no_browser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.get_closest_marker("browser") is None:
        monkeypatch.setenv(VARIABLE, "/nonexistent/chromium")
