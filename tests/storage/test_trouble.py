"""Killed, cancelled, full, locked, broken, too new: one clear error, and nothing that was stored is lost."""

from __future__ import annotations

import asyncio
import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crawler.frontier import State
from storage.errors import (
    StoreError,
    StoreFull,
    StoreLocked,
    StoreTooNew,
    StoreUnreachable,
    StoreUnreadable,
)
from storage.repo import Store
from storage.tables import VERSION_TABLE
from storage.unit_store import UnitStore
from tests.storage.samples import candidate, plan, visit
from tests.storage.writer import PAGES, PROBES

ROOT = Path(__file__).parents[2]


def start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.storage.writer", *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


async def whole(unit: UnitStore) -> int:
    """How many pages are stored; each must have all that belongs to it."""
    pages = {page.url for page in await unit.facts()}
    done = {row.url for row, state in await unit.level(1) if state is State.DONE}
    attempts = Counter(attempt.url for attempt in await unit.attempts())
    assert done == pages and attempts == Counter(pages)
    for probe in PROBES:
        assert {url for url, _ in await unit.evidence(probe)} == pages
    return len(pages)


async def test_two_processes_write_at_once(url: str) -> None:
    async with await Store.open(url) as store:
        sweep = await store.create_sweep(plan("lufeng", "haifeng"))
        writers = [start(url, sweep.id, name, 8) for name in ("lufeng", "haifeng")]
        ends = [await asyncio.to_thread(writer.communicate) for writer in writers]
        assert [writer.returncode for writer in writers] == [0, 0], ends
        for name in ("lufeng", "haifeng"):
            assert await whole(await store.unit(sweep.id, name)) == 8 * PAGES


async def test_killed_in_mid_batch_and_gone_on(url: str) -> None:
    async with await Store.open(url) as store:
        sweep = await store.create_sweep(plan("lufeng"))
        chance = random.Random(3)
        for _ in range(3):
            writer = start(url, sweep.id, "lufeng", 10_000)
            assert writer.stdout is not None and writer.stderr is not None
            last = -1
            for _ in range(chance.randint(1, 4)):
                last = int(await asyncio.to_thread(writer.stdout.readline))
            writer.send_signal(signal.SIGKILL)  # wherever it stands in the next batch
            await asyncio.to_thread(writer.wait)
            writer.stdout.close()
            writer.stderr.close()
            stored = await whole(await store.unit(sweep.id, "lufeng"))
            assert stored % PAGES == 0
            assert stored >= (last + 1) * PAGES


async def test_cancelled_in_mid_batch(store: Store) -> None:
    sweep = await store.create_sweep(plan("lufeng"))
    unit = await store.unit(sweep.id, "lufeng")
    for number in range(12):
        key = f"k{number}"
        evidence = dict.fromkeys(PROBES, "{}")
        await unit.add([candidate(key)])
        saving = asyncio.create_task(unit.save([visit(key, evidence=evidence)]), name="save")
        for _ in range(number):  # let it come a step further each time
            await asyncio.sleep(0)
        saving.cancel()
        await asyncio.wait([saving])
        stored = await whole(unit)
        await unit.save([visit(key, evidence=evidence)])
        assert await whole(unit) == number + 1 >= stored


