"""Government new media (政务新媒体): are the accounts kept up, are policies repeated there?

Evidence: accounts that the site names or links, and their posts where the site lists them with days. `gather`
opens up to four linked account pages, once each; platforms that show nothing to a visitor say nothing, and
the accounts stay unknown. Source: JL-3.2.1.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from urllib.parse import urlsplit

from pydantic import Field

from crawler.lists.rows import find_rows
from crawler.markup.dates import plausible, with_year
from crawler.markup.page import Page
from crawler.model import Frozen, Outcome, PageKind, Request
from crawler.papers.documents import PaperKind, kind_of_title
from crawler.signs.kind import page_kind
from probes.base import Check, Evidence, Finding, Net, Probe, Reason, Result
from probes.published import SAMPLE, WORDS, alike, drawn, is_own, needs_interpretation

CHECKS = (
    Check("new_media.fresh", "政务新媒体两周内更新"),
    Check("new_media.sync", "政策与解读同步发布于新媒体"),
)
_W = WORDS.new_media
_ACCOUNT = re.compile(
    r"(微信公众号|政务微信|官方微信|政务微博|官方微博|新浪微博|视频号|抖音号?|今日头条|头条号|政务头条|快手号?)\s*[:：“\"《]\s*"
    r"([\u4e00-\u9fa5A-Za-z0-9_]{2,20})"
)
_SHARE = re.compile(r"/share|sharer|service\.weibo|widget|plugin|/oauth|connect", re.IGNORECASE)
_ASKED = 4  # account pages opened per unit
_FEWEST_POSTS = 5  # fewer say nothing of what is repeated there


class Post(Frozen):
    """One post of an account, as a list shows it."""

    title: str
    day: date


class Shown(Frozen):
    """What one page of the site shows of new media."""

    named: tuple[str, ...] = ()  # 微信公众号：阳光发布
    linked: tuple[str, ...] = ()  # addresses of accounts
    posts: tuple[Post, ...] = ()


class Account(Frozen):
    """One account page that was opened."""

    url: str
    outcome: Outcome
    posts: tuple[Post, ...] = ()


class Accounts(Frozen):
    """All account pages that were opened."""

    opened: tuple[Account, ...] = ()


class Limits(Frozen):
    days: int = Field(default=14, description="新媒体最多多少天不更新", ge=1)
    tested_share: float = Field(default=0.9, description="判为通过所需的已测比例")
    sample: int = Field(default=SAMPLE, description="最多核对几份政策和解读", ge=1, le=SAMPLE)


def observe(page: Page) -> Shown | None:
    about = "新媒体" in page.title or "新媒体" in page.meta.get("columnname", "")
    if not (about or page.is_home):
        if page_kind(page) is PageKind.ARTICLE or not any(host in page.html for host in _W.hosts):
            return None
        posts = _posts(page)
        return Shown(posts=posts) if posts else None
    linked = [
        link.url for link in page.links if link.url and link.tag in ("a", "area") and _is_account(link.url)
    ]
    named = [f"{kind}：{name}" for kind, name in _ACCOUNT.findall(page.text)] if about else []
    shown = Shown(
        named=tuple(dict.fromkeys(named))[:20], linked=tuple(dict.fromkeys(linked))[:20], posts=_posts(page)
    )
    return shown if shown.named or shown.linked or shown.posts else None


def _posts(page: Page) -> tuple[Post, ...]:
    """Rows of the site's own lists that lead to a platform."""
    return tuple(
        Post(title=row.title[:100], day=row.date)
        for row in find_rows(page).rows
        if row.date is not None and row.url and _on_platform(row.url)
    )[:40]


