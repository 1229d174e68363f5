"""One hop outside the unit's pages: which guides and channels are opened, and what becomes of the answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import cast

import pytest

from crawler.browser.tab import Opened, Tab, Task, Trouble
from crawler.model import Outcome, PageFacts, PageKind, Period, Role, Unit, UnitKind
from probes import guide, interaction, on_request
from probes.base import Evidence, Seen, SweepContext
from tests.probes.tablenet import T, TableNet

GUIDE = (
    "<html><head><title>取水许可办事指南</title></head><body><p>设定依据：法</p><p>申请条件：无限制</p>"
    "<p>办理材料：申请书原件</p><p>办理流程：受理、办结</p><p>收费标准：不收费</p></body></html>"
)
ASKING = (
    "<html><head><title>依申请公开</title></head><body><div id='zoom'><p>申请人可以网上提交、信函邮寄、"
    "当面提交或者传真提出申请，申请表可以下载。</p><p>"
    + "受理机构自收到申请之日起二十个工作日内予以答复。" * 6
    + "</p></div></body></html>"
)


class OneHop(TableNet):
    """What is not listed comes too late; with `shown` there is a browser that shows those pages."""

    def __init__(self, pages: dict[str, str], shown: dict[str, str] | None = None) -> None:
        super().__init__(pages, otherwise=(Outcome.TOO_SLOW, None))
        self.shown = shown

    async def browse(self, task: Task[T], *, seconds: float = 120.0) -> T | Trouble:
        if self.shown is None:
            return Trouble.MISSING
        return await task(cast(Tab, OneTab(self.shown)))


class OneTab:
    """Shows one page, all scripts done."""

    def __init__(self, pages: dict[str, str]) -> None:
        self.pages = pages
        self.at = ""

    async def open(self, url: str) -> Opened:
        self.at = url
        return Opened(Outcome.OK, 200, url, settled=True)

    async def html(self, *, frame: int = 0) -> str:
        return self.pages[self.at]


def facts(url: str) -> PageFacts:
    return PageFacts(url, url, Role.OTHER, PageKind.OTHER, 1, Outcome.OK, 200)


def unit() -> Unit:
    return Unit(id="u", name="示例县", kind=UnitKind.COUNTY, portal="http://www.example.gov.cn/")


def context() -> SweepContext:
    return SweepContext(date(2026, 6, 30), Period(start=date(2026, 1, 1), end=date(2026, 12, 31)))


def guides(own: int, away: int) -> Evidence[guide.OnPage]:
    pages = [
        Seen(facts(f"http://www.example.gov.cn/{n}"), guide.OnPage(guide=guide.GuideSeen()))
        for n in range(own)
    ]
    links = tuple((f"第{n}项行政许可", f"http://zwfw.example.cn/item/{n}") for n in range(away))
    pages.append(Seen(facts("http://www.example.gov.cn/bsfw/"), guide.OnPage(away=links)))
    return Evidence(unit(), context(), pages=pages)


async def test_off_site_guides_fill_up_to_five() -> None:
    net = OneHop({f"http://zwfw.example.cn/item/{n}": GUIDE for n in range(9)})
    found = await guide.gather(guides(3, 9), net)
    assert len(net.asked) == 2
    assert all(item.guide is not None and "办理地点" in item.guide.lacking for item in found.opened)


async def test_five_own_guides_ask_nobody() -> None:
    net = OneHop({})
    assert await guide.gather(guides(5, 9), net) == guide.OffSite()
    assert net.asked == []


async def test_the_draw_is_the_same_for_one_seed() -> None:
    first, second = OneHop({}), OneHop({})
    assert await guide.gather(guides(2, 9), first) == await guide.gather(guides(2, 9), second)
    assert first.asked == second.asked


SHELL = "<html><body><div id=app></div></body></html>"


async def test_a_shell_without_a_browser_and_a_failure_are_no_guide() -> None:
    found = await guide.gather(guides(0, 2), OneHop({"http://zwfw.example.cn/item/0": SHELL}))
    assert [item.guide for item in found.opened] == [None, None]
    assert [item.why for item in found.opened] == [Trouble.MISSING, None]


async def test_a_shell_is_read_in_the_browser() -> None:
    url = "http://zwfw.example.cn/item/0"
    found = await guide.gather(guides(0, 1), OneHop({url: SHELL}, {url: GUIDE}))
    assert found.opened[0].guide is not None
    results = {r.check: r for r in guide.judge(replace(guides(0, 1), gathered=found), guide.Limits())}
    assert results["guide.elements"].verdict == "fail"
    assert results["guide.vague"].verdict == "pass"


async def test_what_a_missing_browser_hides_is_told_so() -> None:
    url = "http://zwfw.example.cn/item/0"
    found = await guide.gather(guides(0, 1), OneHop({url: SHELL}))
    results = list(guide.judge(replace(guides(0, 1), gathered=found), guide.Limits()))
    assert {result.reason for result in results} == {"browser_missing"}


async def test_the_parents_column_is_read_for_channels() -> None:
    url = "http://www.city.gov.cn/ysqgk/"
    seen = Seen(facts("http://www.example.gov.cn/"), on_request.OnPage(part="links", systems=(url,)))
    found = await on_request.gather(Evidence(unit(), context(), pages=[seen]), OneHop({url: ASKING}))
    page = found.opened[0].page
    assert page is not None
    assert {"ask.online", "ask.post", "ask.in_person", "ask.fax_or_mail"} <= set(page.facts)


async def test_ones_own_column_asks_nobody() -> None:
    net = OneHop({})
    seen = Seen(facts("http://www.example.gov.cn/ysqgk/"), on_request.OnPage(part="on_request"))
    assert await on_request.gather(Evidence(unit(), context(), pages=[seen]), net) == on_request.OffSite()
    assert net.asked == []


@pytest.mark.parametrize(
    ("asked", "answered", "hour", "days"),
    [
        (date(2026, 3, 2), date(2026, 3, 2), 9, 0),  # the same day
        (date(2026, 3, 2), date(2026, 3, 9), 9, 5),
        (date(2026, 3, 2), date(2026, 3, 9), 17, 4),  # in the evening: as of the next working day
        (date(2026, 2, 14), date(2026, 2, 24), 9, 1),  # a worked Saturday, then the Spring Festival
        (date(2026, 3, 7), date(2026, 3, 8), 9, 0),  # a weekend
    ],
)
def test_waiting(asked: date, answered: date, hour: int, days: int) -> None:
    assert interaction.waiting(asked, answered, hour, interaction.Limits()) == (days, False)


def test_waiting_without_the_convention_counts_from_the_day_itself() -> None:
    limits = interaction.Limits(next_workday=False)
    assert interaction.waiting(date(2026, 3, 7), date(2026, 3, 9), None, limits) == (1, False)
