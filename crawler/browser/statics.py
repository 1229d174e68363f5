"""Style sheets, scripts and pictures that the browser has received: given again, not asked for twice.

Every task has a context of its own, and a browser whose requests are looked at keeps no cache: without this
each of a page's files would be sent for each use of the page. Files are told apart by `whose` they are: a
unit's at its first looks. Second looks have their own, so that a mended script is seen.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Request, Route

ROOM = 24_000_000  # bytes of all files
LARGEST = 2_000_000
_KINDS = {"stylesheet": "css", "script": "javascript", "image": "image/"}  # and what their type must say
_NOT_AGAIN = ("no-store", "no-cache", "private", "max-age=0")
_CODED = frozenset({"content-encoding", "content-length", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class _File:
    headers: Mapping[str, str]
    body: bytes


class Statics:
    """The files of one browser."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._files: OrderedDict[tuple[str, str], _File] = OrderedDict()

    async def given(self, whose: str, route: Route) -> bool:
        """Whether the request was answered from here."""
        key = whose, route.request.url
        file = self._files.get(key) if _may_be(route.request) else None
        if file is None:
            return False
        self._files.move_to_end(key)
        await route.fulfill(status=200, headers=dict(file.headers), body=file.body)
        return True

    async def keep(self, whose: str, request: Request) -> None:
        """What has come, if its server lets it be used again. Never raises: the page may be gone by now."""
        key, kind = (whose, request.url), request.resource_type
        if not _may_be(request) or key in self._files:
            return
        with suppress(PlaywrightError):
            response = await request.response()
            if response is None:
                return
            headers = await response.all_headers()
            if not may_be_kept(response.status, headers, kind):
                return
            body = await response.body()
            if len(body) <= LARGEST:
                kept = {name: value for name, value in headers.items() if name not in _CODED}
                self._hold(key, _File(kept, body))

    def _hold(self, key: tuple[str, str], file: _File) -> None:
        if key not in self._files:
            self._files[key] = file
            self._room -= len(file.body)
        while self._room < 0:
            _, dropped = self._files.popitem(last=False)
            self._room += len(dropped.body)


def may_be_kept(status: int, headers: Mapping[str, str], kind: str) -> bool:
    """Whether an answer is a file of that kind for everybody, by the rules of HTTP caches (RFC 9111, 3 to 5).

    Stricter than those: an `Expires` counts for nothing, and against the file if it stands alone.
    """
    control = headers.get("cache-control", "").lower().replace(" ", "")
    vary = {name.strip().lower() for name in headers.get("vary", "").split(",")} - {"", "accept-encoding"}
    if (
        status != 200
        or "set-cookie" in headers
        or vary
        or _KINDS[kind] not in headers.get("content-type", "")
    ):
        return False
    if any(word in control + headers.get("pragma", "") for word in _NOT_AGAIN):
        return False
    if "expires" in headers and "max-age=" not in control:
        return False
    return "etag" in headers or "last-modified" in headers or "max-age=" in control


def _may_be(request: Request) -> bool:
    return request.method == "GET" and request.resource_type in _KINDS
