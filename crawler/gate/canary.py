"""Were we online ourselves?

Canaries are addresses of strangers (never a unit's host) that answer whenever this machine is online. They
are asked per address family, before and again after whatever looks like a dead host: a "yes" older than a
failure proves nothing about it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from crawler import urls
from crawler.gate.dns import Names
from crawler.model import Family, Fetched, Outcome, Request

FRESH_SECONDS = 5.0  # how long an answer to online() holds
CANARY_SECONDS = 5.0  # time limit of one question
RECENT_SECONDS = 120.0  # without canaries: how long another host's answer shows that we are online
MIN_GAP_SECONDS = 0.5  # between two questions to public canaries; everybody who waits shares the answer

Ask = Callable[[Request], Awaitable[Fetched]]


class _Known:
    """What is known for one address family."""

    def __init__(self) -> None:
        self.door = asyncio.Lock()
        self.asked_at = float("-inf")  # start of the last question
        self.online = False
        self.off_at = float("-inf")  # when no canary answered last


class Canaries:
    """Asks the canaries through `ask` and remembers, per family, when the last question began and its answer.

    Without any canary, `online` can only tell whether some host answered in the last two minutes.
    """

    def __init__(
        self,
        addresses: Sequence[str],
        names: Names,
        ask: Ask,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.addresses = tuple(addresses)
        self.ever_online = False
        self._names = names
        self._ask = ask
        self._clock = clock
        self._sleep = sleep
        self._known = {family: _Known() for family in Family}
        self._host_answered = {family: float("-inf") for family in Family}
        self._turn = 0
        self._names_door = asyncio.Lock()
        self._resolved_at = float("-inf")

    def note_answer(self, family: Family, address: str | None) -> None:
        """Some host answered just now over that family."""
        now = self._clock()
        self._host_answered[family] = now
        if address is not None:
            self._host_answered[Family.V6 if ":" in address else Family.V4] = now
        self._host_answered[Family.ANY] = now

    async def online(self, family: Family = Family.ANY, *, since: float | None = None) -> bool:
        """Whether a canary answers over that family, by a question begun at `since` (monotonic) or later.

        Without `since` an answer of the last five seconds will do. Where no canary has an address of the
        family, an answer of any host over it in the last two minutes counts.
        """
        known = self._known[family]
        earliest = self._clock() - FRESH_SECONDS if since is None else since
        async with known.door:
            if known.asked_at < earliest:
                await self._renew(known, family)
            return known.online

    def was_off(self, family: Family, since: float) -> bool:
        """Whether no canary answered at some question since then: that voids the window."""
        return self._known[family].off_at >= since

    async def resolves(self, *, since: float) -> bool:
        """Whether the DNS knows the name of a canary, asked at `since` (monotonic) or later.

        Canaries given by address or declared say nothing about the DNS.
        """
        async with self._names_door:
            if self._resolved_at < since:
                for address in self.addresses:
                    host = _host(address)
                    if not self._names.is_fixed(host) and await self._exists(host):
                        self._resolved_at = self._clock()
                        break
            return self._resolved_at >= since

    async def _exists(self, host: str) -> bool:
        resolved = await self._names.resolve(host, Family.V4, fresh=True)
        return resolved.outcome in (Outcome.OK, Outcome.NO_ADDRESS)

    async def _renew(self, known: _Known, family: Family) -> None:
        addresses = [address for address in self.addresses if await self._has(address, family)]
        if not addresses:
            known.online = self._host_answered[family] >= self._clock() - RECENT_SECONDS
            return
        gap = known.asked_at + MIN_GAP_SECONDS - self._clock()
        if gap > 0 and not all(self._names.is_near(_host(address)) for address in addresses):
            await self._sleep(gap)
        known.asked_at = self._clock()
        known.online = await self._any_answers(addresses, family)
        if not known.online:
            known.off_at = self._clock()
        self.ever_online = self.ever_online or known.online

    async def _any_answers(self, addresses: Sequence[str], family: Family) -> bool:
        self._turn += 1  # the load goes round
        first = self._turn % len(addresses)
        for address in (*addresses[first:], *addresses[:first]):
            fetched = await self._ask(Request(address, family=family, seconds=CANARY_SECONDS, fresh=True))
            if answers(fetched):
                return True
        return False

    async def _has(self, address: str, family: Family) -> bool:
        if family is Family.ANY:
            return True
        # A failed or missing answer keeps the canary in: being cut off must not look like "no canary".
        resolved = await self._names.resolve(_host(address), family)
        return resolved.outcome is not Outcome.NO_ADDRESS


def answers(fetched: Fetched) -> bool:
    """Whether this is the canary's own answer, and not a login page of the network we are in."""
    if fetched.status is None or fetched.status >= 500 or fetched.status in (407, 511):
        return False
    host = _host(fetched.url)
    return urls.site_of(_host(fetched.final_url)) == urls.site_of(host)


def _host(url: str) -> str:
    target = urls.parse(url)
    return target.host if target else ""
