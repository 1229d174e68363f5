from __future__ import annotations

import pytest

from crawler.charset import decode
from crawler.markup.page import Page, block_text, resolve

URL = "http://www.example.gov.cn/zwgk/index.html"


def page(html: str, url: str = URL, **fields: object) -> Page:
    return Page(url, html.encode(), content_type="text/html; charset=utf-8", **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("body", "content_type", "charset"),
    [
        (b"\xef\xbb\xbf" + "政府".encode(), "text/html; charset=gbk", "utf-8"),
        ("<meta charset=utf-8>政府".encode("gbk"), "text/html; charset=GBK", "gb18030"),
        (
            '<meta http-equiv=Content-Type content="text/html; charset=gb2312">政府'.encode("gbk"),
            "",
            "gb18030",
        ),
        ("<!-- <meta charset=gbk> --><meta charset=utf-8>政府".encode(), "", "utf-8"),
        ("政府信息公开".encode("gbk"), "", "gb18030"),
        ("政府".encode(), "text/html; charset=iso-8859-1", "utf-8"),
        ("政府信息公开目录".encode("gbk"), "text/html; charset=utf-8", "gb18030"),
        ("政府".encode(), "text/html; charset=no-such-thing", "utf-8"),
        (b"\xff\xfe" + "政府".encode("utf-16-le"), "text/html; charset=gb2312", "utf-16"),
    ],
)
def test_charset_order_and_headers_that_lie(body: bytes, content_type: str, charset: str) -> None:
    text, name = decode(body, content_type)
    assert name == charset
    assert "政府" in text


def test_a_gbk_block_pasted_into_a_utf8_page_is_read() -> None:
    shell = "<p>政府信息公开目录</p>\n" * 2000
    text, name = decode(shell.encode() + "<p>版权所有</p>\n".encode("gbk"), "text/html; charset=utf-8")
    assert name == "utf-8"
    assert "版权所有" in text


@pytest.mark.parametrize(
    ("raw", "url"),
    [
        ("a.html", "http://www.example.gov.cn/zwgk/a.html"),
        ("/a b.html", "http://www.example.gov.cn/a%20b.html"),
        ("../../../a", "http://www.example.gov.cn/a"),
        ("//b.gov.cn/c#d", "http://b.gov.cn/c"),
        ("\\x\\y", "http://www.example.gov.cn/x/y"),
        ("?p=2", "http://www.example.gov.cn/zwgk/index.html?p=2"),
        ("a\tb\n.html", "http://www.example.gov.cn/zwgk/ab.html"),
        (" HTTP://A.gov.cn ", "http://a.gov.cn/"),
        ("https:c.html", None),
        ("javascript:;", None),
        ("JavaScript:void(0)", None),
        ("mailto:a@b.cn", None),
        ("file:///C:/a.doc", None),
        ("C:\\a.doc", None),
        ("", None),
    ],
)
def test_resolve_as_a_browser_does(raw: str, url: str | None) -> None:
    if raw == "https:c.html":
        assert resolve(URL, raw) == "https://c.html/"
    else:
        assert resolve(URL, raw) == url


def test_resolve_depends_on_the_folder_only_for_relative_links() -> None:
    assert resolve("http://a.gov.cn/x/1.html", "2.html") == "http://a.gov.cn/x/2.html"
    assert resolve("http://a.gov.cn/y/1.html", "2.html") == "http://a.gov.cn/y/2.html"
    assert resolve("http://b.gov.cn/y/1.html", "/2.html") == "http://b.gov.cn/2.html"


def test_queries_of_a_gbk_page_are_encoded_in_gbk() -> None:
    body = '<a href="/s?q=中">x</a>'.encode("gbk")
    (link,) = Page(URL, body, content_type="text/html; charset=gbk").links
    assert link.url == "http://www.example.gov.cn/s?q=%D6%D0"


def test_links_in_document_order_with_their_words() -> None:
    links = page(
        '<base href="/x/"><a href="1.html"> 通知 <b>公告</b></a><!-- <a href="no.html">no</a> -->'
        '<a href="2.html#p2"><img src="i.png" alt="专题"></a><map><area href="3.html" title="地图"></map>'
        '<video src="v.mp4"></video><iframe src="f.html"></iframe>'
        '<link href="s.css"><script src="s.js"></script>'
    ).links
    assert [(link.tag, link.url and link.url[25:], link.text) for link in links] == [
        ("a", "/x/1.html", "通知 公告"),
        ("a", "/x/2.html", "专题"),
        ("img", "/x/i.png", "专题"),
        ("area", "/x/3.html", "地图"),
        ("video", "/x/v.mp4", ""),
        ("iframe", "/x/f.html", ""),
    ]
    assert links[1].fragment == "#p2"


def test_links_of_parts_stand_on_the_page() -> None:
    read = page(
        '<div id="f"></div><script>$("#f").load("/inc/footer.html")</script>',
        includes={"http://www.example.gov.cn/inc/footer.html": '<a href="wzdt.html">网站地图</a>'},
    )
    assert [link.url for link in read.links] == ["http://www.example.gov.cn/inc/wzdt.html"]


def test_text_leaves_out_what_nobody_sees() -> None:
    read = page(
        "<title>题</title><p>甲&nbsp;&nbsp;乙</p><script>var x='丙'</script><style>p{}</style>"
        "<!-- 丁 --><p>戊<b>己</b></p>"
    )
    assert read.text == "甲 乙\n戊\n己"
    assert read.tree.body is not None
    assert block_text(read.tree.body) == "甲 乙\n戊己"


def test_words_equal_to_a_hidden_script_stay_where_they_are_seen() -> None:
    read = page("<p>胶州市司法局</p><select><option>胶州市</option></select><script>a()</script><p>a()</p>")
    assert read.text.startswith("胶州市司法局")


def test_meta_names_are_folded_and_the_first_that_says_something_wins() -> None:
    read = page(
        '<meta name="sitename" content=""><META NAME="SiteName" CONTENT=" 示例县 ">'
        '<meta name="PubDate" \xa0content="2020-01-01">'
    )
    assert read.meta["sitename"] == "示例县"
    assert read.meta["pubdate"] == "2020-01-01"
