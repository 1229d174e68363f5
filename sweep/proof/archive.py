"""Where the archives of a sweep stand, what must not get into them, and what of them is kept."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from crawler.keeping.archive import PAGE, ArchiveError, Entry, UnitArchive, prune
from crawler.markup.page import Page
from probes import ALL
from probes.base import Verdict
from storage.errors import StoreError, full, unreadable
from storage.repo import Store
from storage.values import SweepRow
from sweep.proof.evidence_files import evidence_folder, evidence_root


class Keep(StrEnum):
    """What of the archived pages is kept once a sweep is judged."""

    CITED = "cited"  # what findings speak of, and home pages
    ALL = "all"  # everything: only then can a sweep be replayed


PRIVACY = "privacy"  # the probe that knows personal data


class StoredArchive(UnitArchive):
    """A unit's archive whose troubles are the store's: one clear line, nothing lost."""

    async def flush(self) -> None:
        try:
            await super().flush()
        except ArchiveError as problem:
            raise store_error(problem) from problem


def store_error(problem: ArchiveError) -> StoreError:
    words = f"网页存档写入或读取失败（{problem}）"
    return (full if problem.full else unreadable)(str(problem.path), words)


def archive_path(database: str, sweep: str, unit: str) -> Path:
    """One unit's WARC file, in the folder of its other evidence files."""
    return evidence_root(database) / evidence_folder(sweep, unit) / "pages.warc.gz"


def unit_archive(store: Store, sweep: str, unit: str, user_agent: str) -> StoredArchive:
    """Ready to be written; personal data stays out."""
    return StoredArchive(archive_path(store.where, sweep, unit), user_agent, withhold, private)


def withhold(evidence: Mapping[str, str]) -> bool:
    """Whether the privacy probe found personal data on the page this evidence is of."""
    return "found" in json.loads(evidence.get(PRIVACY, "{}"))


def private(page: Page) -> bool:
    """The same, of a page that was not observed in the walk."""
    for probe in ALL:
        if probe.id == PRIVACY and probe.observe is not None:
            seen = probe.observe(page)
            return seen is not None and withhold({PRIVACY: seen.model_dump_json(exclude_defaults=True)})
    return False


async def keep_cited(store: Store, row: SweepRow) -> None:
    """Of every unit's archive only what a finding of the sweep cites, and home pages."""
    cited: set[str] = set()
    for pack in await store.judged_packs(row.id):
        cited |= cited_urls(await store.results(row.id, pack))
    homes = {unit.unit.portal for unit in await store.units(row.id)}

    def wanted(entry: Entry) -> bool:
        at_home = entry.purpose == PAGE and entry.asked in homes
        return at_home or entry.asked in cited or entry.final in cited

    for unit in row.unit_ids:
        try:
            await asyncio.to_thread(prune, archive_path(store.where, row.id, unit), wanted)
        except ArchiveError as problem:
            raise store_error(problem) from problem


def cited_urls(results: Iterable[Mapping[str, Any]]) -> set[str]:
    """Every address that a finding speaks of or refers to, without fragment."""
    urls: set[str] = set()
    for line in results:
        if line["verdict"] == Verdict.FAIL or line["needs_review"]:
            for finding in line["findings"]:
                urls |= finding_urls(finding)
    return urls


def finding_urls(finding: Mapping[str, Any]) -> set[str]:
    """The page it stands on, its subject, and what its evidence refers to."""
    named = [finding["url"], finding["subject"], *(proof["ref"] for proof in finding["evidence"])]
    return {url.partition("#")[0] for url in named if url.startswith(("http://", "https://"))}
