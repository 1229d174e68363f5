"""Page kinds, named walls, error pages, and whether a page is the unit's own."""

from __future__ import annotations

import pytest

from crawler.markup.page import Page
from crawler.model import PageKind, Unit, UnitKind
from crawler.signs.identity import Doubt, doubt, is_content
from crawler.signs.kind import page_kind, wall_of

UNIT = Unit(id="muxi", name="木溪县人民政府", kind=UnitKind.COUNTY, portal="http://www.muxi.gov.cn/")
ROWS = (
    "<ul class='list'>"
    + "".join(
        f'<li><a href="/x/t{n}.html">木溪县第{n}次会议召开</a><span>2026-03-0{n}</span></li>'
        for n in range(1, 8)
    )
    + "</ul>"
)
TEXT = (
    "<div class='TRS_Editor'><p>"
    "木溪县召开春季农业生产工作会议，安排部署春耕备耕工作，确保粮食丰收。</p></div>"
)


def page(
    body: str, *, title: str = "", path: str = "/xw/index.html", head: str = "", status: int = 200
) -> Page:
    html = f"<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"
    return Page(f"http://www.muxi.gov.cn{path}", html.encode(), status=status)


@pytest.mark.parametrize(
    ("body", "title", "path", "kind"),
    [
        (ROWS, "通知公告_木溪县人民政府", "/xw/index.html", PageKind.COLUMN),
        (ROWS, "政府信息公开年报_木溪县人民政府", "/gk/nb/index.html", PageKind.DISCLOSURE),
        (ROWS, "县长信箱", "/hd/xzxx/index.html", PageKind.INTERACTION),
        (ROWS, "站内搜索", "/s.html", PageKind.SEARCH),
        (ROWS, "结果", "/jsearchfront/search.do?q=a", PageKind.SEARCH),
        (ROWS, "木溪县人民政府", "/", PageKind.HOME),
        (TEXT, "木溪县召开春季农业生产工作会议", "/xw/202603/t20260302_1.html", PageKind.ARTICLE),
        ("<h1>页面不存在</h1>", "404", "/gone.html", PageKind.ERROR),
        ("<p>抱歉，您访问的页面不存在或已被删除</p>", "木溪县人民政府", "/gone.html", PageKind.ERROR),
        ("<p>网站正在升级维护，请稍后再试</p>", "提示", "/x.html", PageKind.ERROR),
        ("<p>好</p>", "好", "/x.html", PageKind.OTHER),
        ("<table><tr><td>参数错误！</table>", "提示", "/show.asp", PageKind.ERROR),
        ("<script>alert('该文章不存在');history.back();</script>", "", "/show.asp", PageKind.ERROR),
        ("<script>alert('请先登录');history.back();</script>", "", "/show.asp", PageKind.OTHER),
        (
            "<h2>关于第一号方案的政策解读</h2><p>来源：县政府办 发布时间：2026-03-05 点击：</p>",
            "关于第一号方案的政策解读",
            "/show.asp",
            PageKind.ARTICLE,
        ),
        (
            "<h2>政策解读专栏</h2><a href=/1>关于第一号方案的解读</a><p>来源：县办 发布时间：2026-03-05",
            "政策解读专栏",
            "/zcjd/",
            PageKind.OTHER,
        ),
    ],
)
def test_kinds(body: str, title: str, path: str, kind: PageKind) -> None:
    assert page_kind(page(body, title=title, path=path)) is kind


def test_service_guide_by_its_elements() -> None:
    body = (
        "<div class='article-content'><p>"
        "设定依据：某法第三条。受理条件：本县居民。申请材料：申请表一份。办理地点：政务大厅。</p>"
    )
    body += "<p>办理流程：受理、审核、发证。收费标准：不收费。咨询电话：1234567。</p></div>"
    assert page_kind(page(body, title="残疾人证办理", path="/bs/1.html")) is PageKind.SERVICE_GUIDE


def test_a_news_item_about_maintenance_is_no_error() -> None:
    body = "<h1>关于网站升级维护的公告</h1><div id='zoom'><p>因网站升级维护，周六暂停服务。</p></div>"
    head = '<meta name="ArticleTitle" content="关于网站升级维护的公告">'
    got = page(body, title="关于网站升级维护的公告", path="/xw/202603/t20260302_2.html", head=head)
    assert page_kind(got) is PageKind.ARTICLE


def test_a_letter_about_a_missing_record_is_no_error() -> None:
    letter = "<table><tr><td>来信内容<td>提示参保记录不存在，怎么办？<tr><td>回复内容<td>请到窗口核对</table>"
    assert page_kind(page(letter, title="网上信访", path="/mail/show.asp?id=12")) is not PageKind.ERROR
    assert page_kind(page("<p>该记录不存在！</p>", path="/mail/show.asp?id=12")) is PageKind.ERROR


@pytest.mark.parametrize(
    ("html", "name"),
    [
        ("<script>$_ts={};</script><script src='/a.js'></script>", "ruishu"),
        ("<script>document.cookie='__jsl_clearance=1'</script>", "jiasule"),
        ("<script>document.cookie='C3VK=ab; max-age=300';location.reload()</script>", "cookie_shell"),
        ("<h1>拒绝执行 | 网站云防护系统</h1>", "yunfanghu"),
    ],
)
def test_walls_by_their_marks(html: str, name: str) -> None:
    got = page(html)
    assert wall_of(got) == name
    assert page_kind(got) is PageKind.CHALLENGE
    assert doubt(got, UNIT) is Doubt.WALL


def test_a_mark_on_a_page_full_of_content_is_no_wall() -> None:
    assert wall_of(page(f"<script>$_ts={{}}</script>{ROWS * 4}" + "<p>正文</p>" * 300)) is None


def test_identity() -> None:
    assert is_content(page(ROWS, title="通知公告_木溪县人民政府"), UNIT)
    assert is_content(page(TEXT, title="别的标题"), UNIT)
    assert doubt(page("<p>页面不存在</p>", title="404"), UNIT) is Doubt.ERROR
    assert doubt(page(ROWS, title="x", status=500), UNIT) is Doubt.ERROR
    assert doubt(page("", path="/xw/index_44.html"), UNIT) is Doubt.STUB
    assert doubt(page("<p>本域名可出售，欢迎联系</p>", title="域名出售"), UNIT) is Doubt.FOREIGN
    assert doubt(page("<script>location.href='/zwgk/a.html'</script>"), UNIT) is Doubt.REDIRECT
