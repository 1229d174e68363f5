"""One Chromium per process, through the gate's proxy: fresh contexts, bounded pages, bounded time.

With live_tab.py and statics.py the only module that imports Playwright. Nothing here raises for what a page
does: a page that cannot be opened is an outcome, a browser that cannot be used is a `Trouble`.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import urlsplit

from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Playwright, Route, async_playwright
from playwright.async_api import Error as PlaywrightError

from crawler.browser.bystanders import is_bystander
from crawler.browser.chromium import find_chromium, switches
from crawler.browser.live_tab import ACTION_SECONDS, Died, Gate, LiveTab
from crawler.browser.statics import Statics
from crawler.browser.tab import Rendered, Tab, Task, Traffic, Trouble
from crawler.gate.host import HostClosed

T = TypeVar("T")

PAGES_AT_ONCE = 2
TASK_SECONDS = 120.0
RENDER_SECONDS = 45.0
CLOSE_SECONDS = 10.0
WIDTH, HEIGHT = 1366, 768  # a common screen (docs/method.md, site.display)
# Lists that come when they are scrolled to; content that does not stand in the page's own tree.
_SCROLL = """() => {
  const far = document.documentElement.scrollHeight > innerHeight;
  scrollTo(0, document.documentElement.scrollHeight);
  return far;
}"""
_SHADOWS = "() => [...document.querySelectorAll('*')].some((node) => node.shadowRoot !== null)"
_PACED = frozenset({"xhr", "fetch", "eventsource", "document"})
_BLOCKED = frozenset({"font", "media"})


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
        self._statics = Statics()
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

    async def browse(
        self,
        task: Task[T],
        *,
        seconds: float = TASK_SECONDS,
        folder: str = "",
        whose: str = "",
        spent: Callable[[float], None] = lambda seconds: None,
    ) -> T | Trouble:
        """Do something with a page of a fresh context. Repeated once when the browser crashes on the way.

        `folder`, below the evidence folder, takes the task's pictures; `whose`: see crawler.browser.statics;
        `spent` is told the seconds used.
        """
        async with self._room:
            began = time.monotonic()
            try:
                return await self._tried(task, seconds, folder, whose)
            finally:
                spent(time.monotonic() - began)

    async def _tried(self, task: Task[T], seconds: float, folder: str, whose: str) -> T | Trouble:
        for _ in range(2):
            try:
                async with asyncio.timeout(seconds) as limit, self._tab(folder, whose) as tab:
                    return await task(tab)
            except _Missing:
                return Trouble.MISSING
            except Died:
                continue
            except TimeoutError:
                if not limit.expired():
                    raise
                return Trouble.BUDGET
        return Trouble.FAILED

    async def render(
        self,
        url: str,
        *,
        seconds: float = RENDER_SECONDS,
        whose: str = "",
        spent: Callable[[float], None] = lambda seconds: None,
    ) -> Rendered | Trouble:
        """A page and its frames as they stand after their scripts have run."""

        async def look(tab: Tab) -> Rendered:
            opened = await tab.open(url)
            settled = opened.settled
            if opened.ok and await tab.run(_SCROLL):
                settled = await tab.settle() and settled
            frames = {
                address: await tab.html(frame=number)
                for number, address in enumerate(tab.frames)
                if number and address.startswith(("http://", "https://"))
            }
            lost = any(_lost(one, tab.url) for one in _last_answers(tab.traffic))
            complete = settled and not lost and not await tab.run(_SHADOWS)
            return Rendered(opened, await tab.html(), frames, complete)

        return await self.browse(look, seconds=seconds, whose=whose, spent=spent)

    @asynccontextmanager
    async def _tab(self, folder: str, whose: str) -> AsyncIterator[LiveTab]:
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
            raise Died from problem
        try:
            yield await self._new_tab(context, folder, whose)
        finally:
            await self._close(context, chromium)

    async def _new_tab(self, context: BrowserContext, folder: str, whose: str) -> LiveTab:
        try:
            context.set_default_timeout(ACTION_SECONDS * 1000)
            await context.add_init_script(_page_script())
            await context.route("**/*", lambda route: self._on_route(whose, route))
            context.on("requestfinished", lambda request: self._statics.keep(whose, request))
            page = await context.new_page()
        except PlaywrightError as problem:
            raise Died from problem
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
            raise Died from problem

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

    async def _on_route(self, whose: str, route: Route) -> None:
        """Fonts and media are not asked for, nor what came before; documents and data wait for their host's
        pace."""
        kind = route.request.resource_type
        parts = urlsplit(route.request.url)
        paced = kind in _PACED and not (kind == "document" and parts.scheme == "http")
        with suppress(PlaywrightError):
            if kind in _BLOCKED or (paced and not await self._turn(parts.hostname or "")):
                await route.abort()
            elif not await self._statics.given(whose, route):
                await route.continue_()

    async def _turn(self, host: str) -> bool:
        try:
            async with self._gate.host(host).turn():
                return True
        except HostClosed:
            return False


def _last_answers(traffic: Sequence[Traffic]) -> list[Traffic]:
    """A document that was asked for again, as a wall's script does, counts by its last answer."""
    last = {one.url: one for one in traffic if one.kind == "document"}
    return [one for one in traffic if one.kind != "document" or last[one.url] is one]


def _lost(one: Traffic, url: str) -> bool:
    """Whether a part that may hold content did not come. A part that is not there (404) is no loss."""
    own = urlsplit(one.url).hostname == urlsplit(url).hostname
    script = one.kind == "script" and (own or not is_bystander(one.url))
    if one.kind not in ("xhr", "fetch") and not script and not (own and one.kind == "document"):
        return False
    if one.status is None:
        return one.failed is not None
    return one.status >= 400 and one.status not in (404, 410)


@cache
def _page_script() -> str:
    return files("crawler.browser").joinpath("browser_page.js").read_text("utf-8")
