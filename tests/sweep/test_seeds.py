"""seeds.yaml: what is read, and that every bad one gets one clear error with place and fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from crawler.model import UnitKind
from sweep.errors import YamlError
from sweep.given.seeds import default_scope, load_seeds, parse_seeds

GOOD = """\
version: 1
rules: [jilin-2021]
period: {from: 2026-01-01, to: 2026-12-31}
identity: {contact: "mailto:a@example.gov.cn"}
canaries: ["http://canary.example.cn/"]
defaults: {rate: 5, max_pages: 700}
units:
  - id: city
    name: 某市人民政府
    kind: city
    portal: https://www.city.gov.cn/
  - id: jyj
    name: 某市教育局
    kind: department
    roles: [education]
    parent: city
    portal: https://www.city.gov.cn/jyj/
    rate: 0
  - id: nowhere
    name: 某镇
    kind: town
    portal: null
hosts: {dead.example.cn: []}
"""


def test_defaults_reach_units_and_units_override_them() -> None:
    city, department, nowhere = parse_seeds(GOOD, "seeds.yaml").units
    assert (city.rate, department.rate, city.max_pages) == (5, 0, 700)
    assert department.kind is UnitKind.DEPARTMENT
    assert nowhere.portal is None and nowhere.scope == ()


def test_department_without_max_pages_gets_three_hundred() -> None:
    seeds = parse_seeds(GOOD.replace(", max_pages: 700", ""), "seeds.yaml")
    assert [unit.max_pages for unit in seeds.units] == [3000, 300, 3000]


def test_folders_of_other_units_are_left_out_by_themselves() -> None:
    city, department, _ = parse_seeds(GOOD, "seeds.yaml").units
    assert city.exclude == ("https://www.city.gov.cn/jyj/",)
    assert department.exclude == ()


@pytest.mark.parametrize(
    ("portal", "scope"),
    [
        ("https://www.a.gov.cn", "https://www.a.gov.cn/"),
        ("http://www.a.gov.cn:8080/index.html", "http://www.a.gov.cn:8080/"),
        ("https://www.a.gov.cn/swrsj/", "https://www.a.gov.cn/swrsj/"),
        ("https://www.a.gov.cn/swrsj/index.html", "https://www.a.gov.cn/swrsj/"),
    ],
)
def test_default_scope_is_host_or_folder(portal: str, scope: str) -> None:
    assert default_scope(portal) == scope


BAD = {
    "syntax": ("  - id: city\n", "  - id: [city\n", 9, "YAML 语法有误"),
    "unknown key": ("    kind: city\n", "    kind: city\n    colour: red\n", 11, "没有这个键"),
    "unknown top key": ("hosts:", "host:", 23, "没有这个键"),
    "unknown kind": ("kind: city\n", "kind: planet\n", 10, "取值不在允许范围内"),
    "duplicate id": ("id: jyj", "id: city", 12, "重复"),
    "duplicate key": ("    name: 某镇\n", "    name: 某镇\n    name: 某乡\n", 21, "重复"),
    "bad url": ("https://www.city.gov.cn/\n", "www.city.gov.cn\n", 11, "不是可用的网址"),
    "other scheme": ("portal: https://www.city.gov.cn/\n", "portal: ftp://www.city.gov.cn/\n", 11, "只支持"),
    "unknown parent": ("parent: city", "parent: nobody", 16, "不在单位清单中"),
    "reversed period": ("to: 2026-12-31", "to: 2025-12-31", 3, "to 早于 from"),
    "missing name": ("    name: 某镇\n", "", 19, "缺少"),
    "bad hours": ("rate: 5,", "rate: 5, hours: evening,", 6, "20:00-07:00"),
    "bad rate": ("rate: 0", "rate: fast", 18, "rate"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_list_names_file_line_and_fix(name: str) -> None:
    old, new, line, words = BAD[name]
    assert old in GOOD
    with pytest.raises(YamlError) as caught:
        parse_seeds(GOOD.replace(old, new, 1), "seeds.yaml")
    text = str(caught.value)
    assert words in text
    assert f"seeds.yaml 第 {line} 行" in text


def test_no_units_is_an_error() -> None:
    with pytest.raises(YamlError, match="至少要有一个单位"):
        parse_seeds("version: 1\nunits: []\n", "seeds.yaml")


def test_missing_file_and_wrong_encoding(tmp_path: Path) -> None:
    with pytest.raises(YamlError, match="找不到单位清单文件"):
        load_seeds(tmp_path / "none.yaml")
    path = tmp_path / "gbk.yaml"
    path.write_bytes(GOOD.encode("gbk"))
    with pytest.raises(YamlError, match="UTF-8"):
        load_seeds(path)


def test_shipped_list_is_the_official_one() -> None:
    units = load_seeds(Path(__file__).parents[2] / "seeds.yaml").units
    counties = [unit for unit in units if unit.kind is UnitKind.COUNTY]
    assert (len(counties), len(units) - len(counties)) == (4, 39)
    assert sum(unit.portal is not None for unit in units) == 7
