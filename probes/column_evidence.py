"""What stands in the body of a column or article page, and what hints that there is nothing?

A page without rows and text is looked at closely: which words say "empty", what a script could still fill,
what stands outside header, menu and footer. Source: docs/method.md, Columns.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from crawler.dialects import read as read_dialects
from crawler.dialects.reading import RowSource
from crawler.lists.rows import find_rows, menu_like
from crawler.markup.page import Page
from crawler.markup.pieces import filled_by_script
from crawler.model import Frozen
from crawler.scope import site_host
from crawler.texts.article import is_article_url, read_article
from probes.close_look import Nothing, leads_of, look_closely
from probes.pictures import marks_of

ROWS_KEPT = 30  # addresses of undated rows, whose articles may have been visited

_LIBRARY = re.compile(
    r"jquery|bootstrap|swiper|slide|conac|jiucuo|wza|barrier|aria|old(?:er)?|stat|count|analy|tongji|share|qrcode|html5shiv|respond"
    r"|polyfill|lazyload|marquee|calendar|datepicker|layer|base64|md5|crypto|cookie|player|video|audio|print|font",
    re.I,
)
_DIGITS = str.maketrans("", "", "0123456789")


class Body(Frozen):
    """What one page holds."""

    name: str = ""  # ColumnName
    rows: int = 0
    menu_like: bool = False  # rows undated and short: perhaps the menu of the columns
    static: bool = False  # rows or text stand in the HTML itself
    newest: date | None = None
    oldest: date | None = None
    later: tuple[date, ...] = ()  # the three latest days, to tell a typing error from a list read too late
    dated: int = 0
    short: tuple[tuple[int, int], ...] = ()  # days without a year
    undated: tuple[str, ...] = ()  # addresses of undated rows
    hub: bool = False
    characters: int = 0
    pictures: int = 0
    media: int = 0
    files: int = 0
    article: bool = False  # an article by its address or tags
    tagged: bool = False  # has article tags
    has_text: bool = False  # read as an article or a standing text
    needs_browser: bool = False
    moved: bool = False  # only sends on
    away: bool = False  # the body is a frame of another host, or of one that we have not read
    scripts: tuple[str, ...] = ()  # what may fill a body: short hashes
    nothing: Nothing | None = None
    framing: tuple[str, ...] = ()  # pictures and frames, as probes.pictures marks them
    leads: tuple[str, ...] = ()  # of home, as in Nothing


def observe(page: Page) -> Body | None:
    """Home pages are kept only for the scripts they share with the columns."""
    if page.is_home:
        static = filled_by_script(page) not in ("shell", "template")
        scripts = tuple(dict.fromkeys(_scripts(page)))
        return Body(
            static=static, scripts=scripts, framing=marks_of(page), leads=leads_of(page, everywhere=True)
        )
    body = _with_article(_with_rows(Body(framing=marks_of(page)), page), page)
    if body.has_text or (body.rows and not body.menu_like and not body.article):
        return body
    return body.model_copy(update={"nothing": look_closely(page, total_zero=find_rows(page).total == 0)})


def _with_rows(body: Body, page: Page) -> Body:
    found = find_rows(page)
    dated = sorted(row.date for row in found.rows if row.date)
    short = {(row.month_day.month, row.month_day.day) for row in found.rows if row.month_day}
    undated = (row.url for row in found.rows if row.url and not (row.date or row.month_day))
    return body.model_copy(
        update={
            "rows": len(found.rows),
            "menu_like": menu_like(found.rows),
            "static": found.source is RowSource.STATIC and bool(dated),
            "newest": dated[-1] if dated else None,
            "oldest": dated[0] if dated else None,
            "later": tuple(dated[-3:]),
            "dated": len(dated),
            "short": tuple(sorted(short))[:ROWS_KEPT],
            "undated": tuple(undated)[:ROWS_KEPT],
            "hub": found.hub,
            "needs_browser": found.needs_browser,
        }
    )


def _with_article(body: Body, page: Page) -> Body:
    article = read_article(page)
    reading = read_dialects(page)
    has_text = article is not None and not article.blank
    return body.model_copy(
        update={
            "name": page.meta.get("columnname", "")[:40],
            "static": body.static or (has_text and reading.article is None),
            "characters": article.characters if article else 0,
            "pictures": article.images if article else 0,
            "media": article.media if article else 0,
            "files": len(article.attachments) if article else 0,
            "article": bool(article and article.article_url) or is_article_url(page.url),
            "tagged": bool(page.meta.get("articletitle")),
            "has_text": has_text,
            "moved": reading.redirect is not None,
            "away": shows_elsewhere(page),
            "scripts": tuple(dict.fromkeys(_scripts(page))),
        }
    )


def _scripts(page: Page) -> Iterator[str]:
    """Scripts that may fill a body, without libraries: address, or text without its numbers."""
    for tag in page.script_tags:
        if tag.src:
            address = tag.src.partition("?")[0]
            if not _LIBRARY.search(address.rpartition("/")[2]):
                yield _mark(address)
        elif tag.text and _ACTS.search(tag.text):
            yield _mark(tag.text)


@lru_cache(maxsize=4096)  # the pages of a site share most of theirs
def _mark(text: str) -> str:
    return f"{zlib.crc32(text.translate(_DIGITS).encode('utf-8', 'replace')):x}"


# An inline script that calls something or asks for something; plain values and style switches are left out.
_ACTS = re.compile(r"\w\s*\(")


def shows_elsewhere(page: Page) -> bool:
    """Is there a frame whose document we have not read? Its content is somebody else's or unknown."""
    host = site_host(page.url)
    for link in page.links:
        if link.tag in ("iframe", "frame", "embed", "object") and link.url:
            known = site_host(link.url) == host and link.url in page.includes
            if not known and not _SMALL_FRAME.search(link.url):
                return True
    return False


_SMALL_FRAME = re.compile(
    r"(?<![a-z])(?:weather\w*|tianqi\w*|jiathis|bshare|share|\w*visit\w*|\w*count(?:er)?|stats?|blank)(?![a-z])",
    re.I,
)
