"""Crawler traps and bad manners of the demo city: endless calendars, session ids, paging without an end."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from html import escape
from urllib.parse import parse_qs, unquote_to_bytes

from markupsafe import Markup

from demo.render import column_tags, html, page
from demo.server import Answer, Asked, Handler, Host, redirect
from demo.site import Column, Portal


def standing(portal: Portal, title: str, text: str) -> str:
    """A standing page as HTML."""
    column = Column(title, title, "", standing=text)
    tags = column_tags(portal, column)
    return page(portal, "standing.html", "column", title, column=column, tags=tags)


def calendar(portal: Portal, path: str) -> Handler:
    """A month of events with links to the month before and after, for ever. Every month has a text."""

    def show(asked: Asked) -> Answer:
        query = parse_qs(asked.query)
        year, month = _number(query, "year", portal.as_of.year), _number(query, "month", portal.as_of.month)
        at = year * 12 + month - 1
        before, after = at - 1, at + 1
        text = (
            f"<h2>{year}年{month}月活动日历</h2><p>　　本月公共文化场馆照常开放，具体活动安排以场馆公布为准，"
            "欢迎市民合理安排时间前往参观，周一为例行闭馆日，节假日另行通知。</p><p>"
            f'<a href="{path}?year={before // 12}&amp;month={before % 12 + 1}">上一月</a> '
            f'<a href="{path}?year={after // 12}&amp;month={after % 12 + 1}">下一月</a></p>'
        )
        return html(portal, standing(portal, "活动日历", text))

    return show


def endless(portal: Portal, path: str) -> Handler:
    """A list that has a next page whatever page is asked for, always with the same rows."""

    def show(asked: Asked) -> Answer:
        number = _number(parse_qs(asked.query), "page", 1)
        news = portal.column("news")
        rows = "".join(
            f'<li><a href="{a.path}">{escape(a.title)}</a><span>{a.date.isoformat()}</span></li>'
            for a in news.articles[:10]
        )
        paging = f'<div class="page">第{number}页 <a href="{path}?page={number + 1}">下一页</a></div>'
        column = Column("media", "媒体聚焦", "")
        text = page(
            portal, "list.html", "column", column.name, column=column, tags=column_tags(portal, column),
            rows=Markup(f'<ul class="news-list">{rows}</ul>'), paging=Markup(paging),
        )  # fmt: skip
        return html(portal, text)

    return show


def sessions(portal: Portal, path: str) -> Handler:
    """A page under a fresh session id in every link to it: one page, endless addresses."""

    def show(asked: Asked) -> Answer:
        token = hashlib.sha256(f"{asked.path}?{asked.query}".encode()).hexdigest()[:32].upper()
        text = (
            "<h2>便民电话</h2><p>　　这里汇总供水、供电、燃气、公交等公共服务单位的服务时间和网点分布，"
            "信息由各单位提供，如有变动以各单位通知为准，欢迎市民监督指正。</p>"
            f'<p><a href="{path};jsessionid={token}">刷新本页</a> '
            f'<a href="{path}?sid={token}">打印视图</a></p>'
        )
        return html(portal, standing(portal, "便民电话", text))

    return show


def repeating(portal: Portal) -> Handler:
    """A folder in which a relative link leads ever deeper."""

    def show(asked: Asked) -> Answer:
        text = (
            "<h2>专题回顾</h2><p>　　历年专题按年份整理归档，供市民查阅历史资料，内容不再更新，"
            "如需了解最新情况请浏览首页相关栏目，感谢关注与支持。</p>"
            '<p><a href="more/">查看更多专题</a></p>'
        )
        return html(portal, standing(portal, "专题回顾", text))

    return show


def finds_nothing(portal: Portal) -> Handler:
    """A search engine whose index is empty."""
    return lambda asked: html(portal, page(portal, "search.html", "search", "搜索结果", found=[]))


def finds_everything(portal: Portal) -> Handler:
    """A search engine that confirms whatever it is asked, invented titles too."""

    def show(asked: Asked) -> Answer:
        values = dict(part.partition("=")[::2] for part in asked.query.split("&"))
        word = unquote_to_bytes(values.get(portal.search_field, "").replace("+", " ")).decode(
            "utf-8", "replace"
        )
        found = [
            replace(article, title=word or article.title) for article in portal.column("news").articles[:3]
        ]
        return html(portal, page(portal, "search.html", "search", "搜索结果", found=found))

    return show


def missing_goes_home(portal: Portal, host: Host) -> None:
    """Whatever is not there sends on to the home page."""
    host.missing = redirect(portal.base)


def hate_head(portal: Portal, host: Host) -> None:
    """HEAD is answered 405 everywhere, GET as ever."""
    for path, found in host.pages.items():
        if isinstance(found, Answer):
            host.pages[path] = replace(found, head_status=405)
    if isinstance(host.missing, Answer):
        host.missing = replace(host.missing, head_status=405)


def _number(query: dict[str, list[str]], name: str, otherwise: int) -> int:
    value = query.get(name, [""])[0]
    return int(value) if value.isdigit() else otherwise
