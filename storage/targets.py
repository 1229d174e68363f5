"""Foreign link targets: one queue per sweep, so that each is asked once, whoever links to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Literal
from urllib.parse import urlsplit

from sqlalchemy import select, update

from storage.engine import Database
from storage.tables import TargetTable
from storage.values import TargetLooks, storable

_AT_ONCE = 500


class Targets:
    """The targets' part of the repository. A look is JSON of the caller's own; looks are 1 and 2."""

    _database: Database

    async def add_targets(self, sweep_id: str, urls: Iterable[str], looks: Literal[1, 2] = 1) -> None:
        """Put URLs in the queue, once each. `looks=2`: the first look has to be confirmed by a second."""
        insert = self._database.insert(TargetTable)
        upsert = insert.on_conflict_do_update(
            index_elements=["sweep", "url"],
            set_={"wanted": insert.excluded.wanted},
            where=TargetTable.__table__.c.wanted < insert.excluded.wanted,
        )
        # Sorted: two workers that lock the same rows in different orders would wait for each other.
        rows = [
            {"sweep": sweep_id, "url": url, "host": _host(url), "wanted": looks} for url in sorted(set(urls))
        ]
        if rows:
            async with self._database.write() as connection:
                await connection.execute(upsert, rows)

    async def save_target_looks(
        self, sweep_id: str, looks: Collection[tuple[str, Literal[1, 2], str]]
    ) -> None:
        """(URL, which look, JSON) each, in one transaction."""
        t = TargetTable
        async with self._database.write() as connection:
            for url, look, data in looks:
                seen = {"first" if look == 1 else "second": storable(data)}
                await connection.execute(update(t).where(t.sweep == sweep_id, t.url == url).values(seen))

    async def target_looks(self, sweep_id: str, urls: Iterable[str]) -> dict[str, TargetLooks]:
        """What was seen so far at those of the URLs that are in the queue."""
        t = TargetTable
        looks: dict[str, TargetLooks] = {}
        async with self._database.read() as connection:
            for part in _parts(sorted(set(urls))):
                rows = select(t.url, t.first, t.second).where(t.sweep == sweep_id, t.url.in_(part))
                for url, first, second in (await connection.execute(rows)).all():
                    looks[url] = TargetLooks(first, second)
        return looks


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _parts(urls: list[str]) -> Iterator[list[str]]:
    remaining = iter(urls)
    while part := list(islice(remaining, _AT_ONCE)):
        yield part
