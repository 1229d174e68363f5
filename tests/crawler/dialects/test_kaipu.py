"""Kaipu lists that come as JSON: the shell's request, its answer, further pages."""

from __future__ import annotations

import json
from datetime import date

import pytest

from crawler import dialects
from crawler.lists.rows import RowSource, find_rows
from crawler.markup.page import Page

CHANNEL = "0123456789abcdef0123456789abcdef"
URL = "http://www.muxi.gov.cn/muxi/c100/xxgk_list.shtml"


def answer(count: int, total: int) -> str:
    results = [
        {
            "title": f"木溪县<em>第{n}批</em>惠农补贴公示",
            "url": f"/muxi/c100/202603/{n:032x}.shtml",
            "publishedTimeStr": f"2026-03-{n + 1:02d} 09:30:00",
        }
        for n in range(count)
    ]
    return json.dumps(
        {"data": {"total": total, "rows": 20, "page": 1, "results": results}}, ensure_ascii=False
    )


@pytest.mark.parametrize(
    ("html", "path"),
    [
        (
            f'<meta name="channelid" content="{CHANNEL}"><script>'
            '$.get("/common/search/" + channelId)</script>',
            "common/search",
        ),
        (f'<script>var url = "/searchList/{CHANNEL}?_isAgg=true&_pageSize=20";</script>', "searchList"),
        (
            f"<script>var channelId = '{CHANNEL}'; load('/common/search/' + channelId)</script>",
            "common/search",
        ),
    ],
)
def test_shells_ask_for_their_rows(html: str, path: str) -> None:
    bare = Page(URL, f"<html><head></head><body><div id='list'></div>{html}</body></html>".encode())
    (wanted,) = dialects.supplements(bare)
    assert wanted.url.startswith(
        f"http://www.muxi.gov.cn/{path}/{CHANNEL}?_isAgg=true&_isJson=true&_pageSize=20"
    )
    assert wanted.url.endswith("&page=1")
    assert find_rows(bare).needs_browser
    found = find_rows(Page(URL, bare.html.encode(), includes={wanted.url: answer(20, 95)}))
    assert (found.source, len(found.rows), found.total, found.pages) == (RowSource.JSON, 20, 95, 5)
    assert found.rows[1].title == "木溪县第1批惠农补贴公示"
    assert found.rows[1].date == date(2026, 3, 2)
    assert found.rows[1].url == f"http://www.muxi.gov.cn/muxi/c100/202603/{1:032x}.shtml"
    assert [url.rpartition("page=")[2] for url in found.next_pages] == ["2", "3", "4", "5"]


def test_an_answer_reads_like_a_page() -> None:
    url = f"http://www.muxi.gov.cn/searchList/{CHANNEL}?_isAgg=true&_isJson=true&_pageSize=20&page=4"
    found = find_rows(Page(url, answer(20, 95).encode(), content_type="application/json"))
    assert (len(found.rows), found.pages) == (20, 5)
    assert [u.rpartition("page=")[2] for u in found.next_pages] == ["5"]


def test_an_empty_channel_is_really_empty() -> None:
    bare = Page(URL, f"<script>x='/searchList/{CHANNEL}'</script>".encode())
    (wanted,) = dialects.supplements(bare)
    found = find_rows(Page(URL, bare.html.encode(), includes={wanted.url: answer(0, 0)}))
    assert (found.rows, found.total, found.needs_browser) == ((), 0, False)


def test_no_channel_needs_a_browser() -> None:
    page = Page(URL, b"<script>$.get('/common/search/' + id())</script>")
    assert find_rows(page).needs_browser
    assert dialects.supplements(page) == ()
