"""What is stored of one unit, as judging reads it: in one transaction, and in few queries for many probes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select

from crawler.model import PageFacts
from storage.engine import Transaction
from storage.facts import facts_from_json
from storage.tables import AttemptTable, EvidenceTable, FrontierTable, GatheredTable, PageTable

WALK_ORDER = (FrontierTable.level, FrontierTable.sort, FrontierTable.url, FrontierTable.key)
_ROWS = 20_000  # of evidence read ahead: all of a small unit, one probe after the other of a very large one

# Put together once: that takes as long as asking for little.
_UNIT: BindParameter[int] = bindparam("unit")
_GATHERED = select(GatheredTable.probe, GatheredTable.data).where(GatheredTable.unit == _UNIT)
_PAGES = (
    select(PageTable.id, PageTable.facts)
    .join(FrontierTable, FrontierTable.id == PageTable.id)
    .where(PageTable.unit == _UNIT)
    .order_by(*WALK_ORDER)
)
_EVIDENCE = select(EvidenceTable.probe, EvidenceTable.page, EvidenceTable.data).where(
    EvidenceTable.unit == _UNIT, EvidenceTable.probe.in_(bindparam("probes", expanding=True))
)
_TIMES = (
    select(AttemptTable.url, func.max(AttemptTable.started_at))
    .where(AttemptTable.unit == _UNIT)
    .group_by(AttemptTable.url)
)


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
            self._gathered = dict(await self._rows(_GATHERED))
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
        found = await self._rows(_TIMES)
        return {url: datetime.fromisoformat(moment) for url, moment in found if moment}

    async def _pages(self) -> dict[int, PageFacts]:
        if self._visited is None:
            found = await self._rows(_PAGES)
            self._visited = {number: facts_from_json(text) for number, text in found}
        return self._visited

    async def _evidence(
        self, probes: Sequence[str], pages: Mapping[int, PageFacts]
    ) -> dict[str, list[tuple[str, str]]]:
        by_probe: dict[str, dict[int, str]] = {probe: {} for probe in probes}
        for probe, page, data in await self._rows(_EVIDENCE, probes=probes):
            by_probe[probe][page] = data
        return {
            probe: [(facts.url, data[page]) for page, facts in pages.items() if page in data]
            for probe, data in by_probe.items()
        }

    async def _rows(self, statement: Any, **given: Any) -> Any:
        return (await self._connection.execute(statement, {"unit": self._number, **given})).all()
