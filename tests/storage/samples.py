"""Values that the storage tests store."""

from __future__ import annotations

from datetime import date

from crawler.frontier import Attempt, Candidate, Visit
from crawler.model import Outcome, PageFacts, PageKind, Period, Role, Unit, UnitKind
from storage.values import SweepPlan


def plan(*unit_ids: str, key: str = "k") -> SweepPlan:
    return SweepPlan(
        key=key,
        as_of=date(2026, 11, 22),
        period=Period(start=date(2026, 1, 1), end=date(2026, 12, 31)),
        units=tuple(Unit(id=name, name=f"{name}人民政府", kind=UnitKind.COUNTY) for name in unit_ids),
        packs=("jilin-2021",),
        seeds_file="seeds.yaml",
        seeds_hash="abc",
        tool_version="0.1.0",
        options={"probe_cloaking": False},
    )


def candidate(key: str, level: int = 1, order: str = "a", **more: object) -> Candidate:
    fields: dict[str, object] = {
        "key": key,
        "url": f"http://a.gov.cn/{key}",
        "level": level,
        "order": order,
        "depth": 1,
        "role": Role.COLUMN,
    }
    return Candidate(**{**fields, **more})  # type: ignore[arg-type]


def attempt(url: str = "http://a.gov.cn/", purpose: str = "walk") -> Attempt:
    return Attempt(
        url, "GET", purpose, Outcome.OK, 200, "2026-11-22T12:53:01+00:00", 0.25, "192.0.2.1", 22_000, None
    )


def facts(key: str, **more: object) -> PageFacts:
    fields: dict[str, object] = {
        "url": f"http://a.gov.cn/{key}",
        "final_url": f"http://a.gov.cn/{key}",
        "role": Role.COLUMN,
        "kind": PageKind.COLUMN,
        "depth": 1,
        "outcome": Outcome.OK,
        "status": 200,
    }
    return PageFacts(**{**fields, **more})  # type: ignore[arg-type]


def visit(key: str, **more: object) -> Visit:
    fields: dict[str, object] = {
        "key": key,
        "facts": facts(key),
        "evidence": {"footer": f'{{"page":"{key}"}}'},
        "attempts": (attempt(f"http://a.gov.cn/{key}"),),
    }
    return Visit(**{**fields, **more})  # type: ignore[arg-type]
