"""Do scores say what was worked out by hand (demo/points.yaml)? Every difference in one line.

Nothing of `rules` is used here: the expectation must not share a mistake with what it tests.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

from crawler.shipped import table

_TOTALS = ("earned", "testable", "full", "score")
_MACHINE = ("scored", "review", "unknown")  # states of items that a machine has a part in
_OF_THE_PERIOD = ("JL-1.2.1.a", "JL-1.2.1.b")  # do not apply, whatever could be read


class Expected(NamedTuple):
    """What one item of one unit must come to: `earned` where scored, and how it was found."""

    points: float
    state: str
    earned: float | None
    why: str = ""
    means: str | None = None  # without it the item is unknown


@cache
def _table() -> dict[str, Any]:
    return table("demo", "points.yaml")


def units() -> list[str]:
    return list(_table()["units"])


def expected(unit: str) -> dict[str, Expected]:
    """By item code."""
    entry, means = _table()["units"][unit], _table()["means"]
    items: dict[str, Expected] = {}
    for states in (_table()["faultless"][entry["as"]], entry.get("more", {})):
        for state, points in states.items():
            for code, full in points.items():
                items[code] = Expected(
                    full, state, full if state == "scored" else None, means=means.get(code)
                )
    for code, told in {**entry.get("items", {}), **entry.get("differs", {})}.items():
        needed = None if told.get("always") else means.get(code)
        state = told.get("state", "scored")
        items[code] = Expected(items[code].points, state, told.get("earned"), told["why"], needed)
    if "unread" in entry:
        items = {code: _unread(code, one, entry["unread"]) for code, one in items.items()}
    return items


def _unread(code: str, one: Expected, why: str) -> Expected:
    asked = one.state in _MACHINE or (one.state == "not_applicable" and code not in _OF_THE_PERIOD)
    return Expected(one.points, "unknown", None, why) if asked else one


def totals(unit: str, *, browser: bool = True) -> dict[str, float | None]:
    """earned, testable and full in points, score per 100 (None: nothing was tested)."""
    return dict(zip(_TOTALS, _table()["units"][unit]["seen" if browser else "blind"], strict=True))


def differences(scores: Iterable[Mapping[str, Any]], *, without: Collection[str] = ()) -> list[str]:
    """What differs. `scores`: lines as `export --what scores` gives them; units that are not there are passed
    over. `without`: means that the machine lacked (browser, ipv6)."""
    told: list[str] = []
    for line in scores:
        told += [f"{line['unit']} {what}" for what in (*_of_items(line, without), *_of_totals(line, without))]
    return told


def _of_items(line: Mapping[str, Any], without: Collection[str]) -> Iterator[str]:
    found = {item["code"]: item for item in line["items"]}
    wanted = expected(line["unit"])
    for code in sorted(found.keys() ^ wanted.keys()):
        yield f"{code}: {'not expected' if code in found else 'missing'}"
    for code in sorted(found.keys() & wanted.keys()):
        item, want = found[code], wanted[code]
        state, earned = (want.state, want.earned) if want.means not in without else ("unknown", None)
        seen = (item["points"], item["state"], item["earned"])
        if seen != (want.points, state, earned):
            why = want.why or "no fault planted"
            yield f"{code}: {seen} instead of {(want.points, state, earned)} ({why})"


def _of_totals(line: Mapping[str, Any], without: Collection[str]) -> Iterator[str]:
    if "ipv6" in without:
        return  # worked out for machines with IPv6 alone
    for name, value in totals(line["unit"], browser="browser" not in without).items():
        if line[name] != value:
            yield f"{name}: {line[name]} instead of {value}"
