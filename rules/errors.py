"""What is wrong with a pack or scheme file, told so that its author can mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a rule file. `line` counts from 1; `code` is the indicator or item code."""

    file: str
    message: str
    fix: str
    line: int | None = None
    code: str | None = None
    field: str | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file} 第{self.line}行"
        about = "，".join(
            part
            for part in (self.code and f"指标 {self.code}", self.field and f"字段 {self.field}")
            if part is not None and part != ""
        )
        return f"{place}{'，' + about if about else ''}：{self.message}。改法：{self.fix}"


class PackError(Exception):
    """A rule file cannot be used; `problems` names every mistake found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
