"""Pagers written by script, counting up and down, and plain ones: how many pages, which comes next."""

from __future__ import annotations

import pytest

from crawler import dialects
from crawler.dialects.reading import DialectReading
from crawler.lists.rows import find_rows
from crawler.markup.page import Page

ROWS = "".join(
    f'<li><a href="./202603/t2026030{n}_{n}.html">木溪县第{n}批公示公告</a><span>2026-03-0{n}</span></li>'
    for n in range(1, 6)
)


def read(
    extra: str, url: str = "http://www.muxi.gov.cn/xw/tzgg/index.html", body: str = ROWS
) -> DialectReading:
    return dialects.read(Page(url, f"<html><body><ul class='list'>{body}</ul>{extra}</body></html>".encode()))


def urls(reading: DialectReading) -> list[str]:
    return [request.url.rpartition("/tzgg/")[2] for request in reading.next_pages]


@pytest.mark.parametrize(
    ("script", "pages", "first", "last", "more"),
    [
        ('createPageHTML(25, 0, "index", "html");', 25, "index_1.html", "index_24.html", 24),
        ("createPageHTML(3,1,'index','shtml')", 3, "index_2.shtml", "index_2.shtml", 1),
        ('createPageHTML(486, 25, 0, "index", "html", "black2")', 25, "index_1.html", "index_24.html", 24),
        (
            'var countPage = 4; var currentPage = 0; createPageHTML(countPage, currentPage, "index", "htm");',
            4,
            "index_1.htm",
            "index_3.htm",
            3,
        ),
    ],
)
def test_trs_counts_from_zero(script: str, pages: int, first: str, last: str, more: int) -> None:
    reading = read(f"<script>{script}</script>")
    assert reading.pages == pages
    assert (urls(reading)[0], urls(reading)[-1], len(reading.next_pages)) == (first, last, more)


def test_trs_with_records_tells_the_total() -> None:
    assert read('<script>createPageHTML(486, 25, 0, "index", "html")</script>').total == 486


@pytest.mark.parametrize(
    ("script", "pages", "first", "last", "more", "total"),
    [
        (
            "createPageHTML('page_div',12, 1,'list','shtml',232);",
            12,
            "list_2.shtml",
            "list_12.shtml",
            11,
            232,
        ),
        ("createPageHTML('page-div', 2, 2, 'index', 'html', 31)", 2, None, None, 0, 31),
        ('createPageHTML("paging", 3, 1, "./zcwj", "shtml")', 3, "zcwj_2.shtml", "zcwj_3.shtml", 2, None),
    ],
)
def test_kaipu_counts_from_one(
    script: str, pages: int, first: str | None, last: str | None, more: int, total: int | None
) -> None:
    reading = read(f"<script>{script}</script>")
    assert (reading.pages, reading.total, len(reading.next_pages)) == (pages, total, more)
    if first is not None:
        assert (urls(reading)[0], urls(reading)[-1]) == (first, last)


def test_the_definition_of_the_function_is_no_call() -> None:
    reading = read(
        "<script>function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){ }</script>"
    )
    assert reading.pages is None
    assert reading.next_pages == ()


def test_a_stub_is_a_stub() -> None:
    page = Page("http://www.muxi.gov.cn/xw/tzgg/index_40.html", b"<html><body><ul></ul></body></html>")
    assert dialects.read(page).stub
    assert not dialects.read(Page("http://www.muxi.gov.cn/xw/tzgg/index.html", b"<html></html>")).stub


VSB = "<span>共112条</span><span>1/8</span><script>_simple_list_gotopage_fun(8,'u9_goto',2)</script>"


def test_vsb_counts_downwards_from_the_first_page() -> None:
    reading = read(VSB, "http://www.muxi.gov.cn/xw/tzgg.htm")
    assert (reading.pages, reading.total) == (8, 112)
    assert [request.url for request in reading.next_pages] == [
        f"http://www.muxi.gov.cn/xw/tzgg/{number}.htm" for number in range(7, 0, -1)
    ]


def test_vsb_goes_on_from_a_deep_page() -> None:
    reading = read(VSB, "http://www.muxi.gov.cn/xw/tzgg/3.htm")
    assert urls(reading) == ["2.htm", "1.htm"]


