"""Articles in many templates: title, day, source and text, amid menus, side lists and tables."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment, StrictUndefined

from crawler.markup.page import Page
from crawler.signs.kind import page_kind
from crawler.texts.article import read_article

TITLE = "木溪县人民政府关于做好春耕备耕工作的通知"
BODY = (
    "<p>　　各乡镇人民政府，县政府各部门：</p><p>　　为深入贯彻落实全县农村工作会议精神，经县政府同意，现将"
    "有关事项通知如下，请认真组织实施。</p><p align='right'>木溪县政府</p><p align='right'>2026年3月1日</p>"
)
AROUND = """<html><head><title>{title}_木溪县人民政府</title>{head}</head><body>
<div class="header"><div class="nav"><ul>{nav}</ul></div></div>
<div class="dqwz">您当前的位置：<a href="/">首页</a> &gt; <a href="/xw/">新闻</a> &gt; 正文</div>{html}
<div class="footer"><a href="/wzdt.html">网站地图</a><p>主办：木溪县人民政府</p></div></body></html>"""
NAV = "".join(f'<li><a href="/c{n}/">栏目名称{n}</a></li>' for n in range(9))


@cache
def cases() -> list[dict[str, Any]]:
    text = (Path(__file__).parent / "fixtures" / "article_markup.yaml").read_text("utf-8")
    loaded: list[dict[str, Any]] = yaml.safe_load(text)
    return loaded


@pytest.mark.parametrize("name", [case["name"] for case in cases()])
def test_article(name: str) -> None:
    case = next(case for case in cases() if case["name"] == name)
    filled = {
        part: Environment(undefined=StrictUndefined)
        .from_string(case.get(part, ""))
        .render(title=TITLE, body=BODY)
        for part in ("html", "head")
    }
    page = Page(
        "http://www.muxi.gov.cn/xw/tzgg/x.html", AROUND.format(title=TITLE, nav=NAV, **filled).encode()
    )
    wanted = case["expect"]
    article = read_article(page)
    assert article is not None
    assert article.title.replace(" ", "") == TITLE
    assert article.date == wanted["date"]
    assert article.blank == wanted["blank"]
    assert page_kind(page).value == wanted["kind"]
    assert "source" not in wanted or article.source == wanted["source"]
    assert "最新新闻" not in article.text
