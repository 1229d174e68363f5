"""Turns a portal into the answers of its host: home, columns, articles, site map, search, errors."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote_to_bytes

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from demo import documents
from demo.dialects import Listing
from demo.server import Answer, Asked, Handler, Host
from demo.site import Article, Column, Portal


@cache
def _templates() -> Environment:
    folder = files("demo").joinpath("data")
    texts = {item.name: item.read_text("utf-8") for item in folder.iterdir() if item.name.endswith(".html")}
    return Environment(
        loader=DictLoader(texts), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )


def data_text(name: str) -> str:
    """A file of demo/data as text."""
    return files("demo").joinpath(f"data/{name}").read_text("utf-8")


def place(portal: Portal) -> None:
    """Give every column and article its number and URL path."""
    number = portal.rng.randint(300_000, 600_000)
    for column in portal.columns:
        dialect = column.by or portal.dialect
        column.path = column.external or column.path or dialect.column_path(portal, column)
        for article in column.articles:
            number += portal.rng.randint(3, 60)
            article.number = number
            article.path = article.path or dialect.article_path(column, article)
    documents.link_both_ways(portal)
    documents.link_consultations(portal)


def render(portal: Portal, host: Host) -> None:
    """Put every page of a placed portal on its host."""
    pages: dict[str, Answer | Handler] = dict(host.pages)
    base = portal.base
    pages[base] = html(portal, _home(portal))
    for column in portal.columns:
        if not column.external:
            pages.update(_column_pages(portal, column))
            for article in column.articles:
                pages[article.path] = html(portal, _article(portal, column, article))
            pages.update((column.by or portal.dialect).extra(portal, column))
    if portal.footer.site_map:
        pages[f"{base}wzdt/"] = html(portal, _site_map(portal))
    if portal.search == f"{base}search":
        pages[portal.search] = lambda asked: searched(portal, asked)
    pages[f"{base}css/site.css"] = Answer(data_text("site.css").encode(), content_type="text/css")
    script = {"fake": "toolbar_fake.js", "half": "toolbar_half.js"}.get(portal.a11y, "toolbar.js")
    kind = "application/javascript; charset=utf-8"  # pages of another charset load it too
    pages[f"{base}js/wza.js"] = Answer(data_text(script).encode(), content_type=kind)
    if portal.footer.how == "script":
        pages[f"{base}js/footer.js"] = Answer(
            _written(_footer(portal)).encode(), content_type="application/javascript; charset=utf-8"
        )
    pages.update(portal.files)
    host.pages = pages
    if base == "/":
        text = _templates().get_template("error.html").render(portal=portal)
        host.missing = html(portal, text, status=404)
    for change in portal.after:
        change(portal, host)


def html(portal: Portal, text: str, status: int = 200) -> Answer:
    """An HTML answer in the portal's charset, under the charset its server claims."""
    kind = f"text/html; charset={portal.declared or portal.charset}"
    codec = "gb18030" if portal.charset.startswith("gb") else portal.charset
    return Answer(text.encode(codec), status, kind, gzip=True)


def page(portal: Portal, template: str, kind: str, title: str, **values: Any) -> str:
    """One page in the portal's layout. `kind`: home, column, article, disclosure, interaction, search."""
    merged = {"trail": [], "tags": site_tags(portal), "head": Markup(portal.head if kind == "home" else "")}
    footer = ""
    if portal.inner_footer(kind):
        footer = _footer_of(portal)
    view = _View(portal)
    values = merged | values
    values["tags"] = {name: text for name, text in values["tags"].items() if text is not None}
    made = _templates().get_template(template)
    return made.render(portal=view, kind=kind, title=title, footer=Markup(footer), **values)


class _View:
    """What templates see of a portal: its fields, and the lists made from its columns."""

    def __init__(self, portal: Portal) -> None:
        self._portal = portal
        self.nav = [column for column in portal.columns if column.on_nav]
        self.mapped = [column for column in portal.columns if column.on_map]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._portal, name)


def _footer(portal: Portal) -> str:
    return _templates().get_template("footer.html").render(portal=portal, footer=portal.footer)


def _footer_of(portal: Portal) -> str:
    """The footer in place, written by an inline script, or by a script file of the same host."""
    if portal.footer.how == "write":
        return f"<script>{_written(_footer(portal))}</script>"
    if portal.footer.how == "script":
        return f'<script src="{portal.base}js/footer.js"></script>'
    return _footer(portal)


def _written(markup: str) -> str:
    """The markup as document.write lines; a closing script tag inside has to be broken up."""
    lines = []
    for line in markup.splitlines():
        text = line.replace("\\", "\\\\").replace("'", "\\'").replace("</script", "<\\/script")
        lines.append(f"document.writeln('{text}');")
    return "\n".join(lines)


def site_tags(portal: Portal) -> dict[str, str | None]:
    """The three tags every page carries."""
    tags: dict[str, str | None] = {
        "SiteName": portal.name,
        "SiteDomain": portal.host,
        "SiteIDCode": portal.code,
    }
    return tags | portal.site_tags


