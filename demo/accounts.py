"""Accounts of government new media on a platform outside the portals, and the posts a visitor sees."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from html import escape

from demo.server import Answer, Host
from demo.site import Article, Portal

PLATFORM = "weibo.com"


def link_account(portal: Portal) -> None:
    """The portal's column of accounts names one account and links to it."""
    address = f"http://{PLATFORM}:@PORT@{_path(portal)}"
    portal.column("new_media").standing = (
        f'<h2>政务新媒体</h2><p>　　政务微博：<a href="{address}">{portal.place}发布</a></p>'
        "<p>　　账号由办公室统一运维，发布本地要闻、政策文件及其解读，欢迎关注。</p>"
    )


def posts_of(articles: Iterable[Article]) -> list[tuple[str, date]]:
    """The articles as posts of the same title and day."""
    return [(article.title, article.date) for article in articles]


def platform(portals: Iterable[Portal]) -> Host:
    """The platform's host with a page for every account whose posts can be seen."""
    return Host({_path(portal): _page(portal) for portal in portals if portal.posts})


def _path(portal: Portal) -> str:
    return f"/u/{portal.code}"


def _page(portal: Portal) -> Answer:
    posts = sorted(portal.posts, key=lambda post: (post[1], post[0]), reverse=True)
    rows = "".join(
        f'<li><a href="{_path(portal)}/{number}">{escape(title)}</a><span>{day.isoformat()}</span></li>'
        for number, (title, day) in enumerate(posts, 1)
    )
    name = f"{portal.place}发布"
    text = (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{name}的微博</title></head>'
        f'<body><h1>{name}</h1><div class="list"><ul>{rows}</ul></div></body></html>'
    )
    return Answer(text.encode())
