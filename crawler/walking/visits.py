"""What an answer comes to: a document, data, a part of a page, the page of an earlier sweep; its facts."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from crawler.frontier import Candidate, Visit
from crawler.markup.page import Page
from crawler.masking import mask
from crawler.model import Fetched, Outcome, PageFacts, PageKind, Request
from crawler.signs.kind import is_error, page_kind, wall_of
from crawler.texts.article import read_article


def is_same(fetched: Fetched, facts: PageFacts) -> bool:
    """Whether the answer says that the page stands as it stood, at the same address."""
    if not fetched.ok or fetched.final_url != facts.final_url:
        return False
    return fetched.not_modified or hashlib.sha256(fetched.body).hexdigest() == facts.digest


def carried(facts: PageFacts, candidate: Candidate, fetched: Fetched) -> PageFacts:
    """What was read then, found as it is found now. Bytes that came again were read in this sweep."""
    found = replace(
        facts,
        role=candidate.role,
        depth=candidate.depth,
        parent=candidate.parent or None,
        anchor=candidate.anchor,
        status=fetched.status if not fetched.not_modified else facts.status,
    )
    return found if fetched.not_modified else replace(found, carried="", read_on="")


def part_text(request: Request, fetched: Fetched) -> str | None:
    """The text of a part; None for a failure, and for a notice or page that came in its place.

    A script that does not exist adds nothing, to anybody.
    """
    is_script = request.url.partition("?")[0].lower().endswith(".js")
    if is_script and fetched.outcome is Outcome.GONE:
        return ""
    if not fetched.ok:
        return None
    page = Page.of(fetched)
    if (is_script and page.html.lstrip().startswith("<")) or is_error(page) or wall_of(page) is not None:
        return None
    return page.html


def facts_of(candidate: Candidate, fetched: Fetched, page: Page, identified: bool) -> PageFacts:
    """What is kept of a page that was read."""
    kind = page_kind(page)
    article = read_article(page) if kind is not PageKind.HOME else None
    return PageFacts(
        url=candidate.url,
        final_url=page.url,
        role=candidate.role,
        kind=kind,
        depth=candidate.depth,
        outcome=fetched.outcome,
        status=fetched.status,
        title=mask(article.title if article and article.title else page.title)[:300],
        date=article.date if article else None,
        parent=candidate.parent or None,
        anchor=candidate.anchor,
        identified=identified,
        digest=hashlib.sha256(fetched.body).hexdigest(),
        rendered=page.rendered,
        lacking=page.is_home and page.lacking,
    )


def bare_visit(candidate: Candidate, fetched: Fetched) -> Visit:
    """A visit that yielded no page of the unit's own: kept, so that nothing is silently missing."""
    facts = PageFacts(
        url=candidate.url,
        final_url=fetched.final_url,
        role=candidate.role,
        kind=PageKind.CHALLENGE if fetched.outcome is Outcome.WALL else PageKind.OTHER,
        depth=candidate.depth,
        outcome=fetched.outcome,
        status=fetched.status,
        parent=candidate.parent or None,
        anchor=candidate.anchor,
        identified=False,
    )
    return Visit(key=candidate.key, facts=facts, evidence={})


def is_html(fetched: Fetched) -> bool:
    """Whether a document came, by its label, or by its beginning where the label says nothing."""
    kind = fetched.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml"):
        return True
    head = fetched.body[:512].lstrip().lower()
    return kind in ("", "text/plain", "application/octet-stream") and head.startswith(
        (b"<!doctype", b"<html", b"<head")
    )


def is_data(fetched: Fetched) -> bool:
    """Whether it is what a page's scripts ask for."""
    kind = fetched.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind.endswith(("json", "xml", "javascript")) or kind in ("text/plain", "")
