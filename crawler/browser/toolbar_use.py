"""Uses a page's accessibility entry as a person would, and notes what changes on the page.

Facts only: which effects were seen after which click, what was tried without effect, what could not be
tried. A tool may hide behind one or two clicks, have icons for words, stand in a frame or be a site of its
own. Source: docs/method.md, Accessibility.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from crawler.browser.tab import Tab
from crawler.browser.toolbar_controls import Control, Effect, promises, rank
from crawler.browser.toolbar_eyes import (
    LARGER,
    LOOK_SECONDS,
    Eyes,
    Look,
    changed_page,
    changes,
    is_readable,
    traces,
    typical_height,
)
from crawler.browser.toolbar_script import gone_script, lost_scripts, lost_since, under_way
from crawler.model import Frozen, Outcome
from crawler.signs.toolbar import is_tool_script

USE_SECONDS = 75.0  # for all clicks on one page
MAX_ENTRIES = 3
MAX_CONTROLS = 24
_LOOKS = 4
_PATIENCE, _PATIENCE_SECONDS = 10, 0.5  # looks for what a click or a script brings late, and their distance


class Proved(Frozen):
    """An effect that was seen, and after a click on what."""

    effect: Effect
    by: str
    picture: str | None = None
    lasts: bool | None = None  # of larger text: still so on another page


class Idle(Frozen):
    """A control that promises an effect in words, was clicked, and did nothing."""

    effect: Effect
    by: str
    picture: str | None = None


class Use(Frozen):
    """One use of the entry of one page."""

    url: str
    outcome: Outcome = Outcome.OK  # of the page
    settled: bool = True
    entry: str = ""  # its words, or how it was known
    opened: bool = False  # a click on it changed something
    readable: bool = True  # there was text to look at
    proved: tuple[Proved, ...] = ()
    idle: tuple[Idle, ...] = ()
    tried: tuple[str, ...] = ()
    unclear: tuple[Effect, ...] = ()  # something came of a control that promises it, but not what we can read
    untried: tuple[str, ...] = ()  # controls that a mouse could not click, or for which no time was left
    pending: bool = False  # parts were still under way when the page was left
    gone: str | None = None  # the tool's own script answers 404
    unread: tuple[str, ...] = ()  # scripts and parts of the tool that could not be loaded from here
    before: str | None = None  # picture


async def use_entry(tab: Tab, url: str, other: str | None = None) -> Use:
    """Open the page, use its entry, and say what was seen. `other`: a page to see whether effects last."""
    return await _User(tab, url, other).use()


class _User:
    """One use: what is known so far, and the page it is known of."""

    def __init__(self, tab: Tab, url: str, other: str | None) -> None:
        self._tab = tab
        self._eyes = Eyes(tab)
        self._url = url
        self._other = other
        self._until = time.monotonic() + USE_SECONDS
        self._proved: dict[Effect, Proved] = {}
        self._idle: dict[Effect, Idle] = {}
        self._unclear: set[Effect] = set()
        self._tried: list[str] = []
        self._untried: list[str] = []
        self._looks: Look = {}
        self._opened = False
        self._pending = False
        self._asked = 0  # requests before the last click
        self._natural: Look = {}  # the page before anything was clicked
        self._window: Tab | None = None  # the last new window
        self._avoid: set[str] = set()  # controls that lead away from the page

    async def use(self) -> Use:
        natural = await self._natural_size()
        opened = await self._tab.open(self._url)
        use = Use(url=self._url, outcome=opened.outcome, settled=opened.settled)
        if not opened.ok:
            return use
        await self._begin()
        entries = await self._awaited_entries()
        unread = lost_scripts(self._tab.traffic)
        if not entries:
            return use.model_copy(update={"unread": tuple(sorted(unread))})
        first = entries[0]
        before = await self._tab.picture("a11y-before", mark=first.selector if first.frame == 0 else None)
        readable = is_readable(self._looks)
        start = len(self._tab.traffic)
        await self._try_entries(entries)
        late = lost_since(self._tab.traffic, start)
        gone = None if self._opened else gone_script(self._tab.traffic, self._url)
        await self._see_whether_it_lasts(natural, first)
        tools = unread if not self._opened else {url for url in unread if is_tool_script(url)}
        return use.model_copy(
            update={
                "entry": first.shown,
                "opened": self._opened,
                "readable": readable,
                "proved": tuple(self._proved[effect] for effect in Effect if effect in self._proved),
                "idle": tuple(self._idle[effect] for effect in Effect if effect in self._idle),
                "unclear": tuple(effect for effect in Effect if effect in self._unclear),
                "tried": tuple(self._tried),
                "untried": tuple(self._untried),
                "pending": self._pending,
                "gone": gone,
                "unread": tuple(sorted(tools | late)),
                "before": before,
            }
        )

    async def _try_entries(self, entries: Sequence[Control]) -> None:
        for number, entry in enumerate(entries[:MAX_ENTRIES]):
            if number:
                again = await self._afresh(entry)
                if again is None:
                    continue
                entry = again
            await self._enter(entry)
            if len(self._proved) == len(Effect):
                return

    # Finding

    async def _begin(self) -> None:
        await self._eyes.begin()
        self._window = await self._tab.newest()  # one that the page opened by itself
        self._looks = self._natural = await self._eyes.look(fresh=True)

    async def _awaited_entries(self) -> list[Control]:
        """The entries; where a tool's script is on the page, it may draw its entry later."""
        entries = await self._eyes.entries()
        drawn = any(is_tool_script(one.url) for one in self._tab.traffic)
        for _ in range(_PATIENCE if drawn else 0):
            if entries:
                break
            await asyncio.sleep(_PATIENCE_SECONDS)
            entries = await self._eyes.entries()
        return entries

    async def _afresh(self, entry: Control) -> Control | None:
        """The page opened again, and its entry of the same words."""
        await self._leave()
        await self._tab.open(self._url)
        await self._begin()
        return next((one for one in await self._eyes.entries() if one.text == entry.text), None)

    async def _leave(self) -> None:
        """Before another page is opened: what is still under way is not waited for."""
        self._pending = self._pending or under_way(self._tab.traffic)

    # Clicking

    async def _enter(self, entry: Control, depth: int = 1) -> None:
        """Click an entry, then whatever it shows: a tool bar, a menu of further entries, another page."""
        address = self._tab.url
        await self._click(entry)
        moved = await self._elsewhere(address, entry)
        if moved is not None:
            self._opened = True
            await self._on_own_page(moved, entry, set())
            return
        await self._observe(entry, {Effect.SPECIAL_VIEW}, unasked=True)
        controls, deeper = await self._shown_by(entry)
        moved = await self._elsewhere(address, entry)  # late
        if moved is not None:
            self._opened = True
            await self._on_own_page(moved, entry, set())
            return
        self._opened = self._opened or bool(controls or deeper or self._proved)
        if not self._opened and (await self._eyes.look()).get("trace") != self._natural.get("trace"):
            self._untried.append(entry.shown)  # something came of it that we cannot use
        useful = [one for one in controls if promises(one)]
        if not useful and deeper and depth < 2:
            for one in deeper[:2]:
                await self._enter(one, depth + 1)
            return
        away = await self._try_all(controls)
        if away is not None and depth < 2:
            # Back to the page, to try what is left of the tool.
            again = await self._afresh(entry)
            if again is not None:
                await self._enter(again, depth + 1)

    async def _shown_by(self, entry: Control) -> tuple[list[Control], list[Control]]:
        """The controls and further entries that a click brought; a tool may take its time to come."""
        for _ in range(_PATIENCE):
            controls = await self._eyes.controls()
            deeper = [one for one in await self._eyes.entries(new=True) if one.mark != entry.mark]
            if controls or deeper or self._proved or await self._reloaded():
                break
            await asyncio.sleep(_PATIENCE_SECONDS)
        return controls, deeper

    async def _reloaded(self) -> bool:
        """Whether the page came anew: what we had noted in it is gone."""
        return not await self._eyes.ask("began")

    async def _elsewhere(self, address: str, by: Control) -> Tab | None:
        """Another page, if the click led to one: a new window, this one gone on, or loaded anew."""
        newest = await self._tab.newest()
        if newest is not None and newest is not self._window:
            self._window = newest
            if newest.url.startswith("http"):
                return newest
            self._untried.append(by.shown)  # a window that did not come, or has no address: not ours to read
        return self._tab if _page_of(self._tab.url) != _page_of(address) or await self._reloaded() else None

    async def _on_own_page(self, page: Tab, by: Control, promised: set[Effect]) -> None:
        """A click led to a view or site of its own: is it one, and what can be done there?"""
        before, same = self._looks, _page_of(page.url) == _page_of(self._url)
        mine, self._tab, self._eyes = self._tab, page, Eyes(page)
        await self._tab.settle()
        await self._eyes.begin()
        looks = await self._eyes.look(fresh=True)
        if int(looks.get("characters") or 0) >= 100:
            seen = changed_page(before, looks, await self._eyes.title(), same=same)
            for effect in seen:
                await self._prove(effect, by)
            self._unclear |= promised - seen
            self._looks = looks
            everything = await self._eyes.controls(everything=True)
            await self._try_all([one for one in everything if promises(one)])
        else:
            self._untried.append(by.shown)
        self._tab, self._eyes = mine, Eyes(mine)

    async def _try_all(self, controls: Sequence[Control]) -> Control | None:
        """Click the controls, those that promise something first; what a click shows is tried next.

        Ends early with the control that led away from the page.
        """
        queue = sorted(controls, key=rank)
        done: set[tuple[int, str]] = set()
        address = self._tab.url
        while queue and len(self._proved) < len(Effect):
            control = queue.pop(0)
            promised = promises(control)
            if promised and promised <= self._proved.keys():
                continue
            if (control.frame, control.mark) in done or control.shown in self._avoid:
                continue
            if len(done) >= MAX_CONTROLS or time.monotonic() > self._until:
                self._untried += [one.shown for one in [control, *queue]]
                return None
            done.add((control.frame, control.mark))
            await self._click(control)
            moved = await self._elsewhere(address, control)
            if moved is not None:
                self._avoid.add(control.shown)
                await self._on_own_page(moved, control, promised)
                return control
            if not await self._observe(control, promised):
                # A submenu: its entries mean what the control promised.
                known = done | {(one.frame, one.mark) for one in queue}
                fresh = await self._eyes.controls()
                queue[:0] = [one for one in fresh if (one.frame, one.mark) not in known]
        return None

    async def _click(self, control: Control) -> None:
        self._tried.append(control.shown)
        asked = self._asked = len(self._tab.traffic)
        by_mouse = control.tag not in ("SELECT", "INPUT") and await self._tab.click(
            control.selector, frame=control.frame
        )
        if not by_mouse:
            await self._eyes.ask("press", frame=control.frame, mark=control.mark)
            if control.tag not in ("SELECT", "INPUT"):
                self._untried.append(control.shown)  # what it does is told, what it does not do is not
        await asyncio.sleep(LOOK_SECONDS)
        if len(self._tab.traffic) > asked:
            await self._tab.settle(1.5)

    # Seeing

    async def _observe(self, control: Control, promised: set[Effect], *, unasked: bool = False) -> bool:
        """What changed since the last look; True if anything that counts did. `unasked`: the promise is
        ours, so that nothing came of it says nothing."""
        before = self._looks
        for _ in range(_LOOKS):
            self._looks = await self._eyes.look()
            seen = changes(before, self._looks, self._natural, promised)
            if seen:
                break
            await asyncio.sleep(LOOK_SECONDS)
        if Effect.VOICE in promised and Effect.VOICE not in seen and await self._eyes.hears_pointing(before):
            seen.add(Effect.VOICE)
        wanted = not promised or Effect.GUIDE_LINE in promised
        if wanted and Effect.GUIDE_LINE not in self._proved and await self._eyes.line_follows():
            seen.add(Effect.GUIDE_LINE)
        for effect in seen:
            await self._prove(effect, control)
        if not unasked:
            self._unclear |= traces(before, self._looks, self._tab.traffic[self._asked :], promised - seen)
        for effect in promises(control) - self._proved.keys() - self._idle.keys():
            picture = await self._tab.picture(f"a11y-{effect}-idle")
            self._idle[effect] = Idle(effect=effect, by=control.shown, picture=picture)
        return bool(seen)

    async def _prove(self, effect: Effect, control: Control) -> None:
        if effect in self._proved:
            return
        picture = await self._tab.picture(f"a11y-{effect}-after")
        self._proved[effect] = Proved(effect=effect, by=control.shown, picture=picture)
        self._idle.pop(effect, None)

    # Lasting

    async def _natural_size(self) -> float:
        if self._other is None or not (await self._tab.open(self._other)).ok:
            return 0.0
        return typical_height(await self._eyes.look(fresh=True))

    async def _see_whether_it_lasts(self, natural: float, entry: Control) -> None:
        """Larger text on the next page, too; a tool may even act from there on only."""
        await self._leave()
        if self._other is None or not natural or not (await self._tab.open(self._other)).ok:
            return
        lasts = typical_height(await self._eyes.look(fresh=True)) >= LARGER * natural
        if lasts and Effect.FONT not in self._proved:
            await self._prove(Effect.FONT, entry)
        font = self._proved.get(Effect.FONT)
        if font is not None:
            self._proved[Effect.FONT] = font.model_copy(update={"lasts": lasts})


def _page_of(url: str) -> str:
    return url.partition("#")[0]
