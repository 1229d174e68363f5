"""The 通报: everything an office hands out, and page text in it is nothing but text."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from docx.table import Table

from reports.model import ReportData
from reports.notice import PLACES, notice, write_docx

HOSTILE = '\x1b[2J\x00 HYPERLINK "http://evil.example/" \\o <w:br/> { DDEAUTO c:\\cmd.exe } \u202e]]>&amp;'


def opened(data: ReportData) -> Any:
    return docx.Document(io.BytesIO(notice(data)))


def told(document: Any) -> str:
    """All text in reading order, cells divided by |."""
    lines = []
    for block in document.iter_inner_content():
        if isinstance(block, Table):
            lines += ["|".join(cell.text for cell in row.cells) for row in block.rows]
        else:
            lines.append(block.text)
    return "\n".join(lines)


def links(document: Any) -> set[str]:
    relations = document.part.rels
    used = [node.get(qn("r:id")) for node in document.element.iter(qn("w:hyperlink"))]
    return {relations[name].target_ref for name in used}


def test_it_says_what_it_is_before_anything_else(report: ReportData) -> None:
    document = opened(report)
    first = [paragraph.text for paragraph in document.paragraphs[:3]]
    assert first[0] == "关于政府门户政务公开机器初测情况的通报"
    assert "未经人工复核，不作为评定结论" in first[1]
    assert "12家单位" in first[2] and "2026年11月20日" in first[2]


def test_the_parts_stand_in_their_order(report: ReportData) -> None:
    heads = [p.text for p in opened(report).paragraphs if p.style.name == "Heading 1"]
    assert heads == [
        "一、基本情况",
        "二、评估方法",
        "三、得分及排名",
        "四、共性问题",
        "五、各单位主要问题",
        "附：方案没有写明、由程序假定的数值",
    ]


def test_units_are_ranked_by_group_with_ranges_and_the_others_have_a_reason(report: ReportData) -> None:
    text = told(opened(report))
    for place, group in zip("一二三", report.groups, strict=True):
        assert f"（{place}）{group.name}" in text
        for unit in group.ranked:
            score = unit.score
            assert f"\n{score.rank}|{unit.name}|{score.score:.1f}|{score.low_score:.1f}" in text
        for unit in group.unranked:
            assert f"\n{unit.name}|{unit.unranked_why}\n" in text
    assert any(group.unranked for group in report.groups)


def test_every_lost_point_stands_with_its_page(report: ReportData) -> None:
    document = opened(report)
    text, linked = told(document), links(document)
    for unit in report.units:
        for item in unit.lost:
            assert f"（{item.code}，失" in text
            for check in item.blamed:
                for fault in check.faults[:PLACES]:
                    assert fault.message in text and fault.href in linked
                if check.defects > PLACES:
                    assert f"“{check.title}”共{check.defects}处" in text


def test_what_is_unknown_or_waits_for_a_person_is_counted_and_not_told_as_a_fault(report: ReportData) -> None:
    text = told(opened(report))
    for unit in report.units:
        assert f"待人工确认{len(unit.review)}项、未能检测{len(unit.untested)}项，均未计分。" in text
        for check in unit.review_checks:
            assert all(fault.url not in text or fault.message not in text for fault in check.faults)


def test_page_text_is_no_field_no_link_and_no_markup(city: Any) -> None:
    for line in city.results:
        for finding in line["findings"]:
            finding |= {
                "url": "javascript:alert(1)",
                "subject": HOSTILE,
                "message": HOSTILE,
                "found": HOSTILE,
            }
            finding |= {"expected": HOSTILE, "advice": HOSTILE}
    city.units[0] = city.units[0].model_copy(update={"name": HOSTILE})
    data = city.report()
    document = opened(data)

    assert 'HYPERLINK "http://evil.example/"' in told(document) and "<w:br/>" in told(document)
    assert links(document) == set()
    fields = {}
    for part in document.part.package.iter_parts():
        xml = part.blob.decode("utf-8", "replace") if part.partname.endswith(".xml") else ""
        assert not set(xml) & {"\x00", "\x1b", "\u202e"}
        if "w:instrText" in xml or "w:fldSimple" in xml:
            fields[str(part.partname)] = xml.count("w:instrText>") // 2
    assert fields == {"/word/footer1.xml": 1}  # the page number


def test_the_same_data_gives_the_same_bytes(city: Any) -> None:
    assert notice(city.report()) == notice(city.report())


def test_nothing_outside_is_loaded(report: ReportData) -> None:
    """Only links are external, and they are opened by a click alone."""
    with zipfile.ZipFile(io.BytesIO(notice(report))) as archive:
        for name in archive.namelist():
            xml = archive.read(name).decode("utf-8", "replace")
            if name.endswith(".rels"):
                outside = xml.count('TargetMode="External"')
                assert outside == xml.count("relationships/hyperlink")
            assert "attachedTemplate" not in xml


def test_one_unit_alone_has_no_common_problems(city: Any) -> None:
    del city.units[1:]
    heads = [p.text for p in opened(city.report()).paragraphs if p.style.name == "Heading 1"]
    assert heads[3] == "四、各单位主要问题"


def test_the_page_is_laid_out_as_offices_do(report: ReportData) -> None:
    document = opened(report)
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert (round(section.top_margin.mm), round(section.left_margin.mm)) == (37, 28)
    fonts = document.styles["Normal"].element.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == "仿宋" and fonts.get(qn("w:eastAsiaTheme")) is None
    heads = [row._tr.trPr.findall(qn("w:tblHeader")) for row in (t.rows[0] for t in document.tables)]
    assert heads and all(heads)


def test_it_is_written_into_a_new_folder(report: ReportData, tmp_path: Path) -> None:
    path = write_docx(report, tmp_path / "new")
    assert path.name == "notice.docx" and path.read_bytes()[:2] == b"PK"


@pytest.mark.parametrize(
    ("number", "numeral"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (99, "九十九"), (100, "100")]
)
def test_numerals(number: int, numeral: str) -> None:
    from reports.notice import _numeral

    assert _numeral(number) == numeral
