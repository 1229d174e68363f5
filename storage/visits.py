"""Visits to home pages by `watch`: facts that belong to units, not to a sweep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select

from crawler.model import Family, Outcome
from storage.engine import Database
from storage.tables import SampleTable
from storage.values import storable


@dataclass(frozen=True, slots=True)
class Sample:
    """One visit over one address family. `online`: a canary answered over it, or the page itself did."""

    unit: str
    url: str
    family: Family
    started_at: datetime  # aware
    outcome: Outcome
    status: int | None
    seconds: float
    online: bool
    address: str | None = None
    error: str | None = None


class Visits:
    """The samples' part of the repository."""

    _database: Database

    async def add_samples(self, samples: Sequence[Sample]) -> None:
        rows = [
            {**asdict(sample), "error": None if sample.error is None else storable(sample.error)}
            for sample in samples
        ]
        if rows:
            async with self._database.write() as connection:
                await connection.execute(self._database.insert(SampleTable), rows)

    async def samples(self, unit_id: str, since: datetime, until: datetime) -> list[Sample]:
        """Of a unit: begun after `since`, at `until` at the latest; oldest first."""
        return await self._samples(SampleTable.unit == unit_id, since, until)

    async def samples_of(self, url: str, since: datetime, until: datetime) -> list[Sample]:
        """The same of an address, whatever unit it was visited for."""
        return await self._samples(SampleTable.url == url, since, until)

    async def _samples(self, whose: ColumnElement[bool], since: datetime, until: datetime) -> list[Sample]:
        t = SampleTable
        columns = (t.unit, t.url, t.family, t.started_at, t.outcome, t.status, t.seconds, t.online)
        rows = select(*columns, t.address, t.error).where(whose, t.started_at > since, t.started_at <= until)
        async with self._database.read() as connection:
            found = (await connection.execute(rows.order_by(t.started_at, t.id))).all()
        return [
            Sample(unit, url, Family(family), started_at, Outcome(outcome), *rest)
            for unit, url, family, started_at, outcome, *rest in found
        ]

    async def forget_samples(self, before: datetime) -> int:
        """Delete those begun before; how many there were."""
        t = SampleTable
        async with self._database.write() as connection:
            return (await connection.execute(delete(t).where(t.started_at < before))).rowcount
