"""One page of Chromium, as crawler.browser.tab.Tab has it: only a dead browser raises, nothing else."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

from playwright.async_api import Dialog, Frame, Page, Response
from playwright.async_api import Error as PlaywrightError

from crawler.browser.tab import Opened, Traffic
from crawler.frontier import Attempt
from crawler.gate.host import Host
from crawler.gate.outcomes import outcome_of
from crawler.gate.proxy import Proxy
from crawler.gate.walls import find_wall
from crawler.model import Outcome

T = TypeVar("T")

PAGE_SECONDS = 30.0  # for opening one page, waiting for its host's pace included
SETTLE_SECONDS = 5.0
ACTION_SECONDS = 3.0
MAX_TRAFFIC = 2000
MAX_COMPLAINTS = 100
MAX_WINDOWS = 4
_OUTLINE = "(e) => { e.style.outline = '4px solid #e00'; e.style.outlineOffset = '2px' }"
_NO_BODY = "ERR_HTTP_RESPONSE_CODE_FAILURE"
_INTERRUPTED = "interrupted by another navigation"
_NET_ERROR = re.compile(r"net::(ERR_[A-Z_]+)")
_OUTCOMES = {
    "ERR_TOO_MANY_REDIRECTS": Outcome.REDIRECTS,
    "ERR_TIMED_OUT": Outcome.TOO_SLOW,
    "ERR_CONNECTION_RESET": Outcome.RESET,
    "ERR_EMPTY_RESPONSE": Outcome.RESET,
    "ERR_TUNNEL_CONNECTION_FAILED": Outcome.RESET,
    "ERR_INVALID_URL": Outcome.BAD_URL,
}


class Died(Exception):
    """The browser or the page's process is gone."""


class Gate(Protocol):
    """What the browser needs of `crawler.net.Gate`."""

    user_agent: str

    async def proxy(self) -> Proxy: ...

    def host(self, name: str) -> Host: ...

    async def allows(self, url: str) -> bool: ...

    def record(self, attempt: Attempt) -> None: ...


