"""Three sweeps of a city that changes: what is new, fixed and back, in words and as JSON."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from demo.server import Answer, Asked
from storage.repo import Store
from storage.values import SweepRow
from sweep.change.diff import Diff, diff, to_json, to_text
from sweep.errors import SweepError
from sweep.proof.archive import Keep
from tests.sweep.archived import HOST, PACK, change_host, database, swept
from tests.sweep.cities import serve

UNSAFE = "http://192.168.10.5/oa/login"


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with await Store.open(database(tmp_path)) as opened:
        yield opened


def changed(asked: Asked, answer: Answer) -> Answer:
    """The record number is gone, and so is a link into the intranet."""
    body = answer.body.replace("ICP备".encode(), "IC备".encode()).replace(UNSAFE.encode(), b"/")
    return replace(answer, body=body)


async def three(store: Store) -> list[SweepRow]:
    async with serve() as city:
        usual = city.city.hosts[HOST]
        first = await swept(city, store, Keep.CITED)
        change_host(city, changed)
        second = await swept(city, store, Keep.CITED)
        city.city.hosts[HOST] = usual
        return [first, second, await swept(city, store, Keep.CITED)]


def states(found: Diff, check: str) -> dict[str, tuple[str, str | None]]:
    return {
        change.place: (change.state, change.cause)
        for change in found.comparison.findings
        if change.check == check
    }


async def test_what_came_went_and_came_back(store: Store) -> None:
    first, second, third = await three(store)
    there = await diff(store, second.id, first.id)  # in either order
    assert (there.old.id, there.new.id) == (first.id, second.id)
    assert {(c.check, c.before, c.after, c.cause) for c in there.comparison.changes} >= {
        ("footer.icp", "pass", "fail", "site")
    }
    assert list(states(there, "footer.icp").values()) == [("new", "site")]
    assert states(there, "links.unsafe")[UNSAFE] == ("fixed", "site")
    assert {state for state, _ in states(there, "columns.empty").values()} == {"lasting"}
    back = await diff(store, second.id, "latest")
    assert list(states(back, "footer.icp").values()) == [("fixed", "site")]
    assert states(back, "links.unsafe")[UNSAFE] == ("returned", "site")
    still = await diff(store, first.id, third.id)
    assert list(still.comparison.changes) == []
    assert {change.state for change in still.comparison.findings} == {"lasting"}

    text = to_text(there)
    assert "【网站变化】" in text and "（footer.icp）：通过 → 不通过" in text and "规则变化" not in text
    assert "已解决：" in text and UNSAFE in text
    told = json.loads(json.dumps(to_json(there), ensure_ascii=False))
    assert told["from"] == first.id and told["pack_hash"][0] == told["pack_hash"][1]
    assert {
        "unit": "gaoxin",
        "check": "footer.icp",
        "from": "pass",
        "to": "fail",
        "cause": "site",
        "reason": None,
    } in told["changes"]
    assert any(entry["place"] == UNSAFE and entry["state"] == "fixed" for entry in told["findings"])
    with pytest.raises(SweepError, match="没有按同一个指标包判定过"):
        await diff(store, first.id, second.id, "other")
    changes = [change.cause for change in there.comparison.changes]
    assert set(changes) <= {"site", "coverage"}
    assert await store.judged_packs(first.id) == [PACK]
