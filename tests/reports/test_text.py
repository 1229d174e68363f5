"""Page text is cleaned before any report sees it, and only web URLs become links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.text import clean, moment, plain, points, span, web_link


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (None, ""),
        (0, "0"),
        ("  两行\r\n文字\t ", "两行 文字"),
        ("\x1b[31m红\x00\x07", "[31m红"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("零\u200b宽", "零宽"),
        ("半\ud800个", "半个"),
        ("一" * 1001, "一" * 999 + "…"),
    ],
)
def test_clean(text: object, shown: str) -> None:
    assert clean(text) == shown


@given(st.text())
def test_clean_text_can_be_written_anywhere(text: str) -> None:
    shown = clean(text)

    assert shown.encode("utf-8").decode("utf-8") == shown
    assert "\n" not in shown and "\x1b" not in shown and "\u202e" not in shown
    assert clean(shown) == shown


@pytest.mark.parametrize("url", ["http://a.gov.cn/", "https://a.gov.cn/x?a=1&b=中文#c", "HTTPS://A.GOV.CN/"])
def test_web_urls_are_links(url: str) -> None:
    assert web_link(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "javascript:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//a.gov.cn/",
        "/relative",
        "http:",
        "http://",
        "http://[::1",
        'http://a.gov.cn/"onclick="x',
        "http://a.gov.cn/<script>",
        "http://a.gov.cn/\u202egnp",
        "http://a.gov.cn/" + "a" * 2000,
    ],
)
def test_anything_else_is_not(url: str) -> None:
    assert web_link(url) is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "—"), (0, "0"), (-0.0, "0"), (0.5, "0.5"), (21.5, "21.5"), (10, "10"), (1 / 3, "0.33")],
)
def test_points(value: float | None, shown: str) -> None:
    assert points(value) == shown


@pytest.mark.parametrize(
    ("low", "high", "shown"), [(None, 1, "—"), (66.16, 83.08, "66.2–83.1"), (59.2, 59.21, "59.2")]
)
def test_span(low: float | None, high: float | None, shown: str) -> None:
    assert span(low, high) == shown


@pytest.mark.parametrize(
    ("stamp", "shown"),
    [
        (None, ""),
        ("2026-11-20T02:13:45+08:00", "2026-11-20 02:13"),
        ("2026-11-19T18:13:45+00:00", "2026-11-20 02:13"),
        ("昨天", "昨天"),
    ],
)
def test_moment_is_china_time(stamp: str | None, shown: str) -> None:
    assert moment(stamp) == shown


def test_plain_values() -> None:
    assert plain({"a": [1, 2.5, None], "b": True}) == "a=1、2.5、无；b=是"
    assert plain(list(range(12))).endswith("等 12 个")
    assert plain([]) == "无"
