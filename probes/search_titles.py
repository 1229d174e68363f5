"""Site search (站内检索): are four published titles found on its first page of results?

Evidence: the search entries of home, and what the search answered to four drawn titles and an invented one.
Source: JL-3.1.3 (0.5 points for each of four titles).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crawler.markup.page import Page
from crawler.model import Frozen
from crawler.search.engines import ENGINES
from crawler.search.search_forms import find_search
from probes.base import Check, Evidence, Finding, Probe, Proof, Reason, Result
from probes.search_ask import box_of
from probes.search_draw import TITLES
from probes.search_looks import HIT, Entrance, Sample, Searched, State, confirm, gather, unsettled

CHECKS = (Check("search.titles", "站内检索能查到已发布标题", after="search.box", shared=True),)

_TOLD_FIRST = (  # of several reasons the one that says most
    Reason.BLOCKED,
    Reason.ROBOTS,
    Reason.OWN_NETWORK,
    Reason.BROWSER_MISSING,
    Reason.BROWSER_FAILED,
    Reason.BUDGET,
)
_ADVICE = "请检查检索索引是否及时更新、标题是否按全文建立索引，使完全一致的结果排在第一页"
_NAMES = {engine.name: engine.title for engine in ENGINES} | {"form": "页面表单", "browser": "浏览器操作"}


class Limits(Frozen):
    tested_share: float = 0.9


def observe(page: Page) -> Entrance | None:
    if not page.is_home:
        return None
    found = find_search(page)
    boxes = (box_of(form, page.charset) for form in found.forms)
    return Entrance(kind=found.kind, boxes=tuple(box for box in boxes if box is not None), link=found.link)


def judge(evidence: Evidence[Entrance], limits: Limits) -> Iterator[Result]:
    searched = evidence.gathered
    if not isinstance(searched, Searched):
        yield Result.unknown("search.titles", Reason.UNREADABLE, population=TITLES)
        return
    observed = _observed(searched)
    if searched.trouble is not None or not searched.samples:
        reason = searched.trouble or Reason.UNREADABLE
        population = len(searched.samples) if reason is Reason.TOO_FEW_SAMPLES else TITLES
        yield Result.unknown("search.titles", reason, population=population, observed=observed)
        return
    fake = len(searched.invented) > 1 and all(searched.invented)
    lost = [one for one in searched.samples if _lost(one, fake)]
    tested = len(lost) + sum(_found(one, fake) for one in searched.samples)
    yield Result.of(
        "search.titles",
        defects=[_finding(one, searched, fake) for one in lost],
        population=len(searched.samples),
        tested=tested,
        tested_share=limits.tested_share,
        reason=_why(searched),
        observed=observed,
    )


def _states(sample: Sample) -> list[State]:
    return [asked.state for asked in (sample.first, *sample.again) if asked is not None]


def _found(sample: Sample, fake: bool) -> bool:
    """With an engine that finds what does not exist, only the article's own address proves anything."""
    states = _states(sample)
    return State.ADDRESS in states or (State.TITLE in states and not fake)


def _lost(sample: Sample, fake: bool) -> bool:
    """Missed at the first look and at every later one; or "found" by an engine that finds everything."""
    states = _states(sample)
    if _found(sample, fake):
        return False
    if fake and State.TITLE in states:
        return True
    return len(states) > 1 and all(state is State.MISSED for state in states)


def _why(searched: Searched) -> Reason:
    """Why titles stayed open."""
    asked = [one for sample in searched.samples for one in (sample.first, *sample.again) if one is not None]
    reasons = {one.why for one in asked if one.state is State.UNCLEAR}
    if not reasons - {None}:
        return Reason.SUSPECTED  # missed once, not confirmed
    return next((reason for reason in _TOLD_FIRST if reason in reasons), None) or min(
        reason for reason in reasons if reason is not None
    )


def _observed(searched: Searched) -> dict[str, Any]:
    return {
        "engine": searched.engine or None,
        "action": searched.box.action if searched.box is not None else None,
        "invented_found": list(searched.invented),
        "sample": [_told(one) for one in searched.samples],
    }


def _told(sample: Sample) -> dict[str, Any]:
    last = sample.again[-1] if sample.again else sample.first
    told: dict[str, Any] = {"title": sample.article.title, "url": sample.article.url}
    if last is not None:
        states = _states(sample)
        told["state"] = next((state for state in states if state in HIT), last.state).value
        told["results"] = last.total
        told["page_size"] = last.results
        told["latency"] = last.seconds
    return told


def _finding(sample: Sample, searched: Searched, fake: bool) -> Finding:
    article = sample.article
    engine = _NAMES.get(searched.engine, searched.engine)
    last = sample.again[-1] if sample.again else sample.first
    total = f"，页面称共{last.total}条结果" if last is not None and last.total is not None else ""
    if fake:
        message = "站内检索对不存在的标题也显示“查到”，结果不可信"
        found = f"用两个虚构标题检索也显示标题一致的结果，“{article.title}”的结果没有指向该文章（{engine}）"
    else:
        message = "用完整标题检索，第一页没有该文章"
        found = f"先后两轮检索“{article.title}”（含去掉括号的标题），首页结果中均没有{total}（{engine}）"
    return Finding(
        url=searched.referer or article.url,
        subject=article.url,
        message=message,
        expected=f"检索“{article.title}”时，第一页结果中有该文章",
        found=found,
        advice=_ADVICE,
        evidence=(Proof(kind="http", ref=searched.box.action if searched.box else article.url),),
    )


PROBE = Probe(
    id="search_titles",
    checks=CHECKS,
    evidence=Entrance,
    limits=Limits,
    observe=observe,
    gathers=Searched,
    gather=gather,
    confirm=confirm,
    unsettled=unsettled,
    judge=judge,
)
