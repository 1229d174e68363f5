"""Turns the raw bytes of an answer into its body: gzip and deflate undone, every size capped."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable

from crawler.errors import NotHttp, TooLarge

_PLAIN = frozenset({"", "identity", "none", "utf-8"})  # the last two are seen in the wild and mean nothing
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_RAW_DEFLATE = -zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"


class Inflater:
    """Undoes one content coding piece by piece, never past `cap` bytes. Raises TooLarge or NotHttp."""

    def __init__(self, coding: str, cap: int) -> None:
        coding = coding.strip().lower()
        if coding not in _PLAIN and coding not in ("gzip", "x-gzip", "deflate"):
            raise NotHttp(f"content-encoding {coding}, which was not asked for")
        self._coding = coding
        self._cap = cap
        self._stream: zlib._Decompress | None = None
        self._first = True
        self._ended = False  # the last member is complete
        self._tail = b""  # what came after it
        self.parts: list[bytes] = []
        self.size = 0

    def feed(self, raw: bytes) -> None:
        if self._first and raw:
            self._first = False
            self._begin(raw)
        if self._stream is None:
            self._keep(raw)
            return
        if self._ended:
            raw = self._next_member(raw)
        while raw:
            raw = self._undo(raw)

    def _begin(self, raw: bytes) -> None:
        if self._coding in _PLAIN:
            return
        if raw.startswith(_GZIP_MAGIC[: len(raw)]):
            self._stream = zlib.decompressobj(_GZIP_OR_ZLIB)
        elif self._coding == "deflate":
            zlib_header = raw[0] & 0x0F == 8 and (len(raw) < 2 or (raw[0] << 8 | raw[1]) % 31 == 0)
            self._stream = zlib.decompressobj(_GZIP_OR_ZLIB if zlib_header else _RAW_DEFLATE)
        # "gzip" on bytes that are none: the header lies, the body is plain.

    def _undo(self, raw: bytes) -> bytes:
        stream = self._stream
        assert stream is not None
        try:
            # One byte more than allowed is enough to see that it is too much.
            self._keep(stream.decompress(raw, self._cap - self.size + 1))
        except zlib.error as problem:
            raise NotHttp(f"{self._coding}: {problem}") from problem
        if stream.unconsumed_tail:
            return stream.unconsumed_tail
        if stream.eof:
            self._ended = True
            return self._next_member(stream.unused_data)
        return b""

    def _next_member(self, raw: bytes) -> bytes:
        """The start of another gzip member behind the last one; b"" for padding, as browsers take it."""
        self._tail += raw
        if len(self._tail) < len(_GZIP_MAGIC) or not self._tail.startswith(_GZIP_MAGIC):
            self._tail = self._tail[:1]  # padding stays padding, whatever follows it
            return b""
        raw, self._tail = self._tail, b""
        self._stream = zlib.decompressobj(_GZIP_OR_ZLIB)
        self._ended = False
        return raw

    def _keep(self, part: bytes) -> None:
        self.size += len(part)
        if self.size > self._cap:
            raise TooLarge(f"over {self._cap} bytes")
        if part:
            self.parts.append(part)

    def body(self) -> bytes:
        return b"".join(self.parts)


async def read_all(stream: AsyncIterable[bytes], coding: str, cap: int) -> bytes:
    """The decoded body. Raises TooLarge past `cap` bytes, raw or decoded."""
    inflater = Inflater(coding, cap)
    raw_size = 0
    async for part in stream:
        raw_size += len(part)
        if raw_size > cap:
            raise TooLarge(f"over {cap} bytes")
        inflater.feed(part)
    return inflater.body()


async def read_start(stream: AsyncIterable[bytes], coding: str, size: int) -> tuple[bytes, bool]:
    """At least the first `size` decoded bytes, and whether that is the whole body. Never raises TooLarge."""
    inflater = Inflater(coding, size * 1100)  # gzip reaches 1,032 to 1: one raw piece cannot pass this cap
    raw_size = 0
    async for part in stream:
        raw_size += len(part)
        try:
            inflater.feed(part)
        except TooLarge:
            return inflater.body()[:size], False
        if inflater.size >= size or raw_size >= size:
            return inflater.body()[:size], False
    return inflater.body(), True
