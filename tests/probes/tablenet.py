"""A net for probes that answers from a table and notes what it was asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from crawler.browser.tab import Rendered, Task, Trouble
from crawler.keeping.targets import Look, look_of
from crawler.model import Family, Fetched, Outcome, Request, Resolved

T = TypeVar("T")
Answers = Mapping[str, str | bytes | Callable[[Request], str]]


class TableNet:
    """Pages (text) and files (bytes) by URL; what is not listed is `otherwise`. There is no browser."""

    def __init__(
        self, answers: Answers, *, otherwise: tuple[Outcome, int | None] = (Outcome.GONE, 404)
    ) -> None:
        self.answers = answers
        self.otherwise = otherwise
        self.asked: list[Request] = []

    @property
    def urls(self) -> list[str]:
        """The addresses asked for, in order."""
        return [request.url for request in self.asked]

    async def fetch(self, request: Request) -> Fetched:
        self.asked.append(request)
        answer = self.answers.get(request.url)
        if answer is None:
            return Fetched(request.url, request.url, *self.otherwise)
        body = answer(request) if callable(answer) else answer
        kind = "text/html; charset=utf-8" if isinstance(body, str) else "application/octet-stream"
        data = body.encode() if isinstance(body, str) else body
        return Fetched(request.url, request.url, Outcome.OK, 200, {"content-type": kind}, data)

    async def once(self, request: Request) -> Fetched:
        return await self.fetch(request)

    async def resolve(self, host: str, family: Family) -> Resolved:
        return Resolved(Outcome.OK, ("127.0.0.1",))

    async def online(self, family: Family = Family.ANY) -> bool:
        return True

    async def look(self, url: str, *, again: bool = False) -> Look:
        return look_of(await self.fetch(Request(url, fresh=again)))

    async def browse(self, task: Task[T], *, seconds: float = 120.0) -> T | Trouble:
        return Trouble.MISSING

    async def render(self, url: str) -> Rendered | Trouble:
        return Trouble.MISSING
