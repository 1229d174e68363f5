"""Which documents of a unit stand in its archive, by the addresses they were asked for and arrived at.

So nobody asks for one twice. Addresses are held as hashes (a portal may have 100,000 pages); who reads a
document back sees by itself whether it is the one.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from crawler.keeping.warc import Kept, read
from crawler.model import Fetched, Outcome

_LENGTH_BITS = 32


class Received:
    """Places in one file, and the documents that are still to be written."""

    def __init__(self) -> None:
        self._held: dict[str, Fetched] = {}
        self._places: dict[int, int] = {}  # hash of the address -> offset and length

    def hold(self, kept: Kept) -> None:
        """Remember what is archived next, if it is a document as its server sent it."""
        if kept.withheld is None and is_document(kept.key) and is_settled(kept.fetched):
            self._held |= dict.fromkeys(addresses(kept.fetched), kept.fetched)

    def written(self, kept: Kept, offset: int, length: int) -> None:
        """It stands in the file now."""
        for url in addresses(kept.fetched):
            if self._held.get(url) is kept.fetched:
                del self._held[url]
                self.place((url,), offset, length)

    def place(self, urls: Iterable[str], offset: int, length: int) -> None:
        """Of several under one address the last counts."""
        for url in urls:
            self._places[hash(url.partition("#")[0])] = offset << _LENGTH_BITS | length

    def __contains__(self, url: str) -> bool:
        return url in self._held or hash(url) in self._places

    def held(self, url: str) -> Fetched | None:
        return self._held.get(url)

    def forget(self, url: str) -> None:
        """It could not be read back, or cannot be given again."""
        self._places.pop(hash(url), None)

    def read_back(self, url: str, path: Path) -> Fetched | None:
        """From the file; None where something else stands there, or nothing that can be read."""
        place = self._places.get(hash(url))
        if place is None:
            return None
        try:
            with path.open("rb") as file:
                file.seek(place >> _LENGTH_BITS)
                member = file.read(place & (1 << _LENGTH_BITS) - 1)
        except OSError:
            return None  # then it is asked for again
        fetched = next(read(member), None)
        return fetched if fetched and is_settled(fetched) and url in addresses(fetched) else None


def is_document(key: str) -> bool:
    """Whether the key of an archived fetch (`crawler.keeping.archive.key_of`) is that of a plain GET."""
    return key.startswith("GET ")


def is_settled(fetched: Fetched) -> bool:
    """Whether asking again would bring the same: a whole page, or the word that there is none."""
    return fetched.outcome is Outcome.GONE or (fetched.status == 200 and fetched.ok and bool(fetched.body))


def addresses(fetched: Fetched) -> set[str]:
    """Where the same stands for whoever asks: where it was asked for, and where it was found."""
    found = (fetched.url,) if fetched.with_cookies else (fetched.url, fetched.final_url)
    return {url.partition("#")[0] for url in found}
