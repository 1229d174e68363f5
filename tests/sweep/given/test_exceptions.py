"""exceptions.yaml: what is refused, with line and fix; what has no effect is said."""

from __future__ import annotations

from datetime import date

import pytest

from probes.base import Finding, Result, Verdict
from sweep.errors import SweepError
from sweep.given.exceptions import Explaining, parse_exceptions

GOOD = """version: 1
exceptions:
  - unit: lufeng
    check: links.home
    reason: 专题已归档，链接保留备查
    author: 张三（市政数局）
    proof: 陆府办〔2026〕1号
    until: 2026-12-31
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("links.home", "links.hom", "第 4 行：exceptions.0.check：没有检查项 'links.hom'"),
        ("    check: links.home\n", "", "第 3 行：exceptions.0：check（检查项）和 url（网址）至少写一个"),
        ("check: links.home", "url: lufeng.gov.cn", "第 4 行：exceptions.0.url：不是可用的网址"),
        ("    until: 2026-12-31\n", "", "第 3 行：exceptions.0.until：缺少这个必填的键"),
        ("2026-12-31", "2026-02-30", "读不出来"),
        ("2026-12-31", "长期", "第 8 行：exceptions.0.until"),
        ("reason", "raeson", "没有这个键"),
        ("proof: 陆府办〔2026〕1号", "proof: ''", "第 7 行：exceptions.0.proof"),
        ("version: 1", "version: 2", "第 1 行：version"),
        ("  - unit", "  - [unit", "YAML 语法有误"),
    ],
)
def test_mistakes_are_named_with_their_line(old: str, new: str, said: str) -> None:
    with pytest.raises(SweepError) as problem:
        parse_exceptions(GOOD.replace(old, new), "e.yaml")
    assert str(problem.value).startswith("e.yaml")
    assert said in str(problem.value)


def test_what_has_no_effect_is_said() -> None:
    given = parse_exceptions(GOOD, "e.yaml")
    assert given.unused(["lufeng"], date(2026, 12, 31)) == []
    assert "已于 2026-12-31 到期" in given.unused(["lufeng"], date(2027, 1, 1))[0]
    assert "e.yaml 第 3 行" in given.unused(["haifeng"], date(2026, 1, 1))[0]


def test_expired_ones_count_again_and_a_shared_host_is_explained_by_its_owner() -> None:
    entries = parse_exceptions(GOOD, "e.yaml").entries
    fault = Result(
        check="links.home",
        verdict=Verdict.FAIL,
        defects=1,
        findings=(Finding(url="https://a.gov.cn/", message="打不开"),),
        observed={"shared_with": "lufeng"},
    )
    assert Explaining(entries, date(2026, 12, 31)).marked("finance", fault).explained == 1
    assert Explaining(entries, date(2027, 1, 1)).marked("lufeng", fault) == fault
