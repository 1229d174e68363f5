"""Are these sibling groups of rows the pages of one list, or the tabs of several?

A small system hands out a whole list at once, cut into groups of which a script shows one. Tabs of a home
page look the same, but each starts with the newest again and stands under a name of its own. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from selectolax.lexbor import LexborNode

from crawler.lists.link_tree import LinkTree, Spot
from crawler.lists.row_dates import YEAR_ALONE
from crawler.markup.dates import find_dates
from crawler.markup.regions import CHROME

Pages = Sequence[tuple[Spot, list[Spot]]]  # each group with its rows

_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_STATE = re.compile(  # words that say which group is shown just now; numbers tell the groups apart
    r"(?:^|(?<=[\s_-]))(?:on|off|active|cur|current|now|this|sel(?:ected)?|show|block|hide|hidden|none|dn|dis(?:none)?"
    r"|invisible|first|last)(?=$|[\s_-])|[\d_-]+",
    re.IGNORECASE,
)
_HIDDEN_CLASS = re.compile(r"(?:^|[\s_-])(?:hide|hidden|none|dn|d-none|disnone|invisible)(?=$|[\s_-])", re.I)
_TABBED = re.compile(
    r"tab(?:s|con|box|list|bd|body|item|pane|panel)?(?=$|[\s\d_-])|slide[rs]?|swiper|xxk|qiehuan", re.I
)
_PAGED = re.compile(r"pag(?:e|ing|inat)|fenye|(?:^|[\s_-])fy(?=$|[\s\d_-])", re.IGNORECASE)
_TURNER = re.compile(
    r"^(?:[\d\s/<>«»‹›.…|&\[\]]+|(?:首|尾|末|前|后|上|下)一?页|第\s*\d*\s*页|共\s*\d+\s*[页条].{0,12}|[条页]|转到|跳转|go|确定"
    r"|prev|next|(?:当前)?第|共)$",
    re.IGNORECASE,
)
_UNSEEN = frozenset({"script", "style", "noscript", "template", "-text", "-comment", "_comment"})
_HEADINGS = "h1,h2,h3,h4,h5"
_MORE = re.compile(r"^[\[【]?(?:更多|more|查看更多).{0,4}$", re.IGNORECASE)
_CRUMB = ("首页", "当前", "您", "你", "位置", "所在", "现在")
_YEAR = 366
MOST_LABEL = 12  # characters of a tab's name


def alike(groups: Sequence[Spot]) -> bool:
    """Are all of one template, but for what tells them apart and which one is shown?"""
    return len({_template(group.node) for group in groups}) == 1


def split_pages(tree: LinkTree, spot: Spot, pages: Pages) -> bool:
    """Do the groups below `spot`, in this order, make one list?

    Their days running on say so, also without a pager; with hidden groups and a pager it is told without
    days. What lies under names of its own, or starts anew with each group, stays apart.
    """
    groups = [group.node for group, _ in pages]
    units = [rows for _, rows in pages]
    if _yearly(spot.node, groups):
        return True
    if _parted(spot.node, groups):
        return False
    if len({_leading(group, rows[0].node) for group, rows in zip(groups, units, strict=True)}) > 1:
        return False  # the head of a table is the same on each page, the name of a box is not
    if any(len(group.css(_HEADINGS)) % len(rows) for group, rows in zip(groups, units, strict=True)):
        return False
    on = _runs_on(units)
    if on is False:
        return False
    if on:
        return not tabbed(tree, spot, groups)
    return any_hidden(groups) and _turned(tree, spot, groups) and not tabbed(tree, spot, groups)


def tabbed(tree: LinkTree, spot: Spot, groups: Sequence[LexborNode]) -> bool:
    """Do the groups lie under names of their own, rather than under the numbers of a pager?"""
    named = _TABBED.search(_names(spot.node)) is not None
    before = _around(tree, spot, groups, before=True)
    named = named or any(_labels(node, len(groups)) for node in before if not _is_menu(tree, node))
    return named and not _turned(tree, spot, groups)


def any_hidden(groups: Sequence[LexborNode]) -> bool:
    return any(map(_is_hidden, groups))


def _turned(tree: LinkTree, spot: Spot, groups: Sequence[LexborNode]) -> bool:
    """Is there a pager, or are the groups called pages?"""
    if all(_PAGED.search(_names(group)) for group in groups):
        return True
    return any(map(_is_pager, _around(tree, spot, groups)))


def _names(node: LexborNode) -> str:
    attributes = node.attributes
    return f"{attributes.get('class') or ''} {attributes.get('id') or ''}"


@lru_cache(maxsize=4096)
def _plain_name(classes: str) -> str:
    return " ".join(sorted(_STATE.sub("", classes).split()))


def _template(group: LexborNode) -> str:
    return f"{group.tag} {_plain_name(group.attributes.get('class') or '')}"


def _is_hidden(group: LexborNode) -> bool:
    attributes = group.attributes
    if "hidden" in attributes or _HIDING.search(attributes.get("style") or ""):
        return True
    return _HIDDEN_CLASS.search(attributes.get("class") or "") is not None


def _parted(node: LexborNode, groups: Sequence[LexborNode]) -> bool:
    """Does text, other than a pager's, stand between the groups?"""
    inside = {group.mem_id for group in groups}
    met, pending = 0, False
    for child in node.iter(include_text=True):
        if child.mem_id in inside:
            if met and pending:
                return True
            met, pending = met + 1, False
        elif child.tag not in _UNSEEN or child.tag == "-text":
            pending = pending or any(not _TURNER.match(piece) for piece in _pieces(child))
    return False


