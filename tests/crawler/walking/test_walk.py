"""The walk over a pretended site: order, cap, traps, scope, redirects, and going on after an interruption."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest

from crawler.model import Fetched, Hop, Outcome, PageFacts, Period, Request, Role, Unit, UnitKind
from crawler.walking.walk import Walk, WalkPlan
from storage.repo import Store
from storage.unit_store import UnitStore
from storage.values import SweepPlan

AS_OF = date(2026, 11, 20)
PERIOD = Period(start=date(2026, 1, 1), end=date(2026, 12, 31))
HOST = "http://www.a.gov.cn"
UNIT = Unit(id="a", name="某县人民政府", kind=UnitKind.COUNTY, portal=f"{HOST}/", scope=(f"{HOST}/",))


def links(*urls: str, text: str = "") -> bytes:
    rows = "".join(f'<li><a href="{url}">某县人民政府栏目{n}</a></li>' for n, url in enumerate(urls))
    return f"<html><title>某县人民政府</title><body><ul>{rows}</ul><p>{text}</p></body></html>".encode()


class Cut(Exception):
    """The walk's process ends here."""


@dataclass
class Site:
    """Answers by URL; late by chance, so that tests see what timing could change."""

    pages: Mapping[str, bytes]
    moved: Mapping[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    dies_after: int | None = None
    dice: random.Random = field(default_factory=lambda: random.Random(1))

    async def fetch(self, request: Request) -> Fetched:
        self.asked.append(request.url)
        if self.dies_after is not None and len(self.asked) > self.dies_after:
            raise Cut
        for _ in range(self.dice.randrange(4)):
            await asyncio.sleep(0)
        final = self.moved.get(request.url, request.url)
        body = self.pages.get(final)
        if body is None:
            return Fetched(request.url, final, Outcome.GONE, 404)
        hops = (Hop(request.url, 302, final),) if final != request.url else ()
        headers = {"content-type": "text/html; charset=utf-8"}
        return Fetched(request.url, final, Outcome.OK, 200, headers, body, hops)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with await Store.open(f"sqlite:///{tmp_path}/walk.db") as opened:
        yield opened


async def unit_store(store: Store, unit: Unit) -> UnitStore:
    row = await store.create_sweep(SweepPlan(key=unit.id, as_of=AS_OF, period=PERIOD, units=(unit,)))
    return await store.unit(row.id, unit.id)


async def walked(site: Site, kept: UnitStore, unit: Unit = UNIT, home: str | None = None) -> list[PageFacts]:
    plan = WalkPlan(unit, PERIOD, AS_OF, lambda page: {}, home=home)
    await Walk(plan, site, kept).run()
    return await kept.facts()


def paths(facts: list[PageFacts]) -> list[str]:
    return [page.url.removeprefix(HOST) for page in facts]


async def test_site_map_and_tree_come_before_columns_and_these_before_articles(store: Store) -> None:
    home = links("/news/", "/content/post_9.html", "/b/")
    named = '<a href="/wzdt/">网站地图</a><a href="/zfxxgk/">政府信息公开</a></body>'.encode()
    pages = {
        f"{HOST}/": home.replace(b"</body>", named),
        **{f"{HOST}{path}": links(text="正文" * 40) for path in ("/news/", "/b/", "/wzdt/", "/zfxxgk/")},
        f"{HOST}/content/post_9.html": links(text="正文" * 40),
    }
    facts = await walked(Site(pages), await unit_store(store, UNIT))
    assert paths(facts) == ["/", "/wzdt/", "/zfxxgk/", "/news/", "/b/", "/content/post_9.html"]
    assert [page.role for page in facts][:4] == [Role.HOME, Role.SITE_MAP, Role.TREE, Role.COLUMN]


@pytest.mark.parametrize("concurrency", [1, 8])
async def test_cap_cuts_the_sorted_level_whatever_the_timing(store: Store, concurrency: int) -> None:
    columns = [f"/c{number}/" for number in range(30)]
    pages = {f"{HOST}{path}": links("/deep/", text=path * 30) for path in columns}
    pages[f"{HOST}/"] = links(*columns)
    unit = UNIT.model_copy(update={"max_pages": 11, "concurrency": concurrency})
    kept = await unit_store(store, unit)
    facts = await walked(Site(pages), kept, unit)
    assert paths(facts) == ["/", *columns[:10]]
    assert await kept.cut() == {"": 21}


async def test_traps_are_cut_by_pattern_and_named(store: Store) -> None:
    class Endless(Site):
        async def fetch(self, request: Request) -> Fetched:
            number = int(request.url.partition("page=")[2] or 0)
            body = links(f"/list?page={number + 1}", text=f"第{number}页" * 20)
            pages = {request.url: body}
            return await Site(pages, asked=self.asked).fetch(request)

    kept = await unit_store(store, UNIT)
    facts = await walked(Endless({}), kept)
    assert 10 < len(facts) < 60
    assert list(await kept.cut()) == ["page:www.a.gov.cn/list?page"]


async def test_other_hosts_files_and_sessions_are_left(store: Store) -> None:
    home = links("http://www.b.gov.cn/", "/x.pdf", "/c/;jsessionid=1", "/c/;jsessionid=2", "javascript:;")
    pages = {f"{HOST}/": home, f"{HOST}/c/": links(text="正文" * 40)}
    site = Site(pages)
    await walked(site, await unit_store(store, UNIT))
    assert site.asked == [f"{HOST}/", f"{HOST}/c/"]


async def test_moved_home_widens_the_scope_also_for_a_walk_that_goes_on(store: Store) -> None:
    new = "http://portal.a.gov.cn"
    pages = {f"{new}/": links("/c/", "/d/"), f"{new}/c/": links("/e/"), f"{new}/d/": links()}
    pages[f"{new}/e/"] = links(text="正文" * 40)
    calm = Site(pages, {f"{HOST}/": f"{new}/"})
    whole = await walked(calm, await unit_store(store, UNIT))
    assert {page.final_url for page in whole} == {f"{new}/", f"{new}/c/", f"{new}/d/", f"{new}/e/"}
    kept = await unit_store(store, UNIT)
    with pytest.raises(ExceptionGroup):
        await walked(replace(calm, asked=[], dies_after=1), kept)
    (home,) = await kept.facts()
    assert await walked(replace(calm, asked=[]), kept, home=home.final_url) == whole


async def test_home_that_moved_to_another_site_is_not_followed(store: Store) -> None:
    gone = "http://www.other.com"
    site = Site({f"{gone}/": links("/c/")}, {f"{HOST}/": f"{gone}/"})
    await walked(site, await unit_store(store, UNIT))
    assert site.asked == [f"{HOST}/"]


async def test_page_that_sends_on_is_read_where_it_ends(store: Store) -> None:
    refresh = b'<html><head><meta http-equiv="refresh" content="0;url=/c/first/"></head><body></body></html>'
    pages = {f"{HOST}/": links("/c/"), f"{HOST}/c/": refresh, f"{HOST}/c/first/": links(text="正文" * 40)}
    facts = await walked(Site(pages), await unit_store(store, UNIT))
    assert [page.final_url for page in facts] == [f"{HOST}/", f"{HOST}/c/first/"]


async def test_what_a_site_map_lists_are_columns_whatever_their_addresses_look_like(store: Store) -> None:
    rows = ["/c/news.html", "/c/rules.html", "/c/report.html", "/c/budget.html", "/c/plan.html"]
    pages = {f"{HOST}/": links("/sitemap.html"), f"{HOST}/sitemap.html": links(*rows)}
    pages |= {f"{HOST}{row}": links(text="正文" * 40) for row in rows}
    facts = await walked(Site(pages), await unit_store(store, UNIT))
    assert {page.role for page in facts if page.depth == 2} == {Role.COLUMN}


async def test_unfilled_templates_are_not_visited_though_the_host_answers_them(store: Store) -> None:
    home = links("/{{n.url}}", "/c/undefined", "/d/")
    site = Site(
        {
            f"{HOST}/": home,
            f"{HOST}/%7B%7Bn.url%7D%7D": home,
            f"{HOST}/c/undefined": home,
            f"{HOST}/d/": links(),
        }
    )
    await walked(site, await unit_store(store, UNIT))
    assert site.asked == [f"{HOST}/", f"{HOST}/d/"]
