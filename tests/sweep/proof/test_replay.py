"""Replay: the archived pages, observed and judged again, give the same bytes; what is missing is said."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from crawler.browser.tab import Opened, Rendered
from crawler.frontier import Visit
from crawler.keeping.archive import PAGE, SHOWN, entries
from crawler.model import Fetched, Outcome, Period, Request, Unit, UnitKind
from crawler.walking.walk import Walk, WalkPlan
from probes import ALL
from storage.repo import Store
from storage.values import SweepPlan
from sweep.canonical import canonical_lines
from sweep.errors import SweepError
from sweep.night.escalation import escalate
from sweep.night.stages import observer
from sweep.proof.archive import Keep, archive_path, cited_urls, unit_archive
from sweep.proof.replay import replay
from tests.sweep.archived import PACK, UNIT, swept
from tests.sweep.cities import AS_OF, Served


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
    monkeypatch.setattr("sweep.proof.archive.withhold", lambda evidence: "home_fresh" in evidence)
    row = await swept(city, store, Keep.ALL)
    before = canonical_lines(await store.results(row.id, PACK))
    path = archive_path(store.where, row.id, UNIT)
    withheld = [entry for entry in entries(path) if entry.withheld == "private"]
    assert withheld
    assert await replay(store, row) >= 1
    assert canonical_lines(await store.results(row.id, PACK)) == before


def html(body: str) -> str:
    return f"<html><head><title>示例县人民政府</title></head><body>{body}</body></html>"


COUNTY = Unit(id="a", name="示例县人民政府", kind=UnitKind.COUNTY, portal="http://www.a.gov.cn/")
ERROR = "<html><title>404 Not Found</title><body>404 Not Found</body></html>"
SCRIPT = "<script>$.ajax({url:'/rows'})</script>"
SHELLS = [f"http://www.a.gov.cn/c/{number}/" for number in (1, 2)]
PAGES = {
    "http://www.a.gov.cn/": html("".join(f"<a href='{url}'>栏目{url[-5:]}</a>" for url in SHELLS)),
    **{url: html(f"<div>当前位置：首页 &gt; 栏目</div><ul id=list></ul>{SCRIPT}") for url in SHELLS},
}
ROWS = "".join(
    f"<li><a href='/a/{n}.html'>关于第{n}项工作的通知</a><span>2026-11-0{n}</span></li>" for n in range(1, 7)
)


class BrowserNet:
    """Serves PAGES; a browser shows the rows of the first shell, and of the other an error page."""

    async def fetch(self, request: Request) -> Fetched:
        text = PAGES.get(request.url)
        if text is None:
            return Fetched(request.url, request.url, Outcome.GONE, 404)
        kind = {"content-type": "text/html; charset=utf-8"}
        return Fetched(request.url, request.url, Outcome.OK, 200, kind, text.encode())

    async def render(self, url: str) -> Rendered:
        text = (
            html(f"<div>当前位置：首页 &gt; 栏目</div><ul class=list>{ROWS}</ul>") if url == SHELLS[0] else ""
        )
        return Rendered(Opened(Outcome.OK, 200, url, None, True), text or ERROR, complete=True)


async def test_what_a_browser_showed_is_replayed_as_it_was_shown(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sweep.night.escalation.budget", lambda visited: 2)
    year = Period(start=date(2026, 1, 1), end=date(2026, 12, 31))
    row = await store.create_sweep(SweepPlan(key="k", as_of=AS_OF, period=year, units=(COUNTY,)))
    unit = await store.unit(row.id, "a")
    plan = WalkPlan(COUNTY, year, AS_OF, observer(ALL), archive=unit_archive(store, row.id, "a", "Sunsweep"))
    net = BrowserNet()
    await Walk(plan, net, unit).run()
    assert await escalate(unit, plan, net)
    await Walk(plan, net, unit).run()
    await store.finish(row.id)
    facts = await unit.facts()
    assert [page.url for page in facts if page.rendered] == SHELLS[:1]
    kept = [entry.key for entry in entries(archive_path(store.where, row.id, "a"))]
    assert [key for key in kept if key.startswith(SHOWN)] == [f"{SHOWN}GET {url}" for url in SHELLS]
    evidence = await unit.evidence("columns")
    visited = await unit.visited()
    blank = [dataclasses.replace(page, title="") for page in facts]
    await unit.observe_again([Visit(one.key, page, {}) for one, page in zip(visited, blank, strict=True)])
    assert await replay(store, await store.get(row.id)) == 0
    assert await unit.facts() == facts
    assert await unit.evidence("columns") == evidence != []
