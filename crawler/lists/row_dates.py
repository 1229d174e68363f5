"""Where does a row of a list say its day: beside its title, in attributes, between the rows, in its address?

Old tables keep the days in a list of their own, and lists of years leave the year to a heading. Texts go
before attributes, attributes before the address. Pure. Source: the date traps of the column check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from functools import lru_cache

from selectolax.lexbor import LexborNode

from crawler.lists.link_tree import LinkTree, Spot
from crawler.markup.dates import FoundDate, MonthDay, find_dates, parse_date, plain, url_date

_CLOCK = re.compile(r"\d{1,2}[:：]\d{2}(?:[:：]\d{2})?")
_DATE_TRIM = " \t[](){}（）【】〔〕<>《》|·-—:：,，\u3000\xa0"
_LABELS = re.compile(
    r"(?:发布|公布|更新|成文|印发|生成|公开|发文|受理|写信|留言)?(?:时间|日期|日间)\s*[:：]?\s*$"
)
# A link's title attribute repeats the title, dates in it included: only a labelled one is the row's own.
_TOLD = re.compile(r"(?:时间|日期)\s*[:：]\s*(?=[12０-９])")
_HIDDEN = "[style*='none'],[hidden]"
YEAR_ALONE = re.compile(r"^[\[【(（]?\s*((?:19|20)\d{2})\s*年?(?:度)?\s*[\])）】]?$")
_TWO_DIGITS = re.compile(r"(?<![\d\-/.])([12]\d)[-/.]([01]\d)[-/.]([0-3]\d)(?![\d\-/.])")
_MONTH_DAY_YEAR = re.compile(
    r"(?<![\d\-/.年])(\d{1,2})[-/.](\d{2}) (20\d{2})(?![\d年\-/.])"
    r"|(?<!\d)(20\d{2}) (\d{1,2})[-/.](\d{2})(?![\d\-/.])"
)
LEAST_PARALLEL = 3  # rows; as many days beside fewer may be anything
_UNDER_YEAR = 3  # levels above a row in which the heading that names its year may stand
_BESIDE = 120  # characters; a longer text between two links is no date


def split_date(title: str, whole: str) -> tuple[str, FoundDate | None]:
    """The row's date, from beside the title rather than from inside it, and the title without it."""
    found = _date_in(whole.replace(title, " \n ", 1))
    return (title, found) if found is not None else _split(title)


@lru_cache(maxsize=8192)
def _date_in(beside: str) -> FoundDate | None:
    """The last full date, else the last month and day. Kept: a day stands beside many titles."""
    found = list(find_dates(beside, short=True))
    full = [item for item in found if item.day is not None]
    if full:
        return full[-1]
    return next(_apart(beside), None) or (found[-1] if found else None)


def _apart(text: str) -> Iterator[FoundDate]:
    """Forms that only a row can have: the year behind or in front of month and day, or two digits of it."""
    for match in _MONTH_DAY_YEAR.finditer(text):
        year, month, day = (match[3], match[1], match[2]) if match[3] else (match[4], match[5], match[6])
        yield from _found(int(year), int(month), int(day), match)
    for match in _TWO_DIGITS.finditer(text):
        yield from _found(2000 + int(match[1]), int(match[2]), int(match[3]), match)


def _found(year: int, month: int, day: int, match: re.Match[str]) -> Iterator[FoundDate]:
    with suppress(ValueError):
        yield FoundDate(date(year, month, day), None, match.start(), match.end())


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


def place(found: FoundDate | None, url: str) -> tuple[date | None, MonthDay | None]:
    """Day, or month and day, of a row. An address that names the same month and day tells the year."""
    if found is not None and found.day is not None:
        return found.day, None
    linked = url_date(url)
    if found is None or found.month_day is None:
        return linked, None
    if linked is not None and found.month_day == (linked.month, linked.day):
        return linked, None
    return None, found.month_day


_YEARS = re.compile(r"(?:19|20)\d\d")  # in 2026-01-20 stands one only: seen without a look for dates


