"""A city that fights back: walls of every status, errors and cut answers, our own network lost in mid-sweep.

Whatever happens, no unit may be told a fault that is not in the truth of the undisturbed city.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from demo.city import City
from demo.server import Answer, Asked, Handler, Host
from demo.truth import Truth
from storage.repo import Store
from tests.sweep.cities import Served, serve, sweep

UNITS = ("yangguang", "sjyj", "minghu", "gaoxin")
HOSTS = ("www.yangguang.gov.cn", "www.minghu.gov.cn", "www.yggxq.com.cn")

RIVER = b"<html><head><script>$_ts=window['$_ts'];if(!$_ts)$_ts={};</script></head><body></body></html>"
JIASULE = b"<script>document.cookie='__jsl_clearance=1;path=/';location.href=location.pathname</script>"
CLOUD = (
    "<html><title>拒绝执行 | 网站云防护系统</title><body>访问被拦截，网站云防护系统</body></html>".encode()
)
WALLS = (
    Answer(RIVER, 412),
    Answer(RIVER, 202),
    Answer(JIASULE, 521),
    Answer(CLOUD, 403),
    Answer(CLOUD, 404),
    Answer(CLOUD, 200),
)


def disturb(city: City, change: Callable[[Asked, Answer], Answer]) -> None:
    """Put `change` before every page of the units' hosts."""
    for name in HOSTS:
        host = city.hosts[name]
        find = host.find
        city.hosts[name] = _Disturbed(find, change)


class _Disturbed(Host):
    """A host whose answers pass through a change."""

    def __init__(self, find: Handler, change: Callable[[Asked, Answer], Answer]) -> None:
        super().__init__()
        self._find, self._change = find, change

    def find(self, asked: Asked) -> Answer:
        found = self._find(asked)
        return self._change(asked, found if isinstance(found, Answer) else found(asked))


def closed(seed: int) -> Callable[[Asked, Answer], Answer]:
    """A maintenance day: whatever is asked, the home page too."""
    return lambda asked, answer: Answer(MAINTENANCE)


def behind(seed: int) -> Callable[[Asked, Answer], Answer]:
    """Everything behind a wall that answers 200."""
    return lambda asked, answer: Answer(CLOUD, 200)


def drawn(asked: Asked, seed: int, share: float) -> bool:
    """The same draw for a page however often it is asked; home pages and robots.txt are spared."""
    if asked.path in ("/", "/sjyj/", "/robots.txt"):
        return False
    return random.Random(f"{seed} {asked.host} {asked.path}").random() < share


def walled(seed: int) -> Callable[[Asked, Answer], Answer]:
    def change(asked: Asked, answer: Answer) -> Answer:
        if not drawn(asked, seed, 0.3):
            return answer
        return random.Random(f"wall {asked.host} {asked.path}").choice(WALLS)

    return change


def broken(seed: int) -> Callable[[Asked, Answer], Answer]:
    """Never the page: errors and cut connections, for the same pages always. No 503: it slows the host."""

    def change(asked: Asked, answer: Answer) -> Answer:
        if not drawn(asked, seed, 0.1):
            return answer
        return random.Random(f"broken {asked.path}").choice(
            (Answer(b"error", 500), Answer(b"error", 502), replace(answer, reset=True))
        )

    return change


MAINTENANCE = "<html><title>系统维护</title><body>网站升级维护中，请稍后访问</body></html>".encode()


def maintenance(seed: int) -> Callable[[Asked, Answer], Answer]:
    def change(asked: Asked, answer: Answer) -> Answer:
        return Answer(MAINTENANCE) if drawn(asked, seed, 0.3) else answer

    return change


def outage(seed: int) -> Callable[[Asked, Answer], Answer]:
    """Some requests in, everything is cut for a second, the canary too: our own network."""
    asked_so_far = 0
    until = 0.0

    def change(asked: Asked, answer: Answer) -> Answer:
        nonlocal asked_so_far, until
        now = asyncio.get_running_loop().time()
        asked_so_far += 1
        if asked_so_far == 40 + seed:
            until = now + 1.0
        return replace(answer, reset=True) if now < until else answer

    return change


def accusations(results: list[dict[str, Any]], truth: list[Truth]) -> list[str]:
    """Faults told that the truth does not know."""
    known = {(entry.unit, entry.check): entry for entry in truth}
    wrong = []
    for line in results:
        entry = known[line["unit"], line["check"]]
        if line["verdict"] != "fail" or not entry.firm:
            continue
        subjects = {finding["subject"] for finding in line["findings"]}
        told = set(entry.subjects) | set(entry.among)
        if entry.verdict != "fail" or (told and not subjects <= told):
            wrong.append(f"{line['unit']} {line['check']}: {sorted(subjects - told)[:4]}")
    return wrong


async def results_of(city: Served, db: str) -> list[dict[str, Any]]:
    await sweep(city.seeds(*UNITS), db)
    async with await Store.open(db) as store:
        row = await store.get("latest")
        return await store.results(row.id, "jilin-2021")


SEEDS = range(1, int(os.environ.get("SUNSWEEP_TEST_SEEDS", "1")) + 1)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("trouble", [walled, broken, maintenance, outage, closed, behind])
async def test_nobody_is_accused_wrongly(
    trouble: Callable[[int], Callable[[Asked, Answer], Answer]], seed: int, tmp_path: Path
) -> None:
    async with serve() as city:
        change = trouble(seed)
        disturb(city.city, change)
        if trouble is outage:
            canary = city.city.hosts["canary.example.cn"]
            city.city.hosts["canary.example.cn"] = _Disturbed(canary.find, change)
        results = await results_of(city, f"sqlite:///{tmp_path}/hostile.db")
        truth = city.city.truth_at(city.port)
    assert len(results) > 400
    wrong = accusations(results, truth)
    assert not wrong, "\n".join(wrong)