def test_vsb_dynamic_lists_count_upwards() -> None:
    url = "http://www.muxi.gov.cn/list.jsp?urltype=tree.TreeTempUrl&wbtreeid=1003"
    reading = read("<i>1/3</i><script>_simple_list_gotopage_fun(3,'u9',1)</script>", url)
    assert reading.pages == 3
    assert [request.url for request in reading.next_pages] == [
        f"{url}&totalpage=3&PAGENUM=2",
        f"{url}&totalpage=3&PAGENUM=3",
    ]


def webplus(pages: int, current: int) -> str:
    return (
        f'<ul class="wp_paging"><li>每页<em class="per_count">'
        f'14</em>总共<em class="all_count">{pages * 14}</em></li>'
        f'<li><em class="curr_page">{current}</em>/<em class="all_pages">{pages}</em></li></ul>'
    )


@pytest.mark.parametrize(
    ("pages", "current", "name", "more"),
    [(11, 1, "list.htm", 10), (11, 4, "list4.htm", 7), (1, 1, "list.htm", 0)],
)
def test_webplus_counts_upwards(pages: int, current: int, name: str, more: int) -> None:
    reading = read(webplus(pages, current), f"http://www.muxi.gov.cn/tzgg/{name}")
    assert (reading.pages, reading.total, len(reading.next_pages)) == (pages, pages * 14, more)
    if more:
        assert urls(reading)[0] == f"list{current + 1}.htm"


def test_plain_turners() -> None:
    pager = (
        '<div class="page">共4页 <a>首页</a><b>1</b><a href="index_2.html">2</a><a href="index_3.html">3</a>'
        '<a href="index_2.html">下一页</a><a href="index_4.html">尾页</a></div>'
    )
    reading = read(pager)
    assert reading.pages == 4
    assert urls(reading) == ["index_2.html", "index_3.html"]


def test_turners_in_brackets_and_a_list_to_jump_by() -> None:
    pager = (
        '<b>[1]</b><a href="list_2.html">[2]</a><a href="list_2.html">[下一页]</a> 总记录数：88 当前页1/9'
        '<select onchange="location=this.value"><option value="list_1.html">1</option>'
        '<option value="list_3.html">第3页</option><option value="/other/">4</option></select>'
    )
    reading = read(pager, "http://www.muxi.gov.cn/xw/tzgg/list_1.html")
    assert (reading.pages, reading.total) == (9, 88)
    assert urls(reading) == ["list_2.html", "list_3.html"]


def test_plain_turners_by_query() -> None:
    url = "http://www.muxi.gov.cn/xw/tzgg/list.php?c=7"
    reading = read('<a href="?c=7&p=2">2</a><a href="?c=7&p=2">下页</a><a href="/other/2021/">2021</a>', url)
    assert urls(reading) == ["list.php?c=7&p=2"]


def test_last_page_goes_nowhere() -> None:
    assert read('<a href="index_3.html">上一页</a><a href="javascript:;">下一页</a>').next_pages == ()


def test_client_side_paging_of_a_complete_list_has_no_further_pages() -> None:
    rows = "".join(
        f'<li style="display:{"none" if n > 20 else "block"}">'
        f'<a href="./t{n}.html">木溪县政府公报第{n}期目录</a>'
        f"<span>2026-0{n % 9 + 1}-11</span></li>"
        for n in range(1, 61)
    )
    page = Page(
        "http://www.muxi.gov.cn/gb/index.html",
        f'<ul class="list">{rows}</ul><div id="pager">'
        '</div><script>$("#pager").pagination(60)</script>'.encode(),
    )
    found = find_rows(page)
    assert len(found.rows) == 60
    assert found.next_pages == ()


def test_client_side_paging_of_a_table_is_complete() -> None:
    rows = "".join(
        f'<tr class="page{n // 15}"><td><a href="/art/2026/{n % 9 + 1}/11/art_7_{n}.html">公示{n}号</a></td>'
        f"<td>2026-{n % 9 + 1:02d}-11</td></tr>"
        for n in range(1, 46)
    )
    script = "<script>function go(n){$('tr').hide();$('.page'+n).show();}go(0);</script>"
    table = f'<table id="list">{rows}</table><a href="javascript:go(1)">下一页</a>'
    html = f'<div class="main">{table}{script}</div>'
    found = find_rows(Page("http://www.bailu.gov.cn/gs/index.html", html.encode()))
    assert (len(found.rows), found.next_pages) == (45, ())
