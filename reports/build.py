"""How do a sweep's results and scores become a report? Pure: the same facts give the same `ReportData`.

Nothing is judged here. What lost points, what only hints, what could not be tested and what a person has to
confirm are kept apart, because only the first may ever read like an accusation.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crawler.model import Unit
from probes.catalogue import TITLES
from reports.checks import anchor, check_view
from reports.hints import asked_of, past_checks
from reports.model import (
    Cell,
    CheckView,
    Column,
    Group,
    Indicator,
    ItemView,
    ReportData,
    ScoreView,
    Section,
    SweepFacts,
    UnitView,
)
from reports.reviews import Reviewed as _Reviewed
from reports.reviews import Reviews
from reports.scheme import indicators, scheme_view
from reports.text import clean, percent, points, web_link
from reports.themes import themes
from reports.trends import Trends
from reports.vetoes import veto_views, vetoes_in_short
from reports.words import KIND, reason_words
from rules.model import Pack

Line = Mapping[str, Any]  # one JSON line of docs/formats.md

PEOPLE = ("manual", "material", "external")
DEFAULT_GROUP = "未分组"


def build(
    sweep: SweepFacts,
    units: Sequence[Unit],
    results: Iterable[Line],
    scores: Iterable[Line],
    pack: Pack,
    *,
    pages: Mapping[str, int] | None = None,
    titles: Mapping[str, str] | None = None,
    vetoes: tuple[Pack, Sequence[Line]] | None = None,
    reviews: Reviews | None = None,
    trends: Trends | None = None,
) -> ReportData:
    """The report on `units`, in their order.

    `results` and `scores` are lines of docs/formats.md (one for each unit at most; a unit
    without one is shown as not ranked). `pages` counts the pages visited, `titles` names checks that the
    catalogue does not. `vetoes`: a pack with vetoes and its scores, where `pack` has none of its own.
    `reviews`: what people decided, where they did. `trends`: the sweeps before, where there are any.
    """
    scores = list(scores)
    facts = _Facts(
        pack=pack,
        past=past_checks(pack, sweep.period),
        names={check: clean(title, 80) for check, title in {**TITLES, **(titles or {})}.items()},
        results=_by_unit(results),
        scores={line["unit"]: line for line in scores},
        files=_files(units),
        pages=pages or {},
        veto_pack=vetoes[0] if vetoes else pack,
        vetoes={line["unit"]: line for line in (vetoes[1] if vetoes else scores)},
        reviews=reviews,
    )
    views = tuple(_unit(unit, facts) for unit in units)
    columns = _columns(pack, views)
    return ReportData(
        sweep=sweep,
        scheme=scheme_view(pack, sweep.assumed),
        units=views,
        groups=_groups(views),
        columns=columns,
        heat={view.id: tuple(_cell(view, column) for column in columns) for view in views},
        themes=themes(views),
        trends=trends,
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is known of all units, by unit id."""

    pack: Pack
    past: frozenset[str]  # checks that are asked in another period alone
    names: Mapping[str, str]  # titles of checks
    results: Mapping[str, Sequence[Line]]
    scores: Mapping[str, Line]
    files: Mapping[str, str]
    pages: Mapping[str, int]
    veto_pack: Pack
    vetoes: Mapping[str, Line]
    reviews: Reviews | None


def _by_unit(results: Iterable[Line]) -> dict[str, list[Line]]:
    """Result lines of each unit, by check."""
    lines: dict[str, list[Line]] = {}
    for line in sorted(results, key=lambda line: str(line["check"])):
        lines.setdefault(line["unit"], []).append(line)
    return lines


def _files(units: Sequence[Unit]) -> dict[str, str]:
    """A page name for every unit: safe in any file system and in a URL, and unlike any other."""
    taken: set[str] = set()
    files = {}
    for unit in units:
        stem = re.sub(r"[^a-z0-9_-]+", "-", unit.id.lower()).strip("-")[:60] or "unit"
        name, number = stem, 2
        while name in taken:
            name, number = f"{stem}-{number}", number + 1
        taken.add(name)
        files[unit.id] = f"units/{name}.html"
    return files


