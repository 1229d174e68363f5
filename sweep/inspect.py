"""What was read on one page, as `sunsweep inspect --json` shows it. Source: docs/formats.md."""

from __future__ import annotations

from typing import Any

from crawler.lists.rows import find_rows
from crawler.markup.hidden import find_hidden_links
from crawler.markup.page import Page
from crawler.search.search_forms import find_search
from crawler.signs.footer import read_footer
from crawler.signs.kind import page_kind
from crawler.signs.toolbar import find_toolbar
from crawler.texts.article import read_article


def inspect_page(page: Page) -> dict[str, Any]:
    """One page as plain JSON values; what is absent is None, False or []."""
    footer = read_footer(page)
    return {
        "url": page.url,
        "charset": page.charset,
        "kind": str(page_kind(page)),
        "title": page.title,
        "footer": {
            "site_code": footer.site_code,
            "icp": footer.icp,
            "police": footer.police,
            "sponsor": footer.sponsor,
            "contact": {"phone": footer.phone, "address": footer.address, "email": footer.email},
            "party_mark": footer.party_mark is not None,
        },
        "error_report": {"present": footer.error_report is not None, "code": footer.report_code},
        "accessibility": _accessibility(page),
        "search": _search(page),
        "meta": _meta(page),
        "list": _list(page),
        "article": _article(page),
        "hidden_links": [link._asdict() for link in find_hidden_links(page)],
    }


def _accessibility(page: Page) -> dict[str, Any]:
    entry = find_toolbar(page)
    # A tool script alone is no entry that can be seen.
    present = entry is not None and entry.how != "script"
    return {"present": present, "how": f"{entry.how}: {entry.text}" if entry else None}


def _search(page: Page) -> dict[str, Any]:
    box = find_search(page)
    forms = [{"action": form.action, "method": form.method, "field": form.field} for form in box.forms]
    return {"kind": box.kind, "forms": forms}


def _meta(page: Page) -> dict[str, str]:
    """Tags under their names as written; of several with one name the first that is not empty."""
    found: dict[str, str] = {}
    names: dict[str, str] = {}
    for name, content in page.meta_tags:
        key = names.setdefault(name.lower(), name)
        if not found.get(key):
            found[key] = content
    return found


def _list(page: Page) -> dict[str, Any]:
    rows = find_rows(page)
    items = [
        {"title": row.title, "url": row.url or None, "date": row.date.isoformat() if row.date else None}
        for row in rows.rows
    ]
    return {"count": len(items), "source": str(rows.source), "items": items}


def _article(page: Page) -> dict[str, Any] | None:
    article = read_article(page)
    if article is None:
        return None
    return {
        "title": article.title or None,
        "date": article.date.isoformat() if article.date else None,
        "source": article.source or None,
        "characters": article.characters,
    }
