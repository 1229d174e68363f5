"""Read a rule pack and refuse it with every mistake named: place, field, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import yaml
from pydantic import ValidationError

from crawler.model import Frozen
from probes import ALL
from probes.base import Probe
from probes.catalogue import CHECKS
from rules.errors import PackError, Problem
from rules.model import Pack, Scheme
from rules.validate import Fault, faults

M = TypeVar("M", bound=Frozen)
Place = tuple[str | int, ...]

_WORDS: Mapping[str, tuple[str, str]] = {
    "extra_forbidden": ("不认识的字段", "删除该字段，或改正拼写"),
    "missing": ("缺少必填字段", "补上该字段"),
    "enum": ("取值不在允许范围内", "改为允许的取值之一"),
    "too_short": ("内容不能为空", "至少写一项"),
}


class Document(NamedTuple):
    """A YAML file as data and as nodes; the nodes know their lines."""

    name: str
    data: Any
    root: yaml.Node | None


# libyaml reads the same language eight times faster, where PyYAML was built with it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def load(name_or_path: str) -> Pack:
    """The pack of that name (`jilin-2021`), or of that YAML file. Raises PackError."""
    return read(name_or_path, ALL)


def available() -> list[str]:
    """Names of the packs that come with the product, sorted."""
    return _names("packs")


@cache
def load_scheme(name: str) -> Scheme:
    """The grade bands of that name (rules/schemes). Raises PackError."""
    path = files("rules").joinpath("schemes", f"{name}.yaml")
    if not path.is_file():
        known = "、".join(_names("schemes"))
        raise PackError([Problem(name, "没有这个等次方案", f"改用现有方案：{known}")])
    return _model(Scheme, _document(f"{name}.yaml", path.read_text(encoding="utf-8")))


def read(name_or_path: str, probes: Sequence[Probe[Any, Any]]) -> Pack:
    """Like `load`, with the probes whose checks and limits the pack may name."""
    document = _document(*_source(name_or_path))
    pack = _model(Pack, document)
    known = {check.id for check in CHECKS} | {check.id for probe in probes for check in probe.checks}
    found = list(faults(pack, known, load_scheme_names())) + list(_limit_faults(pack, probes))
    if found:
        raise PackError([_problem(document, fault.place, fault.message, fault.fix) for fault in found])
    return pack


class Reading(StrEnum):
    """For what the evidence is judged; each takes over the limits of the one before."""

    ITEMS = "items"
    VETO = "veto"
    WARNING = "warning"


def limits_for(pack: Pack, probe: Probe[Any, Any], reading: Reading = Reading.ITEMS) -> Frozen:
    """The probe's limits as the pack sets them (`tested_share` for all at once), else its own."""
    general = {"tested_share": pack.tested_share} if "tested_share" in probe.limits.model_fields else {}
    layers = [pack.limits, pack.veto_limits, pack.warn_limits][: list(Reading).index(reading) + 1]
    own = {name: value for layer in layers for name, value in layer.get(probe.id, {}).items()}
    limits: Frozen = probe.limits.model_validate({**general, **own})
    return limits


def load_scheme_names() -> frozenset[str]:
    return frozenset(_names("schemes"))


def _names(folder: str) -> list[str]:
    entries = files("rules").joinpath(folder).iterdir()
    return sorted(entry.name.removesuffix(".yaml") for entry in entries if entry.name.endswith(".yaml"))


def _source(name_or_path: str) -> tuple[str, str]:
    """File name to show, and text."""
    if name_or_path in available():
        packed = files("rules").joinpath("packs", f"{name_or_path}.yaml")
        return f"{name_or_path}.yaml", packed.read_text(encoding="utf-8")
    path = Path(name_or_path)
    if not path.is_file():
        known = "、".join(available())
        raise PackError(
            [
                Problem(
                    name_or_path,
                    "没有这个规则包，也没有这个文件",
                    f"改用现有规则包（{known}）或给出 YAML 文件路径",
                )
            ]
        )
    try:
        return str(path), path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise PackError([Problem(str(path), f"读不了：{problem}", "检查文件权限，并存为 UTF-8")]) from problem


