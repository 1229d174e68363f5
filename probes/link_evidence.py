"""Which targets do a unit's pages link to, and from where? What the link checks keep of each page.

Targets are absolute URLs after the WHATWG rules, without fragment; `mailto:`, `javascript:` and the like are
no targets. Source: docs/method.md, Links.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from crawler.lists.rows import find_rows
from crawler.markup.page import Link, Page
from crawler.model import Frozen, PageFacts
from crawler.scope import Scope, site_host
from crawler.texts.article import ATTACHMENT
from crawler.urls import is_intranet, is_leftover, join, parse
from crawler.walking.candidates import address
from probes.base import Evidence, Seen

TEXT_KEPT = 40  # characters of a link's text
_EMBEDDED = "*"  # in front of what is no page: pictures, media, frames
_HOME_WORDS = re.compile(
    r"^(?:返回|回到|进入|打开)?(?:网站|本站|门户|政府|主站|官网)*(?:首\s*页|主\s*页|home)$", re.I
)
_FILE = re.compile(r"^(?:file:|[a-z]:[\\/](?!/)|\\\\[\w.]+\\[a-z]\$)", re.I)
# Engines that fill {{…}} in the browser: what stands in the HTML is no leftover then.
_ENGINE = re.compile(
    r"ng-app|ng-repeat|v-for=|v-bind|new\s+Vue|createApp|vue(?:[\w.-]*)\.js|angular[\w.-]*\.js|laytpl|art-?template"
    r"|template-web|mustache|handlebars|juicer|doT(?:\.min)?\.js|jsrender|baiduTemplate|avalon|knockout|layui"
    r"|type=[\"']text/(?:html|x-template|template|x-handlebars|x-jquery-tmpl)",
    re.I,
)
# Typing errors in front of a host name (http://http//www…): a broken link, but no inner network.
_NO_HOSTS = frozenset({"http", "https", "www"})
_ENDLESS = ("page:", "calendar:", "repeat:")


class Unsafe(Frozen):
    """A link that must not stand on a public page."""

    url: str  # absolute, as a browser takes it
    raw: str
    kind: str  # intranet | file | leftover


class OnPage(Frozen):
    """The targets of one page. `packed` is base64 of deflated lines: [*]URL[TAB text], own host left out."""

    origin: str  # scheme://host of the page
    packed: str = ""
    unsafe: tuple[Unsafe, ...] = ()
    read: tuple[str, ...] = ()  # frames whose document was read with the page: they open

    def links(self) -> Iterator[tuple[str, str, bool]]:
        """(URL, link text where it was kept, embedded) of every safe target, once, in document order."""
        if not self.packed:
            return
        for line in zlib.decompress(base64.b64decode(self.packed)).decode().split("\n"):
            url, _, text = line.partition("\t")
            embedded = url[0] == _EMBEDDED
            if embedded:
                url = url[1:]
            yield (self.origin + url if url[0] == "/" else url), text, embedded

    def targets(self) -> list[str]:
        """Every target's URL, the unsafe ones too."""
        return [*(url for url, _, _ in self.links()), *(link.url for link in self.unsafe)]


def observe(page: Page) -> OnPage:
    own = parse(page.url)
    origin = own.origin if own is not None else ""
    here = f"{origin}/"
    unsafe: dict[str, Unsafe] = {}
    lines: dict[str, str] = {}
    for link in page.links:
        danger = _danger(link.raw, link.url)
        if danger is not None:
            found = _unsafe(link, page, danger)
            if found is not None:
                unsafe.setdefault(found.url, found)
                continue
        if link.url is not None and link.url not in lines:
            lines[link.url] = _line(link.url, link.text, link.tag, here)
    for row in find_rows(page).rows:
        if row.url and row.url not in lines and row.url not in unsafe:
            plain = row.url.partition("#")[0]
            lines.setdefault(plain, _line(plain, row.title, "a", here))
    text = "\n".join(line for url, line in lines.items() if url not in unsafe)
    packed = base64.b64encode(zlib.compress(text.encode("utf-8", "replace"), 1)).decode() if text else ""
    frames = (link.url for link in page.links if link.tag in ("iframe", "frame") and link.url)
    read = tuple(dict.fromkeys(url for url in frames if page.includes.get(url)))
    return OnPage(origin=origin, packed=packed, unsafe=tuple(unsafe.values()), read=read)


