"""Reads seeds.yaml (the units to sweep, CONTRACT 2) and says exactly what is wrong with a bad one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import ada_url
import yaml
from pydantic import Field, ValidationError, field_validator, model_validator

from crawler.model import Expect, Frozen, Period, Unit, UnitKind
from sweep.errors import SeedsError

HOURS = re.compile(r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where PyYAML has it
UNIT_ID = r"^[a-z0-9][a-z0-9_.-]{0,63}$"

Rate = Annotated[float, Field(ge=0, le=1000)]
Concurrency = Annotated[int, Field(ge=1, le=64)]
MaxPages = Annotated[int, Field(ge=1, le=1_000_000)]
Robots = Literal["obey", "ignore"]


class PeriodSpec(Frozen):
    """The evaluated time as written: `from` and `to`, both days included."""

    start: date = Field(alias="from")
    end: date = Field(alias="to")

    @model_validator(mode="after")
    def ordered(self) -> PeriodSpec:
        if self.end < self.start:
            raise ValueError("to 早于 from，请交换或更正")
        return self


class Identity(Frozen):
    """Who sweeps; goes into the User-Agent."""

    contact: str = ""


class Pace(Frozen):
    """What `defaults` may hold and every unit may override."""

    rate: Rate | None = None
    concurrency: Concurrency | None = None
    max_pages: MaxPages | None = None
    robots: Robots | None = None
    hours: str | None = None

    @field_validator("hours")
    @classmethod
    def readable_hours(cls, value: str | None) -> str | None:
        if value is not None and not HOURS.match(value):
            raise ValueError("应写作 20:00-07:00 这样的起止时刻")
        return value


class UnitSpec(Pace):
    """One unit as written."""

    id: str = Field(pattern=UNIT_ID)
    name: str = Field(min_length=1)
    kind: UnitKind
    group: str = ""
    roles: tuple[str, ...] = ()
    parent: str | None = None
    division: str | None = Field(default=None, pattern=r"^\d{6}$")
    portal: str | None = None
    scope: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    resolve: Mapping[str, tuple[str, ...]] = {}
    expect: Expect = Expect()

    @field_validator("portal")
    @classmethod
    def web_portal(cls, value: str | None) -> str | None:
        return value if value is None else web_url(value)

    @field_validator("scope", "exclude")
    @classmethod
    def web_prefixes(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(web_url(item) for item in value)


class SeedsSpec(Frozen):
    """The whole file as written."""

    version: Literal[1]
    rules: tuple[str, ...] = ()
    period: PeriodSpec | None = None
    identity: Identity = Identity()
    canaries: tuple[str, ...] = ()
    defaults: Pace = Pace()
    units: tuple[UnitSpec, ...]
    hosts: Mapping[str, tuple[str, ...]] = {}

    @field_validator("canaries")
    @classmethod
    def web_canaries(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(web_url(item) for item in value)

    @field_validator("units")
    @classmethod
    def some_units(cls, value: tuple[UnitSpec, ...]) -> tuple[UnitSpec, ...]:
        if not value:
            raise ValueError("至少要有一个单位")
        return value


@dataclass(frozen=True, slots=True)
class Seeds:
    """A readable unit list, defaults applied."""

    units: tuple[Unit, ...]
    rules: tuple[str, ...] = ()
    period: Period | None = None
    contact: str = ""
    canaries: tuple[str, ...] = ()
    hosts: Mapping[str, tuple[str, ...]] = ()  # type: ignore[assignment]
    source: str = ""


def web_url(value: str) -> str:
    """`value` when it is an absolute http(s) URL; ValueError with a Chinese text otherwise."""
    if not ada_url.check_url(value):
        raise ValueError(f"不是可用的网址：{value!r}，应写作 https://www.example.gov.cn/")
    if ada_url.URL(value).protocol not in ("http:", "https:"):
        raise ValueError(f"只支持 http 和 https 网址：{value!r}")
    return value


def load_seeds(path: Path) -> Seeds:
    """Read the file; SeedsError names file, line and the fix."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise SeedsError(f"{path}：找不到单位清单文件。请检查路径，或参照 README 新建 seeds.yaml") from None
    except UnicodeDecodeError as problem:
        raise SeedsError(f"{path}：文件不是 UTF-8 编码（{problem.reason}）。请另存为 UTF-8") from None
    except OSError as problem:
        raise SeedsError(f"{path}：读不出来（{problem.strerror}）。请检查路径和权限") from None
    return parse_seeds(text, str(path))


def parse_seeds(text: str, source: str) -> Seeds:
    """The same for a text; `source` is named in errors."""
    node, data = read_yaml(text, source)
    try:
        spec = SeedsSpec.model_validate(data)
    except ValidationError as problem:
        raise SeedsError("\n".join(explain_yaml(problem, node, source))) from None
    _refuse_duplicate_units(spec, node, source)
    return _applied(spec, source)


