"""A sweep as a process of its own, with short pauses: `python driver.py SEEDS DB AS_OF SEED`."""

from __future__ import annotations

import asyncio
import sys
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from storage.repo import Store  # noqa: E402
from sweep.given.plan import plan  # noqa: E402
from sweep.given.seeds import load_seeds  # noqa: E402
from sweep.night.run import RunOptions, run_sweep  # noqa: E402
from sweep.night.stages import Timing  # noqa: E402

QUICK = Timing(confirm_after=0.2, settle_after=0.4, offline_pause=0.2, offline_patience=5.0)


async def main(seeds: str, db: str, as_of: str, seed: str, jobs: str = "1") -> None:
    chosen = plan(load_seeds(Path(seeds)), as_of=date.fromisoformat(as_of), seed=int(seed))
    async with await Store.open(db) as store:
        row = await run_sweep(chosen, store, RunOptions(db=db, jobs=int(jobs), timing=QUICK))
        print(row.id)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
