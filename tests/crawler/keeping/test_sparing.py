"""No document is asked for twice in a walk, by whatever ways it is reached. By the server's own log."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest

from crawler.keeping.answers import Answers
from crawler.keeping.archive import UnitArchive
from crawler.keeping.patience import PatientNet
from crawler.keeping.sparing import SparingNet
from crawler.model import Outcome, PageFacts, Period, Request, Unit, UnitKind
from crawler.walking.walk import Walk, WalkPlan
from storage.repo import Store
from storage.unit_store import UnitStore
from storage.values import SweepPlan
from tests.crawler.minisite import Site, gate, site

PERIOD = Period(start=date(2026, 1, 1), end=date(2026, 12, 31))
TEXT = f"<p>{'某县人民政府工作动态。' * 20}</p>"


def page(*paths: str, text: str = TEXT) -> str:
    rows = "".join(f'<li><a href="{path}">某县人民政府栏目{n}</a></li>' for n, path in enumerate(paths))
    return f"<html><title>某县人民政府</title><body><ul>{rows}</ul>{text}</body></html>"


def moved(path: str, status: str = "302 Found") -> str:
    return f"HTTP/1.1 {status}\r\nLocation: {path}\r\nContent-Length: 0\r\n\r\n"


def refresh(path: str) -> str:
    return f'<html><head><meta http-equiv="refresh" content="0;url={path}"></head><body></body></html>'


def script(path: str) -> str:
    return f"<html><body><script>location.href='{path}';</script></body></html>"


class Portal:
    """A portal that is served, and walked into one store and archive."""

    def __init__(self, served: Site, store: Store, folder: Path, concurrency: int) -> None:
        self.site = served
        self._store = store
        self.path = folder / "pages.warc.gz"
        self.unit = Unit(
            id="a",
            name="某县人民政府",
            kind=UnitKind.COUNTY,
            portal=served.url(),
            scope=(served.url(),),
            concurrency=concurrency,
        )
        self.kept: UnitStore | None = None

    def archive(self) -> UnitArchive:
        return UnitArchive(self.path, "Sunsweep/1", lambda evidence: False, lambda page: False)

    async def walk(self) -> dict[str, PageFacts]:
        """Facts by path as linked."""
        plan = SweepPlan(key="a", as_of=date(2026, 11, 20), period=PERIOD, units=(self.unit,))
        row = await self._store.create_sweep(plan)
        store = await self._store.unit(row.id, "a")
        archive, answers = self.archive(), Answers()
        async with gate() as way:
            with answers.joined(archive):
                net = SparingNet(PatientNet(way, archive=archive), answers)
                walk = WalkPlan(self.unit, PERIOD, plan.as_of, lambda page: {"a": "{}"}, archive=archive)
                await Walk(walk, net, store).run()
        return {facts.url.removeprefix(self.site.url("")): facts for facts in await store.facts()}

    def twice(self) -> dict[str, int]:
        return {path: count for path, count in Counter(self.site.asked).items() if count > 1}


@asynccontextmanager
async def portal(folder: Path, concurrency: int) -> AsyncIterator[Portal]:
    async with site() as served, await Store.open(f"sqlite:///{folder}/a.db") as store:
        yield Portal(served, store, folder, concurrency)


@pytest.mark.parametrize("concurrency", [1, 8])
async def test_a_document_is_asked_for_once_however_it_is_reached(tmp_path: Path, concurrency: int) -> None:
    async with portal(tmp_path, concurrency) as town:
        town.site.pages |= {
            "/": moved("/index.html"),
            "/index.html": page(
                "/index.html", "/b/", "/a/", "/m/", "/s/", "/c/", "/d/", "/old", "/x/", "/y/"
            ),
            "/b/": page(),
            "/a/": moved("/b/"),  # to what stands before it in the menu
            "/m/": refresh("/b/"),
            "/s/": script("/b/"),
            "/c/": moved("/c/first/"),  # to what is found later
            "/d/": page("/c/first/", "/old/e/"),
            "/c/first/": page(),
            "/old": moved("/old/", "301 Moved Permanently"),
            "/old/": moved("/old/e/"),
            "/old/e/": page(),
            "/x/": moved("/404.html"),
            "/y/": moved("/404.html"),
        }
        facts = await town.walk()
        assert town.twice() == {}
        ends = {path: page.final_url.removeprefix(town.site.url("")) for path, page in facts.items()}
        assert ends == {
            "/": "/index.html",
            "/index.html": "/index.html",
            "/b/": "/b/",
            "/a/": "/b/",
            "/m/": "/b/",
            "/s/": "/b/",
            "/c/": "/c/first/",
            "/d/": "/d/",
            "/c/first/": "/c/first/",
            "/old": "/old/e/",
            "/old/e/": "/old/e/",
            "/x/": "/404.html",
            "/y/": "/404.html",
        }
        gone = {path for path, page in facts.items() if page.outcome is not Outcome.OK}
        assert gone == {"/x/", "/y/"}


@pytest.mark.parametrize("concurrency", [1, 2])
async def test_pages_that_send_to_each_other_end(tmp_path: Path, concurrency: int) -> None:
    async with portal(tmp_path, concurrency) as town:
        town.site.pages |= {"/": page("/a/", "/b/"), "/a/": moved("/b/"), "/b/": moved("/a/")}
        facts = await town.walk()
        assert {path: page.outcome for path, page in facts.items()} == {
            "/": Outcome.OK,
            "/a/": Outcome.REDIRECTS,
            "/b/": Outcome.REDIRECTS,
        }


@pytest.mark.parametrize("order", [("/list/", "/choose/"), ("/choose/", "/list/")])
async def test_what_a_cookie_of_a_redirect_chose_is_nobody_elses(
    tmp_path: Path, order: tuple[str, str]
) -> None:
    async with portal(tmp_path, 1) as town:
        chosen = moved("/list/").replace("Content-Length", "Set-Cookie: area=east\r\nContent-Length")
        town.site.pages |= {"/": page(*order), "/choose/": chosen, "/list/": page()}
        await town.walk()
        assert town.twice() == {"/list/": 2}


async def test_walkers_that_want_what_failed_before_a_kill_ask_once(tmp_path: Path) -> None:
    """The archive's index cannot tell that an answer was a failure; whoever reads it finds out."""
    async with portal(tmp_path, 8) as town:
        broken = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
        town.site.pages |= {"/": page("/b/"), "/b/": broken}
        await town.walk()
        town.site.asked.clear()
        town.site.pages["/b/"] = page()
        archive, answers = town.archive(), Answers()
        async with gate() as way:
            with answers.joined(archive):
                net = SparingNet(PatientNet(way, archive=archive), answers)
                got = await asyncio.gather(*(net.fetch(Request(town.site.url("/b/"))) for _ in range(3)))
        assert [fetched.outcome for fetched in got] == [Outcome.OK] * 3
        assert town.site.asked.count("/b/") == 1
        assert not archive.has(town.site.url("/b/"))