def read_yaml(text: str, source: str) -> tuple[yaml.Node | None, dict[str, Any]]:
    """A file that people write, as nodes (they know their lines) and as data; SeedsError for bad YAML."""
    try:
        node = yaml.compose(text, Loader=_LOADER)
        _refuse_duplicate_keys(node, source)
        data = yaml.load(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        line = mark.line + 1 if mark else 1
        raise SeedsError(
            f"{source} 第 {line} 行：YAML 语法有误（{problem.problem}）。请检查缩进、冒号和引号"
        ) from None
    except (yaml.YAMLError, ValueError) as problem:  # 2026-02-30 is a ValueError of the constructor
        raise SeedsError(f"{source}：YAML 读不出来（{problem}）。请检查日期等取值") from None
    if not isinstance(data, dict):
        raise SeedsError(f"{source} 第 1 行：应为以 version: 1 开头的映射，实为 {type(data).__name__}")
    return node, data


def unit_from(spec: UnitSpec, defaults: Pace) -> Unit:
    """A unit with the defaults of the file, then ours, filled in."""

    def chosen(name: str, ours: Any) -> Any:
        for layer in (spec, defaults):
            value = getattr(layer, name)
            if value is not None:
                return value
        return ours

    return Unit(
        id=spec.id,
        name=spec.name,
        kind=spec.kind,
        group=spec.group or GROUPS[spec.kind],
        roles=spec.roles,
        parent=spec.parent,
        division=spec.division,
        portal=spec.portal,
        scope=spec.scope or ((default_scope(spec.portal),) if spec.portal else ()),
        exclude=spec.exclude,
        resolve=spec.resolve,
        expect=spec.expect,
        rate=chosen("rate", 2.0),
        concurrency=chosen("concurrency", 2),
        max_pages=chosen("max_pages", 300 if spec.kind is UnitKind.DEPARTMENT else 3000),
        robots=chosen("robots", "obey"),
        hours=chosen("hours", None),
    )


GROUPS = {
    UnitKind.CITY: "市（州）",
    UnitKind.COUNTY: "县（市、区）",
    UnitKind.TOWN: "乡镇（街道）",
    UnitKind.DEPARTMENT: "部门",
    UnitKind.ZONE: "开发区（管委会）",
    UnitKind.ENTERPRISE: "公共企事业单位",
}


def default_scope(portal: str) -> str:
    """The portal's host, or its folder when the portal has a path."""
    url = ada_url.URL(portal)
    folder = url.pathname.rsplit("/", 1)[0] + "/"
    return f"{url.protocol}//{url.host}{folder}"


def _applied(spec: SeedsSpec, source: str) -> Seeds:
    units = [unit_from(unit, spec.defaults) for unit in spec.units]
    portals = {unit.id: default_scope(unit.portal) for unit in units if unit.portal}
    return Seeds(
        units=tuple(_without_other_portals(unit, portals) for unit in units),
        rules=spec.rules,
        period=Period(start=spec.period.start, end=spec.period.end) if spec.period else None,
        contact=spec.identity.contact,
        canaries=spec.canaries,
        hosts=spec.hosts,
        source=source,
    )


def _without_other_portals(unit: Unit, portals: Mapping[str, str]) -> Unit:
    """Folders of other units' portals inside this unit's scope are left out by themselves."""

    def bare(prefix: str) -> str:
        return prefix.split("://", 1)[-1]

    inside = [
        prefix
        for other, prefix in portals.items()
        if other != unit.id
        and any(bare(prefix).startswith(bare(mine)) and bare(prefix) != bare(mine) for mine in unit.scope)
    ]
    return unit.model_copy(update={"exclude": tuple(dict.fromkeys([*unit.exclude, *inside]))})


def _refuse_duplicate_units(spec: SeedsSpec, node: yaml.Node | None, source: str) -> None:
    seen: dict[str, int] = {}
    for index, unit in enumerate(spec.units):
        line = line_in(node, ("units", index, "id"))
        if unit.id in seen:
            raise SeedsError(
                f"{source} 第 {line} 行：单位编号 {unit.id!r} 重复（第 {seen[unit.id]} 行已用）。"
                "每个单位的 id 必须唯一，请改名"
            )
        seen[unit.id] = line
    for index, unit in enumerate(spec.units):
        if unit.parent is not None and unit.parent not in seen:
            line = line_in(node, ("units", index, "parent"))
            raise SeedsError(
                f"{source} 第 {line} 行：parent {unit.parent!r} 不在单位清单中。请填已有单位的 id"
            )


def _refuse_duplicate_keys(node: yaml.Node | None, source: str) -> None:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if key.value in seen:
                line = key.start_mark.line + 1
                raise SeedsError(f"{source} 第 {line} 行：键 {key.value!r} 重复。请删去其中一处")
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


def explain_yaml(problem: ValidationError, node: yaml.Node | None, source: str) -> Iterator[str]:
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
