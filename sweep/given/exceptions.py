"""Reads exceptions.yaml (comply or explain) and brings its entries into judging.

A sweep keeps the entries it was judged with: judging again gives the same, wherever the file is by then.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator, model_validator

from crawler.model import Frozen
from probes import CHECKS_BY_ID
from probes.base import Result
from rules.explain import Explanation, counted, marked
from storage.repo import Store
from storage.values import SweepRow
from sweep.given.seeds import web_url
from sweep.given.yaml_file import line_in, read_file, read_yaml

Words = Field(min_length=2, max_length=500)


class Entry(Explanation):
    """One entry as written. Who explains has to say why, with what proof, and until when."""

    reason: str = Words
    author: str = Words
    proof: str = Words

    @field_validator("check")
    @classmethod
    def known_check(cls, value: str | None) -> str | None:
        if value is not None and value not in CHECKS_BY_ID:
            raise ValueError(f"没有检查项 {value!r}，写法如 links.home，可用 sunsweep rules show 查看")
        return value

    @field_validator("url")
    @classmethod
    def web_place(cls, value: str | None) -> str | None:
        return value if value is None else web_url(value)

    @model_validator(mode="after")
    def some_place(self) -> Entry:
        if self.check is None and self.url is None:
            raise ValueError("check（检查项）和 url（网址）至少写一个，说明才有所指")
        return self


class ExceptionsFile(Frozen):
    """The whole file as written."""

    version: Literal[1]
    exceptions: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """The entries of a file, with the lines they stand on."""

    source: str
    entries: tuple[Entry, ...]
    lines: tuple[int, ...]

    def unused(self, units: Sequence[str], day: date) -> list[str]:
        """What is written and has no effect on a sweep of these units at that day, in words."""
        said = []
        for entry, line in zip(self.entries, self.lines, strict=True):
            if entry.unit not in units:
                said.append(f"{self.source} 第 {line} 行：单位 {entry.unit!r} 不在本次巡检中，未使用")
            elif not entry.holds(day):
                said.append(f"{self.source} 第 {line} 行：说明已于 {entry.until} 到期，问题照常计算")
        return said


def load_exceptions(path: Path) -> Given:
    """Read the file; YamlError names file, line and the fix."""
    return parse_exceptions(read_file(path, "找不到说明文件。请检查 --exceptions 的路径"), str(path))


def parse_exceptions(text: str, source: str) -> Given:
    """The same for a text; `source` is named in errors."""
    spec, node = read_yaml(text, source, ExceptionsFile)
    lines = tuple(line_in(node, ("exceptions", index)) for index in range(len(spec.exceptions)))
    return Given(source, spec.exceptions, lines)


async def keep(store: Store, sweep: SweepRow, given: Given) -> None:
    """From now on the sweep is judged with these, and with no others. What has no effect is told."""
    for words in given.unused(sweep.unit_ids, sweep.as_of):
        print(words, file=sys.stderr)
    await store.replace_exceptions(sweep.id, [entry.model_dump(mode="json") for entry in given.entries])


class Explaining:
    """The explanations in force at a sweep's day, by unit."""

    def __init__(self, entries: Sequence[Explanation], day: date) -> None:
        self._by_unit: dict[str, list[Explanation]] = {}
        for entry in entries:
            if entry.holds(day):
                self._by_unit.setdefault(entry.unit, []).append(entry)

    @classmethod
    async def of(cls, store: Store, sweep: SweepRow) -> Explaining:
        stored = await store.exceptions(sweep.id)
        return cls([Explanation.model_validate(entry) for entry in stored], sweep.as_of)

    def marked(self, unit: str, result: Result) -> Result:
        """A host fact copied from the host's owner is explained where the owner's is."""
        owner = result.observed.get("shared_with")
        return marked(result, [one for name in (unit, owner) for one in self._by_unit.get(str(name), ())])

    def counted(self, results: Mapping[str, Result], tested_share: float) -> dict[str, Result]:
        """By check id: what the score counts of marked results."""
        return {check: counted(result, tested_share=tested_share) for check, result in results.items()}
