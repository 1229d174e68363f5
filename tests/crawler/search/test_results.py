from __future__ import annotations

import json

import pytest

from crawler.markup.page import Page
from crawler.search.engines import Row, ask_form, read_json
from crawler.search.results import (
    Likeness,
    Wanted,
    fold,
    likeness,
    may_be_filled,
    read_rows,
    refuses,
    same_article,
    says_nothing_found,
    wrapped,
)

TITLE = "关于印发《示例县粮食安全应急预案》的通知"
URL = "http://www.a.gov.cn/zcwj/202605/t20260520_1.html"
WANTED = Wanted(TITLE, (URL,))


def like(*titles: str, url: str | None = "http://www.a.gov.cn/other.html") -> Likeness:
    return likeness(Row(url, titles), WANTED)


def test_folding_unifies_width_brackets_dashes_quotes_and_drops_dates() -> None:
    assert fold("关于〔2026〕3号 “文件”——的通知") == fold('关于(2026)3号"文件"-的通知')
    assert fold("Ａ计划　通知 2026-05-20") == fold("a计划通知")
    assert fold("停水通知 [2026年5月20日 10:30]") == fold("停水通知")
    assert fold("2026-05-20") == "20260520"  # nothing would be left


@pytest.mark.parametrize(
    "shown",
    [
        TITLE,
        "关于印发<示例县粮食安全应急预案>的通知 2026-05-20",
        "[政策文件] 关于印发《示例县粮食安全应急预案》的通知",
        "关于印发《示例县粮食安全应急预案》…",
    ],
)
def test_the_same_title_in_other_dress(shown: str) -> None:
    assert like(shown) is Likeness.TITLE


def test_a_title_cut_too_early_is_only_a_start() -> None:
    assert like("关于印发《示例县粮食...") is Likeness.START
    assert like("关于印发《示例县粮食") is Likeness.NONE  # not cut: another, shorter title
    assert like("关于印发《示例县粮食...", TITLE) is Likeness.TITLE  # the full title beside it


def test_another_title_is_another() -> None:
    assert like("关于印发《示例县防汛应急预案》的通知") is Likeness.NONE
    assert like("县政府办公室" * 8 + TITLE) is Likeness.NONE  # a whole paragraph that mentions it


@pytest.mark.parametrize(
    "url",
    [
        URL,
        URL.replace("http:", "https:"),
        URL.replace("www.", ""),
        "http://s.a.gov.cn/visit/link.do?url=http%3A%2F%2Fwww.a.gov.cn%2Fzcwj%2F202605%2Ft20260520_1.html&q=x",
        "http://s.a.gov.cn/r?to=http%253A%252F%252Fwww.a.gov.cn%252Fzcwj%252F202605%252Ft20260520_1.html",
    ],
)
def test_the_address_counts_bare_or_wrapped(url: str) -> None:
    assert like("查看", url=url) is Likeness.ADDRESS


def test_other_addresses_do_not() -> None:
    assert not same_article(None, URL)
    assert not same_article(URL.replace("_1", "_2"), URL)
    assert wrapped("http://a.gov.cn/s?q=abc") is None


def test_rows_hold_text_and_title_and_addresses_from_scripts() -> None:
    page = Page(
        "http://www.a.gov.cn/search?q=x",
        '<body><p>为您找到相关结果约 1,203 条</p><a href="/a.html" title="全称">全…</a>'
        "<a href=\"javascript:;\" onclick=\"go('/b.html')\">乙</a><a href='/c.html'></a></body>".encode(),
    )
    found = read_rows(page)
    assert found.total == 1203
    assert [(row.url, row.titles) for row in found.rows] == [
        ("http://www.a.gov.cn/a.html", ("全…", "全称")),
        ("http://www.a.gov.cn/b.html", ("乙",)),
    ]


@pytest.mark.parametrize(
    "text", ["共找到 0 条结果", "抱歉，没有找到相关内容", "暂无相关信息", "未检索到结果"]
)
def test_statements_of_no_result(text: str) -> None:
    assert says_nothing_found(text)


@pytest.mark.parametrize("text", ["共找到 12 条结果", "找到 3 篇，暂无更多内容", "站内检索"])
def test_statements_that_are_none(text: str) -> None:
    assert not says_nothing_found(text)


def test_refusals_and_scripts() -> None:
    assert refuses("请输入验证码")
    assert not refuses("共找到 0 条结果")
    assert may_be_filled(Page("http://a.cn/", b"<script>$.ajax({url:'/s'})</script>"))
    assert may_be_filled(Page("http://a.cn/", b'<script src="/js/search.js"></script>'))
    assert not may_be_filled(Page("http://a.cn/", b'<script src="/js/footer.js"></script>'))


def answer(data: object) -> Page:
    return Page("http://www.a.gov.cn/api", json.dumps(data).encode(), content_type="application/json")


def test_json_answers_whatever_they_call_things() -> None:
    found = read_json(
        answer(
            {"ok": True, "totalHits": 1, "resultDocs": [{"data": {"titleO": "<em>甲</em>乙", "url": "/x"}}]}
        )
    )
    assert found is not None
    assert found.total == 1
    assert found.rows == (Row("http://www.a.gov.cn/x", ("甲乙",)),)


@pytest.mark.parametrize(
    "data", [{"ok": False, "total": 0}, {"code": 500, "total": 0}, {"msg": "系统异常"}, "text", 7]
)
def test_an_error_told_as_json_is_no_answer(data: object) -> None:
    assert read_json(answer(data)) is None


def test_a_form_is_sent_as_a_browser_sends_it() -> None:
    pairs = [("c", "1 2"), ("q", "通知")]
    got = ask_form("http://a.cn/s?old=1", "get", pairs, "gbk")
    assert got.url == "http://a.cn/s?c=1%202&q=%CD%A8%D6%AA"
    posted = ask_form("http://a.cn/s?old=1", "post", pairs, "utf-8")
    assert (posted.url, posted.method) == ("http://a.cn/s?old=1", "POST")
    assert posted.body == b"c=1%202&q=%E9%80%9A%E7%9F%A5"
