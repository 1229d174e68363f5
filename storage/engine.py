"""Where the tables live: SQLite in one file, or PostgreSQL, behind one pair of `read()` and `write()`.

SQLite: WAL, and every transaction begun by hand. Python's sqlite3 begins deferred ones by itself, and a
deferred transaction that starts to write while another process writes is refused at once, whatever the
busy timeout; so writers say BEGIN IMMEDIATE and wait. synchronous=NORMAL survives a kill at any moment;
after a power cut the last commits may be gone, but the file is whole.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from storage.errors import StoreError, locked, too_new, translate, unreachable, unreadable, why_not
from storage.tables import REVISIONS, VERSION_TABLE

T = TypeVar("T")

BUSY_SECONDS = 60.0  # as long as a big batch of another process may take on a slow disk
POSTGRES_WRITERS = 4
_DRIVERS = {
    "sqlite": "sqlite+aiosqlite",
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
_MIGRATION_LOCK = 0x53554E53  # "SUNS", an advisory lock of our own


class Transaction:
    """What may be done inside `read()` and `write()`."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def execute(self, statement: sa.Executable, rows: Any = None) -> sa.CursorResult[*tuple[Any, ...]]:
        return await _undisturbed(self._connection.execute(statement, rows))

    async def exec_driver_sql(self, sql: str, rows: Any = None) -> sa.CursorResult[*tuple[Any, ...]]:
        return await _undisturbed(self._connection.exec_driver_sql(sql, rows))

    async def run_sync(self, work: Callable[[sa.Connection], T]) -> T:
        return await _undisturbed(self._connection.run_sync(work))


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
        if is_sqlite:
            await asyncio.to_thread(_check_file, Path(target.database or ""), where, create)
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
    async def read(self) -> AsyncIterator[Transaction]:
        """One consistent view."""
        with self._translated():
            async with _transaction(self._engine) as transaction:
                yield transaction

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """One transaction: all of it is stored, or nothing when the block is left by an exception."""
        with self._translated():
            async with self._turn, _transaction(self._writers) as transaction:
                yield transaction

    def insert(self, table: type[DeclarativeBase]) -> Any:
        """An INSERT that knows ON CONFLICT, the same way in both dialects."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    async def insert_many(
        self, connection: Transaction, table: type[DeclarativeBase], rows: Sequence[tuple[Any, ...]]
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
                    await _undisturbed(self._switch())
                return
            except sqlite3.Error as problem:
                await self._wait_for_others(problem, deadline)

    async def _switch(self) -> None:
        async with self._engine.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            await driver.execute("PRAGMA journal_mode = WAL")

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


@asynccontextmanager
async def _transaction(engine: AsyncEngine) -> AsyncIterator[Transaction]:
    connection = engine.connect()
    try:
        await _undisturbed(_begin(connection))
        yield Transaction(connection)
        await _undisturbed(connection.commit())
    finally:
        if connection.sync_connection is not None:  # it was opened; what is not committed is rolled back
            await _undisturbed(connection.close())


async def _begin(connection: AsyncConnection) -> None:
    await connection.start()
    await connection.begin()


async def _undisturbed(work: Coroutine[Any, Any, T]) -> T:
    """Await `work` to its end, then let a cancellation through.

    A cancellation that reaches aiosqlite in mid-call leaves its thread at work on a connection that
    SQLAlchemy has given up: tried, the write lock then stayed held until the busy timeout of the next
    writer. Each call is short, so we wait for it.
    """
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):  # told twice; the first is raised below
                await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # seen: the transaction is rolled back anyway
        raise


def _driver_url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as problem:
        raise _bad_url(url) from problem
    driver = _DRIVERS.get(parsed.drivername.split("+")[0])
    if driver is None or (driver == "sqlite+aiosqlite" and parsed.database in {None, "", ":memory:"}):
        raise _bad_url(url)
    return parsed.set(drivername=driver)


def _check_file(path: Path, where: str, create: bool) -> None:
    """SQLite takes a file of a few bytes for an empty one and writes over it; we do not."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except FileNotFoundError:
        if not create:
            raise unreadable(where, "文件不存在") from None
        if not path.parent.is_dir():  # aiosqlite leaves its thread at work when it cannot open a file
            raise unreadable(where, f"目录不存在（{path.parent}）") from None
        return
    except OSError as problem:
        raise unreadable(where, f"文件打不开（{why_not(problem)}）") from problem
    if head and head != b"SQLite format 3\0":
        raise unreadable(where, "文件不是 SQLite 数据库")


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
