"""Columns in frames, behind redirects, in scripts; and what only a browser can bring."""

from __future__ import annotations

from datetime import date

import pytest

from crawler import dialects
from crawler.lists.rows import RowSource, find_rows
from crawler.markup.page import Page

URL = "http://www.muxi.gov.cn/zwgk/gkml/index.html"
LIST = (
    "<ul class='list'>"
    + "".join(
        f'<li><a href="/info/{n}.html">木溪县政府采购公告第{n}号</a><span>2026-03-0{n}</span></li>'
        for n in range(1, 6)
    )
    + "</ul>"
)


def read(html: str, url: str = URL, **includes: str) -> Page:
    return Page(url, f"<html><body>{html}</body></html>".encode(), includes=includes)


@pytest.mark.parametrize(
    ("frame", "name"),
    [
        ('<iframe src="list.html" width="100%"></iframe>', "frame"),
        ('<iframe src="/govxxgk/11220000/openSubPage.html?specialurl=a"></iframe>', "epoint"),
        ('<iframe src="/x/govInfoPub.html?categorynum=003001002"></iframe>', "epoint"),
    ],
)
def test_rows_of_a_frame(frame: str, name: str) -> None:
    bare = read(frame)
    (wanted,) = dialects.supplements(bare)
    assert dialects.read(bare).names == (name,)
    assert find_rows(bare).needs_browser
    found = find_rows(Page(URL, bare.html.encode(), includes={wanted.url: LIST}))
    assert (found.source, len(found.rows), found.needs_browser) == (RowSource.IFRAME, 5, False)
    assert found.rows[0].url == "http://www.muxi.gov.cn/info/1.html"


def test_an_epoint_frame_without_rows_needs_a_browser() -> None:
    bare = read('<iframe src="/x/govInfoPub.html?categorynum=003001002"></iframe>')
    (wanted,) = dialects.supplements(bare)
    full = Page(URL, bare.html.encode(), includes={wanted.url: "<div id='app'></div>"})
    assert find_rows(full).needs_browser


def test_frames_of_others_and_of_chrome_are_left_alone() -> None:
    page = read('<iframe src="http://tianqi.example.com/x"></iframe><iframe src="/inc/header.html"></iframe>')
    assert dialects.supplements(page) == ()


@pytest.mark.parametrize(
    "html",
    [
        '<meta http-equiv="refresh" content="0;url=../jgzn/index.html">',
        "<META CONTENT='0.5; URL=\"../jgzn/index.html\"' HTTP-EQUIV=Refresh>",
        '<meta http-equiv="refresh" content="3;../jgzn/index.html">',
        '<meta http-equiv="refresh" content="0 url=../jgzn/index.html">',
        "<style>"
        + "a{color:red}" * 900
        + '</style><meta http-equiv=refresh content="0;url=../jgzn/index.html">',
        '<META HTTP-EQUIV="Refresh" CONTENT="0; URL=\'/zwgk/jgzn/index.html\'">',
        "<script>window.location.href = '/zwgk/jgzn/index.html';</script>",
        '<script>location.replace("../jgzn/index.html")</script>',
    ],
)
def test_redirects(html: str) -> None:
    assert dialects.read(read(html)).redirect == "http://www.muxi.gov.cn/zwgk/jgzn/index.html"


def test_a_pager_of_a_short_list_is_no_redirect() -> None:
    turn = "page.render({count: 9, jump: function (o) { location.href = '/zwgk/list_2.html'; }})"
    assert dialects.read(read(f"{LIST}<script>{turn}</script>")).redirect is None
    assert dialects.read(read("<script>location.href = '?page=' + n</script>")).redirect is None


def test_a_short_page_with_a_menu_goes_on_at_once() -> None:
    page = read(f"{LIST}<script>var x = {{}}; location.href = '/zwgk/jgzn/';</script>")
    assert dialects.read(page).redirect == "http://www.muxi.gov.cn/zwgk/jgzn/"


def test_a_location_change_of_a_full_page_is_no_redirect() -> None:
    page = read(
        "<p>" + "正文内容，" * 100 + "</p><script>function go(){location.href='/search.html'}</script>"
    )
    assert dialects.read(page).redirect is None


@pytest.mark.parametrize(
    "script",
    [
        "var data = [{title:'木溪县第1号公告', url:'/a/1.html', date:'2026-03-01'},"
        "{title:'木溪县第2号公告', url:'/a/2.html', date:'2026-03-02'},];",
        "var page = "
        '{"list": [{"infotitle": "木溪县第1号公告", "infourl": "/a/1.html", "infodate": "2026-03-01"},'
        ' {"infotitle": "木溪县第2号公告", "infourl": "/a/2.html", "infodate": "2026-03-02"}]};',
        'document.write(\'<ul><li><a href="/a/1.html">木溪县第1号公告</a><span>2026-03-01</span></li>'
        '<li><a href="/a/2.html">木溪县第2号公告</a><span>2026-03-02</span></li></ul>\');',
    ],
)
def test_rows_in_a_script(script: str) -> None:
    found = find_rows(read(f"<div id='list'></div><script>{script}</script>"))
    assert found.source is RowSource.SCRIPT
    assert [(row.title, row.url, row.date) for row in found.rows] == [
        (f"木溪县第{n}号公告", f"http://www.muxi.gov.cn/a/{n}.html", date(2026, 3, n)) for n in (1, 2)
    ]


@pytest.mark.parametrize(
    "html",
    [
        "<div id='newslist'></div><script>$.ajax({url: '/api/list', success: fill})</script>",
        '<ul class="list"><li v-for="item in rows">{{item.title}}</li></ul>',
        "<div class='content-list'></div><script>axios.post('/info_open/search', q)</script>",
    ],
)
def test_what_only_a_browser_brings(html: str) -> None:
    found = find_rows(read(html))
    assert found.rows == ()
    assert found.needs_browser


def test_a_plain_page_needs_no_browser() -> None:
    found = find_rows(read(LIST))
    assert (len(found.rows), found.source, found.needs_browser) == (5, RowSource.STATIC, False)
