"""`sunsweep case …`: the commands of the evaluation cycle, mounted by the command line."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from sweep.office.case import export_review, import_review
from sweep.usage import Command, Group

app = typer.Typer(cls=Group, help="评估流程：人工复核。", no_args_is_help=True, rich_markup_mode=None)
review = typer.Typer(
    cls=Group,
    help="人工复核：导出待复核清单，填写后导入并重新计分。",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(review, name="review")

Db = Annotated[str, typer.Option("--db", help="数据库地址，如 sqlite:///sunsweep.db 或 postgresql://…")]


@review.command("export", cls=Command)
def export(
    sweep: Annotated[str, typer.Option("--sweep", help="哪一次巡检：编号或 latest")] = "latest",
    out: Annotated[Path, typer.Option("--out", help="写成这个 xlsx 文件")] = Path("review.xlsx"),
    rules: Annotated[str | None, typer.Option("--rules", help="哪个指标包，默认巡检时的第一个")] = None,
    db: Db = "sqlite:///sunsweep.db",
) -> None:
    """导出待人工复核的评测要点和线索，每条一行，右侧各列供填写。"""
    typer.echo(asyncio.run(export_review(db, sweep, rules, out)))


@review.command("import", cls=Command)
def import_(
    file: Annotated[Path, typer.Argument(help="填好的复核表（xlsx）")],
    sweep: Annotated[
        str | None, typer.Option("--sweep", help="核对表格是否出自这次巡检：编号或 latest")
    ] = None,
    rules: Annotated[str | None, typer.Option("--rules", help="指标包文件，默认导出时的指标包")] = None,
    db: Db = "sqlite:///sunsweep.db",
) -> None:
    """导入复核结论并重新计分；机器初测的得分另存。有一处错误就全部不导入。"""
    typer.echo(asyncio.run(import_review(db, file, sweep, rules)))
