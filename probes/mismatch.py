"""Does what stands in a column belong there (栏目与内容对应)? A person has to confirm.

Evidence: articles that look out of place: a report of an event in a column for documents and reports, an
interpretation from above in a column for the unit's own. Source: docs/method.md, Columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from crawler.markup.page import Page
from crawler.model import Frozen, PageFacts, PageKind
from crawler.papers.documents import PaperKind, column_of, kind_of_title, news_report, read_paper
from crawler.signs.kind import page_kind
from crawler.texts.article import read_article
from probes.base import Check, Evidence, Finding, Probe, Reason, Result, Seen
from probes.lexicon import best_section
from probes.published import WORDS, is_above, quote

CHECKS = (Check("columns.mismatch", "栏目与内容对应"),)
_CHECK = CHECKS[0].id
_SECTIONS = frozenset(WORDS.mismatch.sections)
_OWN_LEVEL = re.compile(WORDS.mismatch.own_level)
_SHOWN = 3


class Misplaced(Frozen):
    """One article that may not belong to its column."""

    title: str
    column: str
    section: str
    why: str  # news | above
    source: str = ""
    shown: str = ""


class Limits(Frozen):
    """No limits: a single article out of place is told, and a person confirms it."""


def observe(page: Page) -> Misplaced | None:
    if page_kind(page) is not PageKind.ARTICLE:
        return None
    article = read_article(page)
    if article is None:
        return None
    why = "news" if news_report(article.title) else ""
    if not why and kind_of_title(article.title) is PaperKind.INTERPRETATION:
        why = "above" if is_above("", "", article.source, article.title) else ""
    if not why:
        return None
    column = column_of(page)
    section = _section(column)
    paper = read_paper(page)
    fits = section in _SECTIONS and (paper is None or not paper.number)
    if why == "above":
        fits = section == "interpretation" and _OWN_LEVEL.search(column) is not None
    if not fits:
        return None
    return Misplaced(
        title=article.title[:200],
        column=column,
        section=section,
        why=why,
        source=article.source[:60],
        shown=quote(article.text),
    )


@lru_cache(maxsize=4096)
def _section(name: str) -> str:
    match = best_section(name)
    return match.key if match is not None and match.confidence >= 1.0 else ""


def judge(evidence: Evidence[Misplaced], limits: Limits) -> Iterator[Result]:
    columns = {
        page.final_url: page
        for page in evidence.visited
        if page.identified and page.kind in (PageKind.COLUMN, PageKind.DISCLOSURE) and _judged(page)
    }
    wrong: dict[str, list[Seen[Misplaced]]] = {}
    for page in evidence.pages:
        wrong.setdefault(page.data.column, []).append(page)
    observed = {"columns": len(columns), "sample": sorted(columns)[:20]}
    if not wrong and not columns:
        if evidence.context.truncated:
            yield Result.unknown(_CHECK, Reason.BUDGET, observed=observed)
        else:
            yield Result.not_applicable(_CHECK, observed={"why": "没有可核对的栏目"})
        return
    faults = [_told(pages, evidence) for _, pages in sorted(wrong.items())]
    yield Result.of(
        _CHECK,
        defects=faults,
        population=max(len(columns), len(wrong)),
        needs_review=bool(faults),
        observed=observed,
    )


def _judged(page: PageFacts) -> bool:
    section = _section(_name(page))
    return section in _SECTIONS or (
        section == "interpretation" and _OWN_LEVEL.search(_name(page)) is not None
    )


def _name(page: PageFacts) -> str:
    return page.anchor or re.split(r"[-_|｜—]", page.title)[0]


def _told(pages: list[Seen[Misplaced]], evidence: Evidence[Misplaced]) -> Finding:
    first = pages[0]
    column = next(
        (page.final_url for page in evidence.visited if _name(page) == first.data.column),
        first.facts.parent or first.facts.final_url,
    )
    titles = "；".join(f"“{page.data.title}”{page.facts.final_url}" for page in pages[:_SHOWN])
    if first.data.why == "news":
        expected, what = f"“{first.data.column}”栏目只放与栏目名称相符的文件、报告", "活动报道"
    else:
        expected, what = f"“{first.data.column}”栏目只放本级政策的解读", "上级政策的解读"
    return Finding(
        url=column,
        subject=column,
        message=f"“{first.data.column}”栏目中有{what}",
        expected=expected,
        found=f"疑似{what} {len(pages)} 篇：{titles}；首篇正文：“{first.data.shown}”",
        advice="请把与栏目不符的内容移到相应栏目",
    )


PROBE = Probe(id="mismatch", checks=CHECKS, evidence=Misplaced, limits=Limits, observe=observe, judge=judge)
