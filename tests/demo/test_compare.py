"""Comparing results with the truth tells every kind of difference, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from demo.compare import differences
from demo.truth import Truth

DEAD = "http://dead.example.cn/a b"


def line(verdict: str = "pass", **fields: Any) -> dict[str, Any]:
    plain: dict[str, Any] = {"reason": None, "defects": 0, "needs_review": False, "findings": []}
    return {"unit": "u", "check": "c", "verdict": verdict} | plain | fields


def failed(*subjects: str, **fields: Any) -> dict[str, Any]:
    return line("fail", defects=len(subjects), findings=[{"subject": one} for one in subjects]) | fields


@pytest.mark.parametrize(
    ("result", "truth"),
    [
        (line(), Truth("u", "c", "pass")),
        (failed("http://dead.example.cn/a%20b"), Truth("u", "c", "fail", 1, (DEAD,))),
        (failed("x", "y"), Truth("u", "c", "fail", None, among=("x", "y", "z"))),
        (line("unknown", reason="not_built_yet"), Truth("u", "c", "pass")),
        (line("unknown", reason="browser_missing"), Truth("u", "c", "fail", 1, means="browser")),
        (line("unknown", reason="no_ipv6_here"), Truth("u", "c", "pass", means="ipv6")),
        (line("unknown", reason="undated"), Truth("u", "c", "unknown", reason="undated")),
        (line("fail"), Truth("u", "c", "pass", firm=False)),
    ],
)
def test_agreement(result: dict[str, Any], truth: Truth) -> None:
    assert differences([result], [truth]) == []


@pytest.mark.parametrize(
    ("result", "truth", "word"),
    [
        (line("fail"), Truth("u", "c", "pass"), "fail (None) instead of pass"),
        (line("unknown", reason="browser_missing"), Truth("u", "c", "pass"), "browser_missing"),
        (line("unknown", reason="blocked"), Truth("u", "c", "unknown", reason="undated"), "reason blocked"),
        (failed("x"), Truth("u", "c", "fail", 1, (DEAD,)), "extra ['x'], missing"),
        (failed("x"), Truth("u", "c", "fail", None, among=("y",)), "not in the pool"),
        (failed("x", "y"), Truth("u", "c", "fail", 1), "2 defects instead of 1"),
        (failed("x"), Truth("u", "c", "fail", 1, needs_review=True), "needs_review False"),
        (line() | {"unit": "other"}, Truth("u", "c", "pass"), "no result"),
    ],
)
def test_differences(result: dict[str, Any], truth: Truth, word: str) -> None:
    told = differences([result], [truth])
    assert len(told) == 1
    assert word in told[0]


def test_open_readings_are_told_when_asked() -> None:
    assert differences([line("fail")], [Truth("u", "c", "pass", firm=False)], firm_only=False)
