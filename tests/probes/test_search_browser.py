"""The search in a real browser: the search page is a shell, or the field has no form."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence

import pytest

from crawler.browser.browser import Browser
from crawler.browser.browsing import UnitBrowser
from crawler.browser.chromium import find_chromium
from crawler.keeping.patience import PatientNet
from demo.server import Answer, Asked, redirect
from probes.base import Verdict
from tests.probes.searchsite import (
    FILLED_SHELL,
    HOME,
    SearchSite,
    json_answer,
    quoted,
    site_with,
    value,
    whole,
)


async def in_browser(site: SearchSite) -> tuple[Verdict, str | None, Sequence[str]]:
    async with site.net() as net, Browser(net._gate) as browser:  # type: ignore[arg-type]
        patient = PatientNet(net._gate, browser=UnitBrowser(browser))
        async with asyncio.timeout(200):
            result = await site.judged_by(patient)
    return result.verdict, result.reason, [one.get("state", "") for one in result.observed["sample"]]


def api(asked: Asked) -> Answer:
    return json_answer([list(hit) for hit in whole(value(asked, "q"))])


SCRIPTED_BOX = """<input id="keyword" placeholder="请输入搜索关键字">
<a href="javascript:;" onclick="go()">搜索</a>
<script>function go() {{ {go} }}</script>"""
GO = {
    "a new window": "window.open('/result?q=' + encodeURIComponent(keyword.value))",
    "a frame": "document.body.insertAdjacentHTML('beforeend', '<iframe src=\"/result?q='"
    " + encodeURIComponent(keyword.value) + '\"></iframe>')",
}


@pytest.mark.browser
@pytest.mark.skipif(find_chromium(os.environ) is None, reason="no Chromium on this machine")
@pytest.mark.parametrize("where", list(GO))
async def test_the_browser_types_and_reads_the_answer(where: str) -> None:
    box = SCRIPTED_BOX.format(go=GO[where])
    site = site_with(lambda asked: Answer(FILLED_SHELL.encode()), box, "/result")
    site.portal.pages["/api/s"] = api
    assert await in_browser(site) == (Verdict.PASS, None, ["address"] * 4)


ODD_BOX = """<input id="keyword" value="请输入搜索内容" onfocus="value = ''"><ul id="out"></ul>
<script>
const row = (x) => '<li><a href="' + x[1] + '">' + x[0] + '</a></li>';
const put = (rows) => { out.innerHTML = rows.map(row).join(''); };
const ask = () => fetch('/api/p', { method: 'POST', body: keyword.value }).then(r => r.json()).then(put);
keyword.oninput = () => setTimeout(() => fetch('/api/hint'), 300);
keyword.onkeydown = (event) => {
  if (event.key === 'Enter') { out.innerHTML = '正在加载…'; setTimeout(ask, 1000); }
};
</script>"""


@pytest.mark.browser
@pytest.mark.skipif(find_chromium(os.environ) is None, reason="no Chromium on this machine")
async def test_a_field_that_suggests_loads_late_and_answers_in_place_is_read() -> None:
    site = SearchSite(home=HOME.format(box=ODD_BOX))
    site.portal.pages["/api/hint"] = json_answer(["热词"])

    def answer(asked: Asked) -> Answer:
        found = whole(asked.body.decode())
        return json_answer(
            [(f"<em>{title[:4]}</em>{title[4:]}", f"/go?to={quoted(path)}") for title, path in found]
        )

    site.portal.pages["/api/p"] = answer
    site.portal.pages["/go"] = lambda asked: redirect(value(asked, "to"))
    assert await in_browser(site) == (Verdict.PASS, None, ["title"] * 4)


@pytest.mark.browser
@pytest.mark.skipif(find_chromium(os.environ) is None, reason="no Chromium on this machine")
async def test_an_engine_that_finds_everything_proves_nothing_in_the_browser_either() -> None:
    site = site_with(lambda asked: Answer(FILLED_SHELL.encode()))
    site.portal.pages["/api/s"] = lambda asked: json_answer([[value(asked, "q"), "/news/1.html"]])
    verdict, reason, states = await in_browser(site)
    assert (verdict, reason, set(states)) == (Verdict.FAIL, None, {"title"})


@pytest.mark.browser
@pytest.mark.skipif(find_chromium(os.environ) is None, reason="no Chromium on this machine")
async def test_nothing_found_in_the_browser_fails() -> None:
    site = site_with(lambda asked: Answer(FILLED_SHELL.encode()))
    site.portal.pages["/api/s"] = lambda asked: json_answer([])
    verdict, reason, states = await in_browser(site)
    assert (verdict, reason, set(states)) == (Verdict.FAIL, None, {"missed"})
