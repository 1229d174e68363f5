"""Documents and services (文件与办事互通): do policy documents lead to the services they rule, or back?

Evidence: links in documents that lead to guides or a service platform, and links in guides that lead to
documents; navigation, which stands on every page, does not count. A person confirms. Source: JL-B3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from random import Random
from typing import Literal

from pydantic import Field

from crawler.markup.page import Link, Page
from crawler.model import Frozen, PageKind
from crawler.papers.guides import read_guide
from crawler.signs.kind import page_kind
from crawler.texts.article import ATTACHMENT, read_article
from probes.base import Check, Evidence, Finding, Probe, Reason, Result, Seen
from probes.lexicon import match_section
from probes.published import unshown_section

CHECKS = (Check("documents.service_link", "规范性文件与政务服务平台互通"),)
_NUMBER = re.compile(r"[\u4e00-\u9fff]{2,12}[〔\[［（(]20\d\d[〕\]］）)]\s?\d{1,4}\s?号")
_TO_SERVICE = re.compile(
    r"办事|办理(?:入口|事项|指南)|在线办理|网上办理|服务(?:事项|指南|入口)|相关事项|申报入口"
)
_SERVICE_URL = re.compile(r"zwfw|bszn|bsfw|itemcode|implement|/guide", re.IGNORECASE)
_TO_DOCUMENT = re.compile(
    r"《[^》]{4,}》|(?:通知|办法|规定|意见|细则|条例|方案|决定|标准)$|政策(?:文件|依据)|相关文件"
)
_KEPT = 8
_KEPT_HOME = 60


class OnPage(Frozen):
    """One document or guide with the links that may lead to the other kind."""

    part: Literal["document", "guide", "home"]
    title: str = ""
    links: tuple[tuple[str, str], ...] = ()  # (text, URL)


class Limits(Frozen):
    """How many documents are shown to the person who confirms."""

    sample: int = Field(default=20, ge=1, le=20, description="最多抽查几份文件")


def observe(page: Page) -> OnPage | None:
    if page.is_home:
        found = dict.fromkeys((link.text[:30], link.url) for link in page.links if _names_service(link))
        links = tuple((text, url) for text, url in found if url)
        return OnPage(part="home", links=links[:_KEPT_HOME]) if links else None
    kind = page_kind(page)
    article = read_article(page)
    # Guides in tables, published by the CMS as articles, are guides all the same.
    if kind is PageKind.SERVICE_GUIDE or (kind is PageKind.ARTICLE and read_guide(page) is not None):
        if article is None or "公开" in article.title:
            return None
        return OnPage(part="guide", title=article.title[:60], links=_links(page, article.text, _TO_DOCUMENT))
    if kind is not PageKind.ARTICLE:
        return None
    column = page.meta.get("columnname", "")
    matches = match_section(column)[:1] if column else []
    named = any(match.key == "documents" for match in matches)
    if article is None or not (named or (not matches and _is_document(article.text, article.title))):
        return None
    return OnPage(part="document", title=article.title[:60], links=_links(page, article.text, _TO_SERVICE))


def _names_service(link: Link) -> bool:
    """A link of the home page: what stands there too is navigation."""
    named = _TO_SERVICE.search(link.text) or (link.url and _SERVICE_URL.search(link.url))
    return link.tag == "a" and bool(link.url and named)


def _is_document(text: str, title: str) -> bool:
    """Without a column to go by: a document number at its head and a title of a document's kind."""
    return (
        _NUMBER.search(text[:200]) is not None
        and re.search(r"通知|办法|意见|规定|细则|方案", title) is not None
    )


def _links(page: Page, text: str, wanted: re.Pattern[str]) -> tuple[tuple[str, str], ...]:
    """Links of the text, and links elsewhere whose words name the other kind; names of columns are chrome."""
    found: dict[str, str] = {}
    for link in page.links:
        if link.tag != "a" or not link.url or not 4 <= len(link.text) <= 80 or ATTACHMENT.search(link.url):
            continue
        if link.text not in text and not wanted.search(link.text):
            continue
        if match_section(link.text)[:1] and match_section(link.text)[0].confidence >= 1:
            continue
        found.setdefault(link.url, link.text)
    return tuple((words, url) for url, words in list(found.items())[:_KEPT])


