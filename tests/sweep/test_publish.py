"""A report can be made of whatever a sweep has stored."""

from __future__ import annotations

from pathlib import Path

from crawler.browser.escalate import Renders, Why
from rules.load import load
from storage.repo import Store
from sweep.publish import report_data
from sweep.verdicts.evidence import RENDER
from tests.sweep.cities import serve, sweep


async def test_the_report_says_why_pages_were_rendered(tmp_path: Path) -> None:
    db = f"sqlite:///{tmp_path}/render.db"
    async with serve() as city:
        await sweep(city.seeds("lutou"), db)
    async with await Store.open(db) as store:
        row = await store.get("latest")
        renders = Renders(pages={f"http://www.a.gov.cn/{why}/": why for why in Why})
        await (await store.unit(row.id, "lutou")).save_gathered(RENDER, renders.model_dump_json())
        rendered = (await report_data(store, row, load("jilin-2021"))).sweep.rendered
    assert {number for _, number in rendered} == {1}
    assert len({words for words, _ in rendered}) == len(Why)
