from __future__ import annotations

import pytest

from crawler.markup.page import Page
from crawler.markup.pieces import MAX_PIECES, filled_by_script, wanted
from crawler.markup.written import loaded, parsed, written


def page(html: str, **includes: str) -> Page:
    return Page("http://www.example.gov.cn/a/b.html", html.encode(), content_type="text/html; charset=utf-8")


@pytest.mark.parametrize(
    ("script", "html"),
    [
        ("document.write('<b>甲</b>')", "<b>甲</b>"),
        ('document.writeln("<b>" + "\\u7532</b>");', "<b>甲</b>"),
        ('document.write(unescape("%3Cb%3E%u7532%3C/b%3E"))', "<b>甲</b>"),
        ("var f = '<b>' +\n '甲'; f += '</b>'; document.getElementById('x').innerHTML = f;", "<b>甲</b>"),
        ("var a = '<b>甲</b>'\nvar z = 1\n$('#f').html(a)", "<b>甲</b>"),
        ("el.insertAdjacentHTML('beforeend', '<b>甲</b>')", "<b>甲</b>"),
        ("document.write(`<b>甲</b>`)", "<b>甲</b>"),
        ("document.write('<a href=\"http://x.cn/\">' + name + '</a>')", '<a href="http://x.cn/"></a>'),
        ("// document.write('<b>甲</b>')", ""),
        ("/* document.write('<b>甲</b>') */", ""),
        ("var w = window.open(); w.document.write('<b>甲</b>')", ""),
        ("document.write('plain words')", ""),
        ("var x = '<b>甲</b>'", ""),
    ],
)
def test_what_a_script_writes(script: str, html: str) -> None:
    assert written([script]) == html


@pytest.mark.parametrize(
    "script",
    [
        "document.write('<a href=\"index_' + nextPage + '.html\">下一页</a>')",
        "var next = current + 1; document.write('<a href=\"index_' + next + '.html\">下一页</a>')",
        "document.write('<a href=\"' + (wap ? 'm.html' : 'pc.html') + '\">下一页</a>')",
        "rows.innerHTML = '<a href=' + list[0].url + '>下一页</a>'",
        "rows.innerHTML = `<a href='/art/${row.id}.html'>下一页</a>`",
        "document.write('<a href=\"' + escape(where) + '\">下一页</a>')",
        "document.write('<img src=\"/count?' + new Date().getTime() + '\">')",
    ],
)
def test_an_address_with_a_gap_is_no_link(script: str) -> None:
    """What only a browser knows would read as a link that is not there, and be told as broken."""
    page = Page("http://a.cn/x/", f"<html><body><script>{script}</script></body></html>".encode())
    assert [link.url for link in page.links if link.raw] == []
    assert "\ue000" not in written([script])


def test_a_gap_leaves_texts_and_other_tags_alone() -> None:
    script = (
        "document.write('<script src=\"' + http + 'dcs.conac.cn/x.js\"></' + 'script><i>共' + n + '页</i>')"
    )
    assert written([script]) == '<script src="dcs.conac.cn/x.js"></script><i>共页</i>'


def test_variables_of_one_script_are_used_by_another() -> None:
    assert written(["var foot = '<i>底</i>'", "document.getElementById('f').innerHTML = foot"]) == "<i>底</i>"


def test_fragments_are_parsed_once() -> None:
    assert parsed("<b>x</b>") is parsed("<b>x</b>")


def test_loaded_addresses() -> None:
    assert loaded("$('#head').load('head.html'); $.get(\"/inc/foot.html\", f); x.load(y)") == [
        "head.html",
        "/inc/foot.html",
    ]


@pytest.mark.parametrize(
    ("html", "paths"),
    [
        ('<script src="/js/footer.js"></script>', ["/js/footer.js"]),
        ('<script src="../public/js/head_2021.js?v=1"></script>', ["/public/js/head_2021.js?v=1"]),
        ('<script src="/js/jquery.headroom.min.js"></script>', []),
        ('<body><!--页脚开始--><script src="/js/1708.js"></script></body>', ["/js/1708.js"]),
        ('<body><div class="footer"><script src="/x/9.js"></script></div></body>', ["/x/9.js"]),
        ('<body><p></p><script src="/x/9.js"></script></body>', []),
        ('<iframe src="/tail.html" width="100%" height="40"></iframe>', ["/tail.html"]),
        ('<iframe src="/visitcount/v.jsp" width="0" height="0"></iframe>', []),
        ('<iframe src="http://other.gov.cn/tail.html"></iframe>', []),
        ("<script>$('#f').load('footer.html')</script>", ["/a/footer.html"]),
        ('<!--<script src="/js/footer.js"></script>-->', []),
    ],
)
def test_pieces_of_the_page(html: str, paths: list[str]) -> None:
    assert [request.url[len("http://www.example.gov.cn") :] for request in page(html).supplements()] == paths


def test_pieces_are_bounded() -> None:
    html = "".join(f'<iframe src="/f{n}.html"></iframe>' for n in range(50))
    assert len(page(html).supplements()) == MAX_PIECES


def test_a_footer_on_another_host_is_never_fetched_but_known_to_be_missing() -> None:
    read = page('<script src="http://static.other.cn/js/footer.js"></script>')
    assert read.supplements() == []
    assert read.unread == ("http://static.other.cn/js/footer.js",)
    assert wanted(read).elsewhere == read.unread


LONG = "<p>" + "示例县人民政府门户网站" * 12 + "</p>"


@pytest.mark.parametrize(
    ("html", "why"),
    [
        ('<div id="app"></div><script src="/a.js"></script>', "shell"),
        (LONG + '<div v-text="icp"></div><script>new Vue()</script>', "template"),
        (LONG + '<div class="footer"></div><script src="/a.js"></script>', "empty_footer"),
        (LONG + '<div class="footer">版权所有</div><script src="/a.js"></script>', None),
        (LONG, None),
        ("<p>短</p>", None),
    ],
)
def test_pages_that_scripts_fill(html: str, why: str | None) -> None:
    assert filled_by_script(page(html)) == why


def test_a_written_script_may_write_itself() -> None:
    inner = r'document.write(unescape("%3Cspan id=\'_ideConac\'%3E%3C/span%3E"));'
    html = rf"<body><script>document.writeln('<script>{inner}<\/script>');</script></body>"
    page = Page("http://www.a.gov.cn/", html.encode(), is_home=True)
    assert any(part.tree.css_first("#_ideConac") is not None for part in page.parts)
