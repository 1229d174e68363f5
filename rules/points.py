"""Arithmetic on points as printed: exact, so that no platform rounds otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache


@lru_cache(maxsize=4096)
def exact(points: float) -> Fraction:
    """The number as it is written: 0.1 is a tenth."""
    return Fraction(str(points))


@lru_cache(maxsize=4096)
def _decimal(points: float) -> Decimal:
    return Decimal(str(points))


def total(points: Iterable[float]) -> Fraction:
    """The exact sum; (decimals are several times faster to add than fractions)."""
    return Fraction(sum(map(_decimal, points), Decimal(0)))


def rounded(value: Fraction, digits: int) -> float:
    """Half up, as offices round."""
    scale: int = 10**digits
    return int(value * scale + Fraction(1, 2)) / scale if value >= 0 else -rounded(-value, digits)


def floored(value: Fraction, digits: int) -> float:
    """Rounded down, so that a printed 0.80 really is at least 80 %; for values from 0."""
    scale: int = 10**digits
    return int(value * scale) / scale
