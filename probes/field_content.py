"""Named content of market regulation and compulsory education: is it found?

Evidence: rows of lists whose titles name it, and the titles of the pages the walk opened. What a government's
portal lacks may stand with its department of that role, where the sweep has one. Sends no request itself.
Source: JL-1.2.4 and JL-1.2.8; patterns assumed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from pydantic import Field

from crawler.lists.rows import find_rows
from crawler.markup.dates import MonthDay, with_year
from crawler.markup.page import Page
from crawler.model import Frozen, Outcome, PageKind, UnitKind
from crawler.signs.kind import page_kind
from probes.base import Check, Evidence, Finding, PortalState, Probe, Reason, Result
from probes.lexicon import LEXICON, best_section
from probes.published import WORDS, Named, unshown_section

CHECKS = (
    Check("market.consumer_stats", "消费维权统计分析数据"),
    Check("market.sampling", "食品药品抽检计划与结果"),
    Check("education.enrolment", "招生方案、学区划分与电脑派位计划"),
    Check("education.standards", "奖优评先、职称、资助等政策标准"),
)
_PARTS = {
    (check, part): re.compile(pattern)
    for check, named in WORDS.named.items()
    for part, pattern in {**named.parts, **named.optional}.items()
}
_HINT = re.compile(WORDS.named_hint)
_KEPT = 80
_DEPARTMENTS = (UnitKind.DEPARTMENT, UnitKind.ENTERPRISE)

_UNREAD_SHARE = 0.1  # of all pages: above, any of them may hold what was not found (assumed)


class Listed(Frozen):
    """Rows of one page that name wanted content; `elsewhere`: sections that lead to another host."""

    rows: tuple[
        tuple[str, str, date | None, tuple[int, int] | None], ...
    ] = ()  # title, URL, day, (month, day)
    elsewhere: tuple[tuple[str, str], ...] = ()  # (section, URL)
    blind: tuple[str, ...] = ()  # sections whose rows we could not read


class Limits(Frozen):
    late_days: int = Field(default=0, description="评估期开始前多少天内发布的也算", ge=0)


class Hit(NamedTuple):
    """One title that names a part of what is wanted."""

    title: str
    url: str
    day: date | None


def observe(page: Page) -> Listed | None:
    kind = page_kind(page)
    if kind is PageKind.ARTICLE:
        return None  # the walk keeps its title
    rows = tuple(
        (row.title[:100], row.url, row.date, _short(row.month_day))
        for row in find_rows(page).rows
        if row.url and parts_of(row.title)
    )[:_KEPT]
    roles = tuple(_elsewhere(page)) if page.is_home or kind is PageKind.DISCLOSURE else ()
    blind = tuple(_blind(page))
    return Listed(rows=rows, elsewhere=roles, blind=blind) if rows or roles or blind else None


def _short(day: MonthDay | None) -> tuple[int, int] | None:
    return (day.month, day.day) if day is not None else None


def _elsewhere(page: Page) -> Iterator[tuple[str, str]]:
    host = urlsplit(page.url).hostname
    for link in page.links:
        if (
            link.url
            and ("市场监管" in link.text or "教育" in link.text)
            and urlsplit(link.url).hostname != host
        ):
            match = best_section(link.text)
            if match is not None and match.key in ("market", "education"):
                yield match.key, link.url


def _blind(page: Page) -> Iterator[str]:
    if not find_rows(page).needs_browser:
        return
    match = best_section(page.meta.get("columnname", "") or re.split(r"[-_|｜—]", page.title)[0])
    if match is not None and match.key in ("market", "education"):
        yield match.key


@lru_cache(maxsize=16384)
def parts_of(title: str) -> tuple[tuple[str, str], ...]:
    """(check, part) of all wanted content a title names."""
    if _HINT.search(title) is None:
        return ()
    return tuple(
        (check, part)
        for (check, part), pattern in _PARTS.items()
        if pattern.search(title) and _about(WORDS.named[check], title)
    )


def _about(named: Named, title: str) -> bool:
    return not named.about or re.search(named.about, title) is not None


def judge(evidence: Evidence[Listed], limits: Limits) -> Iterator[Result]:
    for check, named in WORDS.named.items():
        if evidence.unit.kind in _DEPARTMENTS and named.role not in evidence.unit.roles:
            why = f"不是承担“{LEXICON.sections[named.role].title}”的部门"
            yield Result.not_applicable(check, observed={"why": why})
        else:
            yield _judge(evidence, check, named, limits)


def _judge(evidence: Evidence[Listed], check: str, named: Named, limits: Limits) -> Result:
    sources = [evidence, *(one for one in evidence.departments if named.role in one.unit.roles)]
    hits = [hit for one in sources for hit in _hits(one, check)]
    found: dict[str, Hit] = {}
    older: dict[str, Hit] = {}
    for hit in hits:
        for part in _named_parts(check, hit.title):
            fits = named.standing or _in_period(evidence, hit, limits)
            (found if fits else older).setdefault(part, hit)
    lacking = [part for part in named.parts if part not in found]
    have = len(named.parts) - len(lacking)
    observed = {
        "sample": sorted({hit.url for hit in found.values()})[:20],
        "found": {part: hit.title for part, hit in sorted(found.items())},
        "optional": [part for part in named.optional if part not in found],
    }
    if have >= named.enough:
        return Result.of(check, population=named.enough, observed=observed)
    doubt = _doubt(sources, named.role, check)
    if doubt is not None:
        return Result.unknown(check, doubt, population=named.enough, tested=have, observed=observed)
    faults = [_missing(evidence, check, named, part, older) for part in lacking[: named.enough - have]]
    return Result.of(check, defects=faults, population=named.enough, needs_review=True, observed=observed)


def _named_parts(check: str, title: str) -> Iterator[str]:
    return (part for told, part in parts_of(title) if told == check)


def _hits(evidence: Evidence[Listed], check: str) -> Iterator[Hit]:
    """Titles of opened articles, then of rows; pages that failed are not told by their link's text."""
    for page in evidence.visited:
        if page.outcome is Outcome.OK and page.identified and page.kind is PageKind.ARTICLE:
            yield Hit(page.title, page.final_url, page.date)
    as_of = evidence.context.as_of
    for seen in evidence.pages:
        for title, url, day, short in seen.data.rows:
            placed = with_year(MonthDay(*short), as_of) if short and day is None else day
            yield Hit(title, url, placed)