async def test_what_could_not_be_had_is_asked_for_again(tmp_path: Path) -> None:
    async with portal(tmp_path, 1) as town:
        broken = "HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
        town.site.pages |= {"/": page("/b/", "/a/"), "/b/": broken, "/a/": moved("/b/")}
        facts = await town.walk()
        assert facts["/a/"].outcome is facts["/b/"].outcome is Outcome.SERVER_ERROR
        assert town.site.asked.count("/b/") > 1


async def test_a_killed_walk_goes_on_with_what_it_had_received(tmp_path: Path) -> None:
    async with portal(tmp_path, 1) as town:
        town.site.pages |= {"/": page("/b/", "/a/"), "/b/": page(), "/a/": moved("/b/")}
        before = await town.walk()
        again = await town.walk()  # into another sweep of the store, beside the same archive
        assert again == before
        assert town.twice() == {}


async def test_each_page_can_be_shown_by_the_address_it_was_linked_with(tmp_path: Path) -> None:
    async with portal(tmp_path, 1) as town:
        town.site.pages |= {"/": page("/b/", "/a/"), "/b/": page(text=TEXT * 2), "/a/": moved("/b/")}
        await town.walk()
        archive = town.archive()
        first, second = [await archive.again(town.site.url(path)) for path in ("/a/", "/b/")]
        assert first is not None and second is not None
        assert first.body == second.body == town.site.pages["/b/"].encode()
        assert [hop.url for hop in first.hops] == [town.site.url("/a/")]
        assert second.hops == ()