def _line(url: str, text: str, tag: str, here: str) -> str:
    mark = "" if tag in ("a", "area") else _EMBEDDED
    own = url.startswith(here)
    place = url[len(here) - 1 :] if own else url
    if text and (not own or (len(text) < 12 and _HOME_WORDS.match(text)) or _is_file(url)):
        return f"{mark}{place}\t{text[:TEXT_KEPT]}"
    return f"{mark}{place}"


@lru_cache(maxsize=65536)  # navigation is the same on all pages
def _danger(raw: str, url: str | None) -> str | None:
    """The kind of `Unsafe` that a link may be; None for nearly all."""
    raw = raw.strip()
    if _FILE.match(raw):
        return "file"
    if is_leftover(raw):
        return "leftover"
    return "intranet" if url is not None and raw[:1] in "hH/\\" and _inner(url) else None


@lru_cache(maxsize=65536)
def _is_file(url: str) -> bool:
    return ATTACHMENT.search(url) is not None


def _inner(url: str) -> bool:
    host = url.split("/", 3)[2]
    # Cheap sieve: an inner address ends in a digit or bracket, or its name is short of dots.
    last = host.rpartition("@")[2].partition(":")[0] if not host.startswith("[") else "1"
    return (
        last[-1:].isdigit() or "." not in last or host.startswith("[") or _LOCAL.search(last) is not None
    ) and (last not in _NO_HOSTS and is_intranet(url))


_LOCAL = re.compile(r"\.(?:localhost|local|lan|internal|intranet|arpa)\.?$", re.I)


def _unsafe(link: Link, page: Page, kind: str) -> Unsafe | None:
    if kind == "intranet" and site_host(link.url or "") == site_host(page.url):
        return None  # the portal itself stands on an inner address: said by the seeds
    if kind == "leftover" and _ENGINE.search(page.html):
        return None
    raw = link.raw.strip()
    url = link.url or join(page.base, raw) or raw
    return Unsafe(url=url, raw=raw[:200], kind=kind)


class Target(NamedTuple):
    """One target and where it stands."""

    url: str
    text: str
    embedded: bool  # a picture, medium or frame on every page that has it
    page: str  # the shallowest page it stands on
    pages: int  # on how many
    on_home: bool
    home_word: bool  # called 首页 somewhere
    unsafe: Unsafe | None = None

    @property
    def attachment(self) -> bool:
        return ATTACHMENT.search(self.url) is not None


@dataclass(slots=True)
class _Place:
    page: str
    depth: int
    text: str
    embedded: bool
    on_home: bool = False
    home_word: bool = False
    pages: int = 0
    unsafe: Unsafe | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """All targets of a unit, safe and unsafe, and which of them the walk has visited."""

    home_url: str
    safe: Mapping[str, Target]
    unsafe: Mapping[str, Target]
    visited: Mapping[str, PageFacts]  # by target URL
    cut: frozenset[str]  # pages of the unit's own that the walk's budgets left out
    inner_pages: int
    portal_places: frozenset[str] = field(default_factory=frozenset)
    read: frozenset[str] = frozenset()  # frames that opened as parts of their pages

    def home(self) -> list[Target]:
        return [target for target in self.safe.values() if target.on_home]

    def inner(self) -> list[Target]:
        return [target for target in self.safe.values() if not target.on_home]

    def unvisited(self) -> list[Target]:
        """Targets to look at: home's first, then by depth and URL as they stand in walk order."""
        open_targets = [
            target
            for url, target in self.safe.items()
            if url not in self.visited and url not in self.read and (target.on_home or url not in self.cut)
        ]
        return sorted(open_targets, key=lambda target: (not target.on_home, not target.attachment))


