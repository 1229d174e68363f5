"""Which numbers of a text are somebody's identity, bank card or mobile number, and the text without them?

Used before anything read from a page is stored, so that no title, link text or excerpt carries such a value.
Source: GB 11643 (identity numbers), ISO 7064 MOD 11-2, Luhn.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a number is."""

    ID_CARD = "id_card"
    BANK_CARD = "bank_card"
    PHONE = "phone"


class Number(NamedTuple):
    """One number as it stands in a text. `value` holds digits (and X) only: never store it."""

    kind: Kind
    value: str
    start: int
    end: int

    @property
    def masked(self) -> str:
        return masked(self.kind, self.value)


# Any run that could be one of them: 11 digits of a mobile, or 15 digits and more. The first pattern is quick
# and lets through a little too much.
_QUICK = re.compile(
    r"[0-9]{3}(?:[-\s][0-9]{4}[-\s]?[0-9]{4}|[0-9]{8}|[0-9]{3} [0-9]{8}|[0-9] [0-9]{4} [0-9]{4})"
)
_RUN = re.compile(
    r"1[3-9][0-9][-\s]?[0-9]{4}[-\s]?[0-9]{4}|[0-9]{15}|[0-9]{6}[- ][0-9]{8}[- ][0-9]{3}[0-9Xx]"
    r"|(?:[0-9]{4} ){3}[0-9]{4}|[0-9]{6} [0-9]{4} [0-9]{4} [0-9]{3}[0-9Xx]"
)
# In one piece, or in the groups in which people write it: 6-8-4, 6-4-4-4, 4-4-4-4-2.
_ID = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"[1-9]\d{5}([- ]?)(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\1\d{3}[0-9Xx]"
    r"|[1-9]\d{5} (?:18|19|20)\d{2} \d{4} \d{3}[0-9Xx]"
    r"|[1-9]\d{3} \d{2}(?:18|19|20) \d{4} \d{4} \d[0-9Xx])(?![0-9A-Za-z])"
)
_OLD_ID = re.compile(
    r"(?<![0-9A-Za-z*＊×])[1-9]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?![0-9A-Za-z*＊×])"
)
_PHONE = re.compile(r"(?<![0-9A-Za-z/_=.-])1[3-9]\d([- ]?)\d{4}\1\d{4}(?![0-9A-Za-z/_.-]?\d|[A-Za-z/_])")
_CARD = re.compile(
    r"(?<![0-9A-Za-z/_=.-])(?:62\d{14,17}|62\d\d(?: \d{4}){3}(?: \d{1,3})?|[45]\d{15}|[45]\d{3}(?: \d{4}){3})"
    r"(?![0-9A-Za-z])"
)
_PROVINCES = frozenset(
    str(number)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
    for number in range(first, last + 1)
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_BORN = range(1905, 2036)  # years; fixed, so that a page reads the same on every day
# Printed as examples in the standard and in forms everywhere.
_EXAMPLES = frozenset({"11010519491231002X", "440524188001010014", "110101199003070000"})


_WIDE = str.maketrans("０１２３４５６７８９Ｘｘ－　", "0123456789Xx- ")


def narrow(text: str) -> str:
    """The text with full-width digits as plain ones, sign for sign; every number of ours has a 1 or a 2."""
    return text.translate(_WIDE) if "１" in text or "２" in text else text


# Every digit as 0, all else as one sign: byte strings are searched many times as fast as patterns run.
_SHAPES = bytes(ord("0") if 0x30 <= code <= 0x39 else ord("-") for code in range(256))
_LONGEST = 20  # characters of a number with its spaces, at most
# One of these stands in all that the two patterns find.
_SIGNS = (b"0000000", b"-0000-0000")


def near_digits(text: str, signs: Sequence[bytes]) -> list[tuple[int, int]]:
    """The spans of a text in which a number may stand. Of `signs` (`0` any digit, `-` anything else; at least
    seven long) one must be part of the number's shape."""
    shape = text.encode("ascii", "replace").translate(_SHAPES)
    spans = []
    for sign in signs:
        at = shape.find(sign)
        while at >= 0:
            spans.append((max(0, at - _LONGEST), at + 2 * _LONGEST))
            at = shape.find(sign, at + 7)
    return spans


def could_hold(text: str) -> bool:
    """Whether a closer look is worth it."""
    text = narrow(text)
    spans = near_digits(text, _SIGNS)
    return (
        bool(spans)
        and any(_QUICK.search(text, *span) for span in spans)
        and any(_RUN.search(text, *span) for span in spans)
    )


def find_numbers(text: str) -> list[Number]:
    """Valid identity numbers (18 digits), cards and mobiles of a text, in order; no context is asked."""
    if not could_hold(text):
        return []
    text = narrow(text)
    found = [Number(Kind.ID_CARD, _plain(match[0]), *match.span()) for match in _ID.finditer(text)]
    found = [number for number in found if is_id_card(number.value)]
    taken = [(number.start, number.end) for number in found]
    for kind, pattern in ((Kind.BANK_CARD, _CARD), (Kind.PHONE, _PHONE)):
        for match in pattern.finditer(text):
            number = Number(kind, _plain(match[0]), *match.span())
            if any(number.start < end and start < number.end for start, end in taken):
                continue
            if kind is Kind.PHONE or luhn(number.value):
                found.append(number)
                taken.append(match.span())
    return sorted(found, key=lambda number: number.start)


def find_old_ids(text: str) -> list[Number]:
    """15-digit identity numbers by province and date: they have no check digit, so a label has to speak."""
    return [
        Number(Kind.ID_CARD, match[0], *match.span())
        for match in _OLD_ID.finditer(narrow(text))
        if match[0][:2] in _PROVINCES and _is_day("19" + match[0][6:12])
    ]


def like_id_cards(text: str) -> int:
    """How many numbers have an identity number's province and date, whatever their check digit."""
    values = (_plain(match[0]) for match in _ID.finditer(narrow(text)))
    return sum(value[:2] in _PROVINCES and _is_day(value[6:14]) for value in values)


def is_id_card(value: str) -> bool:
    """Province, date and check digit of an 18-digit identity number are right, and it is no known example."""
    value = value.upper()
    if value in _EXAMPLES or value[:2] not in _PROVINCES or not _is_day(value[6:14]):
        return False
    if int(value[6:10]) not in _BORN:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(value[:17], _WEIGHTS, strict=True))
    return "10X98765432"[total % 11] == value[17]