def judge(evidence: Evidence[OnPage], limits: Limits) -> Iterator[Result]:
    check = "documents.service_link"
    context = evidence.context
    end = min(context.period.end, context.as_of)
    documents = [page for page in evidence.pages if page.data.part == "document"]
    current = [p for p in documents if p.facts.date is None or context.period.start <= p.facts.date <= end]
    guides = [page for page in evidence.pages if page.data.part == "guide"]
    if not current:
        if context.truncated:
            yield Result.unknown(check, Reason.BUDGET, observed={"why": "页数用尽，未读到文件"})
        elif unshown_section(evidence, "documents"):
            yield Result.unknown(check, Reason.UNREADABLE, observed={"why": "文件栏目由脚本加载，未能读取"})
        else:
            yield Result.not_applicable(check, observed={"why": "评估期内没有发布规范性文件"})
        return
    chosen = _drawn(current, context.seed, limits.sample)
    chrome = {url for page in evidence.pages if page.data.part == "home" for _, url in page.data.links}
    joined = _joined(chosen, guides, chrome) or _joined(current, guides, chrome) or _back(guides, documents)
    observed: dict[str, object] = {"sample": [page.facts.final_url for page in chosen]}
    if joined:
        yield Result.of(check, observed={**observed, "links": joined[:5]})
        return
    yield Result.of(check, defects=[_apart(chosen, guides)], needs_review=True, observed=observed)


def _drawn(pages: Sequence[Seen[OnPage]], seed: int, most: int) -> list[Seen[OnPage]]:
    ordered = sorted(pages, key=lambda page: page.facts.final_url)
    drawn = Random(f"{seed} document_service").sample(range(len(ordered)), min(most, len(ordered)))
    return [ordered[number] for number in sorted(drawn)]


def _joined(documents: Sequence[Seen[OnPage]], guides: Sequence[Seen[OnPage]], chrome: set[str]) -> list[str]:
    """Links of documents that lead to a guide or a service."""
    known = {page.facts.final_url for page in guides} | {page.facts.url for page in guides}
    return [
        url
        for page in documents
        for text, url in page.data.links
        if url in known or (url not in chrome and (_TO_SERVICE.search(text) or _SERVICE_URL.search(url)))
    ]


def _back(guides: Sequence[Seen[OnPage]], documents: Sequence[Seen[OnPage]]) -> list[str]:
    """Links of guides that lead to a document."""
    known = {page.facts.final_url for page in documents} | {page.facts.url for page in documents}
    return [
        url for page in guides for text, url in page.data.links if url in known or _TO_DOCUMENT.search(text)
    ]


def _apart(documents: Sequence[Seen[OnPage]], guides: Sequence[Seen[OnPage]]) -> Finding:
    """With documents and guides side by side, for the person who confirms."""
    left = "；".join(f"“{page.data.title}”链接：{_texts(page)}" for page in documents[:3])
    right = "；".join(f"“{page.data.title}”链接：{_texts(page)}" for page in guides[:3]) or "站内没有办事指南"
    url = documents[0].facts.final_url
    return Finding(
        url=url,
        subject=url,
        message="规范性文件与政务服务事项没有相互链接",
        expected="文件页面链接相关办事事项，或办事指南链接所依据的文件",
        found=f"文件：{left}。办事指南：{right}",
        advice="请在文件页面增加“相关办事”链接，在办事指南的设定依据处链接文件原文",
    )


def _texts(page: Seen[OnPage]) -> str:
    return "、".join(text[:20] for text, _ in page.data.links[:4]) or "无"


PROBE = Probe(
    id="document_service", checks=CHECKS, evidence=OnPage, limits=Limits, observe=observe, judge=judge
)
