"""One Chromium per process, through the gate's proxy: fresh contexts, bounded pages, bounded time.

The only module that imports Playwright. Nothing here raises for what a page does: a page that cannot be
opened is an outcome, a browser that cannot be used is a `Trouble`.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol, Self, TypeVar
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser as Chromium,
)
from playwright.async_api import (
    BrowserContext,
    Frame,
    Page,
    Playwright,
    Response,
    Route,
    async_playwright,
)
from playwright.async_api import (
    Error as PlaywrightError,
)

from crawler.chromium import find_chromium, switches
from crawler.host import Host, HostClosed
from crawler.model import Outcome
from crawler.outcomes import outcome_of
from crawler.proxy import Proxy
from crawler.tab import Opened, Rendered, Tab, Task, Traffic, Trouble
from crawler.walls import find_wall

T = TypeVar("T")

PAGES_AT_ONCE = 2
PAGE_SECONDS = 30.0  # for opening one page, waiting for its host's pace included
SETTLE_SECONDS = 5.0
ACTION_SECONDS = 3.0
TASK_SECONDS = 120.0
CLOSE_SECONDS = 10.0
WIDTH, HEIGHT = 1366, 768  # CONTRACT 5, site.display
MAX_TRAFFIC = 2000
MAX_COMPLAINTS = 100
MAX_WINDOWS = 4
_PACED = frozenset({"xhr", "fetch", "eventsource", "document"})
_BLOCKED = frozenset({"font", "media"})
_OUTLINE = "(e) => { e.style.outline = '4px solid #e00'; e.style.outlineOffset = '2px' }"
_NET_ERROR = re.compile(r"net::(ERR_[A-Z_]+)")
_OUTCOMES = {
    "ERR_TOO_MANY_REDIRECTS": Outcome.REDIRECTS,
    "ERR_TIMED_OUT": Outcome.TOO_SLOW,
    "ERR_CONNECTION_RESET": Outcome.RESET,
    "ERR_EMPTY_RESPONSE": Outcome.RESET,
    "ERR_TUNNEL_CONNECTION_FAILED": Outcome.RESET,
    "ERR_INVALID_URL": Outcome.BAD_URL,
}


class Gate(Protocol):
    """What the browser needs of `crawler.net.Gate`."""

    user_agent: str

    async def proxy(self) -> Proxy: ...

    def host(self, name: str) -> Host: ...

    async def allows(self, url: str) -> bool: ...


class _Died(Exception):
    """The browser or the page's process is gone."""


class _Missing(Exception):
    """No Chromium on this machine."""


