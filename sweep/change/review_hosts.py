"""Which external hosts does a portal link to now that it did not in its last complete sweep?

For people to look at: a lapsed or bought domain shows as a new host first. Computed for the report from
stored results, so that judging stays a matter of one sweep.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from probes.tamper import HOSTS
from storage.repo import Store
from storage.values import SweepRow, SweepState

CHECK = "tamper.hidden_links"
LISTED, NEW = "external_hosts", "new_hosts"
EARLIER = 10  # sweeps looked back for one that saw the unit

Line = Mapping[str, Any]


async def with_new_hosts(store: Store, row: SweepRow, lines: Iterable[Line]) -> list[Line]:
    """The result lines, those on hidden links with `observed.new_hosts` where an earlier sweep can tell."""
    lines = list(lines)
    open_ones = {line["unit"] for line in lines if line["check"] == CHECK and LISTED in line["observed"]}
    before = await _before(store, row, open_ones)
    return [_told(line, before.get(line["unit"])) if line["check"] == CHECK else line for line in lines]


def _told(line: Line, before: frozenset[str] | None) -> Line:
    hosts = line["observed"].get(LISTED)
    if before is None or hosts is None:
        return line
    return {**line, "observed": {**line["observed"], NEW: sorted(set(hosts) - before)}}


async def _before(store: Store, row: SweepRow, units: Iterable[str]) -> dict[str, frozenset[str]]:
    """The hosts of each unit's newest earlier whole sweep; none where the list was cut or nothing read."""
    wanted = set(units)
    found: dict[str, frozenset[str]] = {}
    rows = [one for one in await store.list_sweeps() if one.state is SweepState.DONE and not one.is_recheck]
    earlier = sorted(
        (one for one in rows if (one.started_at, one.id) < (row.started_at, row.id)),
        key=lambda one: (one.started_at, one.id),
        reverse=True,
    )
    for one in earlier[:EARLIER]:
        packs = await store.judged_packs(one.id)
        if not wanted or not packs:
            continue
        for line in await store.results(one.id, sorted(packs)[0]):
            hosts = line["observed"].get(LISTED) if line["check"] == CHECK else None
            if line["unit"] in wanted and hosts is not None and line["population"]:
                wanted.discard(line["unit"])
                if len(hosts) < HOSTS:
                    found[line["unit"]] = frozenset(hosts)
    return found
