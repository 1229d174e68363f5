"""Attachments: text by kind, and a named reason for everything that is broken, locked, too big or hostile."""

from __future__ import annotations

import io
import os
import struct
import zipfile
from pathlib import Path

import pypdfium2
import pytest
import xlsxwriter

from crawler.texts.attachments import READABLE, Unreadable, read_attachment
from demo.attachments import docx, pdf


def zipped(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def sheet(*rows: tuple[object, ...]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet()
    for number, row in enumerate(rows):
        page.write_row(number, 0, row)
    book.close()
    return out.getvalue()


def locked_pdf() -> bytes:
    """A PDF that says it is encrypted with a password nobody has."""
    entry = b"/Encrypt << /Filter /Standard /V 1 /R 2 /Length 40 /P -4 /O <%s> /U <%s> >> /ID [<00><00>]" % (
        b"11" * 32,
        b"22" * 32,
    )
    return pdf("secret").replace(b"trailer << ", b"trailer << " + entry)


def word_97(text: str) -> tuple[bytes, bytes]:
    """The two streams of a Word 97 document: one piece in UTF-16, one in single bytes."""
    body = text.encode("utf-16-le")
    stream = bytearray(2048) + body + b"138ABC"
    places = struct.pack("<3I", 0, len(text), len(text) + 6)
    pieces = struct.pack("<HIH", 0, 2048, 0)
    pieces += struct.pack("<HIH", 0, (2 * (2048 + len(body))) | 0x40000000, 0)
    plc = places + pieces
    table = b"\x01\x02\x00\xff\xff" + b"\x02" + struct.pack("<I", len(plc)) + plc
    struct.pack_into("<II", stream, 0x01A2, 0, len(table))
    return bytes(stream), table


async def test_text_by_kind() -> None:
    book = sheet(("姓名", "手机", "金额"), ("张某", 13800138000, 12.5))
    cases = {
        "a.docx": (docx("申请表", "第二段"), "申请表\n第二段"),
        "a.pdf": (pdf("Annual report"), "Annual report"),
        "a.xlsx": (book, "姓名\t手机\t金额\n张某\t13800138000\t12.5"),
        "a.csv": ('姓名,住址\n"张,某",甲村'.encode("gb18030"), "姓名\t住址\n张,某\t甲村"),
        "a.xls": ("<html><body><table><tr><td>网页</td></tr></table></body></html>".encode(), "网页"),
        "wrong-name.pdf": (docx("其实是 Word"), "其实是 Word"),
    }
    for name, (body, wanted) in cases.items():
        reading = await read_attachment(body, f"http://www.example.gov.cn/files/{name}?v=1")
        assert reading.text.strip() == wanted, name
        assert reading.complete


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("empty.pdf", b"", Unreadable.EMPTY),
        ("locked.pdf", locked_pdf(), Unreadable.ENCRYPTED),
        ("broken.pdf", b"%PDF-1.4\ngarbage", Unreadable.CORRUPT),
        ("broken.docx", docx("a")[:200], Unreadable.CORRUPT),
        ("bad-xml.docx", zipped(("word/document.xml", b"<w:p><w:t>a</w:p>")), Unreadable.CORRUPT),
        (
            "entities.docx",
            zipped(("word/document.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')),
            Unreadable.CORRUPT,
        ),
        ("broken.xlsx", zipped(("xl/workbook.xml", b"<no")), Unreadable.CORRUPT),
        ("broken.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, Unreadable.CORRUPT),
        ("a.rar", b"Rar!\x1a\x07\x01\x00", Unreadable.UNSUPPORTED),
        ("a.bin", b"\x7fELF\x02\0\0\0", Unreadable.UNSUPPORTED),
        ("scan.docx", docx(""), Unreadable.NO_TEXT),
        (
            "bomb.xlsx",
            zipped(("xl/workbook.xml", b"<a/>"), ("xl/a.xml", b"0" * 9_000_000)),
            Unreadable.TOO_LARGE,
        ),
        ("many.zip", zipped(*((f"{number}.txt", b"a") for number in range(201))), Unreadable.TOO_MANY),
    ],
)
async def test_a_named_reason(name: str, body: bytes, reason: Unreadable) -> None:
    reading = await read_attachment(body, name)
    assert (reading.text, reading.reason) == ("", reason)


async def test_archives_are_read_in_memory_whatever_they_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bomb, a path that climbs, an archive inside, a broken member: the others are still read."""
    monkeypatch.chdir(tmp_path)
    deep = zipped(("3.zip", zipped(("4.zip", zipped(("a.txt", b"too deep"))))))
    body = zipped(
        ("bomb.txt", b"0" * 20_000_000),
        ("../../../climbs.txt", "爬出去".encode()),
        ("list/inner.zip", zipped(("b.csv", "里层".encode()))),
        ("broken.docx", docx("a")[:150]),
        ("deep.zip", deep),
    )
    reading = await read_attachment(body, "all.zip")
    assert reading.text.split("\n") == ["爬出去", "里层", ""]
    assert dict(reading.skipped) == {
        "bomb.txt": Unreadable.TOO_LARGE,
        "broken.docx": Unreadable.CORRUPT,
        "3.zip": Unreadable.TOO_DEEP,
    }
    assert not reading.complete
    assert not os.listdir(tmp_path)  # noqa: PTH208
    assert not os.path.exists(tmp_path.parent.parent.parent / "climbs.txt")  # noqa: ASYNC240, PTH110


def partly_scanned() -> bytes:
    """A PDF with a page of text and a page that is nothing but a picture."""
    document = pypdfium2.PdfDocument.new()
    document.import_pages(pypdfium2.PdfDocument(pdf("Cover")))
    page = document.new_page(200, 200)
    bitmap = pypdfium2.PdfBitmap.new_native(10, 10, pypdfium2.raw.FPDFBitmap_BGR)
    picture = pypdfium2.PdfImage.new(document)
    picture.set_bitmap(bitmap)
    page.insert_obj(picture)
    page.gen_content()
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "body", "reason"),
    [
        ("scan.pdf", partly_scanned(), Unreadable.NO_TEXT),
        (
            "picture.docx",
            zipped(
                ("word/document.xml", "<w:p><w:t>起草说明</w:t></w:p>".replace("w:", "").encode()),
                ("word/media/image1.png", b"\x89PNG"),
            ),
            Unreadable.NO_TEXT,
        ),
        ("long.csv", "长".encode() * 2_000_001, Unreadable.TOO_LARGE),
    ],
)
async def test_what_was_read_in_part_says_so(name: str, body: bytes, reason: Unreadable) -> None:
    """Nothing may be called missing in it."""
    reading = await read_attachment(body, name)
    assert reading.text and reading.reason is None
    assert (list(dict(reading.skipped).values()), reading.complete) == ([reason], False)


async def test_a_locked_archive() -> None:
    body = bytearray(zipped(("a.txt", b"secret")))
    body[6] |= 1  # the flag in the member's own header and in the directory
    body[body.index(b"PK\x01\x02") + 8] |= 1
    reading = await read_attachment(bytes(body), "locked.zip")
    assert reading.reason is Unreadable.ENCRYPTED


async def test_a_size_that_lies_does_not_get_through() -> None:
    """The directory says ten bytes; what unpacks is cut there and fails its checksum."""
    body = bytearray(zipped(("a.txt", b"0" * 5_000_000)))
    at = body.index(b"PK\x01\x02")
    struct.pack_into("<I", body, at + 24, 10)
    reading = await read_attachment(bytes(body), "lies.zip")
    assert reading.reason is Unreadable.CORRUPT


async def test_a_worker_that_takes_too_long_is_ended() -> None:
    reading = await read_attachment(pdf("late"), "late.pdf", seconds=0.0)
    assert reading.reason is Unreadable.TOO_SLOW


def test_word_97_pieces() -> None:
    from crawler.texts.attachment_worker import read_pieces

    stream, table = word_97("低保名单\r\x13 HYPERLINK x \x14链接\x15")
    assert read_pieces(stream, table) == "低保名单\n链接138ABC"


async def test_the_sizes_of_all_members_are_added() -> None:
    """Four members that are each within the caps, and together over them."""
    noise = bytes(range(256)) * 400  # compresses, but not beyond the ratio
    big = zipped(*((f"{number}.txt", noise * 280) for number in range(4)))
    reading = await read_attachment(big, "big.zip")
    assert Unreadable.TOO_LARGE in dict(reading.skipped).values() or reading.reason is Unreadable.TOO_LARGE


def test_which_links_are_attachments_that_can_be_read() -> None:
    assert READABLE.search("http://a.gov.cn/x/名单.XLS?id=1")
    assert not READABLE.search("http://a.gov.cn/x/a.rar")
    assert not READABLE.search("http://a.gov.cn/docs/")