class Browser:
    """Starts Chromium when it is first needed. Use as an async context manager, one per process.

    Pictures are kept under `evidence` (a folder), None keeps none.
    """

    def __init__(
        self, gate: Gate, *, evidence: Path | None = None, environ: Mapping[str, str] = os.environ
    ) -> None:
        self._gate = gate
        self._evidence = evidence
        self._environ = environ
        self._room = asyncio.Semaphore(PAGES_AT_ONCE)
        self._door = asyncio.Lock()
        self._playwright: Playwright | None = None
        self._chromium: Chromium | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: object, problem: object, trace: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        chromium, self._chromium = self._chromium, None
        playwright, self._playwright = self._playwright, None
        if chromium is not None:
            with suppress(PlaywrightError):
                await chromium.close()
        if playwright is not None:
            await playwright.stop()

    async def browse(self, task: Task[T], *, seconds: float = TASK_SECONDS, folder: str = "") -> T | Trouble:
        """Do something with a page of a fresh context. Repeated once when the browser crashes on the way.

        `folder`, below the evidence folder, takes the task's pictures.
        """
        async with self._room:
            for _ in range(2):
                try:
                    async with asyncio.timeout(seconds) as limit, self._tab(folder) as tab:
                        return await task(tab)
                except _Missing:
                    return Trouble.MISSING
                except _Died:
                    continue
                except TimeoutError:
                    if not limit.expired():
                        raise
                    return Trouble.BUDGET
            return Trouble.FAILED

    async def render(self, url: str, *, seconds: float = PAGE_SECONDS + 15) -> Rendered | Trouble:
        """A page and its frames as they stand after their scripts have run."""

        async def look(tab: Tab) -> Rendered:
            opened = await tab.open(url)
            frames = {
                address: await tab.html(frame=number)
                for number, address in enumerate(tab.frames)
                if number and address.startswith(("http://", "https://"))
            }
            return Rendered(opened, await tab.html(), frames)

        return await self.browse(look, seconds=seconds)

    @asynccontextmanager
    async def _tab(self, folder: str) -> AsyncIterator[LiveTab]:
        chromium = await self._ready()
        try:
            context = await chromium.new_context(
                viewport={"width": WIDTH, "height": HEIGHT},
                user_agent=self._user_agent(chromium),
                locale="zh-CN",
                timezone_id="Asia/Shanghai",
                ignore_https_errors=True,  # certificate faults are information, as at the gate
                accept_downloads=False,
                service_workers="block",
            )
        except PlaywrightError as problem:
            await self._drop(chromium)
            raise _Died from problem
        try:
            yield await self._new_tab(context, folder)
        finally:
            await self._close(context, chromium)

    async def _new_tab(self, context: BrowserContext, folder: str) -> LiveTab:
        try:
            context.set_default_timeout(ACTION_SECONDS * 1000)
            await context.add_init_script(_page_script())
            await context.route("**/*", self._on_route)
            page = await context.new_page()
        except PlaywrightError as problem:
            raise _Died from problem
        return LiveTab(page, self._gate, await self._gate.proxy(), self._evidence, folder)

    async def _ready(self) -> Chromium:
        async with self._door:
            if self._chromium is None or not self._chromium.is_connected():
                self._chromium = await self._launch()
            return self._chromium

    async def _launch(self) -> Chromium:
        path = find_chromium(self._environ)
        if path is not None and not Path(path).is_file():  # noqa: ASYNC240  one look before a launch
            raise _Missing
        try:
            if self._playwright is None:
                self._playwright = await async_playwright().start()
            path = path or self._playwright.chromium.executable_path
            if not Path(path).is_file():  # noqa: ASYNC240
                raise _Missing
            port = (await self._gate.proxy()).port
            return await self._playwright.chromium.launch(
                executable_path=path, args=switches(port), handle_sigint=False, handle_sigterm=False
            )
        except PlaywrightError as problem:
            raise _Died from problem

    async def _close(self, context: BrowserContext, chromium: Chromium) -> None:
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await context.close()
        except TimeoutError:
            await self._drop(chromium)
        except PlaywrightError:
            pass

    async def _drop(self, chromium: Chromium) -> None:
        """A browser that does not answer is ended; the next task starts another."""
        if self._chromium is chromium:
            self._chromium = None
        with suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await chromium.close()

    def _user_agent(self, chromium: Chromium) -> str:
        """Chromium's own, so that pages know what they talk to, with our name and contact behind it."""
        major = chromium.version.partition(".")[0]
        engine = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
        return f"{engine} HeadlessChrome/{major}.0.0.0 Safari/537.36 {self._gate.user_agent}"

    async def _on_route(self, route: Route) -> None:
        """Fonts and media are not asked for; documents and data wait for their host's pace."""
        kind = route.request.resource_type
        parts = urlsplit(route.request.url)
        paced = kind in _PACED and not (kind == "document" and parts.scheme == "http")
        with suppress(PlaywrightError):
            if kind in _BLOCKED or (paced and not await self._turn(parts.hostname or "")):
                await route.abort()
            else:
                await route.continue_()

    async def _turn(self, host: str) -> bool:
        try:
            async with self._gate.host(host).turn():
                return True
        except HostClosed:
            return False


class LiveTab:
    """A page of Chromium; see crawler.tab.Tab for what each method means."""

    def __init__(self, page: Page, gate: Gate, proxy: Proxy, evidence: Path | None, folder: str) -> None:
        self._page = page
        self._gate = gate
        self._proxy = proxy
        self._evidence = evidence
        self._folder = folder
        self._crashed = False
        self._main: Response | None = None
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

    # What happens to the page

    def _on_crash(self, page: Page) -> None:
        self._crashed = True

    def _on_response(self, response: Response) -> None:
        request = response.request
        self._note(request, response.status, None)
        with suppress(PlaywrightError):  # a request of a worker or of a page that is just being left
            if request.is_navigation_request() and request.frame == self._page.main_frame:
                self._main = response

    def _on_popup(self, page: Page) -> None:
        if len(self._others) < MAX_WINDOWS:
            self._others.append(LiveTab(page, self._gate, self._proxy, self._evidence, self._folder))

    def _note(self, request: Any, status: int | None, failed: str | None) -> None:
        if request in self._traffic or len(self._traffic) < MAX_TRAFFIC:
            self._traffic[request] = Traffic(request.url, request.resource_type, status, failed)

    def _complain(self, words: str) -> None:
        if len(self._complaints) < MAX_COMPLAINTS:
            self._complaints.append(words[:300])

    # What can be asked of it

    async def open(self, url: str) -> Opened:
        if not await self._gate.allows(url):
            return Opened(Outcome.ROBOTS, final_url=url)
        self._main = None
        try:
            await self._page.goto(url, wait_until="domcontentloaded", timeout=PAGE_SECONDS * 1000)
        except PlaywrightError as problem:
            self._alive(problem)
            if self._main is not None and self._main.status >= 400:
                return await self._opened(False)  # an error answer without a body is an error of Chromium's
            return Opened(self._failure(url, str(problem)), final_url=url)
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

    async def wait_for(self, script: str, *, seconds: float = ACTION_SECONDS, frame: int = 0) -> bool:
        document = self._document(frame)
        if document is None:
            return False
        return await self._done(document.wait_for_function(script, timeout=seconds * 1000, polling=100))

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
            raise _Died from problem


@cache
def _page_script() -> str:
    return files("crawler").joinpath("browser_page.js").read_text("utf-8")
