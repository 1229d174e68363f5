"""The HTML report keeps hostile text harmless, loads nothing, and leads from a lost point to its page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

import pytest
from selectolax.lexbor import LexborHTMLParser

from reports.html import heat_class, pages, write_html
from reports.model import ReportData
from tests.reports.tracing import untraceable

HOSTILE = (
    "</style></title><script>alert(1)</script>"
    "<img src=http://evil.example/x onerror=alert(1)>\x1b[31m\x00\u202e"
)


def _links(html: str) -> list[str]:
    return [node.attributes.get("href") or "" for node in LexborHTMLParser(html).css("a[href]")]


def test_every_unit_has_a_page_and_the_cover_says_how_it_was_made(report: ReportData) -> None:
    made = pages(report)
    cover = LexborHTMLParser(made["index.html"]).text()

    assert set(made) == {"index.html"} | {unit.file for unit in report.units}
    for said in (
        "机器初测",
        "2026-01-01 至 2026-12-31",
        "2026-11-20",
        "s-20261120",
        report.scheme.title,
        "覆盖率",
    ):
        assert said in cover
    for assumption in report.scheme.assumed:
        assert assumption.name in cover


def test_the_bands_of_grades_are_told_as_assumed(city: Any) -> None:
    told = {one.name: one for one in city.report().scheme.assumed}
    assert told["等次分数线"].value.startswith("优秀 90 分起、良好 80 分起")
    assert "为本系统设定" in told["等次分数线"].why


def test_the_same_data_gives_the_same_bytes(city: Any) -> None:
    assert pages(city.report()) == pages(city.report())


def test_hostile_text_is_shown_as_text(city: Any) -> None:
    line = next(line for line in city.results if line["findings"])
    line["findings"][0] |= {
        "url": "javascript:alert(1)",
        "subject": 'https://x.example/"onmouseover="alert(1)',
        "message": HOSTILE,
        "expected": HOSTILE,
        "found": HOSTILE,
        "advice": HOSTILE,
        "evidence": [{"kind": "<b>", "ref": HOSTILE}],
    }
    line["observed"] = {HOSTILE: [HOSTILE]}

    for html in pages(city.report()).values():
        tree = LexborHTMLParser(html)
        assert not tree.css("script, img, iframe, object, link, form")
        assert not [node for node in tree.css("*") if any(name.startswith("on") for name in node.attributes)]
        assert all(not href.startswith(("javascript:", "data:")) for href in _links(html))
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202e]", html)


def test_a_hostile_unit_name_and_title_stay_text(city: Any) -> None:
    city.units[0] = city.units[0].model_copy(update={"name": HOSTILE, "id": "../../etc/passwd"})
    report = city.report()

    assert report.units[0].file == "units/etc-passwd.html"
    assert "<script" not in "".join(pages(report).values())


def test_pages_load_nothing(report: ReportData) -> None:
    for html in pages(report).values():
        tree = LexborHTMLParser(html)
        assert not tree.css("[src], [srcset], [data], link, script, base, [background]")
        assert "url(" not in html and "@import" not in html
        policy = tree.css_first("meta[http-equiv=Content-Security-Policy]")
        assert policy is not None and "default-src 'none'" in (policy.attributes["content"] or "")


def test_outside_links_tell_nobody_where_they_came_from(report: ReportData) -> None:
    outside = [
        node for html in pages(report).values() for node in LexborHTMLParser(html).css("a[href^=http]")
    ]

    assert outside
    assert all("noreferrer" in (node.attributes["rel"] or "") for node in outside)


def test_inner_links_lead_somewhere_and_ids_are_unique(report: ReportData) -> None:
    made = pages(report)
    ids = {}
    for name, html in made.items():
        found = [node.attributes["id"] for node in LexborHTMLParser(html).css("[id]")]
        assert len(found) == len(set(found)), name
        ids[name] = set(found)
    for name, html in made.items():
        for href in _links(html):
            if href.startswith("http"):
                continue
            target, fragment = urldefrag(href)
            page = target.removeprefix("../") if target else name
            assert page in made, (name, href)
            assert not fragment or fragment in ids[page], (name, href)


def test_two_clicks_lead_from_the_ranking_to_the_page_of_every_lost_point(report: ReportData) -> None:
    assert sum(len(unit.lost) for unit in report.units) > 20
    assert untraceable(report) == []


def test_a_lost_point_without_its_page_is_found_out(city: Any) -> None:
    report = city.report()
    unit = next(unit for unit in report.units if unit.lost)
    made = pages(report)
    made[unit.file] = made[unit.file].replace(f'id="{unit.lost[0].anchor}"', 'id="elsewhere"')
    assert untraceable(report, made) == [f"{unit.id} {unit.lost[0].code}: not on the unit's page"]


def test_a_check_that_costs_two_items_is_linked_from_both(city: Any) -> None:
    """The faults are written out once, but the second item leads to their page without a detour."""
    for line in city.scores:
        for item in line["items"]:
            if line["unit"] == "port" and item["code"] in ("JL-3.1.4.a", "JL-3.1.4.c"):
                item |= {"state": "scored", "earned": 0, "checks": ["links.home"]}
    line = city.line("port", "links.home")
    line |= {"verdict": "fail", "defects": 1, "reason": None}
    line["findings"] = city.line("port", "links.inner")["findings"][:1] or [
        {"url": "https://port.linhai.gov.cn/zwgk/", "message": "打不开", "expected": "能打开", "found": "404"}
    ]
    report = city.report()
    both = [item for item in next(u for u in report.units if u.id == "port").lost if item.code[3:6] == "3.1"]
    assert len([item for item in both if "links.home" in {check.id for check in item.blamed}]) == 2
    assert untraceable(report) == []


def test_what_is_unknown_or_waits_for_a_person_is_not_among_the_lost_points(report: ReportData) -> None:
    made = pages(report)
    for unit in report.units:
        lost = LexborHTMLParser(made[unit.file]).css_first("#lost")
        assert lost is not None
        told = lost.text()
        for check in unit.checks:
            if check.verdict == "unknown" or check.needs_review:
                assert all(fault.message not in told for fault in check.faults)


def test_more_than_twenty_faults_are_folded_but_there(report: ReportData) -> None:
    unit, check = next(
        (unit, check)
        for unit in report.units
        for item in unit.lost
        for check in item.blamed
        if check.defects > 20
    )
    block = LexborHTMLParser(pages(report)[unit.file]).css_first(f'[id="{check.anchor}"]')

    assert block is not None
    assert len(block.css(".fault")) == check.defects
    assert len(block.css("details .fault")) == check.defects - 20


@pytest.mark.parametrize(
    ("share", "style"),
    [(None, "hx"), (0, "h0"), (0.3, "h1"), (0.5, "h2"), (0.8, "h3"), (0.99, "h4"), (1, "h5")],
)
def test_heat(share: float | None, style: str) -> None:
    assert heat_class(share) == style


def test_write_html_makes_the_folder(report: ReportData, tmp_path: Path) -> None:
    index = write_html(report, tmp_path / "new" / "report")

    assert index == tmp_path / "new" / "report" / "index.html"
    assert b"\r" not in index.read_bytes()
    assert (index.parent / report.units[0].file).is_file()


def test_one_unit_alone_is_not_compared(city: Any) -> None:
    del city.units[1:]
    cover = LexborHTMLParser(pages(city.report())["index.html"])

    assert cover.css_first("#ranking") is not None
    assert cover.css_first("#distribution, #themes") is None
    assert [node.text()[0] for node in cover.css("h2")] == ["一", "二", "三", "附"]


def test_what_waits_for_a_person_is_a_clue_not_a_fault(report: ReportData) -> None:
    unit = next(unit for unit in report.units if unit.review_checks)
    section = LexborHTMLParser(pages(report)[unit.file]).css_first("#review")

    assert section is not None
    assert "条线索" in section.text()
    assert "处问题" not in section.text()


def test_one_wall_is_one_matter(city: Any) -> None:
    """Checks that were not judged stand by their reason, not in ninety lines."""
    report = city.report()
    archive = next(unit for unit in report.units if unit.id == "archive")  # without a portal
    rows = LexborHTMLParser(pages(report)[archive.file]).css("#untested .unread tbody tr")
    unread = [check for check in archive.checks if check.verdict == "unknown" and check.applies]
    assert len(rows) == 1 and len(unread) > 8
    assert "未登记门户网址" in rows[0].text() and f"{len(unread)} 项" in rows[0].text()
    assert all(check.title in rows[0].text() for check in unread)


def test_a_distribution_needs_some_units(report: ReportData) -> None:
    tree = LexborHTMLParser(pages(report)["index.html"])
    shown = [node.text() for node in tree.css("#distribution figcaption")]
    assert shown == [group.name for group in report.groups if len(group.ranked) >= 3]
    assert 0 < len(shown) < len(report.groups)
