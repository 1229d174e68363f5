"""Which four titles to search for: drawn by seed from what the walk has read, as an evaluator would.

At least three columns, one policy or service where there is any; three days to two years old at as-of,
because an index lags and old texts may be archived; a unique title of 8 to 60 characters that the link to it
confirms; an article that opened. Source: docs/method.md, Search.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlsplit

from crawler.model import Frozen, Outcome, PageFacts, PageKind, Role
from crawler.search.results import fold
from probes.lexicon import best_section

TITLES = 4
COLUMNS = 3
YOUNGEST_DAYS = 3
OLDEST_DAYS = 730
SHORTEST, LONGEST = 8, 60

_ARTICLES = frozenset({PageKind.ARTICLE, PageKind.DISCLOSURE, PageKind.SERVICE_GUIDE})
_POLICY_OR_SERVICE = frozenset({"documents", "rules", "interpretation", "services", "fees", "plans"})
_POLICY_TITLE = re.compile(r"(?:通知|意见|办法|规定|方案|细则|决定|办事指南|服务指南)[)）]?$")
_CUT = re.compile(r"(?:\.{2,}|…+)\s*$")
_PAGING = re.compile(r"(?:index|list|default)?(?:[_-]?\d+)?\.s?html?$")
_PAGE_QUERY = re.compile(
    r"(?:cur(?:rent)?)?_?page(?:no|num|index|_?\d*)?=|p=|pn=|start=|pagesize=", re.IGNORECASE
)
_DIGITS = re.compile(r"^[\d-]+$")


class Drawn(Frozen):
    """One article to search for. `column`: where it was found, by address."""

    title: str
    url: str
    final_url: str
    column: str
    important: bool = False  # a policy or a service


def draw(visited: Sequence[PageFacts], as_of: date, seed: int) -> tuple[Drawn, ...]:
    """Up to four articles; fewer than four, or from fewer than three columns, is too few to judge by."""
    pool = candidates(visited, as_of)
    ordered = sorted(pool, key=lambda one: (_lot(seed, one.url), one.url))
    chosen = [one for one in ordered if one.important][:1]
    for one in ordered:
        if len(chosen) < TITLES and one.column not in {other.column for other in chosen}:
            chosen.append(one)
    for one in ordered:
        if len(chosen) < TITLES and one not in chosen:
            chosen.append(one)
    return tuple(sorted(chosen, key=lambda one: one.url))


def enough(drawn: Sequence[Drawn]) -> bool:
    return len(drawn) == TITLES and len({one.column for one in drawn}) >= COLUMNS


def candidates(visited: Sequence[PageFacts], as_of: date) -> list[Drawn]:
    """Every article that may be drawn."""
    by_url = {page.url: page for page in visited} | {page.final_url: page for page in visited}
    titles = Counter(fold(page.title) for page in visited if page.role is not Role.HOME)
    homes = {url for page in visited if page.role is Role.HOME for url in (page.url, page.final_url)}
    found = []
    for page in visited:
        if _fits(page, as_of) and titles[fold(page.title)] == 1:
            column = _column(page, homes)
            important = _important(page, by_url)
            found.append(
                Drawn(
                    title=page.title,
                    url=page.url,
                    final_url=page.final_url,
                    column=column,
                    important=important,
                )
            )
    return found


def _fits(page: PageFacts, as_of: date) -> bool:
    if page.outcome is not Outcome.OK or not page.identified or page.kind not in _ARTICLES:
        return False
    if page.role in (Role.HOME, Role.SITE_MAP, Role.TREE) or page.date is None:
        return False
    if not YOUNGEST_DAYS <= (as_of - page.date).days <= OLDEST_DAYS:
        return False
    return SHORTEST <= len(page.title) <= LONGEST and _title_sure(page)


def _title_sure(page: PageFacts) -> bool:
    """Only a title that the link to the page confirms was read right; the link's may be cut or longer."""
    title = fold(page.title)
    anchor = fold(_CUT.sub("", page.anchor))
    if len(anchor) < SHORTEST - 2 or len(title) < SHORTEST - 2:
        return False
    return title.startswith(anchor) or title in anchor


def _column(page: PageFacts, homes: set[str]) -> str:
    """The list it stands in; for what home links to, its folder without dates and numbers."""
    if page.parent and page.parent not in homes:
        parts = urlsplit(page.parent)
        # list.jsp?cid=3 and list.jsp?cid=7 are two columns, list.jsp?cid=3&page=2 is the first of them.
        query = "&".join(piece for piece in parts.query.split("&") if not _PAGE_QUERY.match(piece))
        return _PAGING.sub("", parts.path) + (f"?{query}" if query else "")
    steps = urlsplit(page.url).path.split("/")[1:-1]
    return "/" + "/".join(step for step in steps if not _DIGITS.match(step))


def _important(page: PageFacts, by_url: Mapping[str, PageFacts]) -> bool:
    if page.kind is PageKind.SERVICE_GUIDE:
        return True
    parent = by_url.get(page.parent or "")
    match = best_section(parent.anchor or parent.title, parent.url) if parent is not None else None
    if match is not None and match.key in _POLICY_OR_SERVICE:
        return True
    return _POLICY_TITLE.search(page.title) is not None


def _lot(seed: int, url: str) -> str:
    """Depends on the path only, so neither a host's port nor a new article changes the others' lots."""
    parts = urlsplit(url)
    return hashlib.sha256(f"{seed} {parts.path}?{parts.query}".encode()).hexdigest()


def invented_title(seed: int, number: int) -> str:
    """A title that nobody has published: characters that make no words, the same for one seed."""
    digest = hashlib.sha256(f"{seed} invented {number}".encode()).digest()
    pool = "樟绛砚峭蕨邃盎榫鲟遴酣昶璩畲胭霁瞿穰飒笃斛淙珉皋糯葳阆谌龛邝"
    return "".join(pool[byte % len(pool)] for byte in digest[:12])
