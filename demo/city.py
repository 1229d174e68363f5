"""阳光市, the built-in demo city: invented portals with known faults, made afresh for a seed and a day.

Same seed and as-of, same bytes. Dates are relative to as-of, so the city never grows old. The port is known
only while it is served: until then it stands in URLs as `@PORT@`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import yaml

from demo.accounts import PLATFORM, platform
from demo.attachments import common_files
from demo.portals import (
    absent,
    bailu,
    departments,
    fenglin,
    gaoxin,
    luling,
    minghu,
    shuiwu,
    yangguang,
    yunxi,
)
from demo.render import place, render
from demo.server import Answer, Host, Logged, Server
from demo.site import Portal
from demo.truth import Truth

CANARY = "http://canary.example.cn:@PORT@/"

# Names outside the units: [] = no such name.
OUTSIDE = {
    "canary.example.cn": ["127.0.0.1", "::1"],
    "www.gov.cn": ["127.0.0.1"],
    "www.gd.gov.cn": ["127.0.0.1"],
    "shop.example.com": ["127.0.0.1"],
    PLATFORM: ["127.0.0.1"],
    "refused.example.cn": ["127.0.0.1"],  # linked with a port where nobody listens
    "dead.example.cn": [],
    # Hosts of footer scripts: the demo never leaves the machine.
    "dcs.conac.cn": [],
    "zfwzgl.www.gov.cn": [],
}


@dataclass(slots=True)
class City:
    """The built city. URLs in `units`, `canaries` and `truth` carry the port once it is served."""

    seed: int
    as_of: date
    portals: list[Portal]
    hosts: dict[str, Host]
    truth: list[Truth]
    server: Server = field(init=False)

    def __post_init__(self) -> None:
        self.server = Server(self.hosts)

    @property
    def log(self) -> list[Logged]:
        """Every request served so far."""
        return self.server.log

    def units(self, port: int) -> list[dict[str, Any]]:
        """The units as seeds.yaml has them."""
        return [_at(unit, port) for unit in [*(portal.unit for portal in self.portals), *absent.units()]]

    def canaries(self, port: int) -> list[str]:
        return [CANARY.replace("@PORT@", str(port))]

    def truth_at(self, port: int) -> list[Truth]:
        """What every check of every unit must say, by unit and check."""
        return [truth.at(port) for truth in self.truth]

    def seeds(self, port: int) -> dict[str, Any]:
        """The whole seeds document. The period is the year that ends on as-of."""
        return {
            "version": 1,
            "rules": ["jilin-2021"],
            "period": {"from": self.as_of - timedelta(days=364), "to": self.as_of},
            "identity": {"contact": "mailto:demo@example.cn"},
            "canaries": self.canaries(port),
            "defaults": {"rate": 0, "concurrency": 4, "max_pages": 600},
            "units": self.units(port),
            "hosts": OUTSIDE,
        }

    def seeds_yaml(self, port: int) -> str:
        """The seeds document as text."""
        return yaml.safe_dump(self.seeds(port), allow_unicode=True, sort_keys=False)

    @asynccontextmanager
    async def serve(self, port: int = 0) -> AsyncIterator[int]:
        """Serve the city on loopback until the block ends; yields the port."""
        async with self.server.running(port) as taken:
            yield taken


def build_city(seed: int, as_of: date) -> City:
    """The city for one seed and day."""
    owner = yangguang.city(seed, as_of)
    bureau = yangguang.education_bureau(seed, as_of, owner)
    county = minghu.county(seed, as_of)
    zone = gaoxin.zone(seed, as_of)
    finance = departments.finance_bureau(seed, as_of, owner)
    health = departments.health_commission(seed, as_of, owner)
    market = departments.market_bureau(seed, as_of)
    traps, district = yunxi.county(seed, as_of), fenglin.district(seed, as_of)
    water = shuiwu.water_bureau(seed, as_of, traps)
    stale, copied, small = luling.town(seed, as_of), bailu.town(seed, as_of), bailu.small_town(seed, as_of)
    bureaus = [bureau, finance, health, market]
    portals = [owner, *bureaus, county, traps, district, zone, water, stale, copied, small]
    departments.late_interpretation(finance)
    for portal in portals:
        place(portal)
    yangguang.settle_city(owner)
    yangguang.settle_education_bureau(bureau)
    departments.settle_finance_bureau(finance)
    departments.settle_health_commission(health)
    departments.settle_market_bureau(market)
    for settled, module in ((county, minghu), (traps, yunxi), (district, fenglin), (zone, gaoxin)):
        module.settle(settled)
    shuiwu.settle(water)
    luling.settle(stale)
    finance.fault("interpretation.in_time", finance.column("interpretation").articles[-1].path)
    hosts = _outside() | absent.hosts()
    for portal in portals:
        host = hosts.setdefault(portal.host, Host(pages=dict(common_files())))
        render(portal, host)
    hosts[PLATFORM] = platform(portals)
    truth = [one for portal in portals for one in portal.truth()] + absent.truth()
    return City(seed, as_of, portals, hosts, truth)


def _outside() -> dict[str, Host]:
    """Hosts that belong to no unit."""
    text = "<!DOCTYPE html><html><head><meta charset=utf-8><title>{0}</title></head><body><h1>{0}</h1>"
    names = {
        "canary.example.cn": "在线",
        "www.gov.cn": "中国政府网",
        "www.gd.gov.cn": "广东省人民政府",
        "shop.example.com": "建材批发",
    }
    return {host: Host({"/": Answer(text.format(name).encode())}) for host, name in names.items()}


def _at(value: Any, port: int) -> Any:
    """The value with the port in its URLs, nested ones too."""
    if isinstance(value, str):
        return value.replace("@PORT@", str(port))
    if isinstance(value, dict):
        return {key: _at(one, port) for key, one in value.items()}
    if isinstance(value, list):
        return [_at(one, port) for one in value]
    return value
