"""A Word document as offices lay it out: A4, margins and type of 公文, page numbers. Same input, same bytes.

The only module that knows python-docx. Text goes in as text: never as a field code, a markup or a relation.
The one field is the page number, and only addresses that `web_link` has passed become links.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

TITLE, HEAD, KAI, BODY = "方正小标宋简体", "黑体", "楷体", "仿宋"
RED = RGBColor(0x9E, 0x1B, 0x1E)
MARGINS = {"top": 37, "bottom": 35, "left": 28, "right": 26}  # mm, GB/T 9704-2012
# Style: its Chinese type, points, bold.
STYLES = {
    "Normal": (BODY, 14, False),
    "Title": (TITLE, 20, True),
    "Heading 1": (HEAD, 15, False),
    "Heading 2": (KAI, 14, True),
    "Heading 3": (BODY, 14, True),
}
ALIGNED = {"center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT}
_EPOCH = (1980, 1, 1, 0, 0, 0)  # zip has no earlier one
_THEMED = ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a paragraph."""

    text: str
    bold: bool = False
    href: str | None = None  # a link that was checked


Piece = str | Run


class Paper:
    """A document that is written from top to bottom."""

    def __init__(self, title: str, subject: str, day: date) -> None:
        self._document = Document()
        self._links: dict[str, str] = {}
        for name, style in STYLES.items():
            self._style(name, *style)
        section = self._document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        for side, width in MARGINS.items():
            setattr(section, f"{side}_margin", Mm(width))
        _page_number(section.footer.paragraphs[0])
        about = self._document.core_properties
        about.title, about.subject, about.author, about.last_modified_by = title, subject, "阳光巡检", ""
        about.comments = about.keywords = about.category = ""
        about.created = about.modified = datetime(day.year, day.month, day.day, tzinfo=UTC)

    def title(self, text: str) -> None:
        paragraph = self._document.add_paragraph(text, style="Title")
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER

    def heading(self, text: str, level: int = 1) -> None:
        self._document.add_paragraph(text, style=f"Heading {level}")

    def text(self, *pieces: Piece, indent: bool = True, align: str = "", small: bool = False) -> None:
        """A paragraph. `align`: `center` or `right`; `small` for notes."""
        paragraph = self._document.add_paragraph()
        if indent:
            paragraph.paragraph_format.first_line_indent = Pt(2 * (10.5 if small else 14))
        if align:
            paragraph.alignment = ALIGNED[align]
        self._fill(paragraph, pieces, 10.5 if small else None)

    def notice(self, text: str) -> None:
        """A sentence that nobody may miss."""
        paragraph = self._document.add_paragraph()
        run = paragraph.add_run(text)
        run.font.color.rgb, run.font.bold = RED, True

    def table(
        self, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[str]], left: Iterable[int] = ()
    ) -> None:
        """`columns`: title and width in mm; cells are centred but those of the `left` columns. The head is
        repeated on every page."""
        table = self._document.add_table(rows=0, cols=len(columns), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        lined = frozenset(left)
        self._row(table, [title for title, _ in columns], columns, frozenset(), head=True)
        for row in rows:
            self._row(table, row, columns, lined)
        self._document.add_paragraph().paragraph_format.line_spacing = Pt(10)

    def save(self) -> bytes:
        """The file; its parts carry no clock."""
        raw, out = io.BytesIO(), io.BytesIO()
        self._document.save(raw)
        with zipfile.ZipFile(raw) as read, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in read.namelist():
                archive.writestr(zipfile.ZipInfo(name, _EPOCH), read.read(name), zipfile.ZIP_DEFLATED)
        return out.getvalue()

    def _row(
        self,
        table: Any,
        cells: Sequence[str],
        columns: Sequence[tuple[str, int]],
        left: frozenset[int],
        *,
        head: bool = False,
    ) -> None:
        row = table.add_row()
        settings = row._tr.get_or_add_trPr()
        settings.append(OxmlElement("w:cantSplit"))
        if head:
            settings.append(OxmlElement("w:tblHeader"))
        for number, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
            cell.width = Mm(columns[number][1])
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.line_spacing = 1.0
            if number not in left:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            self._fill(paragraph, [Run(text, bold=head)], 10.5)

    def _fill(self, paragraph: Paragraph, pieces: Iterable[Piece], size: float | None) -> None:
        for piece in pieces:
            run = piece if isinstance(piece, Run) else Run(piece)
            made = paragraph.add_run(run.text)
            made.bold = run.bold or None
            if size is not None:
                made.font.size = Pt(size)
            if run.href is not None:
                link = OxmlElement("w:hyperlink")
                link.set(qn("r:id"), self._relation(run.href))
                made.font.underline = True
                made._r.addprevious(link)
                link.append(made._r)

    def _relation(self, href: str) -> str:
        """One relation for each address; python-docx would look through all of them for every new one."""
        if href not in self._links:
            name = f"rLink{len(self._links) + 1}"
            self._document.part.rels.add_relationship(RELATIONSHIP_TYPE.HYPERLINK, href, name, True)
            self._links[href] = name
        return self._links[href]

    def _style(self, name: str, family: str, size: float, bold: bool) -> None:
        style: Any = self._document.styles[name]
        style.font.name, style.font.size, style.font.bold = "Times New Roman", Pt(size), bold
        style.font.color.rgb, style.font.italic = RGBColor(0, 0, 0), False
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        fonts.set(qn("w:eastAsia"), family)
        for theme in _THEMED:  # they would go before the families named here
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for border in style.element.findall(f".//{qn('w:pBdr')}"):
            border.getparent().remove(border)
        layout = style.paragraph_format
        layout.space_before = layout.space_after = Pt(0)
        layout.line_spacing = Pt(size + 12)
        if name == "Title":
            layout.space_after = Pt(14)
        elif name != "Normal":
            layout.space_before, layout.keep_with_next = Pt(6), True


def _page_number(paragraph: Paragraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run("— ")
    for kind in ("begin", "", "end"):
        run = paragraph.add_run()._r
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = "PAGE"
        run.append(mark)
    paragraph.add_run(" —")
