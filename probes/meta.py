"""Page tags (页面标签): does each page say in its meta tags what site, column and article it is?

Evidence: the required names that are missing, empty or `null` on each page, and what the tags say against
what the page shows. Source: 国办发〔2017〕47号 (site guide: home 3 tags, lists 7, articles 10).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date

from rapidfuzz import fuzz

from crawler.markup.dates import parse_date
from crawler.markup.page import Page
from crawler.model import Frozen, PageKind, Role
from crawler.papers.letters import read_letters
from crawler.scope import site_host
from crawler.texts.article import Article, read_article
from probes.base import Check, Evidence, Finding, Probe, Reason, Result, Seen

CHECKS = (
    Check("meta.site", "首页网站标签"),
    Check("meta.column", "栏目页标签"),
    Check("meta.article", "内容页标签"),
    Check("meta.consistent", "标签与页面一致"),
)

SITE = ("SiteName", "SiteDomain", "SiteIDCode")
COLUMN = ("ColumnName", "ColumnDescription", "ColumnKeywords", "ColumnType")
ARTICLE = ("ArticleTitle", "PubDate", "ContentSource")
_LISTED = 20  # findings


class Tags(Frozen):
    """One page's tags. `lacking`: required names (of all three groups) missing, empty or `null`."""

    lacking: tuple[str, ...] = ()
    site_domain: str | None = None
    article_title: str | None = None
    shown_title: str | None = None
    published: date | None = None  # PubDate
    shown_date: date | None = None  # in the text, not from the tag


class Limits(Frozen):
    """`lacking_share` of the pages read; `title_likeness` 0–100 (assumed); `days` between tag and page."""

    lacking_share: float = 0.1
    title_likeness: float = 80.0
    days: int = 1


def observe(page: Page) -> Tags:
    meta = page.meta
    lacking = tuple(name for name in (*SITE, *COLUMN, *ARTICLE) if _empty(meta.get(name.lower())))
    tags = Tags(lacking=lacking, site_domain=(meta.get("sitedomain") or "") or None)
    if "ArticleTitle" in lacking and "PubDate" in lacking:
        return tags
    article = read_article(page)
    if article is None:
        return tags
    return tags.model_copy(
        update={
            "article_title": None if "ArticleTitle" in lacking else meta["articletitle"][:200],
            "shown_title": article.title[:200] or None,
            "published": None if "PubDate" in lacking else parse_date(meta["pubdate"]),
            "shown_date": _shown_date(page, article),
        }
    )


def _shown_date(page: Page, article: Article) -> date | None:
    """The visible day. A letter shows the days of question and reply: which of them the tag means is open."""
    return None if article.date_source != "text" or read_letters(page) else article.date


def _empty(content: str | None) -> bool:
    return content is None or content.strip().lower() in ("", "null", "undefined", "none")


def judge(evidence: Evidence[Tags], limits: Limits) -> Iterator[Result]:
    if evidence.home is None:
        return
    yield _judge_home(evidence.home)
    yield _judge_many(evidence, PageKind.COLUMN, "meta.column", (*SITE, *COLUMN), limits)
    yield _judge_many(evidence, PageKind.ARTICLE, "meta.article", (*SITE, *COLUMN, *ARTICLE), limits)
    yield _judge_consistent(evidence, evidence.home, limits)


def _judge_home(home: Seen[Tags]) -> Result:
    lacking = [name for name in SITE if name in home.data.lacking]
    defects = [_lacking(home, lacking)] if lacking else []
    return Result.of("meta.site", defects=defects, observed={"lacking": lacking})


def _lacking(page: Seen[Tags], names: Sequence[str]) -> Finding:
    listed = "、".join(names)
    return Finding(
        url=page.facts.final_url,
        subject=page.facts.final_url,
        message=f"页面标签缺少或为空：{listed}。",
        expected="网站标签、栏目标签、内容页标签齐全且有内容（首页 3 项，栏目页 7 项，内容页 10 项）",
        found=f"没有 {listed}，或内容为空、为 null",
        advice="在模板的 <head> 中按《政府网站发展指引》补齐 meta 标签，由发布系统自动填写",
    )


