from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.keeping.targets import Look, Targets, TargetStore, fingerprint, look_of
from crawler.model import Fetched, Outcome, Request
from storage.repo import Store
from tests.storage.samples import plan

URL = "http://b.gov.cn/a.html"


class Server:
    """Answers 404 to everything, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.most = 0
        self._now = 0

    async def fetch(self, request: Request) -> Fetched:
        self.asked.append(request)
        self._now += 1
        self.most = max(self.most, self._now)
        await asyncio.sleep(0)
        self._now -= 1
        return Fetched(request.url, request.url, Outcome.GONE, 404)


async def online() -> bool:
    return True


class Kept:
    """A store in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, list[str | None]] = {}

    async def add_targets(self, sweep_id: str, urls: Iterable[str], looks: int = 1) -> None:
        for url in urls:
            self.rows.setdefault(url, [None, None])

    async def save_target_looks(self, sweep_id: str, looks: Collection[tuple[str, int, str]]) -> None:
        for url, which, data in looks:
            self.rows[url][which - 1] = data

    async def target_looks(
        self, sweep_id: str, urls: Iterable[str]
    ) -> Mapping[str, tuple[str | None, str | None]]:
        return {url: (self.rows[url][0], self.rows[url][1]) for url in urls if url in self.rows}


async def test_who_asks_at_once_shares_one_request() -> None:
    server, targets = Server(), Targets()
    looks = await asyncio.gather(*(targets.look(URL, server.fetch, online) for _ in range(5)))
    assert len(server.asked) == 1
    assert {look.outcome for look in looks} == {Outcome.GONE}
    assert server.asked[0].method == "GET" and not server.asked[0].body_wanted


async def test_one_request_at_a_time_per_host() -> None:
    server, targets = Server(), Targets()
    urls = [f"http://b.gov.cn/{n}" for n in range(6)]
    await asyncio.gather(*(targets.look(url, server.fetch, online) for url in urls))
    assert len(server.asked) == 6
    assert server.most == 1


async def test_several_hosts_at_once() -> None:
    server, targets = Server(), Targets()
    urls = [f"http://h{n}.gov.cn/" for n in range(6)]
    await asyncio.gather(*(targets.look(url, server.fetch, online) for url in urls))
    assert server.most > 1


async def test_the_second_look_is_fresh_and_later() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    at = datetime(2026, 11, 20, tzinfo=UTC)
    server = Server()
    targets = Targets(again_after=20.0, now=lambda: at + timedelta(seconds=5 * len(slept)), sleep=sleep)
    await targets.look(URL, server.fetch, online)
    await targets.look(URL, server.fetch, online, again=True)
    await targets.look(URL, server.fetch, online, again=True)
    assert [request.fresh for request in server.asked] == [False, True]
    assert slept == [20.0]


async def test_what_the_store_knows_is_not_asked_again() -> None:
    server, kept = Server(), Kept()
    store: TargetStore = kept
    first = Targets(store, "s", again_after=0, settle_after=0)
    await first.look(URL, server.fetch, online)
    await first.look(URL, server.fetch, online, again=True)
    await first.flush()
    second = Targets(store, "s")
    assert (await second.look(URL, server.fetch, online)).status == 404
    assert (await second.look(URL, server.fetch, online, again=True)).status == 404
    assert len(server.asked) == 2


async def test_the_real_store_keeps_both_looks(tmp_path: Path) -> None:
    async with await Store.open(f"sqlite:///{tmp_path}/t.db") as store:
        sweep = await store.create_sweep(plan("a"))
        server = Server()
        targets = Targets(store, sweep.id, again_after=0, settle_after=0)
        await targets.look(URL, server.fetch, online)
        await targets.look(URL, server.fetch, online, again=True)
        await targets.flush()
        looks = (await store.target_looks(sweep.id, [URL]))[URL]
        assert Look.model_validate_json(looks.first or "").outcome is Outcome.GONE
        assert Look.model_validate_json(looks.second or "").outcome is Outcome.GONE
        again = Targets(store, sweep.id)
        await again.look(URL, server.fetch, online)
        assert len(server.asked) == 2


def html(body: str, url: str = URL, kind: str = "text/html; charset=utf-8") -> Look:
    return look_of(Fetched(url, url, Outcome.OK, 200, {"content-type": kind}, body.encode()))


def test_a_page_that_repeats_the_address_has_one_fingerprint() -> None:
    pages = [
        html(f"<html><title>提示</title><body>您访问的 /{n}/x{n}.html 不存在，{n} 秒后返回</body></html>",
             f"http://b.gov.cn/{n}/x{n}.html")
        for n in (11, 23)
    ]  # fmt: skip
    assert pages[0].print == pages[1].print != ""
    assert html("<html><body>另一篇文章</body></html>").print != pages[0].print


def test_a_page_cut_at_its_cap_has_no_fingerprint() -> None:
    assert html("<html><body>" + "x" * 64_000).print == ""


def test_what_word_saves_as_html_is_a_document() -> None:
    word = '<html xmlns:o="urn:schemas-microsoft-com:office:office"><body>表</body></html>'
    assert not html(word).html
    assert html("<!DOCTYPE html><html><body>页</body></html>").html
    assert not html("%PDF-1.4 …").html


def test_a_page_that_sends_on_says_where() -> None:
    page = '<html><head><meta http-equiv="refresh" content="0;url=/index.html"></head><body></body></html>'
    assert html(page).sends_on == "http://b.gov.cn/index.html"


def test_fingerprint_folds_numbers_and_spaces() -> None:
    assert fingerprint("a", "共 3 条") == fingerprint("a", "共25条")
    assert fingerprint("a", "b") != fingerprint("a", "c")
