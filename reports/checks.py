"""One result line as a report shows it: every text clean, every URL checked, what is explained apart."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from reports.model import CheckView, Explanation, Fault, Observed
from reports.text import clean, moment, plain, web_link
from reports.words import OBSERVED, PROOF, reason_words

Line = Mapping[str, Any]  # one JSON line of CONTRACT 3

MAX_LINKS = 20  # of one observed value


def anchor(prefix: str, name: str) -> str:
    return f"{prefix}-" + re.sub(r"[^A-Za-z0-9_.-]+", "-", name)


def check_view(line: Line, names: Mapping[str, str]) -> CheckView:
    """`names`: titles of checks by id."""
    told = [_fault(finding) for finding in line.get("findings") or ()]
    faults = tuple(fault for fault in told if fault.explained is None)
    explained = int(line.get("explained") or 0)
    left = max(0, int(line.get("defects") or 0) - explained)
    reason = line.get("reason") if line["verdict"] in ("unknown", "not_applicable") else None
    check = clean(line["check"], 80)
    return CheckView(
        id=check,
        title=names.get(check, check),
        verdict="explained" if explained and not left else line["verdict"],
        reason_key=clean(reason, 60),
        reason=clean(reason_words(reason, names)),
        applies=bool(line.get("applies", True)),
        indicators=tuple(str(code) for code in line.get("indicators") or ()),
        population=int(line.get("population") or 0),
        tested=int(line.get("tested") or 0),
        defects=left,
        needs_review=bool(line.get("needs_review")),
        observed=tuple(_observed(key, value) for key, value in sorted((line.get("observed") or {}).items())),
        faults=faults,
        shared_expected=_common([fault.expected for fault in faults]),
        shared_advice=_common([fault.advice for fault in faults]),
        anchor=anchor("check", check),
        explained=explained,
        explained_faults=tuple(fault for fault in told if fault.explained is not None),
    )


def _fault(finding: Line) -> Fault:
    proofs = tuple(
        f"{PROOF.get(proof['kind'], clean(proof['kind'], 20))}：{clean(proof['ref'], 300)}"
        for proof in finding.get("evidence") or ()
    )
    url, subject = str(finding.get("url") or ""), str(finding.get("subject") or "")
    return Fault(
        url=clean(url, 400),
        href=web_link(url),
        subject=clean(subject, 400),
        subject_href=web_link(subject),
        message=clean(finding.get("message")),
        expected=clean(finding.get("expected")),
        found=clean(finding.get("found")),
        advice=clean(finding.get("advice")),
        proofs=proofs,
        observed_at=moment(finding.get("observed_at")),
        explained=_explanation(finding.get("explained")),
    )


def _explanation(given: Line | None) -> Explanation | None:
    if given is None:
        return None
    return Explanation(
        reason=clean(given["reason"]),
        author=clean(given["author"], 120),
        proof=clean(given["proof"], 400),
        proof_href=web_link(given["proof"]),
        until=clean(given["until"], 20),
    )


def _observed(key: str, value: Any) -> Observed:
    """What was read; a list of pages becomes links, so that it can be looked at."""
    label = OBSERVED.get(key, clean(key, 40))
    urls = [value] if isinstance(value, str) else value
    links = (
        [web_link(url) if isinstance(url, str) else None for url in urls] if isinstance(urls, list) else []
    )
    if not links or None in links:
        return Observed(label, plain(value), ())
    shown = tuple(link for link in links[:MAX_LINKS] if link)
    more = f"等 {len(links)} 个" if len(links) > MAX_LINKS else ""
    return Observed(label, more, shown)


def _common(texts: Sequence[str]) -> str:
    return texts[0] if texts and len(set(texts)) == 1 else ""
