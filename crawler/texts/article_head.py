"""What stands above and below an article's text: its title, its day, its source.

Pure. The date of the text a person sees goes before the page tag (PubDate), because tags carry the day of
a migration; then the URL. Source: the date labels seen on real portals.
"""

from __future__ import annotations

import html
import re
from datetime import date
from typing import TYPE_CHECKING

from crawler.lists.rows import find_rows
from crawler.markup.dates import find_dates, parse_date, plain, url_date
from crawler.markup.page import squeeze
from crawler.markup.written import said

if TYPE_CHECKING:
    from crawler.markup.page import Page

_MARKUP = re.compile(r"<[^<>]{0,200}>")
_SPACE = re.compile(r"\s+")
_SOURCE = re.compile(
    r"(?:信息来源|文章来源|稿件来源|来\s*源|稿\s*源|发布机构|发布单位|信息提供)\s*[:：]\s*([^\s:："
    r"|丨]{2,40}(?: [^\s:：|\d【\[]{2,20})?)"
)
_SOURCE_END = re.compile(
    r"(?:发布|时间|日期|浏览|访问|点击|作者|编辑|字体|字号|责任|打印|阅读|【|\[|分享|20\d\d).*$"
)
# How a label before a date ranks: lower is nearer to "published"; None: another matter.
_LABELS = (
    (
        re.compile(
            r"(?:失效|废止|有效|截止|截至|实施|施行|浏览|当前|今天|生成页面"
            r"|页面生成)[^\d]{0,8}$"
        ),
        None,
    ),
    (re.compile(r"(?:更新|修改)[^\d]{0,8}$"), 4),
    (re.compile(r"(?:发布|公布|公开|发表|刊发|上传|录入)(?:时间|日期)?\s*[:：]?\s*$|日间[:：]\s*$"), 0),
    (re.compile(r"(?:发文|生成|成文|印发|制发|成稿|签发)(?:时间|日期)\s*[:：]?\s*$"), 2),
    (re.compile(r"(?:时\s*间|日\s*期)\s*[:：]?\s*$"), 1),
)
_UNLABELLED = 3
_CHANGED = 4  # the day of the last change: better than none, behind tag and address


def find_title(page: Page, lines: list[str]) -> tuple[str, int | None]:
    """The visible title and the line it stands on: the longest line the page's tags or <title> repeat."""
    tag = tag_of(page, "articletitle")
    chrome = {squeeze(page.meta.get(name, "")) for name in ("sitename", "columnname")}
    whole = f"{tag}\0{page.title}"
    close = _SPACE.sub("", whole)
    best, at = "", None
    for number, line in enumerate(lines):
        if len(line) < 3 or len(line) <= len(best) or line in chrome:
            continue
        if line in whole or "".join(line.split()) in close:
            best, at = line, number
    if at is not None:
        own = _SPACE.sub("", tag)
        best, at = _joined(lines, at, own if _SPACE.sub("", best) in own else close)
    if tag and len(best) * 2 < len(tag):
        return tag, at
    if len(best) >= 6 or (best and best == tag):
        return best, at
    heading = page.tree.css_first("h1,.article-title,.title,.bt,h2,h3")
    text = squeeze(heading.text()) if heading is not None else ""
    if text and len(text) <= 120 and not best:
        return text, line_of(lines, text[:40], None)
    return best or tag or re.split(r"[_|｜]| - |--|——", page.title)[0].strip(), at


def _joined(lines: list[str], at: int, close: str) -> tuple[str, int]:
    """A title that is broken over lines (<br>), put together as far as tag or <title> repeat it."""
    text, first, last = lines[at], at, at
    while first > 0 and len(lines[first - 1]) >= 2 and _SPACE.sub("", lines[first - 1] + text) in close:
        first -= 1
        text = f"{lines[first]} {text}"
    while (
        last + 1 < len(lines)
        and len(lines[last + 1]) >= 2
        and _SPACE.sub("", text + lines[last + 1]) in close
    ):
        last += 1
        text = f"{text} {lines[last]}"
    return text, last


_PUBLISHED = re.compile(r"(?:(?:发布|发表|更新|录入|添加)(?:时间|日期)|时\s*间|日\s*期)\s*[:：]")
_BYLINE = re.compile(r"来\s*源|作\s*者|点击|浏览|阅读|人气|字\s*[体号]|责任编辑|发布[人者]|编辑[:：]")
_OWN_TITLE = 6  # characters; shorter ones may be the column's name (assumed)


