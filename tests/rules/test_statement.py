"""How many points are decided in which way: stated by `rules show` and by docs/method.md, and adding up."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

from crawler.model import UnitKind
from rules.load import load
from rules.model import Assess, Pack
from rules.points import exact
from rules.statement import by_assessment
from sweep.office.rules_view import shown

JILIN = load("jilin-2021")
METHOD = Path(__file__).parents[2] / "docs" / "method.md"
NAMES = {UnitKind.CITY: "city", UnitKind.COUNTY: "county", UnitKind.DEPARTMENT: "department"}


@pytest.mark.parametrize(
    ("kind", "base"),
    [
        (UnitKind.CITY, (28, 50.5, 7.5, 4.5, 4.5)),
        (UnitKind.COUNTY, (32.5, 44, 7.5, 4.5, 4.5)),
        (UnitKind.DEPARTMENT, (11, 10.5, 4.5, 3, 0)),
    ],
)
def test_base_points_by_way(kind: UnitKind, base: tuple[float, ...]) -> None:
    shares = by_assessment(JILIN, kind)
    assert tuple(float(shares[way].base) for way in Assess) == base


@pytest.mark.parametrize("kind", sorted(NAMES))
def test_the_ways_add_up_to_the_declared_total(kind: UnitKind) -> None:
    shares = by_assessment(JILIN, kind).values()
    declared = JILIN.totals[kind]
    assert sum((share.base for share in shares), Fraction(0)) == exact(declared.base)
    assert sum((share.bonus for share in shares), Fraction(0)) == exact(declared.bonus)


def test_rules_show_states_them() -> None:
    text = shown("jilin-2021", None)
    assert (
        "县（93＋5 分）：机器判定 32.5＋0.5，机器取证、人工确认 44＋3.5，人工 7.5＋1，材料 4.5，外部数据 4.5"
        in text
    )
    assert "市（100＋30 分）：机器判定 25 项" in shown("national-2019", None)


def test_rules_show_says_why_no_machine_decides() -> None:
    assert "机器不能判定：解读是否讲清" in shown("JL-2.2.a", None)


def test_the_method_document_states_them() -> None:
    text = METHOD.read_text(encoding="utf-8")
    for kind, name in NAMES.items():
        found = re.search(rf"^\| {name} \|(.+)\|$", text, re.MULTILINE)
        assert found is not None, name
        assert [cell.strip() for cell in found[1].split("|")] == _cells(JILIN, kind)


def _cells(pack: Pack, kind: UnitKind) -> list[str]:
    shares = by_assessment(pack, kind)
    return [
        f"{float(share.base):g} + {float(share.bonus):g}" if share.bonus else f"{float(share.base):g}"
        for share in (shares[way] for way in Assess)
    ]
