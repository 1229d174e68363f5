"""Small questions about one unit: what was cut, what was carried over; and opening a row again."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete, func, select, update

from crawler.frontier import Candidate, State
from crawler.model import PageFacts, Role
from storage.engine import Database
from storage.facts import facts_from_json
from storage.tables import EvidenceTable, FrontierTable, MemoTable, PageTable


class Lookups:
    """The part of a unit's store that only looks; `reopen` is the one exception."""

    _database: Database
    _number: int

    async def cut(self) -> Mapping[str, int]:
        """How many URLs were not visited, by trap pattern; '' stands for the cap on pages."""
        t = FrontierTable
        rows = select(t.pattern, func.count()).where(t.unit == self._number, t.state == State.CUT.value)
        async with self._database.read() as connection:
            return dict((await connection.execute(rows.group_by(t.pattern).order_by(t.pattern))).all())

    async def home(self) -> PageFacts | None:
        """The home page, once it was visited."""
        t, p = FrontierTable, PageTable
        mine = (t.unit == self._number) & (t.role == Role.HOME.value)
        rows = select(p.facts).join(t, t.id == p.id).where(mine).order_by(t.level, t.sort, t.url).limit(1)
        async with self._database.read() as connection:
            text = (await connection.execute(rows)).scalar()
        return facts_from_json(text) if text is not None else None

    async def carried(self) -> int:
        """How many pages stand as an earlier sweep read them."""
        p = PageTable
        rows = select(func.count()).where(p.unit == self._number, p.facts.contains('"carried":"'))
        async with self._database.read() as connection:
            return (await connection.execute(rows)).scalar() or 0

    async def visited(self) -> list[Candidate]:
        """Every row that was visited, in walk order."""
        t = FrontierTable
        columns = (t.key, t.url, t.level, t.sort, t.depth, t.role, t.parent, t.anchor, t.pattern)
        rows = select(*columns).where(t.unit == self._number, t.state == State.DONE.value)
        async with self._database.read() as connection:
            found = (await connection.execute(rows.order_by(t.level, t.sort, t.url, t.key))).all()
        return [
            Candidate(key, url, level, order, depth, Role(role), *rest)
            for key, url, level, order, depth, role, *rest in found
        ]

    async def reopen(self, key: str) -> None:
        """Forget the visit of a row, so that the walk makes it again (the home page, after an outage)."""
        t = FrontierTable
        mine = select(t.id).where(t.unit == self._number, t.key == key).scalar_subquery()
        async with self._database.write() as connection:
            e, m, p = EvidenceTable, MemoTable, PageTable
            await connection.execute(delete(e).where(e.unit == self._number, e.page == mine))
            await connection.execute(delete(m).where(m.unit == self._number, m.page == mine))
            await connection.execute(delete(p).where(p.unit == self._number, p.id == mine))
            await connection.execute(
                update(t).where(t.unit == self._number, t.key == key).values(state=State.WAITING.value)
            )
