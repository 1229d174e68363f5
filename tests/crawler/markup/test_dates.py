"""Every form in which portals write a day."""

from __future__ import annotations

from datetime import date

import pytest

from crawler.markup.dates import MonthDay, find_dates, parse_date, plausible, url_date, with_year

DAY = date(2021, 12, 15)


@pytest.mark.parametrize(
    "text",
    [
        "2021-12-15",
        "2021/12/15 10:20",
        "2021.12.15",
        "2021年12月15日",
        "2021 年 12 月 15 日",
        "[2021-12-15]",
        "2021- 12- 15",
        "二〇二一年十二月十五日",
        "二○二一年十二月十五日",
        "２０２１－１２－１５",
        "15 2021-12",
        "2021-12 15",
        "20211215",
        "发布时间：2021-12-1514:30",
        "2021-12-15T08:00:00Z",
    ],
)
def test_full_forms(text: str) -> None:
    assert parse_date(text) == DAY


@pytest.mark.parametrize(
    "text",
    [
        "2021-13-40",
        "10:30",
        "0371-65831234",
        "豫政〔2021〕15号",
        "2021年12月",
        "20211215123",
        "1.25亿",
        "3.15",
        "5.15.2021.12.1.1",
    ],
)
def test_no_day(text: str) -> None:
    assert list(find_dates(text, short=True)) == []


@pytest.mark.parametrize(("text", "month", "day"), [("[12-15]", 12, 15), ("2-28", 2, 28), ("12月5日", 12, 5)])
def test_without_year(text: str, month: int, day: int) -> None:
    assert parse_date(text) is None
    assert [found.month_day for found in find_dates(text, short=True)] == [MonthDay(month, day)]


def test_a_full_date_silences_short_ones() -> None:
    found = list(find_dates("2021-12-15 08-30", short=True))
    assert [item.day for item in found] == [DAY]


def test_tens_in_numerals() -> None:
    assert parse_date("二〇二一年十月二十日") == date(2021, 10, 20)
    assert parse_date("二〇二一年三月三十一日") == date(2021, 3, 31)


def test_with_year_takes_the_latest_day_not_after() -> None:
    assert with_year(MonthDay(12, 15), date(2022, 1, 10)) == DAY
    assert with_year(MonthDay(1, 10), date(2022, 1, 10)) == date(2022, 1, 10)
    assert with_year(MonthDay(2, 29), date(2023, 5, 1)) == date(2020, 2, 29)


def test_plausible_drops_future_and_epoch() -> None:
    assert plausible(DAY, date(2021, 12, 15)) == DAY
    assert plausible(DAY, date(2021, 12, 14)) is None
    assert plausible(date(1970, 1, 1), DAY) is None


@pytest.mark.parametrize(
    "url",
    [
        "http://a.gov.cn/xw/202112/t20211215_123456.html",
        "http://a.gov.cn/art/2021/12/15/art_12_345.html",
        "http://a.gov.cn/2021-12/15/content_1234.shtml",
        "http://a.gov.cn/20211215/0a1b/c.html",
        "http://a.gov.cn/2021/1215/c1a2/page.htm",
    ],
)
def test_url_date(url: str) -> None:
    assert url_date(url) == DAY


def test_url_without_date() -> None:
    assert url_date("http://a.gov.cn/content/post_20211215.html") is None
