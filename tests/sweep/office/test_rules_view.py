"""`rules show` tells what a section matches, and why a link or page counts for it or not."""

from __future__ import annotations

import pytest

from probes.lexicon import FOUND, LEXICON
from sweep.errors import SweepError
from sweep.office.rules_view import shown


@pytest.mark.parametrize("key", sorted(LEXICON.sections))
def test_everything_by_which_a_section_is_known_is_printed(key: str) -> None:
    section, text = LEXICON.sections[key], shown(key, "jilin-2021")
    assert f"栏目 {key}：{section.title}" in text
    for words in (section.names, section.near, section.slugs, section.excluded):
        assert "、".join(words) in text


@pytest.mark.parametrize("check", ["section.education", "content.education"])
def test_a_check_of_a_section_shows_its_items_and_its_words(check: str) -> None:
    text = shown(check, "jilin-2021")
    assert f"{check}  " in text and "用于 JL-1.2.8" in text and "栏目 education：" in text


@pytest.mark.parametrize(
    ("name", "key", "why"),
    [
        ("教育信息", "education", "名称“教育信息”即“教育信息”"),
        ("更多 http://www.a.gov.cn/zcjd/", "interpretation", "zcjd"),
        ("http://www.a.gov.cn/zcjd/", "interpretation", "zcjd"),
        ("我县政策解读专栏 http://www.a.gov.cn/x/", "interpretation", "政策解读"),
    ],
)
def test_why_a_link_counts(name: str, key: str, why: str) -> None:
    (line,) = [line for line in shown(name, "jilin-2021").splitlines() if f"认作栏目 {key}" in line]
    assert why in line and line.endswith("（采用）")


def test_below_the_line_is_doubt_and_no_match() -> None:
    slug = next(slug for slug in LEXICON.sections["education"].slugs)
    (line,) = shown(f"专题专栏之一 http://www.a.gov.cn/{slug}/", "jilin-2021").splitlines()
    confidence = float(line.partition("置信度 ")[2].partition("，")[0])
    assert confidence < FOUND and line.endswith("（只存疑，不认定也不扣分）")


def test_a_near_name_is_told_as_doubt() -> None:
    assert "与栏目 interpretation 名称相近，只存疑" in shown("在线访谈", "jilin-2021")


def test_what_nothing_knows_is_an_error() -> None:
    with pytest.raises(SweepError, match="没有名为"):
        shown("不知所云", "jilin-2021")
