"""Crawler traps: session ids, calendars, endless paging, folders inside themselves.

A pattern is a URL with its numbers and values folded; each pattern that could be endless has a budget. What
is cut is counted by pattern and named in the result, so that a cut never looks like a site without pages.
The budgets are ours (assumed).
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

BUDGETS = {  # by the prefix of the pattern
    "page:": 50,  # ?page=2, index_2.html: newest first, so the period is on the first ones
    "calendar:": 40,
    "query:": 400,  # any other query: articles by id are legitimate
}
PATH_ENDLESS = "repeat:"

_PAGE_KEYS = re.compile(
    r"(?:^|_)(?:page|pageno|pagenum|pageindex|curpage|currentpage|p|pg|start|startrecord|offset)$"
)
_DATE_KEYS = re.compile(r"(?:date|day|month|year|riqi|yue|nian)$")
# Which list is turned: each has pages of its own. Other values are folded, they may be endless themselves.
_LIST_KEYS = re.compile(
    r"^(?:(?:col(?:umn)?|chan(?:nel)?|cat(?:egory)?|class|unit|type|tree|wbtree)(?:id|num|code)s?)$"
)
_LIST_PLACE = re.compile(r"/gkmlpt/api/all/\d+$")
_SESSION_KEYS = re.compile(
    r"^(?:jsessionid|phpsessid|sessionid|session_id|sid|aspsessionid\w*|cfid|cftoken|utm_\w+|_t|timestamp|t)$"
)
_SESSION_PATH = re.compile(r";jsessionid=[^/?#]*", re.I)
_LIST_PAGE = re.compile(r"/(?:index|list|default)(?:[_-]?\d{1,5}|/\d{1,4})\.s?html?$")
_DATE_PATH = re.compile(r"/(?:19|20|21)\d\d[/-]\d{1,2}(?:[/-]\d{1,2})?/?$")
_DIGITS = re.compile(r"\d+")


def key_of(url: str) -> str:
    """One key for the URLs of one page: scheme, session ids and the order of the query left out."""
    parts = urlsplit(url)
    path = _SESSION_PATH.sub("", parts.path) or "/"
    query = "&".join(
        sorted(piece for piece in parts.query.split("&") if piece and not _SESSION_KEYS.match(_name(piece)))
    )
    host = parts.netloc.lower().removesuffix(":80" if parts.scheme == "http" else ":443")
    # One shell serves all categories of a gkmlpt disclosure platform; its fragment says which.
    category = f"#{parts.fragment}" if "/gkmlpt/" in path and parts.fragment.isdigit() else ""
    return (f"{host}{path}?{query}" if query else f"{host}{path}") + category


def pattern_of(key: str) -> str:
    """The budgeted pattern of a key from `key_of`, or '' where pages cannot be endless."""
    place, _, query = key.partition("?")
    if repeats(place):
        return PATH_ENDLESS + place.partition("/")[0]
    folded = _DIGITS.sub("0", place)
    if query:
        names = sorted(_name(piece) for piece in query.split("&"))
        kind = "query:"
        if any(_DATE_KEYS.search(name) for name in names):
            kind = "calendar:"
        elif any(_PAGE_KEYS.search(name) for name in names):
            kind = "page:"
            folded = place if _LIST_PLACE.search(place) else folded
            names = sorted(p if _LIST_KEYS.match(_name(p)) else _name(p) for p in query.split("&"))
        return f"{kind}{folded}?{'&'.join(names)}"
    if _DATE_PATH.search(place):
        return f"calendar:{folded}"
    if _LIST_PAGE.search(place):
        return f"page:{folded}"
    return ""


def budget_of(pattern: str) -> int | None:
    """How many pages of the pattern may be visited in one unit; None = no budget."""
    if pattern.startswith(PATH_ENDLESS):
        return 0
    return next((number for prefix, number in BUDGETS.items() if pattern.startswith(prefix)), None)


def repeats(path: str) -> bool:
    """True when a folder name stands three times, or two names alternate: /a/b/a/b/a/b/."""
    steps = [step for step in path.split("/")[1:-1] if step and not step.isdigit()]
    return any(steps.count(step) >= 3 for step in set(steps))


def _name(piece: str) -> str:
    return piece.partition("=")[0].lower()
