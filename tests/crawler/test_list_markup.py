"""The main list in many templates: all rows, their titles and days, amid menus, crumbs and footers."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment, StrictUndefined

from crawler.lists.rows import find_rows
from crawler.markup.page import Page

NEWEST = date(2026, 3, 20)
AROUND = """<html><head><title>通知公告_木溪县人民政府</title></head><body>
<div class="header"><div class="nav"><ul>{nav}</ul></div></div>
<div class="dqwz">您当前的位置：<a href="/">首页</a> &gt; <a href="/xw/">新闻</a></div>
<div class="wrap"><div class="leftnav"><ul>{left}</ul></div>{list}</div>
<div class="footer"><a href="/wzdt.html">网站地图</a><p>主办：木溪县人民政府</p></div>
</body></html>"""
NAV = "".join(f'<li><a href="/c{n}/">栏目名称{n}</a></li>' for n in range(9))
LEFT = "".join(
    f'<li><a href="/z{n}/">{name}</a></li>'
    for n, name in enumerate(("政府信息公开指南", "政府信息公开制度", "法定主动公开内容", "依申请公开"))
)


@cache
def cases() -> list[dict[str, Any]]:
    text = (Path(__file__).parent / "fixtures" / "list_markup.yaml").read_text("utf-8")
    loaded: list[dict[str, Any]] = yaml.safe_load(text)
    return loaded


def day(n: int, form: str = "%Y-%m-%d") -> str:
    return (NEWEST - timedelta(days=n)).strftime(form)


@pytest.mark.parametrize("name", [case["name"] for case in cases()])
def test_list(name: str) -> None:
    case = next(case for case in cases() if case["name"] == name)
    html = Environment(undefined=StrictUndefined).from_string(case["html"]).render(day=day)
    text = AROUND.format(nav=NAV, left="" if "side" in html else LEFT, list=html)
    found = find_rows(Page("http://www.muxi.gov.cn/xw/tzgg/index.html", text.encode()))
    assert len(found.rows) == case["rows"]
    assert not found.hub
    if "first" in case:
        assert found.rows[0].title == case["first"]
    assert len({row.title for row in found.rows}) == case["rows"]
    if case["dates"] == "falls":
        assert [row.date for row in found.rows] == [NEWEST - timedelta(days=n) for n in range(case["rows"])]
    elif case["dates"] == "none":
        assert {row.date for row in found.rows} == {None}
    else:
        short = found.rows[0].month_day
        told = str(found.rows[0].date) if short is None else f"{short.month:02d}-{short.day:02d}"
        assert told == str(case["dates"])
        assert all(row.date or row.month_day for row in found.rows)