async def test_a_full_disk_loses_nothing_that_was_stored(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sweep.db'}"
    async with await Store.open(url) as store:
        sweep = await store.create_sweep(plan("lufeng"))
    writer = start(url, sweep.id, "lufeng", 10_000, 600_000)
    out, told = await asyncio.to_thread(writer.communicate)
    assert writer.returncode == 1 and told.startswith("StoreFull 磁盘已满"), told
    assert "sweep.db" in told and "腾出空间" in told
    async with await Store.open(url) as store:
        assert await whole(await store.unit(sweep.id, "lufeng")) == len(out.split()) * PAGES > 0


async def test_no_room_left_in_the_database(tmp_path: Path) -> None:
    """SQLITE_FULL itself, by a cap on the database's pages."""
    async with await Store.open(f"sqlite:///{tmp_path / 'sweep.db'}") as store:
        sweep = await store.create_sweep(plan("lufeng"))
        unit = await store.unit(sweep.id, "lufeng")
        async with store._database.read() as connection:
            await connection.exec_driver_sql("PRAGMA max_page_count = 1")  # SQLite takes the present size
        with pytest.raises(StoreFull, match=r"磁盘已满.*腾出空间"):
            await unit.add([candidate(f"k{n}", anchor="x" * 1000) for n in range(100)])
        assert await unit.level(1) == []


async def test_a_database_held_by_another_process(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'sweep.db'}"
    async with await Store.open(url, busy_seconds=0.05) as store:
        holder = sqlite3.connect(tmp_path / "sweep.db", isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreLocked, match=r"数据库被占用.*等其他"):
            await store.create_sweep(plan("lufeng"))
        assert await store.list_sweeps() == []  # readers are not held up
        holder.close()
        await store.create_sweep(plan("lufeng"))


async def test_a_database_of_a_newer_version(url: str) -> None:
    async with await Store.open(url) as store, store._database.write() as connection:
        await connection.execute(sa.text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    with pytest.raises(StoreTooNew, match=r"版本过新.*9999.*升级本程序"):
        await Store.open(url)


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"units:\n  - id: lufeng\n" * 200, "不是 SQLite 数据库"), (b"x", "不是 SQLite 数据库")],
)
async def test_a_file_that_is_no_database(tmp_path: Path, content: bytes, found: str) -> None:
    path = tmp_path / "seeds.yaml"
    path.write_bytes(content)
    with pytest.raises(StoreUnreadable, match=f"{found}.*seeds.yaml.*没有被改动"):
        await Store.open(f"sqlite:///{path}")
    assert path.read_bytes() == content
    assert sorted(tmp_path.glob("*")) == [path]  # noqa: ASYNC240


async def test_a_torn_database(tmp_path: Path) -> None:
    path = tmp_path / "sweep.db"
    async with await Store.open(f"sqlite:///{path}") as store:
        await store.create_sweep(plan("lufeng"))
    content = path.read_bytes()
    path.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))
    with pytest.raises(StoreUnreadable, match="已损坏"):
        async with await Store.open(f"sqlite:///{path}") as store:
            await store.list_sweeps()


async def test_the_database_of_another_program(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE bookmarks (id)")
    other.close()
    with pytest.raises(StoreUnreadable, match=r"另一个程序的数据库.*bookmarks"):
        await Store.open(f"sqlite:///{path}")


async def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreUnreadable, match="目录不存在"):
        await Store.open(f"sqlite:///{tmp_path / 'nowhere' / 'sweep.db'}")


async def test_commands_that_only_read_make_no_file(tmp_path: Path) -> None:
    path = tmp_path / "sweep.db"
    with pytest.raises(StoreUnreadable, match="文件不存在"):
        await Store.open(f"sqlite:///{path}", create=False)
    assert not path.exists()
    async with await Store.open(f"sqlite:///{path}"):
        pass
    async with await Store.open(f"sqlite:///{path}", create=False) as store:
        assert await store.list_sweeps() == []


@pytest.mark.parametrize("url", ["sunsweep.db", "mysql://a/b", "sqlite://", "sqlite:///:memory:", ""])
async def test_addresses_that_make_no_sense(url: str) -> None:
    with pytest.raises(StoreError, match=r"sqlite:///文件 或 postgresql://.*--db"):
        await Store.open(url)


async def test_no_server_there(unused_tcp_port: int) -> None:
    with pytest.raises(StoreUnreachable, match="连接不上") as told:
        await Store.open(f"postgresql://me:secret@127.0.0.1:{unused_tcp_port}/sweeps")
    assert "secret" not in str(told.value)


async def test_no_such_database_on_the_server(postgres: str) -> None:
    with pytest.raises(StoreUnreachable, match="nowhere"):
        await Store.open(postgres.replace("/postgres?", "/nowhere?"))


async def test_our_own_mistakes_are_not_dressed_up(store: Store) -> None:
    sweep = await store.create_sweep(plan("lufeng"))
    twice: list[dict[str, Any]] = [{"check": "a"}, {"check": "a"}]
    with pytest.raises(sa.exc.IntegrityError):
        await store.replace_results(sweep.id, "lufeng", "p", twice)
    assert await store.results(sweep.id, "p") == []
