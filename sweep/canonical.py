"""The comparable form of results: two sweeps of an unchanged city with one seed give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

# ids, times, latencies and evidence refs: what differs between two honest sweeps of the same thing
_LEFT_OUT = frozenset({"sweep", "observed_at", "evidence", "latency", "seconds", "started_at", "window"})


def canonical_lines(lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """One JSON text per line, keys sorted, lines sorted."""
    return sorted(json.dumps(_bare(line), ensure_ascii=False, sort_keys=True) for line in lines)


def _bare(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _bare(item) for key, item in value.items() if key not in _LEFT_OUT}
    if isinstance(value, list | tuple):
        return [_bare(item) for item in value]
    return value
