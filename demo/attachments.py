"""Small real files: a PDF, a Word document, pictures, a film: built here, so that no binary is kept."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from functools import cache

from demo.server import Answer

_DOCX_PARTS = {
    "[Content_Types].xml": (
        '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
        'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName='
        '"/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.'
        'document.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/'
        'package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/'
        'officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'
    ),
}


@cache
def docx(*paragraphs: str) -> bytes:
    """A Word document with these paragraphs, the same bytes every time."""
    text = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in paragraphs)
    parts = _DOCX_PARTS | {
        "word/document.xml": (
            '<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/'
            f'wordprocessingml/2006/main"><w:body>{text}</w:body></w:document>'
        )
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


@cache
def pdf(line: str) -> bytes:
    """A one-page PDF with one line of ASCII text."""
    stream = f"BT /F1 16 Tf 72 720 Td ({line}) Tj ET".encode("ascii")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


@cache
def png(width: int, height: int, red: int, green: int, blue: int) -> bytes:
    """A picture of one colour."""
    rows = (b"\0" + bytes((red, green, blue)) * width) * height

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compress(rows, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


FILM = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0\0\0\x08free"

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def common_files() -> dict[str, Answer]:
    """Files that every portal serves, by path."""
    return {
        "/files/form.docx": Answer(docx("申请表", "申请人：", "申请事项："), content_type=DOCX_TYPE),
        "/files/sample.docx": Answer(docx("申请表（示例样表）", "申请人：示例"), content_type=DOCX_TYPE),
        "/files/note.docx": Answer(docx("起草说明", "一、起草背景", "二、主要内容"), content_type=DOCX_TYPE),
        "/files/report.pdf": Answer(pdf("Annual report"), content_type="application/pdf"),
        "/files/table.pdf": Answer(pdf("Table of items"), content_type="application/pdf"),
        "/images/logo.png": Answer(png(240, 60, 30, 80, 160), content_type="image/png"),
        "/images/red.png": Answer(png(60, 72, 200, 20, 20), content_type="image/png"),
        "/images/chart1.png": Answer(png(800, 1200, 240, 240, 220), content_type="image/png"),
        "/images/chart2.png": Answer(png(800, 1200, 220, 240, 240), content_type="image/png"),
        "/images/hall.png": Answer(png(640, 400, 120, 140, 160), content_type="image/png"),
        "/images/qr.png": Answer(png(120, 120, 20, 20, 20), content_type="image/png"),
        "/media/film.mp4": Answer(FILM, content_type="video/mp4"),
        "/favicon.ico": Answer(png(16, 16, 30, 80, 160), content_type="image/png"),
        "/robots.txt": Answer(b"User-agent: *\nAllow: /\n", content_type="text/plain"),
    }
