"""Values out of inline script: objects with loose keys, arrays of rows. Nothing is run."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta, timezone
from typing import Any

from crawler.dialects.reading import Row
from crawler.markup.dates import parse_date
from crawler.markup.page import resolve, squeeze

_CHINA = timezone(timedelta(hours=8))
_KEY = re.compile(r"([{,]\s*)([A-Za-z_]\w*)\s*:")
_LITERAL = re.compile(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")
_TAG = re.compile(r"<[^<>]{1,200}>")
MAX_SCRIPT_VALUE = 2_000_000  # characters; a county's whole disclosure tree has some 200,000

TITLES = ("title", "titleO", "showTitle", "infotitle", "docTitle", "doctitle", "name", "bt")
URLS = ("url", "post_url", "linkUrl", "link", "href", "docpuburl", "docPubUrl", "infourl", "visitUrl")
DATES = (
    "display_publish_time",
    "publishedTimeStr",
    "publishedTime",
    "publishTime",
    "pubDate",
    "pubdate",
    "docreltime",
    "docRelTime",
    "docDate",
    "infodate",
    "writeTime",
    "releaseTime",
    "created_at",
    "create_time",
    "date",
    "time",
)


def script_value(text: str, key: str) -> Any:
    """The value that stands after `key:` or `key =` in a script, None where there is none to read."""
    for match in re.finditer(rf"(?<![\w$])[\"']?{re.escape(key)}[\"']?\s*[:=](?!=)\s*", text):
        literal = _balanced(text, match.end())
        if literal is not None:
            value = loose_json(literal)
            if value is not None:
                return value
    return None


def loose_json(literal: str) -> Any:
    """JSON, or a script literal near to it (keys without quotes, single quotes, trailing commas)."""
    try:
        return json.loads(literal)
    except ValueError:
        pass
    strings: list[str] = []

    def keep(match: re.Match[str]) -> str:
        text = match[0]
        if text[0] == "'":
            text = '"' + text[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'
        strings.append(text)
        return f"\x00{len(strings) - 1}\x00"

    bare = _LITERAL.sub(keep, literal)
    bare = re.sub(r",\s*([}\]])", r"\1", _KEY.sub(r'\1"\2":', bare))
    try:
        return json.loads(re.sub(r"\x00(\d+)\x00", lambda match: strings[int(match[1])], bare))
    except ValueError:
        return None


def _balanced(text: str, start: int) -> str | None:
    """The literal that begins at `start`: a bracketed value, a string or a number."""
    head = text[start : start + 1]
    if head in "\"'" and head:
        match = _LITERAL.match(text, start)
        return match[0] if match else None
    if head not in ("{", "["):
        number = re.compile(r"-?\d+(?:\.\d+)?|true|false|null").match(text, start)
        return number[0] if number else None
    depth, position, end = 0, start, min(len(text), start + MAX_SCRIPT_VALUE)
    marks = re.compile(r"[{}\[\]]|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'")
    while position < end:
        match = marks.search(text, position, end)
        if match is None:
            return None
        if match[0] in ("{", "["):
            depth += 1
        elif match[0] in ("}", "]"):
            depth -= 1
            if depth == 0:
                return text[start : match.end()]
        position = match.end()
    return None


def row_of(item: Any, base_url: str) -> Row | None:
    """One record of a list interface as a row; None where it has no title."""
    if not isinstance(item, dict):
        return None
    title = squeeze(_TAG.sub("", str(_first(item, TITLES) or "")))
    if not title:
        return None
    url = resolve(base_url, str(_first(item, URLS) or "")) or ""
    return Row(title, url, day_of(item))


def day_of(item: dict[str, Any]) -> date | None:
    """The record's day: written out, or seconds or milliseconds since 1970 (China time)."""
    for key in DATES:
        value = item.get(key)
        if value in (None, "", 0, "0"):
            continue
        day = unix_day(value) or parse_date(str(value))
        if day is not None:
            return day
    return None


def unix_day(value: Any) -> date | None:
    text = str(value)
    if not text.isdigit() or len(text) not in (9, 10, 12, 13):
        return None
    seconds = int(text) / (1000 if len(text) > 10 else 1)
    return datetime.fromtimestamp(seconds, _CHINA).date()


def _first(item: dict[str, Any], keys: tuple[str, ...]) -> Any:
    for key in keys:
        value = item.get(key)
        if value not in (None, ""):
            return value
    return None