def _on_platform(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return any(host == name or host.endswith("." + name) for name in _W.hosts)


def _is_account(url: str) -> bool:
    return _on_platform(url) and _SHARE.search(url) is None and "mp.weixin.qq.com/s" not in url


async def gather(evidence: Evidence[Shown], net: Net) -> Accounts:
    """The linked account pages as a visitor sees them."""
    opened = []
    for url in _linked(evidence)[:_ASKED]:
        fetched = await net.once(Request(url))
        posts: tuple[Post, ...] = ()
        if fetched.outcome is Outcome.OK:
            posts = _visible(Page.of(fetched), evidence.context.as_of)
        opened.append(Account(url=url, outcome=fetched.outcome, posts=posts))
    return Accounts(opened=tuple(opened))


def _visible(page: Page, as_of: date) -> tuple[Post, ...]:
    rows = (
        (row.title, row.date or (with_year(row.month_day, as_of) if row.month_day else None))
        for row in find_rows(page).rows
    )
    return tuple(
        Post(title=title[:100], day=day) for title, day in rows if day is not None and plausible(day, as_of)
    )[:40]


def _linked(evidence: Evidence[Shown]) -> list[str]:
    return sorted({url for page in evidence.pages for url in page.data.linked})


def judge(evidence: Evidence[Shown], limits: Limits) -> Iterator[Result]:
    named = sorted({name for page in evidence.pages for name in page.data.named})
    linked = _linked(evidence)
    listed = [post for page in evidence.pages for post in page.data.posts]
    if not (named or linked or listed):
        for check in CHECKS:
            if evidence.context.truncated:
                yield Result.unknown(check.id, Reason.BUDGET)
            else:
                yield Result.not_applicable(check.id, observed={"why": "没有发现政务新媒体账号"})
        return
    opened = evidence.gathered.opened if isinstance(evidence.gathered, Accounts) else ()
    seen = [account for account in opened if account.posts]
    observed = {"accounts": [*named, *linked]}
    yield _fresh(evidence, limits, seen, listed, max(1, len(named), len(linked)), observed)
    yield _sync(evidence, limits, seen, listed, observed)


def _fresh(
    evidence: Evidence[Shown],
    limits: Limits,
    seen: Sequence[Account],
    listed: Sequence[Post],
    accounts: int,
    observed: dict[str, list[str]],
) -> Result:
    oldest = evidence.context.as_of - timedelta(days=limits.days)
    idle = [account for account in seen if max(post.day for post in account.posts) < oldest]
    # A list on the site proves that somebody posts, never that nobody does.
    tested = max(len(seen), 1 if any(post.day >= oldest for post in listed) else 0)
    return Result.of(
        "new_media.fresh",
        defects=[_stale(account, oldest, evidence) for account in idle],
        population=max(accounts, tested),
        tested=tested,
        tested_share=limits.tested_share,
        reason=Reason.UNREADABLE,
        needs_review=bool(idle),
        observed=observed,
    )


def _stale(account: Account, oldest: date, evidence: Evidence[Shown]) -> Finding:
    newest = max(account.posts, key=lambda post: post.day)
    return Finding(
        url=evidence.unit.portal or account.url,
        subject=account.url,
        message="政务新媒体超过两周没有更新",
        expected=f"最新一条不早于 {oldest}",
        found=f"账号页面上最新一条为“{newest.title}”（{newest.day}）",
        advice="请保持每两周至少更新一次，不再使用的账号按规定注销",
    )


def _sync(
    evidence: Evidence[Shown],
    limits: Limits,
    seen: Sequence[Account],
    listed: Sequence[Post],
    observed: dict[str, list[str]],
) -> Result:
    check = "new_media.sync"
    own = [post for account in seen for post in account.posts]
    posts = [*own, *listed]
    if len(posts) < _FEWEST_POSTS:
        return Result.unknown(check, Reason.UNREADABLE, observed=observed)
    first = min(post.day for post in posts)
    wanted = drawn(_papers(evidence, first), evidence, check, limits.sample)
    if not wanted:
        why = "可见的新媒体信息所及时段内没有新的政策和解读"
        return Result.unknown(check, Reason.TOO_FEW_SAMPLES, observed={**observed, "why": why})
    absent = {
        url: title for url, title in wanted.items() if not any(alike(title, post.title) for post in posts)
    }
    # What a list on the site leaves out may have been posted: only the account's own page proves a gap.
    proven = len(own) >= _FEWEST_POSTS and first == min(post.day for post in own)
    faults = [_absent(url, title, posts) for url, title in absent.items()] if proven else []
    return Result.of(
        check,
        defects=faults,
        population=len(wanted),
        tested=len(wanted) - (0 if proven else len(absent)),
        tested_share=limits.tested_share,
        needs_review=bool(faults),
        observed={**observed, "sample": list(wanted)},
    )


def _papers(evidence: Evidence[Shown], first: date) -> dict[str, str]:
    """The unit's own documents and interpretations of the time that the visible posts cover."""
    period, as_of = evidence.context.period, evidence.context.as_of
    begin, end = max(first, period.start), min(period.end, as_of)
    found = {}
    for page in evidence.visited:
        if page.date is None or not begin <= page.date <= end or page.kind is not PageKind.ARTICLE:
            continue
        interprets = kind_of_title(page.title) is PaperKind.INTERPRETATION
        issued = needs_interpretation(page.title, "") and is_own(evidence.unit, title=page.title) is True
        if interprets or (issued and "印发" in page.title):
            found[page.final_url] = page.title
    return found


def _absent(url: str, title: str, posts: Sequence[Post]) -> Finding:
    newest = sorted(posts, key=lambda post: post.day, reverse=True)[:3]
    shown = "；".join(f"“{post.title}”（{post.day}）" for post in newest)
    return Finding(
        url=url,
        subject=url,
        message="政策或解读没有在新媒体上同步发布",
        expected="网站发布的重要政策和解读在政务新媒体上同步发布",
        found=f"网站“{title}”；新媒体可见的 {len(posts)} 条中没有同题信息，最新的是：{shown}",
        advice="请在政务新媒体上同步发布该政策或解读",
    )


PROBE = Probe(
    id="new_media",
    checks=CHECKS,
    evidence=Shown,
    limits=Limits,
    observe=observe,
    gathers=Accounts,
    gather=gather,
    judge=judge,
)
