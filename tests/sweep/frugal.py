"""Which requests of a sweep were needless, by the server's own log."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from crawler.frontier import Attempt
from crawler.model import Outcome
from crawler.urls import join, parse
from demo.server import Logged

_CANARY = "canary.example.cn"
Place = tuple[str, str]  # host and target, as the server logs them


def needless(log: Iterable[Logged], attempts: Iterable[Attempt]) -> dict[Place, list[str]]:
    """GETs beyond the first of each address that neither a second look, nor the other address family, nor a
    failure accounts for; with the purposes of all that were made.

    Where connections are cut, the transport may have tried the other address by itself.
    """
    gets = [line for line in log if line.method == "GET" and line.host != _CANARY]
    onward = {(line.host, line.target): line.location for line in gets if line.location}
    made: dict[Place, list[Attempt]] = defaultdict(list)
    accounted: Counter[Place] = Counter()
    for attempt in attempts:
        made[_place(attempt.url)].append(attempt)
        if _had_to(attempt):
            accounted.update(_way(_place(attempt.url), onward))
    return {
        place: [f"{attempt.purpose} {attempt.outcome}" for attempt in made[place]]
        for place, number in Counter((line.host, line.target) for line in gets).items()
        if number > 1 + accounted[place] and all(one.outcome is not Outcome.RESET for one in made[place])
    }


def _had_to(attempt: Attempt) -> bool:
    """Whether it is made besides the one that counts as reading the address: for proof, or in vain."""
    later = attempt.purpose.endswith("confirm")
    in_vain = attempt.outcome not in (Outcome.OK, Outcome.GONE)
    return later or in_vain or attempt.purpose == "ipv6"


def _way(place: Place, onward: Mapping[Place, str]) -> Iterator[Place]:
    """The address and those it sends on to."""
    seen: set[Place] = set()
    while place not in seen:
        yield place
        seen.add(place)
        if place not in onward:
            return
        place = _place(join(f"http://{place[0]}{place[1]}", onward[place]) or "")


def _place(url: str) -> Place:
    target = parse(url)
    assert target is not None, url
    return target.host, target.path
