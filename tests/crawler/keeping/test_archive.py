"""The archive: what goes in comes back, torn files go on, personal data and what is not wanted stay out."""

from __future__ import annotations

import errno
import gzip
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.keeping import archive
from crawler.keeping.archive import (
    PAGE,
    PART,
    ArchiveError,
    UnitArchive,
    entries,
    fetched_at,
    index_of,
    key_of,
    prune,
)
from crawler.markup.page import Page
from crawler.model import Fetched, Hop, Outcome, Request

HOME = "http://a.gov.cn/"
SCRIPT = "http://a.gov.cn/foot.js"
BODY = "<html><title>首页</title><body>您好</body></html>".encode("gb18030")


def answer(url: str, body: bytes = BODY, kind: str = "text/html; charset=gbk") -> Fetched:
    return Fetched(
        url=url,
        final_url=url,
        outcome=Outcome.OK,
        status=200,
        headers={"content-type": kind, "content-encoding": "gzip", "content-length": "17", "server": "x\xe9"},
        body=body,
        hops=(Hop("http://old.gov.cn/", 302, url),),
        started_at=datetime(2026, 11, 20, 8, 0, 0, 5, UTC),
        seconds=0.25,
        address="127.0.0.1",
    )


REFUSED = Fetched(
    url="http://b.gov.cn/",
    final_url="http://b.gov.cn/",
    outcome=Outcome.REFUSED,
    error="拒绝",
    started_at=datetime(2026, 11, 20, 8, 0, tzinfo=UTC),
)


def unit_archive(
    path: Path,
    withhold: Callable[[Mapping[str, str]], bool] = lambda evidence: False,
    private: Callable[[Page], bool] = lambda page: False,
) -> UnitArchive:
    return UnitArchive(path / "pages.warc.gz", "Sunsweep/1", withhold, private)


def keep_home(spool: UnitArchive, body: bytes = BODY, evidence: Mapping[str, str] | None = None) -> None:
    spool.keep(Request(SCRIPT), answer(SCRIPT, b"document.write(1)", "text/javascript"), PART)
    part = key_of(Request(SCRIPT))
    spool.keep_page([(Request(HOME), answer(HOME, body))], [part], evidence or {"footer": "{}"})


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_what_goes_in_comes_back(tmp_path: Path) -> None:
    spool = unit_archive(tmp_path)
    keep_home(spool)
    spool.keep(Request("http://b.gov.cn/"), REFUSED, "links")
    await spool.flush()
    by_purpose = {entry.purpose: entry for entry in entries(spool.path)}
    home = fetched_at(spool.path, by_purpose[PAGE])
    assert home == answer(HOME)
    assert fetched_at(spool.path, by_purpose["links"]) == REFUSED
    assert by_purpose[PAGE].parts == (key_of(Request(SCRIPT)),)
    assert by_purpose[PART].offset < by_purpose[PAGE].offset


async def test_the_file_is_a_warc_that_others_can_read(tmp_path: Path) -> None:
    spool = unit_archive(tmp_path)
    keep_home(spool)
    await spool.flush()
    with spool.path.open("rb") as file:
        found = [
            (
                record.rec_type,
                record.rec_headers.get_header("WARC-Target-URI"),
                record.content_stream().read(),
                record.http_headers.to_str() if record.http_headers else "",
            )
            for record in ArchiveIterator(file, check_digests="raise")
        ]
    assert [(kind, url) for kind, url, _, _ in found] == [
        ("warcinfo", None),
        ("response", SCRIPT),
        ("request", SCRIPT),
        ("response", HOME),
        ("request", HOME),
    ]
    assert found[3][2] == BODY
    assert found[4][3] == "GET / HTTP/1.1\r\nHost: a.gov.cn\r\nUser-Agent: Sunsweep/1\r\n"


async def test_a_request_with_a_body_is_another_one(tmp_path: Path) -> None:
    one, two = (Request(HOME, method="POST", body=body) for body in (b"page=1", b"page=2"))
    assert len({key_of(one), key_of(two), key_of(Request(HOME))}) == 3
    assert key_of(Request(f"{HOME}#top")) == key_of(Request(HOME))


@pytest.mark.parametrize("torn", [1, 30, 200])
async def test_goes_on_behind_what_is_whole(tmp_path: Path, torn: int) -> None:
    first = unit_archive(tmp_path)
    keep_home(first)
    await first.flush()
    whole = list(entries(first.path))
    with first.path.open("ab") as file:  # a kill after the file, before its index
        file.write(gzip.compress(b"x" * 1000)[:torn])
    with index_of(first.path).open("ab") as index:
        index.write(b'{"key":"GET')
    second = unit_archive(tmp_path)
    second.keep(Request("http://b.gov.cn/"), REFUSED, "links")
    await second.flush()
    assert list(entries(first.path))[: len(whole)] == whole
    assert [entry.purpose for entry in entries(first.path)] == [PART, PAGE, "links"]
    with first.path.open("rb") as file:
        assert sum(1 for _ in ArchiveIterator(file)) == 6


async def test_without_its_index_the_file_tells_the_same(tmp_path: Path) -> None:
    spool = unit_archive(tmp_path)
    keep_home(spool)
    spool.keep(Request("http://b.gov.cn/"), REFUSED, "links")
    await spool.flush()
    known = list(entries(spool.path))
    index_of(spool.path).unlink()
    assert list(entries(spool.path)) == known


async def test_personal_data_stays_out(tmp_path: Path) -> None:
    secret = "身份证号 11010519491231002X".encode()
    spool = unit_archive(
        tmp_path, withhold=lambda evidence: "privacy" in evidence, private=lambda page: "身份证" in page.html
    )
    keep_home(spool, secret, {"privacy": '{"found":1}'})
    spool.keep(Request("http://a.gov.cn/x"), answer("http://a.gov.cn/x", secret, "text/html"), "search")
    spool.keep(
        Request("http://a.gov.cn/y.xls"), answer("http://a.gov.cn/y.xls", secret, "application/x"), "l"
    )
    await spool.flush()
    assert secret not in gzip.decompress(spool.path.read_bytes())
    kept = list(entries(spool.path))
    assert [entry.withheld for entry in kept] == [None, "private", "binary", "private"]
    assert all(fetched_at(spool.path, entry).status == 200 for entry in kept)


async def test_pruned_to_what_is_wanted(tmp_path: Path) -> None:
    spool = unit_archive(tmp_path)
    keep_home(spool)
    for number in range(5):
        url = f"{HOME}{number}.html"
        spool.keep_page([(Request(url), answer(url))], [], {"footer": "{}"})
    await spool.flush()
    assert prune(spool.path, lambda entry: entry.asked in (HOME, f"{HOME}3.html")) == (3, 4)
    left = list(entries(spool.path))
    assert [entry.asked for entry in left] == [SCRIPT, HOME, f"{HOME}3.html"]
    assert fetched_at(spool.path, left[1]) == answer(HOME)
    assert names(tmp_path) == ["pages.index.jsonl", "pages.warc.gz"]
    assert prune(spool.path, lambda entry: True) == (3, 0)


async def test_a_full_disk_is_said_and_leaves_the_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = unit_archive(tmp_path)
    keep_home(spool)
    await spool.flush()
    before = spool.path.read_bytes()

    def no_room(path: Path, data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(archive, "_append", no_room)
    spool.keep(Request("http://b.gov.cn/"), REFUSED, "links")
    with pytest.raises(ArchiveError) as trouble:
        await spool.flush()
    assert trouble.value.full
    assert spool.path.read_bytes() == before
