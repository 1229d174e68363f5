"""Points add up and round as they are printed."""

from __future__ import annotations

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.points import exact, floored, rounded, total


def test_tenths_are_tenths() -> None:
    assert total([0.1, 0.2]) == exact(0.3)
    assert total([]) == 0


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [("0.125", 2, 0.13), ("79.65", 1, 79.7), ("-0.125", 2, -0.13), ("1", 1, 1.0)],
)
def test_half_is_rounded_up(value: str, digits: int, expected: float) -> None:
    assert rounded(Fraction(value), digits) == expected


def test_just_under_the_gate_stays_under_it() -> None:
    assert floored(Fraction(7999, 10000), 2) == 0.79
    assert floored(Fraction(4, 5), 2) == 0.8


@given(st.decimals(0, 100, places=6), st.integers(0, 3))
def test_rounding_agrees_with_decimals(value: Decimal, digits: int) -> None:
    step = Decimal(1).scaleb(-digits)
    assert rounded(Fraction(value), digits) == float(value.quantize(step, ROUND_HALF_UP))
    assert floored(Fraction(value), digits) == float(value.quantize(step, ROUND_FLOOR))
