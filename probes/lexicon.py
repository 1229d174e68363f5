"""Which required column is this? Names of sections, matched the way an evaluator reads a navigation bar.

A name decides: exactly the name 1.0, the name inside a short text 0.8. Where a link's text says nothing (as
更多), the folder's slug 0.5; a slug beside another name, or one that stands for several things, 0.3. From 0.5
on a column counts as found. Data in lexicon.yaml. Source: names seen on portals.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple, Self
from urllib.parse import urlsplit

import ahocorasick
from pydantic import Field, model_validator

from crawler.model import Frozen, UnitKind
from crawler.shipped import table

FOUND = 0.5  # confidence from which a column counts as found (assumed)
_EXACT, _CONTAINS, _SLUG, _HINT = 1.0, 0.8, 0.5, 0.3
_LONGEST_COLUMN_NAME = 24  # longer link texts are titles of articles
_LONGEST_WITH_PLACE = 6  # 走进 and a place name, a place name and 要闻
_COVERED = 0.4  # share of the text the name must make up to decide by containment
_GOVERNMENTS = frozenset({UnitKind.CITY, UnitKind.COUNTY, UnitKind.TOWN, UnitKind.ZONE})


class Rhythm(StrEnum):
    """What a section's content is asked for."""

    STANDING = "standing"  # no date wanted
    DATED = "dated"  # something in the period
    YEARLY = "yearly"  # the latest report that was due


class Due(Frozen):
    """By when the report of year Y must stand there, as MM-DD of Y+1."""

    government: str = Field(pattern=r"^\d\d-\d\d$")
    unit: str = Field(pattern=r"^\d\d-\d\d$")


class Section(Frozen):
    """One required section: how portals call it and what stands in it."""

    title: str
    rhythm: Rhythm
    names: tuple[str, ...] = Field(min_length=1)
    near: tuple[str, ...] = ()  # may be the section: enough for doubt, never for a pass
    slugs: tuple[str, ...] = ()
    excluded: tuple[str, ...] = Field(default=(), alias="not")
    begins: tuple[str, ...] = ()  # 走进…, 印象…: a short text that begins so
    ends: tuple[str, ...] = ()  # …概况, …要闻: a short text that ends so
    due: Due | None = None

    @model_validator(mode="after")
    def _due_when_yearly(self) -> Self:
        if (self.rhythm is Rhythm.YEARLY) != (self.due is not None):
            raise ValueError("yearly 栏目须写明 due，其他栏目不得写")
        return self


class Field26(Frozen):
    """A field (领域) of the grass-roots standard catalogue."""

    title: str
    names: tuple[str, ...] = Field(min_length=1)


class Catalogue(Frozen):
    """How the grass-roots standard catalogue is called, and the heads of its table."""

    names: tuple[str, ...]
    slugs: tuple[str, ...]
    head: tuple[str, ...]


class ColumnKind(Frozen):
    """How long a kind of column may stay without anything new."""

    id: str
    title: str
    sections: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    days: int | None = None
    months: int | None = None
    fault: bool  # over the limit is a defect; else only a warning
    assumed: bool

    @model_validator(mode="after")
    def _one_limit(self) -> Self:
        if (self.days is None) == (self.months is None):
            raise ValueError("days 与 months 须且只能写一个")
        return self

    def oldest(self, as_of: date) -> date:
        """The earliest day on which the newest item may stand; older is over the limit."""
        if self.days is not None:
            return date.fromordinal(as_of.toordinal() - self.days)
        assert self.months is not None
        index = as_of.year * 12 + as_of.month - 1 - self.months
        year, month = divmod(index, 12)
        day = min(as_of.day, _days_in_month(year, month + 1))
        return date(year, month + 1, day)


class Match(NamedTuple):
    """A section a text or address may stand for; `why` is told to evaluators."""

    key: str
    confidence: float  # 0..1
    why: str


class Lexicon(Frozen):
    """All of lexicon.yaml."""

    organisation: str
    prose: str
    higher: str
    paging: str
    nameless: str
    numbering: str
    prefixes: tuple[str, ...]
    suffixes: tuple[str, ...]
    ambiguous_slugs: tuple[str, ...]
    sections: Mapping[str, Section]
    fields: Mapping[str, Field26]
    catalogue: Catalogue
    column_kinds: tuple[ColumnKind, ...]

    @model_validator(mode="after")
    def _one_section_a_name(self) -> Self:
        names = Counter(normalise(name) for section in self.sections.values() for name in section.names)
        twice = sorted(name for name, number in names.items() if number > 1)
        if twice:
            raise ValueError(f"同一名称只能归入一个栏目：{'、'.join(twice)}")
        unknown = {key for kind in self.column_kinds for key in kind.sections} - set(self.sections)
        if unknown:
            raise ValueError(f"column_kinds 中有未定义的栏目：{'、'.join(sorted(unknown))}")
        return self


