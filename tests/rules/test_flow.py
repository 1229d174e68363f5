"""The 60/80 flow and its vetoes, on a pack whose points are all known; mistakes in either are named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from crawler.model import Period, Unit, UnitKind
from probes import ALL
from probes.base import Reason, Result
from rules.errors import PackError
from rules.load import load_scheme, read
from rules.model import Pack
from rules.score import Score, Stage, rank, score
from tests.rules.verdicts import failed, passed

PERIOD = Period(start=date(2026, 1, 1), end=date(2026, 12, 31))
COUNTY = Unit(id="a", name="某县人民政府", kind=UnitKind.COUNTY, group="县")


FLOW = """\
version: 1
id: flow
name: 小规则包
edition: 2026
source: {document: 办法, carrier: 通知, status: 试行}
scheme: national-pass
rank_coverage: 0.5
totals:
  county: {base: 100, bonus: 30}
levels:
  - {level1: 功能, points: 75}
  - {level1: 服务, points: 25}
flow:
  pass_mark: 60
  bonus_above: 80
  without_services: {role: no_services, level1: 服务, full: 75}
vetoes:
  - code: V-1
    title: 空白栏目
    clause: 第一条
    kinds: [county]
    any_of:
      - {text: 空白栏目, checks: [columns.empty], at_least: 5, warn_at: 3}
    advice: 补上
indicators:
"""
INDICATOR = """\
  - code: {code}
    part: {part}
    level1: {level1}
    level2: {level1}
    level3: {code}
    points: {points}
    focus: 标识
    clause: 第一条
    owners: []
    method: 网上检查
    items:
      - code: {code}
        kinds: [county]
        text: 标识
        points: {points}
        assess: auto
        checks: [{check}]
        credit: all
        advice: 补上
"""
ROWS = [
    ("F-1", "base", "功能", 60, "footer.icp"),
    ("F-2", "base", "功能", 15, "footer.police"),
    ("F-3", "base", "功能", 0, ""),
    ("F-4", "base", "服务", 20, "guide.elements"),
    ("F-5", "base", "服务", 5, "guide.forms"),
    ("F-6", "bonus", "创新", 30, "search.box"),
]
NAMES = ("code", "part", "level1", "points", "check")


def flow_text() -> str:
    rows = [dict(zip(NAMES, row, strict=True)) for row in ROWS if row[3]]
    return FLOW + "".join(INDICATOR.format(**row) for row in rows)


@pytest.fixture
def flow(tmp_path: Path) -> Pack:
    path = tmp_path / "flow.yaml"
    path.write_text(flow_text(), encoding="utf-8")
    return read(str(path), ALL)


def run(pack: Pack, lost: tuple[str, ...], *, roles: tuple[str, ...] = (), empty: int = 0) -> Score:
    checks = [row[4] for row in ROWS if row[4]]
    found = {check: failed(check) if check in lost else passed(check) for check in checks}
    found["columns.empty"] = failed("columns.empty", empty) if empty else passed("columns.empty")
    unit = COUNTY.model_copy(update={"roles": roles})
    return score(unit, found, pack, PERIOD, scheme=load_scheme(pack.scheme))


@pytest.mark.parametrize(
    ("lost", "value", "grade"),
    [
        ((), 130.0, "合格"),
        (("search.box",), 100.0, "合格"),
        (("guide.elements",), 80.0, "合格"),  # exactly 80 brings no bonus
        (("footer.police",), 115.0, "合格"),
        (("footer.police", "guide.elements", "guide.forms"), 60.0, "合格"),
        (("footer.icp",), 40.0, "不合格"),
    ],
)
def test_bonus_only_above_eighty(flow: Pack, lost: tuple[str, ...], value: float, grade: str) -> None:
    entry = run(flow, lost)
    assert (entry.stage, entry.score, entry.grade) == (Stage.COMPLETE, value, grade)
    assert entry.span == (value, value)


def test_without_services_seventy_five_are_the_whole(flow: Pack) -> None:
    entry = run(flow, ("footer.police", "guide.elements"), roles=("no_services",))
    assert (entry.full, entry.earned) == (105, 90)
    assert entry.score == 80.0  # 60 × 4/3: no bonus
    assert run(flow, ("footer.icp",), roles=("no_services",)).score == 20.0


def test_a_veto_fails_whatever_the_points(flow: Pack) -> None:
    assert run(flow, (), empty=5).grade == "不合格"
    assert run(flow, (), empty=4).grade == "合格"


def test_the_range_knows_that_the_bonus_may_be_lost(flow: Pack) -> None:
    found = {row[4]: passed(row[4]) for row in ROWS if row[4]}
    found |= {
        "guide.elements": Result.unknown("guide.elements", Reason.BLOCKED),
        "columns.empty": passed("columns.empty"),
    }
    entry = score(COUNTY, found, flow, PERIOD)
    assert (entry.score, entry.span) == (130.0, (80.0, 130.0))
    rival = run(flow, ("footer.police",)).model_copy(update={"unit": "rival"})
    ranked = {line.unit: line.rank_range for line in rank([entry, rival])}
    assert ranked == {"a": (1, 2), "rival": (1, 2)}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("points: 15\n    focus", "points: null\n    focus", "没有写明分值"),
        ("full: 75", "full: 80", "其余一级指标合计 75.0 分"),
        ("level1: 服务, full", "level1: 事项, full", "没有一级指标"),
        ("columns.empty]", "columns.void]", "columns.void"),
        ("warn_at: 3", "warn_at: 6", "预警线"),
        ("warn_at: 3", "warn_at: 5", "起不到预警作用"),
        ("code: V-1", "code: F-1", "重复"),
        ("at_least: 5, warn_at: 3", "review: true", "at_least"),
        ("at_least: 5, warn_at: 3", "warn_at: 3", "unseen"),
        ("scheme: national-pass", "scheme: national-pass\nwarn_limits: {home: {}}", "没有名为 home 的探针"),
    ],
)
def test_mistakes_in_vetoes_and_flow_are_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = flow_text()
    assert old in text
    path = tmp_path / "bad.yaml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        read(str(path), ALL)
    assert said in str(caught.value)


def test_known_points_must_not_be_more_than_declared(tmp_path: Path) -> None:
    path = tmp_path / "more.yaml"
    text = (
        flow_text()
        .replace("flow:\n", "points_known: false\nflow:\n", 1)
        .replace("points: 5\n", "points: null\n")
    )
    text = text.replace(
        "        points: null\n        assess: auto\n        checks: [guide.forms]\n        credit: all",
        "        points: null\n        assess: auto\n        checks: [guide.forms]",
    )
    path.write_text(text, encoding="utf-8")
    assert read(str(path), ALL).points_known is False
    path.write_text(text.replace("points: 20", "points: 26"), encoding="utf-8")
    with pytest.raises(PackError, match="声明 25"):
        read(str(path), ALL)
