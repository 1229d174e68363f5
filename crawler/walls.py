"""Is this answer an anti-bot wall? Only named marks count; they are data in walls.yaml.

A wall is never a fault of the unit: it is the reason for `unknown`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml
from pydantic import Field, TypeAdapter

from crawler.model import Frozen

READ_BYTES = 16 * 1024  # of the body; every known wall shows its mark before that


class Mark(Frozen):
    """One named mark as written in walls.yaml: all conditions given must hold."""

    name: str
    title: str  # Chinese, for reports
    status: tuple[int, ...] = ()
    headers: Mapping[str, str] = {}
    cookies: str | None = None
    body: tuple[str, ...] = ()
    max_bytes: int | None = Field(default=None, gt=0)


@dataclass(frozen=True, slots=True)
class _Ready:
    mark: Mark
    headers: tuple[tuple[str, re.Pattern[str]], ...]
    cookies: re.Pattern[str] | None
    body: tuple[re.Pattern[str], ...]


@cache
def marks() -> tuple[Mark, ...]:
    """All marks, in the order of the file."""
    text = files("crawler").joinpath("walls.yaml").read_text("utf-8")
    return TypeAdapter(tuple[Mark, ...]).validate_python(yaml.safe_load(text)["walls"])


def title(name: str) -> str:
    """The Chinese name of a wall, for reports; the name itself where unknown."""
    return next((mark.title for mark in marks() if mark.name == name), name)


def find_wall(
    status: int, headers: Mapping[str, str], body: bytes, set_cookies: Sequence[str] = ()
) -> str | None:
    """The name of the first mark this answer carries, or None. `headers` have lower-case names."""
    text: str | None = None
    for ready in _for_status(status):
        mark = ready.mark
        if mark.max_bytes is not None and len(body) > mark.max_bytes:
            continue
        if any(not pattern.search(headers.get(name, "")) for name, pattern in ready.headers):
            continue
        if ready.cookies is not None and not any(ready.cookies.search(cookie) for cookie in set_cookies):
            continue
        if ready.body:
            if text is None:
                text = _text(body[:READ_BYTES])
            if any(not pattern.search(text) for pattern in ready.body):
                continue
        return mark.name
    return None


@cache
def _for_status(status: int) -> tuple[_Ready, ...]:
    return tuple(
        _Ready(
            mark,
            tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in mark.headers.items()),
            re.compile(mark.cookies) if mark.cookies else None,
            tuple(re.compile(pattern, re.IGNORECASE | re.DOTALL) for pattern in mark.body),
        )
        for mark in marks()
        if not mark.status or status in mark.status
    )


def _text(body: bytes) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as problem:
        if problem.start > len(body) - 4:  # cut in the middle of a character
            return body.decode("utf-8", "ignore")
        return body.decode("gb18030", "replace")
