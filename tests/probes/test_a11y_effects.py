"""When is a missing effect told, when is it only unknown?"""

from __future__ import annotations

from datetime import date

import pytest

from crawler.browser.tab import Trouble
from crawler.browser.toolbar_controls import Effect
from crawler.browser.toolbar_use import Idle, Proved, Use
from crawler.model import Frozen, Outcome, Period, Unit, UnitKind
from probes.a11y_effects import PROBE, Found, Limits, unsettled
from probes.base import Evidence, Result, SweepContext

URL = "http://www.a.gov.cn/"
UNIT = Unit(id="a", name="示例县人民政府", kind=UnitKind.COUNTY, portal=URL)
DAY = date(2026, 11, 20)
IDLE = Use(
    url=URL,
    entry="无障碍",
    opened=True,
    tried=("无障碍", "语音朗读"),
    idle=(Idle(effect=Effect.VOICE, by="语音朗读", picture="evidence/a/voice.jpg"),),
    before="evidence/a/before.jpg",
)


def judged(found: Found | None) -> dict[str, Result]:
    context = SweepContext(as_of=DAY, period=Period(start=DAY, end=DAY))
    evidence: Evidence[Frozen] = Evidence(unit=UNIT, context=context, gathered=found)
    return {result.check.removeprefix("a11y."): result for result in PROBE.judge(evidence, Limits())}


def test_a_fault_needs_two_uses() -> None:
    once, twice = judged(Found(uses=(IDLE,))), judged(Found(uses=(IDLE, IDLE)))
    assert {result.verdict for result in once.values()} == {"unknown"}
    assert once["voice"].reason == "suspected"
    assert {result.verdict for result in twice.values()} == {"fail"}
    (finding,) = twice["voice"].findings
    assert "点击“语音朗读”后网页没有变化" in finding.found
    assert [proof.ref for proof in finding.evidence] == ["evidence/a/before.jpg", "evidence/a/voice.jpg"]
    assert "未见此功能" in twice["font"].findings[0].found


def test_an_effect_seen_once_is_proved() -> None:
    seen = IDLE.model_copy(
        update={"proved": (Proved(effect=Effect.VOICE, by="语音朗读", lasts=None),), "idle": ()}
    )
    for uses in ((seen, IDLE), (IDLE, seen)):
        result = judged(Found(uses=uses))["voice"]
        assert (result.verdict, result.observed) == ("pass", {"entry": "无障碍", "by": "语音朗读"})


@pytest.mark.parametrize(
    ("change", "reason", "why"),
    [
        ({"outcome": Outcome.WALL, "entry": ""}, "blocked", "page_wall"),
        ({"outcome": Outcome.TOO_SLOW, "entry": ""}, "unreadable", "page_too_slow"),
        ({"entry": ""}, "unreadable", "entry_not_found_in_browser"),
        ({"opened": False, "unread": ("http://t/aria.js",)}, "unreadable", "tool_script_not_loaded"),
        ({"settled": False}, "budget", "page_still_loading"),
        ({"pending": True}, "budget", "page_still_loading"),
        ({"unclear": tuple(Effect)}, "unreadable", "effect_not_readable"),
        ({"untried": ("（图标）",)}, "unreadable", "controls_not_tried"),
    ],
)
def test_what_could_not_be_tried_is_unknown(change: dict[str, object], reason: str, why: str) -> None:
    doubtful = IDLE.model_copy(update=change)
    for uses in ((doubtful, IDLE), (IDLE, doubtful), (doubtful, doubtful)):
        for result in judged(Found(uses=uses)).values():
            assert (result.verdict, result.reason) == ("unknown", reason)
            assert result.observed["why"] == why


def test_without_text_only_font_and_colour_stay_open() -> None:
    frames = IDLE.model_copy(update={"readable": False})
    verdicts = {name: result.verdict for name, result in judged(Found(uses=(frames, frames))).items()}
    assert {name for name, verdict in verdicts.items() if verdict == "unknown"} == {"font", "colour"}


def test_a_dead_script_fails_every_effect() -> None:
    dead = Use(url=URL, entry="无障碍", gone=f"{URL}js/wza.js", unread=(f"{URL}js/wza.js",))
    results = judged(Found(uses=(dead, dead)))
    assert {result.verdict for result in results.values()} == {"fail"}
    assert f"{URL}js/wza.js" in results["font"].findings[0].found


@pytest.mark.parametrize("trouble", list(Trouble))
def test_a_browser_that_cannot_be_used_accuses_nobody(trouble: Trouble) -> None:
    for found in (Found(trouble=trouble), Found(uses=(IDLE,), trouble=trouble)):
        results = judged(found).values()
        assert {(result.verdict, result.reason) for result in results} == {("unknown", trouble.value)}


def test_only_what_may_be_a_fault_is_looked_at_again() -> None:
    everything = tuple(Proved(effect=effect, by="x") for effect in Effect)
    assert unsettled(Found(uses=(IDLE,)))
    assert not unsettled(Found(uses=(IDLE, IDLE)))
    assert not unsettled(Found(uses=(IDLE.model_copy(update={"proved": everything}),)))
    assert not unsettled(Found(uses=(IDLE.model_copy(update={"settled": False}),)))
    assert not unsettled(Found(trouble=Trouble.MISSING))


def test_nothing_gathered_is_unknown() -> None:
    assert {result.verdict for result in judged(None).values()} == {"unknown"}
