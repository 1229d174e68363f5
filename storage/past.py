"""What the last sweep of a unit read, for pages that have not changed since (crawler.walking.memo.Past)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from sqlalchemy import select

from crawler.model import Outcome, PageFacts, Role
from crawler.walking.memo import Earlier
from storage.engine import Database
from storage.facts import facts_from_json
from storage.tables import EvidenceTable, MemoTable, PageTable

_AT_ONCE = 100


class Origin(NamedTuple):
    """The sweep that is built on."""

    sweep: str
    number: int  # units.id
    day: date  # on which it began
    oldest: date  # pages read before this day are read again, whatever their server says


class StoredPast:
    """Pages are brought in stretches, in the order in which the walk will ask for them."""

    def __init__(self, database: Database, origin: Origin, probes: Sequence[str]) -> None:
        self._database = database
        self._origin = origin
        self._probes = sorted(probes)
        self._urls: Sequence[str] = ()
        self._places: dict[str, int] = {}
        self._held: dict[str, Earlier | None] = {}
        self._loading = asyncio.Lock()

    def expect(self, urls: Sequence[str]) -> None:
        self._urls, self._held = urls, {}
        self._places = {url: place for place, url in enumerate(urls)}

    async def page(self, url: str) -> Earlier | None:
        async with self._loading:
            if url not in self._held:
                place = self._places.get(url)
                await self._load([url] if place is None else self._urls[place : place + _AT_ONCE])
        return self._held.pop(url)

    async def _load(self, urls: Sequence[str]) -> None:
        p, m, e, unit = PageTable, MemoTable, EvidenceTable, self._origin.number
        pages = select(p.url, p.id, p.facts, p.etag, p.last_modified, m.data).join(
            m, (m.unit == p.unit) & (m.page == p.id)
        )
        pages = pages.where(p.unit == unit, p.url.in_(urls)).order_by(p.id.desc())
        evidence: dict[int, dict[str, str]] = {}
        async with self._database.read() as connection:
            found = (await connection.execute(pages)).all()
            seen = select(e.page, e.probe, e.data).where(
                e.unit == unit, e.probe.in_(self._probes), e.page.in_([row.id for row in found])
            )
            for number, probe, data in (await connection.execute(seen)).all():
                evidence.setdefault(number, {})[probe] = data
        self._held.update(dict.fromkeys(urls))
        for url, number, facts, etag, modified, memo in found:
            known = self._kept(facts_from_json(facts))
            if known is not None:
                seen_then = evidence.get(number, {})
                self._held[url] = Earlier(known, seen_then, memo, etag, modified)

    def _kept(self, facts: PageFacts) -> PageFacts | None:
        """The facts with their origin named; None for what has to be read again."""
        origin = self._origin
        day = date.fromisoformat(facts.read_on) if facts.read_on else origin.day
        good = facts.outcome is Outcome.OK and facts.identified and not facts.rendered
        if not good or facts.role is Role.HOME or day < origin.oldest:
            return None
        return replace(facts, carried=facts.carried or origin.sweep, read_on=day.isoformat())
