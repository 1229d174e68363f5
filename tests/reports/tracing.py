"""Can an evaluator trace every lost point in two clicks to the page it stands on?

First click: the unit's name in the ranking. Second: a link that stands with the lost point itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from selectolax.lexbor import LexborHTMLParser

from reports.html import pages
from reports.model import ItemView, ReportData


def untraceable(report: ReportData, made: Mapping[str, str] | None = None) -> list[str]:
    """Every lost point that does not lead there, in one line. `made`: the pages, where they are at hand."""
    made = made if made is not None else pages(report)
    cover = LexborHTMLParser(made["index.html"])
    ranked = {node.attributes["href"] for node in cover.css("#ranking a[href]")}
    told = []
    for unit in report.units:
        if unit.file not in ranked:
            told.append(f"{unit.id}: not in the ranking")
        page = LexborHTMLParser(made[unit.file])
        for item in unit.lost:
            told += [f"{unit.id} {item.code}: {what}" for what in _of_item(page, item)]
    return told


def _of_item(page: LexborHTMLParser, item: ItemView) -> Iterator[str]:
    block = page.css_first(f'#lost [id="{item.anchor}"]')
    if block is None:
        yield "not on the unit's page"
        return
    if not item.blamed:
        yield "nothing is blamed"
    links = {node.attributes["href"] for node in block.css('a[href^="http"]')}
    for check in item.blamed:
        if not check.faults:
            yield f"{check.id}: no fault is told"
        first_only = _told_elsewhere(page, item, check.anchor)
        for number, fault in enumerate(check.faults[:1] if first_only else check.faults):
            if fault.href is None or fault.href not in links:
                yield f"{check.id}: no link to the page of fault {number + 1}"


def _told_elsewhere(page: LexborHTMLParser, item: ItemView, anchor: str) -> bool:
    """The faults of a check are written out once; the other items that it costs name the first page."""
    return page.css_first(f'[id="{item.anchor}"] [id="{anchor}"]') is None
