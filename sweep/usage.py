"""Help and usage errors in Chinese: the command-line library speaks English only."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand, TyperGroup

_HELP = (
    ("Usage: ", "用法："),
    ("\nOptions:", "\n选项："),
    ("\nCommands:", "\n命令："),
    ("\nArguments:", "\n参数："),
    ("Show this message and exit.", "显示本说明。"),
    ("[OPTIONS]", "[选项]"),
    ("COMMAND [ARGS]...", "命令 [参数]…"),
    ("[default: ", "[默认："),
    ("[default:", "[默认："),  # at the end of a line
    ("[required]", "[必填]"),
)
_ERRORS = (
    (r"No such command '(.+?)'\.?", r"没有命令 \1"),
    (r"No such option:? '?(.+?)'?\.?(?: Did you mean (.+)\?)?$", r"没有选项 \1"),
    (r"Missing argument '(.+?)'\.?", r"缺少参数 \1"),
    (r"Missing option '(.+?)'\.?", r"缺少选项 \1"),
    (r"Missing command\.", "缺少命令"),
    (r"Option '(.+?)' requires an argument\.", r"选项 \1 后面要有取值"),
    (r"Got unexpected extra arguments? \((.+)\)", r"多出的参数 \1"),
    (r"Invalid value for '(.+?)': (.+?) is not one of (.+?)\.?$", r"\1 的取值 \2 不在 \3 之中"),
    (r"Invalid value for '(.+?)': (.+?) is not a valid (.+?)\.?$", r"\1 的取值 \2 不是 \3"),
    (r"Invalid value for '(.+?)': (.+?) is not in the range (.+?)\.?$", r"\1 的取值 \2 不在 \3 之内"),
)


def help_in_chinese(text: str) -> str:
    for english, chinese in _HELP:
        text = text.replace(english, chinese)
    return text


def error_in_chinese(text: str) -> str:
    """A usage error of the library; what has no translation stays as it is."""
    for english, chinese in _ERRORS:
        text = re.sub(english, chinese, text)
    return text.replace("Value error, ", "")


class Command(TyperCommand):
    """A command whose help is Chinese throughout."""

    def get_help(self, ctx: Any) -> str:
        return help_in_chinese(super().get_help(ctx))


class Group(TyperGroup):
    """A group of commands whose help is Chinese throughout."""

    def get_help(self, ctx: Any) -> str:
        return help_in_chinese(super().get_help(ctx))
