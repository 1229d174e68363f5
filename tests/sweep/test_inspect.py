from __future__ import annotations

import json

from crawler.markup.page import Page
from sweep.inspect import inspect_page

HTML = """<html><head><title>关于防汛工作的通知</title><meta name="SiteName" content="示例县">
<meta name="ArticleTitle" content="关于防汛工作的通知"></head><body>
<a onclick="aria.start()" href="javascript:;">无障碍</a>
<form action="/s"><input name="q" placeholder="搜索"></form>
<h1>关于防汛工作的通知</h1><p>发布日期：2026-06-01 来源：县应急局</p>
<div id="zoom"><p>各乡镇人民政府：为做好今年防汛工作，现就有关事项通知如下，请认真贯彻执行。</p></div>
<div style="display:none"><a href="http://bc.example.com/">百家乐</a></div>
<div class="foot">主办：示例县人民政府 电话：0660-8811111 地址：东海大道1号 邮箱：office@example.gov.cn
粤ICP备12345678号-1 粤公网安备44158102000123号 网站标识码4415810001
<script id="_jiucuo_" sitecode="4415810001"></script><span id="_ideConac"></span></div></body></html>"""


def test_the_shape_and_values_of_inspect() -> None:
    page = Page("http://www.example.gov.cn/content/post_1.html", HTML.encode(), content_type="text/html")
    read = json.loads(json.dumps(inspect_page(page), ensure_ascii=False))
    assert list(read) == [
        *("url", "charset", "kind", "title", "footer", "error_report", "accessibility", "search", "meta"),
        *("list", "article", "hidden_links"),
    ]
    assert read["footer"] == {
        "site_code": "4415810001",
        "icp": "粤ICP备12345678号-1",
        "police": "44158102000123",
        "sponsor": "示例县人民政府",
        "contact": {"phone": "0660-8811111", "address": "东海大道1号", "email": "office@example.gov.cn"},
        "party_mark": True,
    }
    assert read["error_report"] == {"present": True, "code": "4415810001"}
    assert read["accessibility"] == {"present": True, "how": "words: 无障碍"}
    assert read["search"]["forms"] == [
        {"action": "http://www.example.gov.cn/s", "method": "get", "field": "q"}
    ]
    assert read["meta"] == {"SiteName": "示例县", "ArticleTitle": "关于防汛工作的通知"}
    assert read["article"]["date"] == "2026-06-01"
    assert read["hidden_links"] == [
        {"url": "http://bc.example.com/", "text": "百家乐", "how": "display:none"}
    ]


def test_what_is_absent_is_null_false_or_empty() -> None:
    read = inspect_page(Page("http://www.example.gov.cn/", b"<p>x</p>"))
    assert read["footer"]["icp"] is None
    assert read["footer"]["party_mark"] is False
    assert read["search"] == {"kind": "none", "forms": []}
    assert read["list"]["count"] == 0
    assert read["hidden_links"] == []
