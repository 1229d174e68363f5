"""Pages as a browser shows them: what is a fault, what is only doubtful."""

from __future__ import annotations

from datetime import date

import pytest

from crawler.browser.tab import Trouble
from crawler.model import Frozen, Outcome, Period, Role, Unit, UnitKind
from probes.base import Evidence, Result, SweepContext
from probes.display import PROBE, Limits, Looked, Shown, unsettled

URL = "http://www.a.gov.cn/"
UNIT = Unit(id="a", name="示例县人民政府", kind=UnitKind.COUNTY, portal=URL)
DAY = date(2026, 11, 20)
FINE = Shown(url=URL, role=Role.HOME, characters=3000, text="示例县人民政府", pictures=9, width=1366)


def judged(found: Looked | None) -> Result:
    context = SweepContext(as_of=DAY, period=Period(start=DAY, end=DAY))
    evidence: Evidence[Frozen] = Evidence(unit=UNIT, context=context, gathered=found)
    (result,) = PROBE.judge(evidence, Limits())
    return result


def shown(**changes: object) -> Shown:
    return FINE.model_copy(update=changes)


FAULTS = {
    "script error": (
        shown(characters=3, text="", pictures=0, errors=("uncaught TypeError: x",)),
        "TypeError: x",
    ),
    "IE page": (shown(characters=60, text="请使用IE8及以上版本浏览器访问"), "请使用IE8"),
    "plug-in page": (shown(characters=60, text="您需要安装最新版Flash插件"), "Flash"),
    "only a plug-in": (shown(plugins=1), "插件"),
    "mixed content": (shown(url="https://www.a.gov.cn/", mixed=3), "3 个样式或脚本"),
    "too wide": (shown(width=1920), "1920 像素"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_seen_twice_is_told_and_reviewed(name: str) -> None:
    page, words = FAULTS[name]
    once, twice = judged(Looked(looks=((page,),))), judged(Looked(looks=((page,), (page,))))
    assert (once.verdict, once.reason) == ("unknown", "suspected")
    assert (twice.verdict, twice.defects, twice.needs_review) == ("fail", 1, True)
    assert words in twice.findings[0].found
    assert twice.findings[0].subject == page.url
    assert unsettled(Looked(looks=((page,),)))


@pytest.mark.parametrize(
    "page",
    [
        FINE,
        shown(errors=("uncaught TypeError: x",)),  # errors that empty nothing
        shown(characters=5, text="", pictures=0, frames=1, errors=("uncaught x",)),  # a page of frames
        shown(text="建议使用IE9以上浏览器，1366像素分辨率"),  # a usual footer
        shown(characters=3000, text="通知：请使用IE浏览器登录申报系统"),  # an article's subject
        shown(width=1400),
        shown(width=0),  # too wide, but not to be scrolled
        shown(mixed=2),  # blocked parts exist only on https pages
    ],
)
def test_what_a_person_would_not_mind_passes(page: Shown) -> None:
    result = judged(Looked(looks=((page,),)))
    assert (result.verdict, result.needs_review) == ("pass", False)
    assert not unsettled(Looked(looks=((page,),)))


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (shown(outcome=Outcome.WALL), "blocked"),
        (shown(outcome=Outcome.TOO_SLOW), "unreadable"),
        (shown(settled=False, width=1920), "unreadable"),
    ],
)
def test_what_did_not_open_is_unknown(page: Shown, reason: str) -> None:
    result = judged(Looked(looks=((page,),)))
    assert (result.verdict, result.reason) == ("unknown", reason)


def test_parts_that_could_not_be_had_excuse_emptiness_and_width() -> None:
    page = shown(lost=True, width=1920, characters=0, text="", pictures=0, errors=("uncaught x",))
    assert judged(Looked(looks=((page,), (page,)))).verdict == "unknown"
    assert judged(Looked(looks=((shown(lost=True, width=1920),),))).verdict == "pass"


def test_a_fault_that_goes_away_is_none() -> None:
    assert judged(Looked(looks=((shown(width=1920),), (FINE,)))).verdict == "pass"


@pytest.mark.parametrize("trouble", list(Trouble))
def test_a_browser_that_cannot_be_used_accuses_nobody(trouble: Trouble) -> None:
    result = judged(Looked(looks=((shown(width=1920),),), trouble=trouble))
    assert (result.verdict, result.reason) == ("unknown", trouble.value)
