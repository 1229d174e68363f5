"""How the CMS products of Chinese portals write lists, paging and articles, as the demo imitates them.

A dialect places columns and articles (URLs) and writes rows, paging and article bodies. Facts: the public
markup of each product; nothing is copied from a real site.
"""

from __future__ import annotations

import hashlib
from html import escape
from typing import NamedTuple

from demo.server import Answer, Handler
from demo.site import Article, Column, Portal


class Listing(NamedTuple):
    """One page of a column's list."""

    portal: Portal
    column: Column
    number: int  # 1-based
    pages: int
    articles: list[Article]


def row(article: Article) -> str:
    """A list row as most products write it."""
    day = f'<span class="date">{article.date.isoformat()}</span>' if article.dated else ""
    title = escape(article.title)
    return f'<li><a href="{article.path}" title="{title}" target="_blank">{title}</a>{day}</li>'


class Nfcms:
    """南方数码 (Guangdong): index.html, index_2.html; articles content/post_ID.html."""

    name = "nfcms"
    first = ""  # file name of a column's first page, as it is linked
    first_page = True  # are there HTML pages of a column?
    later_pages = True  # are the pages behind the first one HTML too?

    def column_path(self, portal: Portal, column: Column) -> str:
        return f"{portal.base}{column.slug}/{self.first}"

    def page_path(self, column: Column, number: int, pages: int) -> str:
        """Path of the n-th list page."""
        return column.path if number == 1 else f"{self.folder(column)}index_{number}.html"

    def folder(self, column: Column) -> str:
        return column.path.rpartition("/")[0] + "/"

    def article_path(self, column: Column, article: Article) -> str:
        return f"{self.folder(column)}content/post_{article.number}.html"

    def rows(self, listing: Listing) -> str:
        """The main list as HTML."""
        return f'<ul class="news-list">{"".join(map(row, listing.articles))}</ul>'

    def paging(self, listing: Listing) -> str:
        """Links to the list's pages."""
        if listing.pages < 2:
            return ""
        links = []
        for number in range(1, listing.pages + 1):
            if number == listing.number:
                links.append(f'<span class="current">{number}</span>')
            else:
                path = self.page_path(listing.column, number, listing.pages)
                links.append(f'<a href="{path}">{number}</a>')
        return f'<div class="page">{" ".join(links)}</div>'

    def body(self, article: Article) -> str:
        """The article's text in the product's container."""
        return f'<div class="article-content" id="zoomcon">{article.body}</div>'

    def extra(self, portal: Portal, column: Column) -> dict[str, Answer | Handler]:
        """Data answers that the column's pages ask for, by path."""
        return {}


class Trs(Nfcms):
    """拓尔思 WCM: index.html, index_1.html (0-based) by createPageHTML; articles YYYYMM/tYYYYMMDD_ID.html."""

    name = "trs"

    def page_path(self, column: Column, number: int, pages: int) -> str:
        return column.path if number == 1 else f"{self.folder(column)}index_{number - 1}.html"

    def article_path(self, column: Column, article: Article) -> str:
        when = f"{article.date:%Y%m}/t{article.date:%Y%m%d}" if article.dated else "wz/n"
        return f"{self.folder(column)}{when}_{article.number}.html"

    def rows(self, listing: Listing) -> str:
        items = []
        for article in listing.articles:
            path = "./" + article.path.removeprefix(self.folder(listing.column))
            if not article.path.startswith(self.folder(listing.column)):
                path = article.path
            day = f"<span>[{article.date:%m-%d}]</span>" if article.dated else ""
            items.append(f'<li><a href="{path}">{escape(article.title)}</a>{day}</li>')
        return f'<ul class="list_con">{"".join(items)}</ul>'

    def paging(self, listing: Listing) -> str:
        if listing.pages < 2:
            return ""
        return (
            '<div class="page"><script type="text/javascript">'
            f'createPageHTML({listing.pages}, {listing.number - 1}, "index", "html");</script></div>'
        )

    def body(self, article: Article) -> str:
        return f'<div class="TRS_Editor"><div class="trs_editor_view">{article.body}</div></div>'


class Kaipu(Nfcms):
    """开普: list.shtml, list_2.shtml by createPageHTML('page_div', …); articles YYYYMM/<32 hex>.shtml."""

    name = "kaipu"
    first = "list.shtml"

    def page_path(self, column: Column, number: int, pages: int) -> str:
        return column.path if number == 1 else f"{self.folder(column)}list_{number}.shtml"

    def article_path(self, column: Column, article: Article) -> str:
        name = hashlib.sha256(f"{column.slug}{article.number}".encode()).hexdigest()[:32]
        when = f"{article.date:%Y%m}" if article.dated else "c"
        return f"{self.folder(column)}{when}/{name}.shtml"

    def paging(self, listing: Listing) -> str:
        if listing.pages < 2:
            return ""
        count = len(listing.column.articles)
        return (
            '<div id="page_div"></div><script>'
            f"createPageHTML('page_div',{listing.pages},{listing.number},'list','shtml',{count});</script>"
        )

    def body(self, article: Article) -> str:
        return f'<div id="UCAP-CONTENT"><ucapcontent>{article.body}</ucapcontent></div>'
