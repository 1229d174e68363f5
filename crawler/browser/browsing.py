"""The browser as one unit uses it: its time bounded, its pictures in the unit's own folder."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from crawler.browser.tab import Rendered, Task, Trouble

T = TypeVar("T")

UNIT_SECONDS = 900.0  # of browsing per unit and sweep, waiting for a place not counted (assumed)


class AnyBrowser(Protocol):
    """What is wrapped: `crawler.browser.browser.Browser`."""

    async def browse(
        self,
        task: Task[T],
        *,
        seconds: float = 120.0,
        folder: str = "",
        whose: str = "",
        spent: Callable[[float], None] = ...,
    ) -> T | Trouble: ...

    async def render(
        self, url: str, *, seconds: float = 45.0, whose: str = "", spent: Callable[[float], None] = ...
    ) -> Rendered | Trouble: ...


class UnitBrowser:
    """Says `budget` once the unit's time is used up; without a browser, that it is missing."""

    def __init__(
        self, browser: AnyBrowser | None, folder: str = "", *, seconds: float = UNIT_SECONDS
    ) -> None:
        self._browser = browser
        self._folder = folder
        self._whose = folder
        self._left = seconds

    def ask_anew(self) -> None:
        """From here on nothing that came before is used: second looks."""
        self._whose = f"{self._folder} again"

    async def browse(self, task: Task[T], *, seconds: float = 120.0) -> T | Trouble:
        """Do something with a fresh page, for so many seconds at most; see Browser.browse."""
        if self._browser is None:
            return Trouble.MISSING
        if self._left <= 0:
            return Trouble.BUDGET
        return await self._browser.browse(
            task,
            seconds=min(seconds, self._left),
            folder=self._folder,
            whose=self._whose,
            spent=self._spend,
        )

    async def render(self, url: str) -> Rendered | Trouble:
        """The page after its scripts have run; see Browser.render."""
        if self._browser is None:
            return Trouble.MISSING
        if self._left <= 0:
            return Trouble.BUDGET
        return await self._browser.render(
            url, seconds=min(45.0, self._left), whose=self._whose, spent=self._spend
        )

    def _spend(self, seconds: float) -> None:
        self._left -= seconds
