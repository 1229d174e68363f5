"""Meetings of the government (全体会议, 常务会议): is their content told, is there a live or replay form?

Evidence: articles whose title names such a meeting, several about one meeting count as one; attachments of
those with little text, of which a few are opened. Source: JL-1.1.2 and JL-B2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from pydantic import Field

from crawler.markup.page import Page
from crawler.model import Frozen, PageFacts, PageKind
from crawler.papers.documents import PaperKind, article_links, kind_of_title, read_paper
from probes.attached import files_of, read_enclosed
from probes.base import Check, Evidence, Finding, Net, Probe, Reason, Result, Seen
from probes.published import SAMPLE, WORDS, drawn, quote, unread_column, unread_titles, unshown_section
from probes.sampled import Told, completed, fault_on, told_of

CHECKS = (Check("meeting.content", "公开会议主要内容"), Check("meeting.replay", "会议直播或回放"))

_HELD = re.compile(r"第([\d〇○零一二三四五六七八九十百]{1,5})次")
_REPLAY = WORDS.meeting.replay


class Held(Frozen):
    """One page about a meeting; `title` '': a column of meetings whose rows we could not read."""

    title: str = ""
    day: date | None = None
    characters: int = 0
    shown: str = ""
    enclosed: bool = False  # pictures, media or attachments that may hold the content
    pictured: bool = False  # pictures or media among them
    files: tuple[str, ...] = ()
    unread: bool = False  # attachments that could not be read
    replay: str = ""  # by what it can be watched or looked at


class Limits(Frozen):
    tested_share: float = Field(default=0.9, description="判为通过所需的已测比例")
    characters: int = Field(default=200, description="会议信息正文至少多少字", ge=1)
    sample: int = Field(default=SAMPLE, description="最多抽查几次会议", ge=1, le=SAMPLE)


class InFiles(Frozen):
    """What the attachments of one page hold. `whole`: nothing of them stayed unread."""

    characters: int
    whole: bool


class Files(Frozen):
    """The attachments that were opened, by the page they stand on."""

    told: Mapping[str, InFiles] = {}


def observe(page: Page) -> Held | None:
    if "会议" not in page.html:
        return None
    paper = read_paper(page)
    if paper is None:
        return Held() if unread_column(page, "meetings") else None
    if paper.kind is not PaperKind.MEETING:
        return None
    article = paper.article
    return Held(
        title=article.title,
        day=article.date,
        characters=article.characters,
        shown=quote(article.text),
        enclosed=bool(article.images or article.media or article.attachments),
        pictured=bool(article.images or article.media),
        files=files_of(page),
        replay=_replay(page, article.title, article.text, article.media),
    )


def _replay(page: Page, title: str, text: str, media: int) -> str:
    if media:
        return "音视频"
    # In a text 视频 is how the meeting was held (视频会议), in a title or link what there is to see.
    word = next((word for word in _REPLAY if word in title or (word != "视频" and word in text)), "")
    if word:
        return word
    # Links about meetings only: 视频 and 直播 are names of columns too.
    named = (link.text for link in article_links(page) if "会议" in link.text)
    return next((word for text in named for word in _REPLAY if word in text), "")


async def gather(evidence: Evidence[Held], net: Net) -> Files:
    """Attachments of meetings of the period whose pages have little text."""
    least = Limits().characters
    short = {
        page.facts.final_url: page.data.files
        for pages in _meetings(evidence).values()
        if all(page.data.characters < least for page in pages)
        for page in pages
    }
    found = await read_enclosed(short, evidence, net, "meeting")
    return Files(
        told={
            url: InFiles(characters=len("".join(one.text.split())), whole=one.whole)
            for url, one in found.items()
        }
    )


def _with_files(held: Held, told: InFiles) -> Held:
    return held.model_copy(
        update={
            "characters": held.characters + told.characters,
            "enclosed": held.pictured or not told.whole,
            "unread": not told.whole,
        }
    )


def judge(evidence: Evidence[Held], limits: Limits) -> Iterator[Result]:
    told = evidence.gathered.told if isinstance(evidence.gathered, Files) else {}
    evidence = completed(evidence, told, _with_files)
    meetings = _meetings(evidence)
    blind = unshown_section(evidence, "meetings", "news") or any(
        not page.data.title for page in evidence.pages
    )
    whole = not evidence.context.truncated and not blind
    if not meetings:
        for check in CHECKS:
            if whole:
                yield Result.not_applicable(check.id, observed={"why": "本期没有发现全体会议、常务会议信息"})
            else:
                yield Result.unknown(check.id, Reason.UNREADABLE if blind else Reason.BUDGET)
        return
    yield _content(evidence, meetings, limits)
    yield _seen_live(evidence, meetings, whole)


def _meetings(evidence: Evidence[Held]) -> dict[str, list[Seen[Held]]]:
    """The meetings of the period: pages by meeting, each under the address of its first page."""
    period, as_of = evidence.context.period, evidence.context.as_of
    grouped: dict[tuple[object, ...], list[Seen[Held]]] = {}
    for page in evidence.pages:
        day = page.data.day
        if page.data.title and day is not None and period.start <= day <= min(period.end, as_of):
            grouped.setdefault(_which(page), []).append(page)
    return {pages[0].facts.final_url: pages for pages in grouped.values()}


def _which(page: Seen[Held]) -> tuple[object, ...]:
    """One meeting: its number and year, else its day."""
    title, day = page.data.title, page.data.day
    number = _HELD.search(title)
    kind = "全体" if "全体" in title else "常务"
    return (kind, number[1], day.year if day else 0) if number else (kind, day)


def _content(evidence: Evidence[Held], meetings: dict[str, list[Seen[Held]]], limits: Limits) -> Result:
    sample = drawn(meetings, evidence, "meeting.content", limits.sample)
    told = {url: _told(url, pages, evidence, limits) for url, pages in sample.items()}
    return told_of(
        "meeting.content",
        told,
        published=len(meetings),
        tested_share=limits.tested_share,
        review=True,
    )


def _told(url: str, pages: list[Seen[Held]], evidence: Evidence[Held], limits: Limits) -> Told:
    fullest = max(pages, key=lambda page: page.data.characters)
    if fullest.data.characters >= limits.characters:
        return Told()
    if any(page.data.enclosed for page in pages):
        unread = any(page.data.unread for page in pages)
        return Told(doubt="内容可能在图片、视频或附件中", unread=unread)
    if _told_elsewhere(url, pages, evidence):
        return Told(doubt="同一次会议的其他页面没有读到")
    held = fullest.data
    return Told(
        fault_on(
            fullest.facts,
            "会议信息没有主要内容",
            f"会议信息写明议题和议定的主要内容（正文不少于 {limits.characters} 字）",
            f"“{held.title}”正文只有 {held.characters} 字：“{held.shown}”",
            "请补充会议议题和议定事项，不要只发一句话消息",
        )
    )


def _told_elsewhere(url: str, pages: list[Seen[Held]], evidence: Evidence[Held]) -> bool:
    """Another page about the same meeting that could not be read."""
    number = _HELD.search(pages[0].data.title)
    if number is None:
        return False
    return any(
        number[0] in title and kind_of_title(title) is PaperKind.MEETING
        for title in unread_titles(evidence.visited)
    )


def _seen_live(evidence: Evidence[Held], meetings: dict[str, list[Seen[Held]]], whole: bool) -> Result:
    live = {url: page.data.replay for url, pages in meetings.items() for page in pages if page.data.replay}
    observed = {"sample": sorted(meetings)[:SAMPLE], "published": len(meetings), "replay": live}
    if live:
        return Result.of("meeting.replay", population=len(meetings), observed=observed)
    if not whole or _column_of_replays(evidence.visited):
        return Result.unknown(
            "meeting.replay", Reason.TOO_FEW_SAMPLES, population=len(meetings), observed=observed
        )
    url, pages = min(meetings.items())
    fault = Finding(
        url=pages[0].facts.parent or url,
        subject=url,
        message="会议没有直播或回放",
        expected="会议信息有图解、视频、图文实录、直播或回放等形式",
        found=f"本期 {len(meetings)} 次会议的页面上都没有图解、音视频或直播回放，如“{pages[0].data.title}”",
        advice="请在会议信息中附上图解、视频或图文直播的回放",
    )
    return Result.of(
        "meeting.replay", defects=[fault], population=len(meetings), needs_review=True, observed=observed
    )


def _column_of_replays(visited: Sequence[PageFacts]) -> bool:
    """A column 会议直播 or 会议图解 that lists elsewhere what the articles do not show."""
    return any(
        page.kind is not PageKind.ARTICLE
        and any(
            word in f"{page.anchor}{page.title}" for word in ("会议直播", "会议图解", "会议视频", "会议回放")
        )
        for page in visited
    )


PROBE = Probe(
    id="meeting",
    checks=CHECKS,
    evidence=Held,
    limits=Limits,
    observe=observe,
    gathers=Files,
    gather=gather,
    judge=judge,
)
