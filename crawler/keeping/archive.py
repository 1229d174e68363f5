"""The archive of one unit in one sweep: every page as it was received, in a WARC file with an index beside.

Fetches are collected while the walk goes on and written in one stretch, in a thread, before the visits they
belong to are stored: what the store calls visited is always in the archive. A killed sweep appends again;
whatever the index does not name is cut off first. Personal data never gets here: a page that holds some
is written without its body.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from crawler.keeping.received import Received, is_document
from crawler.keeping.warc import Kept, file_head, read, records, scan
from crawler.markup.page import RENDERED, Page
from crawler.model import Fetched, Outcome, Request

PAGE, WAY, PART = "page", "walk", "part"
_WALKED = frozenset({PAGE, WAY, PART})  # asked for by the walk: as any visitor gets it, to its end
SHOWN = "RENDER "  # before the keys of a browser's DOM
PRIVATE, BINARY = "private", "binary"
HELD_BYTES = 8_000_000  # bodies held in memory between two stretches
_TEXTUAL = ("text/", "application/xhtml", "application/json", "application/xml", "application/javascript")


class ArchiveError(Exception):
    """The archive could not be written or read. `full`: there is no room left."""

    def __init__(self, path: Path, problem: OSError) -> None:
        self.path = path
        self.full = problem.errno in (errno.ENOSPC, errno.EDQUOT)
        super().__init__(problem.strerror or str(problem))


class Archive(Protocol):
    """What the walk and the gate's wrapper need."""

    def keep_page(
        self, trail: Sequence[tuple[Request, Fetched]], parts: Iterable[str], evidence: Mapping[str, str]
    ) -> None:
        """A visit: the documents on the way, the one it ended on last; keys of its parts; its evidence."""
        ...

    def keep(self, request: Request, fetched: Fetched, purpose: str) -> None:
        """A part of pages, or what a probe asked for."""
        ...

    @property
    def full(self) -> bool:
        """Whether so much is held in memory that it should be written now."""
        ...

    async def flush(self) -> None:
        """Write all that was kept. Raises ArchiveError."""
        ...

    def has(self, url: str) -> bool:
        """Whether the walk received a document under that address, asked for or arrived at."""
        ...

    async def again(self, url: str) -> Fetched | None:
        """That document, as an answer to whoever asks for the address now; None if it cannot be had."""
        ...


class NoArchive:
    """Keeps nothing: for looks at single pages, and for replay."""

    full = False

    def keep_page(
        self, trail: Sequence[tuple[Request, Fetched]], parts: Iterable[str], evidence: Mapping[str, str]
    ) -> None:
        return None

    def keep(self, request: Request, fetched: Fetched, purpose: str) -> None:
        return None

    async def flush(self) -> None:
        return None

    def has(self, url: str) -> bool:
        return False

    async def again(self, url: str) -> Fetched | None:
        return None


@dataclass(frozen=True, slots=True)
class Entry:
    """One fetch in the file. `length` bytes from `offset` are whole gzip members."""

    key: str
    asked: str
    final: str
    purpose: str
    offset: int
    length: int
    withheld: str | None = None
    parts: tuple[str, ...] = ()  # keys of what belongs to a page

    def line(self) -> bytes:
        values = {name: getattr(self, name) for name in _FIELDS if getattr(self, name)}
        return json.dumps(values, separators=(",", ":")).encode() + b"\n"


_FIELDS = ("key", "asked", "final", "purpose", "offset", "length", "withheld", "parts")


def key_of(request: Request) -> str:
    """What tells one request from another: method, URL without fragment, a digest of what was sent."""
    url = request.url.partition("#")[0]
    sent = f" {hashlib.sha256(request.body).hexdigest()}" if request.body else ""
    return f"{request.method} {url}{sent}"


def shown_key(request: Request) -> str:
    """The key of what a browser showed: not what the server sent, and another one for each fragment."""
    _, mark, fragment = request.url.partition("#")
    return f"{SHOWN}{key_of(request)}{mark}{fragment}"


def _key(request: Request, fetched: Fetched) -> str:
    return shown_key(request) if RENDERED in fetched.headers else key_of(request)


