"""Rows in script records; further pages by GET with any ids, or by POST in groups of three pages."""

from __future__ import annotations

from datetime import date

from crawler import dialects
from crawler.lists.rows import RowSource, find_rows
from crawler.markup.page import Page

URL = "http://www.muxi.gov.cn/col/col4711/index.html"


def record(n: int) -> str:
    return (
        f"<record><![CDATA[<li>"
        f"<a href='/art/2026/3/{n}/art_4711_{n}.html' title='木溪县第{n}次常务会议召开'>木溪县第{n}次…</a>"
        f"<span>2026-\n03-\n{n:02d}</span></li>]]></record>"
    )


def column(store: str, script: str = "") -> Page:
    text = (
        f'<html><body><div id="88"><script type="text/xml">'
        f"{store}</script></div><script>{script}</script></body></html>"
    )
    return Page(URL, text.encode())


GROUP = (
    '<nextgroup><![CDATA[<a href="/module/web/jpage/dataproxy.jsp?page=1&appid=1&webid=7&path=/'
    '&columnid=4711&unitid=88&webname=MX&permissiontype=0"></a>]]></nextgroup>'
)


def test_rows_of_the_records_and_pages_by_get() -> None:
    store = f"<datastore>{GROUP}<recordset>{''.join(map(record, range(1, 20)))}</recordset></datastore>"
    found = find_rows(column(store, "$('#88').jpage({totalRecord:95, perPage:19});"))
    assert found.source is RowSource.DATASTORE
    assert len(found.rows) == 19
    assert found.rows[0].title == "木溪县第1次常务会议召开"
    assert found.rows[0].date == date(2026, 3, 1)
    assert (found.pages, found.total) == (5, 95)
    assert [url.partition("?")[2][:12] for url in found.next_pages] == [
        f"page={n}&appid" for n in (2, 3, 4, 5)
    ]


def test_encrypted_ids_are_replayed_as_they_are() -> None:
    group = (
        "<nextgroup><![CDATA[<a href='/module/web/jpage/dataproxy.jsp?page=1&columnid=9fA%2B3&unitid=Zk%3D'>"
        "</a>]]></nextgroup>"
    )
    store = f"<datastore>{group}<recordset>{record(1)}{record(2)}</recordset></datastore>"
    found = find_rows(column(store, "jpage({totalRecord:6, perPage:2})"))
    assert found.pages == 3
    assert found.next_pages[-1].endswith("page=3&columnid=9fA%2B3&unitid=Zk%3D")


POST = (
    "$('#88').jpage({ totalRecord: 130, perPage: 20, groupSize: 3, proxyUrl: '/module/jpage/dataproxy.jsp', "
    "ajaxParam: {col:1, appid:1, webid:7, path:'/', columnid:4711, sourceContentType:1, unitid:'88', "
    "webname:'木溪县', permissiontype:0} });"
)


def test_pages_by_post_come_three_at_a_time() -> None:
    store = f"<datastore><recordset>{''.join(map(record, range(1, 21)))}</recordset></datastore>"
    found = find_rows(column(store, POST))
    assert (len(found.rows), found.pages, found.total) == (20, 7, 130)
    assert found.next_pages == ()
    assert [(r.method, r.url.partition("?")[2]) for r in found.requests] == [
        ("POST", "startrecord=1&endrecord=60&perpage=20"),
        ("POST", "startrecord=61&endrecord=120&perpage=20"),
        ("POST", "startrecord=121&endrecord=130&perpage=20"),
    ]
    assert found.requests[0].body is not None
    assert b"columnid=4711&sourceContentType=1&unitid=88" in found.requests[0].body


def test_a_first_page_by_proxy_is_a_supplement() -> None:
    page = Page(URL, f"<html><body><div id='88'></div><script>{POST}</script></body></html>".encode())
    (wanted,) = dialects.supplements(page)
    assert wanted.method == "POST"
    assert find_rows(page).needs_browser
    answer = (
        f"<datastore><totalrecord>41</totalrecord><recordset>"
        f"{''.join(map(record, range(1, 21)))}</recordset></datastore>"
    )
    complete = Page(URL, page.html.encode(), includes={wanted.url: answer})
    found = find_rows(complete)
    assert (len(found.rows), found.total, found.needs_browser) == (20, 41, False)
    assert dialects.supplements(complete) == ()


def test_an_answer_of_the_proxy_reads_like_a_page() -> None:
    text = (
        "<?xml version='1.0' encoding='utf-8'?><datastore>"
        "<totalrecord>64</totalrecord><totalpage>4</totalpage>"
        f"{GROUP}<recordset>{''.join(map(record, range(1, 17)))}</recordset></datastore>"
    )
    url = "http://www.muxi.gov.cn/module/web/jpage/dataproxy.jsp?page=2&columnid=4711&unitid=88"
    found = find_rows(Page(url, text.encode(), content_type="text/xml"))
    assert (len(found.rows), found.pages, found.total) == (16, 4, 64)
    assert [url.partition("page=")[2][0] for url in found.next_pages] == ["3", "4"]


def test_table_records() -> None:
    piece = (
        "<record><![CDATA[<tr><td><a href='/art/1.html'>"
        "木溪县行政处罚公示表</a></td><td>2026-02-0{n}</td></tr>]]></record>"
    )
    store = f"<datastore><recordset>{''.join(piece.format(n=n) for n in range(1, 4))}</recordset></datastore>"
    found = find_rows(column(store))
    assert [row.date for row in found.rows] == [date(2026, 2, n) for n in (1, 2, 3)]


def test_an_empty_datastore_is_an_empty_column() -> None:
    found = find_rows(column("<datastore><recordset></recordset></datastore>"))
    assert found.rows == ()
    assert not found.needs_browser
