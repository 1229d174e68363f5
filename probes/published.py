"""What the checks of published content share: the words of published.yaml, whose paper it is, likeness.

Source: docs/method.md, Dates, samples, period.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from random import Random
from typing import Any, TypeVar

from rapidfuzz.distance import LCSseq

from crawler.lists.rows import find_rows
from crawler.markup.page import Page
from crawler.markup.pieces import filled_by_script
from crawler.model import Frozen, Outcome, PageFacts, Unit, UnitKind
from crawler.papers.documents import core_of_title
from crawler.shipped import table
from probes.base import Evidence
from probes.lexicon import best_section

SAMPLE = 20  # assumed
SHORTEST_CORE = 6  # characters; a shorter name (办法) may be anybody's


class ConsultationWords(Frozen):
    """How consultations, their channels and results are worded."""

    excluded: tuple[str, ...]
    draft: tuple[str, ...]
    explained: tuple[str, ...]
    way: tuple[str, ...]
    beyond_site: tuple[str, ...]
    adoption: tuple[str, ...]
    refused: str
    none_refused: str
    reasons: tuple[str, ...]
    result_link: tuple[str, ...]


class MeetingWords(Frozen):
    """Words that tell of a live or replay form."""

    replay: tuple[str, ...]


class InterpretationWords(Frozen):
    """Forms and voices of interpretations, and the labels before linked papers."""

    label: tuple[str, ...]
    voices: Mapping[str, str]
    forms: Mapping[str, str]


class Named(Frozen):
    """Content that has to be found: patterns of titles by part. `enough`: parts that must be there."""

    title: str
    role: str
    enough: int
    parts: Mapping[str, str]
    optional: Mapping[str, str] = {}
    about: str = ""  # a title has to name one of these as well
    standing: bool = False  # of any year


class NewMediaWords(Frozen):
    """Platforms of accounts, and the words for them."""

    hosts: tuple[str, ...]
    words: tuple[str, ...]


class MismatchWords(Frozen):
    """Columns in which reports of events are out of place; names of columns for the unit's own level."""

    sections: tuple[str, ...]
    own_level: str


class Words(Frozen):
    """All of published.yaml."""

    important: tuple[str, ...]
    regulatory_number: str
    exempt: tuple[str, ...]
    above: str
    number_above: str
    consultation: ConsultationWords
    meeting: MeetingWords
    interpretation: InterpretationWords
    named_hint: str  # no title without one of these is of any part
    named: Mapping[str, Named]
    new_media: NewMediaWords
    mismatch: MismatchWords


def _load() -> Words:
    data = table("probes", "published.yaml")
    data["consultation"]["excluded"] = data["consultation"].pop("not")
    return Words.model_validate(data)


WORDS = _load()
_ABOVE = re.compile(WORDS.above)
_NUMBER_ABOVE = re.compile(WORDS.number_above)
_REGULATORY = re.compile(WORDS.regulatory_number)
_OFFICE = re.compile(r"(?:人民政府(?:办公室|办公厅)?|管理委员会|管委会|办公室)$")
_PLACE = re.compile(
    r"^[\u4e00-\u9fa5]{1,8}?(?:自治州|自治县|市|县|区|州|盟|旗|镇|乡|省)(?=[\u4e00-\u9fa5]{2})"
)


def needs_interpretation(title: str, number: str) -> bool:
    """A paper whose form asks for an interpretation, and that is none of the exempt ones (assumed lists)."""
    if any(word in title for word in WORDS.exempt):
        return False
    return _REGULATORY.search(number) is not None or any(word in title for word in WORDS.important)


# -- whose paper


@lru_cache(maxsize=1024)
def names_of(unit_name: str) -> tuple[str, ...]:
    """How papers name a unit: 陆丰市人民政府 → 陆丰市; 阳光市财政局 → itself, 市财政局 and 财政局."""
    bare = _OFFICE.sub("", unit_name) or unit_name
    place = _PLACE.match(bare)
    if bare != unit_name or place is None:
        return (unit_name, bare)
    office = bare[place.end() :]
    return (bare, f"{place[0][-1]}{office}", office) if len(office) >= 3 else (bare,)


def is_own(
    unit: Unit, *, issuer: str = "", number: str = "", source: str = "", title: str = ""
) -> bool | None:
    """Is it the unit's own paper? None where nothing tells: then nobody is blamed for it.

    What the issuer or title says goes before the number, the number before the source a page names.
    """
    names = names_of(unit.name)
    said = issuer or title
    if issuer and not any(name in issuer for name in names):
        return False
    if any(name in said for name in names):
        return True
    if _said_above(title) or (number and _NUMBER_ABOVE.search(number) and number[0] not in unit.name):
        return False
    if number and number[0] in unit.name[:2] and unit.kind not in (UnitKind.DEPARTMENT, UnitKind.ENTERPRISE):
        return True
    if source and any(name in source for name in names):
        return True
    return False if source and _ABOVE.search(source) else None


