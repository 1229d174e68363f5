"""How is text made fit to print? Page text is hostile: it is cleaned once, here, before any report sees it.

Escaping is left to each format (jinja2, rich's Text, xlsxwriter's write_string).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

SHANGHAI = timezone(timedelta(hours=8))
MAX_TEXT = 1000  # characters; a longer one is a page, not a message
MAX_URL = 2000  # the sheet's own limit is 2079, and no browser needs more

# Bidi overrides make a URL read as another one; the rest is invisible or not allowed in XML.
_STEERS = "\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\U000e0000-\U000e007f"
_STEERING = re.compile(f"[{_STEERS}]")
# With them control characters (but line breaks), surrogates and what is for private use: Cc, Cs, Co.
_CONTROLS = "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff"
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_UNPRINTED = re.compile(f"[{_STEERS}{_CONTROLS}{_PRIVATE}]")
_BREAKS = re.compile(r"[ \t\r\n\x0b\x0c\x85]+")
_UNSAFE_IN_URL = re.compile(r"[\x00-\x20\x7f\"'<>\\^`{|}]")


def clean(text: object, limit: int = MAX_TEXT) -> str:
    """`text` on one line without control, surrogate, bidi and zero-width characters, cut at `limit`."""
    flat = _UNPRINTED.sub("", "" if text is None else str(text))
    flat = _BREAKS.sub(" ", flat).strip()
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def web_link(url: str) -> str | None:
    """`url` when it may stand in an href: absolute http(s) with a host and nothing that could leave the
    attribute; else None, and the text is shown without a link."""
    if not url or len(url) > MAX_URL or _UNSAFE_IN_URL.search(url) or _STEERING.search(url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    return url if parts.scheme.lower() in ("http", "https") and host else None


def points(value: float | None) -> str:
    """Points as offices write them: 0.8, 21.5, 3; a dash where there are none."""
    if value is None:
        return "—"
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def percent(share: float | None) -> str:
    return "—" if share is None else f"{share * 100:.0f}%"


def span(low: float | None, high: float | None, digits: int = 1) -> str:
    """A range such as 66.2–83.1; one number where both ends print alike."""
    if low is None or high is None:
        return "—"
    first, last = f"{low:.{digits}f}", f"{high:.{digits}f}"
    return first if first == last else f"{first}–{last}"


def signed(change: float | None) -> str:
    """A change of a score: +1.2, −0.5, 持平; a dash where there is nothing to compare."""
    if change is None:
        return "—"
    return "持平" if not change else f"{change:+.1f}".replace("-", "−")


def moment(stamp: str | None) -> str:
    """An ISO 8601 time as 2026-11-22 02:06, Asia/Shanghai; what cannot be read is shown as it is."""
    if not stamp:
        return ""
    try:
        time = datetime.fromisoformat(stamp)
    except ValueError:
        return clean(stamp, 40)
    return (time.astimezone(SHANGHAI) if time.tzinfo else time).strftime("%Y-%m-%d %H:%M")


def plain(value: Any, depth: int = 0) -> str:
    """An observed value (JSON) in words for a table cell: lists joined, objects as 名=值."""
    if value is None:
        return "无"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        shown = [f"{clean(k, 40)}={plain(v, depth + 1)}" for k, v in list(value.items())[:12]]
        return clean("；".join(shown), 400)
    if isinstance(value, Sequence) and not isinstance(value, str):
        shown = [plain(v, depth + 1) for v in value[:10]]
        more = f" 等 {len(value)} 个" if len(value) > 10 else ""
        return clean("、".join(shown), 600) + more if shown else "无"
    if isinstance(value, float):
        return points(value)
    return clean(value, 300)
