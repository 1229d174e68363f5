"""Progress off a terminal: plain lines with what a person wants to know."""

from __future__ import annotations

import io

from rich.console import Console

from crawler.model import Outcome, Unit, UnitKind
from sweep.night.progress import Progress


def test_lines_tell_units_pages_and_who_is_waited_for() -> None:
    out = io.StringIO()
    units = [Unit(id=name, name=f"{name}县", kind=UnitKind.COUNTY) for name in ("a", "b")]
    with Progress(units, Console(file=out, width=200), waiting=lambda: 3) as progress:
        progress.stage("a", "walk")
        progress.page("a", "http://a.gov.cn/", Outcome.OK)
        progress.stage("a", "done")
    last = out.getvalue().splitlines()[-1]
    assert last.startswith("完成：a县（1 页）；单位 1/2，页面 1，")
    assert "等候限速 3 个主机" in last and "预计还需" in last
