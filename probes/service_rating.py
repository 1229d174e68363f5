"""Rating of services (好差评): can people rate online, and are the results published? A person confirms.

Evidence: rating forms, entries that lead to a rating platform, and articles with rating results. Whether the
platform works is not asked here. Source: JL-1.1.4.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import Field

from crawler.markup.page import Page
from crawler.markup.pieces import filled_by_script
from crawler.model import Frozen
from crawler.scope import Scope
from crawler.texts.article import read_article
from probes.base import Check, Evidence, Finding, Probe, Reason, Result
from probes.lexicon import match_section
from probes.published import quote

CHECKS = (
    Check("service_rating.channel", "“好差评”线上评价渠道"),
    Check("service_rating.results", "公开“好差评”评价结果"),
)
_NAMED = ("好差评", "服务评价", "办事评价", "政务服务满意度")
_ENTRY = re.compile(r"好差评|我要评价|在线评价|网上评价|评价入口|去评价|服务评价|办事评价")
# What only results say; a form to rate names the grades, but no numbers.
_RESULT = re.compile(
    r"(?:评价|办件|好评|差评|满意|不满意|回访)[^。\n]{0,16}?\d+(?:\.\d+)?\s*(?:条|件|个|次|%|％|起|人次)"
    r"|(?:好评率|满意率|差评率|满意度)[^。\n]{0,8}\d"
    r"|差评[^。\n]{0,20}(?:整改|办结|回访)"
)
_KEPT = 5


class OnPage(Frozen):
    """What one page tells of the rating of services."""

    title: str = ""
    form: bool = False  # grades to choose or a text to send
    entries: tuple[tuple[str, str], ...] = ()  # (text, URL) of entries to rate; '' = opened by script
    result: str = ""  # a quotation of rating results
    shown: str = ""  # a quotation that speaks of ratings
    scripted: bool = False
    column: bool = False


class Limits(Frozen):
    """How many pages are shown to the person who confirms."""

    sample: int = Field(default=5, ge=1, le=20, description="供人工核对的页面数")


def observe(page: Page) -> OnPage | None:
    text = page.text
    if not any(name in text for name in _NAMED) and "我要评价" not in text:
        return None
    entries = _entries(page) if page.is_home else ()
    if page.is_home:
        return OnPage(title=page.title[:60], entries=entries) if entries else None
    article = read_article(page)
    title = article.title if article is not None else page.title
    name = page.meta.get("columnname") or page.title.split("_")[0]
    column = any(match.key == "service_rating" for match in match_section(name)[:1])
    body = article.text if article is not None else ""
    if not column and not any(word in title or word in body for word in (*_NAMED, "我要评价")):
        return None
    found = _RESULT.search(body)
    told = "" if found is None else body[max(0, found.start() - 12) : found.end() + 12].replace("\n", " ")
    return OnPage(
        title=title[:60],
        form=_has_form(page),
        entries=_entries(page),
        result=told[:80],
        shown=quote(body, (*_NAMED, "评价")),
        scripted=filled_by_script(page) in ("shell", "template"),
        column=column,
    )


def _entries(page: Page) -> tuple[tuple[str, str], ...]:
    found = {
        (link.text[:30], link.url or "")
        for link in page.links
        if link.tag in ("a", "area") and len(link.text) <= 30 and _ENTRY.search(link.text)
    }
    return tuple(sorted(found)[:_KEPT])


def _has_form(page: Page) -> bool:
    """Something to grade with: choices or a text beside words of satisfaction; not a search form."""
    if "满意" not in page.text:
        return False
    return page.tree.css_first("input[type=radio],input[type=checkbox],textarea,[class*=star]") is not None


def judge(evidence: Evidence[OnPage], limits: Limits) -> Iterator[Result]:
    if not evidence.pages:
        for check in CHECKS:
            if evidence.context.truncated:
                yield Result.unknown(check.id, Reason.BUDGET, observed={"why": "页数用尽，未读到好差评内容"})
            else:
                yield Result.not_applicable(check.id, observed={"why": "网站没有“好差评”内容"})
        return
    near = {page.facts.final_url for page in evidence.pages}
    scripted = any(page.data.scripted for page in evidence.pages) or bool(evidence.unread(_ENTRY, near))
    yield _judge_channel(evidence, limits, scripted)
    yield _judge_results(evidence, limits, scripted)


def _judge_channel(evidence: Evidence[OnPage], limits: Limits, scripted: bool) -> Result:
    scope = Scope.of(evidence.unit)
    forms = [page.facts.final_url for page in evidence.pages if page.data.form]
    # An entry that leads to one's own column is no channel yet: its page must have something to rate with.
    away = [
        url
        for page in evidence.pages
        for text, url in page.data.entries
        if url not in scope and not url.startswith("javascript")
    ]
    channels = list(dict.fromkeys([*forms, *(url for url in away if url)]))
    by_script = any(url == "" for url in away)
    if channels:
        return Result.of("service_rating.channel", observed={"links": channels[: limits.sample]})
    if scripted or by_script:
        why = "评价入口由脚本打开，或所在页面未能读到"
        return Result.unknown(
            "service_rating.channel", Reason.UNREADABLE, population=1, observed={"why": why}
        )
    finding = _finding(
        evidence,
        limits,
        message="没有找到“好差评”线上评价渠道",
        expected="有可对政务服务作出评价的网上入口（本站表单或省政务服务评价平台链接）",
        found="有关页面均没有评价表单，也没有通往评价平台的链接",
        advice="请在政务服务栏目显著位置设置“好差评”入口",
    )
    return Result.of("service_rating.channel", defects=[finding], needs_review=True)


def _judge_results(evidence: Evidence[OnPage], limits: Limits, scripted: bool) -> Result:
    results = {page.facts.final_url: page.data.result for page in evidence.pages if page.data.result}
    if results:
        urls = sorted(results)[: limits.sample]
        return Result.of("service_rating.results", observed={"sample": urls, "quote": results[urls[0]]})
    if scripted:
        why = "评价结果可能由脚本加载，或所在页面未能读到"
        return Result.unknown(
            "service_rating.results", Reason.UNREADABLE, population=1, observed={"why": why}
        )
    finding = _finding(
        evidence,
        limits,
        message="没有找到公开的“好差评”评价结果",
        expected="定期公布评价数量、好评率和差评整改情况",
        found="有关页面均没有评价数量、好评率或差评整改情况",
        advice="请按季度或月度公布“好差评”评价结果",
    )
    return Result.of("service_rating.results", defects=[finding], needs_review=True)


def _finding(
    evidence: Evidence[OnPage], limits: Limits, *, message: str, expected: str, found: str, advice: str
) -> Finding:
    """With the pages that speak of ratings side by side, for the person who confirms."""
    telling = [page for page in evidence.pages if page.data.shown] or evidence.pages
    shown = "；".join(
        f"“{page.data.title or page.facts.title}”（{page.facts.final_url}）：“{page.data.shown}”"
        for page in telling[: limits.sample]
    )
    url = next((page.facts.final_url for page in evidence.pages if page.data.column), None)
    return Finding(
        url=url or evidence.pages[0].facts.final_url,
        message=message,
        expected=expected,
        found=f"{found}。读到的有关页面：{shown}",
        advice=advice,
    )


PROBE = Probe(
    id="service_rating", checks=CHECKS, evidence=OnPage, limits=Limits, observe=observe, judge=judge
)
