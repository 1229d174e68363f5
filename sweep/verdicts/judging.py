"""Judge and score from the store alone: no network, the same bytes every time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from crawler.model import Unit, UnitKind
from probes import ALL, CHECKS_BY_ID, UNBUILT, links
from probes.base import (
    Evidence,
    Finding,
    PortalState,
    Reason,
    Result,
    Verdict,
    apply_preconditions,
)
from probes.past_wall import judge_seen
from rules.apply import Asked
from rules.load import Reading, limits_for
from rules.model import Pack
from storage.record import Record
from storage.repo import Store
from storage.values import SweepRow
from sweep.given.exceptions import Explaining
from sweep.given.plan import CHINA, owner_of
from sweep.verdicts.evidence import UnitFacts, evidence_of, unit_facts
from sweep.verdicts.readings import judged_again
from sweep.verdicts.scoring import Scoring


class Judged(NamedTuple):
    """One unit under one pack, explained faults marked."""

    unit: Unit
    results: list[Result]  # one for every check there is, in the order of the probes
    again: Mapping[Reading, Sequence[Result]]  # by the pack's limits for vetoes and for warnings
    times: Mapping[str, datetime]  # when each URL was last asked for, UTC


async def judge_sweep(store: Store, sweep: SweepRow, units: Sequence[Unit], pack: Pack) -> None:
    """Results and scores of every unit under one pack, replacing what stood there."""
    explaining = await Explaining.of(store, sweep)
    scoring = Scoring(sweep, pack, explaining, await store.answers(sweep.id, pack.id))
    async for judged in judged_units(store, sweep, units, pack, explaining):
        await store.replace_results(sweep.id, judged.unit.id, pack.id, lines_of(sweep, pack, judged))
        scoring.add(judged.unit, judged.results, judged.again)
    latest, machine = scoring.ranked([unit.id for unit in units])
    await store.replace_scores(sweep.id, pack.id, latest, machine=machine)


async def judge_lines(
    store: Store, sweep: SweepRow, units: Sequence[Unit], pack: Pack
) -> AsyncIterator[dict[str, Any]]:
    """The lines that `judge_sweep` would store; nothing is stored."""
    explaining = await Explaining.of(store, sweep)
    async for judged in judged_units(store, sweep, units, pack, explaining):
        for line in lines_of(sweep, pack, judged):
            yield line


class _Owner(NamedTuple):
    """What units on a path of a host take over from the unit that has the host to itself."""

    unit: Unit
    results: Sequence[Result]
    home_links: frozenset[str]  # their faults are the owner's alone


async def judged_units(
    store: Store, sweep: SweepRow, units: Sequence[Unit], pack: Pack, explaining: Explaining
) -> AsyncIterator[Judged]:
    """One unit after the other, so that only one's evidence is held; owners of a host before those who
    share it."""
    owned_by = {unit.id: its.id for unit in units if (its := owner_of(unit, tuple(units))) is not None}
    sharing = set(owned_by.values())
    owners: dict[str, _Owner] = {}
    for unit in sorted(units, key=lambda unit: unit.id in owned_by):
        owner = owners.get(owned_by.get(unit.id, ""))
        below = await departments_of(store, sweep, unit, units)
        async with store.record(sweep.id, unit.id, [probe.id for probe in ALL]) as record:
            facts = await unit_facts(record, sweep, unit, owner.home_links if owner else frozenset())
            results, again = await judge_unit(record, facts, pack, below)
            if owner is not None:
                results = shared_from(results, owner.results, owner.unit)
            if unit.id in sharing:
                owners[unit.id] = _Owner(unit, results, await _home_links(record, facts))
            times = await record.times()
        yield Judged(unit, [explaining.marked(unit.id, result) for result in results], again, times)


async def departments_of(
    store: Store, sweep: SweepRow, unit: Unit, units: Sequence[Unit]
) -> dict[str, list[Evidence[Any]]]:
    """The evidence of departments that their government's portal is compared with, by probe."""
    comparing = [probe for probe in ALL if probe.compares]
    found: dict[str, list[Evidence[Any]]] = {}
    for one in units:
        if one.parent == unit.id and one.kind is UnitKind.DEPARTMENT and one.portal:
            async with store.record(sweep.id, one.id, [probe.id for probe in comparing]) as record:
                facts = await unit_facts(record, sweep, one)
                for probe in comparing:
                    found.setdefault(probe.id, []).append(await evidence_of(record, probe, facts))
    return found


async def judge_unit(
    record: Record, facts: UnitFacts, pack: Pack, below: Mapping[str, Sequence[Evidence[Any]]]
) -> tuple[list[Result], dict[Reading, list[Result]]]:
    """One result for every check there is, in the order of the probes; and what was judged again."""
    results: list[Result] = []
    again: dict[Reading, list[Result]] = {}
    for probe in ALL:
        evidence = await evidence_of(record, probe, facts)
        if probe.compares:
            evidence = replace(evidence, departments=tuple(below.get(probe.id, ())))
        results += judge_seen(probe, evidence, limits_for(pack, probe))
        for reading, found in judged_again(probe, evidence, pack).items():
            again.setdefault(reading, []).extend(found)
    results += [_unbuilt(check.id, facts.context.portal) for check in UNBUILT]
    return apply_preconditions(results, CHECKS_BY_ID), again


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


async def _home_links(record: Record, facts: UnitFacts) -> frozenset[str]:
    home = (await evidence_of(record, links.PROBE, facts)).home
    return frozenset(home.data.targets()) if home else frozenset()


def lines_of(sweep: SweepRow, pack: Pack, judged: Judged) -> Iterator[dict[str, Any]]:
    """The lines of docs/formats.md, with the times at which the pages were seen."""
    asked = Asked(pack, judged.unit, sweep.period)
    for result in judged.results:
        applies, indicators, needs_review = asked.annotate(result)
        data = {**result.model_dump(mode="json"), "needs_review": needs_review}
        if not data["explained"]:
            del data["explained"]
        data["findings"] = [_dated(finding, judged.times, sweep.started_at) for finding in result.findings]
        head = {
            "sweep": sweep.id,
            "unit": judged.unit.id,
            "check": data.pop("check"),
            "verdict": data.pop("verdict"),
        }
        yield {**head, "applies": applies, "indicators": list(indicators), **data, "pack_hash": pack.hash}


def _dated(finding: Finding, times: Mapping[str, datetime], fallback: datetime) -> dict[str, Any]:
    seen = times.get(finding.subject) or times.get(finding.url) or fallback
    data = finding.model_dump(mode="json")
    if data["explained"] is None:
        del data["explained"]
    data["observed_at"] = finding.observed_at or seen.astimezone(CHINA).isoformat(timespec="seconds")
    if not data["evidence"]:
        data["evidence"] = [{"kind": "http", "ref": finding.subject or finding.url}]
    return data


def failed_checks(results: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Checks that any unit fails and has not explained all of (for --fail-on)."""
    return frozenset(
        line["check"]
        for line in results
        if line["verdict"] == Verdict.FAIL and max(1, line["defects"]) > line.get("explained", 0)
    )
