"""Do portal and departments publish one document alike (数据同源)? Judged on the government's portal.

Evidence: numbered policy documents of the portal and of its departments in the same sweep. One document: the
same number and issuer, a like title. It differs where the title or the sentences differ much; days of
publication and layout may. Source: JL-3.1.2.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from zlib import crc32

from pydantic import Field
from rapidfuzz import fuzz

from crawler.markup.page import Page
from crawler.model import Frozen, UnitKind
from crawler.papers.documents import PaperKind, core_of_title, read_paper
from probes.base import Check, Evidence, Finding, PortalState, Probe, Reason, Result, Seen
from probes.lexicon import normalise
from probes.published import SAMPLE, drawn, quote

CHECKS = (Check("site.one_source", "门户与部门公开内容数据同源"),)
_CHECK = CHECKS[0].id
_SKETCH = 48  # sentences kept of one document; enough to tell half from nine tenths
_SENTENCE = re.compile(r"[。；;！？!?\n，,：:]+")
_SHORTEST = 6
_SAME_NAME = 60  # below it the number was misread or is another issuer's
_GOVERNMENTS = (UnitKind.CITY, UnitKind.COUNTY, UnitKind.ZONE, UnitKind.TOWN)


class Document(Frozen):
    """One numbered document. `sketch`: checksums of the sentences with the smallest ones, sorted."""

    title: str
    number: str
    issuer: str = ""
    characters: int = 0
    sketch: tuple[int, ...] = ()
    shown: str = ""


class Limits(Frozen):
    tested_share: float = Field(default=0.9, description="判为通过所需的已测比例")
    text_likeness: float = Field(default=0.6, description="同一文件正文句子重合度下限（0–1）", ge=0, le=1)
    title_likeness: float = Field(default=85, description="同一文件标题相似度下限（0–100）", ge=0, le=100)
    fewest_sentences: int = Field(default=8, description="正文至少多少句才比较")
    sample: int = Field(default=SAMPLE, description="最多比较几份文件", ge=1, le=SAMPLE)


def observe(page: Page) -> Document | None:
    paper = read_paper(page)
    if paper is None or paper.kind is not PaperKind.POLICY or not paper.number:
        return None
    text = paper.article.text
    return Document(
        title=paper.article.title[:200],
        number=paper.number,
        issuer=paper.issuer[:60],
        characters=paper.article.characters,
        sketch=sketch_of(text),
        shown=quote(text),
    )


def sketch_of(text: str) -> tuple[int, ...]:
    """The smallest checksums of a text's sentences: what two texts share of them tells how alike they are."""
    sums = {
        crc32(piece.encode()) for raw in _SENTENCE.split(text) if len(piece := normalise(raw)) >= _SHORTEST
    }
    return tuple(sorted(sums)[:_SKETCH])


def likeness(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """Share of common sentences among the smallest of both, 0..1."""
    both = sorted({*one, *other})[: min(_SKETCH, max(len(one), len(other)))]
    common = set(one) & set(other)
    return sum(item in common for item in both) / len(both) if both else 1.0


def judge(evidence: Evidence[Document], limits: Limits) -> Iterator[Result]:
    if evidence.unit.kind not in _GOVERNMENTS:
        yield Result.not_applicable(_CHECK, observed={"why": "由同级政府门户承担"})
        return
    if not evidence.departments:
        yield Result.not_applicable(_CHECK, observed={"why": "本次巡检没有该门户所属部门"})
        return
    read = [one for one in evidence.departments if one.context.portal is PortalState.OPEN]
    theirs: dict[str, list[Seen[Document]]] = {}
    for page in (page for one in read for page in one.pages):
        theirs.setdefault(page.data.number, []).append(page)
    pairs = {
        page.facts.final_url: (page, other)
        for page in evidence.pages
        if (other := _counterpart(page, theirs.get(page.data.number, ()))) is not None
    }
    if not pairs:
        whole = len(read) == len(evidence.departments) and not evidence.context.truncated
        if whole and not any(one.context.truncated for one in read):
            yield Result.not_applicable(_CHECK, observed={"why": "门户与部门没有发布同一份文件"})
        else:
            yield Result.unknown(_CHECK, Reason.TOO_FEW_SAMPLES)
        return
    sample = drawn(pairs, evidence, _CHECK, limits.sample)
    faults = [
        fault for page, other in sample.values() if (fault := _differs(page, other, limits)) is not None
    ]
    yield Result.of(
        _CHECK,
        defects=faults,
        population=len(sample),
        tested_share=limits.tested_share,
        needs_review=bool(faults),
        observed={"sample": list(sample), "published": len(pairs)},
    )


def _counterpart(page: Seen[Document], numbered: Sequence[Seen[Document]]) -> Seen[Document] | None:
    """The same document among a department's of that number: issuer where both tell it, and a like title."""
    mine = page.data
    for other in numbered:
        theirs = other.data
        if other.facts.final_url == page.facts.final_url:
            continue
        if mine.issuer and theirs.issuer and mine.issuer != theirs.issuer:
            continue
        if fuzz.ratio(core_of_title(mine.title), core_of_title(theirs.title)) >= _SAME_NAME:
            return other
    return None


def _differs(page: Seen[Document], other: Seen[Document], limits: Limits) -> Finding | None:
    mine, theirs = page.data, other.data
    title = fuzz.ratio(normalise(mine.title), normalise(theirs.title))
    enough = min(len(mine.sketch), len(theirs.sketch)) >= limits.fewest_sentences
    text = likeness(mine.sketch, theirs.sketch) if enough else 1.0
    if title >= limits.title_likeness and text >= limits.text_likeness:
        return None
    what = "标题" if title < limits.title_likeness else "正文"
    url = page.facts.final_url
    return Finding(
        url=page.facts.parent or url,
        subject=url,
        message=f"门户与部门发布的同一文件{what}不一致",
        expected="门户与部门对同一文件的公开内容数据同源、内容一致",
        found=f"{mine.number}：门户“{mine.title}”{mine.characters} 字，“{mine.shown}”；"
        f"部门“{theirs.title}”{theirs.characters} 字，“{theirs.shown}”（{other.facts.final_url}）",
        advice="请核对两处内容，改为同一数据源发布",
    )


PROBE = Probe(
    id="one_source",
    checks=CHECKS,
    evidence=Document,
    limits=Limits,
    observe=observe,
    judge=judge,
    compares=True,
)
