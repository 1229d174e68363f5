"""`sunsweep rules …`: packs listed, shown and checked, mounted by the command line."""

from __future__ import annotations

from typing import Annotated

import typer

from sweep.office.rules_view import listing, shown, validated
from sweep.usage import Command, Group

app = typer.Typer(cls=Group, help="指标包：列出、查看、校验。", no_args_is_help=True, rich_markup_mode=None)


@app.command("list", cls=Command)
def show_all() -> None:
    """列出随附的指标包。"""
    typer.echo(listing())


@app.command("show", cls=Command)
def show(
    name: Annotated[str, typer.Argument(help="指标包名、指标代码、检查项、栏目词条，或门户上的一个链接")],
    rules: Annotated[str | None, typer.Option("--rules", help="在哪个指标包里找")] = None,
) -> None:
    """查看一个指标包、一条指标、一个检查项，或一个栏目按什么认定。"""
    typer.echo(shown(name, rules))


@app.command("validate", cls=Command)
def validate(
    files: Annotated[list[str], typer.Argument(help="指标包名或文件")],
) -> None:
    """校验指标包：键、检查项、限值和分值合计。"""
    for name in files:
        typer.echo(validated(name))