def _own(evidence: Evidence[Tags], kind: PageKind) -> list[Seen[Tags]]:
    own = (page for page in evidence.pages if page.facts.kind is kind and page.facts.identified)
    pages = {page.facts.final_url: page for page in own if page.facts.role is not Role.SITE_MAP}
    return [pages[url] for url in sorted(pages)]


def _judge_many(
    evidence: Evidence[Tags], kind: PageKind, check: str, required: Sequence[str], limits: Limits
) -> Result:
    pages = _own(evidence, kind)
    if not pages:
        return Result.unknown(check, Reason.TOO_FEW_SAMPLES)
    lacking = [(page, [name for name in required if name in page.data.lacking]) for page in pages]
    bad = [(page, names) for page, names in lacking if names]
    by_name = {name: sum(name in names for _, names in bad) for name in required}
    observed = {
        "pages": len(pages),
        "lacking_pages": len(bad),
        "lacking": {k: v for k, v in by_name.items() if v},
    }
    failed = len(bad) > limits.lacking_share * len(pages)
    result = Result.of(
        check,
        defects=[_lacking(page, names) for page, names in bad] if failed else [],
        population=len(pages),
        observed=observed,
    )
    return result.model_copy(update={"findings": result.findings[:_LISTED]})


def _judge_consistent(evidence: Evidence[Tags], home: Seen[Tags], limits: Limits) -> Result:
    compared = 0
    defects: list[Finding] = []
    domains = _hosts(home.data.site_domain)
    if domains:
        compared += 1
        host = site_host(home.facts.final_url).partition(":")[0]
        if host not in domains:
            defects.append(_differs(home, "SiteDomain", home.data.site_domain or "", f"域名 {host}"))
    for page in _own(evidence, PageKind.ARTICLE):
        tags = page.data
        if tags.article_title and tags.shown_title:
            compared += 1
            if not _alike(tags.article_title, tags.shown_title, limits.title_likeness):
                defects.append(
                    _differs(page, "ArticleTitle", tags.article_title, f"标题“{tags.shown_title}”")
                )
        if tags.published and tags.shown_date:
            compared += 1
            if abs((tags.published - tags.shown_date).days) > limits.days:
                shown = f"日期 {tags.shown_date.isoformat()}"
                defects.append(_differs(page, "PubDate", tags.published.isoformat(), shown))
    if not compared:
        return Result.unknown("meta.consistent", Reason.TOO_FEW_SAMPLES)
    result = Result.of("meta.consistent", defects=defects, population=compared)
    return result.model_copy(update={"findings": result.findings[:_LISTED]})


def _differs(page: Seen[Tags], name: str, tag: str, shown: str) -> Finding:
    return Finding(
        url=page.facts.final_url,
        subject=page.facts.final_url,
        message=f"标签 {name} 与页面不一致：标签为“{tag}”，页面为{shown}。",
        expected=f"{name} 与页面所示相同",
        found=f"标签为“{tag}”，页面为{shown}",
        advice="由发布系统自动填写标签，迁移旧稿时保留原发布日期",
    )


def _hosts(domain: str | None) -> list[str]:
    """The hosts that a SiteDomain tag names: real ones carry `http://`, paths, `www.`, or several of them."""
    named = [word for word in re.split(r"[\s,，;；、|]+", domain or "") if "." in word]
    hosts = (site_host(word if "://" in word else f"http://{word.lstrip('/')}") for word in named)
    return [name for host in hosts if (name := host.partition(":")[0])]


def _alike(tag: str, shown: str, likeness: float) -> bool:
    one, other = _plain(tag), _plain(shown)
    if not one or not other or one in other or other in one:
        return True
    return fuzz.ratio(one, other) >= likeness


def _plain(title: str) -> str:
    """Titles without markup, spaces and punctuation; cut ones without their dots."""
    title = re.sub(r"&[#\w]+;|<[^>]*>?", "", title)
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", title))


PROBE = Probe(id="meta", checks=CHECKS, evidence=Tags, limits=Limits, observe=observe, judge=judge)
