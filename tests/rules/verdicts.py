"""Results as probes give them."""

from __future__ import annotations

from typing import Any

from probes.base import Result, Verdict


def passed(check: str, **fields: Any) -> Result:
    return Result(check=check, verdict=Verdict.PASS, population=1, tested=1, **fields)


def failed(check: str, defects: int = 1, tested: int = 20, **fields: Any) -> Result:
    fields.setdefault("population", tested)
    return Result(check=check, verdict=Verdict.FAIL, defects=defects, tested=tested, **fields)
