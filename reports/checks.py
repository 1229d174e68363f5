"""One result line as a report shows it: every text clean, every URL checked, what is explained apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reports.model import CheckView, Explanation, Fault
from reports.observed import SKIPPED, observed_view
from reports.text import clean, moment, web_link
from reports.words import PROOF, reason_words

Line = Mapping[str, Any]  # one JSON line of docs/formats.md


def anchor(prefix: str, name: str) -> str:
    return f"{prefix}-" + re.sub(r"[^A-Za-z0-9_.-]+", "-", name)


def check_view(line: Line, names: Mapping[str, str], asked: Callable[[str], bool]) -> CheckView:
    """`names`: titles of checks by id. `asked`: whether what no item uses may be held up to the unit."""
    told = [_fault(finding) for finding in line.get("findings") or ()]
    faults = tuple(fault for fault in told if fault.explained is None)
    explained = int(line.get("explained") or 0)
    left = max(0, int(line.get("defects") or 0) - explained)
    reason = line.get("reason") if line["verdict"] in ("unknown", "not_applicable") else None
    void = (line.get("observed") or {}).get("void") if reason else None
    words = f"“{names.get(void, void)}”未通过，其余不再判定" if void else reason_words(reason, names)
    check, applies = clean(line["check"], 80), bool(line.get("applies", True))
    return CheckView(
        id=check,
        title=names.get(check, check),
        verdict="explained" if explained and not left else line["verdict"],
        reason_key="void" if void else clean(reason, 60),
        reason=clean(words),
        applies=applies,
        asked=applies or asked(check),
        indicators=tuple(str(code) for code in line.get("indicators") or ()),
        population=int(line.get("population") or 0),
        tested=int(line.get("tested") or 0),
        defects=left,
        needs_review=bool(line.get("needs_review")),
        observed=tuple(
            observed_view(key, value)
            for key, value in sorted((line.get("observed") or {}).items())
            if value != {} and key not in SKIPPED
        ),
        faults=faults,
        shared_expected=_common([fault.expected for fault in faults]),
        shared_advice=_common([fault.advice for fault in faults]),
        anchor=anchor("check", check),
        explained=explained,
        explained_faults=tuple(fault for fault in told if fault.explained is not None),
    )


def _fault(finding: Line) -> Fault:
    url, subject = str(finding.get("url") or ""), str(finding.get("subject") or "")
    proofs = tuple(
        f"{PROOF.get(proof['kind'], clean(proof['kind'], 20))}：{clean(proof['ref'], 300)}"
        for proof in finding.get("evidence") or ()
        if proof["ref"] not in (url, subject)  # the page itself is linked beside it
    )
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


def _common(texts: Sequence[str]) -> str:
    return texts[0] if texts and len(set(texts)) == 1 else ""