@dataclass
class UnitArchive:
    """Writes one unit's file.

    `withhold` says of a page's evidence, `private` of a page nobody observed, that it holds personal data.
    """

    path: Path
    user_agent: str
    withhold: Callable[[Mapping[str, str]], bool]
    private: Callable[[Page], bool]
    _held: list[Kept] = field(default_factory=list)
    _held_bytes: int = 0
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _opened: bool = False
    _received: Received | None = None

    def keep_page(
        self, trail: Sequence[tuple[Request, Fetched]], parts: Iterable[str], evidence: Mapping[str, str]
    ) -> None:
        """See Archive. Only the last document of the trail was observed."""
        hidden = self.withhold(evidence)
        for number, (request, fetched) in enumerate(trail):
            if number and fetched.outcome is Outcome.BUDGET:
                continue  # the browser's page was not followed further
            observed = bool(evidence) and number == len(trail) - 1
            reason = PRIVATE if hidden else self._reason(fetched, observed=observed)
            kept = Kept(request, fetched, WAY, reason, _key(request, fetched))
            if number == 0:
                kept = kept._replace(purpose=PAGE, parts=_keys(parts, fetched))
            self._hold(kept)

    def keep(self, request: Request, fetched: Fetched, purpose: str) -> None:
        if fetched.outcome is not Outcome.BUDGET:  # else nothing was asked
            self._hold(Kept(request, fetched, purpose, self._reason(fetched), _key(request, fetched)))

    @property
    def full(self) -> bool:
        return self._held_bytes > HELD_BYTES

    async def flush(self) -> None:
        async with self._writing:
            held, self._held = self._held, []
            self._held_bytes = 0
            if held:
                for kept, offset, length in await asyncio.to_thread(self._write, held):
                    self._documents.written(kept, offset, length)

    def has(self, url: str) -> bool:
        return url.partition("#")[0] in self._documents

    async def again(self, url: str) -> Fetched | None:
        bare = url.partition("#")[0]
        if bare not in self._documents:
            return None
        found = self._documents.held(bare) or await asyncio.to_thread(
            self._documents.read_back, bare, self.path
        )
        if found is None:
            self._documents.forget(bare)
            return None
        return replace(found, url=url, hops=found.hops if found.url == bare else ())

    @property
    def _documents(self) -> Received:
        """What the walk received, also before it was killed."""
        if self._received is None:
            self._received = Received()
            with suppress(ArchiveError):  # it is asked for again, and writing will say what is wrong
                for entry in entries(self.path):
                    if entry.purpose in _WALKED and is_document(entry.key) and not entry.withheld:
                        self._received.place((entry.asked, entry.final), entry.offset, entry.length)
        return self._received

    def _reason(self, fetched: Fetched, *, observed: bool = False) -> str | None:
        """Why a body must stay out. What no privacy probe can read is not kept either."""
        if not fetched.body:
            return None
        kind = fetched.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind and not kind.startswith(_TEXTUAL) and not kind.endswith(("+xml", "+json", "javascript")):
            return BINARY
        return PRIVATE if not observed and self.private(Page.of(fetched)) else None

    def _hold(self, kept: Kept) -> None:
        self._held.append(kept)
        if kept.purpose in _WALKED:
            self._documents.hold(kept)
        self._held_bytes += len(kept.fetched.body)

    def _write(self, held: Iterable[Kept]) -> list[tuple[Kept, int, int]]:
        """One stretch of the file, then its lines of the index. A stretch that fails is taken back.

        Returns what was written, its offset and its length.
        """
        # Of several versions of a part, replay reads the last that stands before the page.
        ordered = sorted(held, key=lambda kept: kept.purpose == PAGE)
        members = [records(kept, self.user_agent) for kept in ordered]
        try:
            if not self._opened:
                _open(self.path, self.user_agent)
                self._opened = True
            at = _append(self.path, b"".join(members))
            places = []
            for kept, member in zip(ordered, members, strict=True):
                places.append((kept, at, len(member)))
                at += len(member)
            _append(index_of(self.path), b"".join(_entry(*place).line() for place in places))
        except OSError as problem:
            raise ArchiveError(self.path, problem) from problem
        return places


def _keys(parts: Iterable[str], fetched: Fetched) -> tuple[str, ...]:
    """The keys of a page's parts, which came as the page came."""
    prefix = SHOWN if RENDERED in fetched.headers else ""
    return tuple(f"{prefix}{part}" for part in parts)


