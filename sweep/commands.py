"""What the commands do: each opens the store, works, and returns what is to be printed."""

from __future__ import annotations

import asyncio
import json
import shlex
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from crawler.markup.page import Page
from crawler.model import Fetched, Request, UnitKind
from crawler.net import Gate
from demo.city import City, build_city
from probes import CHECKS_BY_ID
from rules.load import load
from storage.errors import why_not
from storage.repo import Store
from storage.values import SweepRow
from sweep.canonical import canonical_lines
from sweep.errors import SweepError
from sweep.given.exceptions import Given, keep, load_exceptions
from sweep.given.plan import CHINA, Plan, gate_settings, plan, single
from sweep.given.seeds import parse_seeds
from sweep.inspect import inspect_page
from sweep.night.run import RunOptions, run_sweep
from sweep.night.stages import Timing
from sweep.publish import judge_again, judge_vetoes, print_sweep, print_unit_check, write_report
from sweep.tables import to_csv, to_xlsx
from sweep.verdicts.judging import failed_checks, judge_sweep


class What(StrEnum):
    RESULTS = "results"
    SCORES = "scores"


class Format(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"


class ReportFormat(StrEnum):
    HTML = "html"
    XLSX = "xlsx"
    DOCX = "docx"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a finished sweep found, for the thresholds of the command line."""

    failed: frozenset[str]  # checks that some unit fails and has not explained all of
    scores: Sequence[Mapping[str, Any]]

    def below(self, limit: float | None) -> bool:
        scores = (line["score"] for line in self.scores)
        return limit is not None and any(score is not None and score < limit for score in scores)

    def fails(self, check: str) -> bool:
        return check in self.failed


def require_check(name: str) -> None:
    """SweepError for a check id that does not exist."""
    if name not in CHECKS_BY_ID:
        raise SweepError(f"没有检查项 {name!r}。检查项写法如 footer.icp，可用 sunsweep rules show 查看")


async def sweep(plan: Plan, options: RunOptions, out: Path | None, exceptions: Path | None) -> Outcome:
    """The nightly sweep: run, print the ranking, write the report where asked."""
    given = await _given(exceptions)
    async with await Store.open(options.db) as store:
        row = await run_sweep(plan, store, replace(options, exceptions=given))
        await print_sweep(store, row, plan.packs)
        if out is not None:
            await write_report(store, row, plan.packs[0], out)
        return await outcome_of(store, row, plan.packs[0].id)


async def check(plan: Plan, db: str, out: Path) -> Outcome:
    """A unit's self-check: one portal, its table, its report."""
    async with await Store.open(db) as store:
        row = await run_sweep(plan, store, RunOptions(db=db, reread=True, timing=CHECK_TIMING))
        await judge_vetoes(store, row, plan.seeds.units, plan.packs)
        for path in await write_report(store, row, plan.packs[0], out):
            print(f"报告：{path}", file=sys.stderr)
        await print_unit_check(store, row, plan.packs[0])  # last: it ends with the cheapest points
        return await outcome_of(store, row, plan.packs[0].id)


def _file_page(source: str, url: str | None) -> Page:
    path = Path(source)
    try:
        return Page(url or path.resolve().as_uri(), path.read_bytes())
    except OSError as problem:
        raise SweepError(
            f"{source}：文件读不出来（{why_not(problem)}）。请给出网页文件或以 http 开头的网址"
        ) from None


async def inspect(source: str, url: str | None) -> dict[str, Any]:
    """What was read on one page: a file without network, or a URL through the gate."""
    if source.startswith(("http://", "https://")):
        settings = gate_settings(single(source, UnitKind.COUNTY))
        async with Gate(**settings) as gate:
            fetched = await gate.fetch(Request(source))
        if not fetched.body:
            raise SweepError(
                f"{source}：没有取到页面（{fetched.outcome}：{fetched.error or fetched.status}）"
            )
        return inspect_page(_with_home(fetched))
    return inspect_page(_file_page(source, url))


def _with_home(fetched: Fetched) -> Page:
    return Page.of(fetched, is_home=fetched.final_url.count("/") == 3 and fetched.final_url.endswith("/"))


async def export(
    db: str, sweep_id: str, what: What, unit: str | None, format: Format, canonical: bool, rules: str | None
) -> bytes:
    """Lines of docs/formats.md, as bytes for standard output."""
    async with await Store.open(db, create=False) as store:
        row = await store.get(sweep_id)
        pack = await pack_id(store, row, rules)
        if unit is not None and unit not in row.unit_ids:
            raise SweepError(f"巡检 {row.id} 中没有单位 {unit!r}。单位编号见清单的 id")
        if what is What.RESULTS:
            lines = await store.results(row.id, pack, unit)
        else:
            lines = [line for line in await store.scores(row.id, pack) if unit in (None, line["unit"])]
    if canonical:
        texts = canonical_lines(lines)
        lines = [json.loads(text) for text in texts]
    if format is Format.CSV:
        return to_csv(lines)
    if format is Format.XLSX:
        return to_xlsx(lines)
    texts = [json.dumps(line, ensure_ascii=False, sort_keys=canonical) for line in lines]
    return "".join(f"{text}\n" for text in texts).encode()


async def pack_id(store: Store, row: SweepRow, rules: str | None) -> str:
    """The pack that was asked for, else the sweep's first. SweepError unless it was judged with."""
    scored = await store.judged_packs(row.id)
    wanted = load(rules).id if rules else next(iter(row.packs), "")
    if wanted not in scored:
        advice = f"请先运行 sunsweep score --sweep {row.id} --rules {wanted}"
        raise SweepError(f"巡检 {row.id} 还没有按指标包 {wanted!r} 判定。{advice}")
    return wanted


async def _given(exceptions: Path | None) -> Given | None:
    return None if exceptions is None else await asyncio.to_thread(load_exceptions, exceptions)


async def score(db: str, sweep_id: str, rules: tuple[str, ...], exceptions: Path | None = None) -> Outcome:
    """Judge again with each pack's limits, then score; no network."""
    given = await _given(exceptions)
    async with await Store.open(db, create=False) as store:
        row = await store.get(sweep_id)
        if given is not None:
            await keep(store, row, given)
        packs = tuple(load(name) for name in rules or row.packs)
        units = [unit.unit for unit in await store.units(row.id)]
        for pack in packs:
            await judge_sweep(store, row, units, pack)
        await print_sweep(store, row, packs)
        return await outcome_of(store, row, packs[0].id)


async def report(
    db: str,
    sweep_id: str,
    format: ReportFormat,
    out: Path,
    rules: str | None,
    exceptions: Path | None = None,
) -> list[str]:
    """Write the report from what is stored; the paths written. Exceptions given here are kept, and what they
    explain is judged again: report, scores and exports never contradict each other."""
    given = await _given(exceptions)
    async with await Store.open(db, create=False) as store:
        row = await store.get(sweep_id)
        pack = load(await pack_id(store, row, rules))
        if given is not None:
            await keep(store, row, given)
            await judge_again(store, row, pack)
        return [str(path) for path in await write_report(store, row, pack, out, formats=(format,))]


async def status(db: str, *, as_json: bool) -> str:
    """The sweeps and how far each has come."""
    async with await Store.open(db, create=False) as store:
        rows = [await _state(store, row) for row in await store.list_sweeps()]
    if as_json:
        return json.dumps(rows, ensure_ascii=False)
    if not rows:
        return "还没有巡检。运行 sunsweep sweep seeds.yaml 开始第一次"
    names = {"running": "进行中", "done": "已完成", "abandoned": "已放弃", "interrupted": "已中断"}
    return "\n".join(
        f"{row['id']}  {names[row['state']]}  单位 {row['units_done']}/{row['units']}  页面 {row['pages']}"
        f"  待访问 {row['waiting']}  基准日 {row['as_of']}  清单 {row['seeds']}"
        for row in rows
    )


async def _state(store: Store, row: SweepRow) -> dict[str, Any]:
    units = await store.units(row.id)
    counts = await store.frontier_counts(row.id)
    return {
        "id": row.id,
        "state": str(row.state),
        "started_at": row.started_at.isoformat(),
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
        "as_of": row.as_of.isoformat(),
        "packs": list(row.packs),
        "seeds": row.seeds_file,
        "units": len(units),
        "units_done": sum(unit.stage in ("done", "judged") for unit in units),
        "pages": sum(unit.get("done", 0) for unit in counts.values()),
        "waiting": sum(unit.get("waiting", 0) + unit.get("chosen", 0) for unit in counts.values()),
    }


async def outcome_of(store: Store, row: SweepRow, pack: str) -> Outcome:
    return Outcome(failed_checks(await store.failed(row.id, pack)), await store.scores(row.id, pack))


def command_line(argv: Sequence[str]) -> str:
    """The command to go on with; `--new` would start over and is left out."""
    return shlex.join(["sunsweep", *(word for word in argv[1:] if word != "--new")])


async def demo(out: Path, *, seed: int, as_of: date | None) -> None:
    """The demo city on loopback: serve, sweep into a store of its own, print, report."""
    day = as_of or datetime.now(CHINA).date()
    city = build_city(seed=seed, as_of=day)
    await asyncio.to_thread(out.mkdir, parents=True, exist_ok=True)
    async with _served(city) as port:
        seeds = parse_seeds(city.seeds_yaml(port), "示例城市")
        chosen = plan(seeds, as_of=day, seed=seed)
        db = f"sqlite:///{out / 'demo.db'}"
        async with await Store.open(db) as store:
            options = RunOptions(db=db, new=True, timing=DEMO_TIMING, reread=True)
            row = await run_sweep(chosen, store, options)
            await print_sweep(store, row, chosen.packs)
            for path in await write_report(store, row, chosen.packs[0], out):
                print(path)


@asynccontextmanager
async def _served(city: City) -> AsyncIterator[int]:
    """At one port, where it is free: then a second demo finds the same addresses, and shows what changed."""
    async with AsyncExitStack() as stack:
        try:
            port = await stack.enter_async_context(city.serve(DEMO_PORT))
        except OSError:
            port = await stack.enter_async_context(city.serve())
        yield port


DEMO_PORT = 28017
# A self-check is run by the unit while it looks on: it need not wait for a restart to end.
CHECK_TIMING = Timing(settle_after=20.0)
DEMO_TIMING = Timing(confirm_after=1.0, settle_after=2.0, offline_pause=1.0, offline_patience=20.0)
