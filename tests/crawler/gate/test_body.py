from __future__ import annotations

import gzip
import zlib

import pytest

from crawler.errors import NotHttp, TooLarge
from crawler.gate.body import Inflater

TEXT = b"\xe6\x94\xbf\xe5\x8a\xa1" * 500


def zipped(text: bytes) -> bytes:
    """Without the time: cases are named by their bytes, and every test process must name them alike."""
    return gzip.compress(text, mtime=0)


def undo(raw: bytes, coding: str, *, cap: int = 10_000, step: int = 7) -> bytes:
    inflater = Inflater(coding, cap)
    for start in range(0, len(raw), step):
        inflater.feed(raw[start : start + step])
    return inflater.body()


@pytest.mark.parametrize(
    ("raw", "coding"),
    [
        (TEXT, ""),
        (TEXT, "identity"),
        (zipped(TEXT), "gzip"),
        (zipped(TEXT), " GZIP "),
        (zipped(TEXT), "x-gzip"),
        (zipped(TEXT[:900]) + zipped(TEXT[900:]), "gzip"),
        (zipped(TEXT) + b"\0\0padding", "gzip"),
        (zlib.compress(TEXT), "deflate"),
        (TEXT, "gzip"),  # the header lies
    ],
)
@pytest.mark.parametrize("step", [2, 7, 100_000])
def test_pieces_of_any_size_give_the_body(raw: bytes, coding: str, step: int) -> None:
    assert undo(raw, coding, step=step) == TEXT


def test_the_cap_holds_exactly_and_before_memory_is_spent() -> None:
    assert undo(zipped(TEXT), "gzip", cap=len(TEXT)) == TEXT
    inflater = Inflater("gzip", 1000)
    with pytest.raises(TooLarge):
        inflater.feed(gzip.compress(b"\0" * 50_000_000))
    assert inflater.size <= 1001


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip"])
def test_codings_nobody_asked_for(coding: str) -> None:
    with pytest.raises(NotHttp):
        Inflater(coding, 1000)


def test_an_empty_body() -> None:
    assert undo(b"", "gzip") == b""
