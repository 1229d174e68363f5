"""Dialects whose rows or texts stand in scripts, data answers or frames, and those with odd paging."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, time
from html import escape
from typing import Any
from urllib.parse import parse_qs

from demo.dialects import Kaipu, Listing, Nfcms, row
from demo.server import Answer, Asked, Handler, Host
from demo.site import Article, Column, Portal


class Hanweb(Nfcms):
    """大汉 Hanweb: rows as records in a datastore script, further pages by dataproxy.jsp."""

    name = "hanweb"
    first = "index.html"
    later_pages = False  # they come as data

    def column_path(self, portal: Portal, column: Column) -> str:
        return f"{portal.base}col/col{_number(column)}/index.html"

    def article_path(self, column: Column, article: Article) -> str:
        day = article.date
        when = f"{day.year}/{day.month}/{day.day}" if article.dated else "0"
        return f"/art/{when}/art_{_number(column)}_{article.number}.html"

    def rows(self, listing: Listing) -> str:
        return (
            f'<div id="div{_number(listing.column)}"><script type="text/xml">{_store(listing)}</script></div>'
        )

    def paging(self, listing: Listing) -> str:
        return ""

    def extra(self, portal: Portal, column: Column) -> dict[str, Answer | Handler]:
        pages = max(1, -(-len(column.articles) // column.per_page))
        found: dict[str, Answer | Handler] = {}
        for number in range(1, pages + 1):
            part = column.articles[(number - 1) * column.per_page : number * column.per_page]
            text = '<?xml version="1.0" encoding="utf-8"?>'
            text += _store(Listing(portal, column, number, pages, part))
            found[_proxy(column, number)] = Answer(text.encode(), content_type="text/xml; charset=utf-8")
        return found

    def body(self, article: Article) -> str:
        return f'<div id="zoom"><!--ZJEG_RSS.content.begin-->{article.body}<!--ZJEG_RSS.content.end--></div>'


def _number(column: Column) -> int:
    """The product's number of a column, the same for the same folder."""
    return 1000 + int(hashlib.sha256(column.slug.encode()).hexdigest()[:4], 16) % 9000


def _proxy(column: Column, number: int) -> str:
    where = f"appid=1&webid=12&path=/&columnid={_number(column)}&unitid=5678"
    return f"/module/web/jpage/dataproxy.jsp?page={number}&{where}"


class HanwebPost(Hanweb):
    """Its other paging: by POST, three pages at once, with what the page's own script says."""

    name = "hanweb-post"
    first_rows = True  # do the rows of the first page stand in it?

    def rows(self, listing: Listing) -> str:
        number = _number(listing.column)
        records = f'<script type="text/xml"><datastore>{_records(listing.articles)}</datastore></script>'
        return (
            f'<div id="{number}">{records if self.first_rows else ""}</div><script>$("#{number}").jpage({{'
            f"totalRecord:{len(listing.column.articles)}, openCookies:false, showMode:'full', "
            f"barPosition:'bottom', perPage:{listing.column.per_page}, groupSize:3, "
            f"proxyUrl:'{_POSTED}', ajaxParam:{{col:1, appid:1, webid:12, path:'/', columnid:{number}, "
            f"sourceContentType:1, unitid:'{number}', webname:'{listing.portal.name}', permissiontype:0}}}});"
            "</script>"
        )

    def extra(self, portal: Portal, column: Column) -> dict[str, Answer | Handler]:
        return {}  # see `posted`


class HanwebProxy(HanwebPost):
    """The first page comes by POST as well."""

    name = "hanweb-proxy"
    first_rows = False


_POSTED = "/module/jpage/dataproxy.jsp"


def posted(portal: Portal, host: Host) -> None:
    """One address answers for all columns: what is sent says for which."""
    columns = {str(_number(column)): column for column in portal.columns}

    def answer(asked: Asked) -> Answer:
        sent = parse_qs(asked.body.decode())
        column = columns.get(sent.get("columnid", [""])[0])
        if asked.method != "POST" or column is None or sent.get("unitid") != sent.get("columnid"):
            return Answer(b"", 404)
        return _part_of(column, parse_qs(asked.query))

    host.pages[_POSTED] = answer


