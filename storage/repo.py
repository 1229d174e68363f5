"""The one repository: sweeps and all that belongs to them, in our values; no session or row leaves it."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

from sqlalchemy import Row, delete, select, update
from sqlalchemy.orm import aliased

from crawler.model import Period, Unit
from crawler.walking.memo import NoPast, Past
from storage.cases import Cases
from storage.derived import Derived
from storage.engine import BUSY_SECONDS, Database, Transaction
from storage.errors import NoSuchSweep
from storage.known import Known
from storage.leases import Leases
from storage.past import Origin, StoredPast
from storage.record import Record
from storage.tables import MemoTable, SweepTable, UnitTable
from storage.targets import Targets
from storage.unit_store import UnitStore
from storage.values import RECHECK, Stage, SweepPlan, SweepRow, SweepState, canonical
from storage.visits import Visits

_SHANGHAI = ZoneInfo("Asia/Shanghai")
_MAY_GO_ON = (SweepState.RUNNING, SweepState.INTERRUPTED)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Store(Leases, Derived, Targets, Cases, Visits):
    """An open store. `async with await Store.open("sqlite:///sunsweep.db") as store: …`"""

    def __init__(self, database: Database, now: Callable[[], datetime] = _utc_now) -> None:
        self._database = database
        self._now = now
        self._known = Known()

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        create: bool = True,
        busy_seconds: float = BUSY_SECONDS,
        now: Callable[[], datetime] = _utc_now,
    ) -> Self:
        """Open and bring up to this version's tables. `create=False` for commands that only read.

        Raises StoreError: not a database, a newer version, no room, locked, no server.
        """
        return cls(await Database.open(url, create=create, busy_seconds=busy_seconds), now)

    async def close(self) -> None:
        await self._database.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def where(self) -> str:
        """The database's address, without a password, for messages."""
        return self._database.where

    # -- sweeps ---------------------------------------------------------------------------------------

    async def create_sweep(self, plan: SweepPlan) -> SweepRow:
        """A new sweep with its units, all planned, in one transaction."""
        now = self._now()
        sweep_id = f"{now.astimezone(_SHANGHAI):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        sweep = {
            "id": sweep_id,
            "key": plan.key,
            "state": SweepState.RUNNING.value,
            "started_at": now,
            "as_of": plan.as_of,
            "period_start": plan.period.start,
            "period_end": plan.period.end,
            "seed": plan.seed,
            "packs": canonical(plan.packs),
            "seeds_file": plan.seeds_file,
            "seeds_hash": plan.seeds_hash,
            "tool_version": plan.tool_version,
            "options": canonical(dict(plan.options)),
        }
        units = [
            {
                "sweep": sweep_id,
                "unit": unit.id,
                "position": position,
                "spec": canonical(unit.model_dump(mode="json")),
                "stage": Stage.PLANNED.value,
            }
            for position, unit in enumerate(plan.units)
        ]
        async with self._database.write() as connection:
            await connection.execute(self._database.insert(SweepTable), [sweep])
            if units:
                await connection.execute(self._database.insert(UnitTable), units)
            return await self._sweep(connection, sweep_id)

    async def find_unfinished(self, key: str, younger_than: timedelta) -> SweepRow | None:
        """The newest running or interrupted sweep of this key that may still go on."""
        t = SweepTable
        rows = select(t.id).where(t.key == key, t.state.in_(_MAY_GO_ON))
        rows = rows.where(t.started_at > self._now() - younger_than)
        async with self._database.read() as connection:
            found = (
                (await connection.execute(rows.order_by(t.started_at.desc(), t.id.desc()))).scalars().first()
            )
            return await self._sweep(connection, found) if found else None

    async def abandon_unfinished(self, key: str) -> int:
        """Mark all unfinished sweeps of this key; how many there were."""
        t = SweepTable
        change = update(t).where(t.key == key, t.state.in_(_MAY_GO_ON))
        async with self._database.write() as connection:
            return (await connection.execute(change.values(state=SweepState.ABANDONED.value))).rowcount

    async def resume(self, sweep_id: str) -> None:
        """An interrupted sweep runs again."""
        await self._set(sweep_id, state=SweepState.RUNNING.value)

    async def interrupt(self, sweep_id: str) -> None:
        """Ended before it was done; may go on."""
        await self._set(sweep_id, state=SweepState.INTERRUPTED.value)

    async def finish(self, sweep_id: str) -> None:
        """The sweep is whole. Memos of older ones of its key have served: only the newest is built on."""
        await self._set(sweep_id, state=SweepState.DONE.value, finished_at=self._now())
        t, u, m = SweepTable, UnitTable, MemoTable
        this = aliased(t)
        same = (t.key == this.key) & (t.started_at < this.started_at)
        older = select(u.id).join(t, t.id == u.sweep).join(this, same).where(this.id == sweep_id)
        async with self._database.write() as connection:
            await connection.execute(delete(m).where(m.unit.in_(older)))

    async def get(self, sweep_id: str = "latest") -> SweepRow:
        """By id, or the newest that was not abandoned and is no recheck. Raises NoSuchSweep."""
        t = SweepTable
        newest = select(t.id).order_by(t.started_at.desc(), t.id.desc()).limit(1)
        async with self._database.read() as connection:
            wanted: str | None = sweep_id
            if sweep_id == "latest":
                whole = (t.state != SweepState.ABANDONED) & t.key.not_like(f"{RECHECK}%")
                wanted = (await connection.execute(newest.where(whole))).scalar()
            known = wanted and (await connection.execute(select(t.id).where(t.id == wanted))).scalar()
            if not known:
                raise self._no_such(sweep_id, (await connection.execute(newest.limit(3))).scalars().all())
            return await self._sweep(connection, known)

    async def list_sweeps(self) -> list[SweepRow]:
        """All, oldest first."""
        t = SweepTable
        async with self._database.read() as connection:
            ids = (await connection.execute(select(t.id).order_by(t.started_at, t.id))).scalars().all()
            return [await self._sweep(connection, sweep_id) for sweep_id in ids]

    async def delete_sweep(self, sweep_id: str) -> None:
        """With everything that belongs to it."""
        async with self._database.write() as connection:
            await connection.execute(delete(SweepTable).where(SweepTable.id == sweep_id))

    async def unit(self, sweep_id: str, unit_id: str) -> UnitStore:
        """One unit's frontier and facts. Raises NoSuchSweep where the sweep has no such unit."""
        async with self._database.read() as connection:
            number, _ = await self._found(connection, sweep_id, unit_id)
        return UnitStore(self._database, self._known, number, sweep_id, unit_id)

    @asynccontextmanager
    async def record(self, sweep_id: str, unit_id: str, probes: Sequence[str]) -> AsyncIterator[Record]:
        """All that is stored of one unit, as of one moment. `probes`: whose evidence will be asked for, in
        that order. Raises NoSuchSweep where the sweep has no such unit."""
        async with self._database.read() as connection:
            number, state = await self._found(connection, sweep_id, unit_id)
            yield Record(connection, number, json.loads(state) if state else None, probes)

    # -- an earlier sweep, for the nightly one --------------------------------------------------------

    async def past(self, sweep: SweepRow, unit: Unit, probes: Sequence[str], days: int) -> Past:
        """The newest whole sweep that read this unit, declared alike, by this very program. Pages may be
        carried over for so many days from their reading."""
        t, u = SweepTable, UnitTable
        first = sweep.started_at - timedelta(days=days)
        rows = select(t.id, u.id, t.started_at).join(u, u.sweep == t.id)
        rows = rows.where(
            t.state == SweepState.DONE.value,
            t.tool_version == sweep.tool_version,
            t.key.not_like(f"{RECHECK}%"),
            t.started_at >= first,
            t.started_at < sweep.started_at,
            u.unit == unit.id,
            u.spec == canonical(unit.model_dump(mode="json")),
        )
        async with self._database.read() as connection:
            found = (await connection.execute(rows.order_by(t.started_at.desc()).limit(1))).first()
        if found is None:
            return NoPast()
        day = found[2].astimezone(_SHANGHAI).date()
        origin = Origin(found[0], found[1], day, first.astimezone(_SHANGHAI).date())
        return StoredPast(self._database, origin, probes)

    async def _set(self, sweep_id: str, **values: Any) -> None:
        async with self._database.write() as connection:
            await connection.execute(update(SweepTable).where(SweepTable.id == sweep_id).values(**values))

    async def _found(self, connection: Transaction, sweep_id: str, unit_id: str) -> tuple[int, str | None]:
        """The unit's number and what the walk said of its portal (JSON)."""
        t = UnitTable
        rows = select(t.id, t.state).where(t.sweep == sweep_id, t.unit == unit_id)
        found = (await connection.execute(rows)).one_or_none()
        if found is None:
            raise NoSuchSweep(
                expected="巡检及其中的单位都已入库",
                found=f"巡检 {sweep_id} 中没有单位 {unit_id}",
                where=self.where,
                advice="用 sunsweep status 查看已有的巡检和单位",
            )
        return found[0], found[1]

    async def _sweep(self, connection: Transaction, sweep_id: str) -> SweepRow:
        t, u = SweepTable, UnitTable
        row = (await connection.execute(select(t.__table__).where(t.id == sweep_id))).one()
        units = select(u.unit).where(u.sweep == sweep_id).order_by(u.position)
        return _sweep_row(row, tuple((await connection.execute(units)).scalars()))

    def _no_such(self, wanted: str, newest: Any) -> NoSuchSweep:
        there = f"，最近的有 {'、'.join(newest)}" if newest else "，库中还没有巡检"
        return NoSuchSweep(
            expected="已入库的巡检编号，或 latest",
            found=f"{wanted}{there}",
            where=self.where,
            advice="用 sunsweep status 查看已有的巡检，或先运行 sunsweep sweep",
        )


def _sweep_row(row: Row[Any], unit_ids: tuple[str, ...]) -> SweepRow:
    return SweepRow(
        id=row.id,
        key=row.key,
        state=SweepState(row.state),
        started_at=row.started_at,
        finished_at=row.finished_at,
        as_of=row.as_of,
        period=Period(start=row.period_start, end=row.period_end),
        seed=row.seed,
        packs=tuple(json.loads(row.packs)),
        unit_ids=unit_ids,
        seeds_file=row.seeds_file,
        seeds_hash=row.seeds_hash,
        tool_version=row.tool_version,
        options=json.loads(row.options),
    )
