"""The walk's way to the gate: a document of a portal is asked for once, by however many ways it is reached.

Columns send on to their first list, old addresses to new ones, and menus name a page by several of them; by
HTTP, by meta refresh or by script. What has been received is given again from the archives, and a redirect
to it is not followed.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import replace
from typing import Protocol

from crawler.keeping.answers import Answers, as_followed
from crawler.keeping.received import addresses, is_settled
from crawler.model import Fetched, Request

HELD = 32  # answers that may not have come to the archive yet


class Asked(Protocol):
    """What is needed of the gate."""

    async def fetch(self, request: Request) -> Fetched: ...


class SparingNet:
    """One walk's. Whoever asks for what is under way waits for it."""

    def __init__(self, net: Asked, answers: Answers) -> None:
        self._net = net
        self._answers = answers
        self._late: OrderedDict[str, Fetched] = OrderedDict()
        self._under_way: dict[str, asyncio.Event] = {}

    async def fetch(self, request: Request) -> Fetched:
        """The answer, had before or asked for now."""
        if request.method != "GET" or request.body is not None:
            return await self._net.fetch(request)
        known = await self._known(request.url)
        if known is not None:
            return known
        fetched = await self._ask(request)
        return await self._followed(fetched) if fetched.led_to_known else fetched

    async def _known(self, url: str) -> Fetched | None:
        """None only where nobody is asking for it, nor has had it while the archives were looked through."""
        while True:
            while (coming := self._under_way.get(url)) is not None:
                await coming.wait()
            late = self._late.get(url)
            if late is not None:
                return replace(late, url=url, hops=late.hops if late.url == url else ())
            found = await self._answers.again(url)
            if found is not None or not (url in self._under_way or url in self._late):
                return found

    async def _ask(self, request: Request) -> Fetched:
        """Ask; the addresses that are gone through count as under way until the answer is there."""
        through = [request.url]
        done = self._under_way[request.url] = asyncio.Event()

        def known(url: str) -> bool:
            if url in self._under_way or url in self._late or self._answers.has(url):
                return self._under_way.get(url) is not done
            self._under_way[url] = done
            through.append(url)
            return False

        try:
            fetched = await self._net.fetch(request._replace(known=known))
            self._hold(fetched)
        finally:
            for url in through:
                del self._under_way[url]
            done.set()
        return fetched

    async def _followed(self, fetched: Fetched) -> Fetched:
        """The answer as if the redirect to what is known had been followed."""
        onward = fetched.final_url
        rest = await self._known(onward) or await self._net.fetch(Request(onward))
        return as_followed(fetched, rest)

    def _hold(self, fetched: Fetched) -> None:
        if is_settled(fetched):
            self._late |= dict.fromkeys(addresses(fetched), fetched)
            while len(self._late) > HELD:
                self._late.popitem(last=False)
