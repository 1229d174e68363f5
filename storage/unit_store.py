"""One unit of one sweep: its frontier (crawler.frontier.Frontier), its facts, and what was gathered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, func, select, tuple_, update

from crawler.frontier import Attempt, Candidate, State, Visit
from crawler.model import Outcome, PageFacts, Role
from storage.engine import Database, Transaction
from storage.facts import facts_from_json, facts_to_json
from storage.known import Known
from storage.lookups import Lookups
from storage.record import WALK_ORDER
from storage.tables import (
    AttemptTable,
    EvidenceTable,
    FrontierTable,
    GatheredTable,
    MemoTable,
    PageTable,
    UnitTable,
)
from storage.values import canonical, storable

_KEYS_AT_ONCE = 500
_OPEN = (State.WAITING, State.CHOSEN)
_BEST = ("level", "sort", "url", "depth", "parent", "anchor")  # the order of storage.known
_OFFERED = (*_BEST, "role", "pattern")


class UnitStore(Lookups):
    """See Frontier for the walk's part. Facts and evidence come back in walk order: (level, order, url)."""

    def __init__(self, database: Database, known: Known, number: int, sweep_id: str, unit_id: str) -> None:
        self.sweep_id = sweep_id
        self.unit_id = unit_id
        self._database = database
        self._known = known
        self._number = number  # units.id

    # -- the frontier ---------------------------------------------------------------------------------

    async def add(self, candidates: Iterable[Candidate]) -> None:
        news = self._known.news(self._number, [candidates])
        if news:
            async with self._database.write() as connection:
                await self._offer(connection, news)
            self._known.remember(self._number, news)

    async def next_level(self) -> int | None:
        rows = self._frontier(func.min(FrontierTable.level)).where(FrontierTable.state.in_(_OPEN))
        async with self._database.read() as connection:
            level: int | None = (await connection.execute(rows)).scalar()
        return level

    async def level(self, level: int) -> list[tuple[Candidate, State]]:
        t = FrontierTable
        columns = (t.key, t.url, t.level, t.sort, t.depth, t.role, t.parent, t.anchor, t.pattern, t.state)
        rows = self._frontier(*columns).where(t.level == level).order_by(t.sort, t.url, t.key)
        async with self._database.read() as connection:
            found = (await connection.execute(rows)).all()
        return [
            (Candidate(key, url, at, order, depth, Role(role), parent, anchor, pattern), State(state))
            for key, url, at, order, depth, role, parent, anchor, pattern, state in found
        ]

    async def counts(self, below: int) -> tuple[int, Mapping[str, int]]:
        t = FrontierTable
        taken = t.state.in_((State.CHOSEN, State.DONE))
        rows = self._frontier(t.pattern, func.count()).where(t.level < below, taken).group_by(t.pattern)
        async with self._database.read() as connection:
            found = (await connection.execute(rows.order_by(t.pattern))).all()
        by_pattern: dict[str, int] = dict(found)
        return sum(by_pattern.values()), {name: n for name, n in by_pattern.items() if name}

    async def begin(self, level: int, chosen: Iterable[str], cut: Iterable[str]) -> None:
        mark = (
            update(FrontierTable)
            .where(
                FrontierTable.unit == self._number,
                FrontierTable.key == bindparam("which"),
                FrontierTable.level == level,
                FrontierTable.state == State.WAITING,
            )
            .values(state=bindparam("becomes"))
        )
        marks = [{"which": key, "becomes": State.CHOSEN.value} for key in chosen]
        marks += [{"which": key, "becomes": State.CUT.value} for key in cut]
        if marks:
            async with self._database.write() as connection:
                await connection.execute(mark, marks)

    async def save(self, visits: Sequence[Visit]) -> None:
        """A visit whose row is DONE already is a fact: only its candidates are offered again."""
        news = self._known.news(self._number, [visit.candidates for visit in visits])
        async with self._database.write() as connection:
            if news:
                await self._offer(connection, news)
            rows = await self._open_rows(connection, [visit.key for visit in visits])
            fresh = {rows[visit.key]: visit for visit in visits if visit.key in rows}
            if fresh:
                await self._save_pages(connection, fresh)
        self._known.remember(self._number, news)

    async def _open_rows(self, connection: Transaction, keys: list[str]) -> dict[str, int]:
        """Row ids by key, of rows not DONE. A key that was never added is a fault of the caller."""
        found: dict[str, int] = {}
        seen = 0
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            part = set(keys[start : start + _KEYS_AT_ONCE])
            t = FrontierTable
            rows = self._frontier(t.key, t.id, t.state).where(t.key.in_(sorted(part)))
            for key, number, state in (await connection.execute(rows)).all():
                seen += 1
                if state != State.DONE:
                    found[key] = number
            if seen < len(set(keys[: start + _KEYS_AT_ONCE])):
                raise ValueError(f"a visit of unit {self.unit_id} whose key was never added to its frontier")
        return found

    async def _save_pages(self, connection: Transaction, fresh: Mapping[int, Visit]) -> None:
        unit = self._number
        pages = [
            (
                unit,
                number,
                visit.facts.url,
                facts_to_json(visit.facts),
                visit.etag,
                visit.last_modified,
            )
            for number, visit in fresh.items()
        ]
        # Sorted by probe, then page: neighbours in the table, and in SQLite's cache.
        evidence = sorted(
            (unit, probe, number, storable(data))
            for number, visit in fresh.items()
            for probe, data in visit.evidence.items()
        )
        insert_many = self._database.insert_many
        await insert_many(connection, PageTable, pages)
        await insert_many(connection, EvidenceTable, evidence)
        await insert_many(connection, MemoTable, self._memos(fresh))
        await self._add_attempts(connection, [a for visit in fresh.values() for a in visit.attempts])
        done = (
            update(FrontierTable)
            .where(FrontierTable.id == bindparam("number"))
            .values(state=State.DONE.value)
        )
        await connection.execute(done, [{"number": number} for number in fresh])

    def _memos(self, visits: Mapping[int, Visit]) -> list[tuple[int, int, bytes]]:
        return [(self._number, n, visit.memo) for n, visit in visits.items() if visit.memo is not None]

    async def _offer(self, connection: Transaction, news: Mapping[str, Candidate]) -> None:
        insert = self._database.insert(FrontierTable)
        old = FrontierTable.__table__.c
        offer = insert.on_conflict_do_update(
            index_elements=["unit", "key"],
            set_={name: insert.excluded[name] for name in _OFFERED},
            where=(old.state == State.WAITING.value)
            & (tuple_(*(insert.excluded[name] for name in _BEST)) < tuple_(*(old[name] for name in _BEST))),
        )
        rows = [
            {
                "unit": self._number,
                "key": c.key,
                "url": c.url,
                "level": c.level,
                "sort": c.order,
                "depth": c.depth,
                "role": c.role.value,
                "parent": c.parent,
                "anchor": storable(c.anchor),
                "pattern": c.pattern,
                "state": State.WAITING.value,
            }
            for c in news.values()
        ]
        await connection.execute(offer, rows)

    def _frontier(self, *columns: Any) -> Select[Any]:
        return select(*columns).where(FrontierTable.unit == self._number)

    # -- facts ----------------------------------------------------------------------------------------

    async def facts(self) -> list[PageFacts]:
        rows = _in_walk_order(select(PageTable.facts), PageTable.unit == self._number)
        async with self._database.read() as connection:
            found = (await connection.execute(rows)).all()
        return [facts_from_json(text) for (text,) in found]

    async def evidence(self, probe_id: str) -> list[tuple[str, str]]:
        """(page URL as linked, JSON) of every page that has evidence for this probe."""
        e, p = EvidenceTable, PageTable
        rows = select(p.url, e.data).select_from(e)
        rows = rows.join(p, (p.unit == e.unit) & (p.id == e.page))
        rows = rows.join(FrontierTable, FrontierTable.id == e.page)
        rows = rows.where(e.unit == self._number, e.probe == probe_id).order_by(*WALK_ORDER)
        async with self._database.read() as connection:
            return [(url, data) for url, data in (await connection.execute(rows)).all()]

    async def save_attempts(self, attempts: Sequence[Attempt]) -> None:
        """Requests that belong to no visit: links, search, second looks, canaries."""
        if attempts:
            async with self._database.write() as connection:
                await self._add_attempts(connection, attempts)

    async def attempts(self, purpose: str | None = None) -> list[Attempt]:
        """In the order they were stored."""
        t = AttemptTable
        columns = (t.url, t.method, t.purpose, t.outcome, t.status, t.started_at)
        rows = select(*columns, t.seconds, t.address, t.size, t.error).where(t.unit == self._number)
        if purpose is not None:
            rows = rows.where(t.purpose == purpose)
        async with self._database.read() as connection:
            found = (await connection.execute(rows.order_by(t.id))).all()
        return [
            Attempt(url, method, why, Outcome(outcome), *rest) for url, method, why, outcome, *rest in found
        ]

    async def _add_attempts(self, connection: Transaction, attempts: Sequence[Attempt]) -> None:
        rows = [
            (self._number, *attempt[:-1], storable(attempt.error) if attempt.error else attempt.error)
            for attempt in attempts
        ]
        await self._database.insert_many(connection, AttemptTable, rows)

    # -- what was gathered, and the portal's state ----------------------------------------------------

    async def save_gathered(self, probe_id: str, data: str) -> None:
        """What a probe's `gather` returned (JSON); `confirm` amends it, so the last one stands."""
        insert = self._database.insert(GatheredTable)
        upsert = insert.on_conflict_do_update(
            index_elements=["unit", "probe"], set_={"data": insert.excluded.data}
        )
        async with self._database.write() as connection:
            await connection.execute(
                upsert, [{"unit": self._number, "probe": probe_id, "data": storable(data)}]
            )

    async def gathered(self, probe_id: str) -> str | None:
        t = GatheredTable
        rows = select(t.data).where(t.unit == self._number, t.probe == probe_id)
        async with self._database.read() as connection:
            data: str | None = (await connection.execute(rows)).scalar()
        return data

    async def save_state(self, state: Mapping[str, Any]) -> None:
        """What the walk says of the portal as a whole; replaces what it said before."""
        change = update(UnitTable).where(UnitTable.id == self._number)
        async with self._database.write() as connection:
            await connection.execute(change.values(state=storable(canonical(dict(state)))))

    async def state(self) -> Mapping[str, Any] | None:
        rows = select(UnitTable.state).where(UnitTable.id == self._number)
        async with self._database.read() as connection:
            text = (await connection.execute(rows)).scalar()
        return json.loads(text) if text else None

    async def observe_again(self, visits: Sequence[Visit]) -> None:
        """Replay: facts and evidence of these pages take the place of what was stored of them."""
        keys = [visit.key for visit in visits]
        t, e = FrontierTable, EvidenceTable
        async with self._database.write() as connection:
            numbers: dict[str, int] = {}
            for start in range(0, len(keys), _KEYS_AT_ONCE):
                rows = self._frontier(t.key, t.id).where(t.key.in_(keys[start : start + _KEYS_AT_ONCE]))
                numbers.update((await connection.execute(rows)).all())
            pages = [{"number": numbers[visit.key], "said": facts_to_json(visit.facts)} for visit in visits]
            page = PageTable
            forget = delete(e).where(e.unit == self._number, e.page == bindparam("number"))
            led = delete(MemoTable).where(
                MemoTable.unit == self._number, MemoTable.page == bindparam("number")
            )
            change = update(page).where(page.unit == self._number, page.id == bindparam("number"))
            for statement in (forget, led):
                await connection.execute(statement, [{"number": row["number"]} for row in pages])
            await connection.execute(change.values(facts=bindparam("said")), pages)
            evidence = sorted(
                (self._number, probe, numbers[visit.key], storable(data))
                for visit in visits
                for probe, data in visit.evidence.items()
            )
            await self._database.insert_many(connection, EvidenceTable, evidence)
            again = {numbers[visit.key]: visit for visit in visits}
            await self._database.insert_many(connection, MemoTable, self._memos(again))


def _in_walk_order(rows: Any, mine: ColumnElement[bool]) -> Any:
    return (
        rows.select_from(PageTable)
        .join(FrontierTable, FrontierTable.id == PageTable.id)
        .where(mine)
        .order_by(*WALK_ORDER)
    )
