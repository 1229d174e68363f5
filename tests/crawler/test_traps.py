"""Which URLs count as one page, and which patterns could be endless."""

from __future__ import annotations

import pytest

from crawler.traps import budget_of, key_of, pattern_of, repeats


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.cn/x;jsessionid=1F", "http://a.cn/x;jsessionid=2E"),
        ("http://a.cn/x?sid=1&id=5", "https://a.cn/x?id=5&sid=9"),
        ("http://a.cn/x?b=1&a=2", "http://a.cn/x?a=2&b=1"),
        ("http://a.cn:80/x", "https://a.cn:443/x"),
        ("http://A.cn/x", "http://a.cn/x"),
    ],
)
def test_one_page_one_key(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://a.cn/x", "http://a.cn/X"),
        ("http://a.cn/x", "http://a.cn/x/"),
        ("http://a.cn/x?id=1", "http://a.cn/x?id=2"),
        ("http://a.cn:8080/x", "http://a.cn/x"),
    ],
)
def test_different_pages_keep_apart(one: str, other: str) -> None:
    assert key_of(one) != key_of(other)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("http://a.cn/cal?year=2026&month=3", "calendar:"),
        ("http://a.cn/events/2026/11/", "calendar:"),
        ("http://a.cn/list.jsp?page=4", "page:"),
        ("http://a.cn/news/index_17.html", "page:"),
        ("http://a.cn/show.jsp?id=4", "query:"),
        ("http://a.cn/a/b/a/b/a/b/", "repeat:"),
    ],
)
def test_endless_patterns_have_a_budget(url: str, kind: str) -> None:
    pattern = pattern_of(key_of(url))
    assert pattern.startswith(kind)
    assert budget_of(pattern) is not None


@pytest.mark.parametrize(
    "url",
    [
        "http://a.cn/content/post_760742.html",
        "http://a.cn/202112/t20211215_123.html",
        "http://a.cn/news/index.html",
        "http://a.cn/zwgk/",
        "http://a.cn/art/2021/12/15/art_1_2.html",
    ],
)
def test_plain_pages_have_none(url: str) -> None:
    assert pattern_of(key_of(url)) == ""


def test_pages_of_one_pattern_share_it() -> None:
    one, other = (pattern_of(key_of(f"http://a.cn/cal?month={month}&year=2026")) for month in (1, 12))
    assert one == other


def test_years_in_folders_do_not_repeat() -> None:
    assert not repeats("a.cn/2021/2021/2021/x")
    assert repeats("a.cn/x/x/x/y")


def test_every_list_has_its_own_budget_of_pages() -> None:
    proxy = "http://a.cn/module/web/jpage/dataproxy.jsp?page={}&webid=7&columnid={}"
    platform = "http://a.cn/gkmlpt/api/all/{1}?page={0}&sid=6"
    for form in (proxy, platform):
        first, next_page, other = (
            pattern_of(key_of(form.format(*where))) for where in ((1, 47), (2, 47), (1, 48))
        )
        assert first == next_page
        assert first != other
        assert budget_of(first) is not None
    assert pattern_of(key_of("http://a.cn/x?id=4&page=1")) == pattern_of(key_of("http://a.cn/x?id=5&page=1"))
