"""How does a unit stand to the vetoes (单项否决)? Counts of confirmed defects against two lines, never more.

What waits for a person is `review`, what could not be tested is `unknown`; neither is ever a hit. Source: the
packs' vetoes, lessons of self-check tools (a warning line stricter than the veto line).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import NamedTuple

from crawler.model import Frozen
from probes.base import Result, Verdict
from probes.catalogue import TITLES
from rules.veto import Ground, Veto
from rules.wording import REASONS

Results = Mapping[str, Result]


class VetoState(StrEnum):
    """The gravest first: what is told of a veto is its gravest ground."""

    HIT = "hit"  # the veto line is reached
    REVIEW = "review"  # a line is reached if a person confirms what was found
    WARNING = "warning"  # the warning line is reached, the veto line is not
    UNKNOWN = "unknown"  # not, or not wholly, to be found out by one sweep
    CLEAR = "clear"


class VetoLine(Frozen):
    """One veto of one unit. `count` is None where nothing could be counted."""

    code: str
    state: VetoState
    count: int | None
    why: str
    checks: tuple[str, ...]


class Readings(NamedTuple):
    """The results by check id, as judged for vetoes and for warnings (stricter limits)."""

    veto: Results
    warning: Results


class _Count(NamedTuple):
    """What checks of a ground found together."""

    sure: int = 0
    leads: int = 0  # to be confirmed by a person
    open: tuple[str, ...] = ()  # checks that may have missed something, with the reason


def judge_veto(veto: Veto, readings: Readings, *, tested_share: float) -> VetoLine:
    """`tested_share`: a failed check of which less was tested may have more defects."""
    grounds = [_judged(ground, readings, tested_share) for ground in veto.any_of]
    order = list(VetoState)
    state = min((one.state for one in grounds), key=order.index)
    telling = [one for one in grounds if one.state is state]
    counts = [one.places for one in telling if one.places is not None]
    return VetoLine(
        code=veto.code,
        state=state,
        count=max(counts, default=None),
        why="；".join(_told(grounds, state)),
        checks=veto.checks,
    )


class _Ground(NamedTuple):
    state: VetoState
    places: int | None
    why: str


def _told(grounds: list[_Ground], state: VetoState) -> Iterator[str]:
    """What counts first; of what is clear only the number, unless all is."""
    silent = {VetoState.CLEAR} if state is not VetoState.CLEAR else set()
    for each in VetoState:
        yield from (one.why for one in grounds if one.state is each and each not in silent)


def _judged(ground: Ground, readings: Readings, tested_share: float) -> _Ground:
    if not ground.checks:
        return _Ground(VetoState.UNKNOWN, None, f"{ground.text}：由人工判断")
    found = _counted(ground, readings.veto, tested_share)
    early = _counted(ground, readings.warning, tested_share)
    reached = _line(ground, found, early)
    if reached is not None:
        return reached
    count = max(found.sure + found.leads, early.sure + early.leads)
    if found.open:
        why = f"{ground.text}：{_number(count)}未能全部检测（{'、'.join(found.open)}）"
        return _Ground(VetoState.UNKNOWN, count, why)
    if ground.unseen and not _seen(ground, readings.veto):
        return _Ground(VetoState.UNKNOWN, count, f"{ground.text}：{_number(count)}{ground.unseen}")
    if early.open and ground.warn_at is not None:
        why = f"{ground.text}：未达到否决线；是否预警未能检测（{'、'.join(early.open)}）"
        return _Ground(VetoState.UNKNOWN, count, why)
    return _Ground(VetoState.CLEAR, count, f"{ground.text}：{_number(count) or '未发现，'}未达到预警线")


def _seen(ground: Ground, results: Results) -> bool:
    """Whether something beside the sweep has told what one sweep cannot see."""
    told = (results[check].observed for check in ground.checks if check in results)
    return ground.seen_by is not None and any(observed.get(ground.seen_by) for observed in told)


def _number(count: int) -> str:
    return f"查到 {count} 处，" if count else ""


def _reached(count: int, line: int | None) -> bool:
    return line is not None and count >= line


def _line(ground: Ground, found: _Count, early: _Count) -> _Ground | None:
    """The gravest line that is reached, None where none is."""
    veto = "" if ground.at_least is None else f"否决线 {ground.at_least} 处"
    both = found.sure + found.leads
    if _reached(found.sure, ground.at_least):
        return _Ground(VetoState.HIT, found.sure, f"{ground.text}：查实 {found.sure} 处，达到{veto}")
    if _reached(both, ground.at_least):
        why = f"{ground.text}：查到 {both} 处（{veto}），须人工确认"
        return _Ground(VetoState.REVIEW, both, why)
    said = ground.warning or ground.text
    rest = f"（{veto}）" if veto else f"；{ground.unseen}"
    if _reached(early.sure, ground.warn_at):
        why = f"{said}：查实 {early.sure} 处，达到预警线 {ground.warn_at} 处{rest}"
        return _Ground(VetoState.WARNING, early.sure, why)
    if _reached(early.sure + early.leads, ground.warn_at):
        count = early.sure + early.leads
        why = f"{said}：查到 {count} 处，达到预警线 {ground.warn_at} 处{rest}，须人工确认"
        return _Ground(VetoState.REVIEW, count, why)
    return None


def _counted(ground: Ground, results: Results, tested_share: float) -> _Count:
    sure = leads = 0
    opened: list[str] = []
    for check in ground.checks:
        result = results.get(check)
        number, why = _one(ground, result, tested_share)
        if result is not None and (ground.review or result.needs_review):
            leads += number
            if result.verdict is Verdict.PASS and result.needs_review:
                why = "待人工确认"
        else:
            sure += number
        if why:
            opened.append(f"{TITLES.get(check, check)}：{why}")
    return _Count(sure, leads, tuple(opened))


def _one(ground: Ground, result: Result | None, tested_share: float) -> tuple[int, str]:
    """(places of one check, why there may be more)."""
    if result is None:
        return 0, REASONS["not_asked"]
    if result.verdict is Verdict.NOT_APPLICABLE:
        needs = (result.reason or "").startswith("needs:")
        return 0, "前提检查未通过" if needs else ""
    if ground.observed is not None:
        entries = result.observed.get(ground.observed)
        number = len(entries) if isinstance(entries, list | tuple) else 0
        return number, _doubt(result, tested_share)
    if result.verdict is Verdict.FAIL:
        return max(1, result.defects), _doubt(result, tested_share)
    return 0, _doubt(result, tested_share)


def _doubt(result: Result, tested_share: float) -> str:
    if result.verdict is Verdict.UNKNOWN:
        return REASONS.get(result.reason or "", result.reason or "原因未记录")
    if result.verdict is Verdict.FAIL and result.tested < tested_share * result.population:
        return f"只测到 {result.tested}/{result.population}"
    return ""
