"""How often may this host be asked, and when?

One object per host name, shared by all units on it: rate, requests in flight, a pause at least as long as
the last answer took, Retry-After, allowed hours, and the host's robots.txt. One 429 or 503 slows all workers
of the host; going faster again is earned by good answers, never by errors.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from protego import Protego

CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")
MAX_PAUSE_SECONDS = 10.0  # after a slow answer
MAX_CRAWL_DELAY_SECONDS = 60.0
FIRST_SLOW_SECONDS = 0.1  # between two requests, after the first "too many" of a host without rate limit
MAX_SLOW_SECONDS = 60.0
GOOD_ANSWERS_TO_RECOVER = 20  # for each halving
LIMITED_PAUSE_SECONDS = 1.0  # after a 429 that names no time
PATIENCE_SECONDS = 120.0  # a longer Retry-After is not waited for: the request is given up as `limited`

ROBOTS_KEEP_SECONDS = 24 * 3600.0  # RFC 9309 2.4
ROBOTS_AGAIN_SECONDS = 60.0  # after a failure

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class HostPolicy:
    """How a host is treated: requests per second (0 = no limit), requests in flight, robots.txt, hours."""

    rate: float = 2.0
    concurrency: int = 1
    robots: str = "obey"  # obey | ignore
    hours: str | None = None  # "20:00-07:00", Asia/Shanghai


class RobotsText(NamedTuple):
    """What robots.txt says. `lasting` is False where it could not be had and should be tried again soon."""

    text: str
    lasting: bool = True


class _Robots(NamedTuple):
    rules: Protego | None  # None: everything is allowed
    until: float  # monotonic


LoadRobots = Callable[[], Awaitable[RobotsText]]


class HostClosed(Exception):
    """The host asked for a longer pause than we wait for."""


class Host:
    """The pace of one host. `clock` is monotonic seconds, `now` wall time, `sleep` waits; all replaceable."""

    def __init__(
        self,
        name: str,
        policy: HostPolicy,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = name
        self.policy = policy
        self.cookies: dict[str, str] = {}  # only those a wall demands back, see net.py
        self.crawl_delay = 0.0
        self._clock = clock
        self._sleep = sleep
        self._now = now
        self._door = asyncio.Lock()
        self._freed = asyncio.Event()
        self._active = 0
        self._not_before = 0.0  # monotonic; by rate and by the length of answers
        self._closed_until = 0.0  # monotonic; by Retry-After
        self._slow = 0.0  # extra seconds between requests, 0 = not slowed
        self._good = 0
        self._robots: dict[str, _Robots] = {}
        self._robots_door = asyncio.Lock()

    @property
    def interval(self) -> float:
        """Seconds between the starts of two requests, as of now."""
        base = 1 / self.policy.rate if self.policy.rate > 0 else 0.0
        return max(base, self.crawl_delay, self._slow)

    @property
    def waits_until(self) -> float:
        """Monotonic time before which no request starts (hours not counted); for progress display."""
        return max(self._not_before, self._closed_until)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for this host's pace, then hold one of its places. HostClosed instead of a long wait."""
        await self._enter()
        try:
            yield
        finally:
            self._active -= 1
            self._freed.set()

    async def _enter(self) -> None:
        # First come, first served: only the one who holds the door watches the clock.
        async with self._door:
            while True:
                if self._active >= self._places():
                    self._freed.clear()
                    await self._freed.wait()
                    continue
                wait = self._wait()
                if wait <= 0:
                    break
                await self._sleep(wait)
            self._active += 1
            self._not_before = self._clock() + self.interval

    def _places(self) -> int:
        return 1 if self._slow else self.policy.concurrency

    def _wait(self) -> float:
        now = self._clock()
        closed = self._closed_until - now
        if closed > PATIENCE_SECONDS:
            raise HostClosed(f"{self.name} asked for a pause of another {closed:.0f} s")
        wait = max(self._not_before - now, closed, 0.0)
        if self.policy.hours is not None:
            wait = max(wait, seconds_until_open(self.policy.hours, self._now()))
        return wait

    def answered(self, seconds: float) -> None:
        """Take note of a finished exchange without complaint: the pause is at least as long as it took."""
        self._rest(seconds)
        if self._slow:
            self._good += 1
            if self._good >= GOOD_ANSWERS_TO_RECOVER:
                self._good = 0
                self._slow = self._slow / 2 if self._slow > FIRST_SLOW_SECONDS else 0.0

    def failed(self, seconds: float) -> None:
        """Take note of an exchange that ended badly: never makes us faster."""
        self._rest(seconds)
        self._good = 0

    def complained(self, retry_after: float | None, *, pause: bool) -> None:
        """Take note of 429 or 503: everyone slows down; Retry-After seconds are the least."""
        self._good = 0
        self._slow = min(max(2 * self.interval, FIRST_SLOW_SECONDS), MAX_SLOW_SECONDS)
        seconds = retry_after if retry_after is not None else (LIMITED_PAUSE_SECONDS if pause else 0.0)
        self._closed_until = max(self._closed_until, self._clock() + max(seconds, self._slow))

    def _rest(self, seconds: float) -> None:
        if self.policy.rate > 0:  # rate 0 is said by whoever owns the host: no limit at all
            self._not_before = max(self._not_before, self._clock() + min(seconds, MAX_PAUSE_SECONDS))

    async def allows(self, origin: str, url: str, agent: str, load: LoadRobots) -> bool:
        """Whether robots.txt of that origin lets us ask for url. `load` gets its text."""
        if self.policy.robots == "ignore":
            return True
        kept = self._robots.get(origin)
        if kept is None or kept.until < self._clock():
            async with self._robots_door:
                kept = self._robots.get(origin)
                if kept is None or kept.until < self._clock():
                    kept = self._robots[origin] = self._read_robots(await load(), agent)
        return kept.rules is None or kept.rules.can_fetch(url, agent)

    def _read_robots(self, robots: RobotsText, agent: str) -> _Robots:
        rules = Protego.parse(robots.text) if robots.text.strip() else None
        delay = rules.crawl_delay(agent) if rules else None
        if delay and delay > 0:
            self.crawl_delay = max(self.crawl_delay, min(delay, MAX_CRAWL_DELAY_SECONDS))
        return _Robots(
            rules, self._clock() + (ROBOTS_KEEP_SECONDS if robots.lasting else ROBOTS_AGAIN_SECONDS)
        )


_HOURS = re.compile(r"^(\d\d):(\d\d)-(\d\d):(\d\d)$")


def seconds_until_open(hours: str, now: datetime) -> float:
    """Seconds until requests may be made, 0 within the hours. "20:00-07:00" goes over midnight, China time.

    Equal ends mean the whole day. Raises ValueError for another spelling.
    """
    match = _HOURS.match(hours)
    if match is None:
        raise ValueError(f"not hours: {hours!r}")
    opens = timedelta(hours=int(match[1]), minutes=int(match[2])).total_seconds()
    closes = timedelta(hours=int(match[3]), minutes=int(match[4])).total_seconds()
    local = now.astimezone(CHINA)
    time_of_day = local.hour * 3600 + local.minute * 60 + local.second + local.microsecond / 1e6
    open_for = (closes - opens) % 86400 or 86400
    if (time_of_day - opens) % 86400 < open_for:
        return 0.0
    return (opens - time_of_day) % 86400


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """The pause a Retry-After header asks for (seconds or an HTTP date); None if absent or unreadable."""
    if value is None:
        return None
    value = value.strip()
    if value.isdecimal() and value.isascii():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max((until - now).total_seconds(), 0.0)
