"""Is there something in a required column for the period, or the yearly report that was due?

Pure: the dates of the column's rows, of its sub-columns and of the articles visited under it. Rows that stay
without a date never speak against a column. Source: docs/method.md, Sections.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from crawler.markup.dates import MonthDay, with_year
from crawler.model import PageFacts, Role
from probes.base import Finding, Reason, Result
from probes.lexicon import FOUND, LEXICON, Rhythm, due_year, match_section
from probes.link_verdicts import place
from probes.section_find import End, Map, Way, unshown
from probes.section_page import Body, OnPage, years_in

UNDATED_SHARE = 0.1  # of the entries: with more undated ones nothing can be said to be missing (assumed)


@dataclass(slots=True)
class Stock:
    """What is known of a column's content."""

    days: set[date] = field(default_factory=set)
    years: set[int] = field(default_factory=set)
    headings: set[int] = field(default_factory=set)  # they speak for a column, never against it
    dated: int = 0
    undated: int = 0
    rows: int = 0
    unread: Reason | None = None  # why a part of it could not be read
    home: bool = False  # the link leads to the home page: what is new there is not the column's
    unsorted: bool = False

    @property
    def entries(self) -> int:
        return self.dated + self.undated


def judge_content(key: str, ends: list[tuple[Way, End]], known: Map) -> Result:
    """The content of a section that was found; `ends` are its working ways."""
    stock = _stock_of(ends, known)
    if key == "disclosure":
        for listed in known.gathered.bodies.values():
            _add(stock, listed, known)
        stock.days.update(_days_of_blocks(ends, known))
    if LEXICON.sections[key].rhythm is Rhythm.YEARLY:
        return _judge_yearly(key, ends, stock, known)
    return _judge_dated(key, ends, stock, known)


# Columns of the portal that a disclosure column leads to as well: what is new there is not the disclosure's.
_BESIDE = frozenset({"news", "interaction", "services", "surveys", "new_media", "site_report", "response"})


def _days_of_blocks(ends: list[tuple[Way, End]], known: Map) -> Iterator[date]:
    """Days in the columns that a disclosure column leads to, wherever these stand; and in theirs, as the
    statutory content is a parent of columns itself."""
    pages = [end.data for _, end in ends if end.data is not None]
    for _ in range(_STEPS):
        blocks = list(_blocks(pages, known))
        for facts, data in blocks:
            yield from (data.days if data is not None else ())
            yield from (facts.date,) if facts.date is not None else ()
        pages = [data for _, data in blocks if data is not None and not data.days]


_STEPS = 2


def _blocks(pages: list[OnPage], known: Map) -> Iterator[tuple[PageFacts, OnPage | None]]:
    seen: set[str] = set()
    for text, url in (link for page in pages for link in page.links):
        keys = [match.key for match in match_section(text, url)[:1] if match.confidence >= FOUND]
        facts = known.facts_of(url) if keys and keys[0] not in _BESIDE else None
        if facts is not None and facts.identified and facts.depth and facts.final_url not in seen:
            seen.add(facts.final_url)
            yield facts, known.data.get(facts.final_url)


def _judge_dated(key: str, ends: list[tuple[Way, End]], stock: Stock, known: Map) -> Result:
    context = known.evidence.context
    check = f"content.{key}"
    last = min(context.period.end, context.as_of)
    within = [day for day in stock.days if context.period.start <= day <= last]
    observed = _observed(ends, stock) | {"in_period": len(within)}
    if within:
        return Result.of(check, observed=observed)
    doubt = _doubt(stock)
    if doubt is not None:
        return Result.unknown(check, doubt, population=1, observed=observed)
    way = ends[0][0]
    newest = max(stock.days, default=None)
    finding = Finding(
        url=way.url or way.on,
        subject=way.url,
        message=f"“{LEXICON.sections[key].title}”栏目在评估期内没有发布信息",
        expected=f"{context.period.start} 至 {last} 之间至少有一条信息",
        found=f"读到 {stock.entries} 条有日期的信息，最新一条为 {newest}",
        advice="请按规定及时发布本期信息；如信息发布在其他栏目，请在本栏目同步展示",
    )
    return Result.of(check, defects=[finding], observed=observed)


def _judge_yearly(key: str, ends: list[tuple[Way, End]], stock: Stock, known: Map) -> Result:
    context, unit = known.evidence.context, known.evidence.unit
    check = f"content.{key}"
    year = due_year(key, unit.kind, context.as_of)
    observed = _observed(ends, stock) | {"due_year": year, "years": sorted(stock.years, reverse=True)[:10]}
    # A report without a year in its title counts by its day: the report of a year comes out in the next.
    nameless = not stock.years and any(date(year + 1, 1, 1) <= day <= context.as_of for day in stock.days)
    headed = any(year <= named <= context.as_of.year for named in stock.headings)
    if any(named >= year for named in stock.years) or nameless or headed:
        return Result.of(check, observed=observed)
    doubt = _doubt(stock) if not stock.years or stock.unread is not None or stock.unsorted else None
    if doubt is not None:
        return Result.unknown(check, doubt, population=1, observed=observed)
    way = ends[0][0]
    newest = f"标题中最新的年份为 {max(stock.years)} 年" if stock.years else f"最新一条为 {max(stock.days)}"
    finding = Finding(
        url=way.url or way.on,
        subject=way.url,
        message=f"“{LEXICON.sections[key].title}”栏目没有 {year} 年度的内容",
        expected=f"截至 {context.as_of}，应已公开 {year} 年度的内容",
        found=f"共 {stock.rows} 条信息，{newest}",
        advice=f"请补充公开 {year} 年度的内容，标题写明年度",
    )
    return Result.of(check, defects=[finding], observed=observed)


