"""Public replies (互动交流): do they show when, by whom and what was answered, and did they come in time?

Evidence: letters and lists of letters; of a citizen's words nothing is kept. What a list shows beside the
link counts for the letter too. Source: docs/method.md, Replies.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random
from typing import NamedTuple
from urllib.parse import urlsplit

from pydantic import Field

from crawler.lists.rows import find_rows
from crawler.markup.page import Page
from crawler.markup.pieces import filled_by_script
from crawler.model import Frozen, PageKind
from crawler.papers.letters import Letter, Part, may_hold_letters, read_letter_rows, read_letters
from crawler.scope import Scope
from crawler.signs.kind import page_kind, trail
from probes.base import Check, Evidence, Finding, Probe, Reason, Result, Seen
from probes.lexicon import best_section
from probes.workdays import NOTICE_SLACK, Overrides, calendar_with

CHECKS = (
    Check("interaction.fields", "公开留言要素齐全"),
    Check("interaction.delay", "五个工作日内答复"),
    Check("interaction.rating", "答复满意度评价"),
)
_WANTED = (Part.ASKED, Part.ANSWERED, Part.WHO, Part.TEXT)
_NAMES = {
    Part.ASKED: "留言时间",
    Part.ANSWERED: "答复时间",
    Part.WHO: "答复单位",
    Part.TEXT: "答复内容",
}
_ELSEWHERE = ("信访", "举报", "访谈", "征集", "调查", "依申请")  # not counted as letters
_RATING_MARKS = ("满意", "myd", "manyi", "satisf", "pingfen")


class LetterSeen(Frozen):
    """One letter of a page."""

    shown: tuple[str, ...]
    blank: tuple[str, ...] = ()
    asked: date | None = None
    answered: date | None = None
    hour: int | None = None
    scripted: bool = False


class RowSeen(Frozen):
    """One letter as a list shows it."""

    url: str
    shown: tuple[str, ...]
    asked: date | None = None
    answered: date | None = None


class OnPage(Frozen):
    """What one page tells of letters."""

    letters: tuple[LetterSeen, ...] = ()
    rows: tuple[RowSeen, ...] = ()
    rating: bool = False  # a satisfaction rating stands on the page, or its script knows one
    unread: bool = False  # a page of interaction that only a script fills
    systems: tuple[str, ...] = ()  # links called as a letter box: where letters may stand off-site


class Limits(Frozen):
    """What counts as in time, and how many letters are drawn."""

    days: int = Field(default=5, ge=1, description="答复期限（工作日）")
    next_workday: bool = Field(
        default=True, description="休息日及17时以后的留言自下一工作日起算（本工具约定）"
    )
    calendar: Overrides = Field(default=Overrides(), description="另定的休息日和工作日")
    sample: int = Field(default=20, ge=1, le=20, description="最多抽查几件答复")
    tested_share: float = Field(default=0.9, ge=0, le=1, description="判为通过所需的已测比例")


def observe(page: Page) -> OnPage | None:
    systems = _systems(page) if page.is_home else ()
    if page.is_home:
        return OnPage(systems=systems) if systems else None
    if not may_hold_letters(page):
        unread = _unread(page)
        return OnPage(unread=True) if unread else None
    where = f"{trail(page)[:80]} {page.meta.get('columnname', '')}"
    if any(word in where for word in _ELSEWHERE):
        return None
    letters = tuple(_kept(letter) for letter in read_letters(page))
    rows: tuple[RowSeen, ...] = ()
    if not letters:
        rows = tuple(
            RowSeen(url=row.url, shown=_sorted(row.shown), asked=row.asked, answered=row.answered)
            for row in read_letter_rows(page)
            if row.shown
        )
    unread = not letters and not rows and _unread(page)
    if not (letters or rows or unread):
        return None
    lower = page.html.lower() if letters else ""
    rating = any(mark in lower for mark in _RATING_MARKS) or any(
        Part.RATING.value in letter.shown for letter in letters
    )
    return OnPage(letters=letters, rows=rows, rating=rating, unread=unread)


def _kept(letter: Letter) -> LetterSeen:
    return LetterSeen(
        shown=_sorted(letter.shown),
        blank=_sorted(letter.blank),
        asked=letter.asked,
        answered=letter.answered,
        hour=letter.hour,
        scripted=letter.scripted,
    )


def _sorted(parts: frozenset[Part]) -> tuple[str, ...]:
    return tuple(sorted(part.value for part in parts))


def _systems(page: Page) -> tuple[str, ...]:
    """Where letter boxes stand on another host: what is published there is not read."""
    host = urlsplit(page.url).netloc
    urls = []
    for link in page.links:
        if link.tag != "a" or not link.url or len(link.text) > 16 or urlsplit(link.url).netloc == host:
            continue
        match = best_section(link.text)
        if match is not None and match.key == "interaction":
            urls.append(link.url)
    return tuple(dict.fromkeys(urls))[:5]


def _unread(page: Page) -> bool:
    """A page of the interaction column whose letters only a script brings."""
    if page_kind(page) is not PageKind.INTERACTION:
        return False
    match = best_section(page.meta.get("columnname", "") or page.title.split("_")[0])
    if match is None or match.key != "interaction":
        return False
    rows = find_rows(page)
    return not rows.rows and (rows.needs_browser or filled_by_script(page) in ("shell", "template"))


class _Reply(NamedTuple):
    """One letter with what its list row adds."""

    url: str
    number: int  # of several on one page
    shown: frozenset[str]
    asked: date | None
    answered: date | None
    hour: int | None
    doubtful: bool  # a script may fill what is blank
    page_url: str


def judge(evidence: Evidence[OnPage], limits: Limits) -> Iterator[Result]:
    replies = [reply for reply in _replies(evidence.pages) if _in_period(reply, evidence)]
    if not replies:
        yield from (_without_letters(check.id, evidence) for check in CHECKS)
        return
    chosen = sorted(
        Random(f"{evidence.context.seed} interaction").sample(replies, min(limits.sample, len(replies)))
    )
    sample = list(dict.fromkeys(reply.url for reply in chosen))
    yield _judge_fields(chosen, sample, limits)
    yield _judge_delay(chosen, sample, limits)
    yield _judge_rating(evidence, chosen, sample)


def _replies(pages: Sequence[Seen[OnPage]]) -> list[_Reply]:
    rows: dict[str, RowSeen] = {}
    for page in pages:
        for row in page.data.rows:
            rows.setdefault(row.url, row)
    found: dict[tuple[str, int], _Reply] = {}
    for page in pages:
        url = page.facts.final_url
        for number, letter in enumerate(page.data.letters):
            alone = len(page.data.letters) == 1
            beside = (rows.get(url) or rows.get(page.facts.url)) if alone else None
            shown = frozenset(letter.shown) | frozenset(beside.shown if beside else ())
            asked = letter.asked or (beside.asked if beside else None)
            answered = letter.answered or (beside.answered if beside else None)
            reply = _Reply(url, number, shown, asked, answered, letter.hour, letter.scripted, url)
            found.setdefault((url, number), reply)
    return sorted(found.values(), key=lambda reply: (reply.url, reply.number))


def _in_period(reply: _Reply, evidence: Evidence[OnPage]) -> bool:
    """Letters of other years are not the period's; one without any date is judged as it stands."""
    day = reply.answered or reply.asked
    context = evidence.context
    return day is None or context.period.start <= day <= min(context.period.end, context.as_of)


