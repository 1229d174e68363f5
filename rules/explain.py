"""Comply or explain (不整改须说明): which faults have a dated explanation, and what then still counts.

Pure. An explained fault stays in the results, marked; only the score leaves it out, and only until the day
the explanation ends. It is bound to a check or a place, not to a raw address: a parameter that changes does
not void it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from urllib.parse import urlsplit

from crawler.model import Frozen
from probes.base import Explained, Finding, Reason, Result, Verdict


class Explanation(Frozen):
    """One entry of exceptions.yaml. `check` alone: every fault of that check; `url` alone: every fault at
    that place; both: that check's faults there. A place that ends with `*` is a folder."""

    unit: str
    check: str | None = None
    url: str | None = None
    reason: str
    author: str
    proof: str
    until: date  # the last day it holds

    def holds(self, day: date) -> bool:
        return day <= self.until

    def covers(self, check: str, finding: Finding) -> bool:
        if self.check not in (None, check):
            return False
        return self.url is None or any(at(self.url, url) for url in (finding.url, finding.subject) if url)

    @property
    def shown(self) -> Explained:
        return Explained(
            reason=self.reason, author=self.author, proof=self.proof, until=self.until.isoformat()
        )


def at(place: str, url: str) -> bool:
    """Whether `url` is that place, over http or https. Its query only matters where the place has one."""
    if place.endswith("*"):
        return "/".join(_parts(url)).startswith("/".join(_parts(place[:-1])))
    wanted, found = _parts(place), _parts(url)
    return found == wanted if "?" in place else found[:2] == wanted[:2]


def _parts(url: str) -> tuple[str, ...]:
    """Host (with port), path, and query where there is one."""
    parts = urlsplit(url)
    path = parts.path.removeprefix("/")
    return (parts.netloc.lower(), path, f"?{parts.query}") if parts.query else (parts.netloc.lower(), path)


def marked(result: Result, explanations: Iterable[Explanation]) -> Result:
    """The result with its explained findings marked. `explanations`: the unit's own, all of them in force."""
    usable = [one for one in explanations if one.check in (None, result.check)]
    if result.verdict is not Verdict.FAIL or not usable:
        return result
    findings = tuple(_marked(finding, result.check, usable) for finding in result.findings)
    listed = sum(finding.explained is not None for finding in findings)
    whole = any(one.check == result.check and one.url is None for one in usable)
    explained = result.defects if whole else listed
    return result.model_copy(update={"findings": findings, "explained": explained})


def _marked(finding: Finding, check: str, explanations: Sequence[Explanation]) -> Finding:
    covering = [one for one in explanations if one.covers(check, finding)]
    if not covering:
        return finding
    longest = max(covering, key=lambda one: one.until)
    return finding.model_copy(update={"explained": longest.shown})


def counted(result: Result, *, tested_share: float) -> Result:
    """What the score counts: the result without its explained defects. `explained` still says how many.

    Nothing left to count is a pass only where enough was tested. Defects beyond the listed ones may stand at
    an explained place as well: where all listed ones do, a person has to look.
    """
    if not result.explained:
        return result
    left = max(0, result.defects - result.explained)
    findings = tuple(finding for finding in result.findings if finding.explained is None)
    if left:
        review = result.needs_review or not findings
        return result.model_copy(update={"defects": left, "findings": findings, "needs_review": review})
    enough = result.tested > 0 and result.tested >= tested_share * result.population
    update = {
        "verdict": Verdict.PASS if enough else Verdict.UNKNOWN,
        "reason": None if enough else Reason.TOO_FEW_SAMPLES.value,
        "defects": 0,
        "findings": (),
        "needs_review": False,
    }
    return result.model_copy(update=update)
