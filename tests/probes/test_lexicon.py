"""Columns are known by their names, as an evaluator reads a navigation bar."""

from __future__ import annotations

from datetime import date

import pytest

from crawler.model import UnitKind
from probes.lexicon import (
    FOUND,
    LEXICON,
    Lexicon,
    Rhythm,
    best_section,
    column_kind,
    due_year,
    is_catalogue,
    match_field,
    match_section,
    normalise,
)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("政策解读", "interpretation"),
        ("政策解读专栏", "interpretation"),
        ("【政策解读】", "interpretation"),
        ("政 策 解 读>>", "interpretation"),
        ("政策解读（12）", "interpretation"),
        ("政策文件解读", "interpretation"),
        ("政策文件", "documents"),
        ("一、机构职能", "institution"),
        ("县政府信息公开年报", "annual_report"),
        ("政府信息公开指南", "guide"),
        ("政府信息公开", "disclosure"),
        ("依申请公开", "on_request"),
        ("陆丰市政府信息公开", "disclosure"),
        ("重大行政决策事项目录", "decision_catalogue"),
        ("重大行政决策预公开", "consultation"),
        ("智慧养老服务", "elderly"),
        ("就业信息公开", "employment"),
        ("市场监管领域", "market"),
        ("政务服务好差评", "service_rating"),
        ("政府网站工作年度报表", "site_report"),
        ("走进陆丰", "overview"),
        ("陆丰概况", "overview"),
        ("机构概况", "institution"),
        ("陆丰要闻", "news"),
        ("部门信箱", "interaction"),
        ("12345", "interaction"),
    ],
)
def test_names(text: str, key: str) -> None:
    found = best_section(text)
    assert found is not None and found.key == key


@pytest.mark.parametrize(
    "text",
    [
        "市教育局",
        "陆丰市市场监督管理局",
        "市政务服务中心",
        "关于公开征求意见的通知",
        "《陆丰市养老服务条例》政策解读",
        "陆丰市召开政府信息公开工作培训会议",
        "法治政府建设年度报告",
        "失业保险",
        "养老保险",
        "人大常务会议",
        "营商环境",
        "动物疫情防控",
        "信件统计信息发布",
        "",
        "首页",
        "更多",
        "应急管理部",
        "基础教育研究室",
        "国务院政策文件库",
        "国务要闻",
        "依申请公开满意度评价",
        "决策公开制度",
    ],
)
def test_what_is_no_section(text: str) -> None:
    assert best_section(text) is None


def test_confidence_falls_from_name_to_slug() -> None:
    assert match_section("政策解读")[0].confidence == 1.0
    assert match_section("陆丰政策解读库")[0].confidence == 0.8
    slug = match_section("更多", "https://www.example.gov.cn/zwgk/zcjd/")
    assert [(match.key, match.confidence) for match in slug] == [("interpretation", 0.5)]
    assert "zcjd" in slug[0].why


@pytest.mark.parametrize(
    "url",
    ["/zwgk/zcjd", "/zwgk/zcjd/index.html", "/zwgk/zcjd/index_2.shtml", "/zwgk/zcjd/list.htm", "/zcjd.html"],
)
def test_a_slug_is_the_folder_a_column_ends_with(url: str) -> None:
    found = best_section("", url)
    assert found is not None and found.key == "interpretation"


def test_an_article_in_a_folder_is_not_its_column() -> None:
    assert best_section("", "/zwgk/zcjd/202101/t20210105_12.html") is None


@pytest.mark.parametrize("slug", ["gk", "zc", "jy", "dc", "ldxx", "xxgk", "yl"])
def test_slugs_with_several_meanings_never_decide(slug: str) -> None:
    assert best_section("", f"/{slug}/") is None


def test_no_two_letter_slug_decides() -> None:
    short = {s for section in LEXICON.sections.values() for s in section.slugs if len(s) <= 2}
    assert short and all(best_section("", f"/{slug}/") is None for slug in short)


def test_a_bureau_in_a_section_folder_is_no_column() -> None:
    assert match_section("市市场监管局", "/scjg/") == []


@pytest.mark.parametrize("text", ["2", "下一页", "返回首页"])
def test_paging_inside_a_column_is_not_the_column(text: str) -> None:
    assert match_section(text, "/zwgk/zcjd/index_2.html") == []


