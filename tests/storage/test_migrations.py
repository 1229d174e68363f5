"""The migrations make what the tables say, once, whoever comes first."""

from __future__ import annotations

import asyncio
from importlib.resources import files
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from storage.repo import Store
from storage.tables import REVISIONS, VERSION_TABLE, Base
from tests.storage.samples import plan


async def test_the_migrated_database_is_what_the_tables_say(store: Store) -> None:
    def differences(connection: sa.Connection) -> list[Any]:
        options = {"version_table": VERSION_TABLE, "compare_type": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))

    async with store._database.read() as connection:
        assert await connection.run_sync(differences) == []


async def test_text_is_compared_by_code_point_wherever_it_is_sorted(store: Store) -> None:
    """Autogenerate does not see collations."""
    if store._database.is_sqlite:
        wanted, query = "", "SELECT '' WHERE EXISTS (SELECT 1 FROM sqlite_master WHERE sql LIKE '%COLLATE%')"
    else:
        wanted = "C"
        query = (
            "SELECT DISTINCT coalesce(collation_name, table_name || '.' || column_name) "
            "FROM information_schema.columns WHERE table_schema = 'public' AND data_type = 'text' "
            "AND column_name NOT IN "
            "('started_at', 'finished_at', 'lease_until', 'reviewed_at', 'stored_at')"
        )
    async with store._database.read() as connection:
        found = (await connection.exec_driver_sql(query)).scalars().all()
    assert set(found) <= {wanted}


def test_the_list_of_revisions_is_the_folder() -> None:
    script = ScriptDirectory(str(files("storage") / "migrations"))
    assert tuple(reversed([one.revision for one in script.walk_revisions()])) == REVISIONS


async def test_many_open_a_new_database_at_once(url: str) -> None:
    async def begin() -> None:
        async with await Store.open(url) as store:
            await store.create_sweep(plan("lufeng"))

    async with asyncio.TaskGroup() as group:
        for number in range(6):
            group.create_task(begin(), name=f"open {number}")
    async with await Store.open(url) as store:
        assert len(await store.list_sweeps()) == 6


async def test_sqlite_is_set_up_for_kills_and_neighbours(tmp_path: Path) -> None:
    async with (
        await Store.open(f"sqlite:///{tmp_path / 'a%20b.db'}") as store,
        store._database.read() as connection,
    ):
        pragmas = {}
        for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout"):
            pragmas[name] = (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar()
    assert pragmas == {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 1, "busy_timeout": 60_000}