_DROPPED = re.compile(r"[\s\u200b-\u200f\ufeff\u00ad]+")
_COUNT = re.compile(r"[((\[【]\d*[))\]】]")
_MARKS = re.compile(r"[\"'“”‘’<>〈〉«»()\[\]【】{}|·•:、\-—–_…~*#+=>/\\]+")


@lru_cache(maxsize=65536)
def normalise(text: str) -> str:
    """Full-width folded, spaces, counts in brackets and punctuation dropped; letters in lower case."""
    folded = _DROPPED.sub("", unicodedata.normalize("NFKC", text))
    return _MARKS.sub("", _COUNT.sub("", folded)).lower()


def _days_in_month(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - date(year, month, 1)).days


def _load() -> Lexicon:
    return Lexicon.model_validate(table("probes", "lexicon.yaml"))


LEXICON = _load()
_ORGANISATION = re.compile(LEXICON.organisation)
_PROSE = re.compile(LEXICON.prose)
_HIGHER = re.compile(LEXICON.higher)
_PAGING = re.compile(LEXICON.paging)
_NAMELESS = re.compile(LEXICON.nameless)
_PREFIX = re.compile(f"^({'|'.join(LEXICON.prefixes)})")
_SUFFIX = re.compile(f"({'|'.join(LEXICON.suffixes)})$")
_NUMBERING = re.compile(LEXICON.numbering)
_BY_NAME = {normalise(name): key for key, section in LEXICON.sections.items() for name in section.names}
_SLUGS: dict[str, list[str]] = {}
for _key, _section in LEXICON.sections.items():
    for _slug in _section.slugs:
        _SLUGS.setdefault(_slug.lower(), []).append(_key)


def _automaton() -> ahocorasick.Automaton:
    found = ahocorasick.Automaton()
    for name, key in _BY_NAME.items():
        if len(name) > 2:  # two signs are in too many words to decide by being inside one
            found.add_word(name, (name, key))
    found.make_automaton()
    return found


_INSIDE = _automaton()


def match_section(text: str, url: str = "", also: Iterable[str] = ()) -> list[Match]:
    """What a link may stand for, best first; the first entry is the one section it counts for.

    `text` is the link's text; `also` other names of the same page (its title, ColumnName, breadcrumb); `url`
    its address, for the slug. Empty: nothing known fits.
    """
    found, slug_weight = _read(text)
    if slug_weight and url:
        found = (*found, *_by_slug(url, slug_weight))
    for name in also:
        found = (*found, *_by_text(name))
    if len(found) < 2:
        return list(found)
    best: dict[str, Match] = {}
    for match in found:
        if match.key not in best or match.confidence > best[match.key].confidence:
            best[match.key] = match
    return sorted(best.values(), key=lambda match: -match.confidence)


def best_section(text: str, url: str = "", also: Iterable[str] = ()) -> Match | None:
    """The one section a link counts for; None where nothing reaches the confidence `FOUND`."""
    found = match_section(text, url, also)
    return found[0] if found and found[0].confidence >= FOUND else None


@lru_cache(maxsize=65536)
def _read(text: str) -> tuple[tuple[Match, ...], float]:
    """What the text alone says, and what confidence a clear slug may have beside it.

    A slug decides where the text says nothing. A bureau's name, an article's title and a page number are no
    column, whatever the folder is called.
    """
    plain = normalise(text)
    if _PAGING.match(plain):
        return (), 0.0
    found = _by_text(text)
    if not found and (_PROSE.search(text) or _ORGANISATION.search(plain)):
        return (), 0.0
    return found, _SLUG if _NAMELESS.match(plain) else _HINT


@lru_cache(maxsize=65536)
def _by_text(raw: str) -> tuple[Match, ...]:
    if len(raw) > 3 * _LONGEST_COLUMN_NAME:
        return ()
    text = normalise(_NUMBERING.sub("", raw.strip()))
    if not text or len(text) > _LONGEST_COLUMN_NAME:
        return ()
    for form in _forms(text):
        if form in _BY_NAME:
            return (Match(_BY_NAME[form], _EXACT, f"名称“{raw.strip()}”即“{form}”"),)
    if _PROSE.search(raw) or _ORGANISATION.search(text) or _HIGHER.search(text):
        return ()
    inside = [
        (name, key)
        for _, (name, key) in _INSIDE.iter(text)
        if len(name) >= _COVERED * len(text)
        and not any(word in text.replace(name, "", 1) for word in LEXICON.sections[key].excluded)
    ]
    if not inside:
        return _by_edge(text)
    name, key = max(inside, key=lambda pair: (len(pair[0]), -text.find(pair[0])))
    return (Match(key, _CONTAINS, f"名称“{raw.strip()}”含“{name}”"),)


