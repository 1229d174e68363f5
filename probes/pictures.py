"""Which pictures and frames of a page are its own, and which stand around every page (banners, menus)?

In old layouts of nameless tables, where a picture stands does not tell it from content. So each is marked by
its address and by its place in the layout, and what many pages show is no content of one. Pure.
Source: docs/method.md, Columns.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import islice
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from crawler.markup.page import Page, resolve
from crawler.markup.regions import in_chrome
from crawler.scope import site_host

KEPT = 100  # of a page
_EVERYWHERE = 0.9  # of the pages read (assumed)
_FEWEST_PAGES = 5
_SAME_PLACE = 0.5  # of the pages read (assumed)
_FEWEST_PLACES = 8
_SHOWING = "img,image,iframe[src],embed,object,frame[src],[style*='url(']"
_MARKUP = ("<img", "<image", "<IMG", "<iframe", "<IFRAME", "<embed", "<EMBED", "<object", "<OBJECT", "url(")
_URL = re.compile(r"url\(\s*[\"']?([^\"')]+)")
# Icons, spacers, and the drawing beside 暂无数据, by their whole name: zwxxgk1.jpg is content.
_BESIDE = r"(?:img|pic|icon|ico|bg|data|list|box)"
_NO_CONTENT = re.compile(
    r"(?:icon|ico|arrow|dot|line|logo|print|close|more|home|spacer?|blank|1?px)[-_]?\d{0,2}|(?:icon|ico|arrow)[-_]\w+"
    rf"|(?:{_BESIDE}[-_]?)?(?:empty|nothing|loading|no[-_]?(?:data|content|info|result|record|message|list)"
    rf"|zanwu(?:shuju|neirong|xinxi|jilu)?|wushuju)(?:[-_]?{_BESIDE})?[-_@]?\d{{0,2}}x?|zwsj|zwnr|zwxx",
    re.I,
)
# Where pages that load pictures late keep the address; `src` is a placeholder there.
_LATE = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-lazy",
    "data-echo",
    "lazy-src",
    "original",
    "_src",
)
_FRAMES = ("iframe", "frame", "embed", "object")


def marks_of(page: Page) -> tuple[str, ...]:
    """Of all pictures and frames without icons, `ADDRESS#N|PLACE`: a hash of its address with the how manieth
    showing it is, and one of its address and place. The first is '' where a click opens a page of the site
    other than home."""
    return tuple(mark for mark, _ in page.once(_marked))


def shown_on(page: Page) -> tuple[str, ...]:
    """The same of those outside header, menu and footer."""
    return tuple(mark for mark, node in page.once(_marked) if not in_chrome(page, node))


def _marked(page: Page) -> list[tuple[str, LexborNode]]:
    found: list[tuple[str, LexborNode]] = []
    if not any(tag in page.html for tag in _MARKUP):
        return found
    counts: Counter[str] = Counter()
    ways: dict[int, str] = {}
    nodes = (node for node in page.tree.css(_SHOWING) if not _is_ornament(node))
    for node in islice(nodes, KEPT):
        # From the site's root on, however deep the page lies that shows it; /pic.do?id=1 and ?id=2 are two.
        address = _address(node).lstrip("./")
        mark = ""
        if not _opens(page, node):
            counts[address] += 1
            mark = f"{_hash(address)}#{counts[address]}"
        found.append((f"{mark}|{_hash(address + _way(node, ways))}", node))
    return found


def around(pages: Sequence[Sequence[str]], home: Collection[str]) -> frozenset[str]:
    """Marks of what stands around the pages: by its address on home and nearly every page, or at the same
    place of the layout on half of them. `pages`, `home`: what `marks_of` gave."""
    counts = Counter(part for marks in pages for part in _parts(marks))
    everywhere = max(_FEWEST_PAGES, _EVERYWHERE * len(pages))
    often = max(_FEWEST_PLACES, _SAME_PLACE * len(pages))
    found = {part for part in _parts(home) if part[0] == "#" and counts[part] >= everywhere}
    return frozenset(found | {part for part, count in counts.items() if part[0] == "|" and count >= often})


def own_of(marks: Collection[str], common: Collection[str]) -> int:
    """How many of a page's pictures do not stand around every page."""
    return sum(not any(part in common for part in _parts([mark])) for mark in marks)


def _parts(marks: Collection[str]) -> set[str]:
    """Each address as `#…`, each place as `|…`."""
    found = set()
    for mark in marks:
        address, _, place = mark.partition("|")
        found.add(f"|{place}")
        if address:
            found.add(f"#{address}")
    return found


def _hash(text: str) -> str:
    return f"{zlib.crc32(text.encode('utf-8', 'replace')):x}"


def _way(node: LexborNode, known: dict[int, str]) -> str:
    """From the body down to the node: tags, and the how manieth child each is."""
    up = node.parent
    if up is None or node.tag == "body":
        return ""
    key = node.mem_id
    if key not in known:
        before, number = node.prev, 0
        while before is not None:
            number += before.tag not in ("-text", "_comment", "-comment")
            before = before.prev
        known[key] = f"{_way(up, known)}/{node.tag}{number}"
    return known[key]


def _opens(page: Page, node: LexborNode) -> bool:
    """Does a click on the picture open a page of the site other than home? Then it is that page's own."""
    up = node.parent
    while up is not None and up.tag not in ("a", "body"):
        up = up.parent
    if up is None or up.tag != "a":
        return False
    target = resolve(page.base, up.attributes.get("href") or "")
    return target is not None and site_host(target) == site_host(page.url) and urlsplit(target).path != "/"


def _address(node: LexborNode) -> str:
    attributes = node.attributes
    for name in (*_LATE, "src", "data", "href", "xlink:href"):
        if value := attributes.get(name):
            return value
    drawn = _URL.search(attributes.get("style") or "")
    return drawn[1] if drawn is not None else ""


def _is_ornament(node: LexborNode) -> bool:
    """A frame never is: what it is called does not tell what it shows."""
    if node.tag in _FRAMES:
        return False
    name = _address(node).partition("?")[0].rpartition("/")[2]
    return _NO_CONTENT.fullmatch(name.rpartition(".")[0] or name) is not None
