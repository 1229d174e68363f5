"""Virtual time: hours of a sweep in seconds of ours, with the program's own limits, pauses and patience.

The clock stands still while anything is to be done and jumps to the next timer when nothing is. Sockets on
loopback are ready at once, so no limit can pass that a real second would not have let pass.
"""

from __future__ import annotations

import asyncio
import selectors
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import pytest

from crawler.gate.canary import Canaries
from crawler.gate.dns import Names
from crawler.gate.host import Host
from crawler.net import Gate

T = TypeVar("T")
GRACE = 0.002  # real seconds in which threads (SQLite) may report before the clock jumps


class _Jumping(selectors.DefaultSelector):
    """Waits for no timer: passes over the time until it instead."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        ready = super().select(None if timeout is None else GRACE)
        if not ready and timeout is not None:
            self.now += max(timeout, 0.0)
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def run(work: Callable[[], Coroutine[Any, Any, T]], monkeypatch: pytest.MonkeyPatch) -> T:
    """Run to the end in virtual time, which is also what the gate and its hosts read."""
    with asyncio.Runner(loop_factory=_Loop) as runner:
        clock = runner.get_loop().time
        monkeypatch.setattr(time, "monotonic", clock)
        monkeypatch.setattr(time, "perf_counter", clock)
        for keeper in (Gate, Host, Canaries, Names):
            defaults = keeper.__init__.__kwdefaults__
            assert defaults is not None
            monkeypatch.setitem(defaults, "clock", clock)
        return runner.run(work())
