"""A bad pack is refused with the place, the field and the fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from probes import ALL
from rules.errors import PackError, Problem
from rules.load import load, load_scheme, read

SMALL = """\
version: 1
id: small
name: 小规则包
edition: 2026
source: {document: 办法, carrier: 通知, status: 试行}
scheme: four-grades
totals:
  county: {base: 3, bonus: 0}
levels:
  - {level1: 公开渠道, points: 3}
indicators:
  - code: S-1
    part: base
    level1: 公开渠道
    level2: 政府网站
    level3: 网站标识
    points: 3
    focus: 标识
    clause: 第一条
    owners: [办公室]
    method: 网络检索
    items:
      - code: S-1.a
        kinds: [county]
        text: 备案号
        points: 1
        assess: auto
        checks: [footer.icp]
        credit: all
        advice: 补上
      - code: S-1.b
        kinds: [county]
        text: 链接
        points: 2
        assess: auto
        checks: [links.home, links.inner]
        credit: {per_defect: {links.home: 0.1, links.inner: 0.02}, cap: 2}
        advice: 修正
"""


def refused(tmp_path: Path, old: str, new: str) -> Problem:
    assert old in SMALL
    path = tmp_path / "small.yaml"
    path.write_text(SMALL.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        read(str(path), ALL)
    assert caught.value.problems[0].file == str(path)
    return caught.value.problems[0]


def line_of(text: str) -> int:
    return next(at for at, line in enumerate(SMALL.splitlines(), 1) if text in line)


def test_the_small_pack_is_good(tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL, encoding="utf-8")
    assert read(str(path), ALL).indicators[0].items[1].credit is not None


def test_unknown_key(tmp_path: Path) -> None:
    problem = refused(tmp_path, "        text: 链接", "        txet: 链接")
    assert (problem.code, problem.field, problem.line) == ("S-1.b", "text", line_of("code: S-1.b"))
    assert "缺少必填字段" in problem.message


def test_unknown_key_beside_all_required(tmp_path: Path) -> None:
    problem = refused(tmp_path, "edition: 2026", "edition: 2026\ncolour: red")
    assert (problem.field, problem.line) == ("colour", line_of("edition") + 1)
    assert "不认识的字段" in problem.message and "删除" in problem.fix


def test_wrong_value_of_a_closed_set_names_the_allowed_ones(tmp_path: Path) -> None:
    problem = refused(tmp_path, "assess: auto", "assess: robot")
    assert (problem.code, problem.field, problem.line) == ("S-1.a", "assess", line_of("assess: auto"))
    assert "semi" in problem.fix


def test_items_that_do_not_add_up(tmp_path: Path) -> None:
    problem = refused(tmp_path, "points: 2", "points: 2.5")
    assert (problem.code, problem.field, problem.line) == (
        "S-1",
        "points",
        line_of("points: 3\n".strip()) + 7,
    )
    assert "3.5" in problem.message and "3" in problem.message


def test_declared_total_that_is_not_the_sum(tmp_path: Path) -> None:
    problem = refused(tmp_path, "county: {base: 3", "county: {base: 4")
    assert (problem.field, problem.line) == ("base", line_of("county: {base"))
    assert "声明 4.0 分" in problem.message


def test_declared_level_that_is_not_the_sum(tmp_path: Path) -> None:
    problem = refused(tmp_path, "{level1: 公开渠道, points: 3}", "{level1: 公开渠道, points: 5}")
    assert "公开渠道" in problem.message and problem.line == line_of("{level1: 公开渠道")


def test_check_that_does_not_exist(tmp_path: Path) -> None:
    problem = refused(tmp_path, "[footer.icp]", "[footer.ipc]")
    assert (problem.code, problem.field) == ("S-1.a", "checks")
    assert "footer.ipc" in problem.message


def test_scheme_that_does_not_exist(tmp_path: Path) -> None:
    problem = refused(tmp_path, "scheme: four-grades", "scheme: five-grades")
    assert problem.field == "scheme" and "four-grades" in problem.fix


def test_code_twice_for_one_kind(tmp_path: Path) -> None:
    problem = refused(tmp_path, "code: S-1.b", "code: S-1.a")
    assert "重复" in problem.message and problem.line == line_of("code: S-1.b")


def test_code_outside_its_indicator(tmp_path: Path) -> None:
    assert "不属于" in refused(tmp_path, "code: S-1.b", "code: T-1.b").message


def test_limit_of_an_unknown_probe(tmp_path: Path) -> None:
    problem = refused(tmp_path, "scheme: four-grades", "scheme: four-grades\nlimits: {foooter: {}}")
    assert problem.field == "foooter" and "footer" in problem.fix


def test_limit_the_probe_does_not_know(tmp_path: Path) -> None:
    problem = refused(tmp_path, "scheme: four-grades", "scheme: four-grades\nlimits: {footer: {share: 1}}")
    assert problem.field == "share" and "不认识的字段" in problem.message


def test_credit_per_defect_must_name_every_check(tmp_path: Path) -> None:
    problem = refused(tmp_path, "links.home: 0.1, links.inner: 0.02", "links.home: 0.1")
    assert problem.code == "S-1.b" and "per_defect" in problem.message


def test_manual_item_with_checks(tmp_path: Path) -> None:
    assert refused(tmp_path, "assess: auto", "assess: manual").code == "S-1.a"


def test_key_written_twice(tmp_path: Path) -> None:
    problem = refused(tmp_path, "edition: 2026", "edition: 2026\nedition: 2027")
    assert (problem.field, problem.line) == ("edition", line_of("edition") + 1)


def test_broken_yaml_names_the_line(tmp_path: Path) -> None:
    problem = refused(tmp_path, "edition: 2026", "edition: [2026")
    assert "YAML" in problem.message and problem.line is not None


def test_not_a_mapping_at_all(tmp_path: Path) -> None:
    path = tmp_path / "list.yaml"
    path.write_text("- 1\n", encoding="utf-8")
    with pytest.raises(PackError):
        read(str(path), ALL)


def test_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text("", encoding="utf-8")
    with pytest.raises(PackError, match=r"empty\.yaml"):
        read(str(path), ALL)


def test_not_text(tmp_path: Path) -> None:
    path = tmp_path / "gbk.yaml"
    path.write_bytes("name: 规则".encode("gbk"))
    with pytest.raises(PackError, match="UTF-8"):
        read(str(path), ALL)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_text(SMALL.replace("footer.icp", "footer.x").replace("base: 3", "base: 9"), encoding="utf-8")
    with pytest.raises(PackError) as caught:
        read(str(path), ALL)
    assert len(caught.value.problems) == 2
    assert str(caught.value).count("改法：") == 2


def test_unknown_pack_names_the_known_ones() -> None:
    with pytest.raises(PackError, match="jilin-2021"):
        load("jilin-1999")


def test_unknown_scheme_names_the_known_ones() -> None:
    with pytest.raises(PackError, match="four-grades"):
        load_scheme("five-grades")
