"""The main list of a page, among menus, side columns and pagers."""

from __future__ import annotations

from datetime import date

from crawler.lists.rows import RowSource, find_rows
from crawler.markup.dates import MonthDay
from crawler.markup.page import Page

URL = "http://www.muxi.gov.cn/xw/tzgg/index.html"
NAV = (
    '<div class="header"><div class="nav"><ul>'
    + "".join(f'<li><a href="/c{n}/index.html">栏目名称{n}</a></li>' for n in range(9))
    + '</ul></div></div><div class="position">当前位置：<a href="/">首页</a>&gt;<a href="/xw/">新闻</a></div>'
)
FOOT = (
    '<div class="footer"><a href="/wzdt.html">网站地图</a><a href="/gywm.html">关于我们</a>'
    '<a href="http://beian.miit.gov.cn">木ICP备12345678号</a></div>'
)


def page(body: str, url: str = URL) -> Page:
    return Page(url, f"<html><body>{NAV}{body}{FOOT}</body></html>".encode())


def items(count: int, form: str) -> str:
    return "".join(form.format(n=n, day=f"2026-03-{n + 1:02d}") for n in range(count))


LI = '<li><a href="./202603/t20260301_{n}.html">关于开展第{n}次例行检查工作的通知</a><span>{day}</span></li>'


def test_dated_list_beside_menu_and_side_column() -> None:
    side = "".join(f'<li><a href="/h{n}.html">热点专题文章标题第{n}号全文</a></li>' for n in range(12))
    found = find_rows(
        page(f'<div class="left"><ul>{side}</ul></div><div class="newslist"><ul>{items(7, LI)}</ul></div>')
    )
    assert found.source is RowSource.STATIC
    assert len(found.rows) == 7
    assert found.rows[0].title == "关于开展第0次例行检查工作的通知"
    assert found.rows[0].url == "http://www.muxi.gov.cn/xw/tzgg/202603/t20260301_0.html"
    assert found.rows[0].date == date(2026, 3, 1)
    assert not found.hub


def test_pager_among_the_rows_is_no_row() -> None:
    pager = '<div><b>1</b><a href="index_1.html">2</a><a href="index_2.html">3</a><a href="#">尾页</a></div>'
    assert len(find_rows(page(f'<div class="list"><ul>{items(5, LI)}{pager}</ul></div>')).rows) == 5


def test_table_rows() -> None:
    row = (
        "<tr><td>{n}</td><td><a href='/art/{n}.html'>信件标题第{n}封来信内容</a></td>"
        "<td>{day}</td><td>已办结</td></tr>"
    )
    head = "<tr><td>编号</td><td>标题</td><td>时间</td><td>状态</td></tr>"
    found = find_rows(page(f"<table><tbody>{head}{items(6, row)}</tbody></table>"))
    assert len(found.rows) == 6
    assert found.rows[2].date == date(2026, 3, 3)


def test_anchor_rows_with_date_in_the_title() -> None:
    row = '<a href="/contents/1/{n}.html"><span>县教育局召开第{n}次工作会议（{day}）</span></a>'
    found = find_rows(page(f'<div class="content"><ul>{items(4, row)}</ul></div>'))
    assert [(r.title, r.date) for r in found.rows][:1] == [("县教育局召开第0次工作会议", date(2026, 3, 1))]
    assert len(found.rows) == 4


def test_picture_and_title_links_are_one_row() -> None:
    row = (
        '<li><a href="/a{n}.html"><img src="{n}.jpg"></a><h3>'
        '<a href="/a{n}.html">木溪县春耕图片报道第{n}期</a></h3>'
        "<p>摘要文字</p><i>{day}</i></li>"
    )
    found = find_rows(page(f'<div class="piclist"><ul>{items(5, row)}</ul></div>'))
    assert len(found.rows) == 5
    assert found.rows[1].title == "木溪县春耕图片报道第1期"


def test_groups_of_five_are_one_list() -> None:
    body = f"<ul>{items(5, LI)}</ul><hr><ul>{items(5, LI)}</ul><hr><ul>{items(3, LI)}</ul>"
    assert len(find_rows(page(f'<div class="list">{body}</div>')).rows) == 13


def test_links_that_lead_nowhere_are_rows_without_url() -> None:
    row = '<li><a href="javascript:;">木溪县人民政府第{n}次常务会议</a><span>{day}</span></li>'
    found = find_rows(page(f'<div class="list"><ul>{items(3, row)}</ul></div>'))
    assert [r.url for r in found.rows] == ["", "", ""]


