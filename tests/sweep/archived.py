"""Small sweeps of the demo city with their archives, without a browser."""

from __future__ import annotations

from pathlib import Path

from storage.repo import Store
from storage.values import SweepRow
from sweep.archive import Keep
from sweep.plan import plan
from sweep.run import RunOptions, run_sweep
from tests.sweep.cities import AS_OF, QUICK, Served

UNIT = "gaoxin"
PACK = "jilin-2021"


def database(folder: Path) -> str:
    return f"sqlite:///{folder}/sunsweep.db"


async def swept(city: Served, store: Store, keep: Keep, *, rules: tuple[str, ...] = ()) -> SweepRow:
    """One more sweep of the small unit."""
    options = RunOptions(db="", new=True, timing=QUICK, archive=keep)
    return await run_sweep(plan(city.seeds(UNIT), rules=rules, as_of=AS_OF), store, options)
