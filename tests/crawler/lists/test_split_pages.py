"""A whole list cut into hidden pages is one list; the tabs of several lists are not."""

from __future__ import annotations

import pytest

from crawler.lists.rows import find_rows
from crawler.markup.page import Page

URL = "http://www.bailu.gov.cn/gs/index.html"
DATED = (
    '<li><a href="/art/{n}.html">白鹭镇第{n}号公示的通知</a><span>{year}-{month:02d}-{day:02d}</span></li>'
)
SHORT = '<li><a href="/art/{n}.html">白鹭镇第{n}号公示的通知</a><i>[{month:02d}-{day:02d}]</i></li>'
PLAIN = '<li><a href="/art/{n}.html">白鹭镇第{n}号公示的通知</a></li>'
CELLS = '<tr><td><a href="/art/{n}.html">白鹭镇第{n}号公示</a></td><td>{year}-{month:02d}-{day:02d}</td></tr>'
PAGER = '<div class="pages"><a href="javascript:;">上一页</a><b>1</b><a href="javascript:go(2)">2</a></div>'
HEAD = "<tr><th>标题</th><th>发布日期</th></tr>"
LABELS = '<div class="hd"><a href="/gs/">公示</a><a href="/gg/">公告</a></div>'
HID = ' style="display: none;"'


def rows(start: int, end: int, form: str = DATED) -> str:
    """Rows that fall by ten days each."""
    return "".join(
        form.format(n=n, year=2026 - n // 36, month=12 - n // 3 % 12, day=27 - n % 3 * 10)
        for n in range(start, end)
    )


def count(body: str) -> int:
    return len(find_rows(Page(URL, f"<html><body>{body}</body></html>".encode())).rows)


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (f'<div class="list"><ul>{rows(0, 10)}</ul><ul{HID}>{rows(10, 20)}</ul></div>', 20),
        (f'<div class="list"><ul>{rows(0, 9, SHORT)}</ul><ul{HID}>{rows(9, 12, SHORT)}</ul></div>', 12),
        (
            f'<div class="p1"><ul>{rows(0, 10)}</ul></div><div class="p2"{HID}><ul>{rows(10, 20)}</ul></div>'
            f'<div class="p3"{HID}><ul>{rows(20, 21)}</ul></div>{PAGER}',
            21,
        ),
        (
            f'<table class="t"><tbody>{rows(0, 8, CELLS)}</tbody></table>'
            f'<table class="t hide"><tbody>{rows(8, 15, CELLS)}</tbody></table>',
            15,
        ),
        (
            f'<table class="t"><tbody>{HEAD}{rows(0, 8, CELLS)}</tbody></table>'
            f'<table class="t"{HID}><tbody>{HEAD}{rows(8, 15, CELLS)}</tbody></table>',
            15,
        ),
        (
            f'<div class="list"><ul>{rows(0, 10, PLAIN)}</ul><ul{HID}>{rows(10, 20, PLAIN)}</ul></div>'
            '<div id="pager"></div>',
            20,
        ),
        ("".join(f'<div class="five"><ul>{rows(n, n + 5)}</ul></div><hr>' for n in (0, 5, 10)), 15),
    ],
)
def test_pages_of_one_list(body: str, wanted: int) -> None:
    assert count(f'<div class="main">{body}</div>') == wanted


@pytest.mark.parametrize(
    "body",
    [
        # each starts with the newest again
        f'<div class="a"><ul>{rows(0, 8)}</ul></div><div class="a"{HID}><ul>{rows(0, 8)}</ul></div>{PAGER}',
        # names of their own, and days that run on by chance
        f'{LABELS}<div class="bd"><ul>{rows(0, 8)}</ul><ul{HID}>{rows(8, 16)}</ul></div>',
        f'{LABELS}<div class="bd"><ul>{rows(0, 8)}</ul><ul>{rows(8, 16)}</ul></div>',
        f'<div class="tab-bd"><div class="c"><ul>{rows(0, 8)}</ul></div><div class="c"{HID}>'
        f"<ul>{rows(8, 16)}</ul></div></div>",
        # headings
        f"<div><h3>公示</h3><ul>{rows(0, 8)}</ul></div><div{HID}><h3>公告</h3><ul>{rows(8, 16)}</ul></div>",
        f"<p>公示</p><div><ul>{rows(0, 8)}</ul></div><p>公告</p><div><ul>{rows(8, 16)}</ul></div>",
        f"<div><b>公示</b><ul>{rows(0, 8)}</ul></div><div><b>公告</b><ul>{rows(8, 16)}</ul></div>",
        # neither days nor a pager
        f"<div><ul>{rows(0, 8, PLAIN)}</ul></div><div{HID}><ul>{rows(8, 16, PLAIN)}</ul></div>",
        # other templates
        f'<div class="gs"><ul>{rows(0, 8)}</ul></div><div class="gg"><ul>{rows(8, 16)}</ul></div>',
    ],
)
def test_tabs_stay_apart(body: str) -> None:
    assert count(f'<div class="main">{body}</div>') == 8
