"""The visits of `watch` in the week before a sweep decide the national veto on availability."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.model import Family, Outcome
from demo.server import Host
from storage.repo import Store
from storage.visits import Sample
from tests.sweep.cities import AS_OF
from tests.sweep.onesite import NAME, PORTAL, Before, html, told_of

HOME = Host(
    {"/": html(f"<h1>{NAME}</h1><p>主办：{NAME}</p><script src=/a.js></script>" + "通知公告" * 60, NAME)}
)
LATEST = datetime(AS_OF.year, AS_OF.month, AS_OF.day, 15, 30, tzinfo=UTC)


def visited(
    bad: int, outcome: Outcome = Outcome.CONNECT_TIMEOUT, total: int = 168, online: bool = True
) -> Before:
    """Visits once an hour up to the evening of as-of, the first `bad` of them failed."""

    async def add(store: Store, url: str) -> None:
        good = Sample("watched", url, Family.V4, LATEST, Outcome.OK, 200, 0.4, online=True)
        failed = replace(good, outcome=outcome, status=None, seconds=15.0, online=online)
        samples = [failed] * bad + [good] * (total - bad)
        await store.add_samples(
            [replace(one, started_at=LATEST - timedelta(hours=n)) for n, one in enumerate(samples)]
        )

    return add


@pytest.mark.parametrize(
    ("before", "state", "why"),
    [
        (visited(9), "review", "人工确认"),
        (visited(8), "clear", ""),
        (visited(9, Outcome.OWN_NETWORK), "unknown", "一次巡检"),  # a window of ours leaves days too short
        (visited(3, online=False), "clear", ""),
        (visited(100, total=100), "unknown", "一次巡检"),
    ],
)
def test_five_percent_of_a_week_wait_for_a_person(
    before: Before, state: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = told_of({PORTAL: HOME}, tmp_path, monkeypatch, before=before)
    veto = told.vetoes["N-V2"]
    assert veto["state"] == state
    assert why in veto["why"]
    assert told.reason("site.reachable") == ("pass", None), "the sweep itself saw it open"
    assert any(key.startswith("week_") for key in told.results["site.reachable"]["observed"])


def test_without_visits_one_sweep_leaves_it_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = told_of({PORTAL: HOME}, tmp_path, monkeypatch)
    assert told.vetoes["N-V2"]["state"] == "unknown"
    assert not any(key.startswith("week_") for key in told.results["site.reachable"]["observed"])
