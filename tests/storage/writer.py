"""A process that stores batches of one unit until it is stopped. Run by the tests:

writer.py URL SWEEP UNIT BATCHES [MAX_FILE_BYTES]. Prints the number of each batch once it is committed.
"""

from __future__ import annotations

import asyncio
import resource
import sys

from storage.errors import StoreError
from storage.repo import Store
from tests.storage.samples import candidate, visit

PAGES = 20
PROBES = ("footer", "meta", "links")


async def write(url: str, sweep_id: str, unit_id: str, batches: int, max_bytes: int | None) -> None:
    async with await Store.open(url) as store:
        unit = await store.unit(sweep_id, unit_id)
        if max_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (max_bytes, max_bytes))
        for number in range(len(await unit.facts()) // PAGES, batches):
            keys = [f"{number:04}-{page:02}" for page in range(PAGES)]
            await unit.add([candidate(key) for key in keys])
            evidence = dict.fromkeys(PROBES, '"' + "x" * 500 + '"')
            await unit.save([visit(key, evidence=evidence) for key in keys])
            print(number, flush=True)


if __name__ == "__main__":
    url, sweep_id, unit_id, batches, *rest = sys.argv[1:]
    try:
        asyncio.run(write(url, sweep_id, unit_id, int(batches), int(rest[0]) if rest else None))
    except StoreError as problem:
        sys.exit(f"{type(problem).__name__} {problem}")
