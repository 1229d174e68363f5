"""What is stored of one unit, as judging reads it: in one transaction, and in few queries for many probes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from crawler.model import PageFacts
from storage.engine import Transaction
from storage.facts import facts_from_json
from storage.tables import AttemptTable, EvidenceTable, FrontierTable, GatheredTable, PageTable

WALK_ORDER = (FrontierTable.level, FrontierTable.sort, FrontierTable.url, FrontierTable.key)
_ROWS = 20_000  # of evidence read ahead: all of a small unit, one probe after the other of a very large one


class Record:
    """Answers like a UnitStore. `probes`: in the order in which their evidence will be asked for."""

    def __init__(
        self, connection: Transaction, number: int, state: Mapping[str, Any] | None, probes: Sequence[str]
    ) -> None:
        self._connection = connection
        self._number = number
        self._state = state
        self._probes = probes
        self._visited: dict[int, PageFacts] | None = None  # by page, in walk order
        self._gathered: dict[str, str] | None = None
        self._ahead: dict[str, list[tuple[str, str]]] = {}

    async def state(self) -> Mapping[str, Any] | None:
        return self._state

    async def facts(self) -> list[PageFacts]:
        return list((await self._pages()).values())

    async def gathered(self, probe_id: str) -> str | None:
        if self._gathered is None:
            t = GatheredTable
            self._gathered = dict(await self._rows(select(t.probe, t.data).where(t.unit == self._number)))
        return self._gathered.get(probe_id)

    async def evidence(self, probe_id: str) -> list[tuple[str, str]]:
        """(page URL as linked, JSON) of every page that has evidence for this probe, in walk order."""
        if probe_id not in self._ahead:
            pages = await self._pages()
            at = self._probes.index(probe_id)
            probes = self._probes[at : at + max(1, _ROWS // max(1, len(pages)))]
            self._ahead = await self._evidence(probes, pages)
        return self._ahead[probe_id]

    async def times(self) -> dict[str, datetime]:
        """When each URL was last asked for, UTC."""
        t = AttemptTable
        rows = select(t.url, func.max(t.started_at)).where(t.unit == self._number).group_by(t.url)
        return {url: datetime.fromisoformat(moment) for url, moment in await self._rows(rows) if moment}

    async def _pages(self) -> dict[int, PageFacts]:
        if self._visited is None:
            p, f = PageTable, FrontierTable
            rows = select(p.id, p.facts).join(f, f.id == p.id).where(p.unit == self._number)
            found = await self._rows(rows.order_by(*WALK_ORDER))
            self._visited = {number: facts_from_json(text) for number, text in found}
        return self._visited

    async def _evidence(
        self, probes: Sequence[str], pages: Mapping[int, PageFacts]
    ) -> dict[str, list[tuple[str, str]]]:
        e = EvidenceTable
        rows = select(e.probe, e.page, e.data).where(e.unit == self._number, e.probe.in_(probes))
        by_probe: dict[str, dict[int, str]] = {probe: {} for probe in probes}
        for probe, page, data in await self._rows(rows):
            by_probe[probe][page] = data
        return {
            probe: [(facts.url, data[page]) for page, facts in pages.items() if page in data]
            for probe, data in by_probe.items()
        }

    async def _rows(self, statement: Any) -> Any:
        return (await self._connection.execute(statement)).all()
