"""The evidence zip: complete, checkable with what anyone has, honest about what it lacks."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from rules.load import load
from storage.repo import Store
from storage.values import SweepRow
from sweep.errors import SweepError
from sweep.proof.archive import Keep, archive_path
from sweep.proof.proof import bundle, case_of, reference
from tests.sweep.archived import PACK, UNIT, database, swept
from tests.sweep.cities import serve


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with await Store.open(database(tmp_path)) as opened:
        yield opened


async def failing(store: Store, row: SweepRow) -> list[str]:
    """A reference to the first finding of every failed check."""
    lines = await store.results(row.id, PACK)
    return [f"{row.id}:{UNIT}:{line['check']}:1" for line in lines if line["verdict"] == "fail"]


async def unzipped(store: Store, row: SweepRow, text: str) -> tuple[dict[str, bytes], list[str]]:
    ref = reference(text)
    case = case_of(row, load(PACK), await store.results(row.id, PACK, ref.unit), ref)
    data, lacking = await bundle(store, case)
    assert (data, lacking) == await bundle(store, case)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}, lacking


async def test_every_finding_can_be_proved(store: Store) -> None:
    async with serve() as city:
        row = await swept(city, store, Keep.CITED)
    with_pages = 0
    for text in await failing(store, row):
        files, lacking = await unzipped(store, row, text)
        sums = files.pop("manifest-sha256.txt").decode().splitlines()
        assert sums == [f"{hashlib.sha256(files[name]).hexdigest()}  {name}" for name in sorted(files)]
        found = json.loads(files["finding.json"])
        assert found["reference"] == text
        rule = json.loads(files["rule.json"])
        assert [item["code"] for item in rule["items"]] == found["result"]["indicators"]
        readme = files["README.txt"].decode()
        assert found["finding"]["message"] in readme
        assert all(words in readme for words in lacking)
        if "archive.warc.gz" in files:
            with_pages += 1
            records = list(ArchiveIterator(io.BytesIO(files["archive.warc.gz"]), check_digests="raise"))
            assert records
            for page in json.loads(files["pages/index.json"]):
                bodies = [
                    name for name in files if name.startswith(f"{page['file']}.") and "headers" not in name
                ]
                assert [hashlib.sha256(files[name]).hexdigest() for name in bodies] == (
                    [page["sha256"]] if page["sha256"] else []
                )
    assert with_pages >= 5


async def test_a_unit_can_check_it_with_public_tools(store: Store, tmp_path: Path) -> None:
    async with serve() as city:
        row = await swept(city, store, Keep.CITED)
    text = next(text for text in await failing(store, row) if ":footer." in text)
    files, _ = await unzipped(store, row, text)
    folder = tmp_path / "unzipped"
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)

    def checked(*command: str) -> int:
        return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode

    if shutil.which("sha256sum") is not None:
        assert checked("sha256sum", "--check", "--strict", "manifest-sha256.txt") == 0
    warcio = [sys.executable, "-m", "warcio.cli", "check", "archive.warc.gz"]
    assert checked(*warcio) == 0
    (folder / "finding.json").write_bytes(files["finding.json"] + b" ")
    records = bytearray(gzip.decompress(files["archive.warc.gz"]))
    body = records.index("阳光".encode())
    records[body : body + 3] = "月".encode()
    (folder / "archive.warc.gz").write_bytes(gzip.compress(bytes(records)))
    assert checked(*warcio) != 0, "a changed page is noticed"
    if shutil.which("sha256sum") is not None:
        assert checked("sha256sum", "--check", "manifest-sha256.txt") != 0


async def test_says_what_it_lacks(store: Store) -> None:
    async with serve() as city:
        row = await swept(city, store, Keep.CITED)
    archive_path(store.where, row.id, UNIT).unlink()
    text = next(text for text in await failing(store, row) if ":footer." in text)
    files, lacking = await unzipped(store, row, text)
    assert len(lacking) == 1 and "没有存档" in lacking[0]
    assert "archive.warc.gz" not in files
    assert json.loads(files["attempts.json"])


@pytest.mark.parametrize("text", ["", "a:b:c", "a:b:c:0", "a:b:c:x", "a::c:1", "a:b:c:1:2"])
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(SweepError, match="问题编号应写作"):
        reference(text)