def is_headed(page: Page) -> bool:
    """A title that <title> repeats, its day and who published it: the head of an article, whatever follows.

    Tells a blank article where neither its address nor its tags do. Dated rows are a list's.
    """
    lines = page.text.split("\n")
    days = [number for number, line in enumerate(lines) if _PUBLISHED.search(line)]
    if len(days) != 1 or any(row.date or row.month_day for row in find_rows(page).rows):
        return False
    at = days[0]
    if parse_date(" ".join(lines[at : at + 3])) is None:
        return False
    if not _BYLINE.search(" ".join(lines[max(0, at - 4) : at + 6])):
        return False
    name = squeeze(page.meta.get("columnname", ""))
    above = reversed(lines[max(0, at - 6) : at])
    title = next((line for line in above if len(line) >= _OWN_TITLE and not _BYLINE.search(line)), "")
    return title != name and title in page.title and bool(title)


def tag_of(page: Page, name: str) -> str:
    """A tag of the page as text; '' where it is empty or filled by mistake."""
    value = squeeze(_MARKUP.sub(" ", html.unescape(html.unescape(page.meta.get(name, "")))))
    return "" if value.lower() in ("null", "undefined") else value


def line_of(lines: list[str], start: str, after: int | None) -> int:
    """The first line from `after` on that begins a text; the place after the title where none does."""
    low = (after + 1) if after is not None else 0
    if start:
        for number in range(low, len(lines)):
            line = lines[number]
            if line and (line.startswith(start) or start.startswith(line)):
                return number
    return min(low + 12, len(lines))


def find_date(page: Page, lines: list[str], at: int | None, start: int, text: str) -> tuple[date | None, str]:
    """(day, 'text' | 'meta' | 'url' | ''): labelled in sight, unlabelled between title and body, tag, URL."""
    ranked: list[tuple[int, int, date]] = []
    above = lines[max(0, (at if at is not None else start) - 40) : at if at is not None else start]
    ranked += _labelled(" ".join(above), 10)
    if at is not None:
        between = " ".join(lines[at + 1 : start])
        ranked += [(rank, 0, day) for rank, _, day in _labelled(between, 0, free=True)]
    last = text.rpartition("\n")[2]
    after = line_of(lines, squeeze(last)[:40], start) if last else start
    ranked += _labelled(" ".join(lines[after : after + 12]), 20)
    ranked = ranked or _labelled(page.once(_scripted), 30)
    best = min(ranked, key=lambda item: item[:2], default=None)
    if best is not None and best[0] < _CHANGED:
        return best[2], "text"
    tagged = parse_date(page.meta.get("pubdate", "")) or parse_date(page.meta.get("publishdate", ""))
    if tagged is not None:
        return tagged, "meta"
    linked = url_date(page.url)
    if linked is not None:
        return linked, "url"
    return (best[2], "text") if best is not None else (None, "")


def _labelled(text: str, order: int, *, free: bool = False) -> list[tuple[int, int, date]]:
    """(rank, order, day) of each labelled date of a text; with `free` also of those without a label."""
    text = plain(text)
    found = []
    for item in find_dates(text):
        if item.day is None:
            continue
        rank = _rank(text[max(0, item.start - 16) : item.start])
        if rank is not None and (free or rank < _UNLABELLED):
            found.append((rank, order, item.day))
    return found


def _rank(before: str) -> int | None:
    for label, rank in _LABELS:
        if label.search(before):
            return rank
    return _UNLABELLED


def _scripted(page: Page) -> str:
    """What small scripts write behind the words before them: `来源：<script>document.write("…")</script>`."""
    lines = []
    for tag in page.script_tags if "document.write" in page.html else ():
        text = squeeze(_MARKUP.sub(" ", said(tag.text)))
        if text:
            before = tag.node.prev
            label = squeeze(before.text_content or "")[-20:] if before and before.tag == "-text" else ""
            lines.append(label + text)
    return "\n".join(lines)


def find_source(page: Page, zone: str) -> str:
    """Who is named as the source in `zone` or by a script beside it, else by the page's tag."""
    for text in (zone, page.once(_scripted)):
        match = _SOURCE.search(text)
        name = _SOURCE_END.sub("", match[1]).strip(" 　：:（(") if match is not None else ""
        if len(name) >= 2:
            return name
    return tag_of(page, "contentsource")