def _part_of(column: Column, query: dict[str, list[str]]) -> Answer:
    start, end = _whole(query, "startrecord", 1), _whole(query, "endrecord", 1)
    text = f"<datastore><totalrecord>{len(column.articles)}</totalrecord>"
    text += f"{_records(column.articles[start - 1 : end])}</datastore>"
    return Answer(text.encode(), content_type="text/xml; charset=utf-8")


def _records(articles: list[Article]) -> str:
    records = "".join(f"<record><![CDATA[{row(article)}]]></record>" for article in articles)
    return f"<recordset>{records}</recordset>"


def _store(listing: Listing) -> str:
    address = _proxy(listing.column, 1).replace("&", "&amp;")
    return (
        f'<datastore><nextgroup><![CDATA[<a href="{address}"></a>]]></nextgroup>'
        f"<totalrecord>{len(listing.column.articles)}</totalrecord><totalpage>{listing.pages}</totalpage>"
        f"{_records(listing.articles)}</datastore>"
    )


class KaipuJson(Kaipu):
    """开普: the column is a shell that asks /common/search/<channel> for its rows."""

    name = "kaipu-json"
    later_pages = False
    interface = "/common/search/"

    def rows(self, listing: Listing) -> str:
        channel = _channel(listing.column)
        return (
            f'<ul id="list" class="list"></ul><script>var channelId = "{channel}";\n'
            f'$.get("{self.interface}{channel}?_isAgg=true&_isJson=true&_pageSize=15&_template=index'
            '&_rangeTimeGte=&_channelName=&page=1", function (a) { show(a.data.results); });</script>'
        )

    def paging(self, listing: Listing) -> str:
        return ""

    def extra(self, portal: Portal, column: Column) -> dict[str, Answer | Handler]:
        return {f"{self.interface}{_channel(column)}": lambda asked: _kaipu_answer(column, asked)}


class KaipuList(KaipuJson):
    """The same by another address."""

    name = "kaipu-list"
    interface = "/searchList/"


def _channel(column: Column) -> str:
    return hashlib.sha256(f"channel {column.slug}".encode()).hexdigest()[:32]


def _kaipu_answer(column: Column, asked: Asked) -> Answer:
    query = parse_qs(asked.query)
    number, size = _whole(query, "page", 1), _whole(query, "_pageSize", 20)
    part = column.articles[(number - 1) * size : number * size]
    results = [
        {"title": a.title, "url": a.path, "publishedTimeStr": f"{a.date.isoformat()} 09:30:00"} for a in part
    ]
    data = {"total": len(column.articles), "page": number, "rows": size, "results": results}
    return _json({"data": data})


def _whole(query: dict[str, list[str]], name: str, otherwise: int) -> int:
    value = query.get(name, [""])[0]
    return max(1, int(value)) if value.isdigit() else otherwise


def _json(value: Any) -> Answer:
    text = json.dumps(value, ensure_ascii=False)
    return Answer(text.encode(), content_type="application/json; charset=utf-8")


