"""What each page of a sample says of a check, put together to one result: decision, interpretation, meeting.

Pure. A sample says a fault, or a doubt why it could not be tested, or by silence that all is well.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple, TypeVar

from crawler.model import Frozen, PageFacts
from probes.base import Evidence, Finding, Reason, Result

E = TypeVar("E", bound=Frozen)
T = TypeVar("T")


class Told(NamedTuple):
    """What one sample says: a fault, or why it could not be tested; neither: all is well."""

    fault: Finding | None = None
    doubt: str = ""
    unread: bool = False  # in doubt because attachments could not be read


def told_of(
    check: str,
    told: Mapping[str, Told],
    *,
    published: int,
    tested_share: float,
    review: bool,
) -> Result:
    """The result of a sample; `published`: of how many it was drawn."""
    faults = [one.fault for one in told.values() if one.fault is not None]
    doubts = {url: one.doubt for url, one in told.items() if one.doubt}
    return Result.of(
        check,
        defects=faults,
        population=len(told),
        tested=len(told) - len(doubts),
        tested_share=tested_share,
        reason=Reason.UNREADABLE if any(one.unread for one in told.values()) else Reason.TOO_FEW_SAMPLES,
        needs_review=review and bool(faults),
        observed={"sample": list(told), "published": published, "doubts": doubts},
    )


def fault_on(facts: PageFacts, message: str, expected: str, found: str, advice: str) -> Finding:
    """A fault of one page, standing on the page that leads to it."""
    url = facts.final_url
    return Finding(
        url=facts.parent or url, subject=url, message=message, expected=expected, found=found, advice=advice
    )


def completed(evidence: Evidence[E], told: Mapping[str, T], with_files: Callable[[E, T], E]) -> Evidence[E]:
    """The evidence with what the attachments tell, by the page they stand on."""
    pages = [
        replace(page, data=with_files(page.data, told[page.facts.final_url]))
        if page.facts.final_url in told
        else page
        for page in evidence.pages
    ]
    return replace(evidence, pages=pages)
