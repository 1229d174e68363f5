"""The disclosure platform of Guangdong: tree, lists as JSON, article text in the script."""

from __future__ import annotations

import json
from datetime import date

from crawler import dialects
from crawler.lists.rows import RowSource, find_rows
from crawler.markup.page import Page
from crawler.model import PageKind
from crawler.signs.kind import page_kind
from crawler.texts.article import read_article

ROOT = "http://www.muxi.gov.cn/mxjyj/gkmlpt"
TREE = [
    {"id": 11, "name": "机构职能", "jump_url": "http://www.muxi.gov.cn/mxjyj/jgzn/", "children": []},
    {
        "id": 12,
        "name": "法定主动公开内容",
        "jump_url": "",
        "children": [
            {"id": 4321, "name": "规范性文件", "jump_url": "", "children": [], "post_count": 3},
            {"id": 4322, "name": "财政预决算", "jump_url": "", "children": [], "post_count": 0},
        ],
    },
]
SHELL = f"""<html><head><title>木溪县教育局</title></head><body><div id="app"></div>
<script>window._CONFIG = {{ SID: '660007',
TREE: {json.dumps(TREE, ensure_ascii=False)}, DOMAIN: 'muxi', }};</script>
<script src="/assets/app.js"></script></body></html>"""


def answer(count: int, total: int) -> str:
    articles = [
        {
            "id": n,
            "title": f"木溪县教育局关于第{n}号规范性文件的通知",
            "url": f"http://www.muxi.gov.cn/mxjyj/gkmlpt/content/7/{n}/post_{n}.html",
            "document_number": f"木教〔2026〕{n}号",
            "date": 1772323200 + n * 86400,
        }
        for n in range(count)
    ]
    return json.dumps(
        {"classify": {"post_count": total}, "articles": articles, "total": total}, ensure_ascii=False
    )


def test_tree_leaves() -> None:
    page = Page(f"{ROOT}/index", SHELL.encode())
    tree = dialects.read(page).tree
    assert [link.title for link in tree] == ["机构职能", "规范性文件", "财政预决算"]
    assert tree[0].request is None
    assert tree[0].url == "http://www.muxi.gov.cn/mxjyj/jgzn/"
    assert tree[1].url == f"{ROOT}/index#4321"
    assert tree[1].request is not None
    assert tree[1].request.url == f"{ROOT}/api/all/4321?page=1&sid=660007"
    assert tree[2].claimed == 0
    assert page_kind(page) is PageKind.DISCLOSURE


def test_a_category_page_is_completed_by_its_list() -> None:
    bare = Page(f"{ROOT}/index#4321", SHELL.encode())
    (wanted,) = dialects.supplements(bare)
    assert find_rows(bare).needs_browser
    full = Page(f"{ROOT}/index#4321", SHELL.encode(), includes={wanted.url: answer(3, 3)})
    found = find_rows(full)
    assert found.source is RowSource.JSON
    assert [row.date for row in found.rows] == [date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)]
    assert not found.needs_browser


def test_an_empty_category_is_really_empty() -> None:
    url = f"{ROOT}/api/all/4322?page=1&sid=660007"
    found = find_rows(Page(f"{ROOT}/index#4322", SHELL.encode(), includes={url: answer(0, 0)}))
    assert (found.rows, found.total, found.needs_browser) == ((), 0, False)


def test_an_answer_reads_like_a_page() -> None:
    page = Page(
        f"{ROOT}/api/all/4321?page=1&sid=660007", answer(100, 230).encode(), content_type="application/json"
    )
    found = find_rows(page)
    assert (len(found.rows), found.total, found.pages) == (100, 230, 3)
    assert found.next_pages == (
        f"{ROOT}/api/all/4321?page=2&sid=660007",
        f"{ROOT}/api/all/4321?page=3&sid=660007",
    )


def test_article_text_in_the_script() -> None:
    detail = {
        "id": 9,
        "title": "木溪县教育局关于做好招生工作的通知",
        "content": "<p>各中小学：现就做好二〇二六年义务教育招生工作通知如下。</p>"
        "<p><a href='/att/1.pdf'>附件</a></p>",
        "publisher": "木溪县教育局",
        "display_publish_time": "2026-03-05 09:00:00",
    }
    text = json.dumps(detail, ensure_ascii=False).replace("<", "\\u003C").replace(">", "\\u003E")
    page = Page(
        f"{ROOT}/content/7/9/post_9.html",
        f"<html><body><div id='app'></div><script>"
        f"window._CONFIG = {{SID:'660007', DETAIL: {text}, }}</script>".encode(),
    )
    article = read_article(page)
    assert article is not None
    assert article.title == "木溪县教育局关于做好招生工作的通知"
    assert (article.date, article.date_source) == (date(2026, 3, 5), "json")
    assert article.text.startswith("各中小学：")
    assert article.source == "木溪县教育局"
    assert article.attachments == ("http://www.muxi.gov.cn/att/1.pdf",)
    assert page_kind(page) is PageKind.ARTICLE
