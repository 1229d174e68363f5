"""Working days with days off moved onto weekdays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.workdays import CALENDAR, Overrides, calendar_with


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 2, 14), True),  # Saturday worked for Spring Festival
        (date(2026, 2, 17), False),  # Spring Festival
        (date(2026, 10, 10), True),
        (date(2026, 10, 1), False),
        (date(2025, 1, 26), True),
        (date(2026, 3, 7), False),  # a plain Saturday
        (date(2026, 3, 9), True),
    ],
)
def test_known_days(day: date, working: bool) -> None:
    assert CALENDAR.day(day) == (working, False)


def test_the_day_of_the_event_does_not_count() -> None:
    friday = date(2026, 3, 6)
    assert CALENDAR.between(friday, friday) == (0, False)
    assert CALENDAR.between(friday, date(2026, 3, 9)) == (1, False)
    assert CALENDAR.between(friday, date(2026, 3, 13)) == (5, False)
    assert CALENDAR.between(date(2026, 3, 13), friday) == (0, False)


def test_five_working_days_over_the_national_day() -> None:
    assert CALENDAR.deadline(date(2026, 9, 30), 5) == (date(2026, 10, 13), False)


def test_a_year_without_a_notice_says_so() -> None:
    count = CALENDAR.between(date(2026, 12, 28), date(2101, 1, 5))
    assert count.incomplete
    day = CALENDAR.day(date(2099, 10, 1))
    assert day == (False, True)
    assert CALENDAR.day(date(2099, 3, 9)) == (True, True)


def test_a_deadline_needs_at_least_one_day() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        CALENDAR.deadline(date(2026, 3, 6), 0)


def test_overrides_stand_over_the_calendars() -> None:
    own = calendar_with(Overrides(holidays=(date(2026, 3, 9),), workdays=(date(2026, 3, 7),)))
    assert own.day(date(2026, 3, 9)) == (False, False)
    assert own.day(date(2026, 3, 7)) == (True, False)
    assert own.between(date(2026, 3, 6), date(2026, 3, 9)) == (1, False)
    assert calendar_with(Overrides()).day(date(2026, 3, 9)) == (True, False)


def test_a_day_cannot_be_both() -> None:
    day = date(2026, 3, 9)
    with pytest.raises(ValueError, match="2026-03-09"):
        Overrides(holidays=(day,), workdays=(day,))


@given(st.dates(date(2024, 1, 1), date(2026, 6, 1)), st.integers(1, 25))
def test_deadline_and_count_agree(start: date, days: int) -> None:
    deadline = CALENDAR.deadline(start, days).day
    assert CALENDAR.between(start, deadline).days == days
    assert CALENDAR.between(start, deadline - timedelta(days=1)).days == days - 1
