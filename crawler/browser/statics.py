"""Style sheets, scripts and pictures that the browser has received: given again, not asked for twice.

Every task has a context of its own, and a browser whose requests are looked at keeps no cache: without this
each of a page's files would be sent for each use of the page.
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
_KINDS = frozenset({"stylesheet", "script", "image"})
_CODED = frozenset({"content-encoding", "content-length", "transfer-encoding"})


@dataclass(frozen=True, slots=True)
class _File:
    headers: Mapping[str, str]
    body: bytes


class Statics:
    """The files of one browser, whichever page asks for them."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._files: OrderedDict[str, _File] = OrderedDict()

    async def given(self, route: Route) -> bool:
        """Whether the request was answered from here."""
        file = self._files.get(route.request.url) if _may_be(route.request) else None
        if file is None:
            return False
        self._files.move_to_end(route.request.url)
        await route.fulfill(status=200, headers=dict(file.headers), body=file.body)
        return True

    async def keep(self, request: Request) -> None:
        """What has come, if its server lets it be used again. Never raises: the page may be gone by now."""
        if not _may_be(request) or request.url in self._files:
            return
        with suppress(PlaywrightError):
            response = await request.response()
            if response is None or not may_be_kept(response.status, headers := await response.all_headers()):
                return
            body = await response.body()
            if len(body) <= LARGEST:
                kept = {name: value for name, value in headers.items() if name not in _CODED}
                self._hold(request.url, _File(kept, body))

    def _hold(self, url: str, file: _File) -> None:
        if url not in self._files:
            self._files[url] = file
            self._room -= len(file.body)
        while self._room < 0:
            _, dropped = self._files.popitem(last=False)
            self._room += len(dropped.body)


def may_be_kept(status: int, headers: Mapping[str, str]) -> bool:
    """Whether an answer is a file for everybody, by the rules of HTTP caches (RFC 9111, 3 and 4.2.2)."""
    control = headers.get("cache-control", "").lower().replace(" ", "")
    if status != 200 or "set-cookie" in headers or headers.get("vary", "").strip() == "*":
        return False
    if any(word in control for word in ("no-store", "no-cache", "private", "max-age=0")):
        return False
    return any(name in headers for name in ("etag", "last-modified", "expires")) or "max-age=" in control


def _may_be(request: Request) -> bool:
    return request.method == "GET" and request.resource_type in _KINDS
