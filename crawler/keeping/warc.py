"""One fetch as WARC records and back. Source: WARC 1.0 (ISO 28500), read by warcio.

A fetch that was answered becomes a `response` and its `request`; one that was not, a `metadata` record that
names the cause. The body stands as it was decoded from its content coding (`x-orig-` keeps the headers that
spoke of the coding), so that any reader can show it. What WARC has no field for (the address asked, hops,
outcome) stands as JSON in `Sunsweep-Fetch`, so that a fetch comes back whole.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import uuid
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, BinaryIO, NamedTuple

from warcio.archiveiterator import ArchiveIterator
from warcio.warcwriter import WARCWriter

from crawler import urls
from crawler.model import Fetched, Hop, Outcome, Request

EXTRA = "Sunsweep-Fetch"
_LEVEL = 1  # level 9, warcio's own, costs more than the whole rest of a page
_CODED = ("content-encoding", "transfer-encoding", "content-length")
_ORIGINAL = "x-orig-"
_PHRASES = {200: "OK", 301: "Moved Permanently", 302: "Found", 304: "Not Modified", 403: "Forbidden"}


class Kept(NamedTuple):
    """One fetch as it is archived."""

    request: Request
    fetched: Fetched
    purpose: str  # page | walk (on the way to a page) | part | the id of the probe that asked
    withheld: str | None = None  # why the body stays out: private | binary
    key: str = ""
    parts: tuple[str, ...] = ()  # keys of the scripts, frames and data that belong to a page


def file_head(name: str, software: str) -> bytes:
    """The `warcinfo` record a file begins with, as a gzip member."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=False)
    writer.write_record(
        writer.create_warcinfo_record(name, {"software": software, "format": "WARC File Format 1.0"})
    )
    return _member(out.getvalue())


def records(kept: Kept, user_agent: str) -> bytes:
    """A fetch as gzip members: response and request, or the reason why there was no answer."""
    target = urls.parse(kept.fetched.final_url)
    if kept.fetched.status is None:
        text = json.dumps(_extra(kept)).encode()
        return _record("metadata", target, _head(kept), "application/json", b"", text)
    return _response(kept, target) + _request(kept, target, user_agent)


def _response(kept: Kept, target: urls.Target | None) -> bytes:
    fetched = kept.fetched
    body = b"" if kept.withheld else fetched.body
    head = _head(kept)
    if fetched.address:
        head["WARC-IP-Address"] = fetched.address
    if kept.withheld:
        head["WARC-Truncated"] = "unspecified"
    first = f"HTTP/1.1 {fetched.status} {_PHRASES.get(fetched.status or 0, 'Answer')}"
    http = _http_head(first, _archived(fetched.headers, len(body)))
    return _record("response", target, head, "application/http; msgtype=response", http, body)


def _request(kept: Kept, target: urls.Target | None, user_agent: str) -> bytes:
    """What we asked last, as far as it is known here: cookies and fixed headers are not."""
    asked = kept.request
    body = asked.body or b""
    headers = [
        ("Host", urls.host_header(target) if target is not None else ""),
        ("User-Agent", asked.user_agent or user_agent),
    ]
    if asked.referer:
        headers.append(("Referer", asked.referer.replace("\r", "").replace("\n", "")))
    if body:
        headers += [("Content-Type", asked.content_type or ""), ("Content-Length", str(len(body)))]
    http = _http_head(f"{asked.method} {target.path if target is not None else '/'} HTTP/1.1", headers)
    head = {"WARC-Date": _date(kept.fetched)}
    return _record("request", target, head, "application/http; msgtype=request", http, body)


def _http_head(first: str, headers: Iterable[tuple[str, str]]) -> bytes:
    """Byte for byte; warcio would percent-encode what is not ASCII."""
    lines = [first, *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("latin-1", "replace")


def _record(
    kind: str,
    target: urls.Target | None,
    head: Mapping[str, str],
    content: str,
    http: bytes,
    payload: bytes,
) -> bytes:
    """One record as a gzip member. Spelled out, because every page has two: warcio takes twice as long."""
    lines = {
        **head,
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid4()}>",
        "WARC-Target-URI": target.href if target is not None else "urn:unreadable",
        "WARC-Payload-Digest": _digest(payload),
        "WARC-Block-Digest": _digest(http, payload),
        "Content-Type": content,
        "Content-Length": str(len(http) + len(payload)),
    }
    start = "".join(["WARC/1.0\r\n", *(f"{name}: {value}\r\n" for name, value in lines.items()), "\r\n"])
    return _member(start.encode(), http, payload, b"\r\n\r\n")


