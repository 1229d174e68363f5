"""`check` judges by the national pack as well, from the store; that pack also works alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from rules.load import load
from storage.repo import Store
from sweep.publish import VETO_PACK, judge_vetoes, print_unit_check, report_data
from tests.sweep.cities import canonical, serve, sweep


async def test_vetoes_beside_the_chosen_pack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    db = f"sqlite:///{tmp_path}/veto.db"
    async with serve() as city:
        await sweep(city.seeds("lutou"), db)
    before = await canonical(db)
    pack = load("jilin-2021")
    async with await Store.open(db) as store:
        row = await store.get("latest")
        units = [unit.unit for unit in await store.units(row.id)]
        assert not (await report_data(store, row, pack)).units[0].vetoes
        await judge_vetoes(store, row, units, [pack])
        (scored,) = await store.scores(row.id, VETO_PACK)
        (shown,) = (await report_data(store, row, pack)).units
        await print_unit_check(store, row, pack)
    assert await canonical(db) == before
    assert [veto.code for veto in shown.vetoes] == [f"N-V{number}" for number in range(1, 10)]
    assert {veto.code: veto.state for veto in shown.vetoes} == {
        veto["code"]: veto["state"] for veto in scored["vetoes"]
    }
    assert (scored["score"], scored["rank"]) == (None, None)
    assert "国家检查指标：否决项与预警" in capsys.readouterr().out
