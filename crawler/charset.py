"""Bytes to text: which charset is this page in?

Order: byte order mark, HTTP header, meta tag, detection (WHATWG, and domain practice: headers lie). A
declared charset that cannot decode the bytes gives way to the next one; gb2312 and gbk mean gb18030.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_HTTP = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_HEAD_BYTES = 8192  # some portals put long comments before the meta tag; browsers look at 1024
_SAME = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "cp936": "gb18030",
    "utf8": "utf-8",
    # A document that could be read up to its meta tag is not UTF-16 (WHATWG).
    "utf-16": "utf-8",
    # Browsers read these as windows-1252; Chinese pages that declare them are not.
    "iso-8859-1": "",
    "latin1": "",
    "us-ascii": "",
    "ascii": "",
}
# A few broken bytes (cut characters, a pasted GBK block) do not make a declaration wrong.
_BAD_SHARE = 0.002


def decode(body: bytes, content_type: str = "") -> tuple[str, str]:
    """The text of an HTML document or script, and the charset it was read in."""
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body[len(bom) :].decode(name, "replace"), name.removesuffix("-le").removesuffix("-be")
    names = list(_declared(body, content_type))
    for name in [*names, "utf-8", "gb18030"]:
        text = _fitting(body, name)
        if text is not None:
            return text, name
    name = names[0] if names else "utf-8"
    return body.decode(name, "replace"), name


def known(name: str) -> str | None:
    """The Python codec for a declared charset; None if unknown or not to be believed."""
    name = name.strip().lower()
    name = _SAME.get(name, name)
    try:
        return codecs.lookup(name).name if name else None
    except LookupError:
        return None


def _declared(body: bytes, content_type: str) -> Iterator[str]:
    http = _HTTP.search(content_type)
    if http and (name := known(http[1])):
        yield name
    head = body[:_HEAD_BYTES]
    if b"<!--" in head:
        head = _COMMENT.sub(b"", head)
    meta = _META.search(head)
    if meta and (name := known(meta[1].decode("ascii", "replace"))):
        yield name


def _fitting(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except (UnicodeDecodeError, UnicodeError):
        pass
    text = body.decode(name, "replace")
    if text.count("\ufffd") > _BAD_SHARE * len(text):
        return None
    return _mended(body) if name == "utf-8" else text


def _mended(body: bytes) -> str:
    """UTF-8 with pasted GBK lines (a GBK include in a UTF-8 shell): each line by what decodes it."""
    lines = []
    for line in body.split(b"\n"):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            gbk = line.decode("gb18030", "replace")
            utf = line.decode("utf-8", "replace")
            lines.append(gbk if gbk.count("\ufffd") < utf.count("\ufffd") else utf)
    return "\n".join(lines)
