"""Which nodes below a repeating node are one row of a list each?

Mostly its children; the entries of table rows that hold two each; or what stands in groups of rows: five and
a line, or the hidden pages of a list that a script turns (crawler.split_pages). Pure.
"""

from __future__ import annotations

import re
from collections import Counter

from crawler.dates import find_dates
from crawler.link_tree import LinkTree, Spot
from crawler.split_pages import alike, any_hidden, split_pages, tabbed

MAX_ROW_LINKS = 3  # picture, category and title of one entry
PAGE_WORDS = re.compile(
    r"^(?:[\d\s<>«»‹›.…|&]+|(?:首|尾|末|前|后|上|下)(?:一)?页|第一页|最后一页|(?:上"
    r"|下)[一1]?页?[>»]*|跳转|转到|GO|确定)$",
    re.I,
)
_SKIP_TAGS = frozenset({"script", "style", "noscript", "template"})
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
    nodes = [child.node for child in same]
    if _plain_groups(tree, spot, same) and not any_hidden(nodes) and not tabbed(tree, spot, nodes):
        return [unit for child in same for unit in tree.below(child)]
    return _split(tree, spot, [child for child in same if not _turns(tree, child)])


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
    return all(PAGE_WORDS.match(" ".join(anchor.text().split())) for anchor in tree.anchors(spot))


def _side_by_side(tree: LinkTree, children: list[Spot]) -> bool:
    """Table rows that hold two entries each, with a date for each."""
    first = children[0]
    return (
        len(first.children) >= 2
        and len({child.node.attributes.get("href") for child in tree.below(first)}) > 1
        and sum(1 for _ in find_dates(first.node.text(separator=" "))) >= len(first.children)
    )


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