def _doubt(stock: Stock) -> Reason | None:
    if stock.unread is not None:
        return stock.unread
    if stock.home:
        return Reason.UNREADABLE
    if not stock.days or stock.undated > UNDATED_SHARE * stock.entries:
        return Reason.UNDATED
    return Reason.TOO_FEW_SAMPLES if stock.unsorted else None


def _observed(ends: list[tuple[Way, End]], stock: Stock) -> dict[str, Any]:
    way = ends[0][0]
    newest = max(stock.days, default=None)
    return {
        "url": way.url,
        "name": way.text,
        "rows": stock.rows,
        "newest": newest.isoformat() if newest else None,
        "undated": stock.undated,
    }


# -- stock


def _stock_of(ends: list[tuple[Way, End]], known: Map) -> Stock:
    stock = Stock()
    pages: dict[str, PageFacts] = {}
    for way, end in ends:
        if end.data is not None:
            _add(stock, end.data, known, end.facts)
        stock.home = stock.home or place(way.url) in known.homes
        if end.facts is not None:
            pages.setdefault(end.facts.final_url, end.facts)
        elif end.data is None and way.leaf is not None:
            stock.unread = stock.unread or Reason.UNREADABLE
    seen = set(pages)
    for facts in pages.values():
        _add_facts(stock, facts)
        for below in _below(facts, known):
            if below.final_url not in seen:
                seen.add(below.final_url)
                _add_below(stock, below, known)
    return stock


def _add(stock: Stock, data: OnPage, known: Map, facts: PageFacts | None = None) -> None:
    as_of = known.evidence.context.as_of
    placed = [with_year(MonthDay(*pair), as_of) for pair in data.short]
    days = [*data.days, *(day for day in placed if day is not None)]
    stock.days.update(day for day in days if day <= as_of)
    stock.years.update(data.years)
    stock.headings.update(data.headings)
    stock.rows += data.rows
    stock.dated += data.rows - data.undated
    stock.undated += data.undated
    if data.body is Body.SCRIPT:
        stock.unread = stock.unread or unshown(facts, known)
    stock.unsorted = stock.unsorted or data.unsorted


def _add_facts(stock: Stock, facts: PageFacts) -> None:
    """A page that is itself the content: an article, or a standing text with a day."""
    stock.years.update(years_in([facts.title]))
    if facts.date is not None:
        stock.days.add(facts.date)
        stock.dated += 1


def _add_below(stock: Stock, facts: PageFacts, known: Map) -> None:
    data = known.data.get(facts.final_url)
    stock.years.update(years_in([facts.title, facts.anchor]))
    if data is not None and facts.role is not Role.ARTICLE:
        _add(stock, data, known, facts)
    elif facts.date is not None:
        stock.days.add(facts.date)
        stock.dated += 1
        stock.undated = max(0, stock.undated - 1)  # most likely one of the rows that showed no day


def _below(page: PageFacts, known: Map) -> Iterator[PageFacts]:
    """Pages of the column: articles its list leads to, further list pages, sub-columns, all in its folder."""
    own = {page.url, page.final_url}
    path = page.final_url.partition("?")[0]
    folder = path.rpartition("/")[0] + "/"
    deep = urlsplit(folder).path.count("/") >= 2 and folder not in _roots(known)
    data = known.data.get(page.final_url)
    leads = data is not None and data.body is Body.LINKS
    for facts, address in known.opened:
        child = facts.parent in own and (leads or facts.role is Role.ARTICLE or address == path)
        if (child or (deep and address.startswith(folder))) and facts.final_url not in own:
            yield facts


def _roots(known: Map) -> frozenset[str]:
    """Folders that hold the whole unit: everything stands below them."""
    home = known.evidence.home.facts.final_url if known.evidence.home is not None else ""
    portals = (known.evidence.unit.portal or "", home)
    return frozenset(url.partition("?")[0].rpartition("/")[0] + "/" for url in portals if url)


def working(ends: Iterable[tuple[Way, End]]) -> list[tuple[Way, End]]:
    """The ways to judge content by: several columns may carry one section."""
    kept: dict[str, tuple[Way, End]] = {}
    for way, end in ends:
        address = (
            end.facts.final_url if end.facts is not None else way.leaf.listed_by if way.leaf else way.url
        )
        kept.setdefault(address, (way, end))
    return list(kept.values())
