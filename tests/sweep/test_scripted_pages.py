"""Pages that only a browser can show, in whole sweeps with real Chromium: what is learnt, what stays open."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler.browser.chromium import VARIABLE, find_chromium
from crawler.browser.escalate import Why, budget
from crawler.browser.tab import Trouble
from sweep.canonical import canonical_lines
from sweep.night.stages import WALLED_PAGES
from tests.sweep.scripted import Swept, serve, swept

browser = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium(os.environ) is None, reason="no Chromium on this machine"),
]
real_browser = pytest.mark.parametrize("means", [pytest.param("Chromium", marks=browser)])
FOOTER = [f"footer.{name}" for name in ("site_code", "icp", "police", "sponsor", "contact")]


def paths(urls: Mapping[str, Why]) -> dict[str, Why]:
    return {urlsplit(url).path: why for url, why in urls.items()}


@real_browser
async def test_what_scripts_fill_is_read_and_what_they_leave_empty_is_told(
    tmp_path: Path, means: str
) -> None:
    async with serve("scripted") as seeds:
        made = await swept(tmp_path, seeds)
    seen = made.renders["scripted"]
    assert paths(seen.pages) == {"/": Why.HOME, "/xmgg/": Why.ROWS, "/rsxx/": Why.ROWS}
    assert paths(seen.in_vain) == {"/sj/tj/": Why.ROWS}  # and no look at its sibling /sj/cz/
    assert (seen.left, seen.trouble) == (1, None)
    empty = made.lines["scripted", "columns.empty"]
    assert (empty["verdict"], empty["population"], empty["tested"]) == ("fail", 7, 5)
    assert [urlsplit(finding["subject"]).path for finding in empty["findings"]] == ["/rsxx/"]
    assert {urlsplit(url).path for url in empty["observed"]["needs_browser"]} == {"/sj/tj/", "/sj/cz/"}
    assert {made.told("scripted", check) for check in FOOTER} == {("pass", None)}


@real_browser
async def test_columns_over_the_cap_stay_open_for_want_of_budget(tmp_path: Path, means: str) -> None:
    async with serve("crowded") as seeds:
        made = await swept(tmp_path, seeds)
    seen = made.renders["crowded"]
    assert (len(seen.pages), set(seen.pages.values()), seen.left) == (budget(26), {Why.ROWS}, 25 - budget(26))
    assert made.told("crowded", "columns.empty") == ("unknown", "budget")
    assert made.lines["crowded", "columns.empty"]["tested"] == budget(26)


@real_browser
async def test_a_wall_that_a_browser_passes_hides_no_column(tmp_path: Path, means: str) -> None:
    async with serve("gated") as seeds:
        made = await swept(tmp_path, seeds)
    assert paths(made.renders["gated"].pages) == {"/tzgg/": Why.CHALLENGE}
    empty = made.lines["gated", "columns.empty"]
    assert (empty["verdict"], empty["population"], empty["tested"]) == ("pass", 3, 3)


@real_browser
async def test_a_portal_behind_a_wall_is_judged_as_far_as_it_was_seen(tmp_path: Path, means: str) -> None:
    async with serve("walled") as seeds:
        made = await swept(tmp_path, seeds)
    seen = paths(made.renders["walled"].pages)
    assert (seen.pop("/"), set(seen.values())) == (Why.CHALLENGE, {Why.CHALLENGE})
    assert len(seen) == budget(WALLED_PAGES) - 1  # home is one of them
    assert made.told("walled", "site.reachable") == ("pass", None)
    assert {made.told("walled", check) for check in FOOTER} == {("pass", None)}
    assert made.told("walled", "footer.party_mark") == ("fail", None)  # seen on home, as everybody sees it
    for check in ("columns.empty", "links.home", "search.box", "a11y.entry", "section.guide"):
        assert made.told("walled", check) == ("unknown", "blocked")
    alone = ("footer.", "ipv6.aaaa", "meta.site", "a11y.wcag")
    assert all(check.startswith(alone) for _, check in failed(made))


async def test_a_portal_behind_a_wall_stays_blocked_without_a_browser(tmp_path: Path) -> None:
    async with serve("walled") as seeds:
        made = await swept(tmp_path, seeds)
    reasons = {check: made.told("walled", check) for check in (*FOOTER, "site.reachable", "columns.empty")}
    assert set(reasons.values()) == {("unknown", "blocked")}
    assert failed(made) == {("walled", "ipv6.aaaa")}


@real_browser
async def test_sweeps_with_a_browser_are_alike_and_without_one_no_point_is_lost(
    tmp_path: Path, means: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serve("scripted", "gated") as seeds:
        first, second = [await swept(tmp_path, seeds, name) for name in ("first", "second")]
        monkeypatch.setenv(VARIABLE, "/nonexistent/chromium")
        without = await swept(tmp_path, seeds, "without")
    assert canonical(first) == canonical(second)
    assert {one.trouble for one in without.renders.values()} == {Trouble.MISSING}
    assert without.told("scripted", "columns.empty") == ("unknown", "browser_missing")
    assert {without.told("scripted", check)[0] for check in FOOTER} == {"unknown"}
    assert failed(without) <= failed(first)
    assert lost(without).items() <= lost(first).items()


def canonical(made: Swept) -> list[str]:
    return [*canonical_lines(list(made.lines.values())), *canonical_lines(made.scores)]


def failed(made: Swept) -> set[tuple[str, str]]:
    return {key for key, line in made.lines.items() if line["verdict"] == "fail"}


def lost(made: Swept) -> dict[tuple[str, str], float]:
    """Points lost by unit and item."""
    items = [
        (line["unit"], item) for line in made.scores for item in line["items"] if item["state"] == "scored"
    ]
    return {
        (unit, item["code"]): item["points"] - item["earned"]
        for unit, item in items
        if item["earned"] < item["points"]
    }
