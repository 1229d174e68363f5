"""Which words of gambling and pornography stand in a text, outside lawful use? Data: bad_words.yaml.

Portals write about these things all the time (police news, lottery centres), so a word counts only where no
word of prosecution or prevention stands near it. Source: docs/method.md, Safety.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import ahocorasick

from crawler.model import Frozen
from crawler.shipped import table

NEAR = 40  # characters between two words that belong together (assumed)
AROUND = 60  # characters in which a word of lawful use clears (assumed)


class BadWords(Frozen):
    """The file: see its comments."""

    strong: tuple[str, ...]
    paired: tuple[str, ...]
    phrases: tuple[str, ...]
    around: tuple[str, ...]


class Word(NamedTuple):
    """One word outside lawful use, at its place in the text that was given, white space removed."""

    word: str
    start: int
    end: int
    strong: bool


class _Matcher(NamedTuple):
    words: ahocorasick.Automaton
    around: re.Pattern[str]


@cache
def load() -> BadWords:
    """The words as shipped."""
    return BadWords.model_validate(table("probes", "bad_words.yaml"))


@cache
def _matcher() -> _Matcher:
    words = ahocorasick.Automaton()
    known = load()
    for rank, group in (("paired", known.paired), ("strong", known.strong), ("phrase", known.phrases)):
        for word in group:
            words.add_word(word, (rank, word))
    words.make_automaton()
    return _Matcher(words, re.compile("|".join(map(re.escape, known.around))))


def find_words(text: str) -> list[Word]:
    """Words of the text that no phrase holds and nothing near clears; of overlapping ones the longest."""
    text = "".join(text.lower().split())  # text nodes stand on lines of their own
    around = _matcher().around
    return [
        Word(word, start, end, rank == "strong")
        for start, end, rank, word in _spans(text)
        if rank != "phrase" and not around.search(text, max(0, start - AROUND), end + AROUND)
    ]


def _spans(text: str) -> list[tuple[int, int, str, str]]:
    """(start, end, rank, word) in order; where they overlap phrases first, then the longest."""
    found = [(end + 1 - len(word), end + 1, rank, word) for end, (rank, word) in _matcher().words.iter(text)]
    kept: list[tuple[int, int, str, str]] = []
    for span in sorted(found, key=lambda item: (item[2] != "phrase", item[0] - item[1], item[0])):
        if all(span[1] <= other[0] or span[0] >= other[1] for other in kept):
            kept.append(span)
    return sorted(kept)


def close_pair(words: list[Word]) -> tuple[Word, Word] | None:
    """The first two different words within `NEAR` characters, at least one of them strong; else None."""
    for one, other in pairwise(words):
        if one.word != other.word and other.start - one.end <= NEAR and (one.strong or other.strong):
            return one, other
    return None


def strong_word(text: str) -> str | None:
    """The first strong word of a short text (title, tag, link), or None. Two paired ones count as one."""
    words = find_words(text)
    strong = next((word.word for word in words if word.strong), None)
    if strong is None and len({word.word for word in words}) >= 2:
        return words[0].word
    return strong
