"""Which old sweeps go, with everything that belongs to them. Source: docs/operations.md, prune."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from storage.errors import unreadable, why_not
from storage.repo import Store
from storage.values import SweepRow, SweepState
from sweep.night.run import RESUME_WITHIN
from sweep.proof.evidence_files import evidence_folder, evidence_root


def outdated(
    rows: Sequence[SweepRow], now: datetime, *, keep: int | None = None, days: int | None = None
) -> list[SweepRow]:
    """What may go, oldest first: all but the `keep` newest finished sweeps, or what began `days` ago.

    Never the latest finished sweep, and none that may still run or go on.
    """
    done = [row for row in rows if row.state is SweepState.DONE and not row.is_recheck]
    safe = {row.id for row in done[-max(keep or 1, 1) :]}
    oldest_kept = min((row.started_at for row in done if row.id in safe), default=now)
    limit = now - timedelta(days=days) if days is not None else None

    def may_go(row: SweepRow) -> bool:
        alive = row.state in (SweepState.RUNNING, SweepState.INTERRUPTED)
        if row.id in safe or (alive and row.started_at > now - RESUME_WITHIN):
            return False
        if limit is not None:
            return row.started_at <= limit
        # Unfinished ones and rechecks of the kept time stay: they belong to what is kept.
        return row.started_at < oldest_kept

    return [row for row in rows if may_go(row)]


async def remove(store: Store, row: SweepRow) -> None:
    """A sweep's files first: killed in between, its row still says that it is there."""
    folder = evidence_root(store.where) / evidence_folder(row.id, "")
    try:
        await asyncio.to_thread(shutil.rmtree, folder)
    except FileNotFoundError:
        pass
    except OSError as problem:
        raise unreadable(str(folder), f"证据文件删不掉（{why_not(problem)}）") from problem
    await store.delete_sweep(row.id)


async def prune(store: Store, *, keep: int | None = None, days: int | None = None) -> list[SweepRow]:
    """Delete what is outdated; what was deleted."""
    gone = outdated(await store.list_sweeps(), datetime.now(UTC), keep=keep, days=days)
    for row in gone:
        await remove(store, row)
    return gone
