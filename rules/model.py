"""What a rule pack is: a regulator's indicators as data. Names and numbers only, never expressions.

How to write one: CONTRIBUTING.md. Points are floats as printed; sums are made with exact fractions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Any, Self

from pydantic import ConfigDict, Field, model_validator

from crawler.model import Frozen, Period, Unit, UnitKind
from rules.flow import Flow
from rules.veto import Veto


class Assess(StrEnum):
    """Who decides an item."""

    AUTO = "auto"  # a machine alone
    SEMI = "semi"  # a machine gathers, a person confirms
    MANUAL = "manual"  # a person
    MATERIAL = "material"  # submitted documents
    EXTERNAL = "external"  # data of a higher office


class Section(StrEnum):
    """Which part of the scheme an indicator belongs to."""

    BASE = "base"  # 基础性指标
    BONUS = "bonus"  # 激励性指标


class CreditKind(StrEnum):
    """How checks become points (docs/method.md)."""

    ALL = "all"  # every check passes, else nothing
    SHARE = "share"  # by the share of checks that pass; of samples, where there is one check
    EACH = "each"  # so many points per sample that passes
    PER_DEFECT = "per_defect"  # so many points lost per defect


class Credit(Frozen):
    """`all`, `share`, `{each: P}` or `{per_defect: {check: P, ...}, cap: C}`; P and C in points."""

    kind: CreditKind
    each: float | None = Field(default=None, gt=0)
    per_defect: Mapping[str, float] = {}
    cap: float | None = Field(default=None, gt=0)

    @model_validator(mode="before")
    @classmethod
    def _from_short_form(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {"kind": value}
        if isinstance(value, Mapping) and "kind" not in value:
            named = [kind for kind in ("each", "per_defect") if kind in value]
            return {**value, "kind": named[0]} if len(named) == 1 else value
        return value

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.kind is CreditKind.EACH) != (self.each is not None):
            raise ValueError("each 须写明每个样本的分值，且只用于按样本计分")
        if (self.kind is CreditKind.PER_DEFECT) != bool(self.per_defect):
            raise ValueError("per_defect 须逐项写明每处缺陷扣几分，且只用于按缺陷扣分")
        if self.cap is not None and self.kind is not CreditKind.PER_DEFECT:
            raise ValueError("cap（扣分上限）只用于 per_defect")
        return self


class Span(Frozen):
    """Days from..to, both included."""

    model_config = ConfigDict(populate_by_name=True)

    start: date = Field(alias="from")
    end: date = Field(alias="to")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end < self.start:
            raise ValueError("结束日期早于开始日期")
        return self

    def touches(self, period: Period) -> bool:
        return self.start <= period.end and period.start <= self.end


class Item(Frozen):
    """One scored line (赋分标准) of an indicator, for some kinds of unit."""

    code: str
    kinds: tuple[UnitKind, ...] = Field(min_length=1)
    roles: tuple[str, ...] = ()  # departments with one of these roles are judged by it as well
    text: str
    points: float | None = Field(gt=0)  # null: the source's number is not known (packs with points_known: no)
    assess: Assess
    checks: tuple[str, ...] = ()
    credit: Credit | None = None
    needs: tuple[str, ...] = ()  # checks without which the item is worth nothing
    review: tuple[str, ...] = ()  # those of `checks` whose answer a person must confirm
    assumed: bool = False  # the split or rule is ours, the source does not print it
    valid: Span | None = None  # applies only while the period touches this span
    by_hand: str = ""  # why no machine can decide it
    advice: str

    @model_validator(mode="after")
    def _decidable(self) -> Self:
        machine = self.assess in (Assess.AUTO, Assess.SEMI)
        if machine and not self.checks:
            raise ValueError("assess 为 auto 或 semi 的条目须写明 checks 和 credit")
        if machine and (self.credit is None) != (self.points is None):
            raise ValueError("assess 为 auto 或 semi 的条目须写明 credit；分值未知（null）的不写")
        if machine and self.by_hand:
            raise ValueError("by_hand（为何机器不能判定）只用于人工、材料或外部数据评估的条目")
        if not machine and (self.checks or self.credit):
            raise ValueError("人工、材料或外部数据评估的条目不得写 checks 或 credit")
        if self.credit and self.credit.per_defect and set(self.credit.per_defect) != set(self.checks):
            raise ValueError("per_defect 所列检查项须与 checks 完全一致")
        if self.credit and self.credit.kind is CreditKind.EACH and len(self.checks) != 1:
            raise ValueError("each 只能用于单个检查项")
        if not set(self.review) <= set(self.checks):
            raise ValueError("review 只能列出本条 checks 中的检查项")
        if self.needs and (not machine or set(self.needs) & set(self.checks)):
            raise ValueError("needs 只用于机器评估的条目，且不得与 checks 重复")
        return self

    @property
    def asks(self) -> tuple[str, ...]:
        """Every check the item depends on."""
        return (*self.needs, *self.checks)


class Indicator(Frozen):
    """One third-level indicator (三级指标) with its items for every kind of unit."""

    code: str
    part: Section
    level1: str
    level2: str
    level3: str
    points: float | None = Field(gt=0)  # null: not known
    focus: str  # 评测要点, in our words
    clause: str  # where the source says so
    owners: tuple[str, ...]  # 任务牵头部门, as the source lists them
    method: str  # 评估方式
    items: tuple[Item, ...] = Field(min_length=1)


class Total(Frozen):
    """Declared points of one kind of unit."""

    base: float
    bonus: float


class LevelTotal(Frozen):
    """Declared points of a first- or second-level indicator (base part, for a city)."""

    level1: str
    level2: str | None = None
    points: float


class Source(Frozen):
    """Where the pack comes from."""

    document: str
    carrier: str
    status: str


_LATER = ("veto_limits", "warn_limits", "points_known", "flow", "vetoes")


class Pack(Frozen):
    """A regulator's whole scheme, every indicator of its source included, also what no machine decides."""

    version: int = Field(ge=1, le=1)
    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    name: str
    edition: int  # the year the scheme was issued for
    source: Source
    period: Span | None = None  # evaluated period, where the scheme fixes one for ever
    kinds: Mapping[UnitKind, UnitKind] = {}  # judged by the items of another kind
    scheme: str  # grade bands, rules/schemes
    rank_coverage: float = Field(default=0.8, ge=0, le=1)  # no rank below; assumed
    tested_share: float = Field(
        default=0.9, ge=0, le=1
    )  # a check passes only when so much was tested; assumed
    totals: Mapping[UnitKind, Total]
    levels: tuple[LevelTotal, ...] = ()
    limits: Mapping[str, Mapping[str, Any]] = {}  # probe id -> its Limits, where the pack wants other ones
    veto_limits: Mapping[str, Mapping[str, Any]] = {}  # over `limits`, for what vetoes count
    warn_limits: Mapping[str, Mapping[str, Any]] = {}  # over both, for what warnings count
    points_known: bool = True  # no: some points of the source are not known, and there is no total
    flow: Flow | None = None
    vetoes: tuple[Veto, ...] = ()
    indicators: tuple[Indicator, ...] = Field(min_length=1)

    @cached_property
    def hash(self) -> str:
        """sha-256 of the content, whatever the file's layout and comments."""
        dumped = self.model_dump(mode="json")
        for name in _LATER:  # a pack that does not use what was added later keeps its hash
            if getattr(self, name) == type(self).model_fields[name].default:
                del dumped[name]
        for item in (item for indicator in dumped["indicators"] for item in indicator["items"]):
            if not item["by_hand"]:
                del item["by_hand"]
        content = json.dumps(dumped, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(content.encode()).hexdigest()

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        copied = super().model_copy(update=update, deep=deep)
        copied.__dict__.pop("hash", None)  # pydantic copies cached properties as well
        return copied

    def kind_of(self, unit: Unit) -> UnitKind:
        """The kind whose items judge this unit."""
        return self.kinds.get(unit.kind, unit.kind)

    def items_for(self, unit: Unit) -> Iterator[tuple[Indicator, Item]]:
        """Items for the unit's kind and roles, in the source's order, whatever the period."""
        kind = self.kind_of(unit)
        for indicator in self.indicators:
            if self.flow is not None and not self.flow.asks(indicator.level1, unit.roles):
                continue
            for item in indicator.items:
                by_role = kind is UnitKind.DEPARTMENT and not set(unit.roles).isdisjoint(item.roles)
                if kind in item.kinds or by_role:
                    yield indicator, item

    def vetoes_for(self, unit: Unit) -> Iterator[Veto]:
        """The vetoes that can fall on the unit, in the source's order."""
        spared = self.flow.without_services if self.flow is not None else None
        for veto in self.vetoes:
            without = veto.services and spared is not None and spared.role in unit.roles
            if self.kind_of(unit) in veto.kinds and not without:
                yield veto

    def item(self, unit: Unit, code: str) -> tuple[Indicator, Item] | None:
        """The unit's item of that code; the same code may stand for another item with other kinds."""
        return next((pair for pair in self.items_for(unit) if pair[1].code == code), None)


class Band(Frozen):
    """One grade: from this score (0..100) up."""

    name: str
    at_least: float = Field(ge=0, le=100)


class Scheme(Frozen):
    """Grade names and bands, best first."""

    version: int = Field(ge=1, le=1)
    id: str
    name: str
    assumed: bool  # the bands are ours: the sources print grades without bands
    basis: str
    bands: tuple[Band, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _descending(self) -> Self:
        floors = [band.at_least for band in self.bands]
        if floors != sorted(set(floors), reverse=True) or floors[-1] != 0:
            raise ValueError("等次须从高到低排列、分数线不重复，最后一档从 0 分起")
        return self

    def grade(self, score: float) -> str:
        """The grade of a score of 0..100."""
        return next(band.name for band in self.bands if score >= band.at_least)
