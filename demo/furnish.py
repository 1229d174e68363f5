"""Fills a portal with columns and articles: plain ones from the vocabulary, special ones from `documents`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from demo import documents, services
from demo.site import Article, Column, Portal, words

_ON_NAV = (
    *("disclosure", "news", "notices", "documents"),
    *("interpretation", "services", "interaction", "overview"),
)
_COUNTS = {"news": 22, "notices": 16, "documents": 4, "response": 3}
_STANDING: dict[str, Callable[[Portal], str]] = {
    "guide": services.guide_document,
    "on_request": services.on_request,
    "institution": services.institution,
    "leaders": services.leaders,
    "overview": services.overview,
    "new_media": services.accounts,
    "fees": services.fees,
}
_ARTICLES: dict[str, Callable[[Portal], list[Article]]] = {
    "annual_report": documents.annual_reports,
    "decision_catalogue": documents.decision_catalogues,
    "meetings": documents.meetings,
    "documents": documents.policy_documents,
    "consultation": documents.consultations,
    "budget": documents.budgets,
    "education": documents.education,
    "site_report": documents.site_reports,
    "services": services.guides,
    "service_rating": services.ratings,
    "market": documents.market,
}


def furnish(portal: Portal, keys: Iterable[str]) -> None:
    """Add a column for each section key, with its articles, in the order of the vocabulary."""
    wanted = frozenset(keys)
    for key in words()["sections"]:
        if key in wanted:
            portal.columns.append(_column(portal, key))
    if portal.has("interpretation") and portal.has("documents"):
        portal.column("interpretation").articles = documents.interpretations(portal)
    if portal.has("interaction"):
        letters = Column("letters", "信件选登", "hdjl/xjxd", services.letters(portal), on_map=True)
        portal.columns.append(letters)


def add_catalogues(portal: Portal, fields: Iterable[str]) -> None:
    """The column 基层政务公开标准目录 with one catalogue per field."""
    chosen = [field for field in words()["catalogues"] if field in frozenset(fields)]
    articles = [services.catalogue(portal, field, back) for back, field in enumerate(chosen, 40)]
    slug = "zfxxgk/fdzdgknr/jczwgk"
    portal.columns.append(Column("catalogues", "基层政务公开标准目录", slug, articles, in_tree=True))
    portal.catalogues = frozenset(chosen)


def _column(portal: Portal, key: str) -> Column:
    spec = words()["sections"][key]
    column = Column(key, spec["name"], spec["slug"], on_nav=key in _ON_NAV)
    column.in_tree = column.slug.startswith("zfxxgk/")
    if key in _STANDING:
        column.standing = _STANDING[key](portal)
    elif key in _ARTICLES:
        column.articles = _ARTICLES[key](portal)
    elif "forms" in spec:
        column.articles = _plain(portal, key)
    return column


def _plain(portal: Portal, key: str) -> list[Article]:
    """Articles by filling the section's forms with its topics, newest first, all within a year."""
    spec = words()["sections"][key]
    pairs = [(form, topic) for form in spec["forms"] for topic in spec["topics"]]
    portal.rng.shuffle(pairs)
    pairs = pairs[: _COUNTS.get(key, 3)]
    dates = falling_dates(portal, len(pairs), fast=key == "news")
    return [
        Article(form.format(p=portal.place, t=topic), day, prose(portal, topic), source=portal.name)
        for (form, topic), day in zip(pairs, dates, strict=True)
    ]


def falling_dates(portal: Portal, count: int, *, fast: bool = False) -> list[date]:
    """Dates from a few days before as-of backwards; `fast` every one to three days."""
    rng = portal.rng
    back = rng.randint(1, 3) if fast else rng.randint(6, 40)
    dates = []
    for _ in range(count):
        dates.append(portal.as_of - timedelta(days=back))
        back += rng.randint(1, 3) if fast else rng.randint(4, 12)
    return dates


def prose(portal: Portal, topic: str) -> str:
    """Some paragraphs about a topic, well over a hundred characters."""
    return documents.prose(portal, topic)
