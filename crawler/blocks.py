"""The main list in a piece of HTML: rows with title, link and date, not the menus around it.

One pass over the anchors builds the tree of nodes that hold links; every node whose children repeat is a
candidate; dated rows, long titles and the region decide. Pure: used for pages, frames and script records.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import ada_url
from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.dates import FoundDate, find_dates, url_date
from crawler.dialects.reading import Row
from crawler.regions import CHROME, weigh
from crawler.urls import Base

_PAGE_WORDS = re.compile(
    r"^(?:[\d\s<>«»‹›.…|&]+|(?:首|尾|末|前|后|上|下)(?:一)?页|第一页|最后一页|(?:上"
    r"|下)[一1]?页?[>»]*|跳转|转到|GO|确定)$",
    re.I,
)
_NO_TITLE = re.compile(
    r"^(?:更多|more|查看(?:更多|详情|全部)?|详情|详细|下载|打印|返回|阅读全文|\+|>+|\[.{0,4}\])[>»+…]*$", re.I
)
_SKIP_TAGS = frozenset({"script", "style", "noscript", "template"})
_DATEISH = re.compile(r"20\d{2}\s?[-/.年]\s?\d|[\[(]\d{2}-\d{2}[\])]")
_CLOCK = re.compile(r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?")
_WHERE = re.compile(r"(?:位置|所在|您在)\s*[:：]?|^\s*(?:>\s*)+$")  # breadcrumbs without a telling class
MOST_WORTH = 2.5  # of one row: a long title and a full date
HUB_SHARE = 0.4  # a list of at least this share of the best one's weight is its rival
_ROW_TAGS = frozenset({"li", "tr", "a", "dd", "dt", "td"})
MAX_ROW_LINKS = 3  # picture, category and title of one entry
_DATE_TRIM = " \t[](){}（）【】〔〕<>《》|·-—:：,，\u3000\xa0"
_LABELS = re.compile(
    r"(?:发布|公布|更新|成文|印发|生成|公开|发文|受理|写信|留言)?(?:时间|日期|日间)\s*[:：]?\s*$"
)


class _Spot:
    """A node that holds links: its children that hold links, and how many links there are below.

    Others are named by key: a circle of references would keep the page's tree until the next collection.
    """

    __slots__ = ("children", "links", "node", "parent", "region")

    def __init__(self, node: LexborNode, children: list[int]) -> None:
        self.node = node
        self.parent: int | None = None
        self.children = children
        self.links = 1
        self.region: float | None = None  # weight of where it stands, filled when asked


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


def read_blocks(tree: LexborHTMLParser, base_url: str) -> Blocks:
    """The best list below `tree` by weight."""
    return _Reader(tree, base_url).read()


def rows_of(html: str, base_url: str) -> tuple[Row, ...]:
    """The rows of a fragment that is known to be one list (script records, a frame's body)."""
    main = read_blocks(LexborHTMLParser(f'<div class="list">{html}</div>'), base_url).main
    return main.rows if main is not None else ()


class _Reader:
    """One reading of one tree; keeps the link tree and the regions found so far."""

    def __init__(self, tree: LexborHTMLParser, base_url: str) -> None:
        self.base = Base(base_url)
        self.spots: dict[int, _Spot] = {}
        self.total = 0
        self._plant(tree)

    def _plant(self, tree: LexborHTMLParser) -> None:
        """Build the tree of link-holding nodes: each anchor climbs until it meets a known node."""
        spots = self.spots
        joined: dict[int, int] = {}  # how many anchors met each known node
        for anchor in tree.css("a"):
            key = anchor.mem_id
            spot = spots[key] = _Spot(anchor, [])
            self.total += 1
            node = anchor.parent
            while node is not None:
                upper = spot.parent = node.mem_id
                known = spots.get(upper)
                if known is not None:
                    if known.children:
                        joined[upper] = joined.get(upper, 0) + 1
                    else:  # a link within a link: what holds both counts it once
                        known.links += 1
                    known.children.append(key)
                    break
                spot = spots[upper] = _Spot(node, [key])
                key = upper
                node = node.parent
        for met, count in joined.items():
            up: int | None = met
            while up is not None:
                spots[up].links += count
                up = spots[up].parent

    def read(self) -> Blocks:
        found: list[tuple[int, Block]] = []
        most = 0.0
        for bound, key in self._candidates():
            if bound < most * HUB_SHARE:
                break  # too few links to matter, even if every one had a date
            block = self._block(self.spots[key])
            if block is not None:
                found.append((key, block))
                most = max(most, block.weight)
        if not found:
            return Blocks(None, False)
        found.sort(key=lambda item: -item[1].weight)
        best_key, best = found[0]
        apart = tuple(block for key, block in found[1:] if not self._kin(key, best_key))
        return Blocks(best, _is_hub(best, apart), apart)

    def _candidates(self) -> list[tuple[float, int]]:
        """(upper bound of the weight, key) of every node that could be a list, most promising first."""
        return sorted(
            (
                (spot.links * MOST_WORTH * self._region(spot), key)
                for key, spot in self.spots.items()
                if len(spot.children) >= 2 or (spot.children and _lonely(spot))
            ),
            key=lambda item: -item[0],  # equals keep document order; a key is an address and orders nothing
        )

    def _kin(self, one: int, other: int) -> bool:
        return self._above(one, other) or self._above(other, one)

    def _above(self, upper: int, key: int | None) -> bool:
        while key is not None:
            if key == upper:
                return True
            key = self.spots[key].parent
        return False

    # -- regions

    def _region(self, spot: _Spot) -> float:
        if spot.region is None:
            above = 1.0 if spot.parent is None else self._region(self.spots[spot.parent])
            spot.region = weigh(spot.node, spot.links / self.total, above)
        return spot.region

    # -- rows

    def _block(self, spot: _Spot) -> Block | None:
        region = self._region(spot)
        if _WHERE.search(spot.node.text(deep=False)) is not None:
            return None
        if region <= CHROME and not self._dated_text(spot):
            return None
        units = self._units(spot)
        if not units or (len(units) == 1 and region < 1.5):
            return None
        rows = [row for row in (self._row(unit) for unit in units if self._content(unit)) if row is not None]
        if not rows or (len(rows) == 1 and region < 1.5):
            return None
        dated = sum(1 for row in rows if row.date is not None or row.month_day is not None)
        weight = sum(_worth(row) for row in rows) * region
        return Block(tuple(rows), dated, weight, region >= 1.5, self._shape(spot))

    def _shape(self, spot: _Spot) -> str:
        parts = []
        up: _Spot | None = spot
        for _ in range(3):
            if up is None:
                break
            parts.append(f"{up.node.tag}.{up.node.attributes.get('class') or ''}")
            up = self.spots[up.parent] if up.parent is not None else None
        return " ".join(parts)

    def _content(self, unit: _Spot) -> bool:
        """A unit of its own kind of region (a pager, a breadcrumb, a footer beside the rows) is no row."""
        if unit.node.tag in _ROW_TAGS:
            return True
        own = self._region(unit)
        if own <= CHROME and unit.parent is not None and self._region(self.spots[unit.parent]) > CHROME:
            return False
        return unit.links < 2 or _WHERE.search(unit.node.text(deep=False)) is None

    def _dated_text(self, spot: _Spot) -> bool:
        return spot.links >= 3 and _DATEISH.search(spot.node.text()) is not None

    def _units(self, spot: _Spot) -> list[_Spot]:
        """The nodes that are one row each: the children, or the grandchildren of plain groups of rows."""
        children = [self.spots[key] for key in spot.children]
        tags = Counter(child.node.tag for child in children)
        tag, _ = tags.most_common(1)[0]
        same = [child for child in children if child.node.tag == tag]
        many = sum(1 for child in same if child.links > MAX_ROW_LINKS)
        if many * 2 < len(same):
            if self._side_by_side(same):
                return [self.spots[key] for child in same for key in child.children]
            return self._held(spot, [child for child in same if child.links <= MAX_ROW_LINKS])
        if len(same) >= 2 and self._plain_groups(spot, same):
            return [self.spots[key] for child in same for key in child.children]
        return []

    def _held(self, spot: _Spot, units: list[_Spot]) -> list[_Spot]:
        """The units, if they hold at least half of what is linked here; page turners do not count."""
        held = sum(unit.links for unit in units)
        if held * 2 >= spot.links:
            return units
        chosen = {unit.node.mem_id for unit in units}
        rest = (self.spots[key] for key in spot.children if self.spots[key].node.mem_id not in chosen)
        turners = sum(child.links for child in rest if self._turns(child))
        return units if held * 2 >= spot.links - turners else []

    def _turns(self, spot: _Spot) -> bool:
        return all(_PAGE_WORDS.match(_squeeze(anchor.text())) for anchor in self._anchors(spot))

    def _side_by_side(self, children: list[_Spot]) -> bool:
        """Table rows that hold two entries each, with a date for each."""
        first = children[0]
        return (
            len(first.children) >= 2
            and len({self.spots[key].node.attributes.get("href") for key in first.children}) > 1
            and sum(1 for _ in find_dates(first.node.text(separator=" "))) >= len(first.children)
        )

    def _plain_groups(self, spot: _Spot, groups: list[_Spot]) -> bool:
        """Groups of rows (five and a line, five and a line) without headings between them."""
        if any(group.node.tag not in ("ul", "ol", "tbody", "table", "div") for group in groups):
            return False
        if spot.node.text(deep=False).strip():
            return False
        inside = {group.node.mem_id for group in groups}
        for child in spot.node.iter():
            if child.mem_id not in inside and child.tag not in _SKIP_TAGS and child.text().strip():
                return False
        return all(
            len(group.children) >= 2
            and all(self.spots[key].links <= MAX_ROW_LINKS for key in group.children)
            and group.node.css_first("h1,h2,h3,h4") is None
            and group.node.tag in ("ul", "ol", "tbody", "table")
            for group in groups
        )

    def _anchors(self, unit: _Spot) -> list[LexborNode]:
        if not unit.children:
            return [unit.node]
        if unit.links == 1:  # one chain down to one link
            while unit.children:
                unit = self.spots[unit.children[0]]
            return [unit.node]
        return [node for key in unit.children for node in self._anchors(self.spots[key])]

    def _row(self, unit: _Spot) -> Row | None:
        """Title, link and date of one row; None for pagers, 更多 and rows without a name."""
        title = href = ""
        for anchor in self._anchors(unit):
            attributes = anchor.attributes
            text = _title(anchor, attributes.get("title"))
            if len(text) > len(title):
                title, href = text, (attributes.get("href") or "").strip()
        if not title or _is_no_title(title):
            return None
        title, found = _date_of(title, _squeeze(unit.node.text(separator=" ")))
        if not title:
            return None
        url = _absolute(self.base.behind(href), href)
        if found is None:
            return Row(title, url, url_date(url), None)
        return Row(title, url, found.day, found.month_day)


def _lonely(spot: _Spot) -> bool:
    """A list of one row: nothing repeats, so its tag has to say that it is a list."""
    return spot.links == 1 and spot.node.tag in ("ul", "ol", "tbody")


@lru_cache(maxsize=16384)
def _is_no_title(title: str) -> bool:
    """Kept, as pagers and 更多 stand on every page."""
    return _PAGE_WORDS.match(title) is not None or _NO_TITLE.match(title) is not None


@lru_cache(maxsize=16384)
def _absolute(base_url: str, href: str) -> str:
    """The (stripped) link as an absolute http(s) URL by the WHATWG rules; '' where it leads nowhere."""
    if not href or href.startswith("#") or href[:11].lower() == "javascript:":
        return ""
    try:
        url = ada_url.join_url(base_url, href)
    except ValueError:
        return ""
    return url if url.startswith("http") else ""


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


def _date_of(title: str, whole: str) -> tuple[str, FoundDate | None]:
    """The row's date, from beside the title rather than from inside it, and the title without it."""
    found = _date_in(whole.replace(title, " \n ", 1))
    return (title, found) if found is not None else _split(title)


@lru_cache(maxsize=8192)
def _date_in(beside: str) -> FoundDate | None:
    """The last full date, else the last month and day. Kept: a day stands beside many titles."""
    found = list(find_dates(beside, short=True))
    full = [item for item in found if item.day is not None]
    return full[-1] if full else found[-1] if found else None


def _split(title: str) -> tuple[str, FoundDate | None]:
    """A title and the date at its end, or in brackets before it."""
    for item in find_dates(title, short=True):
        before, after = title[: item.start].strip(_DATE_TRIM), title[item.end :].strip(_DATE_TRIM)
        if not after or _CLOCK.fullmatch(after):
            return _LABELS.sub("", title[: item.start]).rstrip(
                _DATE_TRIM.replace("》", "").replace("）", "")
            ), item
        if not before and title[item.start - 1 : item.start] in ("[", "(", "（", "【", ""):
            return after, item
    return title, None


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
