"""Observes the archived pages again, as if they were fetched now, then judges and scores. No network.

What probes gathered besides pages (looks at links, the search, the browser) are facts and stay as they are.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from crawler.frontier import Visit
from crawler.keeping.archive import PAGE, ArchiveError, Entry, entries, fetched_at, key_of, shown_key
from crawler.model import Fetched, Outcome, Request
from crawler.walking.walk import Walk, WalkPlan
from probes import ALL
from rules.load import available, load
from storage.repo import Store
from storage.unit_store import UnitStore
from storage.values import SweepRow, SweepState, UnitRow
from sweep.errors import SweepError
from sweep.night.stages import observer
from sweep.proof.archive import archive_path, store_error
from sweep.verdicts.judging import judge_sweep

PAGES_AT_ONCE = 200


class ArchivedNet:
    """Answers from an archive, as the gate answered then, or the browser."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._by_key: dict[str, list[Entry]] = {}
        for entry in entries(path):
            self._by_key.setdefault(entry.key, []).append(entry)
        self._here = 0
        self._shown = False
        self.whole = True  # whether all that was asked since `stand_at` was there

    def has_page(self, url: str) -> bool:
        return self._page(key_of(Request(url))) is not None

    def stand_at(self, url: str, *, rendered: bool) -> None:
        """The visit that is made again: of several versions of a part, it used the last one before it."""
        self._shown = rendered
        page = self._page(self._key(Request(url)))
        self._here = page.offset if page else 0
        self.whole = page is not None

    async def fetch(self, request: Request) -> Fetched:
        versions = self._by_key.get(self._key(request), [])
        before = [entry for entry in versions if entry.offset <= self._here]
        entry = before[-1] if before else next(iter(versions), None)
        if entry is not None and not entry.withheld:
            return await asyncio.to_thread(fetched_at, self._path, entry)
        # A page in the browser asks for its parts by itself: the walk never got them one by one.
        if entry is not None or not self._shown:
            self.whole = False
        return Fetched(request.url, request.url, Outcome.BUDGET)

    def _key(self, request: Request) -> str:
        return shown_key(request) if self._shown else key_of(request)

    def _page(self, key: str) -> Entry | None:
        versions = self._by_key.get(key, [])
        return next((entry for entry in reversed(versions) if entry.purpose == PAGE), None)


async def replay(store: Store, row: SweepRow) -> int:
    """Observe and judge a whole sweep again; how many pages kept what was observed of them live.

    Those are pages whose body the archive must not hold (personal data, attachments), or that lack a part.
    Raises SweepError where pages are missing: then nothing was changed.
    """
    if row.state is not SweepState.DONE:
        raise SweepError(f"巡检 {row.id} 还没有完成，不能重放。请先用原来的命令接着跑完")
    units = await store.units(row.id)
    try:
        await _require_complete(store, row, units)
        kept = 0
        for unit in units:
            kept += await _observe_unit(store, row, unit)
    except ArchiveError as problem:
        raise store_error(problem) from problem
    beside = [name for name in await store.judged_packs(row.id) if name in available()]
    for name in dict.fromkeys((*row.packs, *beside)):
        await judge_sweep(store, row, [unit.unit for unit in units], load(name))
    return kept


async def _require_complete(store: Store, row: SweepRow, units: Sequence[UnitRow]) -> None:
    lacking: list[str] = []
    missing = total = 0
    for unit in units:
        net = ArchivedNet(archive_path(store.where, row.id, unit.unit.id))
        visited = await (await store.unit(row.id, unit.unit.id)).visited()
        gone = [candidate.url for candidate in visited if not net.has_page(candidate.url)]
        total += len(visited)
        missing += len(gone)
        if gone:
            lacking.append(f"{unit.unit.name}缺 {len(gone)} 页（如 {gone[0]}）")
    if missing:
        more = f"等 {len(lacking)} 个单位" if len(lacking) > 3 else ""
        raise SweepError(
            f"巡检 {row.id} 不能重放：{total} 个页面中有 {missing} 个没有存档："
            f"{'，'.join(lacking[:3])}{more}。"
            "默认只留存问题涉及的页面；要能重放，请在巡检时加 --archive all。"
            f"只需重新判定时，运行 sunsweep score --sweep {row.id}"
        )


async def _observe_unit(store: Store, row: SweepRow, unit: UnitRow) -> int:
    if unit.unit.portal is None:
        return 0
    unit_store = await store.unit(row.id, unit.unit.id)
    net = ArchivedNet(archive_path(store.where, row.id, unit.unit.id))
    batch: list[Visit] = []
    kept = 0
    async for visit in _visits(row, unit, net, unit_store):
        if visit is None:
            kept += 1
            continue
        batch.append(visit)
        if len(batch) >= PAGES_AT_ONCE:
            await unit_store.observe_again(batch)
            batch = []
    if batch:
        await unit_store.observe_again(batch)
    return kept


async def _visits(
    row: SweepRow, unit: UnitRow, net: ArchivedNet, store: UnitStore
) -> AsyncIterator[Visit | None]:
    """Every visit made again, in walk order; None where the archive could not answer all of it."""
    plan = WalkPlan(unit.unit, row.period, row.as_of, observer(ALL), includes_held=0)
    fetching = Walk(plan, net, store)
    shown = {facts.url for facts in await store.facts() if facts.rendered}
    for candidate in await store.visited():
        rendered = candidate.url in shown
        net.stand_at(candidate.url, rendered=rendered)
        visit = await (Walk(plan, net, store, shown=True) if rendered else fetching).visit(candidate)
        yield visit if net.whole else None
