"""What does one look at a link target say, and what do two looks prove together?

Pure. Only a 404 or 410, a DNS answer "no such name", a refused connection, an attachment that is none, and a
wrong page speak against a link; walls, denials, time-outs and server errors never do in one sweep.
Source: docs/method.md, Links.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, lru_cache
from urllib.parse import unquote, urlsplit

from crawler.keeping.targets import Look
from crawler.model import Frozen, Outcome
from crawler.shipped import table
from probes.link_errors import says_missing
from probes.link_evidence import Target


class Said(StrEnum):
    """What one look says."""

    OPENED = "opened"
    GONE = "gone"
    NXDOMAIN = "nxdomain"
    REFUSED = "refused"
    EMPTY_FILE = "empty_file"
    HTML_FILE = "html_file"
    SOFT_404 = "soft_404"
    SAYS_MISSING = "says_missing"  # the page itself, by its own words
    LANDS_HOME = "lands_home"
    PARKED = "parked"
    GAMBLING = "gambling"
    SUSPECTED = "suspected"  # server errors and time-outs: only two windows far apart could prove them
    FAILING = "failing"  # server errors and time-outs at all looks of two windows far apart
    UNTESTED = "untested"


DEAD = frozenset({Said.GONE, Said.NXDOMAIN, Said.REFUSED, Said.EMPTY_FILE, Said.HTML_FILE, Said.FAILING})
WRONG = frozenset({Said.SOFT_404, Said.SAYS_MISSING, Said.LANDS_HOME, Said.PARKED, Said.GAMBLING})
AGAIN = DEAD | WRONG | {Said.SUSPECTED}  # worth a second look

_SUSPECTED = frozenset(
    {Outcome.SERVER_ERROR, Outcome.CONNECT_TIMEOUT, Outcome.TOO_SLOW, Outcome.RESET, Outcome.REDIRECTS}
)
_BY_OUTCOME: Mapping[Outcome, Said] = {
    Outcome.GONE: Said.GONE,
    Outcome.NXDOMAIN: Said.NXDOMAIN,
    Outcome.REFUSED: Said.REFUSED,
    Outcome.TOO_LARGE: Said.OPENED,
    **dict.fromkeys(_SUSPECTED, Said.SUSPECTED),
}
_NEEDS_WITNESS = frozenset({Said.NXDOMAIN, Said.REFUSED})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a look is compared with: the unit's own home addresses, each host's page for missing names, which
    hosts answered other questions of this sweep, and visited pages without content."""

    homes: frozenset[str] = frozenset()  # from `place`
    answering: frozenset[str] = frozenset()  # origins
    missing: Mapping[str, str] = field(default_factory=dict)  # origin -> fingerprint
    errors: Mapping[str, str] = field(default_factory=dict)  # by target: probes.link_errors


def said(target: Target, look: Look, around: Surroundings) -> Said:
    """What one look at the target says."""
    if look.outcome is not Outcome.OK:
        found = _BY_OUTCOME.get(look.outcome, Said.UNTESTED)
        if found is Said.REFUSED and origin(target.url) in around.answering:
            return Said.SUSPECTED  # a host that answers elsewhere had an outage: its links are not dead
        return Said.UNTESTED if found in _NEEDS_WITNESS and not look.online else found
    if is_soft_404(target, look, around):
        return Said.SOFT_404
    if target.url in around.errors and says_missing(look, around.errors[target.url]):
        return Said.SAYS_MISSING
    if lands_home(target, look.sends_on or look.final_url, around.homes):
        return Said.LANDS_HOME
    named = strange_page(look)
    if named is not None:
        return named
    return _as_file(target, look) if target.attachment else Said.OPENED


def settled(first: Said, second: Said | None) -> Said:
    """What two looks prove. A fault needs both; one good answer settles the matter."""
    if Said.OPENED in (first, second):
        return Said.OPENED
    for kinds in (DEAD, WRONG):
        if first in kinds and second in kinds:
            return second or first
    if Said.SUSPECTED in (first, second):
        return Said.SUSPECTED
    return Said.UNTESTED


# -- attachments

_DOUBTFUL_PAGE = re.compile(
    r"登\s*录|登\s*陆|login|sign in|验证|校验|请稍候|请稍后|正在(?:加载|跳转|检测|下载)"
    r"|loading|javascript"
    r"|预览|在线阅读|viewer|拦截|防火墙"
    r"|安全(?:检查|检测|提示|防护)|访问(?:受限|异常|过于频繁)",
    re.I,
)


def _as_file(target: Target, look: Look) -> Said:
    """A link to a document has to bring one. Logins, viewers and challenges leave it untested."""
    if look.size == 0:
        return Said.EMPTY_FILE if look.status == 200 else Said.UNTESTED
    if not look.html or look.content_type != "text/html":
        return Said.OPENED
    if look.characters < 2 or _DOUBTFUL_PAGE.search(f"{look.title}\n{look.text}"):
        return Said.UNTESTED
    if _path(look.final_url) != _path(target.url):
        # Sent on to a page: an error page proves it, anything else may be the way to the file.
        return Said.HTML_FILE if _ERROR_WORDS.search(f"{look.title}\n{look.text}") else Said.UNTESTED
    return Said.HTML_FILE


_ERROR_WORDS = re.compile(
    r"(?:^|\D)404(?:\D|$)|not found|不存在|找不到|未找到|无法找到|没有找到|已(?:被)?删除|走丢|出错|错误页",
    re.I,
)


