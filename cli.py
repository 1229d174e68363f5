"""The command line: parse, wire, print, exit code. Nothing imports this module."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Coroutine
from datetime import date
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from crawler.model import Period, UnitKind
from rules.errors import PackError
from storage.errors import StoreError
from sweep import afterwards, commands
from sweep.errors import SweepError
from sweep.given.plan import Plan, plan, single
from sweep.given.seeds import load_seeds
from sweep.night.run import RunOptions
from sweep.office import case_app, rules_app, watch_app
from sweep.proof.archive import Keep
from sweep.usage import Command, Group, error_in_chinese

T = TypeVar("T")


class Exit(IntEnum):
    """How a command ended. Source: docs/operations.md, Exit codes."""

    DONE = 0
    BELOW = 1
    FAILED = 2
    INTERRUPTED = 130


app = typer.Typer(
    cls=Group,
    help="阳光巡检：检测政府网站的公开程度，按官方指标计分、排名、出报告。",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(rules_app.app, name="rules")
app.add_typer(case_app.app, name="case")
app.command(cls=Command)(watch_app.watch)

Db = Annotated[str, typer.Option("--db", help="数据库地址，如 sqlite:///sunsweep.db 或 postgresql://…")]
Rules = Annotated[list[str] | None, typer.Option("--rules", help="指标包名或文件，可重复给出")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="以哪一天为准（YYYY-MM-DD），默认今天（北京时间）")]
PeriodOption = Annotated[
    str | None, typer.Option("--period", help="评估时段：2026 或 2026-01-01..2026-12-31")
]
SeedOption = Annotated[int, typer.Option("--seed", help="抽样种子；同一种子抽到同样的样本")]
FailUnder = Annotated[float | None, typer.Option("--fail-under", help="有单位得分低于此值时以 1 退出")]
FailOn = Annotated[
    list[str] | None, typer.Option("--fail-on", help="有单位此项不通过时以 1 退出，可重复给出")
]
Cloaking = Annotated[
    bool, typer.Option("--probe-cloaking", help="另以搜索引擎和手机的标识访问，查页面是否因访客而异")
]
Exceptions = Annotated[
    Path | None, typer.Option("--exceptions", help="已说明的问题（exceptions.yaml），期内不扣分，报告中划去")
]
SweepId = Annotated[str, typer.Option("--sweep", help="哪一次巡检：编号或 latest")]
DEFAULT_DB = "sqlite:///sunsweep.db"
# Typer carries its own copy of click and does not name this base class; its public errors derive from it.
USAGE_ERROR: Any = next(base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException")


@app.command(cls=Command)
def demo(
    out: Annotated[Path, typer.Option("--out", help="报告目录")] = Path("demo-out"),
    seed: SeedOption = 1,
    as_of: AsOf = None,
) -> None:
    """在本机起一座示例城市，巡检它，打印排名并写出报告。"""
    _run(commands.demo(out, seed=seed, as_of=_date(as_of)))


@app.command(cls=Command)
def check(
    url: Annotated[str, typer.Argument(help="门户网址")],
    kind: Annotated[UnitKind, typer.Option("--kind", help="单位类型")] = UnitKind.COUNTY,
    rules: Rules = None,
    out: Annotated[Path, typer.Option("--out", help="报告目录")] = Path("sunsweep-out"),
    db: Db = DEFAULT_DB,
    as_of: AsOf = None,
    period: PeriodOption = None,
    seed: SeedOption = 1,
    fail_under: FailUnder = None,
    fail_on: FailOn = None,
    probe_cloaking: Cloaking = False,
) -> None:
    """单位自查：检测一个门户，打印结果表并写出网页报告。"""
    _known_checks(fail_on)
    chosen = _plan(single(url, kind), rules, as_of, period, seed, probe_cloaking)
    outcome = _run(commands.check(chosen, db, out))
    _threshold(outcome, fail_under, fail_on)


@app.command(cls=Command)
def sweep(
    seeds: Annotated[Path, typer.Argument(help="单位清单")] = Path("seeds.yaml"),
    rules: Rules = None,
    only: Annotated[list[str] | None, typer.Option("--only", help="只检测这个单位，可重复给出")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="另写报告到此目录")] = None,
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=64, help="用几个进程")] = 1,
    new: Annotated[bool, typer.Option("--new", help="不接续未完成的巡检，重新开始")] = False,
    archive: Annotated[
        Keep, typer.Option("--archive", help="网页存档：cited 只留问题涉及的页面，all 全留（才能重放）")
    ] = Keep.CITED,
    reread: Annotated[
        bool, typer.Option("--reread", help="全部重新读取，不沿用上次巡检后未变的页面")
    ] = False,
    exceptions: Exceptions = None,
    db: Db = DEFAULT_DB,
    as_of: AsOf = None,
    period: PeriodOption = None,
    seed: SeedOption = 1,
    fail_under: FailUnder = None,
    fail_on: FailOn = None,
    probe_cloaking: Cloaking = False,
) -> None:
    """夜间巡检清单中的全部单位；同一命令再次运行即接续未完成的巡检。"""
    _known_checks(fail_on)
    chosen = _plan(load_seeds(seeds), rules, as_of, period, seed, probe_cloaking, tuple(only or ()))
    options = RunOptions(db=db, jobs=jobs, new=new, archive=archive, reread=reread)
    outcome = _run(commands.sweep(chosen, options, out, exceptions))
    _threshold(outcome, fail_under, fail_on)


@app.command(cls=Command)
def inspect(
    source: Annotated[str, typer.Argument(help="网页文件或网址")],
    url: Annotated[str | None, typer.Option("--url", help="文件原来的网址")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
) -> None:
    """看一看从一个页面上读到了什么；给文件时不联网。"""
    read = _run(commands.inspect(source, url))
    typer.echo(json.dumps(read, ensure_ascii=False, indent=None if as_json else 2))


@app.command(cls=Command)
def export(
    what: Annotated[commands.What, typer.Option("--what", help="results 检测结果，scores 得分")] = (
        commands.What.RESULTS
    ),
    sweep: SweepId = "latest",
    unit: Annotated[str | None, typer.Option("--unit", help="只要这个单位")] = None,
    format: Annotated[commands.Format, typer.Option("--format", help="输出格式")] = commands.Format.JSONL,
    canonical: Annotated[
        bool, typer.Option("--canonical", help="略去编号、时刻、耗时和证据地址并排序，便于比对")
    ] = False,
    rules: Annotated[str | None, typer.Option("--rules", help="哪个指标包，默认巡检时的第一个")] = None,
    db: Db = DEFAULT_DB,
) -> None:
    """导出结果或得分到标准输出。"""
    data = _run(commands.export(db, sweep, what, unit, format, canonical, rules))
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


@app.command(cls=Command)
def score(
    sweep: SweepId = "latest",
    rules: Rules = None,
    exceptions: Exceptions = None,
    db: Db = DEFAULT_DB,
    fail_under: FailUnder = None,
    fail_on: FailOn = None,
) -> None:
    """不联网，按指标包的限值重新判定并计分。"""
    _known_checks(fail_on)
    _threshold(_run(commands.score(db, sweep, tuple(rules or ()), exceptions)), fail_under, fail_on)


@app.command(cls=Command)
def replay(
    sweep: SweepId = "latest",
    db: Db = DEFAULT_DB,
    fail_under: FailUnder = None,
    fail_on: FailOn = None,
) -> None:
    """不联网，从存档的网页重新读取、判定并计分。"""
    _known_checks(fail_on)
    _threshold(_run(afterwards.replay(db, sweep)), fail_under, fail_on)


@app.command(cls=Command)
def report(
    sweep: SweepId = "latest",
    format: Annotated[
        commands.ReportFormat, typer.Option("--format", help="报告格式")
    ] = commands.ReportFormat.HTML,
    out: Annotated[Path, typer.Option("--out", help="写到此目录")] = Path("sunsweep-out"),
    rules: Annotated[str | None, typer.Option("--rules", help="哪个指标包，默认巡检时的第一个")] = None,
    exceptions: Exceptions = None,
    db: Db = DEFAULT_DB,
) -> None:
    """从已存的结果写出报告。"""
    for path in _run(commands.report(db, sweep, format, out, rules, exceptions)):
        typer.echo(path)


@app.command(cls=Command)
def evidence(
    finding: Annotated[
        str, typer.Argument(help="问题编号：巡检:单位:检查项:序号，如 latest:lufeng:links.home:1")
    ],
    out: Annotated[Path | None, typer.Option("--out", help="写成这个文件，默认在当前目录")] = None,
    rules: Annotated[str | None, typer.Option("--rules", help="哪个指标包，默认巡检时的第一个")] = None,
    db: Db = DEFAULT_DB,
) -> None:
    """把一个问题的证据打成 zip：存档网页、应答头、截图、指标条款、时间和摘要值。"""
    typer.echo(_run(afterwards.evidence(db, finding, out, rules)))


@app.command(cls=Command)
def diff(
    one: Annotated[str, typer.Argument(metavar="A", help="一次巡检：编号或 latest")],
    other: Annotated[str, typer.Argument(metavar="B", help="另一次巡检")],
    rules: Annotated[str | None, typer.Option("--rules", help="按哪个指标包比，默认两次共有的")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False,
    db: Db = DEFAULT_DB,
) -> None:
    """比较两次巡检：变化分为网站、规则、覆盖、程序四类，问题分新出现、仍存在、已解决、再次出现。"""
    typer.echo(_run(afterwards.diff(db, one, other, rules, as_json=as_json)))


@app.command(cls=Command)
def recheck(
    sweep: SweepId = "latest",
    unit: Annotated[str | None, typer.Option("--unit", help="复查这个单位")] = None,
    check: Annotated[str | None, typer.Option("--check", help="复查这个检查项")] = None,
    finding: Annotated[
        str | None, typer.Option("--finding", help="复查一个问题：巡检:单位:检查项:序号")
    ] = None,
    failed: Annotated[bool, typer.Option("--failed", help="只复查不通过的")] = False,
    seeds: Annotated[Path | None, typer.Option("--seeds", help="单位清单，默认巡检时的那份")] = None,
    as_of: AsOf = None,
    db: Db = DEFAULT_DB,
) -> None:
    """联网复查一个问题、检查项、单位或全部不通过项；原结果不变。"""
    again = afterwards.Again(sweep, unit, check, finding, failed, seeds)
    typer.echo(_run(afterwards.recheck(db, again, _date(as_of))))


@app.command(cls=Command)
def prune(
    keep_sweeps: Annotated[int | None, typer.Option("--keep-sweeps", min=1, help="留最近完成的几次")] = None,
    older_than: Annotated[int | None, typer.Option("--older-than", min=1, help="删这么多天以前的")] = None,
    db: Db = DEFAULT_DB,
) -> None:
    """清理旧的巡检及其存档；最近完成的一次总是留下。"""
    typer.echo(_run(afterwards.prune(db, keep_sweeps, older_than)))


@app.command(cls=Command)
def status(
    as_json: Annotated[bool, typer.Option("--json", help="输出 JSON")] = False, db: Db = DEFAULT_DB
) -> None:
    """各次巡检的进展。"""
    typer.echo(_run(commands.status(db, as_json=as_json)))


def _plan(
    seeds: Any,
    rules: list[str] | None,
    as_of: str | None,
    period: str | None,
    seed: int,
    cloaking: bool,
    only: tuple[str, ...] = (),
) -> Plan:
    return plan(
        seeds,
        rules=tuple(rules or ()),
        as_of=_date(as_of),
        period=_period(period),
        seed=seed,
        options={"probe_cloaking": cloaking},
        only=only,
    )


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SweepError(f"日期应写作 2026-11-22，实为 {text!r}") from None


def _period(text: str | None) -> Period | None:
    if text is None:
        return None
    if text.isdigit() and len(text) == 4:
        return Period(start=date(int(text), 1, 1), end=date(int(text), 12, 31))
    start, dots, end = text.partition("..")
    first, last = _date(start), _date(end)
    if not dots or first is None or last is None or last < first:
        raise SweepError(f"评估时段应写作 2026 或 2026-01-01..2026-12-31（先后有序），实为 {text!r}")
    return Period(start=first, end=last)


def _known_checks(ids: list[str] | None) -> None:
    for name in ids or ():
        commands.require_check(name)


def _threshold(outcome: commands.Outcome, fail_under: float | None, fail_on: list[str] | None) -> None:
    if outcome.below(fail_under) or any(outcome.fails(name) for name in fail_on or ()):
        raise typer.Exit(Exit.BELOW)


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(work)
    except KeyboardInterrupt:
        typer.echo(f"\n已中断，已存的内容都在。接着运行：{commands.command_line(sys.argv)}", err=True)
        raise typer.Exit(Exit.INTERRUPTED) from None


def main() -> None:
    """Entry point of the console script."""
    try:
        sys.exit(app(standalone_mode=False) or Exit.DONE)
    except USAGE_ERROR as problem:
        typer.echo(f"用法有误：{error_in_chinese(problem.format_message())}。可加 --help 查看用法", err=True)
        sys.exit(Exit.FAILED)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(Exit.INTERRUPTED)
    except (SweepError, PackError, StoreError) as problem:
        _give_up(problem)
    except BaseExceptionGroup as group:  # what a task of the sweep raised
        ours = group.subgroup((SweepError, PackError, StoreError))
        if ours is None:
            raise
        _give_up(_first(ours))


def _first(group: BaseExceptionGroup[Any]) -> BaseException:
    problem: BaseException = group
    while isinstance(problem, BaseExceptionGroup):
        problem = problem.exceptions[0]
    return problem


def _give_up(problem: BaseException) -> None:
    typer.echo(f"错误：{problem}", err=True)
    sys.exit(Exit.FAILED)


if __name__ == "__main__":
    main()
