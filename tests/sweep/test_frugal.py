"""No request is sent twice that the cache or what was already seen could spare, by the server's own log."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from crawler.urls import parse
from storage.repo import Store
from tests.sweep.cities import serve, sweep

# Why a URL may be asked for more than once: later looks, the other address family, a whole file instead of
# its first bytes, a query typed again.
WHOLE = ("privacy", "decision", "meeting", "interpretation", "guide", "sections")  # attachments
AGAIN = ("confirm", "ipv6", "search_titles", "canary", *WHOLE)


async def test_nothing_is_asked_twice_without_a_reason(tmp_path: Path) -> None:
    db = f"sqlite:///{tmp_path}/frugal.db"
    async with serve() as city:
        await sweep(city.seeds("gaoxin"), db)
        log = Counter((asked.host, asked.target) for asked in city.city.log if asked.method == "GET")
        heads = [asked for asked in city.city.log if asked.method == "HEAD"]
    async with await Store.open(db) as store:
        row = await store.get("latest")
        attempts = await (await store.unit(row.id, "gaoxin")).attempts()
    why: dict[tuple[str, str], list[str]] = {}
    for attempt in attempts:
        place = parse(attempt.url)
        assert place is not None
        why.setdefault((place.host, place.path), []).append(attempt.purpose)
    assert heads == []
    assert sum(log.values()) > 100
    twice = {
        target: why.get(target)
        for target, number in log.items()
        if number > 1 + sum(any(word in reason for word in AGAIN) for reason in why.get(target, []))
    }
    assert twice == {}