def _without_letters(check: str, evidence: Evidence[OnPage]) -> Result:
    """Nothing published, or nothing that could be read?"""
    if any(page.data.unread for page in evidence.pages):
        return Result.unknown(check, Reason.UNREADABLE, observed={"why": "留言由脚本加载，未能读到"})
    if any(page.data.letters for page in evidence.pages):
        return Result.not_applicable(check, observed={"why": "评估期内没有公开的答复"})
    scope = Scope.of(evidence.unit)
    away = [url for page in evidence.pages for url in page.data.systems if url not in scope]
    if away:
        return Result.unknown(
            check, Reason.UNREADABLE, observed={"why": "留言在站外平台，未能读到", "links": away}
        )
    if evidence.context.truncated:
        return Result.unknown(check, Reason.BUDGET, observed={"why": "页数用尽，未读到留言"})
    return Result.not_applicable(check, observed={"why": "没有公开的留言答复"})


def _judge_fields(chosen: Sequence[_Reply], sample: list[str], limits: Limits) -> Result:
    defects, tested = [], 0
    for reply in chosen:
        lacking = [part for part in _WANTED if part.value not in reply.shown]
        if lacking and reply.doubtful:
            continue
        tested += 1
        if lacking:
            defects.append(_lacks(reply, lacking))
    return Result.of(
        "interaction.fields",
        defects=defects,
        population=len(chosen),
        tested=tested,
        tested_share=limits.tested_share,
        reason=Reason.UNREADABLE,
        observed={"sample": sample},
    )


