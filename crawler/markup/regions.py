"""Which region of a page does a node stand in, by tags, classes and ids: content, a side column, or chrome?

Pure. Names seen on real portals; a name alone never decides where most of a page's links or text stand.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from selectolax.lexbor import LexborNode

if TYPE_CHECKING:
    from crawler.markup.page import Page

_AWAY = re.compile(  # regions that are never the main list
    r"(?:^|[\s_-])(?:nav|menu|header|head(?!line)|top(?!ic)|foot|bottom|crumb|location|sitemap|share|"
    r"position(?!-(?:relative|static|sticky))|friend|links?|yqlj|search|login|banner|logo|tools?|lang|keyword|"
    r"hotword|fixed(?!-width)|dialog|float(?!-(?:left|right|start|end|none|md|lg|sm)))"
    r"|nav(?:bar|box|list|slide)?(?:$|[\s_-])|menu|crumb|foot|sidebar|sideBar|dqwz|curmb|weizhi"
    r"|friendlink",
    re.IGNORECASE,
)
_PAGER = re.compile(
    r"(?:^|[\s_-])pag(?:er|ing|inat)|page[-_]?(?:list|num|bar|nav|box|turn)|fenye|(?:^"
    r"|\s)pages?(?:\s|$)",
    re.I,
)
_SIDE = re.compile(
    r"(?:^|[\s_-])(?:left|side|hot|rank|relate|recommend|tuijian|xgxw|gl)(?:$|[\s_-]|[a-z]?$)|related", re.I
)
_MAIN = re.compile(r"list|main|content|news|article|con(?:$|[\s_-])|right|info|xxgk|datalist", re.IGNORECASE)
_COVER = re.compile(
    r"(?<!p)layer|popup|mask|tips?(?:$|[\s_-])|copyright|bq(?:$|[\s_-])|window|alert|modal", re.IGNORECASE
)
_FOOT = re.compile(r"foot|bottom|copyright|banquan", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
CHROME = 0.05


# What a class and an id say of a region. No enum: each look at a member of one takes longer than the rest.
_Said = Literal["pager", "away", "side", "main", ""]


@lru_cache(maxsize=8192)
def _named(classes: str, identity: str) -> _Said:
    """Kept, as the pages of a site repeat the same names."""
    name = f"{classes} {identity}"
    if len(name) < 2:
        return ""
    main = _MAIN.search(name) is not None
    if _PAGER.search(name) is not None and not main:
        return "pager"
    if _AWAY.search(name) is not None:
        return "away"
    if _SIDE.search(name) is not None:
        return "side"
    return "main" if main else ""


def weigh(node: LexborNode, share: float, above: float) -> float:
    """How likely content stands here: 1.5 named as content, 1 neutral, 0.5 a side column, 0.05 chrome.

    `share`: of the page's links that stand in the node; `above`: the weight of the node around it.
    """
    if above <= CHROME or node.tag in ("nav", "header", "footer", "select") or _asks(node):
        return CHROME
    names = node.attributes
    style = names.get("style")
    if style and _HIDDEN.search(style) is not None:
        above *= 0.4
    said = _named(names.get("class") or "", names.get("id") or "")
    if (said == "pager" and share < 0.5) or (said == "away" and share < 0.7):
        return CHROME
    if said == "side" and share < 0.7:
        return above * 0.5
    if said == "main" and above >= 1:
        return max(above, 1.5)
    return above


_ASKING = 120  # characters of a search or login box at most (assumed)


def _asks(node: LexborNode) -> bool:
    """A form to search or log in by. Some systems wrap an article or the whole page into a form."""
    if node.tag != "form" or len(node.text()) > _ASKING:
        return False
    return any((field.attributes.get("type") or "").lower() != "hidden" for field in node.css("input,select"))


def in_chrome(page: Page, node: LexborNode) -> bool:
    """Does a node of the page's tree stand in a header, footer, menu or dialog rather than in the content?"""
    return page.once(_Chrome).holds(node)


class _Chrome:
    """What has been worked out for one page: many nodes are asked for, and most hang below the same few."""

    def __init__(self, page: Page) -> None:
        self._known: dict[int, bool] = {}
        self._lengths: dict[int, int] = {}

    def holds(self, node: LexborNode) -> bool:
        climbed = []
        held = False
        up: LexborNode | None = node
        while up is not None and up.tag not in ("body", "html") and not held:
            key = up.mem_id
            if key in self._known:
                held = self._known[key]
                break
            climbed.append(key)
            held = self._begins(up)
            up = up.parent
        self._known.update(dict.fromkeys(climbed, held))
        return held

    def _begins(self, node: LexborNode) -> bool:
        """Is the node itself a header, footer, menu or dialog? With most of the text in it it is none."""
        if node.tag in ("nav", "header", "footer") or _asks(node):
            return True
        names = node.attributes
        said = _chrome_name(names.get("class") or "", names.get("id") or "")
        return said == "foot" or (said == "perhaps" and len(node.text()) < self._length_around(node) * 0.7)

    def _length_around(self, node: LexborNode) -> int:
        """Of the text of the body, or of the document for what stands in none."""
        root = node
        while root.parent is not None and root.tag != "body":
            root = root.parent
        key = root.mem_id
        if key not in self._lengths:
            self._lengths[key] = len(root.text())
        return self._lengths[key]


@lru_cache(maxsize=8192)
def _chrome_name(classes: str, identity: str) -> Literal["no", "perhaps", "foot"]:
    name = f"{classes} {identity}"
    if len(name) < 2 or (_AWAY.search(name) is None and _COVER.search(name) is None):
        return "no"
    return "foot" if _FOOT.search(name) is not None else "perhaps"
