"""A page in a real browser, as probes may use it. Values only: no method raises for what a site does.

`crawler.browser.browser` opens the pages; this module names what can be asked of one, so that probes need not
know what drives the browser.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple, Protocol, TypeVar

from crawler.model import Outcome

T = TypeVar("T")


class Trouble(StrEnum):
    """Why the browser could not be used; the words are the reasons of docs/method.md."""

    MISSING = "browser_missing"
    FAILED = "browser_failed"  # crashed twice, or would not start
    BUDGET = "budget"  # the time for this page or this unit is used up


class Opened(NamedTuple):
    """How a page opened. `settled`: its network fell silent in time, so what is missing is missing."""

    outcome: Outcome
    status: int | None = None
    final_url: str = ""
    wall: str | None = None
    settled: bool = False

    @property
    def ok(self) -> bool:
        return self.outcome is Outcome.OK


class Traffic(NamedTuple):
    """One request of the page. `failed`: the cause in words, where there was no answer."""

    url: str
    kind: str  # document | script | stylesheet | image | media | font | xhr | fetch | websocket | other
    status: int | None = None
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page as the browser shows it, after its scripts have run."""

    opened: Opened
    html: str = ""  # the main document's DOM
    frames: Mapping[str, str] = field(default_factory=dict)  # URL → DOM of each frame
    complete: bool = False  # all that its scripts asked for was answered: what is not there is not there

    @property
    def ok(self) -> bool:
        return self.opened.ok and bool(self.html)


class Tab(Protocol):
    """One page. `frame` counts the page's documents, 0 is the page itself; selectors are CSS."""

    async def open(self, url: str) -> Opened:
        """Go to a URL and wait until its network is silent (or time is up)."""
        ...

    async def settle(self, seconds: float = 3.0) -> bool:
        """Wait for a silent network, at most so long; whether it came."""
        ...

    async def run(self, script: str, value: object = None, *, frame: int = 0) -> Any:
        """What a function written in JavaScript returns for `value`; None where it could not be run."""
        ...

    async def click(self, selector: str, *, frame: int = 0) -> bool:
        """Click as a person would; False where something is in the way or nothing is there."""
        ...

    async def fill(self, selector: str, text: str, *, frame: int = 0) -> bool: ...

    async def press(self, selector: str, key: str, *, frame: int = 0) -> bool: ...

    async def point(self, x: float, y: float) -> None:
        """Move the mouse there, in pixels of the window."""
        ...

    async def html(self, *, frame: int = 0) -> str: ...

    async def picture(self, name: str, *, mark: str | None = None) -> str | None:
        """Keep what is seen, `mark` outlined; the file's name below the evidence folder, None if unkept."""
        ...

    async def newest(self) -> Tab | None:
        """The page that was opened last beside this one (a new window), if any."""
        ...

    @property
    def url(self) -> str: ...

    @property
    def frames(self) -> Sequence[str]:
        """The URLs of the page's documents."""
        ...

    @property
    def traffic(self) -> Sequence[Traffic]: ...

    @property
    def complaints(self) -> Sequence[str]:
        """Uncaught script errors and error messages of the console."""
        ...


Task = Callable[[Tab], Awaitable[T]]
