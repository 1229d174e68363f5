"""One finding with all that proves it, as a zip that the unit can check with public tools."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from crawler.keeping.archive import PAGE, PART, SHOWN, ArchiveError, Entry, entries, fetched_at, head_of, raw
from rules.model import Pack
from storage.repo import Store
from storage.values import SweepRow
from sweep.errors import SweepError
from sweep.given.plan import CHINA
from sweep.proof.archive import archive_path, finding_urls, store_error
from sweep.proof.evidence_files import evidence_root
from sweep.proof.proof_words import LACKING, README, WITHHELD

MAX_PAGES = 20  # of one finding; the cited page comes first


class Reference(NamedTuple):
    """`<sweep>:<unit>:<check>:<n>`; n counts the finding of a result from 1."""

    sweep: str
    unit: str
    check: str
    number: int


def reference(text: str) -> Reference:
    """SweepError for what cannot be one."""
    parts = text.split(":")
    if len(parts) != 4 or not all(parts) or not parts[3].isdecimal() or int(parts[3]) < 1:
        raise SweepError(
            f"问题编号应写作 巡检:单位:检查项:序号，如 latest:lufeng:links.home:1，实为 {text!r}。"
            "序号是该检查项结果中问题的次序，从 1 起，可用 sunsweep export --unit 单位 查看"
        )
    return Reference(parts[0], parts[1], parts[2], int(parts[3]))


@dataclass(frozen=True, slots=True)
class Case:
    """A finding with its result line, and where it comes from."""

    row: SweepRow
    pack: Pack
    line: Mapping[str, Any]
    finding: Mapping[str, Any]
    number: int

    @property
    def name(self) -> str:
        return f"evidence-{self.row.id}-{self.line['unit']}-{self.line['check']}-{self.number}.zip"


class Found(NamedTuple):
    """One fetch of a cited address."""

    path: Path
    entry: Entry


def case_of(row: SweepRow, pack: Pack, results: Iterable[Mapping[str, Any]], ref: Reference) -> Case:
    """SweepError where there is no such finding."""
    line = next((line for line in results if line["check"] == ref.check), None)
    if line is None:
        raise SweepError(f"巡检 {row.id} 中单位 {ref.unit!r} 没有检查项 {ref.check!r} 的结果。请检查编号")
    if ref.number > len(line["findings"]):
        raise SweepError(
            f"{ref.unit} 的 {ref.check} 只有 {len(line['findings'])} 个问题，没有第 {ref.number} 个。"
            "请检查序号"
        )
    return Case(row, pack, line, line["findings"][ref.number - 1], ref.number)


async def bundle(store: Store, case: Case) -> tuple[bytes, list[str]]:
    """The zip, and in words what it lacks."""
    cited = _cited(case.finding)
    found = await asyncio.to_thread(_search, store, case, cited)
    files: dict[str, bytes] = {
        "finding.json": _json(_finding(case)),
        "rule.json": _json(rule_of(case)),
        "attempts.json": _json(await _attempts(store, case, cited)),
    }
    lacking = [LACKING.format(url=url) for url in cited if not any(_about(f.entry, url) for f in found)]
    try:
        pages = await asyncio.to_thread(_pages, found)
    except ArchiveError as problem:
        raise store_error(problem) from problem
    files |= pages
    lacking += [WITHHELD.format(url=f.entry.asked) for f in found if f.entry.withheld]
    files |= await asyncio.to_thread(_pictures, store, case)
    files["README.txt"] = _readme(case, sorted(files), lacking)
    return _zip(files, case.row), lacking


def _cited(finding: Mapping[str, Any]) -> list[str]:
    """Addresses the finding names, its own page first."""
    first = [url.partition("#")[0] for url in (finding["url"], finding["subject"]) if url]
    urls = finding_urls(finding)
    return [*dict.fromkeys(url for url in first if url in urls), *sorted(urls - set(first))]


def _about(entry: Entry, url: str) -> bool:
    return url in (entry.asked.partition("#")[0], entry.final.partition("#")[0])


def _search(store: Store, case: Case, cited: Sequence[str]) -> list[Found]:
    """The newest fetches of the cited addresses and the parts of cited pages; own archive first.

    A link target may have been looked at for another unit of the sweep.
    """
    own = case.line["unit"]
    order = [own, *(unit for unit in case.row.unit_ids if unit != own)]
    found: list[Found] = []
    for unit in order:
        wanted = [url for url in cited if not any(_about(known.entry, url) for known in found)]
        if not wanted:
            break
        path = archive_path(store.where, case.row.id, unit)
        try:
            known = list(entries(path))
        except ArchiveError as problem:
            raise store_error(problem) from problem
        pages = [entry for entry in known if any(_about(entry, url) for url in wanted)][-MAX_PAGES:]
        parts = {key for entry in pages if entry.purpose == PAGE for key in entry.parts}
        chosen = [e for e in known if e in pages or (e.purpose == PART and e.key in parts)]
        found += [Found(path, entry) for entry in chosen]
    return found


def _pages(found: Sequence[Found]) -> dict[str, bytes]:
    """The WARC with those fetches, and each body and header beside it as a plain file."""
    if not found:
        return {}
    files: dict[str, bytes] = {}
    warc = [head_of(found[0].path)]
    listing = []
    for number, (path, entry) in enumerate(found, start=1):
        warc.append(raw(path, entry))
        fetched = fetched_at(path, entry)
        place = f"pages/{number:02d}"
        head = "".join(f"{name}: {value}\n" for name, value in fetched.headers.items())
        files[f"{place}.headers.txt"] = f"HTTP {fetched.status or '-'}\n{head}".encode("utf-8", "replace")
        if fetched.body:
            files[f"{place}{_suffix(fetched.headers.get('content-type', ''))}"] = fetched.body
        listing.append(
            {
                "file": place,
                "url": fetched.url,
                "final_url": fetched.final_url,
                "purpose": entry.purpose,
                "outcome": fetched.outcome,
                "status": fetched.status,
                "fetched_at": fetched.started_at.astimezone(CHINA).isoformat()
                if fetched.started_at
                else None,
                "address": fetched.address,
                "error": fetched.error,
                "rendered": entry.key.startswith(SHOWN),
                "withheld": entry.withheld,
                "sha256": hashlib.sha256(fetched.body).hexdigest() if fetched.body else None,
            }
        )
    return {"archive.warc.gz": b"".join(warc), "pages/index.json": _json(listing), **files}


def _suffix(content_type: str) -> str:
    kinds = {"html": ".html", "json": ".json", "javascript": ".js", "xml": ".xml"}
    return next((suffix for word, suffix in kinds.items() if word in content_type.lower()), ".bin")


def _finding(case: Case) -> dict[str, Any]:
    line = {name: value for name, value in case.line.items() if name != "findings"}
    row = case.row
    return {
        "reference": f"{row.id}:{line['unit']}:{line['check']}:{case.number}",
        "finding": case.finding,
        "result": line,
        "sweep": {
            "id": row.id,
            "started_at": row.started_at.astimezone(CHINA).isoformat(),
            "finished_at": row.finished_at.astimezone(CHINA).isoformat() if row.finished_at else None,
            "as_of": row.as_of.isoformat(),
            "period": row.period.model_dump(mode="json"),
            "seed": row.seed,
            "tool_version": row.tool_version,
        },
    }


def rule_of(case: Case) -> dict[str, Any]:
    """What the pack says: its source, and every clause that this check decides for the unit."""
    pack = case.pack
    items = [
        {
            "code": item.code,
            "title": indicator.level3,
            "clause": indicator.clause,
            "focus": indicator.focus,
            "text": item.text,
            "points": item.points,
            "method": indicator.method,
            "assumed": item.assumed,
            "advice": item.advice,
        }
        for indicator in pack.indicators
        for item in indicator.items
        if item.code in case.line["indicators"] and case.line["check"] in item.asks
    ]
    return {
        "pack": pack.id,
        "name": pack.name,
        "source": pack.source.model_dump(mode="json"),
        "pack_hash_judged": case.line["pack_hash"],
        "pack_hash_now": pack.hash,
        "items": items,
        "hint_only": not case.line["applies"],  # no item of the pack uses it: never deducted
    }


async def _attempts(store: Store, case: Case, cited: Sequence[str]) -> list[dict[str, Any]]:
    """Every request that was made for the cited addresses, also the failed ones."""
    unit = await store.unit(case.row.id, case.line["unit"])
    return [
        attempt._asdict() for attempt in await unit.attempts() if attempt.url.partition("#")[0] in set(cited)
    ]


def _pictures(store: Store, case: Case) -> dict[str, bytes]:
    root = evidence_root(store.where)
    files = {}
    for proof in case.finding["evidence"]:
        path = root / proof["ref"]
        if proof["kind"] == "screenshot" and path.is_file() and path.resolve().is_relative_to(root.resolve()):
            files[f"screenshots/{path.name}"] = path.read_bytes()
    return files


def _readme(case: Case, names: Sequence[str], lacking: Sequence[str]) -> bytes:
    changed = case.line["pack_hash"] != case.pack.hash
    return README.format(
        unit=case.line["unit"],
        check=case.line["check"],
        message=case.finding["message"],
        where=case.finding["url"],
        observed=case.finding["observed_at"],
        sweep=case.row.id,
        files="\n".join(f"  {name}" for name in names),
        lacking="\n".join(f"  {words}" for words in lacking) or "  （无）",
        changed="判定之后指标包有改动，rule.json 中为现行文字。\n" if changed else "",
    ).encode()


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _zip(files: Mapping[str, bytes], row: SweepRow) -> bytes:
    """With a manifest of sha-256 sums, in the form of sha256sum. Equal evidence gives equal bytes."""
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    moment = row.started_at.astimezone(CHINA).timetuple()[:6]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted({**files, "manifest-sha256.txt": sums.encode()}.items()):
            archive.writestr(zipfile.ZipInfo(name, moment), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
