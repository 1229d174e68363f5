"""The main list in a piece of HTML: rows with title, link and date, not the menus around it.

One pass over the anchors builds the tree of nodes that hold links; every node whose children repeat is a
candidate; dated rows, long titles and the region decide. Pure: used for pages, frames and script records.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import ada_url
from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.dialects.reading import Row
from crawler.lists.link_tree import LinkTree, Spot
from crawler.lists.row_dates import (
    date_in_attributes,
    dates_beside,
    dates_parallel,
    place,
    seen_text,
    split_date,
    under_year,
)
from crawler.lists.units import PAGE_WORDS, units_of
from crawler.markup.regions import CHROME
from crawler.urls import Base, without_session

_NO_TITLE = re.compile(
    r"^(?:更多|more|查看(?:更多|详情|全部)?|详情|详细|下载|返回(?:顶部|首页|列表|上一页)?|阅读全文|\+|>+|\[.{0,4}\]"
    r"|[【\[]?(?:[大中小]|打印(?:本页|此页|页面|本文|文章|正文)?|关闭(?:本页|此页|窗口|本窗口|页面)?|(?:加入)?收藏(?:本页)?|分享到?|复制链接)[】\]]?"
    r")[>»+…]*$",
    re.I,
)
_TURNS = re.compile(r"[上下]一?[篇条]\s*[:：]")  # the article before and the one after
_DATEISH = re.compile(r"20\d{2}\s?[-/.年]\s?\d|[\[(]\d{2}-\d{2}[\])]")
_WHERE = re.compile(r"(?:位置|所在|您在)\s*[:：]?|^\s*(?:>\s*)+$")  # breadcrumbs without a telling class
_HOME = re.compile(r"^(?:返回)?(?:网站|本站|门户)?首\s?页$")
MOST_WORTH = 2.5  # of one row: a long title and a full date
HUB_SHARE = 0.4  # a list of at least this share of the best one's weight is its rival
_ROW_TAGS = frozenset({"li", "tr", "a", "dd", "dt", "td"})


@dataclass(frozen=True, slots=True)
class Block:
    """One candidate list. `weight` compares candidates of one page only."""

    rows: tuple[Row, ...]
    dated: int
    weight: float
    main: bool  # stands in a region named as content
    shape: str  # tags and classes of its node and the two above: blocks of one template share it


@dataclass(frozen=True, slots=True)
class Blocks:
    """The main list of a piece of HTML, and whether it is rather a hub of several lists."""

    main: Block | None
    hub: bool
    others: tuple[Block, ...] = ()


def read_blocks(tree: LexborHTMLParser, base_url: str, own_url: str = "") -> Blocks:
    """The best list below `tree` by weight. `own_url`: of the page; undated rows that name it are a menu."""
    return _Reader(tree, base_url, own_url).read()


def rows_of(html: str, base_url: str) -> tuple[Row, ...]:
    """The rows of a fragment that is known to be one list (script records, a frame's body)."""
    main = read_blocks(LexborHTMLParser(f'<div class="list">{html}</div>'), base_url).main
    return main.rows if main is not None else ()


class _Reader:
    """One reading of one tree; keeps the link tree and the regions found so far."""

    def __init__(self, tree: LexborHTMLParser, base_url: str, own_url: str) -> None:
        self.base = Base(base_url)
        self.own = own_url.partition("#")[0]
        self.tree = LinkTree(tree)
        self.timed = tree.css_first("time[datetime]") is not None

    def read(self) -> Blocks:
        found: list[tuple[int, Block]] = []
        most = 0.0
        for bound, key in self._candidates():
            if bound < most * HUB_SHARE:
                break  # too few links to matter, even if every one had a date
            block = self._block(self.tree.spots[key])
            if block is not None:
                found.append((key, block))
                most = max(most, block.weight)
        if not found:
            return Blocks(None, False)
        found.sort(key=lambda item: -item[1].weight)
        best_key, best = found[0]
        apart = tuple(block for key, block in found[1:] if not self.tree.kin(key, best_key))
        return Blocks(best, _is_hub(best, apart), apart)

    def _candidates(self) -> list[tuple[float, int]]:
        """(upper bound of the weight, key) of every node that could be a list, most promising first."""
        return sorted(
            (
                (spot.links * MOST_WORTH * self.tree.region(spot), key)
                for key, spot in self.tree.spots.items()
                if len(spot.children) >= 2 or (spot.children and _lonely(spot))
            ),
            key=lambda item: -item[0],  # equals keep document order; a key is an address and orders nothing
        )

    # -- rows

    def _block(self, spot: Spot) -> Block | None:
        region = self.tree.region(spot)
        own = spot.node.text(deep=False)
        if _WHERE.search(own) is not None or _TURNS.search(own) is not None:
            return None
        if region <= CHROME and not self._dated_text(spot):
            return None
        units = units_of(self.tree, spot)
        if not units or (len(units) == 1 and region < 1):
            return None
        held = [(unit, row) for unit in units if self._content(unit) and (row := self._row(unit)) is not None]
        rows = self._dated_beside(spot, [unit for unit, _ in held], [row for _, row in held])
        if not rows or (len(rows) == 1 and region < 1.5 and not _telling(rows[0])):
            return None
        dated = sum(1 for row in rows if row.date is not None or row.month_day is not None)
        if dated == 0 and (self._begins_with_home(units) or any(row.url == self.own != "" for row in rows)):
            return None  # home, or the page itself and its neighbours: the menu of the columns
        # The pages of a split list may stand in nodes that tell more of where they are than what holds them.
        holder = self.tree.above(units[0])
        region = max(region, self.tree.region(holder)) if holder is not None else region
        weight = sum(_worth(row) for row in rows) * region
        return Block(tuple(rows), dated, weight, region >= 1.5, self._shape(spot))

    def _begins_with_home(self, units: list[Spot]) -> bool:
        return units[0].links == 1 and _HOME.match(_squeeze(self.tree.first(units[0]).text())) is not None

    def _shape(self, spot: Spot) -> str:
        parts = []
        up: Spot | None = spot
        for _ in range(3):
            if up is None:
                break
            parts.append(f"{up.node.tag}.{up.node.attributes.get('class') or ''}")
            up = self.tree.above(up)
        return " ".join(parts)

    def _content(self, unit: Spot) -> bool:
        """A unit of its own kind of region (a pager, a breadcrumb, a footer beside the rows) is no row."""
        if unit.links == 1 and _TURNS.match(unit.node.text().strip()) is not None:
            return False
        if unit.node.tag in _ROW_TAGS:
            return True
        own = self.tree.region(unit)
        above = self.tree.above(unit)
        if own <= CHROME and above is not None and self.tree.region(above) > CHROME:
            return False
        return unit.links < 2 or _WHERE.search(unit.node.text(deep=False)) is None

    def _dated_text(self, spot: Spot) -> bool:
        return spot.links >= 3 and _DATEISH.search(spot.node.text()) is not None

    def _row(self, unit: Spot) -> Row | None:
        """Title, link and date of one row; None for pagers, 更多 and rows without a name."""
        title = href = ""
        titles: list[str | None] = []
        for anchor in self.tree.anchors(unit):
            attributes = anchor.attributes
            titles.append(attributes.get("title"))
            if unit.links > 1 and _toggles(attributes) and any(map(_leads, self.tree.anchors(unit))):
                continue
            text = _title(anchor, titles[-1])
            if len(text) > len(title):
                title, href = text, (attributes.get("href") or "").strip()
        if not title or _is_no_title(title):
            return None
        title, found = split_date(title, seen_text(unit.node))
        if not title:
            return None
        url = _absolute(self.base.behind(href), href)
        if found is None and (told := date_in_attributes(unit.node, titles, timed=self.timed)) is not None:
            return Row(title, url, told, None)
        return Row(title, url, *place(under_year(self.tree, unit, found), url))

    def _dated_beside(self, spot: Spot, units: list[Spot], rows: list[Row]) -> list[Row]:
        """Rows without a date whose days stand between them (`<dt>` and `<dd>`, links parted by `<br>`)."""
        if not rows or any(row.date or row.month_day for row in rows):
            return rows
        if _DATEISH.search(spot.node.text()) is None:
            beside = dates_parallel(self.tree, units)
        elif units[0].node.tag in ("li", "tr"):
            return rows  # nothing stands between the items of a list or the rows of a table
        else:
            beside = dates_beside([unit.node for unit in units])
        if sum(found is not None for found in beside) * 2 < len(rows):
            return rows
        return [
            Row(row.title, row.url, *place(found, row.url)) for row, found in zip(rows, beside, strict=True)
        ]


def _toggles(attributes: dict[str, str | None]) -> bool:
    """Only opens what stands below it: the heading of a group."""
    href = (attributes.get("href") or "").strip()
    nowhere = href.startswith("#") or _VOID.fullmatch(href) is not None
    return nowhere and "onclick" not in attributes


_VOID = re.compile(r"(?:javascript:\s*(?:void\s*\(\s*0?\s*\))?\s*;?)?", re.I)


def _leads(anchor: LexborNode) -> bool:
    href = (anchor.attributes.get("href") or "").strip()
    return bool(href) and not href.startswith("#") and href[:11].lower() != "javascript:"


_LONE_TITLE = 8  # characters (assumed)


def _telling(row: Row) -> bool:
    """One row alone, in a region of no name: a list only where it has a whole date and a title."""
    return row.date is not None and len(row.title) >= _LONE_TITLE


def _lonely(spot: Spot) -> bool:
    """A list of one row: nothing repeats, so its tag has to say that it is a list."""
    return spot.links == 1 and spot.node.tag in ("ul", "ol", "tbody")


@lru_cache(maxsize=16384)
def _is_no_title(title: str) -> bool:
    """Kept, as pagers and 更多 stand on every page."""
    return PAGE_WORDS.match(title) is not None or _NO_TITLE.match(title) is not None


@lru_cache(maxsize=16384)
def _absolute(base_url: str, href: str) -> str:
    """The (stripped) link as an absolute http(s) URL by the WHATWG rules; '' where it leads nowhere."""
    if not href or href.startswith("#") or href[:11].lower() == "javascript:":
        return ""
    try:
        url = ada_url.join_url(base_url, href)
    except ValueError:
        return ""
    return without_session(url) if url.startswith("http") else ""


def _title(anchor: LexborNode, attribute: str | None) -> str:
    """What a link is called: its title attribute where the text is cut, a heading inside it, or its text."""
    child = anchor.first_child
    if child is not None and child.next is not None:
        heading = anchor.css_first("h1,h2,h3,h4,h5,.title,.tit,.bt")
        if heading is not None and (text := _squeeze(heading.text(separator=" "))):
            return (_cut(text) and _squeeze(attribute or "")) or text
    text = _squeeze(anchor.text(separator=" "))
    if attribute and (not text or _cut(text)) and (told := _squeeze(attribute)):
        return told
    if not text:
        image = anchor.css_first("img")
        return _squeeze(image.attributes.get("alt") or "") if image is not None else ""
    return text


def _cut(text: str) -> bool:
    return text.endswith(("...", "…", ".."))


def _worth(row: Row) -> float:
    """How much one row speaks for its block being the main list."""
    length = len(row.title)
    worth = 1.0 if length >= 12 else 0.7 if length >= 8 else 0.4 if length >= 5 else 0.15
    if row.date is not None:
        worth += 1.5
    elif row.month_day is not None:
        worth += 1.2
    return worth


def _is_hub(best: Block, apart: tuple[Block, ...]) -> bool:
    """Several lists of about the same weight, and none that is the page's own."""
    rivals = [block for block in apart if len(block.rows) >= 2 and block.weight >= best.weight * HUB_SHARE]
    twins = [block for block in rivals if block.shape == best.shape]
    return len(rivals) >= 2 or (best.dated == 0 and len(twins) >= 1)


def _squeeze(text: str) -> str:
    return " ".join(text.split())