class Gkmlpt(Nfcms):
    """广东 gkmlpt: one shell with the tree in a script, lists by its interface, texts in _CONFIG.DETAIL."""

    name = "gkmlpt"
    SID = "449900"
    first_page = False  # no HTML of its own

    def column_path(self, portal: Portal, column: Column) -> str:
        return f"{portal.base}gkmlpt/index#{_number(column)}"

    def folder(self, column: Column) -> str:
        return column.path.partition("gkmlpt/")[0] + "gkmlpt/"

    def article_path(self, column: Column, article: Article) -> str:
        return f"{self.folder(column)}content/1/{article.number // 1000}/post_{article.number}.html"

    def body(self, article: Article) -> str:
        stamp = int(datetime.combine(article.date, time(1, 30), UTC).timestamp())
        detail = {
            "id": article.number,
            "title": article.title,
            "content": article.body,
            "publisher": article.source,
            "date": stamp,
            "display_publish_time": stamp,
        }
        text = json.dumps(detail, ensure_ascii=False).replace("<", "\\u003C").replace(">", "\\u003E")
        script = f"window._CONFIG = {{SID: '{self.SID}', DETAIL: {text}}};"
        return f'<div id="detailContent" class="content"></div><script>{script}</script>'

    def extra(self, portal: Portal, column: Column) -> dict[str, Answer | Handler]:
        path = f"{portal.base}gkmlpt/api/all/{_number(column)}"
        return {path: lambda asked: self._answer(column, asked)}

    def _answer(self, column: Column, asked: Asked) -> Answer:
        number = _whole(parse_qs(asked.query), "page", 1)
        part = column.articles[(number - 1) * 100 : number * 100]
        articles = [
            {
                "id": a.number,
                "title": a.title,
                "url": f"http://{asked.host}:@PORT@{a.path}",
                "publisher": a.source,
                "date": int(datetime.combine(a.date, time(1, 30), UTC).timestamp()),
                "display_publish_time": int(datetime.combine(a.date, time(1, 30), UTC).timestamp()),
                "classify_main_name": column.name,
            }
            for a in part
        ]
        classify = {"id": _number(column), "name": column.name, "post_count": len(column.articles)}
        return _json({"classify": classify, "articles": articles})


def gkmlpt_shell(portal: Portal) -> str:
    """The platform's index: an empty frame of a page, its tree in a script."""
    own = [column for column in portal.columns if isinstance(column.by, Gkmlpt)]
    top = [_node(column) for column in own if column.slug.count("/") == 1]
    leaves = [_node(column) for column in own if column.slug.count("/") == 2]
    top.append({"id": 900, "name": "法定主动公开内容", "jump_url": "", "children": leaves})
    top += [
        {"id": 901, "name": column.name, "jump_url": column.path, "children": []}
        for column in portal.columns
        if column.slug.startswith("zfxxgk/") and column.by is None
    ]
    script = f"window._CONFIG = {{SID: '{Gkmlpt.SID}', TREE: {json.dumps(top, ensure_ascii=False)}}};"
    return f'<div id="gkmlpt-app"></div><script>{script}</script>'


def _node(column: Column) -> dict[str, Any]:
    count = len(column.articles)
    return {"id": _number(column), "name": column.name, "jump_url": "", "post_count": count, "children": []}


class Vsb(Nfcms):
    """博达 VSB: ywdt.htm, then ywdt/2.htm, ywdt/1.htm counting downwards; articles info/COLUMN/N.htm."""

    name = "vsb"

    def column_path(self, portal: Portal, column: Column) -> str:
        return f"{portal.base}{column.slug}.htm"

    def page_path(self, column: Column, number: int, pages: int) -> str:
        return column.path if number == 1 else f"{column.path.removesuffix('.htm')}/{pages - number + 1}.htm"

    def article_path(self, column: Column, article: Article) -> str:
        return f"/info/{_number(column)}/{article.number}.htm"

    def paging(self, listing: Listing) -> str:
        if listing.pages < 2:
            return ""
        count = len(listing.column.articles)
        after = ""
        if listing.number < listing.pages:
            path = self.page_path(listing.column, listing.number + 1, listing.pages)
            after = f'<a href="{path}">下页</a>'
        return (
            f'<table class="pager"><tr><td>共{count}条</td>'
            f"<td>{listing.number}/{listing.pages}</td><td>{after}"
            f'<input type="button" onclick="_simple_list_gotopage_fun({listing.pages},\'u8_goto\',2)"'
            ' value="转到"></td></tr></table>'
        )

    def body(self, article: Article) -> str:
        return f'<div id="vsb_content" class="v_news_content">{article.body}</div>'