def luhn(digits: str) -> bool:
    """The check digit of card numbers. Passes one in ten random numbers: ask for more than this."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0 and len(set(digits)) > 2


def masked(kind: Kind, value: str) -> str:
    """The form that may be stored and shown: too little is left to find the person."""
    if kind is Kind.PHONE:
        return f"{value[:3]}****{value[-4:]}"
    if kind is Kind.BANK_CARD:
        return f"{value[:4]}{'*' * (len(value) - 8)}{value[-4:]}"
    return f"{value[:2]}{'*' * (len(value) - 4)}{value[-2:]}"


def mask(text: str) -> str:
    """The text with every such number masked, whoever it belongs to; other text comes back as it is.

    Addresses stay whole: one that is changed leads nowhere, and links must be asked exactly as they stand.
    """
    if not text or not could_hold(text):
        return text
    for number in reversed(find_numbers(text)):
        if not in_address(text, number):
            text = f"{text[: number.start]}{number.masked}{text[number.end :]}"
    return text


def mask_json(data: str) -> str:
    """A JSON document with every text in it masked; the same bytes where nothing has to be."""
    if not could_hold(data) or not find_numbers(data):
        return data
    return json.dumps(_mask_values(json.loads(data)), ensure_ascii=False, separators=(",", ":"))


def _mask_values(value: object) -> object:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, list):
        return [_mask_values(item) for item in value]
    if isinstance(value, dict):
        return {mask(key): _mask_values(item) for key, item in value.items()}
    return value


# Of a run of characters that addresses are made of: what stands before and after a number in one.
_ADDRESS_BEFORE = re.compile(r"(?://|[?=&]|^/\w|\w/)[!-~]*$")
_ADDRESS_AFTER = re.compile(r"\.[a-z]{2,5}\b|/[a-z]", re.IGNORECASE)
_RUN_BEFORE = re.compile(r"[!#-&(-;=?-~]*$")


def in_address(text: str, number: Number) -> bool:
    """Is the number part of an address or of a file's name?"""
    run = _RUN_BEFORE.search(text, max(0, number.start - 300), number.start)
    before = run[0] if run is not None else ""
    return _ADDRESS_BEFORE.search(before) is not None or _ADDRESS_AFTER.match(text, number.end) is not None


def _plain(value: str) -> str:
    return re.sub(r"[-\s]", "", value).upper()


def _is_day(digits: str) -> bool:
    try:
        date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return False
    return True
