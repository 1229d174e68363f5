"""Uses a page's accessibility entry as a person would, and notes what changes on the page.

Facts only: which effects were seen after which click, what was tried without effect, what could not be
tried. A tool may hide behind one or two clicks, have icons for words, stand in a frame or be a site of its
own. Source: CONTRACT 5 (Accessibility), domain/05.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from crawler.bystanders import is_bystander
from crawler.model import Frozen, Outcome
from crawler.tab import Tab, Traffic
from crawler.toolbar import is_tool_script, patterns
from crawler.toolbar_controls import LEAVES, Control, Effect, promises, rank

USE_SECONDS = 75.0  # for all clicks on one page
MAX_ENTRIES = 3
MAX_CONTROLS = 24
LARGER = 1.05  # a text of 16 px in 17 px is larger
MOST = 0.5  # of the texts looked at
SOME = 0.3
FEWER = 0.85  # of what was visible: a simplified view
_LOOKS = 4
_LOOK_SECONDS = 0.3


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
    untried: tuple[str, ...] = ()  # controls that a mouse could not click, or for which no time was left
    gone: str | None = None  # the tool's own script answers 404
    unread: tuple[str, ...] = ()  # scripts that could not be loaded from here
    before: str | None = None  # picture


_ELDER = re.compile(r"无障碍|适老|长[者辈]|关[怀爱]|老年|大字|敬老|elder|wza|/slb|/old", re.IGNORECASE)
_SPEECH_REQUEST = re.compile(r"tts|speech|voice|text2audio|\.mp3|\.wav", re.IGNORECASE)


async def use_entry(tab: Tab, url: str, other: str | None = None) -> Use:
    """Open the page, use its entry, and say what was seen. `other`: a page to see whether effects last."""
    return await _User(tab, url, other).use()


class _User:
    """One use: what is known so far, and the page it is known of."""

    def __init__(self, tab: Tab, url: str, other: str | None) -> None:
        self._tab = tab
        self._url = url
        self._other = other
        self._until = time.monotonic() + USE_SECONDS
        self._proved: dict[Effect, Proved] = {}
        self._idle: dict[Effect, Idle] = {}
        self._tried: list[str] = []
        self._untried: list[str] = []
        self._looks: Mapping[str, Any] = {}
        self._opened = False
        self._natural: Mapping[str, Any] = {}  # the page before anything was clicked
        self._window: Tab | None = None  # the last new window
        self._avoid: set[str] = set()  # controls that lead away from the page

    async def use(self) -> Use:
        natural = await self._natural_size()
        opened = await self._tab.open(self._url)
        use = Use(url=self._url, outcome=opened.outcome, settled=opened.settled)
        if not opened.ok:
            return use
        await self._begin()
        entries = await self._entries(new=False)
        unread = tuple(sorted(_unread(self._tab.traffic)))
        if not entries:
            return use.model_copy(update={"unread": unread})
        before = await self._tab.picture(
            "a11y-before", mark=entries[0].selector if entries[0].frame == 0 else None
        )
        readable = len(self._looks.get("texts") or ()) >= 3
        for number, entry in enumerate(entries[:MAX_ENTRIES]):
            if number:
                await self._tab.open(self._url)
                await self._begin()
                again = [one for one in await self._entries(new=False) if one.text == entry.text]
                if not again:
                    continue
                entry = again[0]
            await self._enter(entry)
            if len(self._proved) == len(Effect):
                break
        gone = None if self._opened else _gone(self._tab.traffic, self._url)
        await self._see_whether_it_lasts(natural)
        return use.model_copy(
            update={
                "entry": entries[0].shown,
                "opened": self._opened,
                "readable": readable,
                "proved": tuple(self._proved[effect] for effect in Effect if effect in self._proved),
                "idle": tuple(self._idle[effect] for effect in Effect if effect in self._idle),
                "tried": tuple(self._tried),
                "untried": tuple(self._untried),
                "gone": gone,
                "unread": unread,
                "before": before,
            }
        )

    # Finding

    async def _begin(self) -> None:
        for frame in range(len(self._tab.frames)):
            await self._ask("begin", frame=frame)
        self._looks = self._natural = await self._look(fresh=True)

    async def _entries(self, *, new: bool) -> list[Control]:
        found: list[Control] = []
        for frame in range(len(self._tab.frames)):
            for one in await self._ask("entries", frame=frame, **patterns()) or ():
                if one["visible"] and not (new and one["old"]):
                    found.append(Control(one["mark"], frame, one["text"], one["how"]))
        # What words name goes before what only a handler or an id tells; each wording once.
        found.sort(key=lambda one: one.named != "words")
        return list({one.text or one.mark: one for one in reversed(found)}.values())[::-1]

    async def _controls(self, *, everything: bool = False) -> list[Control]:
        found: list[Control] = []
        for frame in range(len(self._tab.frames)):
            for one in await self._ask("controls", frame=frame, all=everything) or ():
                found.append(Control(one["mark"], frame, one["text"], one["named"], one["tag"]))
        return [one for one in found if not LEAVES.search(one.text)]

    # Clicking

    async def _enter(self, entry: Control, depth: int = 1) -> None:
        """Click an entry, then whatever it shows: a tool bar, a menu of further entries, another page."""
        address = self._tab.url
        if not await self._click(entry):
            return
        moved = await self._elsewhere(address)
        if moved is not None:
            self._opened = True
            await self._on_own_page(moved, entry)
            return
        await self._observe(entry, promised={Effect.SPECIAL_VIEW})
        controls = await self._controls()
        deeper = [one for one in await self._entries(new=True) if one.mark != entry.mark]
        self._opened = self._opened or bool(controls or deeper or self._proved)
        useful = [one for one in controls if promises(one)]
        if not useful and deeper and depth < 2:
            for one in deeper[:2]:
                await self._enter(one, depth + 1)
            return
        away = await self._try_all(controls)
        if away is not None and depth < 2:
            # Back to the page, to try what is left of the tool.
            await self._tab.open(self._url)
            await self._begin()
            again = [one for one in await self._entries(new=False) if one.text == entry.text]
            if again:
                await self._enter(again[0], depth + 1)

    async def _elsewhere(self, address: str) -> Tab | None:
        """Another page, if the click led to one: a new window, or this one gone on."""
        newest = await self._tab.newest()
        if newest is not None and newest is not self._window and newest.url.startswith("http"):
            self._window = newest
            return newest
        return self._tab if _page_of(self._tab.url) != _page_of(address) else None

    async def _on_own_page(self, page: Tab, entry: Control) -> None:
        """The entry leads to a view or site of its own: is it one, and what can be done there?"""
        before = self._looks
        mine, self._tab = self._tab, page
        looks = await self._look(fresh=True)
        if int(looks.get("characters") or 0) >= 100:
            title = str(
                await page.run("() => document.title + ' ' + location.href + ' ' + document.body.className")
            )
            larger = _median(looks) >= 1.2 * _median(before) > 0
            if larger or _ELDER.search(title):
                await self._prove(Effect.SPECIAL_VIEW, entry)
            if larger:
                await self._prove(Effect.FONT, entry)
            self._looks = looks
            everything = await self._controls(everything=True)
            await self._try_all([one for one in everything if promises(one)])
        else:
            self._untried.append(entry.shown)
        self._tab = mine

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
            if not await self._click(control):
                continue
            moved = await self._elsewhere(address)
            if moved is not None:
                self._avoid.add(control.shown)
                await self._on_own_page(moved, control)
                return control
            if not await self._observe(control, promised):
                fresh = [one for one in await self._controls() if (one.frame, one.mark) not in done]
                known = {(one.frame, one.mark) for one in queue}
                # A submenu: its entries mean what the control promised.
                queue[:0] = [one for one in fresh if (one.frame, one.mark) not in known]
        return None

    async def _click(self, control: Control) -> bool:
        self._tried.append(control.shown)
        asked = len(self._tab.traffic)
        by_mouse = control.tag not in ("SELECT", "INPUT") and await self._tab.click(
            control.selector, frame=control.frame
        )
        if not by_mouse:
            await self._ask("press", frame=control.frame, mark=control.mark)
            if control.tag not in ("SELECT", "INPUT"):
                self._untried.append(control.shown)  # what it does is told, what it does not do is not
        await asyncio.sleep(_LOOK_SECONDS)
        if len(self._tab.traffic) > asked:
            await self._tab.settle(1.5)
        return True

    # Seeing

    async def _observe(self, control: Control, promised: Iterable[Effect]) -> bool:
        """What changed since the last look; True if anything that counts did."""
        promised = set(promised)
        seen: set[Effect] = set()
        before = self._looks
        for _ in range(_LOOKS):
            self._looks = await self._look()
            seen = self._changes(before, self._looks, promised)
            if seen:
                break
            await asyncio.sleep(_LOOK_SECONDS)
        if Effect.VOICE in promised and Effect.VOICE not in seen and await self._heard_pointing(before):
            seen.add(Effect.VOICE)
        wanted = not promised or Effect.GUIDE_LINE in promised
        if wanted and Effect.GUIDE_LINE not in self._proved and await self._line_follows():
            seen.add(Effect.GUIDE_LINE)
        for effect in seen:
            await self._prove(effect, control)
        for effect in promises(control) - self._proved.keys() - self._idle.keys():
            picture = await self._tab.picture(f"a11y-{effect}-idle")
            self._idle[effect] = Idle(effect=effect, by=control.shown, picture=picture)
        return bool(seen)

    def _changes(
        self, before: Mapping[str, Any], after: Mapping[str, Any], promised: set[Effect]
    ) -> set[Effect]:
        pairs = [
            (old, new)
            for old, new in zip(before.get("texts") or (), after.get("texts") or (), strict=False)
            if old and new and old["height"]
        ]
        seen = set()
        larger = [new["height"] / old["height"] >= LARGER for old, new in pairs if new["height"]]
        if larger and sum(larger) >= MOST * len(larger):
            seen.add(Effect.FONT)
        changed = [any(old[name] != new[name] for name in ("colour", "back", "filter")) for old, new in pairs]
        if pairs and sum(changed) >= SOME * len(pairs) and (not promised or Effect.COLOUR in promised):
            seen.add(Effect.COLOUR)
        if int(after.get("heard") or 0) > int(before.get("heard") or 0):
            seen.add(Effect.VOICE)
        if (not promised or Effect.SPECIAL_VIEW in promised) and self._other_view(before, after, promised):
            seen.add(Effect.SPECIAL_VIEW)
        return seen

    def _other_view(self, before: Mapping[str, Any], after: Mapping[str, Any], promised: set[Effect]) -> bool:
        """Less on the page, or larger, or the page under another style; an icon must show two of these."""
        fewer = any(
            int(after.get(name) or 0) <= FEWER * int(before.get(name) or 0)
            for name in ("blocks", "characters")
        )
        larger = _median(after) >= LARGER * _median(self._natural) > 0
        restyled = after.get("classes") != before.get("classes")
        return fewer + larger + restyled >= (1 if promised else 2)

    async def _heard_pointing(self, before: Mapping[str, Any]) -> bool:
        """Tools that read what the mouse points at."""
        for x, y in await self._ask("spots") or ():
            await self._tab.point(x, y)
            await asyncio.sleep(_LOOK_SECONDS)
            self._looks = await self._look()
            if int(self._looks.get("heard") or 0) > int(before.get("heard") or 0):
                return True
        return False

    async def _line_follows(self) -> bool:
        """A long thin thing whose edge goes where the pointer goes."""
        places = []
        for x, y in ((400, 300), (520, 440)):
            await self._tab.point(x, y)
            await asyncio.sleep(_LOOK_SECONDS)
            places.append({one[0]: one[1:] for one in await self._ask("lines") or ()})
        first, second = places
        for name, at in first.items():
            moved = [there - here for here, there in zip(at, second.get(name, at), strict=True)]
            if any(abs(step - 140) <= 8 for step in moved[:2]) or any(
                abs(step - 120) <= 8 for step in moved[2:]
            ):
                return True
        return False

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
        return _median(await self._look(fresh=True))

    async def _see_whether_it_lasts(self, natural: float) -> None:
        font = self._proved.get(Effect.FONT)
        if font is None or self._other is None or not natural:
            return
        if (await self._tab.open(self._other)).ok:
            lasts = _median(await self._look(fresh=True)) >= LARGER * natural
            self._proved[Effect.FONT] = font.model_copy(update={"lasts": lasts})

    # Asking the page

    async def _look(self, *, fresh: bool = False) -> Mapping[str, Any]:
        looks: dict[str, Any] = dict(await self._ask("looks", fresh=fresh) or {})
        heard = int(looks.get("heard") or 0)
        for frame in range(1, len(self._tab.frames)):
            heard += int(await self._tab.run(_HEARD, frame=frame) or 0)
        asked = sum(1 for one in self._tab.traffic if one.kind == "media" or _is_speech(one))
        return {**looks, "heard": heard + asked}

    async def _ask(self, what: str, *, frame: int = 0, **more: object) -> Any:
        return await self._tab.run(_page_script(), {"do": what, **more}, frame=frame)


_HEARD = "() => window.__sunsweep ? __sunsweep.spoken.length + __sunsweep.played.length : 0"


def _median(looks: Mapping[str, Any]) -> float:
    heights = [text["height"] for text in looks.get("texts") or () if text and text["height"]]
    return float(median(heights)) if heights else 0.0


def _page_of(url: str) -> str:
    return url.partition("#")[0]


def _is_speech(one: Traffic) -> bool:
    return one.kind in ("xhr", "fetch") and _SPEECH_REQUEST.search(one.url) is not None


def _gone(traffic: Sequence[Traffic], url: str) -> str | None:
    """The tool's own script, if the portal's own host says that it is not there."""
    host = urlsplit(url).hostname
    for one in traffic:
        missing = one.kind == "script" and one.status in (404, 410)
        if missing and urlsplit(one.url).hostname == host:
            return one.url
    return None


def _unread(traffic: Sequence[Traffic]) -> set[str]:
    """Scripts that may hold the tool and could not be had from here: nothing is known of what they do."""
    lost = {one.url for one in traffic if one.kind == "script" and (one.failed or (one.status or 200) >= 400)}
    tools = {url for url in lost if is_tool_script(url)}
    return tools or {url for url in lost if not is_bystander(url)}


@cache
def _page_script() -> str:
    return files("crawler").joinpath("toolbar_page.js").read_text("utf-8")
