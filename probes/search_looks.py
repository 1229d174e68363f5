"""Uses the site search as a citizen would: types a published title, reads the first page of results.

`gather` asks for an invented title first (what stands on every result page proves nothing), then for each
drawn title; `confirm` asks again later for what was missed, also without brackets. Forms are sent as they
stand, shells of known engines by their own request; what that leaves open goes to the browser.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from crawler.markup.page import Page
from crawler.model import Fetched, Frozen, Request
from crawler.search.engines import Row
from crawler.search.results import (
    Likeness,
    Wanted,
    fold,
    likeness,
    may_be_filled,
    one_family,
    refuses,
    same_article,
    says_nothing_found,
    wrapped,
)
from crawler.search.search_forms import find_search
from probes.base import Evidence, Net, PortalState, Reason
from probes.search_ask import (
    Answer,
    Box,
    FormWay,
    Way,
    box_of,
    invented_found,
    own_rows,
    readable,
    settle_on,
)
from probes.search_browser import BrowserWay
from probes.search_draw import Drawn, draw, enough, invented_title

MAX_FORMS = 3  # of a page; the portal's own search is among the first
FOLLOWED = 3  # result links followed per question
_BRACKETS = re.compile(r"[〔〕\[\]()（）【】《》<>〈〉“”\"'‘’「」]")


class Entrance(Frozen):
    """How home can be searched from. `link`: address of a search page that is only linked."""

    kind: str  # form | script | none
    boxes: tuple[Box, ...] = ()
    link: str | None = None


class State(StrEnum):
    """What one question showed."""

    ADDRESS = "address"  # the article's own address is among the results
    TITLE = "title"  # its title is
    MISSED = "missed"  # the results could be read, and it is not among them
    UNCLEAR = "unclear"  # see `why`


HIT = frozenset({State.ADDRESS, State.TITLE})


class Asked(Frozen):
    """One question and its answer. `results`: links only this answer has; `total`: as the page says."""

    words: str
    state: State
    why: Reason | None = None  # of UNCLEAR
    results: int = 0
    total: int | None = None
    seconds: float = 0.0


class Sample(Frozen):
    """One drawn article and what the questions for it showed, first look and later one."""

    article: Drawn
    first: Asked | None = None
    again: tuple[Asked, ...] = ()


class Searched(Frozen):
    """All that was asked, at the way in that showed most. `trouble`: why nothing could be asked at all."""

    samples: tuple[Sample, ...] = ()
    box: Box | None = None  # None: the browser
    referer: str = ""
    engine: str = ""  # a name of crawler.search.engines, "form" or "browser"
    readable: bool = False  # results reach us this way
    invented: tuple[bool, ...] = ()  # was an invented title "found", first and later look
    trouble: Reason | None = None


async def gather(evidence: Evidence[Entrance], net: Net) -> Searched:
    if evidence.context.portal is not PortalState.OPEN or evidence.home is None:
        return Searched()
    drawn = draw(evidence.visited, evidence.context.as_of, evidence.context.seed)
    samples = tuple(Sample(article=one) for one in drawn)
    if not enough(drawn):
        return Searched(samples=samples, trouble=Reason.TOO_FEW_SAMPLES)
    words = invented_title(evidence.context.seed, 1)
    best: Searched | None = None
    for form in await _forms(evidence, net):
        way, blank = await settle_on(form, words)
        searched = await _round(way, blank, samples, evidence, net)
        searched = searched.model_copy(update={"box": form.box, "referer": form.referer})
        best = searched if best is None else max(best, searched, key=_worth)
        if _worth(best)[0] == len(samples):
            return best
    if best is not None and _worth(best)[1] == len(samples):
        return best
    return await _by_browser(best, samples, evidence, net)


def _worth(searched: Searched) -> tuple[int, int]:
    """Titles found, titles decided."""
    states = [one.first.state for one in searched.samples if one.first is not None]
    return sum(state in HIT for state in states), sum(state is not State.UNCLEAR for state in states)


async def _by_browser(
    best: Searched | None, samples: Sequence[Sample], evidence: Evidence[Entrance], net: Net
) -> Searched:
    """For what a plain request left open; what that had shown stands where the browser shows no more."""
    way = _browser(evidence, net)
    blank = await way.ask(invented_title(evidence.context.seed, 1))
    why = blank.why
    if why in (Reason.BROWSER_MISSING, Reason.BROWSER_FAILED, Reason.BUDGET):
        return Searched(samples=tuple(samples), trouble=why) if best is None else _without_browser(best, why)
    searched = await _round(way, blank, samples, evidence, net)
    searched = searched.model_copy(update={"referer": way.pages[0]})
    if best is None or _worth(searched) >= _worth(best):
        return searched
    return _without_browser(best, why or Reason.UNREADABLE)


def _without_browser(searched: Searched, why: Reason | None) -> Searched:
    """What only a browser could have told stays open for the browser's reason."""

    def told(one: Sample) -> Sample:
        if one.first is None or one.first.why is not Reason.BROWSER_MISSING:
            return one
        return one.model_copy(update={"first": one.first.model_copy(update={"why": why})})

    return searched.model_copy(update={"samples": tuple(told(one) for one in searched.samples)})


