"""`sunsweep watch`, mounted by the command line."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from sweep.errors import SweepError
from sweep.office.watch import report
from sweep.office.watch import watch as watch_portals
from sweep.verdicts.availability import VISITS_A_DAY


def watch(
    seeds: Annotated[Path, typer.Argument(help="单位清单")] = Path("seeds.yaml"),
    once: Annotated[bool, typer.Option("--once", help="只访问一次就结束，供定时任务调用")] = False,
    per_day: Annotated[
        int, typer.Option("--per-day", min=VISITS_A_DAY, max=96, help="不加 --once 时每天访问几次")
    ] = VISITS_A_DAY,
    show: Annotated[bool, typer.Option("--report", help="不访问，按最近 7 天的记录判断")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="与 --report 同用：每个单位一行 JSON")] = False,
    only: Annotated[list[str] | None, typer.Option("--only", help="只看这个单位，可重复给出")] = None,
    db: Annotated[
        str, typer.Option("--db", help="数据库地址，如 sqlite:///sunsweep.db 或 postgresql://…")
    ] = "sqlite:///sunsweep.db",
) -> None:
    """监测首页能否打开：每次以 IPv4 和 IPv6 各访问一次，限时 15 秒；按一周的记录对照国家指标。"""
    if show and once:
        raise SweepError("--report 不访问网站，请不要与 --once 同用")
    if as_json and not show:
        raise SweepError("--json 只用于 --report，请一并给出 --report")
    chosen = tuple(only or ())
    if show:
        typer.echo(asyncio.run(report(seeds, db, only=chosen, as_json=as_json)))
    else:
        typer.echo(asyncio.run(watch_portals(seeds, db, once=once, per_day=per_day, only=chosen)))
