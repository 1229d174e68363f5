"""What the command-line library says, in Chinese."""

from __future__ import annotations

import pytest

from sweep.usage import error_in_chinese, help_in_chinese


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("No such command 'bogus'.", "没有命令 bogus"),
        ("Missing argument 'url'.", "缺少参数 url"),
        ("Option '--db' requires an argument.", "选项 --db 后面要有取值"),
        ("Invalid value for '--jobs': 0 is not in the range 1<=x<=64.", "--jobs 的取值 0 不在 1<=x<=64 之内"),
        (
            "Invalid value for '--what': 'x' is not one of 'results', 'scores'.",
            "--what 的取值 'x' 不在 'results', 'scores' 之中",
        ),
    ],
)
def test_errors(english: str, chinese: str) -> None:
    assert error_in_chinese(english) == chinese


def test_help() -> None:
    text = "Usage: sunsweep check [OPTIONS] url\n\nOptions:\n  --seed <int>  [default: 1]\n"
    assert help_in_chinese(text) == "用法：sunsweep check [选项] url\n\n选项：\n  --seed <int>  [默认：1]\n"