def _append(path: Path, data: bytes) -> int:
    """Where the data begins in the file. A write that fails leaves the file as it was."""
    with path.open("ab", buffering=0) as file:
        start = file.tell()
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[file.write(rest) or 0 :]
        except OSError:
            file.truncate(start)
            raise
    return start


def _open(path: Path, software: str) -> None:
    """Ready to append: behind the last fetch that file and index both hold whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    known = list(entries(path))
    index_of(path).write_bytes(b"".join(entry.line() for entry in known))
    if known:
        os.truncate(path, known[-1].offset + known[-1].length)
    else:
        path.write_bytes(file_head(path.name, software))


def _entry(kept: Kept, offset: int, length: int) -> Entry:
    fetched = kept.fetched
    place = (fetched.url, fetched.final_url, kept.purpose, offset, length)
    return Entry(kept.key, *place, kept.withheld, kept.parts)


def index_of(path: Path) -> Path:
    """The index beside a WARC file."""
    return path.with_name(path.name.removesuffix(".warc.gz") + ".index.jsonl")


def entries(path: Path) -> Iterator[Entry]:
    """The fetches of a file in the order they were written; what is torn is left out. Raises ArchiveError."""
    index = index_of(path)
    try:
        size = path.stat().st_size if path.exists() else 0
        if size and not index.exists():
            yield from _found_again(path)
        elif size:
            with index.open("rb") as lines:
                for line in lines:
                    entry = _parsed(line)
                    if entry is None or entry.offset + entry.length > size:
                        return
                    yield entry
    except OSError as problem:
        raise ArchiveError(path, problem) from problem


def _found_again(path: Path) -> Iterator[Entry]:
    """Without its index (killed while pruning) the file tells the same by itself."""
    with path.open("rb") as file:
        for extra, offset, length in scan(file):
            place = (extra["asked"], extra["final"], extra["purpose"], offset, length)
            yield Entry(extra["key"], *place, extra.get("withheld"), tuple(extra.get("parts", ())))


def _parsed(line: bytes) -> Entry | None:
    if not line.endswith(b"\n"):
        return None
    try:
        values = json.loads(line)
        return Entry(**{**values, "parts": tuple(values.get("parts", ()))})
    except (ValueError, TypeError):
        return None


def raw(path: Path, entry: Entry) -> bytes:
    """The gzip members of one fetch. Raises ArchiveError."""
    try:
        with path.open("rb") as file:
            file.seek(entry.offset)
            return file.read(entry.length)
    except OSError as problem:
        raise ArchiveError(path, problem) from problem


def head_of(path: Path) -> bytes:
    """The gzip member the file begins with (warcinfo). Raises ArchiveError."""
    first = next(entries(path), None)
    try:
        with path.open("rb") as file:
            return file.read(first.offset if first else -1)
    except OSError as problem:
        raise ArchiveError(path, problem) from problem


def fetched_at(path: Path, entry: Entry) -> Fetched:
    """One fetch, read back."""
    return next(read(raw(path, entry)))


def prune(path: Path, wanted: Callable[[Entry], bool]) -> tuple[int, int]:
    """Keep the fetches that are wanted, with the parts of wanted pages; (kept, dropped)."""
    parts: set[str] = set()
    count = 0
    for entry in entries(path):
        count += 1
        if entry.purpose == PAGE and wanted(entry):
            parts.update(entry.parts)
    keep = [e for e in entries(path) if wanted(e) or (e.purpose == PART and e.key in parts)]
    if not count or len(keep) == count:
        return count, 0
    try:
        _rewrite(path, keep)
    except OSError as problem:
        raise ArchiveError(path, problem) from problem
    return len(keep), count - len(keep)


def _rewrite(path: Path, keep: Iterable[Entry]) -> None:
    """A new file takes the old one's place; the index goes first, so that it never names what is gone."""
    fresh, fresh_index = path.with_suffix(".new"), index_of(path).with_suffix(".new")
    try:
        with path.open("rb") as old, fresh.open("wb") as new, fresh_index.open("wb") as lines:
            new.write(head_of(path))
            for entry in keep:
                old.seek(entry.offset)
                lines.write(replace(entry, offset=new.tell()).line())
                new.write(old.read(entry.length))
        index_of(path).unlink(missing_ok=True)
        fresh.replace(path)
        fresh_index.replace(index_of(path))
    finally:
        fresh.unlink(missing_ok=True)
        fresh_index.unlink(missing_ok=True)
