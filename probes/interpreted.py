"""What one page tells of policy documents and their interpretations (解读).

Pure. Kept are documents that need an interpretation, interpretations, and lists of them; all other pages
leave nothing. Source: JL-2.1 to JL-2.3; wording in use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from urllib.parse import urlsplit

from crawler.lists.rows import find_rows
from crawler.markup.page import Page
from crawler.model import Frozen, PageKind
from crawler.papers.documents import (
    PaperKind,
    article_links,
    column_of,
    core_of_title,
    days_of,
    kind_of_title,
    numbers_in,
    read_paper,
)
from crawler.signs.kind import page_kind
from crawler.texts.article import Article, read_article
from probes.attached import Enclosed, files_of
from probes.lexicon import best_section
from probes.published import WORDS, needs_interpretation, quote, unread_column

_W = WORDS.interpretation
_VOICES = {name: re.compile(words) for name, words in _W.voices.items()}
_FORMS = {name: re.compile(words) for name, words in _W.forms.items()}
_TEXT = 150  # characters from which an interpretation has a text of its own (assumed)
_BIG_PICTURE = 400  # pixels; smaller ones are icons and portraits
_LINKS_KEPT = 30
_LISTED_KEPT = 60
_LEADS_ON = re.compile(r"解读|图解|读懂|看懂|问答|明白卡|原文|正文|文件")


class Interpreted(Frozen):
    """One page's evidence; `kind` None: a home page or a list."""

    kind: PaperKind | None = None
    title: str = ""
    earliest: date | None = None  # day of publication, as early as the page allows
    latest: date | None = None
    number: str = ""
    cited: tuple[str, ...] = ()  # numbers an interpretation names
    issuer: str = ""
    source: str = ""
    column: str = ""
    forms: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()  # (text, URL) that may lead to the other paper
    label: bool = False  # says 相关解读 or the like: what follows may be put there by a script
    shown: str = ""
    files: tuple[str, ...] = ()  # attachments of an interpretation
    unread: bool = False  # they could not be read, and may hold forms, voices and numbers
    blind: bool = False  # a column of interpretations whose rows we could not read
    listed: tuple[tuple[str, str, date | None], ...] = ()  # rows that are interpretations
    elsewhere: tuple[str, ...] = ()  # columns of interpretations on other hosts, from the home page


def observe(page: Page) -> Interpreted | None:
    if page.is_home:
        return _home(page)
    kind = page_kind(page)
    paper = read_paper(page)
    article = read_article(page)
    if kind is PageKind.ARTICLE and article is not None:
        if paper is not None and paper.kind not in (PaperKind.POLICY, PaperKind.INTERPRETATION):
            return None
        if paper is not None and paper.kind is PaperKind.INTERPRETATION:
            return _interpretation(page, article, paper.issuer, paper.column)
        column = paper.column if paper is not None else column_of(page)
        if "解读" in column or "图解" in column:
            return _interpretation(page, article, "", column)
        if paper is None or not needs_interpretation(article.title, paper.number):
            return None
        if not paper.number and not _of_documents(column):  # a rule or plan of the house, no issued paper
            return None
        return _document(page, article, paper.number, paper.issuer, column)
    return _list(page) if kind in _LISTS else None


def _of_documents(column: str) -> bool:
    match = best_section(column)
    return match is not None and match.key == "documents"


_LISTS = (PageKind.COLUMN, PageKind.DISCLOSURE, PageKind.INTERACTION, PageKind.OTHER)


def _home(page: Page) -> Interpreted | None:
    host = urlsplit(page.url).hostname
    urls = [
        link.url
        for link in page.links
        if link.url and "解读" in link.text and len(link.text) <= 12 and urlsplit(link.url).hostname != host
    ]
    return Interpreted(elsewhere=tuple(dict.fromkeys(urls))[:5]) if urls else None


