"""Every check has cases for every verdict it can have. What cannot occur is named here, with the reason."""

from __future__ import annotations

from collections import defaultdict

import pytest

from probes import ALL, CHECKS_BY_ID
from probes.lexicon import LEXICON, Rhythm
from tests.probes.test_cases import read_cases

VERDICTS = ("pass", "fail", "unknown", "not_applicable")
STANDING = {key for key, section in LEXICON.sections.items() if section.rhythm is Rhythm.STANDING}

# By check, or by the part before its dot: verdicts that no case has, and why.
_HOME = "every portal has a home page, so it is always asked"
_OTHER = "only by a precondition of another probe (apply_preconditions), or copied from the host's owner"
WITHOUT: dict[str, dict[str, str]] = {
    "section": {"not_applicable": "a required column has to be there"},
    "catalogue": {"not_applicable": "a required catalogue has to be there"},
    "site.reachable": {"not_applicable": "asked of every portal"},
    "site.not_found": {"not_applicable": "asked of every portal that opened"},
    "site.display": {"not_applicable": _HOME},
    "footer": {"not_applicable": _HOME},
    "footer.consistent": {},
    "footer.every_page": {},
    "meta.site": {"not_applicable": _HOME},
    "meta.column": {"not_applicable": "no column read is too few samples"},
    "meta.article": {"not_applicable": "no article read is too few samples"},
    "meta.consistent": {"not_applicable": "nothing to compare is too few samples"},
    "home.fresh": {"not_applicable": _HOME},
    "links.home": {"not_applicable": _HOME},
    "links.wrong": {"not_applicable": _HOME},
    "links.unsafe": {"not_applicable": _HOME},
    "columns.empty": {"not_applicable": "no column read is too few samples"},
    "columns.blank": {"not_applicable": "no article read is too few samples"},
    "search.box": {"not_applicable": _HOME},
    "search.titles": {"not_applicable": _OTHER},
    "a11y": {"not_applicable": _OTHER},
    "a11y.entry": {"not_applicable": _HOME},
    "a11y.wcag": {"not_applicable": _HOME},
    "ipv6.aaaa": {"not_applicable": "asked of every portal"},
    "tamper": {"not_applicable": _HOME},
    "tamper.cloaking": {},
    "privacy": {"not_applicable": _HOME},
}


def without(check: str) -> dict[str, str]:
    part, _, key = check.partition(".")
    if part == "content" and key in STANDING:
        told = "a standing column has no content that could be out of date"
        return {"pass": told, "fail": told, "unknown": told}
    return WITHOUT.get(check, WITHOUT.get(part, {}))


def covered() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for _, case in read_cases():
        for check, wanted in case["expect"].items():
            found[check].add(wanted if isinstance(wanted, str) else wanted["verdict"])
    return found


COVERED = covered()


@pytest.mark.parametrize("check", [check.id for probe in ALL for check in probe.checks])
def test_every_verdict_a_check_can_have_has_a_case(check: str) -> None:
    lacking = set(VERDICTS) - COVERED[check] - set(without(check))
    assert not lacking, f"{check}: no case under tests/probes/cases ends {' or '.join(sorted(lacking))}"


@pytest.mark.parametrize("check", sorted(COVERED))
def test_what_cannot_occur_does_not_occur(check: str) -> None:
    assert not COVERED[check] & set(without(check)), "a case shows that it can occur: take it out of WITHOUT"


def test_exceptions_name_checks_that_exist() -> None:
    parts = {check.partition(".")[0] for check in CHECKS_BY_ID}
    assert all(name in CHECKS_BY_ID or name in parts for name in WITHOUT)
