"""The demo city, served, and sweeps of it."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from demo.city import City, build_city
from storage.repo import Store
from sweep.canonical import canonical_lines
from sweep.given.plan import plan
from sweep.given.seeds import Seeds, parse_seeds
from sweep.night.run import RunOptions, run_sweep
from sweep.night.stages import Timing

AS_OF = date(2026, 11, 20)
QUICK = Timing(confirm_after=0.2, settle_after=0.4, offline_pause=0.2, offline_patience=5.0)
DRIVER = Path(__file__).parent / "driver.py"


@dataclass(frozen=True, slots=True)
class Served:
    """A city on a port."""

    city: City
    port: int

    def text(self, *units: str, **defaults: object) -> str:
        """The unit list, cut down to `units` when any are named, with other defaults."""
        data = yaml.safe_load(self.city.seeds_yaml(self.port))
        if units:
            data["units"] = [unit for unit in data["units"] if unit["id"] in units]
            for unit in data["units"]:
                if unit.get("parent") not in units:
                    unit.pop("parent", None)
        data["defaults"].update(defaults)
        return yaml.safe_dump(data, allow_unicode=True)

    def seeds(self, *units: str, **defaults: object) -> Seeds:
        return parse_seeds(self.text(*units, **defaults), "demo")

    def command(self, seeds: Path, db: str, jobs: int = 1) -> list[str]:
        return [sys.executable, str(DRIVER), str(seeds), db, AS_OF.isoformat(), "1", str(jobs)]


@asynccontextmanager
async def serve(seed: int = 1) -> AsyncIterator[Served]:
    city = build_city(seed=seed, as_of=AS_OF)
    async with city.serve() as port:
        yield Served(city, port)


async def canonical(db: str, pack: str = "jilin-2021") -> tuple[list[str], list[str]]:
    """Results and scores of the latest sweep, comparable."""
    async with await Store.open(db) as store:
        row = await store.get("latest")
        results = canonical_lines(await store.results(row.id, pack))
        return results, canonical_lines(await store.scores(row.id, pack))


async def sweep(seeds: Seeds, db: str, *, jobs: int = 1) -> None:
    """One sweep, or what was left of it."""
    async with await Store.open(db) as store:
        options = RunOptions(db=db, jobs=jobs, timing=QUICK)
        await run_sweep(plan(seeds, as_of=AS_OF, seed=1), store, options)
