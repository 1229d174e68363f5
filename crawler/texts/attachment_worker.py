"""The process that opens one attachment: bytes on stdin, a line of JSON on stdout, then it ends.

Runs alone (`python -I attachment_worker.py NAME`), so that a bomb or a broken parser costs this process only:
limits on memory, CPU, files and children are set before anything is opened, nothing is ever executed or
written to disk, and every size is capped while reading. Libraries: pypdfium2, python-calamine, olefile.
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import json
import re
import struct
import sys
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree import ElementTree

MEMORY_BYTES = 1_000_000_000  # address space, libraries included
CPU_SECONDS = 20
MAX_TEXT = 2_000_000  # characters kept of one attachment
MAX_MEMBERS = 200  # of one archive
MAX_MEMBER_BYTES = 30_000_000  # unpacked
MAX_TOTAL_BYTES = 100_000_000  # unpacked, of all members together
MAX_RATIO = 200  # unpacked to packed, of members over a megabyte
MAX_DEPTH = 2  # archives inside archives
MAX_PAGES = 300
MAX_ROWS = 100_000
PICTURED = 200  # characters; a document with fewer, and pictures, may say the rest in them (assumed)


# What the parsers raise for broken files. Anything else ends the process, and the parent says: corrupt.
BROKEN = (
    *(ValueError, LookupError, OSError, RuntimeError, SyntaxError, ArithmeticError, TypeError, EOFError),
    *(struct.error, zlib.error, zipfile.BadZipFile),
)


class Unread(Exception):
    """Why an attachment, or a member of it, gave no text: a reason of `crawler.texts.attachments`."""


class Budget(NamedTuple):
    """Bytes that may still be unpacked, one number shared by all members."""

    left: list[int]

    def take(self, size: int) -> None:
        self.left[0] -= size
        if self.left[0] < 0:
            raise Unread("too_large")


def main() -> int:
    """Read one attachment and say what is in it."""
    body = sys.stdin.buffer.read()
    limit_resources()
    skipped: list[tuple[str, str]] = []
    text, reason = "", None
    try:
        text = read(body, sys.argv[1], Budget([MAX_TOTAL_BYTES]), skipped, 0)
    except Unread as problem:
        reason = str(problem)
    except MemoryError:
        reason = "too_large"
    except BROKEN:
        reason = "corrupt"
    if reason is None and not text.strip():
        text, reason = "", skipped[0][1] if skipped else "no_text"
    if len(text) > MAX_TEXT:
        skipped.append(("", "too_large"))
    out = {"text": text[:MAX_TEXT], "reason": reason, "skipped": skipped[:MAX_MEMBERS]}
    sys.stdout.write(json.dumps(out, ensure_ascii=True))
    return 0


def limit_resources() -> None:
    """No more memory, time, open files, written bytes or children than reading one file needs."""
    try:
        import resource
    except ImportError:  # not on this system: the parent's time limit and the caps below still hold
        return
    limits = (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    )
    for what, value in limits:
        try:
            resource.setrlimit(what, (value, value))
        except (ValueError, OSError):  # a harder limit is in force already, or the system has no such limit
            continue


def read(body: bytes, name: str, budget: Budget, skipped: list[tuple[str, str]], depth: int) -> str:
    """The text of one file, by what it is rather than by what it is called."""
    if not body:
        raise Unread("empty")
    if body[:5] == b"%PDF-" or b"%PDF-" in body[:1024]:
        return read_pdf(body, skipped)
    if body[:4] == b"PK\x03\x04":
        return read_zip(body, budget, skipped, depth)
    if body[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return read_ole(body, skipped)
    if body[:4] in (b"Rar!", b"7z\xbc\xaf", b"{\\rt") or body[:2] == b"\x1f\x8b":
        raise Unread("unsupported")
    head = body[:2048].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<?xml", b"<table", b"<meta")):
        return read_markup(body)  # Word and Excel save web pages under their own names
    if b"\0" in body[:2048] and body[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise Unread("unsupported")
    if name.rpartition(".")[2].lower() in ("csv", "txt"):
        return read_plain(body)
    raise Unread("unsupported")


# -- archives: zip, docx, xlsx


def read_zip(body: bytes, budget: Budget, skipped: list[tuple[str, str]], depth: int) -> str:
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
    except zipfile.BadZipFile:
        raise Unread("corrupt") from None
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > MAX_MEMBERS * 5:
        raise Unread("too_many")
    names = {member.filename for member in members}
    if "word/document.xml" in names:
        return read_docx(archive, members, budget, skipped)
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        check_sizes(members, budget)
        return read_sheets(body, skipped)
    if "[Content_Types].xml" in names or "OFD.xml" in names:
        raise Unread("unsupported")
    if depth >= MAX_DEPTH:
        raise Unread("too_deep")
    return read_members(archive, members, budget, skipped, depth)


def check_sizes(members: list[zipfile.ZipInfo], budget: Budget) -> None:
    """Before a library unpacks by itself: what the members say they hold must be within the caps."""
    for member in members:
        check_member(member)
        budget.take(member.file_size)


def check_member(member: zipfile.ZipInfo) -> None:
    if member.flag_bits & 1:
        raise Unread("encrypted")
    packed = max(member.compress_size, 1)
    bomb = member.file_size > 1_000_000 and member.file_size / packed > MAX_RATIO
    if member.file_size > MAX_MEMBER_BYTES or bomb:
        raise Unread("too_large")


def unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget) -> bytes:
    """One member, in memory. The cap holds whatever the directory says."""
    check_member(member)
    try:
        with archive.open(member) as stream:
            content = stream.read(MAX_MEMBER_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
        raise Unread("corrupt") from None
    if len(content) > MAX_MEMBER_BYTES:
        raise Unread("too_large")
    budget.take(len(content))
    return content


def read_members(
    archive: zipfile.ZipFile,
    members: list[zipfile.ZipInfo],
    budget: Budget,
    skipped: list[tuple[str, str]],
    depth: int,
) -> str:
    """The texts of all members one after another; what cannot be read is named in `skipped`."""
    if len(members) > MAX_MEMBERS:
        raise Unread("too_many")
    texts = []
    for member in members:
        name = plain_name(member)
        try:
            text = read(unpack(archive, member, budget), name, budget, skipped, depth + 1)
        except Unread as problem:
            skipped.append((name, str(problem)))
        except MemoryError:
            skipped.append((name, "too_large"))
        except BROKEN:  # one broken member must not hide the others
            skipped.append((name, "corrupt"))
        else:
            texts.append(text)
    return "\n".join(texts)


def plain_name(member: zipfile.ZipInfo) -> str:
    """The last part of a member's name: paths in archives lead nowhere here. Old ones are in GBK."""
    name = member.filename
    if not member.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode("gb18030")
    return re.sub(r"[\x00-\x1f]", "", re.split(r"[/\\]", name)[-1])[:100]


