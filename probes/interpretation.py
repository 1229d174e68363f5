"""Policy interpretation (政策解读): is every important document interpreted, linked, in time, in many ways?

Evidence: documents and interpretations as their pages tell them (probes/interpreted.py), paired by link,
number and title (probes/pairing.py); a few attachments of interpretations. An interpretation is called
missing only where the walk was whole and no page or row that may be it stayed unread. Source: JL-2.1
to JL-2.3.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from pydantic import Field
from rapidfuzz import fuzz

from crawler.model import Frozen
from crawler.papers.documents import PaperKind, core_of_title, kind_of_title
from probes.attached import read_enclosed
from probes.base import Check, Evidence, Net, Probe, Reason, Result
from probes.interpreted import InFiles, Interpreted, in_files, observe, with_files
from probes.pairing import Paper, Shelf, leads_to, owns, reposted, surely
from probes.published import SAMPLE, alike, drawn
from probes.sampled import Told, completed, fault_on, told_of
from probes.workdays import NOTICE_SLACK, Overrides, calendar_with

CHECKS = (
    Check("interpretation.coverage", "重要政策均有解读"),
    Check("interpretation.linked", "解读与文件相互关联"),
    Check("interpretation.in_time", "解读与文件同步公开"),
    Check("interpretation.forms", "三种以上解读形式"),
    Check("interpretation.voices", "部门负责人、专家多角度解读"),
    Check("interpretation.own", "发布本级政策解读"),
)
FORMS_WANTED = 3  # JL-2.3.d
_OF_INTERPRETATIONS = tuple(check.id for check in CHECKS[1:])


class Limits(Frozen):
    tested_share: float = Field(default=0.9, description="判为通过所需的已测比例")
    working_days: int = Field(default=3, description="解读最迟晚于文件几个工作日", ge=0)
    calendar: Overrides = Field(default=Overrides(), description="另定的休息日和工作日")
    sample: int = Field(default=SAMPLE, description="每项最多抽查几份", ge=1, le=SAMPLE)


class Files(Frozen):
    """What the attachments that were opened hold, by the page they stand on."""

    told: Mapping[str, InFiles] = {}


async def gather(evidence: Evidence[Interpreted], net: Net) -> Files:
    """Attachments of interpretations of the period."""
    shelf = Shelf(evidence)
    holding = {
        page.facts.final_url: page.data.files for page in shelf.interpretations if shelf.in_period(page)
    }
    found = await read_enclosed(holding, evidence, net, "interpretation")
    return Files(told={url: in_files(enclosed) for url, enclosed in found.items()})


def judge(evidence: Evidence[Interpreted], limits: Limits) -> Iterator[Result]:
    read = evidence.gathered.told if isinstance(evidence.gathered, Files) else {}
    evidence = completed(evidence, read, with_files)
    shelf = Shelf(evidence)
    yield _coverage(evidence, shelf, limits)
    published = [page for page in shelf.interpretations if shelf.in_period(page)]
    if not published:
        yield from _none_published(shelf)
        return
    yield _linked(evidence, shelf, published, limits)
    yield _in_time(evidence, shelf, published, limits)
    own = [page for page in published if not reposted(page)]
    yield _forms(shelf, own, len(published))
    yield _voices(evidence, shelf, own)
    yield _own(evidence, shelf, published)


def _none_published(shelf: Shelf) -> Iterator[Result]:
    """No interpretation of the period seen: none published, or not everything was seen."""
    unopened = any(day is None or shelf.within(day) for _, _, day in shelf.listed)
    for check in _OF_INTERPRETATIONS:
        if shelf.blind or unopened:
            yield Result.unknown(check, Reason.UNREADABLE if shelf.blind else Reason.TOO_FEW_SAMPLES)
        elif shelf.whole:
            yield Result.not_applicable(check, observed={"why": "本期没有发现政策解读"})
        else:
            yield Result.unknown(check, Reason.BUDGET)


# -- coverage


def _coverage(evidence: Evidence[Interpreted], shelf: Shelf, limits: Limits) -> Result:
    as_of = evidence.context.as_of
    due = {
        page.facts.final_url: page
        for page in shelf.documents
        if shelf.in_period(page) and page.data.latest and _due(page.data.latest, limits) <= as_of
    }
    check = "interpretation.coverage"
    if not due:
        if shelf.whole:
            return Result.not_applicable(check, observed={"why": "本期没有发现需要解读的本级政策文件"})
        return Result.unknown(check, Reason.UNREADABLE if shelf.blind else Reason.BUDGET)
    sample = drawn(due, evidence, check, limits.sample)
    told = {url: _interpreted(page, shelf) for url, page in sample.items()}
    return told_of(check, told, published=len(due), tested_share=limits.tested_share, review=True)


def _due(published: date, limits: Limits) -> date:
    return calendar_with(limits.calendar).deadline(published, max(1, limits.working_days)).day


def _interpreted(document: Paper, shelf: Shelf) -> Told:
    title = document.data.title
    if shelf.interpretations_of(document) or shelf.rows_like(title):
        return Told()
    if any(
        kind_of_title(text) is PaperKind.INTERPRETATION and alike(title, text)
        for text, _ in document.data.links
    ):
        return Told()
    if document.data.label:
        return Told(doubt="页面有“相关解读”等栏目，内容可能由脚本填入")
    if not shelf.whole or shelf.unread_like(title):
        return Told(doubt="有的页面没有读到，解读可能在其中")
    if shelf.elsewhere and not shelf.interpretations:
        return Told(doubt=f"政策解读栏目在别的网站：{shelf.elsewhere[0]}")
    number = f"（{document.data.number}）" if document.data.number else ""
    return Told(
        fault_on(
            document.facts,
            "重要政策文件没有解读",
            "文件发布后有对应的解读材料，并与文件互相链接",
            f"“{title}”{number}，{document.data.latest} 发布；已读到的 {len(shelf.interpretations)} 篇解读"
            f"和 {len(shelf.listed)} 条解读目录中，没有与它对应的；{_nearest(title, shelf)}",
            "请发布该文件的解读；确实不需要解读的，复核时说明理由",
        )
    )


def _nearest(title: str, shelf: Shelf) -> str:
    """The interpretation whose name comes nearest, for a person to compare."""
    core = core_of_title(title)
    if not shelf.interpretations:
        return "没有可比照的解读"
    page = max(
        shelf.interpretations,
        key=lambda page: (fuzz.ratio(core, core_of_title(page.data.title)), page.facts.final_url),
    )
    seen = page.data
    return f"名称最接近的解读是“{seen.title}”（{seen.latest or '无日期'}，{page.facts.final_url}）"


# -- linked


def _linked(evidence: Evidence[Interpreted], shelf: Shelf, published: list[Paper], limits: Limits) -> Result:
    check = "interpretation.linked"
    pairs = {
        page.facts.final_url: (page, documents)
        for page in published
        if (documents := shelf.documents_of(page))
    }
    if not pairs:
        if shelf.whole and all(reposted(page) for page in published):
            return Result.not_applicable(check, observed={"why": "只有上级政策的解读，本站没有对应文件"})
        return Result.unknown(check, Reason.TOO_FEW_SAMPLES, observed={"published": len(published)})
    sample = drawn(pairs, evidence, check, limits.sample)
    told = {url: _both_ways(page, documents, shelf) for url, (page, documents) in sample.items()}
    return told_of(check, told, published=len(published), tested_share=limits.tested_share, review=False)


def _both_ways(page: Paper, documents: list[Paper], shelf: Shelf) -> Told:
    forward = leads_to(page, documents)
    # The document may link to another form of the same interpretation.
    backs = [document for document in documents if leads_to(document, shelf.interpretations_of(document))]
    if forward and backs:
        return Told()
    if (not forward and page.data.label) or (
        not backs and any(document.data.label for document in documents)
    ):
        return Told(doubt="页面有“相关解读”“相关文件”等栏目，链接可能由脚本填入")
    if not any(surely(document, page) for document in documents):
        return Told(doubt=f"名称相近的文件“{documents[0].data.title}”，不能确定是同一文件")
    lacking = [
        words
        for words, there in (("解读页没有链接到文件", forward), ("文件页没有链接到解读", bool(backs)))
        if not there
    ]
    return Told(
        fault_on(
            page.facts,
            "解读与文件没有互相链接",
            "解读页链接到文件，文件页也链接到解读",
            f"解读“{page.data.title}”{page.facts.final_url}；文件“{documents[0].data.title}”"
            f"{documents[0].facts.final_url}：{'，'.join(lacking)}",
            "请在解读页加“相关文件”链接，在文件页加“相关解读”链接",
        )
    )


# -- in time


def _in_time(evidence: Evidence[Interpreted], shelf: Shelf, published: list[Paper], limits: Limits) -> Result:
    check = "interpretation.in_time"
    pairs = {}
    for document in shelf.documents:
        dated = [page for page in shelf.interpretations_of(document) if page.data.earliest]
        if shelf.in_period(document) and dated:
            first = min(dated, key=lambda page: (page.data.earliest or date.max, page.facts.final_url))
            pairs[document.facts.final_url] = (document, first)
    if not pairs:
        if shelf.whole and all(reposted(page) for page in published):
            return Result.not_applicable(check, observed={"why": "只有上级政策的解读，本站没有对应文件"})
        return Result.unknown(check, Reason.TOO_FEW_SAMPLES, observed={"why": "没有能与本期文件对应的解读"})
    sample = drawn(pairs, evidence, check, limits.sample)
    told = {url: _timely(*pair, shelf, limits) for url, pair in sample.items()}
    return told_of(check, told, published=len(pairs), tested_share=limits.tested_share, review=False)


def _timely(document: Paper, first: Paper, shelf: Shelf, limits: Limits) -> Told:
    published, interpreted = document.data.latest, first.data.earliest
    assert published is not None and interpreted is not None
    count = calendar_with(limits.calendar).between(published, interpreted)
    if count.days <= limits.working_days:
        return Told()
    if count.incomplete and count.days <= limits.working_days + NOTICE_SLACK:
        return Told(doubt="该年度放假安排尚未收录，工作日数不能确定")
    if not surely(document, first):
        return Told(doubt=f"名称相近的解读“{first.data.title}”，不能确定是同一文件的")
    others = [url for _, url in shelf.rows_like(document.data.title)]
    opened = {page.facts.url for page in shelf.interpretations} | {
        page.facts.final_url for page in shelf.interpretations
    }
    if not shelf.whole or any(url not in opened for url in others) or shelf.unread_like(document.data.title):
        return Told(doubt="有的页面没有读到，更早的解读可能在其中")
    return Told(
        fault_on(
            first.facts,
            f"解读晚于文件超过 {limits.working_days} 个工作日",
            f"解读与文件同步公开，最迟不晚于文件发布后 {limits.working_days} 个工作日",
            f"文件“{document.data.title}”{published} 发布，"
            f"最早的解读“{first.data.title}”{interpreted} 发布，相隔 {count.days} 个工作日",
            "请在文件发布的同时发布解读",
        )
    )


# -- forms, voices, own


def _forms(shelf: Shelf, own: list[Paper], published: int) -> Result:
    check = "interpretation.forms"
    seen = {form: page.facts.final_url for page in reversed(own) for form in page.data.forms}
    observed: dict[str, object] = {"forms": dict(sorted(seen.items())), "published": published}
    if not own:
        return Result.not_applicable(check, observed={"why": "只有上级政策的解读", **observed})
    if len(seen) >= FORMS_WANTED:
        return Result.of(check, population=FORMS_WANTED, observed=observed)
    if not shelf.whole or _unopened(shelf):
        return Result.unknown(
            check, Reason.TOO_FEW_SAMPLES, population=FORMS_WANTED, tested=len(seen), observed=observed
        )
    if files := _unread_files(own):
        observed["untested"] = files
        return Result.unknown(
            check, Reason.UNREADABLE, population=FORMS_WANTED, tested=len(seen), observed=observed
        )
    told = "、".join(sorted(seen)) or "无"
    faults = [
        fault_on(
            own[0].facts,
            f"解读形式不足三种，缺第 {number} 种",
            "一年内用文字、图片、音视频等三种以上形式解读政策",
            f"本期 {len(own)} 篇解读中见到的形式：{told}",
            "请增加图解、视频、访谈等形式的解读",
        )
        for number in range(len(seen) + 1, FORMS_WANTED + 1)
    ]
    return Result.of(check, defects=faults, population=FORMS_WANTED, observed=observed)


def _unread_files(papers: list[Paper]) -> list[str]:
    """Interpretations whose attachments were not read: more may stand in them."""
    return sorted(page.facts.final_url for page in papers if page.data.unread)


def _unopened(shelf: Shelf) -> bool:
    """Rows of interpretations whose pages were not opened (other hosts, failed, over the budget)."""
    opened = {page.facts.url for page in shelf.interpretations}
    opened |= {page.facts.final_url for page in shelf.interpretations}
    return any(url not in opened for _, url, _ in shelf.listed)


def _voices(evidence: Evidence[Interpreted], shelf: Shelf, own: list[Paper]) -> Result:
    check = "interpretation.voices"
    sample = sorted(drawn({page.facts.final_url: page for page in own}, evidence, check))
    heard = {voice: page.facts.final_url for page in reversed(own) for voice in page.data.voices}
    observed: dict[str, object] = {
        "voices": dict(sorted(heard.items())),
        "sample": sample,
        "published": len(own),
    }
    if not own:
        return Result.not_applicable(check, observed={"why": "只有上级政策的解读"})
    if heard:
        return Result.of(check, population=len(own), observed=observed)
    if not shelf.whole or _unopened(shelf):
        return Result.unknown(check, Reason.TOO_FEW_SAMPLES, population=len(own), observed=observed)
    if files := _unread_files(own):
        return Result.unknown(
            check, Reason.UNREADABLE, population=len(own), observed=observed | {"untested": files}
        )
    quotes = "；".join(f"“{page.data.title}”“{page.data.shown[:40]}”" for page in own[:3])
    fault = fault_on(
        own[0].facts,
        "没有部门负责人或专家的解读",
        "有部门负责人、专家学者从不同角度解读政策",
        f"本期 {len(own)} 篇解读的标题、来源和正文中都没有出现负责人或专家，如{quotes}",
        "请邀请部门负责人、专家学者撰写解读或接受访谈，并写明身份",
    )
    return Result.of(check, defects=[fault], population=len(own), needs_review=True, observed=observed)


def _own(evidence: Evidence[Interpreted], shelf: Shelf, published: list[Paper]) -> Result:
    check = "interpretation.own"
    unit = evidence.unit
    above = [page for page in published if reposted(page)]
    own = [page for page in published if page not in above and (owns(unit, page) or shelf.documents_of(page))]
    observed = {"own": len(own), "above": len(above), "published": len(published)}
    if own:
        return Result.of(check, population=len(published), observed=observed)
    if len(above) < len(published) or not shelf.whole or _unopened(shelf):
        return Result.unknown(check, Reason.TOO_FEW_SAMPLES, population=len(published), observed=observed)
    fault = fault_on(
        above[0].facts,
        "只转载上级政策的解读",
        "发布本级、本部门政策文件的解读",
        f"本期 {len(published)} 篇解读都是上级政策的，"
        f"如“{above[0].data.title}”（来源：{above[0].data.source or '未注明'}）",
        "请为本级、本部门出台的政策文件编写解读",
    )
    return Result.of(check, defects=[fault], population=len(published), observed=observed)


PROBE = Probe(
    id="interpretation",
    checks=CHECKS,
    evidence=Interpreted,
    limits=Limits,
    observe=observe,
    gathers=Files,
    gather=gather,
    judge=judge,
)
