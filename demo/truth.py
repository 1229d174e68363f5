"""What every check must say of every unit of the demo city.

A portal is built faultless; each planted fault changes the truth right where it is planted
(`Portal.fault`, `Portal.says`). This module holds the value and the truth of a faultless portal.
Readings of docs/method.md; where it leaves room, `firm` is False.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from crawler import shipped

PASS, FAIL, UNKNOWN, NOT_APPLICABLE = "pass", "fail", "unknown", "not_applicable"


@dataclass(frozen=True, slots=True)
class Truth:
    """What one check must say of one unit.

    `subjects`: exactly the subjects of its findings (absolute URLs; empty = the method fixes none).
    `among`: where samples are drawn, the pool the subjects must come from instead. `defects`: None where
    it is not fixed. `reason`: for unknown and not_applicable. `means`: what must be there to judge it
    (browser, ipv6); without it the check says `unknown: browser_missing` or `unknown: no_ipv6_here`.
    `firm`: False where the method leaves the reading open or a person has to confirm.
    """

    unit: str
    check: str
    verdict: str
    defects: int | None = 0
    subjects: tuple[str, ...] = ()
    among: tuple[str, ...] = ()
    reason: str | None = None
    needs_review: bool | None = None
    means: str | None = None
    firm: bool = True

    def at(self, port: int) -> Truth:
        """The same with the port in its URLs."""
        subjects = tuple(url.replace("@PORT@", str(port)) for url in self.subjects)
        among = tuple(url.replace("@PORT@", str(port)) for url in self.among)
        return replace(self, subjects=subjects, among=among)


@cache
def table() -> dict[str, Any]:
    """demo/truth.yaml: section keys, and the checks of a faultless portal by kind."""
    return shipped.table("demo", "truth.yaml")


def section_keys() -> list[str]:
    """Every section key of the catalogue of checks, in its order."""
    return list(table()["section_keys"])


def faultless(
    unit: str, sections: frozenset[str], catalogues: frozenset[str], roles: frozenset[str] | None = None
) -> dict[str, Truth]:
    """The truth of a portal without a planted fault that has these sections and catalogues, by check id.

    `roles`: a department's; None for any other unit, which has to publish for every role.
    """
    checks, judged = table(), "documents" in sections
    truths = [Truth(unit, check, PASS) for check in checks["plain"]]
    truths += [Truth(unit, check, PASS, means="browser") for check in checks["browser"]]
    truths += [Truth(unit, check, PASS, means="ipv6") for check in checks["ipv6"]]
    truths += [
        # Not applicable where no column says what belongs there.
        Truth(unit, "columns.mismatch", PASS if judged else NOT_APPLICABLE, firm=judged),
        Truth(unit, "site.one_source", NOT_APPLICABLE, firm=False),
        Truth(unit, "tamper.cloaking", NOT_APPLICABLE, reason="not_asked"),
        Truth(unit, "a11y.wcag", PASS, means="browser"),
        _of_accounts(unit, "new_media.fresh", sections),
        _of_accounts(unit, "new_media.sync", sections),
    ]
    truths += _of_sections(unit, sections, catalogues)
    truths += [_of_published(unit, check, key in sections) for check, key in checks["published"].items()]
    truths += [_of_named(unit, check, key, sections, roles) for check, key in checks["named"].items()]
    return {truth.check: truth for truth in truths}


def _of_sections(unit: str, sections: frozenset[str], catalogues: frozenset[str]) -> list[Truth]:
    truths = []
    for key in section_keys():
        if key in sections:
            truths.append(Truth(unit, f"section.{key}", PASS))
            standing = key in table()["standing"]
            truths.append(Truth(unit, f"content.{key}", NOT_APPLICABLE if standing else PASS))
        else:
            truths.append(Truth(unit, f"section.{key}", FAIL, defects=1))
            truths.append(Truth(unit, f"content.{key}", NOT_APPLICABLE, reason=f"needs:section.{key}"))
    for field in table()["catalogues"]:
        found = field in catalogues
        truths.append(Truth(unit, f"catalogue.{field}", PASS if found else FAIL, defects=0 if found else 1))
    return truths


def _of_published(unit: str, check: str, published: bool) -> Truth:
    return Truth(unit, check, PASS if published else NOT_APPLICABLE)


def _of_named(
    unit: str, check: str, key: str, sections: frozenset[str], roles: frozenset[str] | None
) -> Truth:
    """Content that has to be found; a department has to publish what its roles ask for."""
    if roles is not None and key not in roles:
        return Truth(unit, check, NOT_APPLICABLE)
    found = key in sections
    return Truth(unit, check, PASS if found else FAIL, defects=0 if found else None)


def _of_accounts(unit: str, check: str, sections: frozenset[str]) -> Truth:
    """Accounts are named, but their posts cannot be seen from the portal."""
    return Truth(unit, check, UNKNOWN if "new_media" in sections else NOT_APPLICABLE)