def index_of(evidence: Evidence[OnPage]) -> Index:
    """Read every page's targets once. Endless paging and calendars that the walk cut are left out."""
    places: dict[str, _Place] = {}
    dangers: dict[str, _Place] = {}
    for seen in evidence.pages:
        is_home = evidence.home is not None and seen is evidence.home
        depth = seen.facts.depth
        for url, text, embedded in seen.data.links():
            known = places.get(url)
            if known is None or text or is_home or depth < known.depth or embedded != known.embedded:
                _put(places, url, text, embedded, seen, is_home)
            else:  # by far the most: navigation that stands on every page
                known.pages += 1
        for link in seen.data.unsafe:
            _put(dangers, link.url, "", False, seen, is_home)
            dangers[link.url].unsafe = link
    for url in dangers:
        places.pop(url, None)
    visited, cut, endless = _compare(places, evidence)
    safe = {url: _target(url, place) for url, place in places.items() if url not in endless}
    home = evidence.home.facts.final_url if evidence.home is not None else evidence.unit.portal or ""
    return Index(
        home_url=home,
        safe=safe,
        unsafe={url: _target(url, place) for url, place in dangers.items()},
        visited=visited,
        cut=cut,
        inner_pages=len(evidence.pages) - (evidence.home is not None),
        portal_places=frozenset({home, evidence.unit.portal or home}),
        read=frozenset(url for seen in evidence.pages for url in seen.data.read),
    )


def _put(
    places: dict[str, _Place], url: str, text: str, embedded: bool, seen: Seen[OnPage], is_home: bool
) -> None:
    place = places.get(url)
    if place is None:
        place = places[url] = _Place(seen.facts.final_url, seen.facts.depth, text, embedded)
    elif seen.facts.depth < place.depth:
        place.page, place.depth = seen.facts.final_url, seen.facts.depth
    place.pages += 1
    if text:
        place.text = place.text or text
        place.home_word = place.home_word or _HOME_WORDS.match(text) is not None
    if not embedded:
        place.embedded = False
    if is_home:
        place.on_home = True


def _target(url: str, place: _Place) -> Target:
    return Target(
        url, place.text, place.embedded, place.page, place.pages, place.on_home, place.home_word, place.unsafe
    )


def _compare(
    places: Mapping[str, _Place], evidence: Evidence[OnPage]
) -> tuple[dict[str, PageFacts], frozenset[str], frozenset[str]]:
    """(visited, own pages not visited, endless ones not visited)."""
    by_url, by_key = _by_address(evidence.visited)
    scope = Scope.of(evidence.unit)
    visited: dict[str, PageFacts] = {}
    cut: set[str] = set()
    endless: set[str] = set()
    for url, place in places.items():
        facts = by_url.get(url)
        if facts is None and url in scope and (known := address(url)).is_page:
            facts = by_key.get((url.partition(":")[0], known.key))
            if facts is None and not place.embedded:
                (endless if known.pattern.startswith(_ENDLESS) else cut).add(url)
        if facts is not None:
            visited[url] = facts
    return visited, frozenset(cut), frozenset(endless)


def _by_address(
    visited: Sequence[PageFacts] | Iterable[PageFacts],
) -> tuple[dict[str, PageFacts], dict[tuple[str, str], PageFacts]]:
    by_url: dict[str, PageFacts] = {}
    by_key: dict[tuple[str, str], PageFacts] = {}
    for facts in visited:
        by_url.setdefault(facts.url, facts)
        by_key.setdefault((facts.url.partition(":")[0], address(facts.url).key), facts)
    return by_url, by_key