def is_above(issuer: str, number: str, source: str, title: str) -> bool:
    """Does something say that it is the paper of a higher authority?"""
    told = _said_above(title) or any(_ABOVE.search(text) for text in (issuer, source) if text)
    return told or bool(number and _NUMBER_ABOVE.search(number))


def _said_above(title: str) -> bool:
    """The title, or the paper it names in 《》, begins with a higher authority."""
    return any(_ABOVE.search(text) for text in (title.lstrip("《“【[ "), *_NAMED.findall(title)))


_NAMED = re.compile(r"《([^《》]+)")


# -- likeness

_DIGITS = re.compile(r"\d+")


_FORM = re.compile(r"办法|细则|方案|措施|意见|规定|规划|清单|指南|计划|规则|条例|标准|目录|预案")
_SHARE = 0.75  # of the longer name the shorter must make up where it is only strewn over it (assumed)


def alike(one: str, other: str) -> bool:
    """Are two titles about one paper? Compares what they are about (`core_of_title`).

    A name may have signs more than the other (its place, 的), never others: 供水管理办法 is not 排水管理办法,
    though nine tenths alike. Numbers have to agree, and 实施细则 behind a name makes another paper of it.
    """
    first, second = core_of_title(one), core_of_title(other)
    if first == second:
        return len(first) >= SHORTEST_CORE
    short, long = sorted((first, second), key=len)
    if len(short) < SHORTEST_CORE:
        return False
    numbers = set(_DIGITS.findall(short)), set(_DIGITS.findall(long))
    if numbers[0] and numbers[1] and numbers[0] != numbers[1]:
        return False
    if len(short) >= SHORTEST_CORE + 2 and short in long:
        return _FORM.search(long.replace(short, "", 1)) is None
    strewn: int = LCSseq.similarity(short, long, score_cutoff=len(short))
    return strewn == len(short) and len(short) >= _SHARE * len(long)


_SCHEME = re.compile(r"^https?://(?:www\.)?", re.IGNORECASE)
_INDEX = re.compile(r"(?:index\.(?:s?html?|jsp|php))?$", re.IGNORECASE)


@lru_cache(maxsize=65536)
def same_page(url: str) -> str:
    """A form of an address in which two links to one page are equal: no scheme, www, index file."""
    return _INDEX.sub("", _SCHEME.sub("", url), count=1).rstrip("/")


# -- samples

T = TypeVar("T")


def drawn(items: Mapping[str, T], evidence: Evidence[Any], check: str, most: int = SAMPLE) -> dict[str, T]:
    """At most `most` of the items (by URL), drawn by the sweep's seed from the sorted URLs."""
    urls = sorted(items)
    if len(urls) > most:
        # not for secrets: the same seed must draw the same pages
        urls = sorted(Random(f"{evidence.context.seed}/{evidence.unit.id}/{check}").sample(urls, most))
    return {url: items[url] for url in urls}


def unread_column(page: Page, key: str) -> bool:
    """Is it a column for section `key` whose rows only a script could have put there?"""
    rows = find_rows(page)
    if any(row.url for row in rows.rows):
        return False
    match = best_section(page.meta.get("columnname", "") or _TITLE_END.split(page.title)[0], page.url)
    if match is None or match.key != key:
        return False
    return rows.needs_browser or filled_by_script(page) in ("shell", "template")


_TITLE_END = re.compile(r"[-_|｜—]")


def unshown_section(evidence: Evidence[Any], *keys: str) -> bool:
    """Is there a column for one of these sections whose rows only scripts bring that no browser has run?"""
    names = ((page.anchor, _TITLE_END.split(page.title)[0], page.final_url) for page in evidence.unshown)
    return any(
        match is not None and match.key in keys
        for anchor, title, url in names
        for match in (best_section(anchor, url), best_section(title))
    )


def unread_titles(visited: Iterable[PageFacts]) -> tuple[str, ...]:
    """Link texts of the pages that could not be read: what is missing may stand there."""
    return tuple(page.anchor for page in visited if page.anchor and not _read(page))


def _read(page: PageFacts) -> bool:
    return page.outcome is Outcome.OK and page.identified


def quote(text: str, words: Sequence[str] = (), around: int = 30) -> str:
    """A short piece of a text for a person to compare: around the first of the words, else its beginning."""
    flat = " ".join(text.split())
    for word in words:
        at = flat.find(word)
        if at >= 0:
            return flat[max(0, at - around) : at + len(word) + around]
    return flat[: 2 * around]
