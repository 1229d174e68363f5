"""Search entry (站内搜索): can a visitor search the portal?

Evidence: forms, scripted fields and links that search, as each page shows them; of home in full, for the
probe that uses the search. Source: docs/method.md, Search.
"""

from __future__ import annotations

from collections.abc import Iterator

from crawler.markup.page import Page
from crawler.markup.pieces import filled_by_script
from crawler.model import Frozen
from crawler.search.search_forms import find_search, has_search_form
from probes.base import Check, Evidence, Finding, Probe, Reason, Result

CHECKS = (Check("search.box", "站内搜索入口", shared=True),)


class Form(Frozen):
    """A search form as a browser would send it. `hidden`: the other fields with their values."""

    action: str  # absolute URL
    method: str  # get | post
    field: str | None
    hidden: tuple[tuple[str, str], ...] = ()


class SearchSeen(Frozen):
    """How a page can be searched from. `forms` and `link` of home only."""

    kind: str  # form | script | none
    forms: tuple[Form, ...] = ()
    link: str | None = None  # address of a search page that is only linked
    charset: str = "utf-8"  # in which the browser would encode the field
    unread: tuple[str, ...] = ()
    filled: str | None = None


class Limits(Frozen):
    """None: the check is yes or no."""


def observe(page: Page) -> SearchSeen | None:
    if not page.is_home:
        return SearchSeen(kind="form") if has_search_form(page) else None
    box = find_search(page)
    nothing = box.kind == "none" and box.link is None
    return SearchSeen(
        kind=box.kind,
        forms=tuple(
            Form(action=f.action, method=f.method, field=f.field, hidden=f.hidden) for f in box.forms
        ),
        link=box.link,
        charset=page.charset,
        unread=page.unread[:4] if nothing else (),
        filled=filled_by_script(page) if nothing else None,
    )


def judge(evidence: Evidence[SearchSeen], limits: Limits) -> Iterator[Result]:
    home = evidence.home
    if home is None:
        return
    seen = home.data
    observed: dict[str, object] = {
        "kind": seen.kind,
        "action": seen.forms[0].action if seen.forms else seen.link,
    }
    if seen.kind != "none" or seen.link:
        yield Result.of("search.box", observed=observed)
        return
    elsewhere = next((page.facts.final_url for page in evidence.pages if page.data.kind != "none"), None)
    if elsewhere:
        yield Result.of("search.box", observed={**observed, "found_on": elsewhere})
    elif seen.unread or seen.filled:
        why = seen.filled or "scripts_not_read"
        yield Result.unknown(
            "search.box",
            Reason.UNREADABLE,
            population=1,
            observed={**observed, "why": why, "unread": list(seen.unread)},
        )
    else:
        yield Result.of("search.box", defects=[_missing(home.facts.final_url)], observed=observed)


def _missing(url: str) -> Finding:
    return Finding(
        url=url,
        message="门户没有站内搜索入口。",
        expected="首页显著位置有搜索框，能够检索本站信息",
        found="首页及已读的其他页面均未见搜索框、搜索脚本或搜索页链接",
        advice="在全站共用的页头模板中放置搜索框",
    )


PROBE = Probe(
    id="search_box", checks=CHECKS, evidence=SearchSeen, limits=Limits, observe=observe, judge=judge
)
