from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from bench.scoring import copied
from crawler.model import Period, Role, Unit, UnitKind
from storage.repo import Store
from storage.values import SweepPlan
from tests.storage.samples import candidate, facts, visit

UNITS = (
    Unit(id="a", name="某县", kind=UnitKind.COUNTY, portal="http://www.a.gov.cn/"),
    Unit(id="b", name="某局", kind=UnitKind.DEPARTMENT, portal="http://b.a.gov.cn/", parent="a"),
)


async def test_copies_stand_beside_what_was_copied(tmp_path: Path) -> None:
    """Each under a name, a parent and hosts of its own, with all that was stored of it."""
    path = tmp_path / "one.db"
    async with await Store.open(f"sqlite:///{path}") as store:
        year = Period(start=date(2026, 1, 1), end=date(2026, 12, 31))
        sweep = await store.create_sweep(SweepPlan(key="k", as_of=year.end, period=year, units=UNITS))
        for unit in UNITS:
            mine, home = await store.unit(sweep.id, unit.id), unit.portal
            await mine.add([candidate("home", 0, url=home, role=Role.HOME)])
            told = {"footer": json.dumps({"home": home})}
            await mine.save([visit("home", facts=facts("home", url=home), evidence=told)])
            await mine.save_gathered("links", json.dumps({"asked": home}))
    copied(path, 5)
    async with await Store.open(f"sqlite:///{path}") as store:
        units = [row.unit for row in await store.units(sweep.id)]
        assert [unit.id for unit in units] == ["a", "b", "a-1", "b-1", "a-2"]
        assert [unit.parent for unit in units] == [None, "a", None, "a-1", None]
        for unit in units:
            mine = await store.unit(sweep.id, unit.id)
            assert await mine.evidence("footer") == [(unit.portal, json.dumps({"home": unit.portal}))]
            assert json.loads(await mine.gathered("links") or "") == {"asked": unit.portal}
            assert len(await mine.attempts()) == 1
    assert units[3].portal == "http://b.a-1.gov.cn/"