def _document(name: str, text: str) -> Document:
    try:
        root = yaml.compose(text, Loader=_LOADER)
        twice = list(_duplicates(root, name)) if root else []
        data = yaml.load(text, Loader=_LOADER)
    except (yaml.YAMLError, ValueError) as problem:
        mark = getattr(problem, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        what = getattr(problem, "problem", None) or str(problem)
        raise PackError(
            [Problem(name, f"YAML 语法错误：{what}", "检查该行的缩进、冒号和引号", line)]
        ) from problem
    if twice:
        raise PackError(twice)
    return Document(name, data, root)


def _duplicates(node: yaml.Node, name: str) -> Iterator[Problem]:
    """Keys written twice in one mapping: YAML would silently keep the last."""
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                yield Problem(name, "同一层写了两次", "只保留一个", key.start_mark.line + 1, field=key.value)
            seen.add(key.value)
            yield from _duplicates(value, name)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _duplicates(value, name)


def _model(model: type[M], document: Document) -> M:
    try:
        return model.model_validate(document.data)
    except ValidationError as problem:
        problems = [_from_pydantic(document, error) for error in problem.errors()]
        raise PackError(problems) from problem


def _from_pydantic(document: Document, error: Any) -> Problem:
    message, fix = _WORDS.get(error["type"], ("", "按字段要求改正"))
    if error["type"] == "enum":
        fix = f"改为 {error['ctx']['expected']} 之一"
    if error["type"] == "value_error":
        message = str(error["ctx"]["error"])
    return _problem(document, error["loc"], message or f"取值不合要求（{error['msg']}）", fix)


def _problem(document: Document, place: Iterable[str | int], message: str, fix: str) -> Problem:
    place = tuple(place)
    line, code = _located(document, place)
    names = [str(part) for part in place if not isinstance(part, int)]
    return Problem(document.name, message, fix, line, code, names[-1] if names else None)


def _located(document: Document, place: Place) -> tuple[int | None, str | None]:
    """The line of the deepest node on the way to `place`, and the last `code` passed."""
    node, data, code = document.root, document.data, None
    line = None if node is None else node.start_mark.line + 1
    for part in place:
        if isinstance(data, dict) and isinstance(data.get("code"), str):
            code = data["code"]
        step = _step(node, part)
        if step is None:
            break
        line, node = step
        data = _inside(data, part)
    if isinstance(data, dict) and isinstance(data.get("code"), str):
        code = data["code"]
    return line, code


def _inside(data: Any, part: str | int) -> Any:
    if isinstance(data, list) and isinstance(part, int):
        return data[part]
    return data.get(part) if isinstance(data, dict) else None


def _step(node: yaml.Node | None, part: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == part:
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        value = node.value[part]
        return value.start_mark.line + 1, value
    return None


def _limit_faults(pack: Pack, probes: Sequence[Probe[Any, Any]]) -> Iterator[Fault]:
    for layer in ("limits", "veto_limits", "warn_limits"):
        yield from _layer_faults(layer, getattr(pack, layer), {probe.id: probe for probe in probes})


def _layer_faults(
    layer: str, limits: Mapping[str, Mapping[str, Any]], by_id: Mapping[str, Probe[Any, Any]]
) -> Iterator[Fault]:
    for name, values in limits.items():
        if name not in by_id:
            yield Fault(
                (layer, name), f"没有名为 {name} 的探针", f"改为现有探针之一：{'、'.join(sorted(by_id))}"
            )
            continue
        validate: Callable[[Any], Frozen] = by_id[name].limits.model_validate
        try:
            validate(dict(values))
        except ValidationError as problem:
            for error in problem.errors():
                message, fix = _WORDS.get(
                    error["type"], (f"取值不合要求（{error['msg']}）", "按探针的限值定义改正")
                )
                yield Fault((layer, name, *error["loc"]), message, fix)
