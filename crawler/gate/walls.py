"""Is this answer an anti-bot wall? Only named marks count; they are data in walls.yaml.

A wall is never a fault of the unit: it is the reason for `unknown`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import Field, TypeAdapter

from crawler.model import Frozen
from crawler.shipped import table

READ_BYTES = 16 * 1024  # of the body; every known wall shows its mark before that


class Mark(Frozen):
    """One named mark as written in walls.yaml: all conditions given must hold."""

    name: str
    title: str  # Chinese, for reports
    status: tuple[int, ...] = ()
    headers: Mapping[str, str] = {}
    cookies: str | None = None
    body: tuple[tuple[str, ...], ...] = ()
    max_bytes: int | None = Field(default=None, gt=0)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A mark made ready for matching. Bodies are searched as bytes: every page passes here."""

    name: str
    max_bytes: int | None
    headers: tuple[tuple[str, re.Pattern[str]], ...]
    cookies: re.Pattern[str] | None
    body: tuple[tuple[bytes, ...], ...]

    @classmethod
    def of(cls, mark: Mark) -> _Ready:
        return cls(
            mark.name,
            mark.max_bytes,
            tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in mark.headers.items()),
            re.compile(mark.cookies) if mark.cookies else None,
            tuple(tuple(spelled for text in group for spelled in _spellings(text)) for group in mark.body),
        )


@cache
def marks() -> tuple[Mark, ...]:
    """All marks, in the order of the file."""
    return TypeAdapter(tuple[Mark, ...]).validate_python(table("crawler.gate", "walls.yaml")["walls"])


def title(name: str) -> str:
    """The Chinese name of a wall, for reports; the name itself where unknown."""
    return next((mark.title for mark in marks() if mark.name == name), name)


def find_wall(
    status: int, headers: Mapping[str, str], body: bytes, set_cookies: Sequence[str] = ()
) -> str | None:
    """The name of the first mark this answer carries, or None. `headers` have lower-case names."""
    start = body[:READ_BYTES].lower()
    for ready in _for_status(status):
        if ready.max_bytes is not None and len(body) > ready.max_bytes:
            continue
        if any(not pattern.search(headers.get(name, "")) for name, pattern in ready.headers):
            continue
        if ready.cookies is not None and not any(ready.cookies.search(cookie) for cookie in set_cookies):
            continue
        if all(any(text in start for text in group) for group in ready.body):
            return ready.name
    return None


@cache
def _for_status(status: int) -> tuple[_Ready, ...]:
    return tuple(_Ready.of(mark) for mark in marks() if not mark.status or status in mark.status)


def _spellings(text: str) -> tuple[bytes, ...]:
    text = text.lower()
    return (text.encode(),) if text.isascii() else (text.encode("utf-8"), text.encode("gb18030").lower())