def _lacks(reply: _Reply, lacking: Sequence[Part]) -> Finding:
    names = "、".join(_NAMES[part] for part in lacking)
    there = "、".join(_NAMES[part] for part in _WANTED if part.value in reply.shown)
    return Finding(
        url=reply.page_url,
        subject=reply.url,
        message=f"公开的留言答复缺少{names}",
        expected="公开的留言答复列明留言时间、答复时间、答复单位、答复内容",
        found=f"页面及其列表中有：{there}；没有：{names}",
        advice=f"请在留言答复页面补充{names}，并检查模板是否漏列该项",
    )


def _judge_delay(chosen: Sequence[_Reply], sample: list[str], limits: Limits) -> Result:
    defects, waits, unsure, incomplete = [], [], [], False
    for reply in chosen:
        if reply.asked is None or reply.answered is None or reply.answered < reply.asked:
            continue
        waited, flagged = waiting(reply.asked, reply.answered, reply.hour, limits)
        incomplete = incomplete or flagged
        waits.append(waited)
        if flagged and limits.days < waited <= limits.days + NOTICE_SLACK:
            unsure.append(reply.url)
        elif waited > limits.days:
            defects.append(_late(reply, waited, limits))
    observed: dict[str, object] = {"sample": sample, "count_by": _convention(limits)}
    if waits:
        observed |= {
            "median_days": sorted(waits)[(len(waits) - 1) // 2],
            "share": round(sum(w <= limits.days for w in waits) / len(waits), 3),
        }
    if incomplete:
        observed["calendar_incomplete"] = True
    if unsure:
        observed["untested"] = sorted(unsure)
    # Only letters with both days can be late or not; the others are told by interaction.fields.
    return Result.of(
        "interaction.delay",
        defects=defects,
        population=len(waits),
        tested=len(waits) - len(unsure),
        tested_share=limits.tested_share,
        reason=Reason.TOO_FEW_SAMPLES if unsure else Reason.UNDATED,
        observed=observed,
    )


def waiting(asked: date, answered: date, hour: int | None, limits: Limits) -> tuple[int, bool]:
    """(working days from a question to its answer, the day of the question being day 0; is the calendar of
    one of the years incomplete). By convention a question of a rest day or evening comes on the next working
    day."""
    start, flagged = asked, False
    calendar = calendar_with(limits.calendar)
    if limits.next_workday:
        today = calendar.day(start)
        flagged = today.incomplete
        if not today.working or (hour is not None and hour >= 17):
            start += timedelta(days=1)
            while not calendar.day(start).working:
                start += timedelta(days=1)
    count = calendar.between(start, answered)
    return count.days, flagged or count.incomplete


def _convention(limits: Limits) -> str:
    rest = "；休息日及17时以后的留言自下一工作日起算" if limits.next_workday else ""
    return f"留言当日为第0日，按国务院放假调休安排计工作日{rest}"


def _late(reply: _Reply, waited: int, limits: Limits) -> Finding:
    return Finding(
        url=reply.page_url,
        subject=reply.url,
        message=f"留言答复超过 {limits.days} 个工作日",
        expected=f"收到留言后 {limits.days} 个工作日内答复（{_convention(limits)}）",
        found=f"{reply.asked} 留言，{reply.answered} 答复，历时 {waited} 个工作日",
        advice="请建立留言到期提醒，按期答复；情况复杂的先行告知办理进展",
    )


def _judge_rating(evidence: Evidence[OnPage], chosen: Sequence[_Reply], sample: list[str]) -> Result:
    """One function for the whole site: it need not stand on every letter."""
    if any(page.data.rating for page in evidence.pages if page.data.letters):
        return Result.of("interaction.rating", observed={"sample": sample})
    if any(reply.doubtful for reply in chosen):
        return Result.unknown(
            "interaction.rating", Reason.UNREADABLE, population=1, observed={"sample": sample}
        )
    finding = Finding(
        url=chosen[0].page_url,
        subject=chosen[0].url,
        message="留言答复没有满意度评价功能",
        expected="来信人可以对答复作满意度评价，评价结果公开",
        found=f"抽查的 {len(sample)} 个答复页面中均未见满意度评价",
        advice="请在留言答复页面增加满意度评价功能",
    )
    return Result.of("interaction.rating", defects=[finding], observed={"sample": sample})


PROBE = Probe(id="interaction", checks=CHECKS, evidence=OnPage, limits=Limits, observe=observe, judge=judge)
