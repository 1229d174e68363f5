"""Are the required columns there, do they open, is something in them (section, content, catalogue)?

Evidence: what pages tell of columns (section_page). `gather` looks at what the walk did not visit (other
sites, the parent's columns, lists of disclosure trees), `confirm` again at what seemed dead or empty.
Source: docs/method.md, Sections.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from crawler.keeping.targets import Look
from crawler.model import Frozen, Outcome, Role
from probes.base import Check, Evidence, Finding, Net, Probe, Reason, Result, Verdict
from probes.lexicon import LEXICON, Rhythm
from probes.link_verdicts import Said
from probes.page_again import page_with_pieces
from probes.section_catalogue import judge_catalogues, read_catalogues
from probes.section_content import judge_content, working
from probes.section_find import (
    End,
    Gathered,
    Map,
    State,
    Way,
    end_of,
    map_of,
    needs_look,
    says,
    where_read,
    worth_again,
)
from probes.section_page import OnPage, observe, read_column, years_in

LOOKS_PER_SECTION = 4  # places looked at outside the walk, and leaf lists, per section (assumed)


class Limits(Frozen):
    """None: a column is there or not; `FOUND` in the lexicon is the line of confidence."""


def _checks() -> Iterator[Check]:
    for key, section in LEXICON.sections.items():
        yield Check(f"section.{key}", f"“{section.title}”栏目")
        yield Check(f"content.{key}", f"“{section.title}”内容", after=f"section.{key}")
    for key, name in LEXICON.fields.items():
        yield Check(f"catalogue.{key}", f"“{name.title}”领域基层政务公开标准目录")


CHECKS = tuple(_checks())


# -- gather and confirm


async def gather(evidence: Evidence[OnPage], net: Net) -> Gathered:
    known = map_of(evidence)
    looks: dict[str, Look] = {}
    bodies: dict[str, OnPage] = {}
    empties: dict[str, None] = {}
    for key, ways in known.ways.items():
        for url in dict.fromkeys(way.leaf.listed_by for way in ways if way.leaf and way.leaf.listed_by):
            if url not in bodies and len(bodies) < LOOKS_PER_SECTION * len(LEXICON.sections):
                data = await _read(net, url, fresh=False)
                if data is not None:
                    bodies[url] = data
        if any(end_of(way, known).state is State.GOOD for way in ways):
            continue
        for url in _to_look_at(ways, known)[:LOOKS_PER_SECTION]:
            if url not in looks:
                looks[url] = await net.look(url)
            wants_days = LEXICON.sections[key].rhythm is not Rhythm.STANDING
            if wants_days and url not in bodies and _opened_page(url, looks[url], known):
                data = await _read(net, url, fresh=False)
                if data is not None:
                    bodies[url] = data
        empties |= dict.fromkeys(_empty_ones(ways, known))
    empties |= dict.fromkeys(url for url, data in bodies.items() if _empty_leaf(url, data, known))
    catalogues = await read_catalogues(known, net)
    return Gathered(looks=looks, bodies=bodies, empties=tuple(empties), catalogues=catalogues)


async def confirm(evidence: Evidence[OnPage], net: Net) -> Gathered:
    """Columns that seemed dead or empty are asked again, later and on a fresh connection."""
    known = map_of(evidence)
    first = known.gathered
    again = {
        url: await net.look(url, again=True)
        for url, look in first.looks.items()
        if worth_again(url, look, known)
    }
    second: dict[str, OnPage] = {}
    for url in first.empties:
        data = await _read(net, url, fresh=True)
        if data is not None:
            second[url] = data
    return first.model_copy(update={"again": again, "second": second})


async def _read(net: Net, url: str, *, fresh: bool) -> OnPage | None:
    """The page's evidence without its links; None where it could not be read."""
    page = await page_with_pieces(net, url, fresh=fresh)
    if page is None:
        return None
    data = read_column(page)
    return data.model_copy(update={"links": (), "tree": (), "catalogue": ()})


def _to_look_at(ways: list[Way], known: Map) -> list[str]:
    urls = (way.url for way in ways if needs_look(way, known.facts_of(way.url), known))
    return list(dict.fromkeys(urls))


def _opened_page(url: str, look: Look, known: Map) -> bool:
    return look.html and says(url, look, known) is Said.OPENED


def _empty_ones(ways: list[Way], known: Map) -> Iterator[str]:
    for way in ways:
        data = end_of(way, known).data
        if data is not None and known.bare(data):
            yield way.url


def _empty_leaf(url: str, data: OnPage, known: Map) -> bool:
    leaves = (way.leaf for ways in known.ways.values() for way in ways if way.leaf is not None)
    return not data.rows and any(leaf.listed_by == url and leaf.claimed == 0 for leaf in leaves)


def unsettled(gathered: Any) -> bool:
    """An answer that came straight from the address asked needs no second look."""
    moved = (look.outcome is not Outcome.OK or look.final_url != url for url, look in gathered.looks.items())
    return bool(gathered.empties) or any(moved)


# -- judge


def judge(evidence: Evidence[OnPage], limits: Limits) -> Iterator[Result]:
    known = map_of(evidence)
    for key in LEXICON.sections:
        ends = [(way, end_of(way, known)) for way in known.ways.get(key, ())]
        section = judge_section(key, ends, known)
        yield section
        yield _content(key, section, ends, known)
    yield from judge_catalogues(known)


