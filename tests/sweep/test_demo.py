"""The demo city swept: results equal its truth, and neither timing nor judging again changes a byte."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console

from demo import points
from demo.city import City
from demo.compare import differences
from reports.model import ReportData
from reports.terminal import print_ranking
from rules.load import load
from storage.repo import Store
from sweep.publish import ranking_data, report_data
from sweep.verdicts.judging import judge_sweep
from tests.reports.tracing import untraceable
from tests.sweep.cities import canonical, serve, sweep
from tests.sweep.frugal import needless


async def test_results_scores_and_report_equal_the_truth(tmp_path: Path) -> None:
    """One sweep of the whole city: each check as planted, each item as worked out by hand, a report that
    leads from every lost point to its page, and no request that an earlier answer could have spared."""
    db = f"sqlite:///{tmp_path}/demo.db"
    async with serve() as city:
        await sweep(city.seeds(), db)
        truth = city.city.truth_at(city.port)
        unread = _unread(city.city)
        log = list(city.city.log)
    async with await Store.open(db) as store:
        row = await store.get("latest")
        asked = [
            attempt
            for unit in await store.units(row.id)
            for attempt in await (await store.unit(row.id, unit.unit.id)).attempts()
        ]
        lines = await store.results(row.id, "jilin-2021")
        scores = await store.scores(row.id, "jilin-2021")
        report = await report_data(store, row, load("jilin-2021"))
        brief = await ranking_data(store, row, load("jilin-2021"))
    built = [line for line in lines if line["reason"] != "not_built_yet"]
    known = {(line["unit"], line["check"]) for line in built}
    told = [entry for entry in truth if (entry.unit, entry.check) in known]
    assert len(told) > 400
    assert differences(built, told) == []
    assert unread <= {("yunxi", "scripted")}  # which only a browser shows
    methods = Counter(line.method for line in log)
    assert methods == {
        "GET": methods["GET"],
        "POST": 3,
    }  # two columns turned by POST, the first page of one too
    assert needless(log, asked) == {}
    assert {line["unit"] for line in scores} == set(points.units())
    assert points.differences(scores, without=lacking(lines)) == []
    assert untraceable(report) == []
    assert printed(brief) == printed(report)


def printed(data: ReportData) -> str:
    console = Console(width=120)
    with console.capture() as capture:
        print_ranking(console, data)
    return capture.get()


def lacking(lines: list[dict[str, Any]]) -> set[str]:
    """Means that this machine lacks, as the results tell."""
    reasons = {line["reason"] for line in lines}
    means = {"browser_missing": "browser", "no_ipv6_here": "ipv6"}
    return {name for reason, name in means.items() if reason in reasons}


def _unread(city: City) -> set[tuple[str, str]]:
    """Unit and dialect of every column with an article that was never asked for, on whatever list page."""
    asked = {(line.host, line.target) for line in city.log if line.method == "GET"}
    return {
        (portal.id, (column.by or portal.dialect).name)
        for portal in city.portals
        for column in portal.columns
        for article in column.articles
        if (portal.host, article.path) not in asked
    }


async def test_timing_and_judging_again_change_nothing(tmp_path: Path) -> None:
    units = ("minghu", "gaoxin")
    slow, fast = (f"sqlite:///{tmp_path}/{name}.db" for name in ("slow", "fast"))
    async with serve() as city:
        await sweep(city.seeds(*units, concurrency=1), slow)
        await sweep(city.seeds(*units, concurrency=8), fast)
    first = await canonical(slow)
    assert len(first[0]) > 300
    assert await canonical(fast) == first
    async with await Store.open(slow) as store:
        row = await store.get("latest")
        stored = [unit.unit for unit in await store.units(row.id)]
        await judge_sweep(store, row, stored, load("jilin-2021"))
    assert await canonical(slow) == first


async def test_several_processes_find_the_same(tmp_path: Path) -> None:
    units = ("minghu", "gaoxin")
    one, two = (f"sqlite:///{tmp_path}/{name}.db" for name in ("one", "two"))
    async with serve() as city:
        await sweep(city.seeds(*units), one)
        await sweep(city.seeds(*units), two, jobs=2)
    assert await canonical(two) == await canonical(one)
