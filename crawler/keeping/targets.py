"""What stands behind a link? Looks at link targets, each once per sweep, whoever asks.

A target is asked with GET (HEAD lies on many servers) and at most 64 KB of it are read. The first look, and
the second, later one on a fresh connection, are kept by the store, so that units share them and a killed
sweep does not ask again. One request at a time per host; the gate keeps the pace.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Literal, Protocol
from urllib.parse import unquote, urlsplit
from weakref import WeakValueDictionary

from crawler.dialects import frames
from crawler.gate.exchange import START_BYTES
from crawler.markup.page import Page, squeeze
from crawler.masking import mask
from crawler.model import Fetched, Frozen, Outcome, Request

IN_FLIGHT = 32  # looks at once over all hosts
KEEP_AT_ONCE = 100  # looks per transaction
KEEP_SECONDS = 1.0
WHOLE_BYTES = 60_000  # a shorter answer was read to its end (the gate stops at 64 KB)
TEXT_KEPT = 300  # characters

Fetch = Callable[[Request], Awaitable[Fetched]]
Online = Callable[[], Awaitable[bool]]
Which = Literal[1, 2]


class Look(Frozen):
    """One look at one target. Of a page only what tells it from an error page or a parked domain is kept."""

    outcome: Outcome
    status: int | None = None
    final_url: str = ""
    sends_on: str | None = None  # where the page itself sends a person (meta refresh, script)
    size: int = 0  # bytes read, at most 64 KB
    content_type: str = ""
    html: bool = False  # says it is HTML and begins so (not what Word or Excel save as HTML)
    title: str = ""
    text: str = ""  # the beginning of what a person could read
    characters: int = 0  # of all that could be read
    print: str = ""  # of title and text, numbers and own address folded; '' unless read to the end
    digest: str = ""  # sha-256 of the body; '' unless read to the end
    wall: str | None = None
    tls_problem: str | None = None  # a certificate fault that was accepted to read on; information only
    online: bool = True  # a canary answered around a failed look
    at: datetime | None = None  # UTC


class TargetStore(Protocol):
    """What is needed of the store; `storage.targets.Targets` satisfies it."""

    async def add_targets(self, sweep_id: str, urls: Iterable[str], looks: Which = 1) -> None: ...

    async def save_target_looks(self, sweep_id: str, looks: Collection[tuple[str, Which, str]]) -> None: ...

    async def target_looks(
        self, sweep_id: str, urls: Iterable[str]
    ) -> Mapping[str, tuple[str | None, str | None]]: ...


class Targets:
    """All looks of one sweep. Without a store they are kept in memory (one unit, tests)."""

    def __init__(
        self,
        store: TargetStore | None = None,
        sweep_id: str = "",
        *,
        again_after: float = 20.0,
        settle_after: float = 200.0,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._sweep = sweep_id
        self._again_after = again_after  # seconds between the two looks at least
        self._settle_after = settle_after  # the same, where a host refused: restarts take minutes
        self._now = now
        self._sleep = sleep
        self._room = asyncio.Semaphore(IN_FLIGHT)
        self._doors: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._fresh: dict[tuple[str, Which], Look] = {}  # not yet in the store
        self._kept_at = self._now()
        self._keeping = asyncio.Lock()

    async def look(self, url: str, fetch: Fetch, online: Online, *, again: bool = False) -> Look:
        """The first look at a target, or with `again` the second; from memory or store where there is one.

        Single-flight: who asks while another one looks gets the other's answer.
        """
        which: Which = 2 if again else 1
        async with self._door(url):
            known = await self._known(url, which)
            if known is None:
                if again:
                    await self._until_later(await self._known(url, 1))
                async with self._door(f"host {_host(url)}"), self._room:
                    known = await self._ask(url, fetch, online, fresh=again)
                self._fresh[url, which] = known
        await self._keep_some()
        return known

    async def learn(self, url: str, fetched: Fetched) -> None:
        """An answer that came to another question is the first look as well, where nobody has looked yet."""
        url = url.partition("#")[0]
        if fetched.status is None:
            return  # a look asks a canary as well
        async with self._door(url):
            if await self._known(url, 1) is None:
                start = replace(fetched, body=fetched.body[:START_BYTES])
                self._fresh[url, 1] = look_of(start, at=self._now())
        await self._keep_some()

    async def flush(self) -> None:
        """Put everything into the store."""
        if self._store is None:
            return
        async with self._keeping:
            self._kept_at = self._now()
            batch = dict(self._fresh)
            looks: list[tuple[str, Which, str]] = [
                (url, which, look.model_dump_json(exclude_defaults=True))
                for (url, which), look in batch.items()
            ]
            if looks:
                await self._store.add_targets(self._sweep, [url for url, which, _ in looks if which == 1], 1)
                await self._store.add_targets(self._sweep, [url for url, which, _ in looks if which == 2], 2)
                await self._store.save_target_looks(self._sweep, looks)
            for key in batch:
                self._fresh.pop(key, None)

    def _door(self, name: str) -> asyncio.Lock:
        door = self._doors.get(name)
        if door is None:
            door = self._doors[name] = asyncio.Lock()
        return door

    async def _known(self, url: str, which: Which) -> Look | None:
        look = self._fresh.get((url, which))
        if look is not None or self._store is None:
            return look
        stored = (await self._store.target_looks(self._sweep, [url])).get(url)
        text = stored[which - 1] if stored is not None else None
        return Look.model_validate_json(text) if text else None

    async def _until_later(self, first: Look | None) -> None:
        if first is not None and first.at is not None:
            wanted = self._settle_after if first.outcome is Outcome.REFUSED else self._again_after
            passed = (self._now() - first.at).total_seconds()
            if passed < wanted:
                await self._sleep(wanted - max(0.0, passed))

    async def _ask(self, url: str, fetch: Fetch, online: Online, *, fresh: bool) -> Look:
        fetched = await fetch(Request(url, fresh=fresh, body_wanted=False))
        # Only failures that could be our own need a witness; an HTTP answer is its own.
        seen = await online() if fetched.status is None else True
        return look_of(fetched, online=seen, at=self._now())

    async def _keep_some(self) -> None:
        late = (self._now() - self._kept_at).total_seconds() >= KEEP_SECONDS
        if self._store is not None and (late or len(self._fresh) >= KEEP_AT_ONCE):
            await self.flush()


def look_of(fetched: Fetched, *, online: bool = True, at: datetime | None = None) -> Look:
    """What is kept of an answer."""
    kind = fetched.headers.get("content-type", "").partition(";")[0].strip().lower()
    html = fetched.ok and kind in ("", "text/html", "application/xhtml+xml") and _begins_html(fetched.body)
    page = Page.of(fetched) if html else None
    sent = frames.redirect(page) if page is not None else None
    whole = len(fetched.body) < WHOLE_BYTES
    text = page.text if page is not None else ""
    return Look(
        outcome=fetched.outcome,
        status=fetched.status,
        final_url=fetched.final_url,
        sends_on=sent.redirect if sent is not None else None,
        size=len(fetched.body),
        content_type=kind,
        html=html,
        title=mask(page.title)[:120] if page is not None else "",
        text=mask(text[: TEXT_KEPT + 30])[:TEXT_KEPT],  # a number at the cut is masked whole
        characters=len(text),
        print=fingerprint(page.title, text, fetched.url, fetched.final_url) if page and whole else "",
        digest=hashlib.sha256(fetched.body).hexdigest() if fetched.ok and whole else "",
        wall=fetched.wall,
        tls_problem=fetched.tls_problem,
        online=online,
        at=at,
    )


_NUMBERS = re.compile(r"\d+")
_SPACES = re.compile(r"\s+")


def fingerprint(title: str, text: str, *urls: str) -> str:
    """Equal for pages that say the same but for numbers, spaces and their own address."""
    whole = f"{title}\n{text}"
    for url in urls:
        parts = urlsplit(url)
        for own in (url, unquote(url), parts.path, unquote(parts.path), parts.path.rpartition("/")[2]):
            if len(own) > 3:
                whole = whole.replace(own, "")
    folded = _NUMBERS.sub("0", _SPACES.sub("", whole))
    return hashlib.sha256(folded.encode("utf-8", "replace")).hexdigest()[:20]


def _begins_html(body: bytes) -> bool:
    head = squeeze(body[:2048].decode("latin-1")).lower()
    if "schemas-microsoft-com:office" in head:
        return False
    return "<html" in head or "<!doctype html" in head or "<head" in head or "<body" in head


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower()