async def _forms(evidence: Evidence[Entrance], net: Net) -> list[FormWay]:
    """The ways in that need no browser: home's forms, else those of the search page it links to."""
    home = evidence.home
    assert home is not None
    seen = home.data
    if seen.boxes or seen.link is None:
        return [FormWay(net, box, home.facts.final_url) for box in seen.boxes[:MAX_FORMS]]
    fetched = await net.once(Request(seen.link, referer=home.facts.final_url))
    if not fetched.ok:
        return []
    page = Page.of(fetched)
    boxes = [box_of(form, page.charset) for form in find_search(page).forms]
    return [FormWay(net, box, page.url) for box in boxes if box is not None][:MAX_FORMS]


def _browser(evidence: Evidence[Entrance], net: Net) -> BrowserWay:
    home = evidence.home
    assert home is not None
    pages = [home.facts.final_url, *([home.data.link] if home.data.link else [])]
    return BrowserWay(net, tuple(page for page in pages if page.startswith(("http://", "https://"))))


async def _round(
    way: Way, blank: Answer, samples: Sequence[Sample], evidence: Evidence[Entrance], net: Net
) -> Searched:
    """One question per title at one way in."""
    titles = [one.article.title for one in samples]
    answers = [await way.ask(title) for title in titles]
    looks = [
        await _look(one.article, answer, blank, net) for one, answer in zip(samples, answers, strict=True)
    ]
    # What is sent by our own guess (an engine's request, a scripted form) proves nothing by silence.
    hits = any(look.state in HIT for look in looks)
    reads = hits or (way.faithful and readable(answers, blank, titles))
    portal = evidence.unit.portal or ""
    return Searched(
        samples=tuple(
            one.model_copy(update={"first": _believed(look, answer, way, reads)})
            for one, answer, look in zip(samples, answers, looks, strict=True)
        ),
        engine=way.name,
        readable=reads,
        invented=(invented_found(invented_title(evidence.context.seed, 1), blank, portal),),
    )


async def _look(article: Drawn, answer: Answer, blank: Answer, net: Net) -> Asked:
    """What the answer to one title shows, taken at its word."""
    own = own_rows(answer, blank)
    state, why = await _state(article, answer, blank, own, net)
    return Asked(
        words=article.title,
        state=state,
        why=why,
        results=len(own),
        total=answer.found.total,
        seconds=round(answer.seconds, 3),
    )


def _believed(asked: Asked, answer: Answer, way: Way, reads: bool) -> Asked:
    """A miss counts only where results reach us this way, or where "none" is said and can be believed."""
    restless = isinstance(way, BrowserWay) and not answer.rendered  # results may still have been on their way
    if asked.state is not State.MISSED or (not restless and (reads or _nothing(answer, way))):
        return asked
    why = Reason.UNREADABLE if isinstance(way, BrowserWay) else Reason.BROWSER_MISSING
    return asked.model_copy(update={"state": State.UNCLEAR, "why": why})


def _nothing(answer: Answer, way: Way) -> bool:
    """Whether "no results" can be believed where no question brought any: if we asked as a visitor does."""
    if answer.page is None or answer.data or not way.faithful or not says_nothing_found(answer.text):
        return False
    return answer.rendered or not may_be_filled(answer.page)


