"""Do results say what the truth file says? Every difference in one line, for tests and acceptance runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

from demo.truth import FAIL, UNKNOWN, Truth

_WITHOUT = {"browser": ("browser_missing", "browser_failed"), "ipv6": ("no_ipv6_here",)}


def differences(
    results: Iterable[Mapping[str, Any]], truths: Iterable[Truth], *, firm_only: bool = True
) -> list[str]:
    """What differs. `results`: lines as `export --what results` gives them; checks that are not built yet
    are passed over, a missing result is a difference. `firm_only`: leave out open readings."""
    by_key = {(line["unit"], line["check"]): line for line in results}
    told = []
    for truth in truths:
        if firm_only and not truth.firm:
            continue
        line = by_key.get((truth.unit, truth.check))
        if line is None:
            told.append(f"{truth.unit} {truth.check}: no result")
        elif line["reason"] != "not_built_yet":
            told += [f"{truth.unit} {truth.check}: {what}" for what in _of_one(line, truth)]
    return told


def _of_one(line: Mapping[str, Any], truth: Truth) -> list[str]:
    if line["verdict"] == UNKNOWN and line["reason"] in _WITHOUT.get(truth.means or "", ()):
        return []  # this machine lacks the means
    if line["verdict"] != truth.verdict:
        return [f"{line['verdict']} ({line['reason']}) instead of {truth.verdict} ({truth.reason})"]
    told = []
    if truth.reason is not None and line["reason"] != truth.reason:
        told.append(f"reason {line['reason']} instead of {truth.reason}")
    if truth.verdict == FAIL:
        told += _of_findings(line, truth)
    return told


def _of_findings(line: Mapping[str, Any], truth: Truth) -> list[str]:
    told = []
    found = {unquote(finding["subject"]) for finding in line["findings"]}
    wanted, pool = set(map(unquote, truth.subjects)), set(map(unquote, truth.among))
    if wanted and found != wanted:
        told.append(f"extra {sorted(found - wanted)}, missing {sorted(wanted - found)}")
    if pool and not found <= pool:
        told.append(f"not in the pool: {sorted(found - pool)}")
    if truth.defects is not None and line["defects"] != truth.defects:
        told.append(f"{line['defects']} defects instead of {truth.defects}")
    if truth.needs_review is not None and line["needs_review"] != truth.needs_review:
        told.append(f"needs_review {line['needs_review']} instead of {truth.needs_review}")
    return told