def _unit(unit: Unit, facts: _Facts) -> UnitView:
    line, pack = facts.scores.get(unit.id, {}), facts.pack
    reviewed = _Reviewed.of(unit.id, facts.reviews)
    checks = tuple(
        check_view(result, facts.names, lambda check: asked_of(unit.kind, check, facts.past))
        for result in facts.results.get(unit.id, ())
    )
    items = _items(line, checks, indicators(pack, unit), reviewed)
    lost = sorted((item for item in items if item.lost > 0), key=lambda item: (-item.lost, item.code))
    blamed = {check.id for item in lost for check in item.blamed}
    hints = [check for check in checks if not check.applies and check.asked]
    portal = unit.portal or ""
    return UnitView(
        id=unit.id,
        name=clean(unit.name, 120),
        kind=KIND.get(unit.kind, unit.kind),
        group=clean(unit.group, 60) or DEFAULT_GROUP,
        portal=clean(portal, 300),
        href=web_link(portal),
        file=facts.files[unit.id],
        pages=facts.pages.get(unit.id, 0),
        score=_score(line, pack.points_known, reviewed),
        unranked_why=_unranked(unit, line, checks, pack),
        sections=_sections(items),
        checks=checks,
        lost=tuple(lost),
        untested=tuple(item for item in items if item.state == "unknown"),
        by_people=tuple(item for item in items if item.state in PEOPLE),
        review=tuple(item for item in items if item.state == "review"),
        review_checks=tuple(c for c in checks if c.needs_review and c.failed),
        held=tuple(c for c in checks if c.failed and c.applies and not c.needs_review and c.id not in blamed),
        hints=tuple(c for c in hints if c.failed and not c.needs_review),
        unread_hints=tuple(c for c in hints if c.verdict == "unknown"),
        unasked=tuple(c for c in checks if c.failed and not c.needs_review and not c.asked),
        explained=tuple(c for c in checks if c.explained),
        vetoes=veto_views(facts.vetoes.get(unit.id, {}), facts.veto_pack, checks),
    )


def _items(
    line: Line, checks: Sequence[CheckView], known: Mapping[str, Indicator], reviewed: _Reviewed
) -> list[ItemView]:
    by_id = {check.id: check for check in checks}
    items = []
    for item in line.get("items") or ():
        code = str(item["code"])
        earned = item.get("earned")
        items.append(
            ItemView(
                indicator=known.get(code) or Indicator(code=clean(code, 40), title=""),
                points=None if item["points"] is None else float(item["points"]),
                earned=None if earned is None else float(earned),
                state=item["state"],
                why=clean(item.get("why")),
                checks=_deciding(item.get("checks") or (), by_id),
                anchor=anchor("item", code),
                review=reviewed.review(code),
            )
        )
    order = {code: place for place, code in enumerate(known)}
    return sorted(items, key=lambda item: order.get(item.code, len(order)))


def _deciding(names: Iterable[str], by_id: Mapping[str, CheckView]) -> tuple[CheckView, ...]:
    """The item's checks, each behind the precondition that ruled it out: a lost point stands on that one."""
    checks: dict[str, CheckView] = {}
    for name in names:
        check = by_id.get(name)
        if check is None:
            continue
        before = by_id.get(check.reason_key.removeprefix("needs:"))
        for one in (before, check):
            if one is not None:
                checks.setdefault(one.id, one)
    return tuple(checks.values())


def _sections(items: Iterable[ItemView]) -> tuple[Section, ...]:
    grouped: dict[tuple[bool, str, str], list[ItemView]] = {}
    for item in items:
        facts = item.indicator
        grouped.setdefault((facts.bonus, facts.level1, facts.level2), []).append(item)
    return tuple(Section(*names, tuple(members)) for names, members in grouped.items())


