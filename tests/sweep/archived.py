"""Small sweeps of the demo city with their archives, without a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from demo.server import Answer, Asked, Handler, Host
from storage.repo import Store
from storage.values import SweepRow
from sweep.given.plan import plan
from sweep.night.run import RunOptions, run_sweep
from sweep.proof.archive import Keep
from tests.sweep.cities import AS_OF, QUICK, Served

UNIT = "gaoxin"
PACK = "jilin-2021"
HOST = "www.yggxq.com.cn"


def database(folder: Path) -> str:
    return f"sqlite:///{folder}/sunsweep.db"


async def swept(city: Served, store: Store, keep: Keep, *, rules: tuple[str, ...] = ()) -> SweepRow:
    """One more sweep of the small unit."""
    options = RunOptions(db="", new=True, timing=QUICK, archive=keep)
    return await run_sweep(plan(city.seeds(UNIT), rules=rules, as_of=AS_OF), store, options)


class _Changed(Host):
    """A host whose pages pass through a change."""

    def __init__(self, find: Handler, change: Callable[[Asked, Answer], Answer]) -> None:
        super().__init__()
        self._find, self._change = find, change

    def find(self, asked: Asked) -> Answer:
        found = self._find(asked)
        return self._change(asked, found if isinstance(found, Answer) else found(asked))


def change_host(city: Served, change: Callable[[Asked, Answer], Answer]) -> None:
    """From now on the small unit's host answers otherwise."""
    city.city.hosts[HOST] = _Changed(city.city.hosts[HOST].find, change)