# -- the page for what is missing

_SHORTEST_SOFT_404 = 10  # characters: a page with less is a shell that a script fills
_LONGEST_ERROR = 500  # a page with more is no error page (assumed)


def speaks_for_missing(look: Look) -> bool:
    """Can this answer to an invented name serve as the host's page for missing names? Shells, logins and
    challenges answer everything alike and prove nothing."""
    return (
        look.outcome is Outcome.OK
        and bool(look.print)
        and look.characters >= _SHORTEST_SOFT_404
        and not _DOUBTFUL_PAGE.search(f"{look.title}\n{look.text}")
    )


def in_common(one: Look, two: Look) -> str:
    """What marks the host's page for missing names: the same page twice, or one error title on two pages; ''
    where two invented names have nothing in common."""
    if one.print == two.print:
        return one.print
    return error_title(one) if error_title(one) == error_title(two) else ""


def error_title(look: Look) -> str:
    """A fingerprint of a title that says itself that nothing is there; '' for any other title."""
    told = look.characters <= _LONGEST_ERROR and _ERROR_WORDS.search(look.title) is not None
    return f"title {look.title}" if told else ""


def is_soft_404(target: Target, look: Look, around: Surroundings) -> bool:
    """The host's page for missing names came instead. Never asked of a home page."""
    if is_root(target.url) or target.home_word or place(target.url) in around.homes:
        return False
    marks = {around.missing.get(origin(url)) for url in (target.url, look.final_url)}
    return any(mark in marks for mark in (look.print, error_title(look)) if mark)


# -- landing on a home page

_INDEX = re.compile(r"/(?:index|default|main|home)(?:\.\w{2,5})?$", re.I)
_ROOT_FOLDERS = re.compile(
    r"^/(?:m|wap|mobile|3g|pc|en|eng|english|index|home|portal|web|www|site|new|old|cms)?$", re.I
)
_OTHER_LOOK = re.compile(  # of the same site: for phones, in other letters, for the elderly
    r"^(?:m|wap|3g|mobile|big5|gb|tw|hk)\.|/(?:m|wap|mobile|3g|big5|gbk?|tw|hk|ft|fanti|wza|slh|elder(?:ly)?)/?$"
    r"|/(?:m|wap|mobile|3g|big5)/",
    re.I,
)
_ACCOUNT = re.compile(r"log(?:in|out)|sso|oauth|/cas\b|user|member|admin|account|passport|register", re.I)


@lru_cache(maxsize=16384)
def place(url: str) -> str:
    """Host and folder of a URL, as far as they tell one home page from another."""
    parts = urlsplit(url)
    path = _INDEX.sub("/", parts.path).rstrip("/")
    query = f"?{parts.query}" if parts.query else ""
    return (
        f"{parts.netloc.lower().removeprefix('www.').removesuffix(':443').removesuffix(':80')}{path}{query}"
    )


def is_root(url: str) -> bool:
    """Is this by its address the home page of a host (or of its mobile, foreign or former version)?"""
    parts = urlsplit(url)
    if parts.query:  # /?lang=en is home in another look, /index.php?id=7 may be any page
        return parts.path in ("", "/") and not any(mark.isdigit() for mark in parts.query)
    return _ROOT_FOLDERS.match(_INDEX.sub("", parts.path).rstrip("/") or "/") is not None


def lands_home(target: Target, final_url: str, homes: frozenset[str]) -> bool:
    """An inner link that was redirected to a home page. Links that mean the home page are right."""
    here, there = place(target.url), place(final_url)
    if here == there or not final_url or is_root(target.url) or here in homes or target.home_word:
        return False
    if target.embedded or _OTHER_LOOK.search(target.url.partition("//")[2]) or _ACCOUNT.search(target.url):
        return False
    end = urlsplit(final_url)
    if (end.hostname or "") in unquote(target.url.partition("?")[2]):
        return False  # a forwarder that was asked to go there
    if there in homes:
        return True
    # The root of another host of the site may be what is meant: the service hall, the office's own site.
    same_host = re.split("[/?]", here)[0] == re.split("[/?]", there)[0]
    return same_host and not end.query and end.path in ("", "/")


# -- parked domains, gambling


class Parked(Frozen):
    phrases: tuple[str, ...]
    longest: int


class Gambling(Frozen):
    phrases: tuple[str, ...]
    least: int


class Marks(Frozen):
    """link_marks.yaml."""

    parked: Parked
    gambling: Gambling
    lawful: tuple[str, ...]


@cache
def marks() -> Marks:
    return Marks.model_validate(table("probes", "link_marks.yaml"))


def strange_page(look: Look) -> Said | None:
    """PARKED or GAMBLING by strong marks; None otherwise."""
    if not look.html:
        return None
    title, whole = look.title.lower(), f"{look.title}\n{look.text}".lower()
    strong = marks()
    if any(word in whole for word in strong.lawful):
        return None
    if look.characters <= strong.parked.longest and any(phrase in whole for phrase in strong.parked.phrases):
        return Said.PARKED
    found = {phrase for phrase in strong.gambling.phrases if phrase in whole}
    if len(found) >= strong.gambling.least and any(phrase in title for phrase in found):
        return Said.GAMBLING
    return None


def origin(url: str) -> str:
    """scheme://host[:port]"""
    return "/".join(url.split("/", 3)[:3]).lower()


def _path(url: str) -> str:
    return unquote(urlsplit(url).path)
