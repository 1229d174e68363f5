"""One HTML page, parsed once, and what a person would see on it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser

from crawler.model import Fetched


class Page:
    """A fetched page. Everything is read lazily from one lexbor tree; nothing here does I/O.

    `includes` maps absolute URLs of same-host scripts, frames and data answers that belong to the page
    to their text; without them the page still reads, only less complete.
    """

    def __init__(
        self,
        url: str,
        body: bytes,
        *,
        content_type: str = "",
        status: int = 200,
        is_home: bool = False,
        includes: Mapping[str, str] | None = None,
    ) -> None:
        self.url = url
        self.status = status
        self.is_home = is_home
        self.includes: Mapping[str, str] = includes or {}
        self.html = body.decode("utf-8", "replace")
        self.charset = "utf-8"

    @classmethod
    def of(cls, fetched: Fetched, *, is_home: bool = False, includes: Mapping[str, str] | None = None) -> Page:
        return cls(
            fetched.final_url,
            fetched.body,
            content_type=fetched.headers.get("content-type", ""),
            status=fetched.status or 200,
            is_home=is_home,
            includes=includes,
        )

    @cached_property
    def tree(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.html)