async def _state(
    article: Drawn, answer: Answer, blank: Answer, own: Sequence[Row], net: Net
) -> tuple[State, Reason | None]:
    """A miss here is one as far as the answer goes; whether it can be believed is asked elsewhere."""
    if answer.page is None:
        return State.UNCLEAR, answer.why
    wanted = Wanted(article.title, (article.url, article.final_url))
    found = await _among(own, wanted, blank, answer, net)
    if found is not None:
        return found, None
    if any(likeness(row, wanted) is not Likeness.NONE for row in answer.found.rows):
        # On the page, but on the invented title's page, too, or behind a link that would not open.
        return State.UNCLEAR, Reason.SUSPECTED
    if refuses(answer.text):
        return State.UNCLEAR, Reason.BLOCKED
    if blank.page is None:
        return State.UNCLEAR, blank.why
    if answer.data and not answer.found.rows and answer.found.total:
        return State.UNCLEAR, Reason.UNREADABLE
    if _shown_otherwise(answer.text, article.title):
        return State.UNCLEAR, Reason.UNREADABLE
    return State.MISSED, None


def _shown_otherwise(text: str, title: str) -> bool:
    """A line of the page that is the title and no repetition of the question: shown, though not as a link."""
    folded = fold(title)
    return any(fold(line).startswith(folded) for line in text.split("\n"))


async def _among(
    rows: Sequence[Row], wanted: Wanted, blank: Answer, answer: Answer, net: Net
) -> State | None:
    """Is it there: by address, by title on a host of the family, or behind a redirecting link."""
    kinds = [(row, likeness(row, wanted)) for row in rows]
    if _addressed(answer, wanted) > _addressed(blank, wanted):
        return State.ADDRESS
    article = wanted.addresses[0]
    titled = Wanted(wanted.title)
    for row in rows:
        if likeness(row, titled) is Likeness.TITLE and (
            row.url is None or one_family(wrapped(row.url) or row.url, article)
        ):
            return State.TITLE
    behind = [row for row, kind in kinds if kind is not Likeness.NONE and row.url is not None]
    for row in behind[:FOLLOWED]:
        state = _landed(await net.once(Request(row.url or "", body_wanted=False)), wanted)
        if state is not None:
            return state
    return None


def _addressed(answer: Answer, wanted: Wanted) -> int:
    """How many links of the page lead to the article: more than on any result page makes it a result."""
    return sum(likeness(row, wanted) is Likeness.ADDRESS for row in answer.found.rows)


def _landed(fetched: Fetched, wanted: Wanted) -> State | None:
    """Where a redirecting result link ends."""
    if any(same_article(fetched.final_url, address) for address in wanted.addresses):
        return State.ADDRESS
    if not fetched.ok or not one_family(fetched.final_url, wanted.addresses[0]):
        return None
    return State.TITLE if fold(wanted.title) in fold(Page.of(fetched).title) else None


def unsettled(searched: Searched) -> bool:
    """Whether a title was missed, or an invented one found."""
    return any(searched.invented) or any(_missed(one) for one in searched.samples)


def _missed(sample: Sample) -> bool:
    return sample.first is not None and sample.first.state is State.MISSED


async def confirm(evidence: Evidence[Entrance], net: Net) -> Searched:
    """Asks again, later and on fresh connections, for what was missed: as it is, then without brackets."""
    searched = evidence.gathered
    assert isinstance(searched, Searched)
    if evidence.home is None or not searched.engine:
        return searched
    words = invented_title(evidence.context.seed, 2)
    way: Way
    if searched.box is not None:
        way, blank = await settle_on(FormWay(net, searched.box, searched.referer), words)
    else:
        way = _browser(evidence, net)
        blank = await way.ask(words)
    twice = invented_found(words, blank, evidence.unit.portal or "")
    samples = [
        await _again(one, way, blank, searched.readable, net) if _missed(one) else one
        for one in searched.samples
    ]
    return searched.model_copy(update={"samples": tuple(samples), "invented": (*searched.invented, twice)})


async def _again(sample: Sample, way: Way, blank: Answer, reads: bool, net: Net) -> Sample:
    title = sample.article.title
    bare = " ".join(_BRACKETS.sub(" ", title).split())
    asked: list[Asked] = []
    for words in dict.fromkeys((title, bare)):
        answer = await way.ask(words, fresh=True)
        seen = _believed(await _look(sample.article, answer, blank, net), answer, way, reads)
        asked.append(seen.model_copy(update={"words": words}))
        if seen.state in HIT:
            break
    return sample.model_copy(update={"again": tuple(asked)})