def column_tags(portal: Portal, column: Column) -> dict[str, str | None]:
    """The seven tags of a column page."""
    tags: dict[str, str | None] = {
        "ColumnName": column.name,
        "ColumnDescription": f"{portal.name}{column.name}栏目",
        "ColumnKeywords": column.name,
        "ColumnType": column.name,
    }
    return site_tags(portal) | tags | column.tags


def _home(portal: Portal) -> str:
    lists = ("news", "notices", "documents", "interpretation", "meetings", "response")
    shown = [column for column in portal.columns if column.key in lists]
    others = [column for column in portal.columns if column.key not in lists and not column.in_tree]
    return page(portal, "home.html", "home", portal.name, shown=shown, others=others)


def kind_of(column: Column) -> str:
    """The kind of a column's pages as far as footers are concerned."""
    if column.slug.startswith("hdjl"):
        return "interaction"
    return "disclosure" if column.slug.startswith("zfxxgk") else "column"


def _trail(portal: Portal, column: Column) -> list[tuple[str, str]]:
    trail = [(column.name, column.path)]
    for key, top in (("disclosure", "zfxxgk/"), ("interaction", "hdjl/")):
        if column.slug.startswith(top) and portal.has(key):
            trail.insert(0, (portal.column(key).name, portal.column(key).path))
    return trail


def listed(portal: Portal, column: Column) -> list[Article]:
    """The articles a column lists: its own, or for a parent the newest of its children."""
    if column.articles or column.key not in ("disclosure", "statutory", "interaction"):
        return column.articles
    children = [c for c in portal.columns if c.slug.startswith(column.slug + "/") and not c.external]
    found = [article for child in children for article in child.articles if article.dated]
    return sorted(found, key=lambda article: (article.date, article.path), reverse=True)[: column.per_page]


def _column_pages(portal: Portal, column: Column) -> dict[str, Answer]:
    common: dict[str, Any] = {
        "column": column,
        "trail": _trail(portal, column),
        "tags": column_tags(portal, column),
    }
    if column.standing:
        text = page(portal, "standing.html", kind_of(column), column.name, **common)
        return {column.path: html(portal, text)}
    if column.sends_on:
        away = f'<meta http-equiv="refresh" content="0;url={column.sends_on}">'
        return {column.path: html(portal, f"<html><head>{away}</head><body></body></html>")}
    pages = {}
    dialect = column.by or portal.dialect
    for listing in _listings(portal, column):
        if not dialect.first_page or (listing.number > 1 and not dialect.later_pages):
            break
        common["rows"] = Markup(dialect.rows(listing)) if listing.articles else ""
        template = "list.html"
        if column.key in ("disclosure", "statutory"):
            template, common["tree"] = "disclosure.html", _tree(portal)
        common["paging"] = Markup(dialect.paging(listing))
        text = page(portal, template, kind_of(column), column.name, **common)
        pages[dialect.page_path(column, listing.number, listing.pages)] = html(portal, text)
    return pages


def _listings(portal: Portal, column: Column) -> Iterator[Listing]:
    articles = listed(portal, column)
    pages = max(1, -(-len(articles) // column.per_page))
    for number in range(1, pages + 1):
        part = articles[(number - 1) * column.per_page : number * column.per_page]
        yield Listing(portal, column, number, pages, part)


def _tree(portal: Portal) -> list[tuple[Column, list[Column]]]:
    """The disclosure tree: its branches in order, the leaves under 法定主动公开内容."""
    branches = [c for c in portal.columns if c.slug.startswith("zfxxgk/") and c.slug.count("/") == 1]
    leaves = [c for c in portal.columns if c.slug.startswith("zfxxgk/fdzdgknr/")]
    return [(branch, leaves if branch.key == "statutory" else []) for branch in branches]


def _article(portal: Portal, column: Column, article: Article) -> str:
    tags: dict[str, str | None] = column_tags(portal, column) | {
        "ArticleTitle": article.title,
        "PubDate": f"{article.date.isoformat()} 09:30" if article.dated else None,
        "ContentSource": article.source,
    }
    kind = "interaction" if kind_of(column) == "interaction" else "article"
    return page(
        portal,
        "article.html",
        kind,
        article.title,
        article=article,
        content=Markup((column.by or portal.dialect).body(article)),
        trail=_trail(portal, column),
        tags=tags | article.tags,
    )


def _site_map(portal: Portal) -> str:
    column = Column("site_map", "网站地图", "wzdt", path=f"{portal.base}wzdt/")
    tags = column_tags(portal, column)
    return page(portal, "sitemap.html", "column", column.name, trail=_trail(portal, column), tags=tags)


def searched(portal: Portal, asked: Asked) -> Answer:
    """The result page of a GET search: articles whose title holds the words, the newest first."""
    values = dict(part.partition("=")[::2] for part in asked.query.split("&"))
    raw = unquote_to_bytes(values.get(portal.search_field, "").replace("+", " "))
    codec = "gb18030" if portal.charset.startswith("gb") else "utf-8"
    word = "".join(raw.decode(codec, "replace").split())
    covered = [portal, *portal.search_in]
    articles = [article for one in covered for column in one.columns for article in column.articles]
    found = [article for article in articles if word and word in article.title]
    found.sort(key=lambda article: (article.date, article.path), reverse=True)
    return html(portal, page(portal, "search.html", "search", "搜索结果", found=found))
