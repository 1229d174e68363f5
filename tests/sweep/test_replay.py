"""Replay: the archived pages, observed and judged again, give the same bytes; what is missing is said."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from crawler.archive import PAGE, entries
from crawler.frontier import Visit
from storage.repo import Store
from sweep.archive import Keep, archive_path, cited_urls
from sweep.canonical import canonical_lines
from sweep.errors import SweepError
from sweep.replay import replay
from tests.sweep.archived import PACK, UNIT, database, swept
from tests.sweep.cities import Served, serve


@pytest.fixture
async def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    monkeypatch.setenv("SUNSWEEP_CHROMIUM", str(tmp_path / "none"))
    async with await Store.open(database(tmp_path)) as opened:
        yield opened


@pytest.fixture
async def city() -> AsyncIterator[Served]:
    async with serve() as served:
        yield served


async def test_replay_gives_the_same_bytes(store: Store, city: Served) -> None:
    row = await swept(city, store, Keep.ALL)
    before = canonical_lines(await store.results(row.id, PACK))
    unit = await store.unit(row.id, UNIT)
    facts = await unit.facts()
    evidence = {probe: await unit.evidence(probe) for probe in ("footer", "links", "columns", "meta")}
    asked = len(city.city.log)
    # What was observed is forgotten: only the archive can bring it back.
    blank = [dataclasses.replace(page, title="", digest="") for page in facts]
    visited = await unit.visited()
    await unit.observe_again([Visit(row.key, page, {}) for row, page in zip(visited, blank, strict=True)])
    assert await unit.evidence("footer") == []
    assert await replay(store, row) == 0
    assert len(city.city.log) == asked
    assert await unit.facts() == facts
    assert {probe: await unit.evidence(probe) for probe in evidence} == evidence
    assert canonical_lines(await store.results(row.id, PACK)) == before
    assert len(before) > 150


async def test_what_findings_cite_is_kept_and_replay_says_what_is_missing(store: Store, city: Served) -> None:
    row = await swept(city, store, Keep.CITED)
    results = await store.results(row.id, PACK)
    cited = cited_urls(results)
    home = (await store.units(row.id))[0].unit.portal
    pages = [entry for entry in entries(archive_path(store.where, row.id, UNIT)) if entry.purpose == PAGE]
    assert {entry.asked for entry in pages} <= cited | {home}
    visited = {page.url for page in await (await store.unit(row.id, UNIT)).facts()}
    assert (cited & visited) | {home} <= {entry.asked for entry in pages}
    assert 1 < len(pages) < len(visited)
    with pytest.raises(
        SweepError, match=rf"{len(visited)} 个页面中有 {len(visited) - len(pages)} 个没有存档"
    ):
        await replay(store, row)
    assert await store.results(row.id, PACK) == results


async def test_a_withheld_page_keeps_what_was_observed_of_it(
    store: Store, city: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweep.archive.withhold", lambda evidence: "home_fresh" in evidence)
    row = await swept(city, store, Keep.ALL)
    before = canonical_lines(await store.results(row.id, PACK))
    path = archive_path(store.where, row.id, UNIT)
    withheld = [entry for entry in entries(path) if entry.withheld == "private"]
    assert withheld
    assert await replay(store, row) >= 1
    assert canonical_lines(await store.results(row.id, PACK)) == before