def _by_edge(text: str) -> tuple[Match, ...]:
    """走进陆丰, 陆丰要闻: a place name beside a word that would be too short to look for inside."""
    if len(text) > _LONGEST_WITH_PLACE:
        return ()
    for key, section in LEXICON.sections.items():
        if any(word in text for word in section.excluded):
            continue
        if text.startswith(section.begins or ("\0",)) or text.endswith(section.ends or ("\0",)):
            return (Match(key, _CONTAINS, f"名称“{text}”的开头或结尾"),)
    return ()


def _forms(text: str) -> list[str]:
    """The text, then without leading place words, then without trailing words such as 专栏, longest first."""
    bare = _PREFIX.sub("", text)
    forms = [text, bare] if len(bare) < len(text) and len(bare) >= 2 else [text]
    for form in tuple(forms):
        rest = _SUFFIX.sub("", form)
        while len(rest) < len(form) and len(rest) >= 2:
            forms.append(rest)
            form, rest = rest, _SUFFIX.sub("", rest)
    return forms


_INDEX = re.compile(r"^(index|list|default|column|home)?([_-]?\d{1,3})?(\.\w{2,5})?$", re.IGNORECASE)


@lru_cache(maxsize=65536)
def _slug_of(url: str) -> str:
    """The folder a column's address ends with; '' where it looks like an article."""
    parts = [part for part in urlsplit(url).path.split("/") if part]
    if parts and _INDEX.match(parts[-1]):
        parts.pop()
    if not parts:
        return ""
    return re.sub(r"\.(s?html?|jsp|aspx?|php)$", "", parts[-1], flags=re.IGNORECASE).lower()


def _by_slug(url: str, weight: float) -> list[Match]:
    slug = _slug_of(url)
    keys = _SLUGS.get(slug)
    if not keys:
        return []
    clear = len(keys) == 1 and len(slug) > 2 and slug not in LEXICON.ambiguous_slugs
    return [Match(key, weight if clear else _HINT, f"网址目录名“{slug}”") for key in keys]


_NEAR: dict[str, list[str]] = {}
for _key, _section in LEXICON.sections.items():
    for _name in _section.near:
        _NEAR.setdefault(normalise(_name), []).append(_key)


@lru_cache(maxsize=65536)
def near_sections(text: str) -> tuple[str, ...]:
    """The sections that a link called just so may be, though its name does not decide."""
    plain = normalise(text) if len(text) <= _LONGEST_COLUMN_NAME else ""
    return tuple(dict.fromkeys(key for form in _forms(plain) for key in _NEAR.get(form, ())))


def match_field(text: str) -> str | None:
    """The field (领域) of the grass-roots standard catalogue that a column or row names, or None."""
    plain = normalise(text)
    named = [
        (len(name), key) for key, field in LEXICON.fields.items() for name in field.names if name in plain
    ]
    return max(named)[1] if named else None


def is_catalogue(text: str, url: str = "") -> bool:
    """Does the link lead to the grass-roots standard catalogue (基层政务公开标准目录)?"""
    plain = normalise(text)
    long = [name for name in LEXICON.catalogue.names if len(name) > 3 and normalise(name) in plain]
    return bool(long) or _slug_of(url) in LEXICON.catalogue.slugs


def column_kind(text: str, url: str = "") -> ColumnKind | None:
    """The kind that says how long a column may stay without news; None: nothing is asked of it."""
    forms = _forms(normalise(text))
    for kind in LEXICON.column_kinds:
        if any(normalise(name) in forms for name in kind.names):
            return kind
    match = best_section(text, url)
    if match is None:
        return None
    return next((kind for kind in LEXICON.column_kinds if match.key in kind.sections), None)


def due_year(key: str, kind: UnitKind, as_of: date) -> int:
    """The latest year whose report in a yearly section was due by `as_of`, that day included.

    Source: 条例 49, 50: 31 January for units, 31 March for governments.
    """
    due = LEXICON.sections[key].due
    if due is None:
        raise ValueError(f"section {key} is not yearly")
    month, day = map(int, (due.government if kind in _GOVERNMENTS else due.unit).split("-"))
    return as_of.year - 1 if as_of >= date(as_of.year, month, day) else as_of.year - 2
