"""The gate as one unit uses it: every attempt recorded, and no attempt lost to an outage of our own."""

from __future__ import annotations

import asyncio
import time
from contextvars import ContextVar
from dataclasses import replace
from typing import Protocol, TypeVar

from crawler.browser.browsing import UnitBrowser
from crawler.browser.tab import Rendered, Task, Trouble
from crawler.frontier import Attempt
from crawler.gate.exchange import START_BYTES
from crawler.keeping.answers import Answers
from crawler.keeping.archive import Archive, NoArchive
from crawler.keeping.targets import Look, Targets
from crawler.model import Family, Fetched, Outcome, Request, Resolved

T = TypeVar("T")

WALK = "walk"  # the purpose of requests that belong to pages


class Gate(Protocol):
    """What is wrapped: `crawler.net.Gate`."""

    async def fetch(self, request: Request, *, purpose: str = "walk") -> Fetched: ...

    async def resolve(self, host: str, family: Family) -> Resolved: ...

    async def online(self, family: Family = Family.ANY) -> bool: ...


# Whose attempts the gate is making: tasks inherit it, so retries, robots.txt and canaries are recorded with
# the unit that caused them.
_RECORD: ContextVar[list[Attempt] | None] = ContextVar("attempts", default=None)


def record(attempt: Attempt) -> None:
    """The gate's `on_attempt`."""
    attempts = _RECORD.get()
    if attempts is not None:
        attempts.append(attempt)


class PatientNet:
    """Asks again when the canaries say that we were offline, for up to `patience` seconds in all."""

    def __init__(
        self,
        gate: Gate,
        targets: Targets | None = None,
        answers: Answers | None = None,
        *,
        browser: UnitBrowser | None = None,
        archive: Archive | None = None,
        pause: float = 5.0,
        patience: float = 600.0,
    ) -> None:
        self._gate = gate
        self._targets = targets or Targets()
        self._answers = answers or Answers()
        self._anew = False
        self._browser = browser or UnitBrowser(None)
        self._archive = archive or NoArchive()
        self._pause = pause
        self._patience = patience
        self._attempts: list[Attempt] = []
        self.purpose = WALK

    async def fetch(self, request: Request) -> Fetched:
        """One answer. The walk archives its pages itself, once it knows what is on them."""
        fetched = await self._fetch(request)
        if self.purpose != WALK:
            await self._keep(request, fetched)
        return fetched

    async def once(self, request: Request) -> Fetched:
        """What a walk or another probe of this sweep was answered, of any unit; asked for only if nobody was.

        After `ask_anew` nothing from before counts, but second looks are shared among probes, too.
        """
        plain = request.method == "GET" and not self._anew
        if plain and (walked := await self._archive.again(request.url)) is not None:
            return walked
        fetched = await self._answers.again(request.url) if plain else None
        if fetched is None:
            fetched = await self._answers.of(request, self._spared)
            if plain:
                await self._targets.learn(request.url, fetched)
        await self._keep(request, fetched)
        return fetched

    def ask_anew(self) -> None:
        """From here on looks are second looks."""
        self._anew = True
        self._answers = Answers()
        self._browser.ask_anew()

    async def _keep(self, request: Request, fetched: Fetched) -> None:
        self._archive.keep(request, fetched, self.purpose)
        if self._archive.full:
            await self._archive.flush()

    async def _fetch(self, request: Request) -> Fetched:
        deadline = time.monotonic() + self._patience
        _RECORD.set(self._attempts)
        while True:
            fetched = await self._gate.fetch(request, purpose=self.purpose)
            if fetched.outcome is not Outcome.OWN_NETWORK or time.monotonic() > deadline:
                return fetched
            if request.family is not Family.ANY and await self._gate.online():
                return fetched  # only that family is cut off here: waiting may never end
            await self._until_online(deadline)

    async def resolve(self, host: str, family: Family) -> Resolved:
        return await self._gate.resolve(host, family)

    async def online(self, family: Family = Family.ANY) -> bool:
        return await self._gate.online(family)

    async def look(self, url: str, *, again: bool = False) -> Look:
        """What stands behind a link: shared with all units of the sweep, see crawler.keeping.targets."""
        if not again and (walked := await self._answers.again(url)) is not None:
            await self._targets.learn(url, walked)
        return await self._targets.look(url, self._looked, self.online, again=again)

    async def _looked(self, request: Request) -> Fetched:
        fetched = await self._spared(request)
        await self._keep(request, fetched)
        return fetched

    async def _spared(self, request: Request) -> Fetched:
        """One answer; where a first look is sent on to what was received before, that is not asked for."""
        if self._anew or request.fresh:
            return await self._fetch(request)
        fetched = await self._fetch(request._replace(known=self._answers.has))
        if fetched.led_to_known:
            fetched = await self._answers.followed(fetched) or await self._fetch(request)
        return fetched if request.body_wanted else replace(fetched, body=fetched.body[:START_BYTES])

    async def browse(self, task: Task[T], *, seconds: float = 120.0) -> T | Trouble:
        """Do something with a page in the browser, within the unit's time for it."""
        _RECORD.set(self._attempts)
        return await self._browser.browse(task, seconds=seconds)

    async def render(self, url: str) -> Rendered | Trouble:
        """A page as it stands after its scripts have run."""
        _RECORD.set(self._attempts)
        return await self._browser.render(url)

    def drain(self) -> list[Attempt]:
        """The attempts since the last call, to be stored."""
        attempts = list(self._attempts)
        self._attempts.clear()
        return attempts

    async def _until_online(self, deadline: float) -> None:
        for _ in range(int(self._patience / self._pause) + 1):
            if await self._gate.online() or time.monotonic() > deadline:
                return
            await asyncio.sleep(self._pause)
