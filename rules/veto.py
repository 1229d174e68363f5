"""What is a veto (单项否决) as data? Grounds: counts of defects with a veto line and an earlier warning line.

A ground names checks and numbers, never an expression; a ground without checks is for people.
"""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from crawler.model import Frozen, UnitKind


class Ground(Frozen):
    """One circumstance that brings the veto about by itself. Lines are numbers of places, both inclusive."""

    text: str
    checks: tuple[str, ...] = ()  # their defects are counted together; none: a person decides
    observed: str | None = None  # count the entries of this observed list instead of the defects
    at_least: int | None = Field(default=None, ge=1)  # the veto line; None: one sweep cannot reach it
    warn_at: int | None = Field(default=None, ge=1)  # the warning line; None: no warning before the veto
    warning: str = ""  # what a warning says, where it is not the text with a smaller number
    review: bool = False  # what the machine finds is a lead: a person has to confirm it
    unseen: str = ""  # what the machine cannot see of it: without a find it is unknown, not clear
    seen_by: str | None = None  # an observed value of its checks that tells what is otherwise `unseen`
    assumed: bool = False  # the lines or the way of counting are ours

    @model_validator(mode="after")
    def _decidable(self) -> Self:
        lines = (self.at_least, self.warn_at)
        if bool(self.checks) != any(line is not None for line in lines):
            raise ValueError("有 checks 的情形须写 at_least 或 warn_at；由人工判断的情形不写")
        if None not in lines and (self.warn_at or 0) > (self.at_least or 0):
            raise ValueError("预警线 warn_at 不得松于否决线 at_least")
        if self.observed is not None and len(self.checks) != 1:
            raise ValueError("observed 只用于单个检查项")
        if self.seen_by is not None and not self.unseen:
            raise ValueError("seen_by 只与 unseen 同用")
        if self.checks and self.at_least is None and not self.unseen:
            raise ValueError("没有否决线的情形须在 unseen 写明为何一次巡检不能认定")
        return self


class Veto(Frozen):
    """One veto item of the source. Any ground is enough."""

    code: str
    title: str
    clause: str
    kinds: tuple[UnitKind, ...] = Field(min_length=1)
    services: bool = False  # only for units that have services
    any_of: tuple[Ground, ...] = Field(min_length=1)
    advice: str

    @property
    def checks(self) -> tuple[str, ...]:
        """Every check that some ground counts, in the order of the grounds."""
        return tuple(dict.fromkeys(check for ground in self.any_of for check in ground.checks))
