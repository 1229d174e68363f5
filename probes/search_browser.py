"""The site search in a real browser: type, press Enter, else the button.

The answer is read in this page, a new window or a frame, on whatever host it stands.
"""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import dataclass
from importlib.resources import files
from typing import NamedTuple

from crawler.browser.tab import Tab, Trouble
from crawler.markup.page import Page
from crawler.search.engines import Found, Row
from crawler.search.results import read_rows
from probes.base import Net, Reason
from probes.search_ask import Answer

LOOK_SECONDS = 0.25  # between two looks at the page
ENTER_LOOKS = 6  # until Enter must have shown some effect: a request, a frame, a window
BUTTON_LOOKS = 20  # the same for the button, after which nothing else can be tried
SUGGEST_SECONDS = 0.6  # until a field that makes suggestions has asked for them (assumed)
SILENCE_LOOKS = 32
TASK_SECONDS = 60.0
_FIELD = "[data-sunsweep-field]"
_BUTTON = "[data-sunsweep-button]"
_LOADING = re.compile(
    r"(?:加载|检索|搜索|查询)中|正在(?:加载|检索|搜索|查询)|请稍[候后等]|loading", re.IGNORECASE
)
_SEEN = "() => document.body ? document.body.innerText : ''"


@dataclass(frozen=True, slots=True)
class BrowserWay:
    """Asks as a visitor does. `pages`: where a search field may be, home first."""

    net: Net
    pages: tuple[str, ...]

    @property
    def name(self) -> str:
        return "browser"

    @property
    def faithful(self) -> bool:
        return True

    async def ask(self, words: str, *, fresh: bool = False) -> Answer:
        """`fresh` is always so: each question has a context of its own."""
        began = time.monotonic()

        async def visit(tab: Tab) -> Answer:
            for url in self.pages:
                answer = await _search(tab, url, words)
                if answer is not None:
                    return answer
            return Answer(self.pages[0], why=Reason.UNREADABLE)

        told = await self.net.browse(visit, seconds=TASK_SECONDS)
        if isinstance(told, Trouble):
            return Answer(self.pages[0], why=Reason(told.value))
        return Answer(
            told.asked,
            told.page,
            told.text,
            told.found,
            rendered=told.rendered,
            why=told.why,
            seconds=time.monotonic() - began,
        )


async def _search(tab: Tab, url: str, words: str) -> Answer | None:
    """The answer; None where the page shows no search field that takes the words."""
    opened = await tab.open(url)
    if opened.wall:
        return Answer(url, why=Reason.BLOCKED)
    if not opened.ok:
        return Answer(url, why=Reason.SUSPECTED)
    frame = await _find_field(tab)
    if frame is None or not await tab.fill(_FIELD, words, frame=frame):
        return None
    await asyncio.sleep(SUGGEST_SECONDS)
    await tab.settle(1.0)
    unasked = await tab.newest()  # a window the page opened by itself
    answered, silent = await _asked(tab, frame, unasked)
    if answered is None:
        return Answer(url, why=Reason.UNREADABLE)
    return await _read(answered, silent)


async def _asked(tab: Tab, frame: int, unasked: Tab | None) -> tuple[Tab | None, bool]:
    """Enter, and where that showed nothing the button: the page that answers, and whether it fell silent."""
    before, texts = _standing(tab), await _texts(tab)
    await tab.press(_FIELD, "Enter", frame=frame)
    answered = await _answered(tab, before, unasked, ENTER_LOOKS)
    silent = answered is not None and await _silent(answered)
    now = _standing(tab)
    changed = answered is not tab or now.place != before.place or texts != await _texts(tab)
    if answered is not None and changed:
        return answered, silent
    await tab.click(_BUTTON, frame=frame)
    # What Enter set off late counts, too.
    pressed = await _answered(tab, before if answered is None else now, unasked, BUTTON_LOOKS)
    return (answered, silent) if pressed is None else (pressed, await _silent(pressed))


async def _find_field(tab: Tab) -> int | None:
    """The document that has a visible search field, which is marked in it; None where none has."""
    script = files("crawler.search").joinpath("search_field.js").read_text("utf-8")
    for _ in range(2):
        for frame in range(len(tab.frames)):
            if await tab.run(script, None, frame=frame):
                return frame
        # Some fields only show after a click on a magnifying glass.
        if not await tab.click(_BUTTON):
            return None
        await tab.settle(1.0)
    return None


class Standing(NamedTuple):
    """What asking changes: address, frames, how much was asked for. Texts change by themselves."""

    place: tuple[str, ...]
    asked: int


def _standing(tab: Tab) -> Standing:
    asked = sum(one.kind in ("document", "xhr", "fetch") for one in tab.traffic)
    return Standing((tab.url, *tab.frames), asked)


async def _texts(tab: Tab) -> list[str]:
    return [str(await tab.run(_SEEN, frame=number) or "") for number in range(len(tab.frames))]


async def _answered(tab: Tab, before: Standing, unasked: Tab | None, looks: int) -> Tab | None:
    """The page that answers, a new window or this one; None when nothing came of it."""
    for _ in range(looks):
        newest = await tab.newest()
        if newest is not None and newest is not unasked:
            return newest
        if _standing(tab) != before:
            return tab
        await asyncio.sleep(LOOK_SECONDS)
    return None


async def _silent(tab: Tab) -> bool:
    """Wait until nothing is under way and the texts stand still; whether they came to that."""
    last: list[str] | None = None
    for _ in range(SILENCE_LOOKS):
        await tab.settle(LOOK_SECONDS)
        texts = await _texts(tab)
        busy = any(one.status is None and one.failed is None for one in tab.traffic)
        busy = busy or any(_LOADING.search(text) for text in texts)
        if texts == last and not busy:
            return True
        last = texts
        await asyncio.sleep(LOOK_SECONDS)
    return False


async def _read(tab: Tab, silent: bool) -> Answer:
    """Rows and text of the page and its frames, as they stand."""
    rows: list[Row] = []
    texts: list[str] = []
    total = None
    frames = list(tab.frames)
    pages = [Page(address, (await tab.html(frame=n)).encode()) for n, address in enumerate(frames)]
    for number, page in enumerate(pages):
        found = read_rows(page)
        rows += found.rows
        total = total if total is not None else found.total
        texts.append(str(await tab.run(_SEEN, frame=number) or ""))
    if not pages:
        return Answer(tab.url, why=Reason.BROWSER_FAILED)
    return Answer(tab.url, pages[0], "\n".join(texts), Found(tuple(rows), total), rendered=silent)
