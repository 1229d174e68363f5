"""Why an item has its points, in one Chinese sentence an evaluator can check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from probes.catalogue import TITLES
from rules.credit import Part, Standing
from rules.model import Assess, Item
from rules.points import exact

REASONS: Mapping[str, str] = {
    "blocked": "网站防护拦截",
    "browser_missing": "本机没有浏览器",
    "browser_failed": "浏览器运行失败",
    "budget": "超出检测时间或数量预算",
    "home_unreachable": "首页打不开",
    "no_ipv6_here": "检测机没有IPv6线路",
    "no_portal": "未登记门户网址",
    "own_network": "检测方网络中断",
    "robots": "网站robots规则不允许",
    "suspected": "疑似问题，须换时段复核",
    "too_few_samples": "可测样本不足",
    "undated": "条目没有日期",
    "unreadable": "页面无法解析",
    "not_asked": "本次未检测",
    "not_built_yet": "检测功能尚未提供",
}

_WAITING = {
    "manual": "须由评估人员评定",
    "material": "须核验报送材料",
    "external": "须取得上级考核或统计数据",
}

_NO_POINTS = "来源未给出分值，不计分"


def why_item(
    item: Item, state: str, earned: Fraction | None, parts: Sequence[Part], *, answered: bool
) -> str:
    """The reason for an item's state and points."""
    if answered:
        return "按人工评定计分"
    if state in _WAITING:
        return _waiting(item, state)
    if state == "not_applicable":
        return _not_applicable(item, parts)
    failed = [_named(part) for part in parts if part.standing is Standing.DECIDED and part.failed]
    if state == "scored":
        lost = exact(item.points or 0) - (earned or Fraction(0))
        said = f"未通过：{_joined(failed)}；失{_points(lost)}分" if lost else "全部通过"
        return said + _explained(parts)
    open_ones = _open(parts)
    if not any(part.standing in (Standing.UNKNOWN, Standing.REVIEW) for part in parts):
        # A person has the last word on a semi item, also where a missing column has decided its checks.
        sampled = item.assess is Assess.AUTO and failed
        open_ones += ["样本未测全" if sampled else "待人工确认"]
    return "；".join(open_ones) + _explained(parts)


def _waiting(item: Item, state: str) -> str:
    return _WAITING[state] + (f"：{item.by_hand}" if item.by_hand else "")


def _explained(parts: Sequence[Part]) -> str:
    number = sum(part.explained for part in parts)
    return f"；另有{number}处已有说明，不计" if number else ""


def _open(parts: Sequence[Part]) -> list[str]:
    """What was not tested, what waits for a person, what is found already."""
    named: Mapping[str, list[str]] = {
        "未能检测": [
            f"{_title(part)}（{_reason(part)}）" for part in parts if part.standing is Standing.UNKNOWN
        ],
        "待人工确认": [_title(part) for part in parts if part.standing is Standing.REVIEW],
        "已发现": [_named(part) for part in parts if part.standing is Standing.DECIDED and part.failed],
    }
    return [f"{label}：{_joined(names)}" for label, names in named.items() if names]


def why_without_points(item: Item, state: str, parts: Sequence[Part]) -> str:
    """For an item whose points are not known: what was found all the same."""
    if state in _WAITING:
        return f"{_waiting(item, state)}；{_NO_POINTS}"
    if state == "not_applicable":
        return _not_applicable(item, parts)
    return "；".join([*(_open(parts) or ["未发现问题"]), _NO_POINTS]) + _explained(parts)


def _not_applicable(item: Item, parts: Sequence[Part]) -> str:
    if item.valid is not None and not all(part.standing is Standing.ABSENT for part in parts):
        return f"评估期不在{item.valid.start:%Y}—{item.valid.end:%Y}年内，不适用"
    return "没有此类内容，不适用"


def _named(part: Part) -> str:
    if part.needs:
        return f"{_title(part)}（因{TITLES.get(part.needs, part.needs)}未通过）"
    return f"{_title(part)}（{part.defects}处）" if part.defects > 1 else _title(part)


def _title(part: Part) -> str:
    return TITLES.get(part.check, part.check)


def _reason(part: Part) -> str:
    if part.needs:
        return f"须先确定{TITLES.get(part.needs, part.needs)}"
    return REASONS.get(part.reason or "", part.reason or "原因未记录")


def _joined(names: Iterable[str]) -> str:
    return "、".join(names)


def _points(value: Fraction) -> str:
    return f"{float(value):.2f}".rstrip("0").rstrip(".")
