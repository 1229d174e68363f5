"""How does a host answer for what is not there? Two invented names in different folders tell.

A host without a real 404 has one page for all missing names; links that open it are wrong. Source:
lessons of soft 404 detectors: two names, asked again later, never held against a home page.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable

from crawler.keeping.targets import Look
from crawler.model import Outcome
from probes.base import Net
from probes.link_verdicts import in_common, speaks_for_missing


async def learn_missing(
    net: Net, origins: Iterable[str], seed: int, *, again: bool = False
) -> dict[str, Look]:
    """Each host's page for missing names, where two invented names in different folders get the same one.
    Hosts that say 404 are asked once only."""
    found: dict[str, Look] = {}

    async def learn(host: str) -> None:
        names = invented(host, seed)
        one = await net.look(names[0], again=again)
        if not speaks_for_missing(one):
            return
        two = await net.look(names[1], again=again)
        if not speaks_for_missing(two):
            return
        told = in_common(one, two)
        root = await net.look(f"{host}/", again=again) if told else None
        # A host that answers everything with its home page may be an app that reads the address by script.
        if root is not None and root.outcome is Outcome.OK and root.print != told:
            found[host] = one.model_copy(update={"print": told})

    async with asyncio.TaskGroup() as group:
        for host in origins:
            group.create_task(learn(host), name=f"missing names of {host}")
    return found


def invented(host: str, seed: int) -> tuple[str, str]:
    """Two URLs in different folders that nobody has published; the same for one seed."""
    names = [hashlib.sha256(f"links {seed} {host} {n}".encode()).hexdigest() for n in range(2)]
    return f"{host}/{names[0][:12]}.html", f"{host}/{names[1][:8]}/{names[1][8:20]}.html"