def test_one_row_in_a_list() -> None:
    found = find_rows(
        page('<div class="news_list"><ul><li><a href="zn.html">木溪县信息公开指南</a></li></ul></div>')
    )
    assert [r.title for r in found.rows] == ["木溪县信息公开指南"]


def test_empty_list_is_empty() -> None:
    body = (
        '<div class="list"><ul class="rows"></ul><ul class="page">'
        '<a href="">第一页</a><a href="">尾页</a></ul></div>'
    )
    found = find_rows(page(body))
    assert found.rows == ()
    assert found.source is RowSource.NONE


def test_month_and_day_only() -> None:
    row = '<li><a href="/a{n}.html">全县防汛抗旱工作会议召开</a><em>[03-1{n}]</em></li>'
    found = find_rows(page(f'<div class="list"><ul>{items(4, row)}</ul></div>'))
    assert [r.month_day for r in found.rows] == [MonthDay(3, 10 + n) for n in range(4)]
    assert found.rows[0].date is None


def test_cut_title_takes_the_title_attribute() -> None:
    row = (
        '<li><a href="/a{n}.html" title="关于印发木溪县第{n}号方案的通知">'
        "关于印发木溪县第…</a><i>{day}</i></li>"
    )
    found = find_rows(page(f'<div class="list"><ul>{items(3, row)}</ul></div>'))
    assert found.rows[1].title == "关于印发木溪县第1号方案的通知"


def test_hub_of_several_lists() -> None:
    block = '<div class="box"><h3>{name}<a href="more">更多</a></h3><ul>{rows}</ul></div>'
    body = "".join(block.format(name=name, rows=items(5, LI)) for name in ("要闻", "公告", "政策", "解读"))
    assert find_rows(page(f'<div class="main">{body}</div>')).hub


def test_base_href_counts() -> None:
    text = (
        f'<html><head><base href="http://www.muxi.gov.cn/other/">'
        f"</head><body>{NAV}<ul>{items(3, LI)}</ul></body>"
    )
    found = find_rows(Page(URL, text.encode()))
    assert found.rows[0].url.startswith("http://www.muxi.gov.cn/other/202603/")


def test_one_dated_row_beside_the_menu_of_its_column() -> None:
    names = ("机构职能", "领导信息", "政策文件", "规划计划", "财政预决算", "意见征集", "政策评估", "行政许可")
    menu = "".join(f"<tr><td><a href='list.jsp?cid={n}'>{name}</a></td></tr>" for n, name in enumerate(names))
    row = "<tr><td>◆ <a href='show.jsp?id=77'>木溪县教育事业发展第十四个五年规划</a> (2026/03/02)</td></tr>"
    body = f"<table><tr><td><table>{menu}</table></td><td><table>{row}</table></td></tr></table>"
    found = find_rows(
        Page("http://www.muxi.gov.cn/list.jsp?cid=3", f"<html><body>{body}</body></html>".encode())
    )
    assert [(row.title, row.date) for row in found.rows] == [
        ("木溪县教育事业发展第十四个五年规划", date(2026, 3, 2))
    ]


def test_an_empty_column_is_not_filled_by_the_menu_that_names_it() -> None:
    menu = "".join(f"<li><a href='/col/col{n}/index.html'>决策栏目第{n}个</a></li>" for n in range(1, 5))
    html = f"<html><body><div class='left'><ul>{menu}</ul></div><p>栏目建设中</p></body></html>"
    assert not find_rows(Page("http://www.muxi.gov.cn/col/col2/index.html", html.encode())).rows


def test_a_tree_in_a_frame_does_not_replace_the_dated_list_beside_it() -> None:
    tree = "".join(
        f"<dl><dt><a href='/col/col{n}/index.html'>公开栏目第{n}个</a></dt></dl>" for n in range(12)
    )
    html = page(
        f"<iframe src='/tree.jsp'></iframe><div class='right'><ul class='list'>{items(4, LI)}</ul></div>"
    ).html
    framed = Page(
        URL, html.encode(), includes={"http://www.muxi.gov.cn/tree.jsp": f"<html><body>{tree}</body></html>"}
    )
    assert [row.date is not None for row in find_rows(framed).rows] == [True] * 4
