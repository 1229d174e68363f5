"""What changed between two sweeps, and whose doing it is: the site's, the rules', the coverage's, ours.

Pure: result lines in, changes out. A change is put down to the site only where the rules and
the program were the same, or where the old evidence was judged again by the new rules (`again`). What could
not be tested in one of two sweeps is a change of coverage, never one of the site.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from probes.base import Verdict

Line = Mapping[str, Any]


class Cause(StrEnum):
    """Why a result is another one."""

    SITE = "site"
    RULE = "rule"  # the pack's content differs
    COVERAGE = "coverage"  # tested in one sweep only
    SCANNER = "scanner"  # the program's version differs


class State(StrEnum):
    """A finding, seen from the later sweep."""

    NEW = "new"
    LASTING = "lasting"
    FIXED = "fixed"
    RETURNED = "returned"  # was fixed in between
    UNVERIFIED = "unverified"  # could not be tested again


class Change(NamedTuple):
    """Another verdict for one check of one unit."""

    unit: str
    check: str
    before: str
    after: str
    cause: Cause
    reason: str | None  # of the unknown verdict, where one is


class FindingChange(NamedTuple):
    """One finding and how it stands. `cause` None: it lasts, or nobody knows."""

    unit: str
    check: str
    place: str
    state: State
    cause: Cause | None
    message: str
    finding: Line


@dataclass(frozen=True, slots=True)
class Comparison:
    """All changes, in the order of the units and checks."""

    changes: Sequence[Change]
    findings: Sequence[FindingChange]


@dataclass(frozen=True, slots=True)
class Sides:
    """The two sweeps' lines by (unit, check), and what may explain a difference besides the site.

    `again`: the old evidence judged by the new rules and program, where they differ and that could be done.
    `earlier`: places of findings of sweeps before the old one.
    """

    old: Mapping[tuple[str, str], Line]
    new: Mapping[tuple[str, str], Line]
    same_program: bool = True
    again: Mapping[tuple[str, str], Line] = field(default_factory=dict)
    earlier: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)


def by_check(lines: Iterable[Line]) -> dict[tuple[str, str], Line]:
    return {(line["unit"], line["check"]): line for line in lines}


def place_of(finding: Line) -> str:
    """What makes a finding the same one in two sweeps: its subject, else the page it stands on."""
    place: str = finding["subject"] or finding["url"]
    return place


def places(line: Line) -> dict[str, Line]:
    return {place_of(finding): finding for finding in line["findings"]} if counts(line) else {}


def counts(line: Line) -> bool:
    """Whether a line's findings are faults."""
    return bool(line["verdict"] == Verdict.FAIL)


def compare(sides: Sides) -> Comparison:
    """Every check that both sweeps have a result of."""
    changes: list[Change] = []
    findings: list[FindingChange] = []
    for key, new in sides.new.items():
        old = sides.old.get(key)
        if old is None:
            continue
        changes += _verdicts(key, old, new, sides)
        findings += _findings(key, old, new, sides)
    return Comparison(changes, findings)


def _verdicts(key: tuple[str, str], old: Line, new: Line, sides: Sides) -> Iterator[Change]:
    """In two steps where the old evidence was judged again: first the rules' part, then the site's."""
    again = sides.again.get(key)
    cause = _own_cause(old, new, sides)
    if again is not None and cause is not None:
        if again["verdict"] != old["verdict"]:
            yield _change(key, old, again, cause)
        old, cause = again, None
    if new["verdict"] != old["verdict"]:
        yield _change(key, old, new, _cause(old, new, cause))


def _change(key: tuple[str, str], old: Line, new: Line, cause: Cause) -> Change:
    reason = next((line["reason"] for line in (new, old) if line["verdict"] == Verdict.UNKNOWN), None)
    return Change(*key, str(old["verdict"]), str(new["verdict"]), cause, reason)


def _own_cause(old: Line, new: Line, sides: Sides) -> Cause | None:
    """What of ours differs between the two sweeps."""
    if old["pack_hash"] != new["pack_hash"]:
        return Cause.RULE
    return None if sides.same_program else Cause.SCANNER


def _cause(old: Line, new: Line, ours: Cause | None) -> Cause:
    if not (_tested(old) and _tested(new)):
        return Cause.COVERAGE
    return ours or Cause.SITE


def _tested(line: Line) -> bool:
    """Whether the line says something of the site: `needs:…` means that another check came first."""
    blocked = line["verdict"] == Verdict.NOT_APPLICABLE and str(line["reason"] or "").startswith("needs:")
    return line["verdict"] != Verdict.UNKNOWN and not blocked


def _findings(key: tuple[str, str], old: Line, new: Line, sides: Sides) -> Iterator[FindingChange]:
    ours = _own_cause(old, new, sides)
    before, after = places(old), places(new)
    judged_again = sides.again.get(key)
    under_new_rules = places(judged_again) if judged_again is not None else None
    for place, finding in after.items():
        if place in before:
            yield _found(key, place, State.LASTING, None, finding)
            continue
        state = State.RETURNED if place in sides.earlier.get(key, frozenset()) else State.NEW
        cause = _cause(old, new, ours)
        if under_new_rules is not None and cause is ours and place not in under_new_rules:
            cause = Cause.SITE
        yield _found(key, place, state, cause, finding)
    for place, finding in before.items():
        if place not in after:
            yield _gone(key, place, finding, new, _gone_cause(place, ours, under_new_rules))


def _gone_cause(place: str, ours: Cause | None, under_new_rules: Mapping[str, Line] | None) -> Cause:
    """A fault that is no more: the site's doing, unless the new rules would not have found it then."""
    if ours is None or (under_new_rules is not None and place in under_new_rules):
        return Cause.SITE
    return ours


def _gone(key: tuple[str, str], place: str, finding: Line, new: Line, cause: Cause) -> FindingChange:
    if _proves_absence(new, place):
        return _found(key, place, State.FIXED, cause, finding)
    return _found(key, place, State.UNVERIFIED, Cause.COVERAGE, finding)


def _proves_absence(line: Line, place: str) -> bool:
    """Whether a place that is not among the findings was looked at and is in order."""
    if not _tested(line) or line["defects"] > len(line["findings"]):
        return False
    observed = dict(line["observed"])
    sample = observed.pop("sample", None)
    if sample is not None and not _mentions(sample, place):
        return False
    return not _mentions(observed, place)  # suspected, unread, left out


def _mentions(value: Any, place: str) -> bool:
    if isinstance(value, str):
        return value == place
    if isinstance(value, Mapping):
        return place in value or any(_mentions(item, place) for item in value.values())
    if isinstance(value, list | tuple):
        return any(_mentions(item, place) for item in value)
    return False


def _found(
    key: tuple[str, str], place: str, state: State, cause: Cause | None, finding: Line
) -> FindingChange:
    return FindingChange(*key, place, state, cause, finding["message"], finding)