def read_docx(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], budget: Budget, skipped: list[tuple[str, str]]
) -> str:
    """Body, headers, footers, notes and comments: a line per paragraph, a tab between cells."""
    wanted = re.compile(r"word/(?:document|header\d*|footer\d*|footnotes|endnotes|comments)\.xml")
    parts = sorted(
        (member for member in members if wanted.fullmatch(member.filename)),
        key=lambda member: (member.filename != "word/document.xml", member.filename),
    )
    text = "\n".join("".join(_paragraphs(unpack(archive, part, budget))) for part in parts)
    pictures = [member.filename for member in members if member.filename.startswith("word/media/")]
    if pictures and len(text) < PICTURED:
        skipped.append((pictures[0][-60:], "no_text"))
    return text


def _paragraphs(xml: bytes) -> Iterator[str]:
    if b"<!DOCTYPE" in xml[:1024] or b"<!ENTITY" in xml[:4096]:
        raise Unread("corrupt")  # no word processor writes one; entities could grow without end
    for _, node in ElementTree.iterparse(io.BytesIO(xml)):
        tag = node.tag.rpartition("}")[2]
        if tag in ("t", "delText"):
            yield node.text or ""
        elif tag == "tab":
            yield "\t"
        elif tag in ("p", "br", "cr"):
            yield "\n"
        if tag == "p":
            node.clear()


# -- spreadsheets


