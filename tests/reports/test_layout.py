"""In a browser: no overflow on a phone, nothing asked of the network, all faults on paper."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from reports.html import write_html
from reports.model import ReportData

CHROMIUM = os.environ.get("SUNSWEEP_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
HIDDEN = "[...document.querySelectorAll('.fault')].filter(e => !e.checkVisibility()).length"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield opened
        opened.close()


@pytest.mark.parametrize("width", [390, 1366])
def test_no_page_is_wider_than_the_screen_or_asks_the_network(
    city: Any, tmp_path: Path, browser: Browser, width: int
) -> None:
    long = "https://port.linhai.gov.cn/" + "a" * 600
    for line in city.results:
        for finding in line["findings"][:1]:
            finding |= {"url": long, "subject": long, "found": "无" * 400}
    report = city.report()
    write_html(report, tmp_path)
    page = browser.new_page(viewport={"width": width, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for name in ("index.html", "units/port.html", "units/archive.html"):
        page.goto((tmp_path / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    page.close()

    assert all(url.startswith("file:") for url in asked)


def test_paper_shows_what_the_screen_folds(report: ReportData, tmp_path: Path, browser: Browser) -> None:
    unit = next(
        unit for unit in report.units for item in unit.lost for check in item.blamed if check.defects > 20
    )
    write_html(report, tmp_path)
    page = browser.new_page()
    page.goto((tmp_path / unit.file).as_uri())
    folded = page.evaluate(HIDDEN)
    page.emulate_media(media="print")
    missing = page.evaluate(HIDDEN)
    page.close()

    assert folded > 0
    assert missing == 0
