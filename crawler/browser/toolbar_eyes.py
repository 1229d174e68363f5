"""What can be seen of a page while its accessibility tool is used: its texts, its lines, what it says aloud.

Reads the page by toolbar_page.js and compares looks; clicks nothing. Source: docs/method.md, Accessibility.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from statistics import median
from typing import Any

from crawler.browser.tab import Tab, Traffic
from crawler.browser.toolbar_controls import LEAVES, Control, Effect, promising
from crawler.signs.toolbar import patterns

LOOK_SECONDS = 0.3
LARGER = 1.05  # a text of 16 px in 17 px is larger
LARGER_SITE = 1.2  # of a site of its own, whose texts are others
FONT_SHARE = 0.5  # of the texts looked at
COLOUR_SHARE = 0.3
FEWER = 0.85  # of what was visible: a simplified view
READABLE = 3  # texts without which nothing can be said of texts

Look = Mapping[str, Any]
_ELDER = re.compile(r"无障碍|适老|长[者辈]|关[怀爱]|老年|大字|敬老|elder|wza|/slb|/old", re.IGNORECASE)
_SPEECH_REQUEST = re.compile(
    r"tts|speech|voice|text2audio|synth|langdu|yuyin|\.(?:mp3|wav|ogg|m4a)", re.IGNORECASE
)
_DATA = frozenset({"script", "xhr", "fetch", "websocket", "eventsource", "other"})


class Eyes:
    """Looks at one page and its frames."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab

    async def ask(self, what: str, *, frame: int = 0, **more: object) -> Any:
        return await self.tab.run(_page_script(), {"do": what, **more}, frame=frame)

    async def begin(self) -> None:
        """What stands on the page now is the page; what comes later is the tool."""
        for frame in range(len(self.tab.frames)):
            await self.ask("begin", frame=frame)

    async def look(self, *, fresh: bool = False) -> Look:
        looks: dict[str, Any] = dict(await self.ask("looks", fresh=fresh) or {})
        heard = int(looks.get("heard") or 0)
        for frame in range(1, len(self.tab.frames)):
            heard += int(await self.tab.run(_HEARD, frame=frame) or 0)
        asked = sum(1 for one in self.tab.traffic if one.kind == "media" or _is_speech(one))
        return {**looks, "heard": heard + asked}

    async def entries(self, *, new: bool = False) -> list[Control]:
        found: list[Control] = []
        for frame in range(len(self.tab.frames)):
            for one in await self.ask("entries", frame=frame, **patterns()) or ():
                if one["visible"] and not (new and one["old"]):
                    found.append(Control(one["mark"], frame, one["text"], one["how"]))
        # What words name goes before what only a handler or an id tells; each wording once.
        found.sort(key=lambda one: one.named != "words")
        return list({one.text or one.mark: one for one in reversed(found)}.values())[::-1]

    async def controls(self, *, everything: bool = False) -> list[Control]:
        found: list[Control] = []
        for frame in range(len(self.tab.frames)):
            for one in await self.ask("controls", frame=frame, all=everything, says=promising()) or ():
                found.append(Control(one["mark"], frame, one["text"], one["named"], one["tag"]))
        return [one for one in found if not LEAVES.search(one.text)]

    async def hears_pointing(self, before: Look) -> bool:
        """Tools that read what the mouse points at."""
        for x, y in await self.ask("spots") or ():
            await self.tab.point(x, y)
            await asyncio.sleep(LOOK_SECONDS)
            if _heard(await self.look()) > _heard(before):
                return True
        return False

    async def line_follows(self) -> bool:
        """A long thing whose edge goes with the pointer, and comes back with it."""
        places = []
        for x, y in ((400, 300), (520, 440), (400, 300)):
            await self.tab.point(x, y)
            await asyncio.sleep(LOOK_SECONDS)
            places.append({one[0]: one[1:] for one in await self.ask("lines") or ()})
        return any(_went_along(name, places) for name in places[0])

    async def title(self) -> str:
        return str(await self.tab.run(_TITLE))