def read_sheets(body: bytes, skipped: list[tuple[str, str]]) -> str:
    """Every cell of every sheet, hidden ones too: tabs between cells, a line per row."""
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(body))
    except python_calamine.PasswordError:
        raise Unread("encrypted") from None
    except python_calamine.CalamineError:
        raise Unread("corrupt") from None
    lines: list[str] = []
    for name in book.sheet_names:
        for number, row in enumerate(book.get_sheet_by_name(name).iter_rows()):
            if number >= MAX_ROWS:
                skipped.append((name, "too_large"))
                break
            lines.append("\t".join(cell(value) for value in row).rstrip("\t"))
    return "\n".join(lines)


def cell(value: object) -> str:
    """As a person sees it: numbers without a needless fraction or exponent."""
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e19 else repr(value)
    return str(value)


# -- pdf


def read_pdf(body: bytes, skipped: list[tuple[str, str]]) -> str:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as problem:
        raise Unread("encrypted" if "password" in str(problem).lower() else "corrupt") from None
    texts = []
    size = 0
    for number in range(min(len(document), MAX_PAGES)):
        page = document[number]
        text = page.get_textpage().get_text_bounded()
        if not text.strip() and any(page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])):
            skipped.append((f"page {number + 1}", "no_text"))  # a scan among pages of text
        texts.append(text)
        size += len(text)
        if size > MAX_TEXT:
            break
    if len(document) > MAX_PAGES:
        skipped.append((f"page {MAX_PAGES + 1}", "too_large"))
    return "\n".join(texts)


# -- Word and Excel before 2007 (and WPS)


def read_ole(body: bytes, skipped: list[tuple[str, str]]) -> str:
    import olefile

    try:
        ole = olefile.OleFileIO(io.BytesIO(body))
    except OSError:
        raise Unread("corrupt") from None
    if ole.exists("EncryptedPackage"):
        raise Unread("encrypted")
    if ole.exists("Workbook") or ole.exists("Book"):
        return read_sheets(body, skipped)
    if not ole.exists("WordDocument"):
        raise Unread("unsupported")
    main_stream = ole.openstream("WordDocument").read()
    flags = struct.unpack_from("<H", main_stream, 0x0A)[0]
    if flags & 0x0100:
        raise Unread("encrypted")
    table = "1Table" if flags & 0x0200 else "0Table"
    if not ole.exists(table):
        raise Unread("unsupported")  # Word 95 and before: another format
    return read_pieces(main_stream, ole.openstream(table).read())


def read_pieces(main_stream: bytes, table: bytes) -> str:
    """The text of a Word 97 document through its piece table ([MS-DOC] 2.4.1 and 2.8.35)."""
    start, size = struct.unpack_from("<II", main_stream, 0x01A2)
    clx = table[start : start + size]
    at = 0
    while at < len(clx) and clx[at] == 1:  # formatting that pieces refer to
        at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
    if at >= len(clx) or clx[at] != 2:
        raise Unread("corrupt")
    plc = clx[at + 5 : at + 5 + struct.unpack_from("<I", clx, at + 1)[0]]
    count = (len(plc) - 4) // 12
    places = struct.unpack_from(f"<{count + 1}I", plc)
    texts = []
    for number in range(count):
        length = places[number + 1] - places[number]
        offset = struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * number + 2)[0]
        if offset & 0x40000000:  # one byte a character
            begin = (offset & 0x3FFFFFFF) // 2
            texts.append(main_stream[begin : begin + length].decode("cp1252", "replace"))
        else:
            texts.append(main_stream[offset : offset + 2 * length].decode("utf-16-le", "replace"))
    text = re.sub(r"\x13[^\x14\x15]*\x14?|\x15", "", "".join(texts))  # field codes, not their results
    return text.replace("\r", "\n").replace("\x07", "\t").replace("\x0b", "\n").replace("\x0c", "\n")


# -- plain text


def read_markup(body: bytes) -> str:
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(decode(body))
    return tree.body.text(separator="\n", strip=True) if tree.body is not None else ""


def read_plain(body: bytes) -> str:
    text = decode(body)
    if "\0" in text:
        raise Unread("unsupported")
    if '"' not in text:
        return text.replace(",", "\t")
    csv.field_size_limit(MAX_TEXT)
    return "\n".join("\t".join(row) for row in csv.reader(io.StringIO(text)))


def decode(body: bytes) -> str:
    for mark, name in ((codecs.BOM_UTF8, "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if body.startswith(mark):
            return body.decode(name, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("gb18030", "replace")


if __name__ == "__main__":
    sys.exit(main())
