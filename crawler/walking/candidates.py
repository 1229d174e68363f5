"""Which links of a page to visit, as what, and in which order?

Levels: 0 home; 1 site map and disclosure tree; 2 to 5 the columns by clicks from home; 6 the newest articles
of the period, the first of every column before the second of any; from 7 on the rest by depth. Inside a level
rows sort by (rank or position, URL), so the order does not depend on timing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from crawler.dialects import read as read_dialects
from crawler.frontier import Candidate
from crawler.lists.rows import RowSource, find_rows
from crawler.markup.dates import with_year
from crawler.markup.page import Page
from crawler.masking import could_hold, mask
from crawler.model import Period, Role
from crawler.scope import Scope, place_of
from crawler.texts.article import is_article_url
from crawler.traps import key_of, pattern_of
from crawler.urls import is_leftover
from crawler.walking.memo import Leads, Row

COLUMN_DEPTH = 4  # clicks from home within which a column counts (docs/method.md, Sections)
ARTICLES = 6
REST = 7
DEEPEST = 40

_SITE_MAP = re.compile(r"网站地图|站点地图|网站导航|栏目导航")
_SITE_MAP_PATH = re.compile(r"/(?:wzdt|zddt|sitemap|wzdh)[^/]*(?:/|\.s?html?)?$", re.I)
_TREE = re.compile(r"^(?:.{0,8}政府)?信息公开(?:专栏|平台|基础平台|目录|网)?$")
_TREE_PATH = re.compile(r"/(?:gkmlpt/index|zfxxgk/?(?:index\.s?html?)?)$", re.I)
_NOT_A_PAGE = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|wps|et|ofd|zip|rar|7z|tar|gz|csv|txt|xml|json|rss|jpe?g|png|gif|bmp|svg|webp|ico"
    r"|mp[34]|avi|wmv|flv|mov|m4v|wav|css|js|apk|exe|woff2?|ttf|swf)$",
    re.I,
)


class Address(NamedTuple):
    """What a URL says by itself. Links repeat on every page of a site, so it is worked out once."""

    key: str
    pattern: str
    where: tuple[str, str]  # host and path, as a scope wants them
    path: str  # the URL without its query
    is_page: bool
    is_article: bool


@lru_cache(maxsize=100_000)
def address(url: str) -> Address:
    """Key, trap pattern and kind of a URL."""
    key = key_of(url)
    path = url.partition("?")[0]
    # An unfilled template names no page, whatever its host answers.
    is_page = not is_attachment(url) and not is_leftover(url)
    return Address(key, pattern_of(key), place_of(url), path, is_page, is_article_url(url))


def is_attachment(url: str) -> bool:
    """True when the path ends as a file that is no HTML page."""
    return _NOT_A_PAGE.search(url.partition("?")[0].partition("#")[0]) is not None


def home_candidate(portal: str) -> Candidate:
    return Candidate(key_of(portal), portal, 0, "", 0, Role.HOME)


def leads_of(page: Page, scope: Scope) -> Leads:
    """Every page-like link in scope, once, with its position; and the rows of the main list.

    Link texts are stored, so personal data in them is masked.
    """
    links = []
    seen: set[str] = set()
    shared = _shared_interface(page)
    for position, (url, anchor) in enumerate(_links(page)):
        if url in seen:
            continue
        seen.add(url)
        place = address(url)
        if place.is_page and (scope.holds(place.where) or url in shared):
            links.append((position, url, anchor[:100]))
    if could_hold("\n".join([anchor for _, _, anchor in links])):
        links = [(position, url, mask(anchor)) for position, url, anchor in links]
    rows = tuple(Row(row.url, row.date, row.month_day) for row in find_rows(page).rows if row.url)
    return Leads(tuple(links), rows)


def candidates(
    leads: Leads, here: str, *, role: Role, level: int, depth: int, period: Period, as_of: date
) -> Iterator[Candidate]:
    """The leads of the page `here`, each with its level and order on the frontier."""
    ranks = _article_ranks(leads.rows, period, as_of)
    below = depth + 1
    # Members of an enum are looked up here once: for each link they take as long as all the rest.
    article, plain = Role.ARTICLE, Role.COLUMN if role in _LEADING else Role.OTHER
    on_home, lists_columns = role is Role.HOME, role is Role.SITE_MAP
    for position, url, anchor in leads.links:
        place = address(url)
        rank = ranks.get(url)
        if place.is_article:
            new_role = article
        elif on_home:
            new_role = _role_on_home(place, anchor)
        else:
            is_row = rank is not None and place.path[-1:] != "/" and not lists_columns
            new_role = article if is_row else plain
        in_period = rank is not None and rank < NOT_IN_PERIOD
        order = _ORDER % (rank if new_role is article and rank is not None else position)
        at = _level(new_role, level, below, in_period)
        yield Candidate(place.key, url, at, order, below, new_role, here, anchor, place.pattern)


_ORDER = "%06d"
NOT_IN_PERIOD = 999_999


def _article_ranks(rows: Sequence[Row], period: Period, as_of: date) -> Mapping[str, int]:
    """Row URL -> rank by date among the rows of the period; NOT_IN_PERIOD for the other rows."""
    first, last = period.start, min(period.end, as_of)
    ranks: dict[str, int] = {}
    dated: list[tuple[int, str]] = []
    for url, day, month_day in rows:
        ranks[url] = NOT_IN_PERIOD
        if day is None and month_day is not None:
            day = with_year(month_day, as_of)
        if day is not None and first <= day <= last:
            dated.append((-day.toordinal(), url))
    for rank, (_, url) in enumerate(sorted(dated)):
        ranks[url] = min(rank, ranks[url])
    return ranks


def _links(page: Page) -> Iterator[tuple[str, str]]:
    for link in page.links:
        if link.url and link.tag in ("a", "area"):
            yield link.url, link.text
    for row in find_rows(page).rows:
        if row.url:
            yield row.url, row.title
    for leaf in read_dialects(page).tree:
        yield leaf.url, leaf.title
    for url in find_rows(page).next_pages:
        yield url, ""


def _shared_interface(page: Page) -> frozenset[str]:
    """Further pages that the CMS hands out as data: for a department on a path it does so at the root."""
    listed = find_rows(page)
    if listed.source not in (RowSource.JSON, RowSource.DATASTORE):
        return frozenset()
    host = place_of(page.url)[0]
    return frozenset(url for url in listed.next_pages if place_of(url)[0] == host)


def _role_on_home(place: Address, anchor: str) -> Role:
    if _SITE_MAP.search(anchor) or _SITE_MAP_PATH.search(place.path):
        return Role.SITE_MAP
    return Role.TREE if _TREE.match(anchor.strip()) or _TREE_PATH.search(place.path) else Role.COLUMN


_LEADING = (Role.SITE_MAP, Role.TREE, Role.COLUMN)


@lru_cache(maxsize=4096)
def _level(role: Role, parent_level: int, depth: int, in_period: bool) -> int:
    if role in (Role.SITE_MAP, Role.TREE):
        natural = 1
    elif role is Role.COLUMN and depth <= COLUMN_DEPTH:
        natural = 1 + depth
    elif role is Role.ARTICLE and in_period:
        natural = ARTICLES
    else:
        natural = REST + min(depth, DEEPEST)
    return max(natural, parent_level + 1)