def changes(before: Look, after: Look, natural: Look, promised: set[Effect]) -> set[Effect]:
    """Which effects the step from one look to the next shows. `natural`: the page before any click."""
    seen = set()
    if _share_larger(before, after) >= FONT_SHARE:
        seen.add(Effect.FONT)
    if _share_recoloured(before, after) >= COLOUR_SHARE and (not promised or Effect.COLOUR in promised):
        seen.add(Effect.COLOUR)
    if _heard(after) > _heard(before):
        seen.add(Effect.VOICE)
    if (not promised or Effect.SPECIAL_VIEW in promised) and _other_view(before, after, natural, promised):
        seen.add(Effect.SPECIAL_VIEW)
    return seen


def traces(before: Look, after: Look, asked: Iterable[Traffic], promised: set[Effect]) -> set[Effect]:
    """Promised effects that may be there although they were not seen: the click left its mark on the page,
    changed a few texts, or asked for data where a voice was promised."""
    marked = after.get("trace") != before.get("trace")
    partly = {
        Effect.FONT: _share_larger(before, after) > 0,
        Effect.COLOUR: _share_recoloured(before, after) > 0,
        Effect.VOICE: any(one.kind in _DATA for one in asked),
    }
    return {effect for effect in promised if marked or partly.get(effect, False)}


def changed_page(before: Look, after: Look, title: str, *, same: bool) -> set[Effect]:
    """What a page that came by a click shows beside the one before: the same page anew, or another."""
    seen = set()
    larger = typical_height(after) >= (LARGER if same else LARGER_SITE) * typical_height(before) > 0
    if larger:
        seen.add(Effect.FONT)
    if larger or _ELDER.search(title) or (same and after.get("classes") != before.get("classes")):
        seen.add(Effect.SPECIAL_VIEW)
    if same and _main_colours(after) != _main_colours(before):
        seen.add(Effect.COLOUR)
    return seen


def typical_height(look: Look) -> float:
    """The median height of the texts looked at, in pixels; 0 without any."""
    heights = [text["height"] for text in look.get("texts") or () if text and text["height"]]
    return float(median(heights)) if heights else 0.0


def is_readable(look: Look) -> bool:
    return len(look.get("texts") or ()) >= READABLE


def _pairs(before: Look, after: Look) -> list[tuple[Any, Any]]:
    both = zip(before.get("texts") or (), after.get("texts") or (), strict=False)
    return [(old, new) for old, new in both if old and new and old["height"]]


def _share_larger(before: Look, after: Look) -> float:
    grown = [new["height"] / old["height"] >= LARGER for old, new in _pairs(before, after) if new["height"]]
    return sum(grown) / len(grown) if grown else 0.0


def _share_recoloured(before: Look, after: Look) -> float:
    pairs = _pairs(before, after)
    other = sum(any(old[name] != new[name] for name in ("colour", "back", "filter")) for old, new in pairs)
    return other / len(pairs) if pairs else 0.0


def _main_colours(look: Look) -> object:
    told = Counter((one["colour"], one["back"], one["filter"]) for one in look.get("texts") or () if one)
    return min(told, key=lambda one: (-told[one], one), default=None)


def _other_view(before: Look, after: Look, natural: Look, promised: set[Effect]) -> bool:
    """Less on the page, or larger, or the page under another style; an icon must show two of these."""
    fewer = any(
        int(after.get(name) or 0) <= FEWER * int(before.get(name) or 0) for name in ("blocks", "characters")
    )
    larger = typical_height(after) >= LARGER * typical_height(natural) > 0
    restyled = after.get("classes") != before.get("classes")
    return fewer + larger + restyled >= (1 if promised else 2)


def _heard(look: Look) -> int:
    return int(look.get("heard") or 0)


_STEP, _BACK = 60, 25  # pixels: the pointer goes 120 and 140; zoom and slow lines make less or more of it


def _went_along(name: str, places: list[dict[str, list[float]]]) -> bool:
    if not all(name in place for place in places):
        return False
    first, second, third = (place[name] for place in places)
    return any(
        there - here >= _STEP and abs(back - here) <= _BACK
        for here, there, back in zip(first, second, third, strict=True)
    )


def _is_speech(one: Traffic) -> bool:
    return one.kind in ("xhr", "fetch", "websocket") and _SPEECH_REQUEST.search(one.url) is not None


_TITLE = "() => document.title + ' ' + location.href + ' ' + (document.body ? document.body.className : '')"
_HEARD = "() => window.__sunsweep ? __sunsweep.spoken.length + __sunsweep.played.length : 0"


@cache
def _page_script() -> str:
    return files("crawler.browser").joinpath("toolbar_page.js").read_text("utf-8")
