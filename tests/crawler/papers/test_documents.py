"""Titles, numbers and days of published papers, with the traps of real portals."""

from __future__ import annotations

from datetime import date

import pytest

from crawler.markup.page import Page
from crawler.papers.documents import (
    PaperKind,
    article_links,
    column_of,
    core_of_title,
    days_of,
    kind_of_title,
    news_report,
    numbers_in,
    own_number,
    read_paper,
)
from crawler.texts.article import read_article


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("《示例县城市照明管理办法》政策解读", PaperKind.INTERPRETATION),
        ("一图读懂《示例县供水规定》", PaperKind.INTERPRETATION),
        ("县住建局负责人就《办法》答记者问", PaperKind.INTERPRETATION),
        ("我县召开政策解读培训会", None),
        ("关于公开征求《示例县停车管理办法（征求意见稿）》意见的公告", PaperKind.CONSULTATION),
        ("《示例县停车管理办法》征求意见情况反馈", PaperKind.FEEDBACK),
        ("关于《示例县停车管理办法》意见采纳情况的说明", PaperKind.FEEDBACK),
        ("县政府召开第12次常务会议", PaperKind.MEETING),
        ("图解：县政府第十二次常务会议", PaperKind.MEETING),
        ("县人大常委会第12次会议召开", None),
        ("关于召开县政府第12次常务会议的通知", None),
        ("示例县人民政府关于印发供水规定的通知", None),  # a document needs more than its title
        ("公告", None),
    ],
)
def test_a_title_tells_its_kind(title: str, kind: PaperKind | None) -> None:
    assert kind_of_title(title) is kind


@pytest.mark.parametrize(
    ("title", "core"),
    [
        ("示例县人民政府关于印发示例县城市照明管理办法的通知", "示例县城市照明管理办法"),
        ("示例县人民政府办公室关于印发《示例县城市照明管理办法（试行）》的通知", "示例县城市照明管理办法"),
        ("【图解】《示例县城市照明管理办法》", "示例县城市照明管理办法"),
        ("关于公开征求《示例县城市照明管理办法（征求意见稿）》意见的公告", "示例县城市照明管理办法"),
    ],
)
def test_what_a_title_is_about(title: str, core: str) -> None:
    assert core_of_title(title) == core


def test_numbers_in_all_brackets_and_without_the_words_before_them() -> None:
    text = "根据粤府办〔2026〕3号和《国务院关于某事的通知》（国发[2025]12号），现将阳府规【2026】012号印发"
    assert numbers_in(text) == ("粤府办〔2026〕3号", "国发〔2025〕12号", "阳府规〔2026〕12号")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "阳府规〔2026〕12号",
            "阳府规[2026]12号",
            "阳府规(2026)12号",
            "阳府规（2026）12号",
            "阳府规【2026】12号",
        ),
        *(
            "阳府规﹝2026﹞12号",
            "阳府规［2026］12号",
            "阳府规〈2026〉12号",
            "阳府规{2026}12号",
            "阳府规〔2026〕第12号",
        ),
        *(
            "阳府规〔２０２６〕１２号",
            "阳府规 〔 2026 〕 12 号",
            "阳府规〔2026〕012号",
            "阳 府 规〔2026〕12号",
        ),
    ],
)
def test_one_number_however_it_is_written(text: str) -> None:
    assert numbers_in(f"根据{text}的要求") == ("阳府规〔2026〕12号",)
    assert own_number(f"文号：{text}") == "阳府规〔2026〕12号"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("索引号\n1\n文号\n阳府规〔2026〕12号\n标题", "阳府规〔2026〕12号"),
        ("发文字号：阳府规〔2026〕12号 发布日期：2026-01-01", "阳府规〔2026〕12号"),
        ("发文字号：\n发布日期：2026-01-01\n根据粤府办〔2026〕3号的要求", ""),
        ("某某通知\n辽政公组办〔2021〕5号\n各县、区", "辽政公组办〔2021〕5号"),
        ("根据粤府办〔2026〕3号的要求，现通知如下", ""),
    ],
)
def test_a_cited_number_is_not_the_papers_own(text: str, number: str) -> None:
    assert own_number(text) == number


def test_a_number_in_brackets_behind_the_title() -> None:
    assert own_number("", "关于印发某办法的通知（阳府规〔2026〕12号）") == "阳府规〔2026〕12号"


@pytest.mark.parametrize(
    ("title", "news"),
    [
        ("县领导到乡镇调研春耕生产", True),
        ("关于举办技能竞赛的通知", False),
        ("《启动仪式管理办法》", False),
        ("示例县城市照明管理办法", False),
    ],
)
def test_reports_of_events(title: str, news: bool) -> None:
    assert news_report(title) is news


def page(
    body: str, *, head: str = "", url: str = "http://www.example.gov.cn/zcwj/content/post_1.html"
) -> Page:
    title = "示例县人民政府关于印发示例县城市照明管理办法的通知"
    html = f"<html><head><title>{title}</title>{head}</head><body><h1>{title}</h1>{body}</body></html>"
    return Page(url, html.encode(), content_type="text/html; charset=utf-8")


TEXT = '<div id="zoomcon"><p>各乡镇人民政府：现将办法印发给你们，请认真贯彻执行。</p></div>'


def test_a_document_with_its_index_table() -> None:
    table = (
        "<table><tr><th>发文机关</th><td>示例县人民政府</td></tr>"
        "<tr><th>文号</th><td>示府规〔2026〕3号</td></tr></table>"
    )
    paper = read_paper(page(table + TEXT))
    assert paper is not None
    assert (paper.kind, paper.number, paper.issuer) == (
        PaperKind.POLICY,
        "示府规〔2026〕3号",
        "示例县人民政府",
    )


def test_the_issuer_from_the_title() -> None:
    paper = read_paper(page(TEXT))
    assert paper is not None
    assert paper.issuer == "示例县人民政府"


def test_the_column_by_tag_else_by_breadcrumb() -> None:
    assert column_of(page(TEXT, head='<meta name="ColumnName" content="政策文件">')) == "政策文件"
    assert (
        column_of(page('<div>当前位置：<a href="/">首页</a> &gt; <a href="/z/">政策文件</a></div>' + TEXT))
        == "政策文件"
    )


def test_the_day_of_signing_is_no_day_of_publication() -> None:
    signed = page("<p>成文日期：2026年04月20日</p>" + TEXT)
    article = read_article(signed)
    assert article is not None
    assert days_of(signed, article).latest is None
    both = page("<p>成文日期：2026年04月20日</p><p>发布日期：2026-04-29</p>" + TEXT)
    article = read_article(both)
    assert article is not None
    assert days_of(both, article).latest == date(2026, 4, 29)


def test_links_of_a_plain_page_are_its_own() -> None:
    one = page('<p><a href="/zcjd/1.html">解读</a></p>' + TEXT)
    assert [link.url for link in article_links(one)] == ["http://www.example.gov.cn/zcjd/1.html"]


def test_lists_are_no_papers() -> None:
    rows = "".join(
        f'<li><a href="/a/{n}.html">第{n}条某某某某某信息</a><span>2026-01-0{n}</span></li>'
        for n in range(1, 9)
    )
    html = f"<html><head><title>政策文件</title></head><body><ul>{rows}</ul></body></html>"
    assert read_paper(Page("http://www.example.gov.cn/zcwj/", html.encode())) is None
