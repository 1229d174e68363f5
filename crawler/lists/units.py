"""Which nodes below a repeating node are one row of a list each?

Mostly its children; the entries of table rows that hold two each; or what stands in groups of rows: five and
a line, or the hidden pages of a list that a script turns (crawler.lists.split_pages). Pure.
"""

from __future__ import annotations

import re
from collections import Counter

from selectolax.lexbor import LexborNode

from crawler.lists.link_tree import LinkTree, Spot
from crawler.lists.split_pages import alike, any_hidden, split_pages, tabbed
from crawler.markup.dates import FoundDate, find_dates

MAX_ROW_LINKS = 3  # picture, category and title of one entry
MOST_ROW_LINKS = 8  # where each row has exactly one date
LEAST_TITLE = 5  # characters
PAGE_WORDS = re.compile(
    r"^(?:[\d\s<>«»‹›.…|&]+|(?:首|尾|末|前|后|上|下)(?:一)?页|第一页|最后一页|(?:上"
    r"|下)[一1]?页?[>»]*|跳转|转到|GO|确定)$",
    re.I,
)
_SKIP_TAGS = frozenset({"script", "style", "noscript", "template"})
_ROWS = frozenset({"li", "tr", "dl", "div"})
_GROUP_TAGS = frozenset({"ul", "ol", "tbody", "table"})


def units_of(tree: LinkTree, spot: Spot) -> list[Spot]:
    """The nodes that are one row each; [] where what repeats are lists of their own."""
    children = tree.below(spot)
    tags = Counter(child.node.tag for child in children)
    tag, _ = tags.most_common(1)[0]
    same = [child for child in children if child.node.tag == tag]
    many = sum(1 for child in same if child.links > MAX_ROW_LINKS)
    if many * 2 < len(same):
        if _side_by_side(tree, same):
            return [unit for child in same for unit in tree.below(child)]
        return _held(tree, spot, [child for child in same if child.links <= MAX_ROW_LINKS])
    if len(same) < 2:
        return []
    if _rich_rows(same):
        return same
    if _plain_groups(tree, spot, same) and _untitled(tree, spot, same):
        return [unit for child in same for unit in tree.below(child)]
    return _split(tree, spot, [child for child in same if not _turns(tree, child)])


def _untitled(tree: LinkTree, spot: Spot, groups: list[Spot]) -> bool:
    """Are they all shown, and not under names of their own?"""
    nodes = [group.node for group in groups]
    return not any_hidden(nodes) and not tabbed(tree, spot, nodes)


def _split(tree: LinkTree, spot: Spot, groups: list[Spot]) -> list[Spot]:
    """The rows of all groups, where they are pages of one list."""
    if len(groups) < 2 or not alike(groups):
        return []
    pages = [(group, _page_units(tree, group)) for group in groups]
    if all(units for _, units in pages) and split_pages(tree, spot, pages):
        return [unit for _, units in pages for unit in units]
    return []


def _page_units(tree: LinkTree, group: Spot) -> list[Spot]:
    """The rows of what may be one page of a list, however many nodes are wrapped around them."""
    while len(group.children) == 1 and group.links > 1:
        (group,) = tree.below(group)
    return [group] if group.links == 1 else units_of(tree, group)


def _held(tree: LinkTree, spot: Spot, units: list[Spot]) -> list[Spot]:
    """The units, if they hold at least half of what is linked here; page turners do not count."""
    held = sum(unit.links for unit in units)
    if held * 2 >= spot.links:
        return units
    chosen = {unit.node.mem_id for unit in units}
    rest = (child for child in tree.below(spot) if child.node.mem_id not in chosen)
    turners = sum(child.links for child in rest if _turns(tree, child))
    return units if held * 2 >= spot.links - turners else []


def _turns(tree: LinkTree, spot: Spot) -> bool:
    """Do all links below turn pages? The first one mostly tells that they do not."""
    return _is_turner(tree.first(spot)) and all(map(_is_turner, tree.anchors(spot)))


def _is_turner(anchor: LexborNode) -> bool:
    return PAGE_WORDS.match(" ".join(anchor.text().split())) is not None


def _side_by_side(tree: LinkTree, children: list[Spot]) -> bool:
    """Table rows that hold two entries each, with a date for each."""
    first = children[0]
    if len(first.children) < 2 or len(_dates(first)) < len(first.children):
        return False
    anchors = [anchor for child in children for anchor in tree.anchors(child)]
    if len({anchor.attributes.get("href") for anchor in anchors}) < len(anchors):
        return False  # the second link of each row leads to the same few offices
    return all(len(anchor.text(strip=True)) >= LEAST_TITLE for anchor in tree.anchors(first))


def _rich_rows(children: list[Spot]) -> bool:
    """Rows with more links than usual (category, title, a picture version, downloads): one date each."""
    if len(children) < 3 or children[0].node.tag not in _ROWS:
        return False
    if any(child.links > MOST_ROW_LINKS for child in children) or not alike(children):
        return False
    return all(len(_dates(child)) == 1 for child in children)


def _dates(spot: Spot) -> list[FoundDate]:
    return list(find_dates(spot.node.text(separator=" "), short=True))


def _plain_groups(tree: LinkTree, spot: Spot, groups: list[Spot]) -> bool:
    """Groups of rows (five and a line, five and a line) without headings between them."""
    if any(group.node.tag not in _GROUP_TAGS for group in groups):
        return False
    if spot.node.text(deep=False).strip():
        return False
    inside = {group.node.mem_id for group in groups}
    for child in spot.node.iter():
        if child.mem_id not in inside and child.tag not in _SKIP_TAGS and child.text().strip():
            return False
    return all(
        len(group.children) >= 2
        and all(unit.links <= MAX_ROW_LINKS for unit in tree.below(group))
        and group.node.css_first("h1,h2,h3,h4") is None
        for group in groups
    )
