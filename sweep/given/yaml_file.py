"""YAML files that people write, read with the lines of every value; what is wrong in one is said exactly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from crawler.model import Frozen
from storage.errors import why_not
from sweep.errors import YamlError

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where PyYAML has it

Spec = TypeVar("Spec", bound=Frozen)


def read_file(path: Path, missing: str) -> str:
    """The text of a file; YamlError says `missing` where there is none."""
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise YamlError(f"{path}：{missing}") from None
    except UnicodeDecodeError as problem:
        raise YamlError(f"{path}：文件不是 UTF-8 编码（{problem.reason}）。请另存为 UTF-8") from None
    except OSError as problem:
        raise YamlError(f"{path}：读不出来（{why_not(problem)}）。请检查路径和权限") from None


def read_yaml(text: str, source: str, kind: type[Spec]) -> tuple[Spec, yaml.Node | None]:
    """What the text says, and its nodes, which know their lines. YamlError names `source`, line and fix."""
    node, data = _parsed(text, source)
    try:
        return kind.model_validate(data), node
    except ValidationError as problem:
        raise YamlError("\n".join(_explained(problem, node, source))) from None


def _parsed(text: str, source: str) -> tuple[yaml.Node | None, dict[str, Any]]:
    try:
        node = yaml.compose(text, Loader=_LOADER)
        _refuse_duplicate_keys(node, source)
        data = yaml.load(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = mark.line + 1 if mark else 1
        raise YamlError(
            f"{source} 第 {line} 行：YAML 语法有误（{problem.problem}）。请检查缩进、冒号和引号"
        ) from None
    except (yaml.YAMLError, ValueError) as problem:  # 2026-02-30 is a ValueError of the constructor
        raise YamlError(f"{source}：YAML 读不出来（{problem}）。请检查日期等取值") from None
    if not isinstance(data, dict):
        raise YamlError(f"{source} 第 1 行：应为以 version: 1 开头的映射，实为 {type(data).__name__}")
    return node, data


def _refuse_duplicate_keys(node: yaml.Node | None, source: str) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                line = key.start_mark.line + 1
                raise YamlError(f"{source} 第 {line} 行：键 {key.value!r} 重复。请删去其中一处")
            seen.add(key.value)
            _refuse_duplicate_keys(value, source)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _refuse_duplicate_keys(item, source)


_ADVICE = {
    "extra_forbidden": "没有这个键，请检查拼写或删去",
    "missing": "缺少这个必填的键，请补上",
    "literal_error": "取值不在允许范围内",
    "enum": "取值不在允许范围内",
    "string_pattern_mismatch": "格式不符",
    "too_short": "内容太少",
}


def _explained(problem: ValidationError, node: yaml.Node | None, source: str) -> Iterator[str]:
    """One sentence for each mistake: file, line, key, and what is allowed there."""
    for error in problem.errors(include_url=False):
        place = error["loc"]
        line = line_in(node, place, of_key=error["type"] == "extra_forbidden")
        where = ".".join(str(part) for part in place)
        text = error["msg"].removeprefix("Value error, ")
        advice = _ADVICE.get(error["type"])
        allowed = error.get("ctx", {}).get("expected") or error.get("ctx", {}).get("pattern")
        detail = f"{advice}（应为 {allowed}）" if advice and allowed else advice or text
        found = "" if error["type"] in ("missing", "value_error") else f"，实为 {str(error['input'])[:80]!r}"
        yield f"{source} 第 {line} 行：{where}：{detail}{found}"


def line_in(node: yaml.Node | None, place: tuple[int | str, ...], *, of_key: bool = False) -> int:
    """1-based line of the innermost node on the way to `place` that exists."""
    if node is None:
        return 1
    line = node.start_mark.line + 1
    for step in place:
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == step:
                    line = (
                        key if of_key or isinstance(value, yaml.ScalarNode) else value
                    ).start_mark.line + 1
                    node = value
                    break
            else:
                return line
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            return line
    return line
