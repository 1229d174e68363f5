"""Reads seeds.yaml (the units to sweep) and says exactly what is wrong with a bad one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import ada_url
import yaml
from pydantic import Field, field_validator, model_validator

from crawler.model import Expect, Frozen, Period, Unit, UnitKind
from sweep.errors import YamlError
from sweep.given.yaml_file import line_in, read_file, read_yaml

HOURS = re.compile(r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")
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
    """Read the file; YamlError names file, line and the fix."""
    text = read_file(path, "找不到单位清单文件。请检查路径，或参照 README 新建 seeds.yaml")
    return parse_seeds(text, str(path))


def parse_seeds(text: str, source: str) -> Seeds:
    """The same for a text; `source` is named in errors."""
    spec, node = read_yaml(text, source, SeedsSpec)
    _refuse_duplicate_units(spec, node, source)
    return _applied(spec, source)


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
            raise YamlError(
                f"{source} 第 {line} 行：单位编号 {unit.id!r} 重复（第 {seen[unit.id]} 行已用）。"
                "每个单位的 id 必须唯一，请改名"
            )
        seen[unit.id] = line
    for index, unit in enumerate(spec.units):
        if unit.parent is not None and unit.parent not in seen:
            line = line_in(node, ("units", index, "parent"))
            raise YamlError(
                f"{source} 第 {line} 行：parent {unit.parent!r} 不在单位清单中。请填已有单位的 id"
            )