def judge_section(key: str, ends: list[tuple[Way, End]], known: Map) -> Result:
    """Found and working somewhere: pass. Failed everywhere: fail. Any doubt in between: unknown."""
    check = f"section.{key}"
    good = [(way, end) for way, end in ends if end.state is State.GOOD]
    if good:
        return Result.of(check, observed=_observed(good) | {"places": len(good)})
    doubts = [(way, end) for way, end in ends if end.state is State.UNSURE]
    if doubts:
        reason = doubts[0][1].reason or Reason.UNREADABLE
        return Result.unknown(check, reason, population=1, observed=_observed(doubts))
    if ends:
        review = all(end.state is State.BUILDING for _, end in ends)
        defect = _not_working(key, ends)
        return Result.of(check, defects=[defect], needs_review=review, observed=_observed(ends))
    return _not_found(key, known)


def _not_found(key: str, known: Map) -> Result:
    check = f"section.{key}"
    if (gap := known.gap) is not None:
        return Result.unknown(check, gap.reason, population=1, observed={"why": gap.words})
    near = _near(key, known)
    if near:
        return Result.unknown(check, Reason.TOO_FEW_SAMPLES, population=1, observed=near)
    home = known.evidence.home
    section = LEXICON.sections[key]
    finding = Finding(
        url=home.facts.final_url if home is not None else known.evidence.unit.portal or "",
        message=f"没有找到“{section.title}”栏目",
        expected=f"首页导航、网站地图或政府信息公开专栏中有“{'”“'.join(section.names[:3])}”等名称的栏目",
        found=f"{where_read(known)}，没有名称相符的链接",
        advice=f"请设置“{section.title}”栏目，名称规范，四次点击之内可以到达，并列入网站地图",
    )
    return Result.of(check, defects=[finding], observed={"read": _read_pages(known)})


def _near(key: str, known: Map) -> dict[str, Any]:
    """What is under the line of confidence: enough for doubt, not for a pass."""
    hints = known.hints.get(key)
    if hints:
        best = max(hints, key=lambda way: way.confidence)
        return {"why": "有相近的链接，名称不足以认定", "name": best.text, "url": best.url, "match": best.why}
    if LEXICON.sections[key].rhythm is not Rhythm.YEARLY:
        return {}
    names = [name for name in LEXICON.sections[key].names if len(name) >= 6]
    for facts in known.evidence.visited:
        if facts.identified and years_in([facts.title]) and any(name in facts.title for name in names):
            return {"why": "没有找到栏目，但有同类文章", "name": facts.title, "url": facts.final_url}
    return {}


def _not_working(key: str, ends: list[tuple[Way, End]]) -> Finding:
    way, end = ends[0]
    section = LEXICON.sections[key]
    state = "打不开" if end.state is State.DEAD else "没有内容"
    return Finding(
        url=way.on,
        subject=way.url,
        message=f"“{section.title}”栏目{state}",
        expected="栏目能够打开，有列表或正文",
        found=f"{way.how}的“{way.text}”：{end.words}",
        advice="请修复栏目链接"
        if end.state is State.DEAD
        else "请补充栏目内容，或撤下空栏目并改链到实际公开的位置",
    )


def _observed(ends: list[tuple[Way, End]]) -> dict[str, Any]:
    way, end = ends[0]
    told: dict[str, Any] = {
        "url": way.url,
        "name": way.text,
        "on": way.on,
        "how": way.how,
        "confidence": way.confidence,
        "match": way.why,
    }
    if end.off_site:
        told["off_site"] = True
    if end.data is not None and end.data.rows:
        told["rows"] = end.data.rows
        told["newest"] = end.data.days[0].isoformat() if end.data.days else None
    return told | ({"why": end.words} if end.words else {})


def _read_pages(known: Map) -> list[str]:
    roles = (Role.HOME, Role.SITE_MAP, Role.TREE)
    return sorted({facts.final_url for facts in known.evidence.visited if facts.role in roles})[:10]


def _content(key: str, section: Result, ends: list[tuple[Way, End]], known: Map) -> Result:
    check = f"content.{key}"
    if LEXICON.sections[key].rhythm is Rhythm.STANDING:
        return Result.not_applicable(check)
    if section.verdict is Verdict.FAIL:
        return Result.not_applicable(check, f"needs:section.{key}")
    if section.verdict is Verdict.UNKNOWN:
        reason = Reason(section.reason) if section.reason else Reason.UNREADABLE
        return Result.unknown(check, reason, population=1, observed=section.observed)
    good = working((way, end) for way, end in ends if end.state is State.GOOD)
    found = judge_content(key, good, known)
    # A place named as well as those that were read may hold what they lack.
    least = min(way.confidence for way, _ in good)
    open_ = [end for way, end in ends if end.state is State.UNSURE and way.confidence >= least]
    if found.verdict is not Verdict.FAIL or not open_:
        return found
    reason = open_[0].reason or Reason.UNREADABLE
    return Result.unknown(check, reason, population=1, observed=found.observed)


PROBE = Probe(
    id="sections",
    checks=CHECKS,
    evidence=OnPage,
    limits=Limits,
    observe=observe,
    judge=judge,
    gathers=Gathered,
    gather=gather,
    confirm=confirm,
    unsettled=unsettled,
)
