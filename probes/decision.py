"""Decisions put to the public (决策预公开): explained, open to answers, answered, on more than the site?

Evidence: consultations and their results as their pages tell them, and the attachments of those that leave
something open, of which a few are opened. What is missing is told only where the walk was whole and every
page and file that may hold it was read. Source: JL-1.1.1.b to d and JL-B1.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta

from pydantic import Field

from crawler.model import Frozen
from crawler.papers.documents import PaperKind
from probes.attached import read_enclosed
from probes.base import Check, Evidence, Net, Probe, Reason, Result, Seen
from probes.consultation import Consulted, InFiles, in_files, needs_files, observe, with_files
from probes.published import SAMPLE, WORDS, alike, drawn, same_page, unread_titles, unshown_section
from probes.sampled import Told, completed, fault_on, told_of

CHECKS = (
    Check("decision.explained", "决策草案附解读或说明"),
    Check("decision.channel", "意见征集渠道表述清晰"),
    Check("decision.feedback", "公开意见收集、采纳情况及理由"),
    Check("decision.platforms", "多平台收集决策草案意见"),
)


class Limits(Frozen):
    tested_share: float = Field(default=0.9, description="判为通过所需的已测比例")
    closed_days: int = Field(default=30, description="征集截止多少天后应已公布结果")
    sample: int = Field(default=SAMPLE, description="每项最多抽查几份", ge=1, le=SAMPLE)


class Files(Frozen):
    """What the attachments that were opened tell, by the page they stand on."""

    told: Mapping[str, InFiles] = {}


Ask = Callable[[Seen[Consulted]], Told]


class _Around:
    """What else of the unit bears on its consultations."""

    def __init__(self, evidence: Evidence[Consulted]) -> None:
        pages = evidence.pages
        self.results = [page for page in pages if page.data.kind is PaperKind.FEEDBACK]
        self.notes = [page.data.title for page in pages if page.data.kind is PaperKind.INTERPRETATION]
        self.listed = [row for page in pages for row in page.data.listed]
        self.unread = unread_titles(evidence.visited)
        unshown = unshown_section(evidence, "consultation", "notices")
        self.blind = unshown or any(page.data.blind for page in pages)
        self.whole = not evidence.context.truncated and not self.blind

    def result_of(self, page: Seen[Consulted]) -> Seen[Consulted] | None:
        """The page that tells what became of a consultation: linked either way, or of the same name."""
        leads_to = {same_page(url) for _, url in page.data.links}
        here = _addresses(page)
        for other in self.results:
            back = {same_page(url) for _, url in other.data.links}
            if _addresses(other) & leads_to or back & here or alike(page.data.title, other.data.title):
                return other
        return None

    def told_results(self) -> str:
        """The results there are, for a person to compare."""
        shown = [f"“{page.data.title}”（{page.data.day or '无日期'}）" for page in self.results[:3]]
        return "、".join(shown) or "无"

    def may_hold(self, title: str) -> bool:
        """A page we could not read, or a row we did not open, may be about it."""
        names = (*self.unread, *(row for row, _ in self.listed))
        return any(alike(title, name) for name in names)


def _addresses(page: Seen[Consulted]) -> set[str]:
    return {same_page(page.facts.url), same_page(page.facts.final_url)}


async def gather(evidence: Evidence[Consulted], net: Net) -> Files:
    """Attachments of consultations of the period, and of results, that leave something open."""
    asked = {url: page.data for url, page in _of_period(evidence).items()}
    asked |= {page.facts.final_url: page.data for page in _Around(evidence).results}
    open_ones = {url: data.file_urls for url, data in asked.items() if needs_files(data)}
    found = await read_enclosed(open_ones, evidence, net, "decision")
    return Files(told={url: in_files(enclosed, asked[url].day) for url, enclosed in found.items()})


def judge(evidence: Evidence[Consulted], limits: Limits) -> Iterator[Result]:
    # A day in a draft may be any day: only the page itself says when the consultation was closed.
    closed = {
        url
        for url, page in _of_period(evidence).items()
        if _closed_long(page, evidence.context.as_of, limits)
    }
    told = evidence.gathered.told if isinstance(evidence.gathered, Files) else {}
    evidence = completed(evidence, told, with_files)
    around = _Around(evidence)
    asked = _of_period(evidence)
    if not asked:
        yield from _nothing(around)
        return
    drafts = {url: page for url, page in asked.items() if page.data.draft}
    ended = {url: page for url, page in asked.items() if url in closed}
    answered = {url: page for url, page in asked.items() if page.data.ways}
    yield _result(evidence, limits, "decision.explained", drafts, lambda page: _explained(page, around), True)
    yield _result(evidence, limits, "decision.channel", asked, _channel, False)
    yield _result(evidence, limits, "decision.feedback", ended, lambda page: _feedback(page, around), True)
    yield _result(evidence, limits, "decision.platforms", answered, _platforms, True)


def _of_period(evidence: Evidence[Consulted]) -> dict[str, Seen[Consulted]]:
    period, as_of = evidence.context.period, evidence.context.as_of
    return {
        page.facts.final_url: page
        for page in evidence.pages
        if page.data.kind is PaperKind.CONSULTATION
        and page.data.day is not None
        and period.start <= page.data.day <= min(period.end, as_of)
    }


def _nothing(around: _Around) -> Iterator[Result]:
    """No consultation seen: none published, unless we have not seen everything."""
    for check in CHECKS:
        if around.whole:
            yield Result.not_applicable(check.id, observed={"why": "本期没有发现征求意见公告"})
        else:
            yield Result.unknown(check.id, Reason.BUDGET if not around.blind else Reason.UNREADABLE)


def _closed_long(page: Seen[Consulted], as_of: date, limits: Limits) -> bool:
    deadline = page.data.deadline
    return deadline is not None and deadline + timedelta(days=limits.closed_days) <= as_of


def _result(
    evidence: Evidence[Consulted],
    limits: Limits,
    check: str,
    pages: Mapping[str, Seen[Consulted]],
    ask: Ask,
    review: bool,
) -> Result:
    if not pages:
        return Result.not_applicable(check, observed={"why": _WHY_NONE[check]})
    sample = drawn(pages, evidence, check, limits.sample)
    return told_of(
        check,
        {url: ask(page) for url, page in sample.items()},
        published=len(pages),
        tested_share=limits.tested_share,
        review=review,
    )


_WHY_NONE = {
    "decision.explained": "本期征求意见的都不是决策草案",
    "decision.channel": "本期没有发现征求意见公告",
    "decision.feedback": "没有截止满期而应公布结果的征求意见公告",
    "decision.platforms": "没有写明意见渠道的征求意见公告",
}


def _explained(page: Seen[Consulted], around: _Around) -> Told:
    seen = page.data
    linked = any("说明" in text or "解读" in text for text, _ in seen.links)
    if seen.explained or linked or any(alike(seen.title, note) for note in around.notes):
        return Told()
    unnamed = [name for name in seen.files if not alike(name, seen.title) and "稿" not in name]
    if unnamed or seen.thin:
        return Told(doubt="附件或图片中可能有说明", unread=seen.unread)
    if not around.whole or around.may_hold(seen.title):
        return Told(doubt="有的页面没有读到，说明可能在其中")
    texts = tuple(text for text, _ in seen.links)
    return Told(
        fault_on(
            page.facts,
            "征求意见没有附起草说明或解读",
            "征求意见公告或其附件、链接中有草案的起草说明、背景或解读",
            f"“{seen.title}”正文、附件{_names(seen.files)}和相关链接{_names(texts)}中都没有找到说明；"
            f"正文写道：“{seen.shown}”",
            "请在征求意见页面上同步发布草案的起草说明或解读，并互相链接",
        )
    )


def _channel(page: Seen[Consulted]) -> Told:
    seen = page.data
    if seen.ways and seen.deadline is not None:
        return Told()
    if seen.thin:
        return Told(doubt="公告正文在附件或图片中", unread=seen.unread)
    if seen.open_ended and seen.ways:
        return Told(doubt="截止时间没有读懂")
    lacking = [name for name, there in (("反馈渠道", seen.ways), ("截止时间", seen.deadline)) if not there]
    if lacking == ["截止时间"] and seen.files:
        return Told(doubt="截止时间可能写在附件中", unread=seen.unread)
    return Told(
        fault_on(
            page.facts,
            f"征求意见没有写明{'和'.join(lacking)}",
            "公告写明电话、邮箱、地址或网上提交等反馈渠道，以及意见征集的截止时间",
            f"正文写道：“{seen.shown}”，没有找到{'和'.join(lacking)}",
            "请在公告正文中补充反馈渠道和起止日期",
        )
    )


def _feedback(page: Seen[Consulted], around: _Around) -> Told:
    seen = page.data
    result = around.result_of(page)
    here = page if result is None and seen.adoption and "采纳" in seen.adoption else result
    if here is not None:
        return _states_adoption(page, here)
    if any(any(word in text for word in WORDS.consultation.result_link) for text, _ in seen.links):
        return Told(doubt="页面链接了征集结果，但没有读到该页")
    if not around.whole or around.may_hold(seen.title):
        return Told(doubt="有的页面没有读到，结果可能在其中")
    return Told(
        fault_on(
            page.facts,
            "征求意见截止后没有公布采纳情况",
            "截止后公布收到的意见、采纳情况和不采纳的理由，没有收到意见的也应说明",
            f"“{seen.title}”（{seen.day} 发布）已于 {seen.deadline} 截止，全站没有找到对应的结果；"
            f"读到的其他征集结果：{around.told_results()}",
            "请发布意见收集和采纳情况，写明未采纳的理由，并与原公告互相链接",
        )
    )


def _states_adoption(page: Seen[Consulted], result: Seen[Consulted]) -> Told:
    told = result.data
    if told.adoption and (not told.refused or told.reasons):
        return Told()
    if told.thin or told.files:
        return Told(doubt="采纳情况可能写在附件或图片中", unread=told.unread)
    lacking = "不采纳的理由" if told.adoption else "采纳情况"
    return Told(
        fault_on(
            page.facts,
            f"征集结果没有写明{lacking}",
            "结果写明收到多少意见、采纳了哪些、不采纳的有什么理由",
            f"征集“{page.data.title}”（截止 {page.data.deadline or '未写明'}）；结果“{told.title}”"
            f"（{told.day or '无日期'}，{result.facts.final_url}）写道：“{told.shown}”，没有找到{lacking}",
            f"请在结果中补充{lacking}",
        )
    )


def _platforms(page: Seen[Consulted]) -> Told:
    seen = page.data
    if seen.beyond:
        return Told()
    if seen.thin:
        return Told(doubt="公告正文在附件或图片中", unread=seen.unread)
    return Told(
        fault_on(
            page.facts,
            "只通过本网站收集意见",
            "除网站外，还通过信箱、政务新媒体、座谈会等群众常用的平台收集意见",
            f"“{seen.title}”只写了：{'、'.join(seen.ways)}；正文写道：“{seen.shown}”",
            "请同时通过征集信箱、政务新媒体等平台征求意见，并在公告中写明",
        )
    )


def _names(files: tuple[str, ...]) -> str:
    return f"（{'、'.join(files[:3])}）" if files else "（无）"


PROBE = Probe(
    id="decision",
    checks=CHECKS,
    evidence=Consulted,
    limits=Limits,
    observe=observe,
    gathers=Files,
    gather=gather,
    judge=judge,
)
