"""Exceptions and answers on a stored sweep: results keep what was found, scores follow what people said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from storage.repo import Store
from sweep import commands
from sweep.given.plan import plan
from sweep.given.seeds import parse_seeds
from sweep.night.run import RunOptions, run_sweep
from tests.sweep.cities import AS_OF, QUICK

# Nobody listens on port 1; what needs only the DNS is judged all the same.
SEEDS = """version: 1
units: [{id: a, name: 某县人民政府, kind: county, portal: "http://portal.example.com:1/", rate: 0}]
hosts: {portal.example.com: [127.0.0.1]}
"""
ENTRY = "{unit: a, check: ipv6.aaaa, reason: 改造排期中, author: 张三, proof: 市政数函1号, until: %s}"


async def swept(tmp_path: Path) -> str:
    db = f"sqlite:///{tmp_path}/a.db"
    async with await Store.open(db) as store:
        await run_sweep(plan(parse_seeds(SEEDS, "a"), as_of=AS_OF), store, RunOptions(db=db, timing=QUICK))
    return db


async def exported(db: str, what: commands.What) -> list[dict[str, Any]]:
    data = await commands.export(db, "latest", what, None, commands.Format.JSONL, False, None)
    return [json.loads(line) for line in data.decode().splitlines()]


def written(tmp_path: Path, until: str) -> Path:
    path = tmp_path / "exceptions.yaml"
    path.write_text(f"version: 1\nexceptions:\n  - {ENTRY % until}\n", "utf-8")
    return path


async def test_explained_faults_stay_in_the_results(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    db = await swept(tmp_path)

    def aaaa(lines: list[dict[str, Any]]) -> dict[str, Any]:
        return next(line for line in lines if line["check"] == "ipv6.aaaa")

    before = aaaa(await exported(db, commands.What.RESULTS))
    outcome = await commands.score(db, "latest", (), written(tmp_path, "2026-12-31"))
    after = aaaa(await exported(db, commands.What.RESULTS))
    assert (after["verdict"], after["defects"], after["explained"]) == ("fail", 1, 1)
    (finding,) = after["findings"]
    assert finding.pop("explained") == {
        "reason": "改造排期中",
        "author": "张三",
        "proof": "市政数函1号",
        "until": "2026-12-31",
    }
    assert {**after, "explained": None} == {**before, "explained": None}
    assert not outcome.fails("ipv6.aaaa")
    assert (await commands.score(db, "latest", ())).fails("ipv6.aaaa") is False, "kept with the sweep"
    assert (await commands.score(db, "latest", (), written(tmp_path, "2026-01-31"))).fails("ipv6.aaaa")
    assert "已于 2026-01-31 到期" in capsys.readouterr().err
