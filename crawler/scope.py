"""Which URLs belong to a unit: its hosts or folders, less the folders of other units."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from crawler.model import Unit


class Scope:
    """URL prefixes without scheme, so that http and https are one site; `www.` and the bare name are too.

    A folder scope (`/swrsj/`) covers the folder and everything under it.
    """

    def __init__(self, prefixes: Iterable[str], exclude: Iterable[str] = ()) -> None:
        self._inside = tuple(dict.fromkeys(place_of(prefix) for prefix in prefixes))
        self._outside = tuple(dict.fromkeys(place_of(prefix) for prefix in exclude))

    @classmethod
    def of(cls, unit: Unit) -> Scope:
        return cls(unit.scope or ([unit.portal] if unit.portal else []), unit.exclude)

    def __contains__(self, url: str) -> bool:
        return self.holds(place_of(url))

    def holds(self, place: tuple[str, str]) -> bool:
        """The same for a host and path from `place_of`."""
        return _under(place, self._inside) and not (self._outside and _under(place, self._outside))


def site_host(url: str) -> str:
    """Host and port in lower case, a leading `www.` dropped; '' for what is no http(s) URL."""
    return place_of(url)[0]


@lru_cache(maxsize=100_000)  # links repeat on every page of a site
def place_of(url: str) -> tuple[str, str]:
    """Host (as `site_host` gives it) and path of a URL."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https"):
        return "", ""
    host = parts.netloc.rpartition("@")[2].lower()
    default = ":80" if parts.scheme == "http" else ":443"
    return host.removesuffix(default).removeprefix("www."), parts.path or "/"


def _under(place: tuple[str, str], prefixes: tuple[tuple[str, str], ...]) -> bool:
    host, path = place
    for inside_host, folder in prefixes:
        if host == inside_host and (path.startswith(folder) or f"{path}/" == folder):
            return True
    return False
