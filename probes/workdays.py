"""Working days (工作日) with 调休: days off moved onto weekdays, Saturdays worked instead.

chinesecalendar knows the yearly State Council notices; where it has no data for a year, holidays gives the
statutory days off without 调休 and the answer is marked incomplete. Late notices and local holidays are
overrides, which a pack may set (`limits: {interaction: {calendar: …}}`). Source: counting by
民法典 201, 204: the day of the event does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple, Self

import chinese_calendar
import holidays
from pydantic import model_validator

from crawler.model import Frozen

NOTICE_SLACK = 6  # working days by which an unknown year's 调休 may shift a count (assumed)
_ONE_DAY = timedelta(days=1)


class Overrides(Frozen):
    """Days off and days worked, whatever the calendars say."""

    holidays: tuple[date, ...] = ()
    workdays: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _one_or_the_other(self) -> Self:
        both = set(self.holidays) & set(self.workdays)
        if both:
            raise ValueError(f"既是假日又是工作日：{'、'.join(str(day) for day in sorted(both))}")
        return self


class Day(NamedTuple):
    """Is it a working day, and is that by a year's full notice?"""

    working: bool
    incomplete: bool


class Count(NamedTuple):
    """A number of working days; `incomplete` where a year's notice was not known."""

    days: int
    incomplete: bool


class Deadline(NamedTuple):
    """A last day, until 24:00 of it; `incomplete` where a year's notice was not known."""

    day: date
    incomplete: bool


class Calendar:
    """Working days of mainland China, with the overrides of one installation."""

    def __init__(self, overrides: Overrides | None = None) -> None:
        overrides = overrides or Overrides()
        self._forced = dict.fromkeys(overrides.holidays, False) | dict.fromkeys(overrides.workdays, True)

    def day(self, day: date) -> Day:
        if day in self._forced:
            return Day(self._forced[day], False)
        return _by_notice(day)

    def between(self, start: date, end: date) -> Count:
        """Working days after `start` up to `end`, that day included; 0 where end is not after start."""
        days = [self.day(day) for day in _days_after(start, end)]
        return Count(sum(day.working for day in days), any(day.incomplete for day in days))

    def deadline(self, start: date, days: int) -> Deadline:
        """The last day to act: the `days`-th working day after `start`."""
        if days < 1:
            raise ValueError("days must be at least 1")
        at, incomplete = start, False
        while days:
            at += _ONE_DAY
            today = self.day(at)
            incomplete = incomplete or today.incomplete
            days -= today.working
        return Deadline(at, incomplete)


def _days_after(start: date, end: date) -> Iterator[date]:
    while start < end:
        start += _ONE_DAY
        yield start


@lru_cache(maxsize=4096)
def _by_notice(day: date) -> Day:
    try:
        return Day(chinese_calendar.is_workday(day), False)
    except NotImplementedError:  # no data for that year: told by chinesecalendar only so
        off, moved = _statutory(day.year)
        if day in moved:
            return Day(True, False)
        return Day(day.weekday() < 5 and day not in off, not moved)


@lru_cache(maxsize=64)
def _statutory(year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Days off, and weekend days worked; the latter is empty as long as no notice is known for the year."""
    known = holidays.country_holidays("CN", years=year)
    moved = getattr(known, "weekend_workdays", ())
    return frozenset(known), frozenset(day for day in moved if day.year == year)


@lru_cache(maxsize=64)
def calendar_with(overrides: Overrides) -> Calendar:
    """The calendar of an installation whose pack says so."""
    return Calendar(overrides)


CALENDAR = Calendar()