def _leading(group: LexborNode, row: LexborNode) -> tuple[str, ...]:
    """The texts of a group in front of its first row."""
    own = _pieces(row)
    found = _pieces(group)
    return tuple(found[: found.index(own[0])]) if own and own[0] in found else ()


def _yearly(node: LexborNode, groups: Sequence[LexborNode]) -> bool:
    """Does each group stand under a year of its own, newest or oldest first?"""
    years: list[int] = []
    inside = {group.mem_id for group in groups}
    pending: list[str] = []
    for child in node.iter(include_text=True):
        if child.mem_id in inside:
            named = pending or _pieces(child)[:1]
            year = YEAR_ALONE.match(named[-1]) if named else None
            if year is None:
                return False
            years.append(int(year[1]))
            pending = []
        elif child.tag not in _UNSEEN or child.tag == "-text":
            pending += _pieces(child)
    return len(set(years)) == len(years) and years in (sorted(years), sorted(years, reverse=True))


def _around(
    tree: LinkTree, spot: Spot, groups: Sequence[LexborNode], *, before: bool = False
) -> Iterator[LexborNode]:
    """What stands beside the groups and beside the two nodes around them; `before`: only in front."""
    inside = {group.mem_id for group in groups}
    holder: Spot | None = spot
    for _ in range(3):
        if holder is None or holder.node.tag == "html":
            return
        for child in holder.node.iter():
            if child.mem_id in inside:
                if before:
                    break
            elif child.tag not in _UNSEEN:
                yield child
        inside = {holder.node.mem_id}
        holder = tree.above(holder)


def _pieces(node: LexborNode) -> list[str]:
    text = node.text_content or "" if node.tag == "-text" else node.text(separator="\n")
    return [piece for line in text.split("\n") if (piece := line.strip(" \t\r\xa0\u3000|"))]


def _is_pager(node: LexborNode) -> bool:
    pieces = _pieces(node)
    if not pieces:  # a script fills it
        return _PAGED.search(_names(node)) is not None
    if len(pieces) > 40:
        return False
    turners = sum(1 for piece in pieces if _TURNER.match(piece))
    return turners >= 2 and turners * 3 >= len(pieces) * 2


def _is_menu(tree: LinkTree, node: LexborNode) -> bool:
    spot = tree.spots.get(node.mem_id)
    return spot is not None and tree.region(spot) <= CHROME and _TABBED.search(_names(node)) is None


def _labels(node: LexborNode, groups: int) -> bool:
    """Could its texts be the names of the groups, one each (更多 aside)?"""
    pieces = [piece for piece in _pieces(node) if not _MORE.match(piece)]
    if len(pieces) != groups or pieces[0].startswith(_CRUMB):
        return False
    return all(len(piece) <= MOST_LABEL and not _TURNER.match(piece) for piece in pieces)


def _runs_on(pages: list[list[Spot]]) -> bool | None:
    """Do the days go on from each group to the next? None where too few rows are dated or none is sorted."""
    days = [[day for unit in units if (day := _day(unit)) is not None] for units in pages]
    if any(len(known) * 4 < len(units) * 3 for known, units in zip(days, pages, strict=True)):
        return None
    full = all(day > _YEAR * 2 for known in days for day in known)
    for sign in (1, -1):
        if all(_falls(known, full, sign) for known in days):
            ends = [[one[-1], other[0]] for one, other in pairwise(days)]
            if all(_falls(end, full, sign) for end in ends):
                return True
            if len({day for known in days for day in known}) > len(days):
                return False
    return None


def _falls(days: list[int], full: bool, sign: int) -> bool:
    """Newest first (or, by `sign`, oldest first). Without a year, January may stand before December."""
    steps = [(one - other) * sign for one, other in pairwise(days)]
    return all(step >= 0 if full else step % _YEAR < _YEAR // 2 for step in steps)


def _day(unit: Spot) -> int | None:
    """The last date of a row as a number: of the day, or of the month and day alone."""
    found = list(find_dates(unit.node.text(separator=" "), short=True))
    if not found:
        return None
    last = found[-1]
    if last.day is not None:
        return last.day.toordinal()
    return last.month_day.month * 31 + last.month_day.day if last.month_day is not None else None
