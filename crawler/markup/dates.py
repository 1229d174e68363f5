"""Which day does a text name? All the ways Chinese portals write dates; pure, without a clock.

Future dates and 1970-01-01 are read as they stand: whoever knows the day of the sweep rejects them with
`plausible`. A month and day without a year stay a `MonthDay` until `with_year` can place them.
Source: the date traps of the column check (split spans, full width, Chinese numerals, dotted forms).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple


class MonthDay(NamedTuple):
    """A date without its year, as [12-15]."""

    month: int
    day: int


class FoundDate(NamedTuple):
    """One date in a text: the day or the month and day, and the span it stands on."""

    day: date | None
    month_day: MonthDay | None
    start: int
    end: int


EARLIEST_YEAR = 1949  # older numbers on portals are document numbers or history, never a publication

# Years in front; the separators may stand apart ("2026- 01- 23" when each part has a span of its own).
_YMD = (
    r"(?P<y>(?:19|20)\d{2})\s?(?:(?P<s>[-/.∕])\s?(?P<m>\d{1,2})\s?(?P=s)\s?(?P<d>\d{1,2})"
    r"|年\s?(?P<m2>\d{1,2})\s?月\s?(?P<d2>\d{1,2})\s?[日号]"
    r"|[-/.]\s?(?P<m3>\d{1,2})\s+(?P<d3>\d{1,2})(?![\d:：.])"  # year and month small, the day set large below
    r"|(?P<m5>[01]\d)(?P<d5>[0-3]\d)(?!\d))"
)
_DAY_FIRST = (
    r"(?<![\d:.\-])(?P<d4>\d{1,2})\s?[/日]?\s+(?P<y4>20\d{2})\s?[-/.年]\s?(?P<m4>\d{1,2})"
    r"(?!\d|\s?[-/.]\s?\d|\s?月\s?\d)月?"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ENGLISH = re.compile(  # Dec 15, 2021; 15 December 2021
    rf"\b(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s-])?(?P<m>{'|'.join(_MONTHS)})"
    r"(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?\.?[\s,-]{1,2}"
    r"(?:(?P<d2>\d{1,2})(?:st|nd|rd|th)?,?\s)?(?P<y>20\d{2})(?!\d)",
    re.IGNORECASE,
)
_MONTH_DAY = r"(?P<mm>\d{1,2})(?:[-/](?P<dd>\d{2})|月\s?(?P<dd2>\d{1,2})日)"
_FULL = re.compile(rf"(?<![\d.]){_YMD}(?!\d(?!\d:))|{_DAY_FIRST}")
_SHORT = re.compile(rf"(?<![\d.\-/年:]){_MONTH_DAY}(?![\d\-/.%:：])")

_WIDE = str.maketrans("０１２３４５６７８９－／．：", "0123456789-/.:")
_WIDE_CHARS = re.compile("[０-９－／．：]")
_NUMERALS = re.compile(
    r"([一二][〇○零Ｏ０一二三四五六七八九OΟ]{3})\s?年\s?([一二三四五六七八九十]{1,2})\s?月\s?([一二三四五六七八九十]{1,3})\s?[日号]"
)
_DIGIT = {c: str(n) for n, c in enumerate("〇一二三四五六七八九")} | dict.fromkeys("○零Ｏ０OΟ", "0")


def parse_date(text: str) -> date | None:
    """The first full date in a text (year, month and day), or None."""
    for found in find_dates(text):
        if found.day is not None:
            return found.day
    return None


def find_dates(text: str, *, short: bool = False) -> Iterator[FoundDate]:
    """Every date of a text in reading order; with `short` also month-day forms where no full date stands."""
    text = plain(text)
    full = False
    for match in _FULL.finditer(text):
        day = _full(match)
        if day is not None:
            full = True
            yield FoundDate(day, None, match.start(), match.end())
    if not full and " 20" in text:
        for match in _ENGLISH.finditer(text):
            day = _english(match)
            if day is not None:
                full = True
                yield FoundDate(day, None, match.start(), match.end())
    if not short or full:
        return
    for match in _SHORT.finditer(text):
        month, day_number = int(match["mm"]), int(match["dd"] or match["dd2"])
        if _valid(2024, month, day_number):  # a leap year, so that 02-29 passes
            yield FoundDate(None, MonthDay(month, day_number), match.start(), match.end())


def plain(text: str) -> str:
    """Full-width digits and signs, and Chinese numerals of dates, as ASCII."""
    if _WIDE_CHARS.search(text):
        text = text.translate(_WIDE)
    if "月" in text:
        text = _NUMERALS.sub(_from_numerals, text)
    return text


def with_year(month_day: MonthDay, as_of: date) -> date | None:
    """The latest such day that is not after `as_of`: what [12-15] means to a reader on that day."""
    for year in range(as_of.year, as_of.year - 9, -1):  # eight years back reach a 29 February
        day = _valid(year, month_day.month, month_day.day)
        if day is not None and day <= as_of:
            return day
    return None


def plausible(day: date | None, as_of: date) -> date | None:
    """The day, unless it lies after `as_of` or is an epoch filler (1970-01-01)."""
    if day is None or day > as_of or day <= date(1970, 1, 2):
        return None
    return day


_URL_FORMS = (
    re.compile(r"/t((?:19|20)\d{2})([01]\d)([0-3]\d)_\d"),  # TRS: /202112/t20211215_123.html
    re.compile(r"/art/((?:19|20)\d{2})/(\d{1,2})/(\d{1,2})/"),  # Hanweb
    re.compile(r"/((?:19|20)\d{2})[-/]?([01]\d)[-/]?([0-3]\d)/"),  # /2021-12/15/, /20211215/, /2021/1215/
)


def url_date(url: str) -> date | None:
    """The day in the path of an article URL; a hint only, it may be the day of a migration."""
    for form in _URL_FORMS:
        match = form.search(url)
        if match is not None:
            return _valid(int(match[1]), int(match[2]), int(match[3]))
    return None


def _full(match: re.Match[str]) -> date | None:
    year = match["y"] or match["y4"]
    month = match["m"] or match["m2"] or match["m3"] or match["m5"] or match["m4"]
    day = match["d"] or match["d2"] or match["d3"] or match["d5"] or match["d4"]
    return _valid(int(year), int(month), int(day))


def _english(match: re.Match[str]) -> date | None:
    day = match["d"] or match["d2"]
    month = _MONTHS.index(match["m"].lower()) + 1
    return _valid(int(match["y"]), month, int(day)) if day else None


def _valid(year: int, month: int, day: int) -> date | None:
    if year < EARLIEST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _from_numerals(match: re.Match[str]) -> str:
    year = "".join(_DIGIT[c] for c in match[1])
    return f"{year}年{_tens(match[2])}月{_tens(match[3])}日"


def _tens(numeral: str) -> int:
    """一 … 三十一 as a number."""
    if "十" not in numeral:
        return int("".join(_DIGIT[c] for c in numeral))
    tens, _, ones = numeral.partition("十")
    return (int(_DIGIT[tens]) if tens else 1) * 10 + (int(_DIGIT[ones]) if ones else 0)
