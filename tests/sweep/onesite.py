"""One unit on a small server, swept in virtual time: what is said of it?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler.model import PageFacts
from demo.server import Answer, Host, Server
from storage.repo import Store
from sweep.given.plan import plan
from sweep.given.seeds import parse_seeds
from sweep.night.run import RunOptions, run_sweep
from sweep.publish import VETO_PACK, judge_vetoes
from tests.sweep.cities import AS_OF
from tests.sweep.hurry import run

PORTAL = "www.lufeng.gov.cn"
NAME = "陆丰市人民政府"
CANARY = "canary.example.cn"


@dataclass(frozen=True, slots=True)
class Told:
    """The results of one sweep by check, the state of the portal, and the pages visited."""

    results: Mapping[str, dict[str, Any]]
    state: Mapping[str, Any]
    pages: tuple[PageFacts, ...]
    vetoes: Mapping[str, dict[str, Any]]

    @property
    def faults(self) -> set[str]:
        return {check for check, line in self.results.items() if line["verdict"] == "fail"}

    def reason(self, check: str) -> tuple[str, str | None]:
        line = self.results[check]
        return line["verdict"], line["reason"]


def html(body: str, title: str = "", status: int = 200, head: str = "") -> Answer:
    text = f"<!DOCTYPE html><html><head><meta charset=utf-8><title>{title}</title>{head}</head><body>{body}"
    return Answer(text.encode(), status)


Before = Callable[[Store, str], Awaitable[None]]


async def nothing(store: Store, url: str) -> None:
    """Done before the sweep."""


async def sweep_site(
    hosts: Mapping[str, Host], db: Path, portal: str = "/", before: Before = nothing, **unit: Any
) -> Told:
    """One sweep of the unit whose portal is `portal` on PORTAL; the port replaces @PORT@."""
    served = {CANARY: Host({"/": html("在线")}), **hosts}
    async with Server(served).running() as port:
        return await sweep_at(port, served, db, portal, before, **unit)


async def sweep_at(
    port: int, names: Iterable[str], db: Path, portal: str = "/", before: Before = nothing, **unit: Any
) -> Told:
    """The same, where the hosts of these names are served on the port already."""
    url = portal if "//" in portal else f"http://{PORTAL}:{port}{portal}"
    entry = {
        "id": "lufeng", "name": NAME, "kind": "county", "portal": url,
        "resolve": {PORTAL: ["127.0.0.1"]}, **unit,
    }  # fmt: skip
    seeds = {
        "version": 1, "rules": ["jilin-2021"], "canaries": [f"http://{CANARY}:{port}/"],
        "defaults": {"rate": 0, "max_pages": 60}, "units": [entry],
        "hosts": {name: ["127.0.0.1"] for name in names if name not in entry["resolve"]},
    }  # fmt: skip
    chosen = plan(
        parse_seeds(yaml.safe_dump(seeds).replace("@PORT@", str(port)), "test"), as_of=AS_OF, seed=1
    )
    where = f"sqlite:///{db}"
    async with await Store.open(where) as store:
        await before(store, url.replace("@PORT@", str(port)))
        row = await run_sweep(chosen, store, RunOptions(db=where, new=True))
        await judge_vetoes(store, row, chosen.seeds.units, chosen.packs)
        (national,) = await store.scores(row.id, VETO_PACK)
        mine = await store.unit(row.id, "lufeng")
        return Told(
            {line["check"]: line for line in await store.results(row.id, "jilin-2021")},
            await mine.state() or {},
            tuple(await mine.facts()),
            {veto["code"]: veto for veto in national["vetoes"]},
        )


def told_of(
    hosts: Mapping[str, Host],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    portal: str = "/",
    before: Before = nothing,
    **unit: Any,
) -> Told:
    return run(lambda: sweep_site(hosts, tmp_path / "one.db", portal, before, **unit), monkeypatch)
