"""The review list of external hosts says what is new since the last complete sweep that saw the unit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from probes.tamper import HOSTS
from reports.observed import observed_view
from storage.repo import Store
from sweep.change.review_hosts import CHECK, with_new_hosts
from tests.storage.samples import plan

PACK = "jilin-2021"


def line(unit: str, hosts: Mapping[str, int] | None) -> dict[str, Any]:
    observed = {} if hosts is None else {"external_hosts": dict(hosts)}
    return {"unit": unit, "check": CHECK, "population": 3, "observed": observed}


async def sweep(store: Store, *lines: dict[str, Any], key: str = "k", done: bool = True) -> list[Any]:
    """A sweep with these results; what its report would be told of new hosts."""
    row = await store.create_sweep(plan("a", "b", key=key))
    for one in lines:
        await store.replace_results(row.id, one["unit"], PACK, [one])
    if done:
        await store.finish(row.id)
    told = await with_new_hosts(store, row, await store.results(row.id, PACK))
    return [one["observed"].get("new_hosts") for one in told]


async def test_new_hosts_since_the_last_sweep(tmp_path: Path) -> None:
    async with await Store.open(f"sqlite:///{tmp_path}/hosts.db") as store:
        first = await sweep(store, line("a", {"old.example.com": 2}), line("b", {"b.example.com": 1}))
        assert first == [None, None]
        # An abandoned sweep and one that could not read the unit tell nothing.
        await sweep(store, line("a", {"odd.example.com": 1}), done=False)
        await sweep(store, line("a", None), line("b", {}))
        told = await sweep(
            store,
            line("a", {"old.example.com": 2, "shop.example.com": 1}),
            line("b", {"c.example.com": 1, "b.example.com": 1}),
        )
        assert told == [["shop.example.com"], ["b.example.com", "c.example.com"]]
        assert await sweep(store, line("a", {"shop.example.com": 1})) == [[]]


async def test_a_list_that_was_cut_tells_nothing(tmp_path: Path) -> None:
    async with await Store.open(f"sqlite:///{tmp_path}/hosts.db") as store:
        await sweep(store, line("a", {f"h{number}.example.com": 1 for number in range(HOSTS)}))
        assert await sweep(store, line("a", {"new.example.com": 1})) == [None]


def test_the_report_names_them() -> None:
    view = observed_view("new_hosts", ["shop.example.com"])
    assert (view.label, view.text) == ("其中上次巡检没有的外部网站", "shop.example.com")
    assert observed_view("new_hosts", []).text == "无"
