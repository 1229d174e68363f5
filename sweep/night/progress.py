"""Live progress on a terminal, plain lines elsewhere; always on stderr."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table

from crawler.model import Outcome, Unit

STAGES = {
    "queue": "排队",
    "walk": "浏览",
    "gather": "探测",
    "confirm": "复核",
    "done": "完成",
    "failed": "出错",
}
LINE_SECONDS = 10.0


class Progress:
    """Counts what the sweep does: units by stage, pages, rate, the page now, an estimate of the end."""

    def __init__(
        self, units: list[Unit], console: Console | None = None, waiting: Callable[[], int] = lambda: 0
    ) -> None:
        self._waiting = waiting  # hosts whose pace is being waited for
        self._console = console or Console(stderr=True)
        self._stages = {unit.id: "queue" for unit in units}
        self._names = {unit.id: unit.name for unit in units}
        self._pages: Counter[str] = Counter()
        self._trouble = 0
        self._now = ""
        self._began = time.monotonic()
        self._said = 0.0
        self._live: Live | None = None

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._live = Live(get_renderable=self._table, console=self._console, refresh_per_second=4)
            self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.__exit__(kind, value, trace)

    def stage(self, unit: str, stage: str) -> None:
        self._stages[unit] = stage
        if self._live is None and stage in ("done", "failed"):
            self._console.print(
                f"{STAGES[stage]}：{self._names[unit]}（{self._pages[unit]} 页）；{self._summary()}",
                highlight=False,
            )

    def page(self, unit: str, url: str, outcome: Outcome) -> None:
        self._pages[unit] += 1
        self._trouble += outcome is not Outcome.OK
        self._now = url
        now = time.monotonic()
        if self._live is None and now - self._said > LINE_SECONDS:
            self._said = now
            self._console.print(f"进行中：{self._summary()}；当前 {url}", highlight=False)

    def _summary(self) -> str:
        done = sum(stage in ("done", "failed") for stage in self._stages.values())
        seconds = max(time.monotonic() - self._began, 0.001)
        pages = self._pages.total()
        text = f"单位 {done}/{len(self._stages)}，页面 {pages}，每秒 {pages / seconds:.1f} 页"
        if waiting := self._waiting():
            text += f"，等候限速 {waiting} 个主机"
        if 0 < done < len(self._stages):
            text += f"，预计还需 {_span(seconds / done * (len(self._stages) - done))}"
        return text

    def _table(self) -> Table:
        table = Table(box=None, padding=(0, 1), expand=False)
        table.add_column("单位")
        table.add_column("阶段")
        table.add_column("页面", justify="right")
        active = [unit for unit, stage in self._stages.items() if stage not in ("queue", "done", "failed")]
        for unit in active[:12]:
            table.add_row(self._names[unit], STAGES[self._stages[unit]], str(self._pages[unit]))
        if len(active) > 12:
            table.add_row(f"……另有 {len(active) - 12} 个单位", "", "")
        table.caption = f"{self._summary()}，异常应答 {self._trouble}\n{self._now[:100]}"
        table.caption_justify = "left"
        return table


def _span(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} 小时 {minutes} 分"
    return f"{minutes} 分 {rest} 秒" if minutes else f"{rest} 秒"
