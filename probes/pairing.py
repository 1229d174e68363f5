"""Which interpretation belongs to which document: by link, by document number (文号), by likeness of titles.

Pure. Works both ways: a document finds its interpretations, an interpretation its documents. Source: issue
wording "Linking documents with interpretations by link, document number, title similarity, both ways".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import cached_property

from crawler.model import Unit
from crawler.papers.documents import PaperKind, core_of_title, kind_of_title
from probes.base import Evidence, Seen
from probes.interpreted import Interpreted
from probes.published import alike, is_above, is_own, same_page, unread_titles, unshown_section

Paper = Seen[Interpreted]
_INTERPRETING = re.compile(r"解读|图解|一图|问答|访谈|发布会|吹风会")  # links to pages that may interpret


class Shelf:
    """All documents and interpretations of one unit, and what of them could not be read."""

    def __init__(self, evidence: Evidence[Interpreted]) -> None:
        self._evidence = evidence
        unshown = unshown_section(evidence, "interpretation")
        self.blind = unshown or any(page.data.blind for page in evidence.pages)
        self.listed = [row for page in evidence.pages for row in page.data.listed]
        self.elsewhere = tuple(url for page in evidence.pages for url in page.data.elsewhere)
        self.unread = unread_titles(evidence.visited)

    @cached_property
    def documents(self) -> list[Paper]:
        """Documents that need an interpretation and are the unit's own; whose nothing tells are left out."""
        unit = self._evidence.unit
        return [page for page in self._of(PaperKind.POLICY) if owns(unit, page) is True]

    @cached_property
    def interpretations(self) -> list[Paper]:
        return self._of(PaperKind.INTERPRETATION)

    def _of(self, kind: PaperKind) -> list[Paper]:
        return [page for page in self._evidence.pages if page.data.kind is kind]

    @property
    def whole(self) -> bool:
        """Was everything seen where an interpretation of the unit may stand?"""
        columns = {page.facts.final_url for page in self._evidence.pages if page.data.listed}
        hidden = self._evidence.unread(_INTERPRETING, columns)
        return not (self._evidence.context.truncated or self.blind or hidden)

    def in_period(self, page: Paper) -> bool:
        return page.data.latest is not None and self.within(page.data.latest)

    def within(self, day: date) -> bool:
        """Is the day in the period, up to as-of?"""
        context = self._evidence.context
        return context.period.start <= day <= min(context.period.end, context.as_of)

    def interpretations_of(self, document: Paper) -> list[Paper]:
        return [other for other in self.interpretations if belong(document, other)]

    def documents_of(self, interpretation: Paper) -> list[Paper]:
        return [document for document in self.documents if belong(document, interpretation)]

    def rows_like(self, title: str) -> list[tuple[str, str]]:
        """(title, URL) of listed interpretations about the same paper, whether they were opened or not."""
        return [(name, url) for name, url, _ in self.listed if alike(title, name)]

    def unread_like(self, title: str) -> bool:
        return any(alike(title, name) for name in self.unread)


def owns(unit: Unit, page: Paper) -> bool | None:
    """Is it the unit's own paper? None: nothing tells."""
    seen = page.data
    return is_own(unit, issuer=seen.issuer, number=seen.number, source=seen.source, title=seen.title)


def reposted(page: Paper) -> bool:
    """An interpretation of a higher authority's paper."""
    seen = page.data
    return is_above(seen.issuer, "", seen.source, seen.title)


def belong(document: Paper, interpretation: Paper) -> bool:
    """Do the two speak of one paper? The title decides, then the number cited, then a link between them.

    A link alone counts only from the interpretation, and only where it leads to one document: sidebars link
    to many.
    """
    one, other = document.data, interpretation.data
    if alike(one.title, other.title):
        return True
    if one.number and one.number in other.cited[:1]:
        return True
    targets = {same_page(url) for text, url in other.links if alike(one.title, text)}
    return bool(targets & addresses(document))


def surely(document: Paper, interpretation: Paper) -> bool:
    """Is there no doubt that the two speak of one paper? Not where one name is only strewn over the other:
    残疾人就业办法 and 残疾人创业就业办法 may be two papers."""
    one, other = document.data, interpretation.data
    short, long = sorted((core_of_title(one.title), core_of_title(other.title)), key=len)
    if short in long or (one.number and one.number in other.cited):
        return True
    targets = {same_page(url) for _, url in other.links}
    return bool(targets & addresses(document))


def addresses(page: Paper) -> set[str]:
    return {same_page(page.facts.url), same_page(page.facts.final_url)}


def leads_to(page: Paper, others: Sequence[Paper]) -> bool:
    """Does the page link to one of the others, by address or by its name?

    A document's own files bear its name too: a name counts only where it is of the other kind.
    """
    wanted = {address for other in others for address in addresses(other)}
    interpretation = page.data.kind is PaperKind.POLICY
    return any(
        same_page(url) in wanted
        or (
            (kind_of_title(text) is PaperKind.INTERPRETATION) is interpretation
            and any(alike(text, other.data.title) for other in others)
        )
        for text, url in page.data.links
    )
