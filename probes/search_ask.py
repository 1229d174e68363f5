"""One question at a site search and its answer, without a browser: a form, or the engine behind its shell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import unquote, urlsplit

from crawler.markup.page import Page
from crawler.model import Frozen, Outcome, Request
from crawler.search.engines import Engine, Found, Row, Values, ask_form, engine_of
from crawler.search.results import Likeness, Wanted, fold, likeness, one_family, read_rows, relevant, wrapped
from crawler.search.search_forms import SearchForm
from probes.base import Net, Reason

_REASONS = {
    Outcome.ROBOTS: Reason.ROBOTS,
    Outcome.OWN_NETWORK: Reason.OWN_NETWORK,
    Outcome.UNROUTED: Reason.OWN_NETWORK,
    Outcome.DNS_FAILED: Reason.OWN_NETWORK,
    Outcome.BUDGET: Reason.BUDGET,
    Outcome.WALL: Reason.BLOCKED,
    Outcome.DENIED: Reason.BLOCKED,
    Outcome.LIMITED: Reason.BLOCKED,
}
_NO_ROWS = Found(())


class Box(Frozen):
    """A search form as a browser would send it."""

    action: str  # absolute URL
    method: str  # get | post
    field: str
    hidden: tuple[tuple[str, str], ...] = ()
    charset: str = "utf-8"
    scripted: bool = False  # a script has a hand in sending it, so what we send may differ


@dataclass(frozen=True, slots=True)
class Answer:
    """A first result page as read. `page` None: it could not be, for `why`."""

    asked: str  # URL of the result page
    page: Page | None = None
    text: str = ""  # what a person sees
    found: Found = _NO_ROWS
    data: bool = False  # an engine's data, complete as it stands
    rendered: bool = False  # read in the browser, complete as it stands
    why: Reason | None = None
    seconds: float = 0.0


class Way(Protocol):
    """One way in."""

    @property
    def name(self) -> str: ...

    @property
    def faithful(self) -> bool:
        """Whether what is sent is surely what a visitor's browser sends."""
        ...

    async def ask(self, words: str, *, fresh: bool = False) -> Answer: ...


@dataclass(frozen=True, slots=True)
class FormWay:
    """A form of the site, or the known engine whose shell answers it."""

    net: Net
    box: Box
    referer: str
    engine: Engine | None = None
    shell: Page | None = None
    values: Values | None = None

    @property
    def name(self) -> str:
        return self.engine.name if self.engine is not None else "form"

    @property
    def faithful(self) -> bool:
        return self.engine is None and not self.box.scripted

    def request(self, words: str) -> Request:
        if self.engine is not None and self.shell is not None:
            return self.engine.ask(self.shell, self.values or {}, words)
        pairs = [*self.box.hidden, (self.box.field, words)]
        return ask_form(self.box.action, self.box.method, pairs, self.box.charset, referer=self.referer)

    async def ask(self, words: str, *, fresh: bool = False) -> Answer:
        request = self.request(words)._replace(fresh=fresh)
        fetched = await self.net.fetch(request)
        if not fetched.ok:
            why = _REASONS.get(fetched.outcome, Reason.SUSPECTED)
            return Answer(request.url, why=why, seconds=fetched.seconds)
        page = Page.of(fetched)
        if self.engine is not None and self.engine.read is not None:
            told = self.engine.read(page)
            if told is None:
                return Answer(request.url, why=Reason.UNREADABLE, seconds=fetched.seconds)
            return Answer(request.url, page, "", told, data=True, seconds=fetched.seconds)
        return Answer(request.url, page, page.text, read_rows(page), seconds=fetched.seconds)


async def settle_on(way: FormWay, words: str) -> tuple[FormWay, Answer]:
    """The first question; where its answer is the shell of a known engine, that engine from then on."""
    answer = await way.ask(words)
    known = engine_of(answer.page) if answer.page is not None else None
    if known is None:
        return way, answer
    engine, values = known
    behind = replace(way, engine=engine, shell=answer.page, values=values)
    told = await behind.ask(words)
    return (behind, told) if told.page is not None else (way, answer)


def box_of(form: SearchForm, charset: str) -> Box | None:
    """A form that can be sent without its script; None where it has no named field or no web address."""
    if not form.field or not form.action.startswith(("http://", "https://")):
        return None
    return Box(
        action=form.action,
        method=form.method,
        field=form.field,
        hidden=form.hidden,
        charset=form.charset or charset,
        scripted=form.scripted,
    )


def own_rows(answer: Answer, blank: Answer) -> list[Row]:
    """The rows that the answer to an invented title has not; links of the search page to itself are none."""
    furniture = Counter(_row_key(row) for row in blank.found.rows)
    own = []
    for row in answer.found.rows:
        key = _row_key(row)
        if furniture[key]:
            furniture[key] -= 1
        elif answer.data or wrapped(row.url) or not _itself(row.url, answer.asked):
            own.append(row)
    return own


def _row_key(row: Row) -> tuple[str, str]:
    return row.url or "", fold(row.titles[0])


def _itself(url: str | None, asked: str) -> bool:
    one, other = urlsplit(url or ""), urlsplit(asked)
    return (one.netloc, one.path) == (other.netloc, other.path)


def readable(answers: Sequence[Answer], blank: Answer, titles: Sequence[str]) -> bool:
    """Whether results reach us this way at all: some answer has rows of its own on its matter."""
    return any(
        any(relevant(row, title) for row in own_rows(answer, blank))
        for answer, title in zip(answers, titles, strict=True)
    )


def invented_found(words: str, answer: Answer, portal: str) -> bool:
    """Whether a title that nobody has published is shown as a result of the portal.

    Links that only repeat the question (related searches, other engines) are no results.
    """
    wanted = Wanted(words)
    return any(
        likeness(row, wanted) is Likeness.TITLE
        and row.url is not None
        and one_family(wrapped(row.url) or row.url, portal)
        and (answer.data or not _itself(row.url, answer.asked))
        and not _repeats(words, row.url)
        for row in answer.found.rows
    )


def _repeats(words: str, url: str) -> bool:
    parts = urlsplit(url)
    text = f"{parts.path}?{parts.query}"
    return any(fold(words) in fold(unquote(text, charset)) for charset in ("utf-8", "gb18030"))