class LiveTab:
    """A page of Chromium; see crawler.browser.tab.Tab for what each method means."""

    def __init__(self, page: Page, gate: Gate, proxy: Proxy, evidence: Path | None, folder: str) -> None:
        self._page = page
        self._gate = gate
        self._proxy = proxy
        self._evidence = evidence
        self._folder = folder
        self._crashed = False
        self._main: Response | None = None
        self._answered = asyncio.Event()
        self._traffic: dict[Any, Traffic] = {}
        self._complaints: list[str] = []
        self._others: list[LiveTab] = []
        page.on("crash", self._on_crash)
        page.on("response", self._on_response)
        page.on("request", lambda request: self._note(request, None, None))
        page.on("requestfailed", lambda request: self._note(request, None, request.failure or "failed"))
        page.on("pageerror", lambda error: self._complain(f"uncaught {error}"))
        page.on("console", lambda told: self._complain(told.text) if told.type == "error" else None)
        page.on("popup", self._on_popup)
        page.on("dialog", self._on_dialog)

    # What happens to the page

    def _on_crash(self, page: Page) -> None:
        self._crashed = True

    def _on_response(self, response: Response) -> None:
        request = response.request
        self._note(request, response.status, None)
        with suppress(PlaywrightError):  # a request of a worker or of a page that is just being left
            if request.is_navigation_request() and request.frame == self._page.main_frame:
                self._main = response
                self._answered.set()

    async def _on_popup(self, page: Page) -> None:
        self._others.append(LiveTab(page, self._gate, self._proxy, self._evidence, self._folder))
        if len(self._others) > MAX_WINDOWS:
            with suppress(PlaywrightError):
                await self._others.pop(0)._page.close()

    async def _on_dialog(self, dialog: Dialog) -> None:
        """Who is asked whether to go on (进入无障碍模式？) says yes."""
        with suppress(PlaywrightError):
            await dialog.accept()

    def _note(self, request: Any, status: int | None, failed: str | None) -> None:
        if request in self._traffic or len(self._traffic) < MAX_TRAFFIC:
            known = self._traffic.get(request)
            status = status or (known.status if known else None)
            self._traffic[request] = Traffic(request.url, request.resource_type, status, failed)

    def _complain(self, words: str) -> None:
        if len(self._complaints) < MAX_COMPLAINTS:
            self._complaints.append(words[:300])

    # What can be asked of it

    async def open(self, url: str) -> Opened:
        if not await self._gate.allows(url):
            return Opened(Outcome.ROBOTS, final_url=url)
        self._main = None
        self._answered.clear()
        started = datetime.now(UTC)
        opened = await self._goto(url)
        seconds = (datetime.now(UTC) - started).total_seconds()
        self._gate.record(
            Attempt(
                url=url,
                method="GET",
                purpose="browser",
                outcome=opened.outcome,
                status=opened.status,
                started_at=started.isoformat(),
                seconds=round(seconds, 6),
                address=None,
                size=0,
                error=None,
            )
        )
        return opened

    async def _goto(self, url: str, *, again: bool = True) -> Opened:
        try:
            await self._page.goto(url, wait_until="domcontentloaded", timeout=PAGE_SECONDS * 1000)
        except PlaywrightError as problem:
            self._alive(problem)
            if _NO_BODY in str(problem):  # an error answer without a body: its status comes separately
                with suppress(TimeoutError):
                    async with asyncio.timeout(ACTION_SECONDS):
                        await self._answered.wait()
                return await self._opened(False)
            if _INTERRUPTED not in str(problem):
                return Opened(self._failure(url, str(problem)), final_url=url)
            if again:  # by Chromium's own error page of the visit before
                return await self._goto(url, again=False)
            # By the page itself, which goes on to another at once: that one is what a person sees.
        settled = await self.settle(SETTLE_SECONDS)
        return await self._opened(settled)

    async def _opened(self, settled: bool) -> Opened:
        last = self._main
        if last is None:
            return Opened(Outcome.OK, None, self.url, None, settled)  # shown from memory: no answer to judge
        headers = await self._value(last.all_headers()) or {}
        cookies = (headers.get("set-cookie") or "").split("\n")
        body = (await self.html()).encode()
        wall = find_wall(last.status, headers, body, [cookie for cookie in cookies if cookie])
        outcome = outcome_of(last.status, retry_after="retry-after" in headers)
        return Opened(Outcome.WALL if wall else outcome, last.status, self.url, wall, settled)

    def _failure(self, url: str, words: str) -> Outcome:
        known = self._proxy.outcome(urlsplit(url).hostname or "")
        if known is not None:
            return known
        match = _NET_ERROR.search(words)
        name = match[1] if match else ""
        if name.startswith(("ERR_SSL", "ERR_CERT")):
            return Outcome.TLS
        return _OUTCOMES.get(name, Outcome.TOO_SLOW if "Timeout" in words else Outcome.PROTOCOL)

    async def settle(self, seconds: float = ACTION_SECONDS) -> bool:
        try:
            await self._page.wait_for_load_state("networkidle", timeout=seconds * 1000)
        except PlaywrightError as problem:
            self._alive(problem)
            return False
        return True

    async def run(self, script: str, value: object = None, *, frame: int = 0) -> Any:
        document = self._document(frame)
        return None if document is None else await self._value(document.evaluate(script, value))

    async def click(self, selector: str, *, frame: int = 0) -> bool:
        document = self._document(frame)
        return document is not None and await self._done(document.locator(selector).first.click())

    async def fill(self, selector: str, text: str, *, frame: int = 0) -> bool:
        document = self._document(frame)
        return document is not None and await self._done(document.locator(selector).first.fill(text))

    async def press(self, selector: str, key: str, *, frame: int = 0) -> bool:
        document = self._document(frame)
        return document is not None and await self._done(document.locator(selector).first.press(key))

    async def point(self, x: float, y: float) -> None:
        await self._value(self._page.mouse.move(x, y, steps=4))

    async def html(self, *, frame: int = 0) -> str:
        document = self._document(frame)
        return (await self._value(document.content()) or "") if document is not None else ""

    async def picture(self, name: str, *, mark: str | None = None) -> str | None:
        if self._evidence is None:
            return None
        if mark is not None:
            await self._value(self._page.locator(mark).first.evaluate(_OUTLINE))
        path = self._evidence / self._folder / f"{name}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        taken = await self._value(self._page.screenshot(path=path, type="jpeg", quality=60))
        return None if taken is None else path.relative_to(self._evidence).as_posix()

    async def newest(self) -> LiveTab | None:
        if not self._others:
            return None
        other = self._others[-1]
        with suppress(PlaywrightError):
            await other._page.wait_for_load_state("domcontentloaded")
        await other.settle()
        return other

    @property
    def url(self) -> str:
        return self._page.url

    @property
    def frames(self) -> Sequence[str]:
        return [frame.url for frame in self._page.frames]

    @property
    def traffic(self) -> Sequence[Traffic]:
        return tuple(self._traffic.values())

    @property
    def complaints(self) -> Sequence[str]:
        return tuple(self._complaints)

    # The border to Playwright

    def _document(self, number: int) -> Frame | None:
        frames = self._page.frames
        return frames[number] if number < len(frames) else None

    async def _value(self, asked: Awaitable[T]) -> T | None:
        """The answer, None where the page could not give one (it moved on, it threw)."""
        try:
            return await asked
        except PlaywrightError as problem:
            self._alive(problem)
            return None

    async def _done(self, asked: Awaitable[object]) -> bool:
        try:
            await asked
        except PlaywrightError as problem:
            self._alive(problem)
            return False
        return True

    def _alive(self, problem: PlaywrightError) -> None:
        browser = self._page.context.browser
        if self._crashed or browser is None or not browser.is_connected() or "crashed" in str(problem):
            raise Died from problem