def _score(line: Line, totalled: bool, reviewed: _Reviewed) -> ScoreView:
    low, high = float(line.get("low") or 0), float(line.get("high") or 0)
    # What is untested now would be testable then: the range is of points over that larger base.
    base = float(line.get("testable") or 0) + (high - low)
    ranks = line.get("rank_range")
    ends = line.get("span") or ((100 * low / base, 100 * high / base) if base > 0 else (None, None))
    return ScoreView(
        stage=line.get("stage") or "machine",
        earned=float(line.get("earned") or 0),
        testable=float(line.get("testable") or 0),
        full=float(line.get("full") or 0),
        coverage=float(line.get("coverage") or 0),
        low=low,
        high=high,
        score=line.get("score"),
        low_score=ends[0] if totalled else None,
        high_score=ends[1] if totalled else None,
        grade=line.get("grade"),
        rank=line.get("rank"),
        rank_range=(int(ranks[0]), int(ranks[1])) if ranks else None,
        totalled=totalled,
        machine=reviewed.machine.get("score") if reviewed.answers else None,
        answered=len(reviewed.answers),
    )


def _unranked(unit: Unit, line: Line, checks: Sequence[CheckView], pack: Pack) -> str:
    """Why a unit has no rank, with the reason that stopped most checks."""
    if line.get("rank") is not None:
        return ""
    if not unit.portal:
        return reason_words("no_portal", {})
    if not line:
        return "本次巡检没有得出分数"
    if not pack.points_known:
        return "来源未给出全部分值，不计总分、不排名" + vetoes_in_short(line)
    counts: dict[str, int] = defaultdict(int)
    for check in checks:
        if check.verdict == "unknown" and check.applies:
            counts[check.reason] += 1
    cover = f"机器可评分值只测到 {percent(line.get('coverage') or 0)}，不到 {percent(pack.rank_coverage)}"
    if not counts:
        return cover
    reason, number = min(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return f"{cover}；主要原因：{reason}（{number} 项检查）"


def _groups(views: Iterable[UnitView]) -> tuple[Group, ...]:
    """Groups in the order they first appear; ranks stable by unit order (1, 2, 2, 4)."""
    members: dict[str, list[UnitView]] = {}
    for view in views:
        members.setdefault(view.group, []).append(view)
    return tuple(
        Group(
            name=name,
            ranked=tuple(
                sorted((v for v in group if v.score.rank is not None), key=lambda v: v.score.rank or 0)
            ),
            unranked=tuple(v for v in group if v.score.rank is None),
        )
        for name, group in members.items()
    )


def _columns(pack: Pack, views: Sequence[UnitView]) -> tuple[Column, ...]:
    used = {item.indicator.group for view in views for item in view.items}
    return tuple(
        Column(
            clean(indicator.code, 40),
            clean(indicator.code.rsplit("-", 1)[-1], 12),
            clean(indicator.level3, 60),
        )
        for indicator in pack.indicators
        if indicator.code in used
    )


def _cell(view: UnitView, column: Column) -> Cell:
    items = [i for i in view.items if i.indicator.group == column.code and i.state != "not_applicable"]
    scored = [item for item in items if item.state == "scored"]
    decided = sum(item.points or 0.0 for item in scored)
    full = sum(item.points or 0.0 for item in items)
    if not items:
        return Cell(share=None, blank=True, anchor="", text=f"{column.title}：不适用")
    anchor = items[0].anchor
    if all(item.points is None for item in items):
        return Cell(share=None, blank=False, anchor=anchor, text=f"{column.title}：来源未给出分值")
    if decided <= 0:
        return Cell(share=None, blank=False, anchor=anchor, text=f"{column.title}：{points(full)} 分待测")
    earned = sum(item.earned or 0.0 for item in scored)
    text = f"{column.title}：已评 {points(decided)} 分，得 {points(earned)} 分"
    if full > decided:
        text += f"，另有 {points(full - decided)} 分待测"
    return Cell(share=earned / decided, blank=False, anchor=anchor, text=text)