def test_a_slug_beside_another_name_is_only_a_hint() -> None:
    assert best_section("医疗服务", "/ylfw/") is None
    assert best_section("更多>>", "/ylfw/") is not None


def test_a_name_beats_the_slug_of_another_section() -> None:
    found = match_section("通知公告", "/zwgk/zcjd/")
    assert [(match.key, match.confidence) for match in found] == [("notices", 1.0), ("interpretation", 0.3)]


def test_other_names_of_the_page_count() -> None:
    found = best_section("查看", also=["意见征集"])
    assert found is not None and found.key == "consultation"


def test_every_name_finds_its_own_section() -> None:
    for key, section in LEXICON.sections.items():
        for name in section.names:
            found = best_section(name)
            assert found is not None and (found.key, found.confidence) == (key, 1.0), name


def test_a_name_in_two_sections_is_refused() -> None:
    data = LEXICON.model_dump(by_alias=True)
    data["sections"]["notices"]["names"] = (*data["sections"]["notices"]["names"], "政策解读")
    with pytest.raises(ValueError, match="政策解读"):
        Lexicon.model_validate(data)


def test_rhythms_are_those_of_the_contract() -> None:
    by_rhythm = {
        rhythm: {key for key, section in LEXICON.sections.items() if section.rhythm is rhythm}
        for rhythm in Rhythm
    }
    assert by_rhythm[Rhythm.YEARLY] == {"annual_report", "decision_catalogue", "budget", "site_report"}
    assert " ".join(sorted(by_rhythm[Rhythm.STANDING])) == (
        "fees guide institution leaders new_media on_request overview rules services statutory"
    )


@pytest.mark.parametrize(
    ("kind", "as_of", "year"),
    [
        (UnitKind.DEPARTMENT, date(2026, 1, 30), 2024),
        (UnitKind.DEPARTMENT, date(2026, 1, 31), 2025),
        (UnitKind.COUNTY, date(2026, 3, 30), 2024),
        (UnitKind.COUNTY, date(2026, 3, 31), 2025),
        (UnitKind.CITY, date(2026, 12, 31), 2025),
    ],
)
def test_the_latest_report_that_was_due(kind: UnitKind, as_of: date, year: int) -> None:
    assert due_year("annual_report", kind, as_of) == year


def test_only_yearly_sections_have_a_due_year() -> None:
    with pytest.raises(ValueError, match="news"):
        due_year("news", UnitKind.CITY, date(2026, 5, 1))


@pytest.mark.parametrize(
    ("text", "kind", "fault"),
    [
        ("工作动态", "news", True),
        ("通知公告", "notices", True),
        ("政策文件", "documents", True),
        ("政策解读", "interpretation", False),
        ("人事任免", "personnel", False),
        ("政府采购", "procurement", False),
        ("乡村振兴", "field", False),
    ],
)
def test_column_kinds(text: str, kind: str, fault: bool) -> None:
    found = column_kind(text)
    assert found is not None and (found.id, found.fault) == (kind, fault)
    assert found.assumed is not fault


@pytest.mark.parametrize("text", ["机构职能", "政府信息公开年报", "友情链接"])
def test_nothing_is_asked_of_other_columns(text: str) -> None:
    assert column_kind(text) is None


def test_the_oldest_day_a_column_may_show() -> None:
    news, notices = column_kind("要闻"), column_kind("公告")
    assert news is not None and notices is not None
    assert news.oldest(date(2026, 3, 10)) == date(2026, 2, 24)
    assert notices.oldest(date(2026, 8, 31)) == date(2026, 2, 28)
    assert notices.oldest(date(2026, 3, 15)) == date(2025, 9, 15)


def test_catalogue_and_its_fields() -> None:
    assert is_catalogue("陆丰市基层政务公开标准化规范化")
    assert is_catalogue("", "/jczwgk/")
    assert not is_catalogue("政务公开")
    assert match_field("食品药品监管领域基层政务公开标准目录") == "food_drug"
    assert match_field("公共文化服务领域") == "culture"
    assert match_field("城市综合执法领域") is None


def test_normalise() -> None:
    assert normalise(" ＡＢＣ 【要闻】· 12 ") == "abc要闻12"


def test_found_is_what_a_slug_alone_reaches() -> None:
    assert FOUND == 0.5
