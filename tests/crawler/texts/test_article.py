"""Title, date, source and body of article pages."""

from __future__ import annotations

from datetime import date

from crawler.markup.page import Page
from crawler.texts.article import is_article_url, read_article

URL = "http://www.muxi.gov.cn/xw/202603/t20260302_4711.html"
TITLE = "木溪县召开全县春季农业生产工作会议"
TEXT = (
    "<p>3月1日，木溪县召开全县春季农业生产工作会议，安排部署春耕备耕。</p>"
    "<p>会议要求，各乡镇要抓好农资供应。</p>"
)


def page(body: str, *, head: str = "", url: str = URL, title: str = f"{TITLE}_木溪县人民政府") -> Page:
    text = f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    return Page(url, text.encode())


def test_visible_date_goes_before_the_tag() -> None:
    article = read_article(
        page(
            f'<div class="crumb">当前位置：<a>首页</a></div><h1>{TITLE}</h1>'
            f"<div>发布时间：2026-03-02 09:10　来源：木溪日报　浏览次数：12</div>"
            f'<div class="TRS_Editor">{TEXT}</div>',
            head=(
                f'<meta name="ArticleTitle" content="{TITLE}">'
                '<meta name="PubDate" content="2026-03-09 08:00">'
            ),
        )
    )
    assert article is not None
    assert (article.title, article.date, article.date_source) == (TITLE, date(2026, 3, 2), "text")
    assert article.source == "木溪日报"
    assert article.text.startswith("3月1日")
    assert not article.blank


def test_tag_where_no_date_is_visible_then_url() -> None:
    body = f'<h1>{TITLE}</h1><div id="zoom">{TEXT}</div>'
    tagged = read_article(page(body, head='<meta name="PubDate" content="2026年03月09日 15:30">'))
    assert tagged is not None
    assert (tagged.date, tagged.date_source) == (date(2026, 3, 9), "meta")
    bare = read_article(page(body))
    assert bare is not None
    assert (bare.date, bare.date_source) == (date(2026, 3, 2), "url")


def test_expiry_dates_and_related_lists_are_not_the_date() -> None:
    related = "".join(
        f"<li><a href='/a{n}.html'>相关新闻标题</a><span>2026-05-0{n}</span></li>" for n in range(1, 5)
    )
    article = read_article(
        page(
            f"<table><tr><td>有效期至：</td><td>2029-01-01</td>"
            "<td>成文日期：</td><td>2026-02-20</td></tr></table>"
            f'<h1>{TITLE}</h1><div>日期：2026-02-27</div><div id="zoom">{TEXT}</div><ul>{related}</ul>'
        )
    )
    assert article is not None
    assert article.date == date(2026, 2, 27)


def test_issue_date_of_a_disclosure_table_counts_where_nothing_else_does() -> None:
    article = read_article(
        page(f'<dl><dt>生成日期：</dt><dd>2026-02-20</dd></dl><h1>{TITLE}</h1><div id="zoom">{TEXT}</div>')
    )
    assert article is not None
    assert article.date == date(2026, 2, 20)


def test_title_broken_over_lines() -> None:
    article = read_article(
        page(
            f"<h1>木溪县召开<br>全县春季农业生产工作会议</h1>"
            f'<p>时间：2026-03-02</p><div id="zoom">{TEXT}</div>',
            head='<meta name="ArticleTitle" content="木溪县召开&lt;br/&gt;全县春季农业生产工作会议">',
        )
    )
    assert article is not None
    assert article.title.replace(" ", "") == TITLE


def test_title_without_tags_is_what_the_document_title_repeats() -> None:
    article = read_article(
        page(f'<div class="t1">{TITLE}</div><div>2026-03-02</div><div class="zz">{TEXT}</div>')
    )
    assert article is not None
    assert article.title == TITLE
    assert article.date == date(2026, 3, 2)


def test_blank_article_is_an_article() -> None:
    article = read_article(page(f'<h1>{TITLE}</h1><div id="zoom"></div>'))
    assert article is not None
    assert article.article_url
    assert article.blank


def test_attachment_only_is_not_blank() -> None:
    article = read_article(page(f'<h1>{TITLE}</h1><div id="zoom"><a href="./P02.pdf">附件</a></div>'))
    assert article is not None
    assert article.attachments == ("http://www.muxi.gov.cn/xw/202603/P02.pdf",)
    assert not article.blank


def test_tail_is_cut() -> None:
    article = read_article(
        page(f'<h1>{TITLE}</h1><div id="zoom">{TEXT}<p>扫一扫在手机打开当前页</p><p>x</p></div>')
    )
    assert article is not None
    assert article.text.endswith("农资供应。")


def test_list_page_is_no_article() -> None:
    rows = "".join(
        f"<li><a href='./t{n}.html'>关于第{n}次例行检查的通知公告</a><span>2026-03-0{n}</span></li>"
        for n in range(1, 9)
    )
    url = "http://www.muxi.gov.cn/xw/index.html"
    assert read_article(page(f'<div class="list"><ul>{rows}</ul></div>', url=url, title="通知公告")) is None


def test_standing_page_is_an_article_without_date() -> None:
    url = "http://www.muxi.gov.cn/zwgk/jgzn/index.html"
    article = read_article(page(f'<h2>机构职能</h2><div class="con">{TEXT}</div>', url=url, title="机构职能"))
    assert article is not None
    assert article.date is None
    assert not article.article_url


def test_footer_text_is_no_body() -> None:
    foot = (
        '<div class="footer"><p>'
        "主办：木溪县人民政府办公室，地址：木溪县人民路1号，电话：0431-1234567，邮编130000。</p></div>"
    )
    url = "http://www.muxi.gov.cn/zwgk/kong/index.html"
    assert read_article(page(f'<div class="list"><ul></ul></div>{foot}', url=url, title="空栏目")) is None


def test_home_is_no_article() -> None:
    home = Page("http://www.muxi.gov.cn/", f"<body><p>{TEXT}</p></body>".encode(), is_home=True)
    assert read_article(home) is None


def test_article_addresses() -> None:
    for path in (
        "/art/2021/3/9/art_12_345.html",
        "/content/post_123.html",
        "/2021-12/15/content_1.shtml",
        "/info/1001/2002.htm",
        "/202112/0123456789abcdef0123456789abcdef.shtml",
        "/2021/1215/c1a2/page.htm",
    ):
        assert is_article_url(f"http://a.gov.cn{path}"), path
    assert not is_article_url("http://a.gov.cn/zwgk/index.html")
    assert not is_article_url("http://a.gov.cn/col/col123/index.html")
