"""Units of a sweep: who works on which, and how far each has come."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Update, select, update

from crawler.model import Unit
from storage.engine import Database
from storage.owner import is_dead
from storage.tables import FrontierTable, UnitTable
from storage.values import Stage, UnitRow


class Leases:
    """The units' part of the repository."""

    _database: Database
    _now: Callable[[], datetime]

    async def units(self, sweep_id: str) -> list[UnitRow]:
        """All units of a sweep, in the order of the seeds."""
        rows = select(UnitTable.__table__).where(UnitTable.sweep == sweep_id).order_by(UnitTable.position)
        async with self._database.read() as connection:
            return [_unit_row(row) for row in (await connection.execute(rows)).all()]

    async def claim(
        self, sweep_id: str, owner: str, lease: timedelta, among: Collection[str] | None = None
    ) -> str | None:
        """The first unit that is not done and that nobody alive holds, now held by `owner`; None if none is.

        A unit is free when it has no owner, when its lease ran out, or when its owner is a process of this
        machine that is dead. `owner`: storage.owner.this_process().
        """
        t = UnitTable
        rows = select(t.id, t.unit, t.owner, t.lease_until).where(t.sweep == sweep_id, t.stage != Stage.DONE)
        now = self._now()
        async with self._database.write() as connection:
            for number, unit, holder, until in (await connection.execute(rows.order_by(t.position))).all():
                if among is not None and unit not in among:
                    continue
                if holder is not None and until is not None and until > now and not is_dead(holder):
                    continue
                # Compared again in the UPDATE: on PostgreSQL another worker may have been faster.
                unchanged = (t.id == number) & t.owner.is_not_distinct_from(holder)
                take = update(t).where(unchanged, t.lease_until.is_not_distinct_from(until))
                if (await connection.execute(take.values(owner=owner, lease_until=now + lease))).rowcount:
                    return str(unit)
        return None

    async def heartbeat(self, sweep_id: str, unit_id: str, owner: str, lease: timedelta) -> bool:
        """Hold on for another `lease`. False when the unit was taken by someone else: stop working on it."""
        change = _held(sweep_id, unit_id, owner).values(lease_until=self._now() + lease)
        return await self._changed(change)

    async def release(self, sweep_id: str, unit_id: str, owner: str) -> bool:
        return await self._changed(_held(sweep_id, unit_id, owner).values(owner=None, lease_until=None))

    async def set_stage(self, sweep_id: str, unit_id: str, stage: Stage) -> None:
        await self._changed(_unit(sweep_id, unit_id).values(stage=stage.value))

    async def frontier_counts(self, sweep_id: str) -> dict[str, dict[str, int]]:
        """Rows of each unit's frontier by state (crawler.frontier.State), for the live progress."""
        from sqlalchemy import func

        t = UnitTable
        rows = select(t.unit, FrontierTable.state, func.count()).join(
            FrontierTable, FrontierTable.unit == t.id
        )
        rows = rows.where(t.sweep == sweep_id).group_by(t.unit, FrontierTable.state)
        counts: dict[str, dict[str, int]] = {}
        async with self._database.read() as connection:
            for unit, state, number in (await connection.execute(rows)).all():
                counts.setdefault(unit, {})[state] = number
        return counts

    async def _changed(self, change: Update) -> bool:
        async with self._database.write() as connection:
            return bool((await connection.execute(change)).rowcount)


def _unit(sweep_id: str, unit_id: str) -> Update:
    return update(UnitTable).where(UnitTable.sweep == sweep_id, UnitTable.unit == unit_id)


def _held(sweep_id: str, unit_id: str, owner: str) -> Update:
    return _unit(sweep_id, unit_id).where(UnitTable.owner == owner)


def _unit_row(row: Row[Any]) -> UnitRow:
    return UnitRow(
        unit=Unit.model_validate_json(row.spec),
        position=row.position,
        stage=Stage(row.stage),
        state=json.loads(row.state) if row.state else None,
        owner=row.owner,
        lease_until=row.lease_until,
    )
