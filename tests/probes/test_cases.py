"""Runs every case under tests/probes/cases: HTML snippets in, verdicts out. To add one, no Python is needed.

A file holds a list of cases:

    - name: what it shows
      probe: footer                 # a probe's id
      each: sections                # optional: run once for each of them, {key} and {name} put in everywhere
      url: http://www.example.gov.cn/   # of the first page; others are resolved against it
      as_of: 2026-06-30             # optional
      seed: 1                       # optional
      unit: {kind: county, name: …} # optional: fields of crawler.model.Unit
      options: {probe_cloaking: true}   # optional: of the sweep
      portal: open                  # optional: a PortalState
      pages:                        # the first is home
        - {url: /, role: home, kind: home, html: "…", includes: {/foot.js: "…"}, outcome: ok}
      truncated: true               # optional: a budget cut the walk
      unshown: [/c/]                # optional: columns filled by script that no browser has shown
      departments: [{unit: {…}, pages: […]}]   # optional: units below, written as cases are
      limits: {…}                   # optional: of the probe, as a pack would set them
      gathered: {…}                 # optional: what gather or confirm returned, by the probe's own model
      expect:                       # by check: a verdict, or a mapping; keys of it that are given must hold
        footer.icp: pass
        footer.police: {verdict: fail, defects: 1, reason: null, observed: {shown: "123"},
                        subjects: [/a.html], found: "in a finding's message or found"}

Checks that are not named are not looked at; named ones must be there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import yaml

from crawler.browser.escalate import Renders
from crawler.browser.toolbar_controls import Effect
from crawler.markup.page import Page
from crawler.model import Outcome, PageFacts, PageKind, Period, Role, Unit, UnitKind
from probes import ALL
from probes.base import (
    Evidence,
    PortalState,
    Probe,
    Result,
    Seen,
    SweepContext,
    apply_preconditions,
    run_probe,
)
from probes.lexicon import LEXICON, Rhythm

CASES = Path(__file__).parent / "cases"
PROBES = {probe.id: probe for probe in ALL}
KEYS = {
    "each",
    "name",
    "probe",
    "url",
    "as_of",
    "period",
    "seed",
    "unit",
    "options",
    "portal",
    "pages",
    "truncated",
    "unshown",
    "departments",
    "limits",
    "gathered",
    "expect",
}
PAGE_KEYS = {
    *("url", "role", "kind", "html", "includes", "outcome", "depth", "anchor", "date", "title", "parent"),
    *("status", "content_type", "identified", "final_url"),
}


def _named(rhythm: Rhythm | None = None) -> list[dict[str, str]]:
    return [
        {"{key}": key, "{name}": section.names[0]}
        for key, section in LEXICON.sections.items()
        if rhythm in (None, section.rhythm)
    ]


EACH = {
    "sections": _named(),
    "dated": _named(Rhythm.DATED),
    "yearly": _named(Rhythm.YEARLY),
    "standing": _named(Rhythm.STANDING),
    "fields": [{"{key}": key, "{name}": field.names[0]} for key, field in LEXICON.fields.items()],
    "effects": [{"{key}": effect.value} for effect in Effect],
}


def read_cases() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(file, case) of every case, those for each of many written out."""
    for path in sorted(CASES.glob("*.yaml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            for values in EACH[case["each"]] if "each" in case else ({},):
                yield path.stem, _filled(case, values)


def _filled(part: Any, values: Mapping[str, str]) -> Any:
    """The same with every `{key}` and `{name}` in it replaced."""
    if isinstance(part, str):
        for sign, value in values.items():
            part = part.replace(sign, value)
        return part
    if isinstance(part, list):
        return [_filled(item, values) for item in part]
    if isinstance(part, dict):
        return {_filled(key, values): _filled(item, values) for key, item in part.items()}
    return part


def load_cases() -> Iterator[Any]:
    for stem, case in read_cases():
        yield pytest.param(case, id=f"{stem}: {case['name']}")


@pytest.mark.parametrize("case", list(load_cases()))
def test_case(case: Mapping[str, Any]) -> None:
    assert set(case) <= KEYS, f"unknown keys: {set(case) - KEYS}"
    assert case["expect"], "a case must expect something"
    probe = PROBES[case["probe"]]
    limits = probe.limits.model_validate(case.get("limits", {}))
    told = run_probe(probe, evidence_of(case, probe), limits)
    checks = {check.id: check for check in probe.checks}
    results = {result.check: result for result in apply_preconditions(told, checks)}
    for check, wanted in case["expect"].items():
        assert_result(results[check], wanted, case.get("url", BASE))


BASE = "http://www.example.gov.cn/"


def evidence_of(case: Mapping[str, Any], probe: Probe[Any, Any]) -> Evidence[Any]:
    """What the probe would be given of a unit with the case's pages."""
    base = case.get("url", BASE)
    as_of = case.get("as_of", date(2026, 6, 30))
    period = case.get("period") or {"start": date(as_of.year, 1, 1), "end": date(as_of.year, 12, 31)}
    unit = {
        "id": "u",
        "name": "示例县人民政府",
        "kind": UnitKind.COUNTY,
        "portal": base,
        **case.get("unit", {}),
    }
    visited, seen = [], []
    home = None
    for number, given in enumerate(case.get("pages", ())):
        assert set(given) <= PAGE_KEYS, f"unknown page keys: {set(given) - PAGE_KEYS}"
        facts = facts_of(given, base, is_home=number == 0)
        visited.append(facts)
        data = observe(given, facts, probe, is_home=number == 0)
        if data is not None:
            seen.append(Seen(facts, data))
            home = seen[-1] if number == 0 else home
    gathered = case.get("gathered")
    if gathered is not None and probe.gathers is not None:
        gathered = probe.gathers.model_validate(gathered)
    return Evidence(
        unit=Unit.model_validate(unit),
        context=SweepContext(
            as_of=as_of,
            period=Period.model_validate(period),
            seed=case.get("seed", 1),
            portal=PortalState(case.get("portal", "open")),
            options=case.get("options", {}),
            truncated=case.get("truncated", False),
            renders=Renders(unshown=tuple(urljoin(base, path) for path in case["unshown"]))
            if "unshown" in case
            else None,
        ),
        home=home,
        pages=seen,
        visited=visited,
        gathered=gathered,
        departments=[evidence_of({"as_of": as_of, **one}, probe) for one in case.get("departments", ())],
    )


def facts_of(given: Mapping[str, Any], base: str, *, is_home: bool) -> PageFacts:
    url = urljoin(base, given.get("url", "/"))
    role = Role(given.get("role", "home" if is_home else "other"))
    kinds = {Role.HOME: "home", Role.COLUMN: "column", Role.ARTICLE: "article", Role.TREE: "disclosure"}
    outcome = Outcome(given.get("outcome", "ok"))
    return PageFacts(
        url=url,
        final_url=urljoin(base, given.get("final_url", url)),
        role=role,
        kind=PageKind(given.get("kind", kinds.get(role, "other"))),
        depth=given.get("depth", 0 if is_home else 1),
        outcome=outcome,
        status=given.get("status", 200 if outcome is Outcome.OK else None),
        title=given.get("title", ""),
        date=given.get("date"),
        parent=urljoin(base, given["parent"]) if "parent" in given else None,
        anchor=given.get("anchor", ""),
        identified=given.get("identified", True),
    )


def observe(given: Mapping[str, Any], facts: PageFacts, probe: Probe[Any, Any], *, is_home: bool) -> Any:
    if probe.observe is None or facts.outcome is not Outcome.OK or "html" not in given:
        return None
    page = Page(
        facts.final_url,
        given["html"].encode(),
        content_type=given.get("content_type", "text/html; charset=utf-8"),
        is_home=is_home,
        includes={urljoin(facts.final_url, url): text for url, text in given.get("includes", {}).items()},
    )
    data = probe.observe(page)
    assert probe.evidence is not None
    # Through JSON and back, as the store keeps it.
    return None if data is None else probe.evidence.model_validate_json(data.model_dump_json())


def assert_result(result: Result, wanted: Any, base: str) -> None:
    if isinstance(wanted, str):
        wanted = {"verdict": wanted}
    known = {
        "verdict",
        "defects",
        "reason",
        "observed",
        "subjects",
        "found",
        "needs_review",
        "population",
        "tested",
    }
    assert set(wanted) <= known, f"unknown expectations: {set(wanted) - known}"
    told = f"{result.check}: {result.verdict} {result.reason} {result.observed} {result.findings}"
    assert str(result.verdict) == wanted["verdict"], told
    for key in ("defects", "reason", "needs_review", "population", "tested"):
        if key in wanted:
            assert getattr(result, key) == wanted[key], told
    for key, value in wanted.get("observed", {}).items():
        assert result.observed.get(key) == value, told
    if "subjects" in wanted:
        assert {finding.subject for finding in result.findings} == {
            urljoin(base, subject) if subject else "" for subject in wanted["subjects"]
        }, told
    if "found" in wanted:
        assert any(wanted["found"] in f"{f.message} {f.found}" for f in result.findings), told
    if result.verdict == "fail":
        assert all(f.message and f.expected and f.found and f.advice for f in result.findings), told
        if result.needs_review and result.check != "site.display":  # there a picture is the evidence
            # A person gets what to compare, not a bare link: what was read is quoted.
            assert all("“" in f.found for f in result.findings), told


def test_the_year_of_a_case_is_a_year() -> None:
    """The default period of a case is the year of its as-of date."""
    evidence = evidence_of({"name": "", "probe": "footer", "as_of": date(2024, 2, 29)}, PROBES["footer"])
    days = evidence.context.period.end - evidence.context.period.start
    assert days == timedelta(days=365)