def _digest(*parts: bytes) -> str:
    sha1 = hashlib.sha1(usedforsecurity=False)
    for part in parts:
        sha1.update(part)
    return f"sha1:{base64.b32encode(sha1.digest()).decode()}"


def _head(kept: Kept) -> dict[str, str]:
    return {"WARC-Date": _date(kept.fetched), EXTRA: json.dumps(_extra(kept))}


def _extra(kept: Kept) -> dict[str, Any]:
    fetched = kept.fetched
    values = {
        "asked": fetched.url,
        "final": fetched.final_url,
        "method": kept.request.method,
        "purpose": kept.purpose,
        "outcome": fetched.outcome.value,
        "hops": [list(hop) for hop in fetched.hops],
        "started_at": fetched.started_at.isoformat() if fetched.started_at else None,
        "seconds": round(fetched.seconds, 6),
        "wall": fetched.wall,
        "error": fetched.error,
        "tls_problem": fetched.tls_problem,
        "not_modified": fetched.not_modified,
        "with_cookies": fetched.with_cookies,
        "withheld": kept.withheld,
        "key": kept.key,
        "parts": kept.parts,
    }
    return {name: value for name, value in values.items() if value}


def _archived(headers: Mapping[str, str], size: int) -> Iterator[tuple[str, str]]:
    for name, value in headers.items():
        yield (f"{_ORIGINAL}{name}" if name in _CODED else name), value
    yield "content-length", str(size)


def read(raw: bytes) -> Iterator[Fetched]:
    """The fetches in a stretch of gzip members. A withheld body comes back empty."""
    for record in ArchiveIterator(io.BytesIO(raw)):
        extra = record.rec_headers.get_header(EXTRA)
        if extra is not None:
            yield _fetched(json.loads(extra), record)


def scan(file: BinaryIO) -> Iterator[tuple[dict[str, Any], int, int]]:
    """(what `Sunsweep-Fetch` says, offset, length) of every fetch of a file, its request included."""
    extra: dict[str, Any] | None = None
    began = end = 0
    records_in = ArchiveIterator(file)
    for record in records_in:
        text = record.rec_headers.get_header(EXTRA)
        offset, length = records_in.get_record_offset(), records_in.get_record_length()
        if text is not None:
            if extra is not None:
                yield extra, began, end - began
            extra, began = json.loads(text), offset
        end = offset + length
    if extra is not None:
        yield extra, began, end - began


def _fetched(extra: Mapping[str, Any], record: Any) -> Fetched:
    answered = record.rec_type == "response"
    return Fetched(
        url=extra["asked"],
        final_url=extra["final"],
        outcome=Outcome(extra["outcome"]),
        status=int(record.http_headers.get_statuscode()) if answered else None,
        headers=_received(record.http_headers.headers) if answered else {},
        body=record.content_stream().read() if answered else b"",
        hops=tuple(Hop(*hop) for hop in extra.get("hops", ())),
        started_at=datetime.fromisoformat(extra["started_at"]) if "started_at" in extra else None,
        seconds=extra.get("seconds", 0.0),
        address=record.rec_headers.get_header("WARC-IP-Address"),
        wall=extra.get("wall"),
        error=extra.get("error"),
        tls_problem=extra.get("tls_problem"),
        not_modified=extra.get("not_modified", False),
        with_cookies=extra.get("with_cookies", False),
    )


def _received(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The headers as the gate gave them: names in lower case, the body's coding undone but still told."""
    given: dict[str, str] = {}
    for name, value in headers:
        plain = name.lower().removeprefix(_ORIGINAL)
        if plain != name.lower():
            given[plain] = value
        elif plain != "content-length":
            given.setdefault(plain, value)
    return given


def _date(fetched: Fetched) -> str:
    return (fetched.started_at or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _member(*parts: bytes) -> bytes:
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return packer.compress(b"".join(parts)) + packer.flush()
