"""A portal whose every answer is a wall, but whose home page a browser opened: what may be said of it?

Only some pages were read, so what needs the others stays `unknown: blocked`, whatever a probe makes of the
few. Source: docs/method.md, The portal's state.
"""

from __future__ import annotations

from typing import Any

from crawler.model import Frozen
from probes.base import Evidence, Probe, Reason, Result, Verdict, run_probe

PASSED = "passed_in"  # in the portal's detail: what opened a home page that else shows a wall
HIDDEN_SHARE = 0.1  # of the pages tried: with fewer behind the wall the portal is judged as any other

# Decided by the home page alone, by its address, or by what the browser does on it.
_HOME = (
    "site.reachable site.domain site.display ipv6.aaaa ipv6.home meta.site a11y.font a11y.colour"
    " a11y.guide_line a11y.voice a11y.special_view a11y.wcag footer.party_mark footer.site_code footer.icp"
    " footer.police footer.sponsor footer.contact footer.consistent footer.error_report tamper.cloaking"
)
# A fault is something seen on a page that was read; that there is none, only all pages show.
_SEEN = (
    "footer.every_page meta.consistent links.unsafe columns.empty columns.blank tamper.hidden_links"
    " tamper.bad_words privacy.id_card privacy.phone privacy.bank_card"
)
# Found is found; that it is missing, only all pages show.
_FOUND = (
    "footer.site_map a11y.entry search.box home.fresh service_rating.channel section. content. catalogue."
)

_HOME_IDS, _SEEN_IDS, _FOUND_IDS = (frozenset(names.split()) for names in (_HOME, _SEEN, _FOUND))


def judge_seen(probe: Probe[Any, Any], evidence: Evidence[Any], limits: Frozen | None = None) -> list[Result]:
    """`run_probe`, cut down to what the pages that were read can show."""
    results = run_probe(probe, evidence, limits)
    return [_as_far_as_seen(result) for result in results] if _hidden(evidence) else results


def _hidden(evidence: Evidence[Any]) -> bool:
    """Whether too much of this portal stayed behind its wall to speak of the whole."""
    if PASSED not in evidence.context.portal_detail:
        return False
    return evidence.context.truncated or len(evidence.hidden) > HIDDEN_SHARE * len(evidence.visited)


def _as_far_as_seen(result: Result) -> Result:
    """The result, or `unknown: blocked` where pages behind the wall may say otherwise."""
    family = result.check.partition(".")[0] + "."
    kept = (
        result.check in _HOME_IDS
        or (result.verdict is Verdict.FAIL and result.check in _SEEN_IDS)
        or (result.verdict is Verdict.PASS and bool({result.check, family} & _FOUND_IDS))
    )
    if kept:
        return result
    nothing = {"reason": str(Reason.BLOCKED), "defects": 0, "findings": (), "needs_review": False}
    return result.model_copy(update={"verdict": Verdict.UNKNOWN, **nothing})
