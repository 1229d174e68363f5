"""Judge and score from the store alone: no network, the same bytes every time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from crawler.model import Unit, UnitKind
from probes import ALL, CHECKS_BY_ID, UNBUILT
from probes.base import (
    Finding,
    PortalState,
    Reason,
    Result,
    Verdict,
    apply_preconditions,
)
from probes.past_wall import judge_seen
from rules.apply import Asked
from rules.load import limits_for, load_scheme
from rules.model import Pack
from rules.score import Score, rank, score
from storage.repo import Store
from storage.unit_store import UnitStore
from storage.values import SweepRow
from sweep.evidence import UnitFacts, evidence_of, unit_facts
from sweep.exceptions import Explaining
from sweep.plan import CHINA, owner_of
from sweep.readings import readings_of


async def judge_sweep(store: Store, sweep: SweepRow, units: Sequence[Unit], pack: Pack) -> None:
    """Results and scores of every unit under one pack, replacing what stood there."""
    results: dict[str, list[Result]] = {}
    async for unit, judged in judged_units(store, sweep, units, pack):
        results[unit.id] = judged
        await store.replace_results(
            sweep.id, unit.id, pack.id, await lines_of(store, sweep, unit, pack, judged)
        )
    await score_sweep(store, sweep, units, pack, results)


async def judge_lines(
    store: Store, sweep: SweepRow, units: Sequence[Unit], pack: Pack
) -> AsyncIterator[dict[str, Any]]:
    """The lines that `judge_sweep` would store; nothing is stored."""
    async for unit, judged in judged_units(store, sweep, units, pack):
        for line in await lines_of(store, sweep, unit, pack, judged):
            yield line


async def judged_units(
    store: Store, sweep: SweepRow, units: Sequence[Unit], pack: Pack
) -> AsyncIterator[tuple[Unit, list[Result]]]:
    """Every unit with its results, explained faults marked; owners of a host before those who share it."""
    explaining = await Explaining.of(store, sweep)
    owners = {unit.id: owner_of(unit, tuple(units)) for unit in units}
    results: dict[str, list[Result]] = {}
    for unit in sorted(units, key=lambda unit: owners[unit.id] is not None):
        owner = owners[unit.id]
        home_links = await owner_links(store, sweep, owner) if owner else frozenset()
        below = await departments_of(store, sweep, unit, units)
        judged = await judge_unit(await store.unit(sweep.id, unit.id), sweep, unit, pack, home_links, below)
        if owner is not None:
            judged = shared_from(judged, results.get(owner.id, []), owner)
        results[unit.id] = judged
        yield unit, [explaining.marked(unit.id, result) for result in judged]


async def score_sweep(
    store: Store,
    sweep: SweepRow,
    units: Sequence[Unit],
    pack: Pack,
    results: Mapping[str, Sequence[Result]],
) -> None:
    """The latest scores: without explained faults, with people's answers. Where there are answers, the
    machine's own scores are kept beside them."""
    scheme = load_scheme(pack.scheme)
    explaining = await Explaining.of(store, sweep)
    answers: dict[str, dict[str, float]] = {}
    for (name, code), answer in (await store.answers(sweep.id, pack.id)).items():
        answers.setdefault(name, {})[code] = answer.points
    machine, latest = [], []
    for unit in units:
        found = explaining.counted({one.check: one for one in results[unit.id]}, pack.tested_share)
        readings = await readings_of(store, sweep, unit, pack, found, explaining)
        scored = partial(score, unit, found, pack, sweep.period, scheme=scheme, readings=readings)
        machine.append(scored())
        latest.append(scored(answers=answers[unit.id]) if unit.id in answers else machine[-1])
    alone = _ranked_lines(machine, pack) if answers else []
    await store.replace_scores(sweep.id, pack.id, _ranked_lines(latest, pack), machine=alone)


def _ranked_lines(scores: Sequence[Score], pack: Pack) -> list[dict[str, Any]]:
    return [line.model_dump(mode="json") for line in rank(scores, coverage=pack.rank_coverage)]


class Department(NamedTuple):
    """A department whose evidence its government's portal is compared with."""

    store: UnitStore
    facts: UnitFacts


async def departments_of(
    store: Store, sweep: SweepRow, unit: Unit, units: Sequence[Unit]
) -> tuple[Department, ...]:
    below = [one for one in units if one.parent == unit.id and one.kind is UnitKind.DEPARTMENT and one.portal]
    stores = [(one, await store.unit(sweep.id, one.id)) for one in below]
    return tuple([Department(theirs, await unit_facts(theirs, sweep, one)) for one, theirs in stores])


