"""Is the home page still kept up (首页更新)? The newest dated entry on it may be at most two weeks old.

Evidence: the dated rows of every list on the home page; for rows without a date, the article they open, when
the walk read it. Source: national veto item 3 (two weeks).
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from crawler.dialects import read as read_dialects
from crawler.dialects.reading import Row
from crawler.lists.blocks import read_blocks
from crawler.markup.dates import MonthDay, plausible, url_date, with_year
from crawler.markup.page import Page
from crawler.markup.pieces import filled_by_script, unfilled_lists, unread_frames
from crawler.model import Frozen, PageKind
from crawler.scope import site_host
from crawler.texts.article import is_article_url
from probes.base import Check, Evidence, Finding, Probe, Reason, Result

LATE_DAYS = 3  # assumed
_TITLE = 8  # characters; shorter links open standing pages (联系我们, 网站声明), not news (assumed)

CHECKS = (Check("home.fresh", "首页两周内有更新"),)


class Dated(Frozen):
    """What the home page shows of dates. Days without a year as (month, day)."""

    days: tuple[date, ...] = ()
    short: tuple[tuple[int, int], ...] = ()
    undated: tuple[str, ...] = ()  # article links without a date beside them
    others: tuple[
        str, ...
    ] = ()  # pictures, standing pages, other hosts: may show that all is fresh, never stale
    numbered: tuple[str, ...] = ()  # as undated, by addresses no system is known by: perhaps articles
    numbered_others: tuple[str, ...] = ()
    unread: bool = False  # a frame or a script may hold more


class Limits(Frozen):
    days: int = 14  # national veto item 3
    tested_share: float = 0.9


def observe(page: Page) -> Dated | None:
    if not page.is_home:
        return None
    days: set[date] = set()
    short: set[tuple[int, int]] = set()
    undated: list[str] = []
    others: list[str] = []
    numbered: list[str] = []
    numbered_others: list[str] = []
    host = site_host(page.url)
    rows = list(_rows(page))
    for row in rows:
        news = len(row.title) >= _TITLE and site_host(row.url) == host
        if row.month_day:
            short.add((row.month_day.month, row.month_day.day))
        elif row.date and (news or row.date != url_date(row.url)):
            days.add(row.date)
        elif row.url and is_article_url(row.url):
            (undated if news else others).append(row.url)
    dated_urls = {row.url for row in rows if row.month_day or (row.date and row.date != url_date(row.url))}
    for link in page.links:
        if link.url and link.tag in ("a", "area"):
            own = site_host(link.url) == host
            news = len(link.text) >= _TITLE and own
            if is_article_url(link.url):
                (undated if news else others).append(link.url)
            elif own and _NUMBERED.search(link.url):
                (numbered if news else numbered_others).append(link.url)
    return Dated(
        days=tuple(sorted(days)),
        short=tuple(sorted(short)),
        undated=_besides(undated, dated_urls),
        others=_besides(others, dated_urls, undated),
        numbered=_besides(numbered, dated_urls),
        numbered_others=_besides(numbered_others, dated_urls, numbered),
        unread=_unread(page),
    )


# show.asp?id=123, /News/View/123: a number in the last part of the address.
_NUMBERED = re.compile(r"\d[^/?]*$|\?[^?]*\d")


def _besides(urls: Iterable[str], *known: Container[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(url for url in urls if not any(url in one for one in known)))


def _unread(page: Page) -> bool:
    """Frames, templates and lists that scripts fill: the newest entry may stand there."""
    return unread_frames(page) or filled_by_script(page) in ("shell", "template") or unfilled_lists(page)


def _rows(page: Page) -> Iterator[Row]:
    yield from read_dialects(page).rows
    for part in page.parts:
        blocks = read_blocks(part.tree, page.base if part.origin == "page" else part.url)
        for block in (blocks.main, *blocks.others):
            if block is not None:
                yield from block.rows


def judge(evidence: Evidence[Dated], limits: Limits) -> Iterator[Result]:
    home = evidence.home
    if home is None:
        yield Result.unknown("home.fresh", Reason.UNREADABLE)
        return
    as_of = evidence.context.as_of
    days = [*home.data.days, *(_placed(pair, as_of) for pair in home.data.short)]
    opened = {page.url: page.date for page in evidence.visited}
    kinds = {page.url: page.kind for page in evidence.visited if page.identified}
    by_article = [opened.get(url) or url_date(url) for url in home.data.undated]
    by_other = [opened.get(url) or url_date(url) for url in home.data.others]
    gaps = [_share_undated(days, by_article, by_other)]
    by_article += [opened.get(url) or url_date(url) for url in _articles(home.data.numbered, kinds)]
    by_other += [opened.get(url) or url_date(url) for url in _articles(home.data.numbered_others, kinds)]
    # Old numbered links must not outweigh undated news: each population has to be dated.
    gaps.append(_share_undated(days, by_article, by_other))
    known = [day for day in (*days, *by_article) if plausible(day, as_of)]
    newest = max((day for day in known if day), default=None)
    latest = max((day for day in (newest, *by_other) if plausible(day, as_of) and day), default=None)
    missing = sum(day is None for day in (*by_article, *by_other))
    population = len(days) + len(by_article) + len(by_other)
    observed = {"newest": latest.isoformat() if latest else None, "dated": len(known), "undated": missing}
    fresh = latest is not None and latest >= as_of - timedelta(days=limits.days)
    if fresh:
        yield Result.of("home.fresh", population=population, observed=observed)
    elif newest is None or max(gaps) > 1 - limits.tested_share or _read_late(home.data, as_of):
        yield Result.unknown("home.fresh", Reason.UNDATED, population=population, observed=observed)
    elif home.data.unread:
        yield Result.unknown("home.fresh", Reason.UNREADABLE, population=population, observed=observed)
    else:
        stale = _stale(home.facts.final_url, latest or newest, as_of, limits.days)
        yield Result.of("home.fresh", defects=[stale], population=population, observed=observed)


def _share_undated(*groups: Sequence[date | None]) -> float:
    days = [day for group in groups for day in group]
    return sum(day is None for day in days) / len(days) if days else 0.0


def _articles(urls: Iterable[str], kinds: Mapping[str, PageKind]) -> Iterator[str]:
    """Without those that turned out to be columns and the like."""
    return (url for url in urls if kinds.get(url, PageKind.ARTICLE) is PageKind.ARTICLE)


def _read_late(home: Dated, as_of: date) -> bool:
    """Several days after as-of: the page no longer shows what stood there on that day. One or two are
    typing errors and prove nothing either way."""
    return sum(day > as_of for day in home.days) >= LATE_DAYS


def _placed(pair: tuple[int, int], as_of: date) -> date | None:
    return with_year(MonthDay(*pair), as_of)


def _stale(url: str, newest: date, as_of: date, days: int) -> Finding:
    return Finding(
        url=url,
        subject=url,
        message=f"首页超过 {days} 天没有更新",
        expected=f"首页最新一条信息的日期不早于 {as_of - timedelta(days=days)}",
        found=f"最新一条为 {newest}，距基准日 {as_of} 已 {(as_of - newest).days} 天",
        advice="请及时在首页发布动态、要闻等信息",
    )


PROBE = Probe(id="home_fresh", checks=CHECKS, evidence=Dated, limits=Limits, observe=observe, judge=judge)
