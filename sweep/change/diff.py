"""Two sweeps compared, as text for people and as JSON for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from probes import CHECKS_BY_ID
from reports.words import VERDICT, reason_words
from rules.load import load
from storage.repo import Store
from storage.values import SweepRow, SweepState
from sweep.change.changes import (
    Cause,
    Change,
    Comparison,
    FindingChange,
    Sides,
    State,
    by_check,
    compare,
    places,
)
from sweep.change.recheck import Recheck
from sweep.errors import SweepError
from sweep.verdicts.judging import judge_lines

EARLIER = 10  # sweeps looked back for findings that return
LISTED = 20  # findings listed for one check of one unit

CAUSE_WORDS = {
    Cause.SITE: "网站变化",
    Cause.RULE: "规则变化（指标包内容不同，与网站无关）",
    Cause.COVERAGE: "覆盖变化（其中一次未能检测，不说明网站好坏）",
    Cause.SCANNER: "程序变化（程序版本不同，与网站无关或无法区分）",
}
STATE_WORDS = {
    State.NEW: "新出现",
    State.LASTING: "仍存在",
    State.FIXED: "已解决",
    State.RETURNED: "再次出现",
    State.UNVERIFIED: "未能复核",
}


@dataclass(frozen=True, slots=True)
class Diff:
    """Everything that is shown."""

    old: SweepRow
    new: SweepRow
    pack: str
    hashes: tuple[str, str]
    added: Sequence[str]  # units of the later sweep only
    removed: Sequence[str]
    names: Mapping[str, str]
    scores: Mapping[str, tuple[float | None, float | None]]
    comparison: Comparison


async def diff(store: Store, one: str, other: str, pack: str | None = None) -> Diff:
    """Of two sweeps the one that began later is the new one. SweepError where no pack judged both."""
    old, new = sorted(
        [await store.get(one), await store.get(other)], key=lambda row: (row.started_at, row.id)
    )
    pack = await common_pack(store, old, new, pack)
    before, after = by_check(await store.results(old.id, pack)), by_check(await store.results(new.id, pack))
    sides = Sides(
        before,
        after,
        same_program=old.tool_version == new.tool_version,
        again=await judged_again(store, old, new, pack, before, after),
        earlier=await earlier_places(store, old, pack),
    )
    units = {unit.unit.id: unit.unit.name for row in (old, new) for unit in await store.units(row.id)}
    was, now = [{s["unit"]: s["score"] for s in await store.scores(row.id, pack)} for row in (old, new)]
    return Diff(
        old,
        new,
        pack,
        (_hash(before), _hash(after)),
        [unit for unit in new.unit_ids if unit not in old.unit_ids],
        [unit for unit in old.unit_ids if unit not in new.unit_ids],
        units,
        {unit: (was[unit], now[unit]) for unit in now if unit in was},
        compare(sides),
    )


def _hash(lines: Mapping[tuple[str, str], Mapping[str, Any]]) -> str:
    return next((str(line["pack_hash"]) for line in lines.values()), "")


async def common_pack(store: Store, old: SweepRow, new: SweepRow, wanted: str | None) -> str:
    """The first pack that both were judged with, or the wanted one."""
    both = set(await store.judged_packs(old.id)) & set(await store.judged_packs(new.id))
    order = [wanted] if wanted else [*new.packs, *sorted(both)]
    for name in order:
        if name in both:
            return name
    raise SweepError(
        f"巡检 {old.id} 和 {new.id} 没有按同一个指标包判定过{f'（{wanted}）' if wanted else ''}，无法比较。"
        "请先用 sunsweep score --sweep 编号 --rules 指标包 补判"
    )


async def judged_again(
    store: Store,
    old: SweepRow,
    new: SweepRow,
    pack: str,
    before: Mapping[tuple[str, str], Mapping[str, Any]],
    after: Mapping[tuple[str, str], Mapping[str, Any]],
) -> dict[tuple[str, str], Mapping[str, Any]]:
    """The old evidence under the new rules; empty where nothing of ours differs or they are not at hand."""
    if _hash(before) == _hash(after) and old.tool_version == new.tool_version:
        return {}
    now = load(pack)
    if now.hash != _hash(after):
        return {}
    units = [unit.unit for unit in await store.units(old.id)]
    return by_check([line async for line in judge_lines(store, old, units, now)])


async def earlier_places(store: Store, row: SweepRow, pack: str) -> dict[tuple[str, str], frozenset[str]]:
    """Places of findings in the finished sweeps before this one."""
    rows = [one for one in await store.list_sweeps() if one.state is SweepState.DONE and not one.is_recheck]
    before = [one for one in rows if (one.started_at, one.id) < (row.started_at, row.id)]
    found: dict[tuple[str, str], frozenset[str]] = {}
    for one in before[-EARLIER:]:
        for key, line in by_check(await store.results(one.id, pack)).items():
            found[key] = found.get(key, frozenset()) | frozenset(places(line))
    return found


def to_json(diff: Diff) -> dict[str, Any]:
    """English keys; one list of verdicts and one of findings, each entry with its cause."""
    findings = [change for change in diff.comparison.findings if change.state is not State.LASTING]
    return {
        "from": diff.old.id,
        "to": diff.new.id,
        "pack": diff.pack,
        "pack_hash": list(diff.hashes),
        "tool_version": [diff.old.tool_version, diff.new.tool_version],
        "units": {"added": list(diff.added), "removed": list(diff.removed)},
        "scores": [
            {"unit": unit, "from": was, "to": now} for unit, (was, now) in diff.scores.items() if was != now
        ],
        "changes": [
            {
                "unit": change.unit,
                "check": change.check,
                "from": change.before,
                "to": change.after,
                "cause": change.cause,
                "reason": change.reason,
            }
            for change in diff.comparison.changes
        ],
        "findings": [
            {
                "unit": change.unit,
                "check": change.check,
                "place": change.place,
                "state": change.state,
                "cause": change.cause,
                "message": change.message,
            }
            for change in findings
        ],
        "lasting": sum(change.state is State.LASTING for change in diff.comparison.findings),
    }


def to_text(diff: Diff) -> str:
    """A section for each cause, units and checks in their order."""
    sections = [line for cause in Cause for line in _section(diff, cause)]
    return "\n".join([*_head(diff), *(sections or ["\n没有变化"])])


def _head(diff: Diff) -> Iterator[str]:
    yield f"巡检 {diff.old.id}（基准日 {diff.old.as_of}）→ {diff.new.id}（基准日 {diff.new.as_of}）"
    yield f"指标包 {diff.pack}：{'内容相同' if diff.hashes[0] == diff.hashes[1] else '内容有改动'}；" + (
        f"程序版本：{diff.old.tool_version}"
        if diff.old.tool_version == diff.new.tool_version
        else f"程序版本：{diff.old.tool_version} → {diff.new.tool_version}"
    )
    if diff.added:
        yield f"新增单位：{_names(diff, diff.added)}"
    if diff.removed:
        yield f"移除单位：{_names(diff, diff.removed)}"
    states = Counter(change.state for change in diff.comparison.findings)
    yield "问题：" + "，".join(f"{words} {states[state]}" for state, words in STATE_WORDS.items())
    for unit, (was, now) in diff.scores.items():
        if was != now:
            yield f"得分：{diff.names[unit]} {_score(was)} → {_score(now)}"


def _score(value: float | None) -> str:
    return "未评" if value is None else f"{value:g}"


def _names(diff: Diff, units: Iterable[str]) -> str:
    return "、".join(diff.names[unit] for unit in units)


def _section(diff: Diff, cause: Cause) -> Iterator[str]:
    changes = {(one.unit, one.check): one for one in diff.comparison.changes if one.cause is cause}
    findings: dict[tuple[str, str], list[FindingChange]] = {}
    for found in diff.comparison.findings:
        if found.cause is cause:
            findings.setdefault((found.unit, found.check), []).append(found)
    keys = list(dict.fromkeys([*changes, *findings]))
    if not keys:
        return
    yield f"\n【{CAUSE_WORDS[cause]}】{len(keys)} 项"
    for key in keys:
        yield _verdict_line(diff, key, changes.get(key))
        listed = findings.get(key, [])
        for found in listed[:LISTED]:
            yield f"    {STATE_WORDS[found.state]}：{found.message}（{found.place}）"
        if len(listed) > LISTED:
            yield f"    ……另有 {len(listed) - LISTED} 个，全部见 --json"


def _verdict_line(diff: Diff, key: tuple[str, str], change: Change | None) -> str:
    head = f"  {_title(diff.names, key)}"
    if change is None:
        return head
    return f"{head}：{VERDICT[change.before]} → {VERDICT[change.after]}{_because(change.reason)}"


def _title(names: Mapping[str, str], key: tuple[str, str]) -> str:
    unit, check = key
    title = CHECKS_BY_ID[check].title if check in CHECKS_BY_ID else check
    return f"{names[unit]}  {title}（{check}）"


def _because(reason: str | None) -> str:
    words = reason_words(reason, {one.id: one.title for one in CHECKS_BY_ID.values()})
    return f"，{words}" if words else ""


def recheck_text(told: Recheck) -> str:
    """Every finding with how it stands now, under its check."""
    states = Counter(change.state for change in told.findings)
    counted = "，".join(f"{words} {states[state]}" for state, words in STATE_WORDS.items() if states[state])
    lines = [
        f"复查 {told.old.id}（复查编号 {told.new.id}，基准日 {told.new.as_of}）：{counted or '没有问题'}"
    ]
    for key, (before, after, reason) in told.verdicts.items():
        lines.append(f"{_title(told.names, key)}：{VERDICT[before]} → {VERDICT[after]}{_because(reason)}")
        for found in told.findings:
            if (found.unit, found.check) == key:
                ours = "（指标包或程序已有改动）" if found.cause in (Cause.RULE, Cause.SCANNER) else ""
                lines.append(f"    {STATE_WORDS[found.state]}{ours}：{found.message}（{found.place}）")
    return "\n".join(lines)
