"""What one sweep may only suspect becomes a fault over nights, and one good answer clears it."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from demo.server import Answer, Asked, Host, Server
from storage.repo import Store
from sweep.change.changes import State
from sweep.change.diff import diff
from tests.sweep.hurry import run
from tests.sweep.onesite import CANARY, NAME, PORTAL, Told, html, sweep_at

BAD = Answer(b"error", 500)
SILENT = Answer(b"late", delay=60.0)
FINE = html(f"<h1>{NAME}</h1><p>主办：{NAME}</p>" + "办事指南全文" * 30, NAME)


class Site:
    """A portal whose pages fail as the night says; hours pass between nights."""

    def __init__(self, db: Path) -> None:
        self.db = db
        self.night: Mapping[str, Answer] = {}

    def answer(self, asked: Asked) -> Answer:
        return self.night.get(asked.path, self.home if asked.path == "/" else FINE)

    @property
    def home(self) -> Answer:
        links = "".join(f'<p><a href="/{name}.html">{name}页面</a></p>' for name in ("a", "b", "c", "d"))
        return html(f"<h1>{NAME}</h1>{links}<p>主办：{NAME}</p>", NAME)

    async def nights(self, *nights: Mapping[str, Answer], hours: float = 7.0) -> list[Told]:
        hosts = {CANARY: Host({"/": html("在线")}), PORTAL: Host(missing=self.answer)}
        told = []
        async with Server(hosts).running() as port:
            for self.night in nights:
                told.append(await sweep_at(port, hosts, self.db))
                self._pass(hours)
        return told

    def _pass(self, hours: float) -> None:
        """Everything stored so far happened so much earlier."""
        with sqlite3.connect(self.db) as connection:
            for id, *moments in connection.execute(
                "select id, started_at, finished_at from sweeps"
            ).fetchall():
                earlier = [
                    (datetime.fromisoformat(moment) - timedelta(hours=hours)).isoformat()
                    for moment in moments
                ]
                connection.execute(
                    "update sweeps set started_at = ?, finished_at = ? where id = ?", (*earlier, id)
                )


def dead(told: Told) -> set[str]:
    found = [one for check in ("links.home", "links.inner") for one in told.results[check]["findings"]]
    return {urlsplit(one["subject"]).path for one in found}


def test_errors_of_two_nights_are_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(tmp_path / "nights.db")
    cut = replace(FINE, reset=True)
    first = {"/a.html": BAD, "/b.html": SILENT, "/c.html": BAD, "/d.html": cut}
    second = {"/a.html": BAD, "/b.html": BAD, "/d.html": cut}
    one, two = run(lambda: site.nights(first, second), monkeypatch)
    assert dead(one) == set()
    assert dead(two) == {"/a.html", "/b.html"}  # a cut connection proves nothing, however often
    assert "6 小时" in two.results["links.home"]["findings"][0]["found"]


def test_two_sweeps_of_one_night_are_one_window(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(tmp_path / "nights.db")
    told = run(lambda: site.nights({"/a.html": BAD}, {"/a.html": BAD}, hours=5.0), monkeypatch)
    assert [dead(one) for one in told] == [set(), set()]


def test_a_portal_that_fails_two_nights_is_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = Site(tmp_path / "nights.db")
    told = run(lambda: site.nights({"/": BAD}, {"/": SILENT}, {}, {"/": BAD}), monkeypatch)
    verdicts = [one.reason("site.reachable") for one in told]
    assert verdicts == [("unknown", "suspected"), ("fail", None), ("pass", None), ("unknown", "suspected")]
    assert told[1].reason("footer.icp") == ("unknown", "home_unreachable")


def test_a_finding_is_new_lasts_goes_and_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = {"/a.html": Answer(b"gone", 404)}
    site = Site(tmp_path / "nights.db")

    async def states() -> list[list[State]]:
        await site.nights({}, gone, gone, {}, gone)
        async with await Store.open(f"sqlite:///{site.db}") as store:
            ids = [row.id for row in await store.list_sweeps()]
            compared = [await diff(store, one, other) for one, other in pairwise(ids)]
        return [
            [change.state for change in each.comparison.findings if change.check == "links.home"]
            for each in compared
        ]

    assert run(states, monkeypatch) == [[State.NEW], [State.LASTING], [State.FIXED], [State.RETURNED]]


def test_a_fault_that_is_mended_between_two_looks_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class Mended(Site):
        def answer(self, one: Asked) -> Answer:
            asked.append(one.path)
            if one.path == "/a.html" and asked.count("/a.html") == 1:
                return Answer(b"gone", 404)
            return super().answer(one)

    (told,) = run(lambda: Mended(tmp_path / "nights.db").nights({}), monkeypatch)
    assert asked.count("/a.html") >= 2
    assert dead(told) == set()