def _in_period(evidence: Evidence[Listed], hit: Hit, limits: Limits) -> bool:
    period = evidence.context.period
    if hit.day is None:
        return any(str(year) in hit.title for year in range(period.start.year, period.end.year + 1))
    begin = period.start.toordinal() - limits.late_days
    return begin <= hit.day.toordinal() <= min(period.end, evidence.context.as_of).toordinal()


def _doubt(sources: Iterable[Evidence[Listed]], role: str, check: str) -> Reason | None:
    """Why what was not found may be there all the same."""
    for one in sources:
        if one.context.portal is not PortalState.OPEN:
            return Reason.TOO_FEW_SAMPLES
        if one.context.truncated:
            return Reason.BUDGET
        if any(role in seen.data.blind for seen in one.pages):
            return Reason.UNREADABLE
        if _may_stand_unshown(one, role):
            return Reason.UNREADABLE
        if any(key == role for seen in one.pages for key, _ in seen.data.elsewhere):
            return Reason.TOO_FEW_SAMPLES  # the column is on another host, which is not walked for this unit
        hidden = one.hidden
        if len(hidden) > _UNREAD_SHARE * len(one.visited):
            return Reason.TOO_FEW_SAMPLES
        if any(_names(page.anchor, role) for page in hidden):
            return Reason.TOO_FEW_SAMPLES
        if any(told == check for page in hidden for told, _ in parts_of(page.anchor)):
            return Reason.TOO_FEW_SAMPLES
    return None


def _may_stand_unshown(one: Evidence[Listed], role: str) -> bool:
    """Notices are where such content is published besides its own column."""
    return unshown_section(one, role, "notices", "documents")


def _missing(
    evidence: Evidence[Listed], check: str, named: Named, part: str, older: dict[str, Hit]
) -> Finding:
    column = next(
        (
            page.final_url
            for page in evidence.visited
            if page.kind in (PageKind.COLUMN, PageKind.DISCLOSURE) and _names(page.anchor, named.role)
        ),
        evidence.unit.portal or "",
    )
    old = older.get(part)
    before = f"；只有评估期外的“{old.title}”（{old.day or '无日期'}）" if old else ""
    there = [page.title for page in evidence.visited if page.parent == column and page.title][:3]
    beside = f"；栏目中有“{'”“'.join(there)}”" if there else ""
    return Finding(
        url=column,
        subject=column,
        message=f"没有找到“{part}”",
        expected=f"本期发布了{named.title}",
        found=f"已读到的页面和目录标题中没有“{part}”类内容{before}{beside}",
        advice=f"请在“{LEXICON.sections[named.role].title}”栏目发布“{part}”；在其他网站发布的，复核时写明网址",
    )


def _names(anchor: str, key: str) -> bool:
    match = best_section(anchor)
    return match is not None and match.key == key


PROBE = Probe(
    id="field_content",
    checks=CHECKS,
    evidence=Listed,
    limits=Limits,
    observe=observe,
    judge=judge,
    compares=True,
)