def _list(page: Page) -> Interpreted | None:
    if "解读" not in page.html and "图解" not in page.html:
        return None
    blind = unread_column(page, "interpretation")
    match = best_section(page.meta.get("columnname", "") or re.split(r"[-_|｜—]", page.title)[0])
    ours = match is not None and match.key == "interpretation"
    rows = tuple(
        (row.title[:100], row.url, row.date)
        for row in find_rows(page).rows
        if row.url and (ours or kind_of_title(row.title) is PaperKind.INTERPRETATION)
    )
    return Interpreted(blind=blind, listed=rows[:_LISTED_KEPT]) if blind or rows else None


def _document(page: Page, article: Article, number: str, issuer: str, column: str) -> Interpreted:
    days = days_of(page, article)
    links = _links(page, article.title)
    return Interpreted(
        kind=PaperKind.POLICY,
        title=article.title[:200],
        earliest=days.earliest,
        latest=days.latest,
        number=number,
        issuer=issuer[:60],
        source=article.source[:60],
        column=column,
        links=links,
        label=_label(page),
    )


def _interpretation(page: Page, article: Article, issuer: str, column: str) -> Interpreted:
    days = days_of(page, article)
    return Interpreted(
        kind=PaperKind.INTERPRETATION,
        title=article.title[:200],
        earliest=days.earliest,
        latest=days.latest,
        cited=numbers_in(article.text)[:6],
        issuer=issuer[:60],
        source=article.source[:60],
        column=column,
        forms=tuple(_forms(page, article)),
        voices=_voices(article),
        links=_links(page, article.title),
        label=_label(page),
        shown=quote(article.text),
        files=files_of(page),
        unread=bool(article.attachments),
    )


class InFiles(Frozen):
    """What the attachments of one interpretation hold. `whole`: nothing of them stayed unread."""

    whole: bool
    text: bool = False
    cited: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()


def in_files(enclosed: Enclosed) -> InFiles:
    text = enclosed.text
    return InFiles(
        whole=enclosed.whole,
        text=len("".join(text.split())) >= _TEXT,
        cited=numbers_in(text[:20_000])[:6],
        voices=tuple(name for name, words in _VOICES.items() if words.search(text[:3000])),
    )


def with_files(seen: Interpreted, told: InFiles) -> Interpreted:
    """The page and its attachments as one."""
    return seen.model_copy(
        update={
            "forms": tuple(sorted({*seen.forms, *(("文字",) if told.text else ())})),
            "voices": tuple(dict.fromkeys((*seen.voices, *told.voices))),
            "cited": tuple(dict.fromkeys((*seen.cited, *told.cited))),
            "unread": not told.whole,
        }
    )


def _label(page: Page) -> bool:
    return any(word in page.text for word in _W.label)


def _forms(page: Page, article: Article) -> Iterable[str]:
    """文字, 图片, 音视频, 动漫或H5, 访谈或发布会: what the title names and what stands on the page."""
    told = {name for name, words in _FORMS.items() if words.search(article.title)}
    if article.characters >= _TEXT:
        told.add("文字")
    if article.media:
        told.add("音视频")
    if article.images and (article.images >= 3 or article.characters < _TEXT or _big(page)):
        told.add("图片")
    return sorted(told)


def _big(page: Page) -> bool:
    widths = (node.attributes.get("width") or "" for node in page.tree.css("img[width]"))
    return any(width.isdigit() and int(width) >= _BIG_PICTURE for width in widths)


def _voices(article: Article) -> tuple[str, ...]:
    text = f"{article.title}\n{article.source}\n{article.text[:3000]}"
    return tuple(name for name, words in _VOICES.items() if words.search(text))


def _links(page: Page, title: str) -> tuple[tuple[str, str], ...]:
    """Links whose text shares four signs in a row with the title, or says 解读, 原文 and the like."""
    core = core_of_title(title)
    pieces = [core[at : at + 4] for at in range(max(1, len(core) - 3))]
    here = page.url.partition("#")[0]
    found = []
    for link in article_links(page):
        text = link.text
        if link.tag not in ("a", "area") or not link.url or link.url == here or len(text) < 4:
            continue
        if any(piece in text for piece in pieces) or (len(text) > 6 and _LEADS_ON.search(text)):
            found.append((text[:80], link.url))
    return tuple(dict.fromkeys(found))[:_LINKS_KEPT]
