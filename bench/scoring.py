"""What does scoring stored units again cost? `python -m bench.scoring [UNITS] [PACK]...`

The demo city, swept once without a browser; its stored units are then copied, without network, until there
are UNITS of them. CPU per unit as a ratio to the floor: reading all that is stored of a unit by bare SQL, and
one `json.loads` of each text.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import date
from pathlib import Path

from crawler.browser.chromium import VARIABLE
from demo.city import build_city
from rules.load import load
from storage.repo import Store
from sweep.commands import DEMO_TIMING
from sweep.given.plan import DEFAULT_PACK, plan
from sweep.given.seeds import parse_seeds
from sweep.night.run import RunOptions, run_sweep
from sweep.verdicts.judging import judge_sweep

AS_OF = date(2026, 11, 20)
DOMAIN = ".gov.cn"  # of every host of the city
# Tables of a unit's facts; those of their columns that are counted on from copy to copy, and whose ids.
FACTS = {
    "frontier": {"unit": "units", "id": "frontier"},
    "pages": {"unit": "units", "id": "frontier"},
    "evidence": {"unit": "units", "page": "frontier"},
    "gathered": {"unit": "units"},
    "attempts": {"unit": "units", "id": "attempts"},
}


async def swept(path: Path) -> None:
    """One sweep of the demo city, into a store at `path`."""
    os.environ[VARIABLE] = "/nonexistent/chromium"
    city = build_city(seed=1, as_of=AS_OF)
    async with city.serve() as port, await Store.open(f"sqlite:///{path}") as store:
        chosen = plan(parse_seeds(city.seeds_yaml(port), "demo"), as_of=AS_OF)
        await run_sweep(chosen, store, RunOptions(db=f"sqlite:///{path}", timing=DEMO_TIMING))


def copied(path: Path, units: int) -> None:
    """Copy the stored units, each under a name and at hosts of its own, until there are that many."""
    with closing(sqlite3.connect(path)) as connection:
        last = {name: _highest(connection, name) for name in ("units", "frontier", "attempts")}
        (there,) = connection.execute("SELECT count(*) FROM units").fetchone()
        for copy in range(1, -(-units // there)):
            _copy_units(connection, copy, last["units"], units - copy * there)
            for table, counted in FACTS.items():
                steps = {name: copy * last[of] for name, of in counted.items()}
                _copy_facts(connection, table, copy, steps, last["units"])
        connection.commit()


def _highest(connection: sqlite3.Connection, table: str) -> int:
    (number,) = connection.execute(f"SELECT max(id) FROM {table}").fetchone()
    return int(number)


def _moved(text: str, copy: int) -> str:
    """SQL: `text` with the copy's own host names."""
    return f"replace({text}, '{DOMAIN}', '-{copy}{DOMAIN}')"


def _copy_units(connection: sqlite3.Connection, copy: int, last: int, most: int) -> None:
    rows = connection.execute(
        f"SELECT id + ?, sweep, unit, position + ?, {_moved('spec', copy)}, stage, {_moved('state', copy)} "
        "FROM units WHERE id <= ? ORDER BY id LIMIT ?",
        (copy * last, copy * last, last, most),
    ).fetchall()
    for number, sweep, unit, position, spec, stage, state in rows:
        told = json.loads(spec)
        told["id"] = f"{unit}-{copy}"
        told["parent"] = f"{told['parent']}-{copy}" if told["parent"] else None
        ours = (number, sweep, told["id"], position, json.dumps(told), stage, state)
        connection.execute(
            "INSERT INTO units (id, sweep, unit, position, spec, stage, state) VALUES (?,?,?,?,?,?,?)", ours
        )


def _copy_facts(
    connection: sqlite3.Connection, table: str, copy: int, steps: Mapping[str, int], last: int
) -> None:
    chosen = []
    for _, name, kind, *_ in connection.execute(f"PRAGMA table_info({table})"):
        plain = _moved(name, copy) if kind == "TEXT" else name
        chosen.append(f"{name} + {steps[name]}" if name in steps else plain)
    connection.execute(
        f"INSERT INTO {table} SELECT {', '.join(chosen)} FROM {table} "
        f"WHERE unit <= {last} AND unit + {steps['unit']} IN (SELECT id FROM units)"
    )


def floor(path: Path, units: int) -> float:
    """CPU seconds per unit for reading and parsing what is stored of it."""
    before = time.process_time()
    with closing(sqlite3.connect(path)) as connection:
        for (number,) in connection.execute("SELECT id FROM units"):
            for text in _texts(connection, number):
                json.loads(text)
    return (time.process_time() - before) / units


def _texts(connection: sqlite3.Connection, unit: int) -> Iterator[str]:
    for column, table in (("facts", "pages"), ("data", "evidence"), ("data", "gathered")):
        for (text,) in connection.execute(f"SELECT {column} FROM {table} WHERE unit = ?", (unit,)):
            yield text


async def scored(path: Path, name: str) -> float:
    """CPU seconds per unit of one pack, judged and scored again."""
    async with await Store.open(f"sqlite:///{path}", create=False) as store:
        sweep = await store.get()
        units = [row.unit for row in await store.units(sweep.id)]
        wall, used = time.perf_counter(), time.process_time()
        await judge_sweep(store, sweep, units, load(name))
        wall, used = time.perf_counter() - wall, time.process_time() - used
    print(f"{name}: {len(units)} units in {wall:.1f} s, {wall / len(units) * 1000:.1f} ms each")
    return used / len(units)


def main(*words: str) -> None:
    units, packs = int(words[0]) if words else 200, words[1:] or (DEFAULT_PACK,)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.db"
        asyncio.run(swept(path))
        copied(path, units)
        base = floor(path, units)
        for name in packs:
            each = asyncio.run(scored(path, name))
            print(f"CPU per unit {each * 1000:.1f} ms = {each / base:.1f} x the floor ({base * 1000:.1f} ms)")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