class Webplus(Nfcms):
    """苏迪 Webplus: list.htm, list2.htm; articles YYYY/MMDD/cNaM/page.htm."""

    name = "webplus"
    first = "list.htm"

    def page_path(self, column: Column, number: int, pages: int) -> str:
        return column.path if number == 1 else f"{self.folder(column)}list{number}.htm"

    def article_path(self, column: Column, article: Article) -> str:
        when = f"{article.date:%Y/%m%d}/" if article.dated else ""
        return f"/{when}c{_number(column)}a{article.number}/page.htm"

    def paging(self, listing: Listing) -> str:
        if listing.pages < 2:
            return ""
        return (
            '<div id="wp_paging" class="wp_paging"><span class="all_count_txt">共<em class="all_count">'
            f'{len(listing.column.articles)}</em>条</span><span class="pages">页码 <em class="curr_page">'
            f'{listing.number}</em>/<em class="all_pages">{listing.pages}</em></span></div>'
        )

    def body(self, article: Article) -> str:
        return f'<div class="wp_articlecontent">{article.body}</div>'


class Framed(Webplus):
    """A column that is a frame: the list stands in another document of the same host."""

    name = "framed"
    later_pages = False

    def rows(self, listing: Listing) -> str:
        path = self._frame(listing.column)
        return f'<iframe src="{path}" width="100%" height="800" frameborder="0"></iframe>'

    def paging(self, listing: Listing) -> str:
        return ""

    def extra(self, portal: Portal, column: Column) -> dict[str, Answer | Handler]:
        rows = "".join(map(row, column.articles))
        text = (
            f'<!DOCTYPE html><html><head><meta charset="{portal.charset}">'
            f"<title>{escape(column.name)}</title>"
            f'</head><body><ul class="news-list">{rows}</ul></body></html>'
        )
        codec = "gb18030" if portal.charset.startswith("gb") else portal.charset
        kind = f"text/html; charset={portal.charset}"
        return {self._frame(column): Answer(text.encode(codec), content_type=kind)}

    def _frame(self, column: Column) -> str:
        return f"/_frames/{_number(column)}.htm"


class Epoint(Framed):
    """新点 Epoint: a frame of the disclosure system, which knows the column by its category number."""

    name = "epoint"

    def article_path(self, column: Column, article: Article) -> str:
        return f"/govxxgk/{_USCC}/{article.date.isoformat()}/{_uuid(column, article)}.html"

    def _frame(self, column: Column) -> str:
        number = f"{_number(column):09d}"
        return f"/govxxgk/{_USCC}/openSubPage.html?specialurl=xxgk&amp;categorynum={number}"

    def extra(self, portal: Portal, column: Column) -> dict[str, Answer | Handler]:
        return {path.replace("&amp;", "&"): page for path, page in super().extra(portal, column).items()}


_USCC = "114499020070040005"  # the unified social credit code of an invented unit


def _uuid(column: Column, article: Article) -> str:
    digest = hashlib.sha256(f"{column.slug}{article.number}".encode()).hexdigest()
    return "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))


class Scripted(Nfcms):
    """A column whose rows only a script of its own puts there: of no product, known to no dialect."""

    name = "scripted"
    later_pages = False

    def rows(self, listing: Listing) -> str:
        address = self._data(listing.column)
        return (
            '<ul id="list" class="news-list"></ul><script>'
            f'fetch("{address}").then(function (a) {{ return a.json(); }}).then(function (all) {{'
            "all.forEach(function (one) { var li = document.createElement('li'),"
            " a = document.createElement('a'), day = document.createElement('span');"
            " a.href = one[0]; a.textContent = one[1]; day.textContent = one[2]; li.appendChild(a);"
            " li.appendChild(day); document.getElementById('list').appendChild(li); }); });</script>"
        )

    def paging(self, listing: Listing) -> str:
        return ""

    def extra(self, portal: Portal, column: Column) -> dict[str, Answer | Handler]:
        rows = [(a.path, a.title, a.date.isoformat()) for a in column.articles]
        return {self._data(column): _json(rows)}

    def _data(self, column: Column) -> str:
        return f"/_rows/{_number(column)}.json"
