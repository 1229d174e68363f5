"""What a page led to and was made of, kept so that an unchanged page need not be read again (沿用).

A nightly sweep finds most pages as they were. Such a page keeps the evidence of its last reading: its server
says 304, or sends the same bytes, and every script, frame and data answer that belongs to it is the same.
Its links are put on the frontier anew, because their places depend on the day and on how the page was found.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import NamedTuple, Protocol

from crawler.markup.dates import MonthDay
from crawler.model import PageFacts, Request

_FAST = 1  # zlib's level: four fifths of what the best one saves, at a fifth of its cost


class Row(NamedTuple):
    """One dated row of the page's main list."""

    url: str
    date: date | None
    month_day: MonthDay | None


class Leads(NamedTuple):
    """Where a page leads: page-like links in scope with their places and masked texts; its rows."""

    links: tuple[tuple[int, str, str], ...] = ()
    rows: tuple[Row, ...] = ()


class Part(NamedTuple):
    """A script, frame or data answer that belongs to a page. `digest`: of its text, '' where none came."""

    request: Request
    digest: str


class Memo(NamedTuple):
    """All that has to be known of a page besides its facts and evidence."""

    leads: Leads = Leads()
    parts: tuple[Part, ...] = ()

    def encode(self) -> bytes:
        """Small and quick: every page of a portal writes one."""
        rows = [
            (row.url, row.date.isoformat() if row.date else None, row.month_day) for row in self.leads.rows
        ]
        parts = [(*_plain(part.request), part.digest) for part in self.parts]
        return zlib.compress(json.dumps([self.leads.links, rows, parts], ensure_ascii=False).encode(), _FAST)

    @classmethod
    def decode(cls, data: bytes) -> Memo:
        links, rows, parts = json.loads(zlib.decompress(data))
        leads = Leads(tuple(map(tuple, links)), tuple(_row(*row) for row in rows))
        return cls(leads, tuple(_part(*part) for part in parts))


@dataclass(frozen=True, slots=True)
class Earlier:
    """One page as an earlier sweep read it. `facts.carried` says in which sweep that was."""

    facts: PageFacts
    evidence: Mapping[str, str]  # probe id -> JSON
    memo: bytes  # encoded, because it is mostly handed on as it is
    etag: str | None
    last_modified: str | None


class Past(Protocol):
    """What an earlier sweep of the same unit tells, if one may be built on."""

    def expect(self, urls: Sequence[str]) -> None:
        """The addresses that will be asked for next, in this order."""
        ...

    async def page(self, url: str) -> Earlier | None:
        """The page of this address, where it may be carried over."""
        ...


class NoPast:
    """Everything is read."""

    def expect(self, urls: Sequence[str]) -> None:
        return None

    async def page(self, url: str) -> Earlier | None:
        return None


def text_digest(text: str | None) -> str:
    """What is compared of a part."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if text is not None else ""


def _plain(request: Request) -> tuple[str, str, str | None, str | None, str | None]:
    body = request.body.decode("latin-1") if request.body is not None else None
    return request.url, request.method, body, request.content_type, request.referer


def _part(
    url: str, method: str, body: str | None, content_type: str | None, referer: str | None, digest: str
) -> Part:
    sent = body.encode("latin-1") if body is not None else None
    return Part(Request(url, method, sent, content_type, referer), digest)


def _row(url: str, day: str | None, month_day: list[int] | None) -> Row:
    return Row(url, date.fromisoformat(day) if day else None, MonthDay(*month_day) if month_day else None)