def seen_text(row: LexborNode) -> str:
    """The row's text on one line, without what it keeps hidden (a box of details with days of its own)."""
    text = " ".join(row.text(separator=" ").split())
    if text.count("20") < 2 or len(_YEARS.findall(plain(text))) < 2 or sum(1 for _ in find_dates(text)) < 2:
        return text
    for node in row.css(_HIDDEN):
        hidden = " ".join(node.text(separator=" ").split())
        if hidden and len(hidden) < len(text):
            text = text.replace(hidden, " ", 1)
    return text


def under_year(tree: LinkTree, row: Spot, found: FoundDate | None) -> FoundDate | None:
    """A month and day in the year that a heading above the rows names, and nothing but it."""
    if found is None or found.month_day is None:
        return found
    holder = tree.above(row)
    for _ in range(_UNDER_YEAR):
        heading = _element_before(holder.node) if holder is not None else None
        year = (
            YEAR_ALONE.match(" ".join(heading.text(separator=" ").split())) if heading is not None else None
        )
        if year is not None:
            month_day = found.month_day
            return next(_found(int(year[1]), month_day.month, month_day.day, year), found)
        holder = tree.above(holder) if holder is not None else None
    return found


def _element_before(node: LexborNode) -> LexborNode | None:
    before = node.prev
    while before is not None and (before.tag or "-")[0] in "-_":
        before = before.prev
    return before


def dates_parallel(tree: LinkTree, rows: Sequence[Spot]) -> list[FoundDate | None]:
    """Days in a list without links beside the list of titles, one for each row."""
    holder = tree.above(rows[0])
    around = tree.above(holder) if holder is not None else None
    alone = around is not None and holder is not None and around.links == holder.links
    if around is None or not alone or len({row.parent for row in rows}) > 1:
        return [None] * len(rows)
    for sibling in around.node.iter():
        if sibling.mem_id not in tree.spots and sibling.tag not in ("script", "style"):
            days = [
                day for child in sibling.iter() if (day := _date_in(child.text(separator=" "))) is not None
            ]
            if len(days) == len(rows) >= LEAST_PARALLEL:
                return list(days)
    return [None] * len(rows)


def date_in_attributes(row: LexborNode, titles: Sequence[str | None], *, timed: bool) -> date | None:
    """`<time datetime>` of the row (looked for where the page is `timed`), or a labelled day in a title."""
    if timed and (node := row.css_first("time[datetime]")) is not None:
        day = parse_date((node.attributes.get("datetime") or "")[:10])
        if day is not None:
            return day
    for title in titles:
        told = _TOLD.search(title) if title else None
        if title and told is not None:
            return parse_date(title[told.end() : told.end() + 24])
    return None


def dates_beside(rows: Sequence[LexborNode]) -> list[FoundDate | None]:
    """What stands between rows that show no date: after each of them, or before each where the first
    date stands before the first row."""
    own = {row.mem_id for row in rows}
    first, last = _text(_before(rows[0], own)), _text(_after(rows[-1], own))
    leading = _date_in(first) is not None and _date_in(last) is None
    step = _before if leading else _after
    return [_date_in(_text(step(row, own))) for row in rows]


def _after(row: LexborNode, own: set[int]) -> Iterator[LexborNode]:
    node = row.next
    while node is not None and node.mem_id not in own:
        yield node
        node = node.next


def _before(row: LexborNode, own: set[int]) -> Iterator[LexborNode]:
    node = row.prev
    while node is not None and node.mem_id not in own:
        yield node
        node = node.prev


def _text(nodes: Iterator[LexborNode]) -> str:
    """Of the nodes up to a link; '' where it is too long for a date."""
    parts: list[str] = []
    for node in nodes:
        if node.tag in ("script", "style") or node.is_comment_node:
            continue
        if node.tag == "a" or (node.tag != "-text" and node.css_first("a") is not None):
            break
        parts.append((node.text_content or "") if node.tag == "-text" else node.text(separator=" "))
    text = " ".join(" ".join(parts).split())
    return text if len(text) <= _BESIDE else ""
