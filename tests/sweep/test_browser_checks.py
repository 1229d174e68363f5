"""A sweep with a browser and without: what it finds, what it keeps as proof, and that nothing is lost."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from crawler.browser.chromium import VARIABLE, find_chromium
from storage.repo import Store
from tests.sweep.cities import serve, sweep

EFFECTS = {"a11y.font", "a11y.colour", "a11y.guide_line", "a11y.voice", "a11y.special_view"}
browser = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium(os.environ) is None, reason="no Chromium on this machine"),
]


async def results(folder: Path, *units: str) -> dict[tuple[str, str], dict[str, Any]]:
    db = f"sqlite:///{folder}/sweep.db"
    async with serve() as served:
        await sweep(served.seeds(*units, max_pages=6), db)
    async with await Store.open(db) as store:
        row = await store.get("latest")
        return {(line["unit"], line["check"]): line for line in await store.results(row.id, "jilin-2021")}


@pytest.mark.parametrize("unit", [pytest.param("gaoxin", marks=browser)])
async def test_a_fake_tool_bar_fails_with_pictures(tmp_path: Path, unit: str) -> None:
    lines = await results(tmp_path, unit)
    assert {check: lines[unit, check]["verdict"] for check in EFFECTS} == dict.fromkeys(EFFECTS, "fail")
    for check in EFFECTS:
        (finding,) = lines[unit, check]["findings"]
        pictures = [proof["ref"] for proof in finding["evidence"] if proof["kind"] == "screenshot"]
        assert pictures and all((tmp_path / ref).stat().st_size for ref in pictures)
        assert finding["expected"] and finding["found"] and finding["advice"]
    assert lines[unit, "site.display"]["verdict"] == "pass"
    assert "places" in lines[unit, "a11y.wcag"]["observed"]


@pytest.mark.parametrize("unit", [pytest.param("yangguang", marks=browser)])
async def test_a_working_tool_bar_passes(tmp_path: Path, unit: str) -> None:
    lines = await results(tmp_path, unit)
    assert {check: lines[unit, check]["verdict"] for check in EFFECTS} == dict.fromkeys(EFFECTS, "pass")


async def test_without_a_browser_nothing_is_accused(tmp_path: Path) -> None:
    assert os.environ[VARIABLE] == "/nonexistent/chromium"
    lines = await results(tmp_path, "gaoxin")
    for check in (*EFFECTS, "a11y.wcag", "site.display"):
        assert (lines["gaoxin", check]["verdict"], lines["gaoxin", check]["reason"]) == (
            "unknown",
            "browser_missing",
        )
