"""A sweep in a network namespace of its own, whose network is cut in the midst of it: `netcut.py DB`.

Prints, as JSON, the faults told, the outcomes of attempts by the time of asking, and what the truth says.
Run by `unshare --net`: loopback is all there is; without its addresses city and canary are cut off alike.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from crawler.browser.chromium import VARIABLE  # noqa: E402
from demo.server import Answer, Asked  # noqa: E402
from storage.repo import Store  # noqa: E402
from sweep.given.plan import plan  # noqa: E402
from sweep.night.run import RunOptions, run_sweep  # noqa: E402
from tests.sweep.cities import AS_OF, QUICK, serve  # noqa: E402
from tests.sweep.weather import Weather, over  # noqa: E402

UNITS = ("gaoxin", "liuxi")
HOSTS = ("www.yggxq.com.cn", "www.liuxi.gov.cn")
CUT_AFTER = 60  # requests
CUT_SECONDS = 3.0


UP = "ip link set lo up"
CUT = "ip address flush dev lo"
MENDED = "ip address add 127.0.0.1/8 dev lo; ip address add ::1/128 dev lo"


async def network(command: str) -> None:
    await asyncio.to_thread(subprocess.run, ["sh", "-c", command], check=True)


async def main(db: str) -> None:
    await network(UP)
    async with serve() as city:
        enough = asyncio.Event()

        def answered(asked: Asked, answer: Answer) -> Answer:
            if len(city.city.log) > CUT_AFTER:
                enough.set()
            # Every request needs a connection of its own: kept ones would outlive the cut.
            return replace(answer, headers=(*answer.headers, ("Connection", "close")))

        over(city.city, Weather(1), answered, HOSTS)

        async def cut() -> None:
            await enough.wait()
            await network(CUT)
            await asyncio.sleep(CUT_SECONDS)
            await network(MENDED)

        async with await Store.open(f"sqlite:///{db}") as store, asyncio.TaskGroup() as group:
            group.create_task(cut())
            options = RunOptions(db=f"sqlite:///{db}", timing=QUICK)
            row = await run_sweep(plan(city.seeds(*UNITS), as_of=AS_OF, seed=1), store, options)
            lines = await store.results(row.id, "jilin-2021")
            outcomes: Counter[str] = Counter()
            for name in UNITS:
                unit = await store.unit(row.id, name)
                outcomes.update(one.outcome for one in await unit.attempts() if one.purpose != "canary")
        truth = [
            (one.unit, one.check, one.verdict, [*one.subjects, *one.among])
            for one in city.city.truth_at(city.port)
            if one.unit in UNITS and one.firm
        ]
    told = [
        (line["unit"], line["check"], line["verdict"], [one["subject"] for one in line["findings"]])
        for line in lines
    ]
    print(json.dumps({"told": told, "truth": truth, "outcomes": outcomes}))


if __name__ == "__main__":
    os.environ[VARIABLE] = "/nonexistent/chromium"  # as in the other tests of this folder
    asyncio.run(main(sys.argv[1]))
