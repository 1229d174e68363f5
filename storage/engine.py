"""Where the tables live: SQLite in one file, or PostgreSQL, behind one pair of `read()` and `write()`.

SQLite: WAL, and every transaction begun by hand. Python's sqlite3 begins deferred ones by itself, and a
deferred transaction that starts to write while another process writes is refused at once, whatever the
busy timeout; so writers say BEGIN IMMEDIATE and wait. synchronous=NORMAL survives a kill at any moment;
after a power cut the last commits may be gone, but the file is whole.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from storage.errors import StoreError, locked, too_new, translate, unreachable, unreadable
from storage.tables import REVISIONS, VERSION_TABLE

BUSY_SECONDS = 60.0  # as long as a big batch of another process may take on a slow disk
POSTGRES_WRITERS = 4
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
_MIGRATION_LOCK = 0x53554E53  # "SUNS", an advisory lock of our own


class Database:
    """An open, migrated database. Transactions are all it gives out; errors come as StoreError."""

    def __init__(self, engine: AsyncEngine, where: str) -> None:
        self.where = where
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._engine = engine
        self._writers = engine.execution_options(sunsweep_writes=True)
        self._inserts: dict[type[DeclarativeBase], str] = {}
        # Writers of one process queue here, first come first served: SQLite's own waiting polls.
        self._turn = asyncio.Semaphore(1 if self.is_sqlite else POSTGRES_WRITERS)

    @classmethod
    async def open(cls, url: str, *, create: bool = True, busy_seconds: float = BUSY_SECONDS) -> Database:
        """`url`: `sqlite:///file` or `postgresql://…`. `create=False`: a missing SQLite file is an error."""
        target = _driver_url(url)
        where = target.render_as_string(hide_password=True).replace("+aiosqlite", "").replace("+asyncpg", "")
        is_sqlite = target.get_backend_name() == "sqlite"
        if is_sqlite and not create and not await asyncio.to_thread(Path(target.database or "").is_file):
            raise unreadable(where, "文件不存在")
        arguments = {"timeout": busy_seconds} if is_sqlite else {}
        engine = create_async_engine(target, connect_args=arguments)
        if is_sqlite:
            _prepare_sqlite(engine)
        database = cls(engine, where)
        try:
            if is_sqlite:
                await database._write_ahead(busy_seconds)
            await database._migrate()
        except BaseException:
            await engine.dispose()
            raise
        return database

    async def close(self) -> None:
        await self._engine.dispose()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """One consistent view."""
        with self._translated():
            async with self._engine.begin() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: all of it is stored, or nothing when the block is left by an exception."""
        with self._translated():
            async with self._turn, self._writers.begin() as connection:
                yield connection

    def insert(self, table: type[DeclarativeBase]) -> Any:
        """An INSERT that knows ON CONFLICT, the same way in both dialects."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    async def insert_many(
        self, connection: AsyncConnection, table: type[DeclarativeBase], rows: Sequence[tuple[Any, ...]]
    ) -> None:
        """Rows in the order of the table's columns, without a counting `id`.

        Straight to the driver: SQLAlchemy's handling of parameters costs more than storing them, three
        microseconds a row, and every page brings about ten rows. No column may need a type of ours.
        """
        if not rows:
            return
        sql = self._inserts.get(table)
        if sql is None:
            names = [column.name for column in table.__table__.columns if column.autoincrement is not True]
            compiled = self.insert(table).compile(dialect=self._engine.dialect, column_keys=names)
            assert compiled.positiontup == names
            sql = self._inserts[table] = str(compiled)
        await connection.exec_driver_sql(sql, list(rows))

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as problem:
            known = translate(problem, self.where)
            if known is None:
                raise
            raise known from problem
        except OSError as problem:  # asyncpg lets refused connections and bad names through as they are
            raise unreachable(self.where, str(problem)) from problem

    async def _write_ahead(self, busy_seconds: float) -> None:
        """Switch the file to WAL, once for its life. SQLite does not wait for others here, so we do."""
        deadline = asyncio.get_running_loop().time() + busy_seconds
        while True:
            try:
                with self._translated():
                    async with self._engine.connect() as connection:
                        driver = await connection.get_raw_connection()
                        await driver.driver_connection.execute("PRAGMA journal_mode = WAL")  # type: ignore[union-attr]
                return
            except sqlite3.Error as problem:
                await self._wait_for_others(problem, deadline)

    async def _wait_for_others(self, problem: sqlite3.Error, deadline: float) -> None:
        code = getattr(problem, "sqlite_errorcode", 0) & 0xFF
        if code not in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            known = translate(DBAPIError("PRAGMA journal_mode", None, problem), self.where)
            raise known or unreadable(self.where, str(problem)) from problem
        if asyncio.get_running_loop().time() > deadline:
            raise locked(self.where, str(problem)) from problem
        await asyncio.sleep(0.02)

    async def _migrate(self) -> None:
        async with self.read() as connection:
            if await connection.run_sync(self._version) == REVISIONS[-1]:
                return
        # BEGIN IMMEDIATE, or the advisory lock, lets one process migrate; the others then find it done.
        async with self.write() as connection:
            if not self.is_sqlite:
                await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
            if await connection.run_sync(self._version) != REVISIONS[-1]:
                await connection.run_sync(_upgrade)

    def _version(self, connection: sa.Connection) -> str | None:
        """The revision a database stands at, None when it is empty; refuses what is not ours to touch."""
        names = set(sa.inspect(connection).get_table_names())
        if VERSION_TABLE not in names:
            if self.is_sqlite and names:  # a PostgreSQL schema may be shared, a file is not
                raise unreadable(self.where, f"另一个程序的数据库，内有表 {'、'.join(sorted(names)[:3])}")
            return None
        version = connection.execute(sa.text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()
        if version is not None and version not in REVISIONS:
            raise too_new(self.where, version, REVISIONS[-1])
        return version


def _driver_url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as problem:
        raise _bad_url(url) from problem
    driver = _DRIVERS.get(parsed.drivername.split("+")[0])
    if driver is None or (driver == "sqlite+aiosqlite" and parsed.database in {None, "", ":memory:"}):
        raise _bad_url(url)
    return parsed.set(drivername=driver)


def _bad_url(url: str) -> StoreError:
    return StoreError(
        expected="sqlite:///文件 或 postgresql://用户:密码@主机/库",
        found=url,
        where="--db",
        advice="改正 --db 的写法，例如 --db sqlite:///sunsweep.db",
    )


def _prepare_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # sqlite3 shall not begin transactions by itself
        cursor = connection.cursor()
        for pragma in ("foreign_keys = ON", "synchronous = NORMAL", "cache_size = -16000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("sunsweep_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _upgrade(connection: sa.Connection) -> None:
    # Imported here: Alembic takes longer to import than a current database to open.
    from alembic import command
    from alembic.config import Config

    with as_file(files("storage") / "migrations") as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