async def judge_unit(
    store: UnitStore,
    sweep: SweepRow,
    unit: Unit,
    pack: Pack,
    owner_home: frozenset[str] = frozenset(),
    below: Sequence[Department] = (),
) -> list[Result]:
    """One result for every check there is, in the order of the probes."""
    facts = await unit_facts(store, sweep, unit, owner_home)
    results: list[Result] = []
    for probe in ALL:
        evidence = await evidence_of(store, probe, facts)
        if probe.compares:
            theirs = [await evidence_of(one.store, probe, one.facts) for one in below]
            evidence = replace(evidence, departments=tuple(theirs))
        results += judge_seen(probe, evidence, limits_for(pack, probe))
    results += [_unbuilt(check.id, facts.context.portal) for check in UNBUILT]
    return apply_preconditions(results, CHECKS_BY_ID)


def _unbuilt(check: str, portal: PortalState) -> Result:
    return Result.unknown(check, Reason.NO_PORTAL if portal is PortalState.NONE else Reason.NOT_BUILT_YET)


def shared_from(results: Iterable[Result], owners: Iterable[Result], owner: Unit) -> list[Result]:
    """Host facts are tested once, by the host's owner, and copied with the owner named.

    What the unit passes by itself (a search box of its own) stays: the owner's lack is not the unit's.
    """
    by_check = {result.check: result for result in owners}
    out = []
    for result in results:
        theirs = by_check.get(result.check)
        own = result.verdict is Verdict.PASS
        if theirs is not None and CHECKS_BY_ID[result.check].shared and not own:
            observed = {**theirs.observed, "shared_with": owner.id}
            out.append(theirs.model_copy(update={"observed": observed}))
        else:
            out.append(result)
    return out


async def owner_links(store: Store, sweep: SweepRow, owner: Unit) -> frozenset[str]:
    """Link targets on the home page of the host's owner: their faults are the owner's alone."""
    theirs = await store.unit(sweep.id, owner.id)
    facts = await unit_facts(theirs, sweep, owner)
    probe = next((probe for probe in ALL if probe.id == "links"), None)
    if probe is None:
        return frozenset()
    home = (await evidence_of(theirs, probe, facts)).home
    return frozenset(home.data.targets()) if home else frozenset()


async def lines_of(
    store: Store, sweep: SweepRow, unit: Unit, pack: Pack, results: Sequence[Result]
) -> list[dict[str, Any]]:
    """The lines of docs/formats.md, with the times at which the pages were seen."""
    times = await (await store.unit(sweep.id, unit.id)).times()
    fallback = sweep.started_at
    asked = Asked(pack, unit, sweep.period)
    return [line_of(sweep, unit, pack, asked, result, times, fallback) for result in results]


def line_of(
    sweep: SweepRow,
    unit: Unit,
    pack: Pack,
    asked: Asked,
    result: Result,
    times: Mapping[str, datetime],
    fallback: datetime,
) -> dict[str, Any]:
    applies, indicators, needs_review = asked.annotate(result)
    data = {**result.model_dump(mode="json"), "needs_review": needs_review}
    if not data["explained"]:
        del data["explained"]
    data["findings"] = [_dated(finding, times, fallback) for finding in result.findings]
    head = {"sweep": sweep.id, "unit": unit.id, "check": data.pop("check"), "verdict": data.pop("verdict")}
    return {**head, "applies": applies, "indicators": list(indicators), **data, "pack_hash": pack.hash}


def _dated(finding: Finding, times: Mapping[str, datetime], fallback: datetime) -> dict[str, Any]:
    seen = times.get(finding.subject) or times.get(finding.url) or fallback
    data = finding.model_dump(mode="json")
    if data["explained"] is None:
        del data["explained"]
    data["observed_at"] = finding.observed_at or seen.astimezone(CHINA).isoformat(timespec="seconds")
    if not data["evidence"]:
        data["evidence"] = [{"kind": "http", "ref": finding.subject or finding.url}]
    return data


def failed(results: Iterable[Mapping[str, Any]], check: str) -> bool:
    """True when any unit fails the check (for --fail-on) and has not explained all of it."""
    return any(
        line["check"] == check
        and line["verdict"] == Verdict.FAIL
        and max(1, line["defects"]) > line.get("explained", 0)
        for line in results
    )
