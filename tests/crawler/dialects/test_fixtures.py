"""Every dialect, read on markup modelled on several sites each: rows, pages, and where it goes on.

fixtures/DIALECT.yaml holds a list of cases; `html` and `answer` are Jinja templates (`day(n)`: the n-th day
before 2026-03-20, `hex(n)`: 32 hex digits). Keys of `expect`: `rows`, `pages`, `total`, `next` (further
requests), `next_first`, `next_last` (ends of their URLs), `first` (title, end of the URL, day of the first
row), `asks` (method and end of the URL of what completes the page), `source`, `needs_browser`, `redirect`,
`stub`, `leaves`, `article` (title, day, beginning of the text).
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment, StrictUndefined

from crawler import dialects
from crawler.lists.rows import RowList, find_rows
from crawler.markup.page import Page
from crawler.texts.article import read_article

FOLDER = Path(__file__).parent / "fixtures"
LEAST = 3  # sites or variants each dialect was seen on
# What issue and domain name: each has a file of cases.
DIALECTS = (
    *("trs", "trs_loop", "kaipu", "stub", "hanweb_datastore", "hanweb_get", "hanweb_post"),
    *("gkmlpt", "gkmlpt_article", "kaipu_common_search", "kaipu_search_list", "json_list", "vsb", "webplus"),
    *("epoint", "iframe", "client_paging", "meta_refresh", "first_child", "intertid"),
)


@cache
def cases() -> dict[str, list[dict[str, Any]]]:
    return {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}


def made(template: str) -> str:
    environment = Environment(undefined=StrictUndefined, autoescape=False)
    return environment.from_string(template).render(
        day=lambda n, form="%Y-%m-%d": (date(2026, 3, 20) - timedelta(days=n)).strftime(form),
        hex=lambda n: hashlib.sha256(str(n).encode()).hexdigest()[:32],
    )


def page_of(case: dict[str, Any]) -> tuple[Page, tuple[str, ...]]:
    """The page with what completes it, and what it asked for ("POST …" or "GET …")."""
    body = made(case["html"]).encode(case.get("charset", "utf-8"))
    kind = case.get("type", "text/html")
    bare = Page(case["url"], body, content_type=kind)
    wanted = dialects.supplements(bare)
    if "answer" not in case:
        return bare, tuple(f"{request.method} {request.url}" for request in wanted)
    answer = made(case["answer"])
    full = Page(case["url"], body, content_type=kind, includes={request.url: answer for request in wanted})
    return full, tuple(f"{request.method} {request.url}" for request in wanted)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_was_seen_on_several_sites(dialect: str) -> None:
    known = cases()[dialect]
    assert len({case["name"] for case in known}) >= LEAST
    assert len({case["html"] for case in known}) >= LEAST
    assert all({"rows", "pages"} <= case["expect"].keys() for case in known)


def test_no_file_is_forgotten() -> None:
    assert set(cases()) == set(DIALECTS)


@pytest.mark.parametrize(
    ("dialect", "name"), [(dialect, case["name"]) for dialect, known in cases().items() for case in known]
)
def test_fixture(dialect: str, name: str) -> None:
    case = next(case for case in cases()[dialect] if case["name"] == name)
    page, asked = page_of(case)
    wanted = dict(case["expect"])
    found = find_rows(page)
    assert told(page, found, asked, wanted) == wanted


def told(page: Page, found: RowList, asked: tuple[str, ...], wanted: dict[str, Any]) -> dict[str, Any]:
    """What the page says, for the keys that are asked for, in their form."""
    reading = dialects.read(page)
    onward = [request.url for request in found.requests]
    everything: dict[str, Any] = {
        "rows": len(found.rows),
        "pages": found.pages,
        "total": found.total,
        "next": len(onward),
        "next_first": _end(onward[0] if onward else "", wanted.get("next_first")),
        "next_last": _end(onward[-1] if onward else "", wanted.get("next_last")),
        "source": str(found.source),
        "needs_browser": found.needs_browser,
        "redirect": reading.redirect,
        "stub": reading.stub,
        "leaves": len(reading.tree),
    }
    everything["asks"] = [_end(one, end) for one, end in zip(asked, wanted.get("asks", asked), strict=False)]
    if "first" in wanted and found.rows:
        row = found.rows[0]
        day = row.date or (f"{row.month_day.month:02d}-{row.month_day.day:02d}" if row.month_day else None)
        everything["first"] = [row.title, _end(row.url, wanted["first"][1]), day]
    if "article" in wanted:
        article = read_article(page)
        assert article is not None
        begins = wanted["article"][2]
        everything["article"] = [article.title, article.date, article.text[: len(begins)]]
    return {key: everything.get(key) for key in wanted}


def _end(text: str, wanted: str | None) -> str:
    """The end of a text, where it is the one wanted (a POST's method stands before its URL)."""
    if wanted is None:
        return text
    method, _, end = wanted.rpartition(" ")
    return wanted if text.startswith(method) and text.endswith(end) and end else text
