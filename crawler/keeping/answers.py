"""What the units of one sweep have been answered: nobody sends a question that was answered before.

Documents stand in the archives of the units whose walks received them; what probes opened whole (attachments,
accounts, guides of other sites) is held in memory as long as there is room.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from weakref import WeakValueDictionary

from crawler.keeping.archive import Archive
from crawler.model import Fetched, Outcome, Request

ROOM = 32_000_000  # bytes of bodies
ENDED = 64  # archives of units that are done and still count
_LASTING = frozenset({Outcome.OK, Outcome.GONE, Outcome.DENIED})


class Answers:
    """Shared by all units of one process."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._held: OrderedDict[Request, Fetched] = OrderedDict()
        self._doors: WeakValueDictionary[Request, asyncio.Lock] = WeakValueDictionary()
        self._open: list[Archive] = []
        self._ended: deque[Archive] = deque(maxlen=ENDED)

    @contextmanager
    def joined(self, archive: Archive) -> Iterator[None]:
        """What this unit's walk receives counts for all."""
        self._open.append(archive)
        try:
            yield
        finally:
            self._open.remove(archive)
            self._ended.append(archive)

    def has(self, url: str) -> bool:
        """Whether a walk received a document under that address, asked for or arrived at."""
        return any(archive.has(url) for archive in (*self._open, *self._ended))

    async def again(self, url: str) -> Fetched | None:
        """That document, as an answer to whoever asks for the address now; None if it cannot be had."""
        for archive in (*self._open, *self._ended):
            if archive.has(url) and (found := await archive.again(url)) is not None:
                return found
        return None

    async def followed(self, fetched: Fetched) -> Fetched | None:
        """A redirect to a known document, as if it had been followed; None if that one cannot be had."""
        rest = await self.again(fetched.final_url)
        return as_followed(fetched, rest) if rest is not None else None

    async def of(self, request: Request, fetch: Callable[[Request], Awaitable[Fetched]]) -> Fetched:
        """The answer held, else the one that `fetch` gives. A failure that may pass is not held."""
        door = self._doors.setdefault(request, asyncio.Lock())
        async with door:
            fetched = self._held.get(request)
            if fetched is None:
                fetched = await fetch(request)
                if fetched.outcome in _LASTING:
                    self._hold(request, fetched)
            else:
                self._held.move_to_end(request)
        return fetched

    def _hold(self, request: Request, fetched: Fetched) -> None:
        self._held[request] = fetched
        self._room -= _size(fetched)
        while self._room < 0:
            _, dropped = self._held.popitem(last=False)
            self._room += _size(dropped)


def _size(fetched: Fetched) -> int:
    return len(fetched.body) + 1000  # headers and the rest


def as_followed(first: Fetched, rest: Fetched) -> Fetched:
    """One answer of a redirect and of what it leads to."""
    return replace(rest, url=first.url, hops=(*first.hops, *rest.hops))
