"""What changed, whose doing it is, and how findings stand: on lines made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from sweep.change.changes import Cause, Change, Comparison, Sides, State, by_check, compare

HOME = "http://a.gov.cn/"


def line(
    verdict: str, *subjects: str, hash: str = "1", reason: str | None = None, **more: Any
) -> dict[str, Any]:
    findings = [{"url": HOME, "subject": subject, "message": f"坏：{subject}"} for subject in subjects]
    return {
        "unit": "a",
        "check": "links.home",
        "verdict": verdict,
        "reason": reason,
        "defects": len(findings),
        "observed": {},
        "findings": findings,
        "pack_hash": hash,
        **more,
    }


def compared(old: dict[str, Any], new: dict[str, Any], **more: Any) -> Comparison:
    again = by_check([more.pop("again")]) if "again" in more else {}
    return compare(Sides(by_check([old]), by_check([new]), again=again, **more))


def one(old: dict[str, Any], new: dict[str, Any], **more: Any) -> Change | None:
    changes = compared(old, new, **more).changes
    assert len(changes) <= 1
    return changes[0] if changes else None


def states(old: dict[str, Any], new: dict[str, Any], **more: Any) -> dict[str, tuple[State, Cause | None]]:
    return {found.place: (found.state, found.cause) for found in compared(old, new, **more).findings}


@pytest.mark.parametrize(
    ("old", "new", "cause"),
    [
        (line("pass"), line("fail", "x"), Cause.SITE),
        (line("fail", "x"), line("pass"), Cause.SITE),
        (line("fail", "x"), line("unknown", reason="blocked"), Cause.COVERAGE),
        (line("unknown", reason="blocked"), line("fail", "x"), Cause.COVERAGE),
        (line("unknown", hash="1"), line("pass", hash="2"), Cause.COVERAGE),
        (line("pass"), line("not_applicable", reason="needs:search.box"), Cause.COVERAGE),
        (line("pass"), line("not_applicable"), Cause.SITE),
        (line("pass"), line("fail", "x", hash="2"), Cause.RULE),
    ],
)
def test_whose_doing_another_verdict_is(old: dict[str, Any], new: dict[str, Any], cause: Cause) -> None:
    change = one(old, new)
    assert change is not None and change.cause is cause


def test_the_same_verdict_is_no_change() -> None:
    assert one(line("fail", "x"), line("fail", "y", hash="2")) is None


def test_another_program_may_be_the_cause() -> None:
    change = one(line("pass"), line("fail", "x"), same_program=False)
    assert change is not None and change.cause is Cause.SCANNER


def test_judged_again_the_rules_part_is_told_from_the_sites() -> None:
    old, new = line("pass"), line("fail", "x", hash="2")
    by_rule = compared(old, new, again=line("fail", "x", hash="2"))
    assert [(c.before, c.after, c.cause) for c in by_rule.changes] == [("pass", "fail", Cause.RULE)]
    assert by_rule.findings[0].cause is Cause.RULE
    by_site = compared(old, new, again=line("pass", hash="2"))
    assert [c.cause for c in by_site.changes] == [Cause.SITE]
    assert by_site.findings[0].cause is Cause.SITE
    both = compared(line("fail", "x"), line("fail", "y", hash="2"), again=line("pass", hash="2"))
    assert [(c.before, c.after, c.cause) for c in both.changes] == [
        ("fail", "pass", Cause.RULE),
        ("pass", "fail", Cause.SITE),
    ]


def test_states_of_findings() -> None:
    old, new = line("fail", "stays", "goes"), line("fail", "stays", "comes", "returns")
    earlier = {("a", "links.home"): frozenset({"returns", "stays"})}
    assert states(old, new, earlier=earlier) == {
        "stays": (State.LASTING, None),
        "comes": (State.NEW, Cause.SITE),
        "returns": (State.RETURNED, Cause.SITE),
        "goes": (State.FIXED, Cause.SITE),
    }


@pytest.mark.parametrize(
    "new",
    [
        line("unknown", reason="own_network"),
        line("not_applicable", reason="needs:site.reachable"),
        line("pass", observed={"suspected": [{"url": "x"}]}),
        line("pass", observed={"untested": {"x": "robots"}}),
        line("pass", observed={"sample": ["y", "z"]}),
        line("fail", "y", defects=500),
    ],
)
def test_what_was_not_looked_at_again_is_not_called_fixed(new: dict[str, Any]) -> None:
    assert states(line("fail", "x"), new)["x"] == (State.UNVERIFIED, Cause.COVERAGE)


def test_drawn_again_and_in_order_is_fixed() -> None:
    new = line("pass", observed={"sample": ["x", "z"]})
    assert states(line("fail", "x"), new)["x"] == (State.FIXED, Cause.SITE)


def test_a_fault_the_new_rules_would_not_have_found_is_not_fixed_by_the_site() -> None:
    old, new = line("fail", "x", "y"), line("pass", hash="2")
    assert states(old, new, again=line("fail", "y", hash="2")) == {
        "x": (State.FIXED, Cause.RULE),
        "y": (State.FIXED, Cause.SITE),
    }


def test_what_only_one_sweep_has_is_left_out() -> None:
    other = {**line("fail", "x"), "unit": "b"}
    assert compared(line("pass"), other) == Comparison([], [])
