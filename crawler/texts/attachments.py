"""What does an attachment (Word, Excel, PDF, CSV, zip) say? Text, or the reason why it gave none.

Attachments are hostile until proved otherwise: each is opened in a process of its own with limits on memory,
time, files and children (crawler/texts/attachment_worker.py), never executed and never unpacked to disk.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple
from weakref import WeakKeyDictionary

WORKER = Path(__file__).with_name("attachment_worker.py")
SECONDS = 30.0  # for one attachment, starting the process included
AT_ONCE = 2  # processes
READABLE = re.compile(r"\.(?:docx?|xlsx?|xlsm|pdf|csv|txt|zip|wps|et)(?:$|[?#])", re.IGNORECASE)


class Unreadable(StrEnum):
    """Why an attachment gave no text. Closed."""

    EMPTY = "empty"  # no bytes
    NO_TEXT = "no_text"  # opened, but there is no text in it (a scan)
    ENCRYPTED = "encrypted"  # needs a password
    CORRUPT = "corrupt"
    UNSUPPORTED = "unsupported"  # a kind that is not read (rar, ofd, ppt, …)
    TOO_LARGE = "too_large"  # unpacks beyond the caps: a bomb, or simply big
    TOO_MANY = "too_many"  # members
    TOO_DEEP = "too_deep"  # archives in archives in archives
    TOO_SLOW = "too_slow"


class Reading(NamedTuple):
    """`skipped`: (name, reason) of members that were not read, so the text is not all there is."""

    text: str
    reason: Unreadable | None = None
    skipped: tuple[tuple[str, Unreadable], ...] = ()

    @property
    def complete(self) -> bool:
        return self.reason is None and not self.skipped


_ROOM: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


async def read_attachment(body: bytes, name: str, *, seconds: float = SECONDS) -> Reading:
    """The text of one attachment. `name`: its file name or URL, asked only where the bytes say nothing.

    Never raises for what a file does; a worker that died of its limits is a reason.
    """
    if not body:
        return Reading("", Unreadable.EMPTY)
    room = _ROOM.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE))
    async with room:
        return await _in_process(body, _file_name(name), seconds)


async def _in_process(body: bytes, name: str, seconds: float) -> Reading:
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(WORKER), name),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONUTF8": "1"},
    )
    try:
        async with asyncio.timeout(seconds):
            out, _ = await worker.communicate(body)
    except TimeoutError:
        return Reading("", Unreadable.TOO_SLOW)
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()
    return _read_answer(out, worker.returncode or 0)


def _read_answer(out: bytes, code: int) -> Reading:
    """A worker that was killed says nothing: by its CPU limit (SIGXCPU, SIGKILL), or for want of memory."""
    if code in (-24, -9):
        return Reading("", Unreadable.TOO_SLOW)
    if code != 0:
        return Reading("", Unreadable.TOO_LARGE if code == -6 else Unreadable.CORRUPT)
    answer = json.loads(out)
    reason = Unreadable(answer["reason"]) if answer["reason"] else None
    return Reading(
        answer["text"], reason, tuple((member, Unreadable(why)) for member, why in answer["skipped"])
    )


def _file_name(name: str) -> str:
    """The last part, without query; what a command line cannot carry is left out."""
    last = re.split(r"[/\\]", name.partition("?")[0].partition("#")[0])[-1]
    return re.sub(r"[^\w.\-]", "", last)[-80:] or "attachment"
