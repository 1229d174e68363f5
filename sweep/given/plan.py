"""What a sweep is before it starts: units, packs, dates, seed, options, and the key that names it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from crawler.gate.host import HostPolicy
from crawler.keeping.patience import record
from crawler.model import Period, Unit, UnitKind
from crawler.scope import site_host
from rules.load import load
from rules.model import Pack
from sweep.errors import SweepError
from sweep.given.seeds import Pace, Seeds, UnitSpec, unit_from

CHINA = ZoneInfo("Asia/Shanghai")
DEFAULT_PACK = "jilin-2021"


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides what a sweep does.

    `key` names the same command again: a day that was not asked for but taken from the clock is no part of
    it, so that a nightly sweep goes on after midnight with the day on which it began.
    """

    seeds: Seeds
    packs: tuple[Pack, ...]
    as_of: date
    period: Period
    seed: int = 1
    options: Mapping[str, bool] = field(default_factory=dict)
    day_given: bool = True
    period_given: bool = True

    @property
    def key(self) -> str:
        content = {
            "units": [unit.model_dump(mode="json") for unit in self.seeds.units],
            "hosts": {host: list(addresses) for host, addresses in self.seeds.hosts.items()},
            "packs": [pack.id for pack in self.packs],
            "as_of": self.as_of.isoformat() if self.day_given else None,
            "period": self.period.model_dump(mode="json") if self.period_given else None,
            "seed": self.seed,
            "options": dict(self.options),
        }
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def plan(
    seeds: Seeds,
    *,
    rules: tuple[str, ...] = (),
    as_of: date | None = None,
    period: Period | None = None,
    seed: int = 1,
    options: Mapping[str, bool] | None = None,
    only: tuple[str, ...] = (),
) -> Plan:
    """Command line before seeds file before pack before the year of as-of."""
    seeds = _only(seeds, only)
    packs = tuple(load(name) for name in rules or seeds.rules or (DEFAULT_PACK,))
    day = as_of or datetime.now(CHINA).date()
    given = period or seeds.period or _pack_period(packs)
    span = given or Period(start=date(day.year, 1, 1), end=date(day.year, 12, 31))
    return Plan(seeds, packs, day, span, seed, options or {}, as_of is not None, given is not None)


def _only(seeds: Seeds, only: tuple[str, ...]) -> Seeds:
    """The list cut down to the named units, in its own order."""
    known = {unit.id for unit in seeds.units}
    for name in only:
        if name not in known:
            raise SweepError(f"{seeds.source}：没有单位 {name!r}。请检查 --only 的写法，编号见清单的 id")
    units = tuple(unit for unit in seeds.units if not only or unit.id in only)
    return replace(seeds, units=units)


def _pack_period(packs: tuple[Pack, ...]) -> Period | None:
    for pack in packs:
        if pack.period is not None:
            return Period(start=pack.period.start, end=pack.period.end)
    return None


def single(url: str, kind: UnitKind, *, contact: str = "") -> Seeds:
    """The unit list of a self-check: one portal, no canary but the portal itself."""
    host = site_host(url)
    if not host:
        raise SweepError(f"不是可用的网址：{url!r}。应写作 https://www.example.gov.cn/")
    spec = UnitSpec(id=_unit_id(host), name=host, kind=kind, portal=url)
    return Seeds(units=(unit_from(spec, Pace()),), contact=contact, hosts={}, source=url)


def _unit_id(host: str) -> str:
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in ".-") else "-" for sign in host)[:64]


def gate_settings(seeds: Seeds) -> dict[str, Any]:
    """How the gate is to be opened for these units."""
    resolve: dict[str, tuple[str, ...]] = dict(seeds.hosts)
    for unit in seeds.units:
        resolve.update(unit.resolve)
    return {
        "contact": seeds.contact,
        "resolve": resolve,
        "allowed_private_hosts": {_host(unit.portal) for unit in seeds.units if unit.portal},
        "canaries": seeds.canaries,
        "policies": policies(seeds.units),
        "on_attempt": record,
    }


def _host(url: str) -> str:
    return url.split("/")[2].rpartition("@")[2]


def policies(units: tuple[Unit, ...]) -> dict[str, HostPolicy]:
    """Per host name the pace that suits all its units: the slowest of what they ask for."""
    by_host: dict[str, list[Unit]] = {}
    for unit in units:
        if unit.portal:
            by_host.setdefault(urlsplit(unit.portal).hostname or "", []).append(unit)
    return {host: _policy(sharing) for host, sharing in by_host.items()}


def _policy(units: list[Unit]) -> HostPolicy:
    rates = [unit.rate for unit in units if unit.rate > 0]
    return HostPolicy(
        rate=min(rates, default=0.0),
        concurrency=min(unit.concurrency for unit in units),
        robots="obey" if any(unit.robots == "obey" for unit in units) else "ignore",
        hours=next((unit.hours for unit in units if unit.hours), None),
    )


def owner_of(unit: Unit, units: tuple[Unit, ...]) -> Unit | None:
    """The other unit that has this one's host to itself (主机所属单位), for units on a path; else None."""
    if unit.portal is None or _folder(unit.portal) == "/":
        return None
    host = site_host(unit.portal)
    return next(
        (
            other
            for other in units
            if other.id != unit.id
            and other.portal
            and site_host(other.portal) == host
            and _folder(other.portal) == "/"
        ),
        None,
    )


def _folder(url: str) -> str:
    return "/" + url.split("/", 3)[3].rpartition("/")[0] if url.count("/") > 2 else "/"
