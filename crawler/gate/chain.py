"""One attempt from hop to hop: where it stands, where an answer sends it, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from crawler import urls
from crawler.errors import BadUrl
from crawler.gate.exchange import REDIRECTS, Answer
from crawler.gate.host import Host
from crawler.gate.walls import find_wall
from crawler.gate.wire import Way
from crawler.model import Fetched, Hop, Outcome, Request

MAX_HOPS = 10
_TOWARDS_GET = frozenset({301, 302, 303})


@dataclass
class Chain:
    """What one attempt has gone through so far."""

    request: Request
    way: Way
    url: str
    method: str
    body: bytes | None
    spent: float = 0.0
    hops: list[Hop] = field(default_factory=list)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    seen: set[tuple[str, str, str]] = field(default_factory=set)
    answer: Answer | None = None
    led_to_known: bool = False

    def go_on(self, url: str) -> bool:
        """Take the next hop; False where the asker has what stands there, as anybody gets it, and has not
        just come from it."""
        self.url = url
        known = self.request.known
        if known is not None and not self.with_cookies and all(hop.url != url for hop in self.hops):
            self.led_to_known = known(url)
        return not self.led_to_known

    @property
    def with_cookies(self) -> bool:
        """Whether a redirect gave cookies, which go along from there."""
        return any(self.cookies.values())

    def next_url(self, target: urls.Target, host: Host, answer: Answer) -> str | None:
        """Where the answer sends us, None if it is the last one."""
        if answer.status not in REDIRECTS or answer.location is None:
            return None
        _keep_cookies(self.cookies.setdefault(target.host, {}), answer.set_cookies)
        next_url = urls.location(answer.location, self.url)
        self.hops.append(Hop(self.url, answer.status, next_url))
        if next_url is None:
            raise BadUrl(f"Location {answer.location[:200]!r}")
        if next_url == self.url and answer.set_cookies:
            # A wall that only wants its cookie back: give it, and keep it for the next pages of this host.
            host.cookies.update(self.cookies[target.host])
        if answer.status == 303 or (answer.status in _TOWARDS_GET and self.method == "POST"):
            self.method, self.body = ("HEAD" if self.method == "HEAD" else "GET"), None
        return next_url

    def finished(self, started: datetime, outcome: Outcome) -> Fetched:
        """The last answer as a value."""
        answer = self.answer
        if answer is None or outcome is Outcome.ROBOTS:
            return self.broken(started, outcome, "robots.txt")
        wall = None
        if not self.led_to_known:
            wall = find_wall(answer.status, answer.headers, answer.body, answer.set_cookies)
        return Fetched(
            url=self.request.url,
            final_url=self.url,
            outcome=Outcome.WALL if wall else outcome,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            hops=tuple(self.hops),
            started_at=started,
            seconds=self.spent,
            address=answer.address,
            wall=wall,
            error=None if outcome is Outcome.OK and not wall else f"HTTP {answer.status}",
            tls_problem=answer.tls_problem,
            not_modified=answer.status == 304,
            with_cookies=self.with_cookies,
            led_to_known=self.led_to_known,
        )

    def broken(self, started: datetime, outcome: Outcome, words: str) -> Fetched:
        """Why there was no last answer, as a value."""
        return Fetched(
            url=self.request.url,
            final_url=self.url,
            outcome=outcome,
            hops=tuple(self.hops),
            started_at=started,
            seconds=self.spent,
            error=words or outcome.value,
        )


def _keep_cookies(jar: dict[str, str], set_cookies: Iterable[str]) -> None:
    for line in set_cookies:
        name, mark, value = line.partition(";")[0].partition("=")
        if mark and name.strip() and line.isprintable():
            jar[name.strip()] = value.strip()
