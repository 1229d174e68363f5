"""Samples the home pages day and night, and says how they stand to the national rule (站点无法访问).

One visit asks each portal over IPv4 and over IPv6, once, on a fresh connection: a retry would hide what a
visitor meets. Made to be run by cron (`--once`), or on its own for ever.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from crawler.gate.host import seconds_until_open
from crawler.model import Family, Fetched, Outcome, Request, Unit
from crawler.net import Gate
from storage.repo import Store
from storage.visits import Sample
from sweep.errors import OfflineError, SweepError
from sweep.given.plan import CHINA, gate_settings
from sweep.given.seeds import Seeds, load_seeds
from sweep.verdicts.availability import DAYS, SECONDS, Week, in_words, judge_week, telling

FAMILIES = (Family.V4, Family.V6)
AT_ONCE = 16  # units
SPARE = 2  # visits a day more than asked: one that does not count must not spoil the week
KEPT = timedelta(days=90)  # assumed
NAMES = {Family.V4: "IPv4", Family.V6: "IPv6"}
PURPOSE = "watch"


class Door(Protocol):
    """The gate, as far as a visit needs it."""

    async def fetch(self, request: Request, *, purpose: str = "walk", retries: int = 1) -> Fetched: ...

    async def online(self, family: Family = Family.ANY) -> bool: ...


def _now() -> datetime:
    return datetime.now(UTC)


async def watch(
    seeds_file: Path,
    db: str,
    *,
    once: bool,
    per_day: int,
    only: Sequence[str] = (),
    now: Callable[[], datetime] = _now,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> str:
    """Visit all portals: once, or `per_day` times a day until interrupted. What was seen, in words.

    OfflineError (only with `once`): not one canary answered; the visits are stored and do not count.
    """
    seeds = await _seeds(seeds_file, only)
    async with await Store.open(db) as store:
        while True:
            began = now()
            samples, offline = await _round(seeds, store, began)
            if once:
                if offline:
                    raise OfflineError(_OFFLINE)
                return _told(samples)
            print(_OFFLINE if offline else _told(samples), file=sys.stderr)
            await sleep(max(0.0, (began + pause(per_day) - now()).total_seconds()))


def pause(per_day: int) -> timedelta:
    """From the start of one visit to the start of the next."""
    return timedelta(days=1) / (per_day + SPARE)


async def _seeds(path: Path, only: Sequence[str]) -> Seeds:
    seeds = await asyncio.to_thread(load_seeds, path)
    missing = set(only) - {unit.id for unit in seeds.units}
    if missing:
        raise SweepError(f"单位清单中没有单位 {'、'.join(sorted(missing))}。单位编号见清单的 id")
    return replace(seeds, units=tuple(unit for unit in seeds.units if not only or unit.id in only))


async def _round(seeds: Seeds, store: Store, began: datetime) -> tuple[list[Sample], bool]:
    """One visit of every portal that may be visited now, stored; whether no canary answered at all."""
    due = [unit for unit in seeds.units if unit.portal and _open_now(unit, began)]
    async with Gate(**gate_settings(seeds)) as gate:
        samples = await visit(gate, due)
        offline = bool(seeds.canaries and due) and not gate.ever_online and not await gate.online()
    await store.add_samples(samples)
    await store.forget_samples(began - KEPT)
    return samples, offline


def _open_now(unit: Unit, moment: datetime) -> bool:
    """Allowed hours hold for visits as well; outside them nobody is asked, and the week stays short."""
    return unit.hours is None or seconds_until_open(unit.hours, moment) <= 0


async def visit(gate: Door, units: Sequence[Unit]) -> list[Sample]:
    """One visit to each home page over both families; in the order of the units."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(unit: Unit) -> list[Sample]:
        async with places:
            return [await _look(gate, unit, family) for family in FAMILIES]

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(unit), name=f"watch {unit.id}") for unit in units]
    return [sample for task in tasks for sample in task.result()]


async def _look(gate: Door, unit: Unit, family: Family) -> Sample:
    assert unit.portal is not None, unit.id
    request = Request(unit.portal, family=family, fresh=True, seconds=SECONDS, body_wanted=False)
    fetched = await gate.fetch(request, purpose=PURPOSE, retries=0)
    # Asked after the failure: a canary that answered before it proves nothing.
    online = fetched.status is not None or (
        fetched.outcome is not Outcome.OWN_NETWORK and await gate.online(family)
    )
    return Sample(
        unit=unit.id,
        url=unit.portal,
        family=family,
        started_at=fetched.started_at or _now(),
        outcome=fetched.outcome,
        status=fetched.status,
        seconds=fetched.seconds,
        online=online,
        address=fetched.address,
        error=fetched.error,
    )


def _told(samples: Sequence[Sample]) -> str:
    opened = {sample.unit for sample in samples if sample.outcome is Outcome.OK}
    units = {sample.unit for sample in samples}
    return f"已访问 {len(units)} 个单位的首页，打开 {len(opened)} 个；用 sunsweep watch --report 查看判断"


async def report(
    seeds_file: Path, db: str, *, only: Sequence[str] = (), as_json: bool = False, now: datetime | None = None
) -> str:
    """How every unit stands to the rule, by the visits of the last seven days."""
    moment = now or _now()
    seeds = await _seeds(seeds_file, only)
    lines = []
    async with await Store.open(db, create=False) as store:
        for unit in seeds.units:
            since = moment - timedelta(days=DAYS)
            samples = await store.samples(unit.id, since, moment) if unit.portal else []
            mine = [sample for sample in samples if sample.url == unit.portal]
            weeks = [judge_week(mine, family, moment) for family in FAMILIES]
            lines.append(_json_line(unit, weeks) if as_json else _text(unit, weeks))
    return "\n".join(lines)


def _text(unit: Unit, weeks: Sequence[Week]) -> str:
    if not unit.portal:
        return f"{unit.name}：未登记门户网址"
    judged = telling(weeks)
    head = f"{unit.name} {unit.portal}"
    said = [f"  {NAMES[week.family]}：{in_words(week)}" for week in weeks]
    if judged.failures:
        last = judged.failures[-1].started_at.astimezone(CHINA)
        said.append(f"  最近一次打不开：{last:%Y-%m-%d %H:%M}")
    return "\n".join([head, *said])


def _json_line(unit: Unit, weeks: Sequence[Week]) -> str:
    judged = telling(weeks)
    line = {
        "unit": unit.id,
        "portal": unit.portal,
        "state": judged.state if unit.portal else "no_portal",
        "judged_by": judged.family,
        "families": {week.family: _week(week) for week in weeks},
    }
    return json.dumps(line, ensure_ascii=False)


def _week(week: Week) -> dict[str, Any]:
    return {
        "visits": week.visits,
        "failed": week.failed,
        "share": round(float(week.share), 4),
        "state": week.state,
        "short_days": week.short_days,
        "causes": week.causes,
        "left_out": week.left_out,
        "failures": [
            {
                "at": one.started_at.astimezone(CHINA).isoformat(timespec="seconds"),
                "outcome": one.outcome,
                "status": one.status,
                "seconds": round(one.seconds, 1),
                "error": one.error,
            }
            for one in week.failures
        ],
    }


_OFFLINE = (
    "没有一个联网参照站点（canaries）有应答，本机可能没有联网，这次访问不计入。"
    "请检查网络，或在单位清单的 canaries 中换用可访问的网址"
)
