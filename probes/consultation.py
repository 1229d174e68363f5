"""What one page tells of a consultation (意见征集): its draft, note, channels, last day, result.

Pure. Source: JL-1.1.1; wording in use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from crawler.lists.rows import find_rows
from crawler.markup.dates import find_dates, plain
from crawler.markup.page import Page
from crawler.model import Frozen
from crawler.papers.documents import Paper, PaperKind, article_links, core_of_title, days_of, read_paper
from crawler.texts.article import ATTACHMENT, Article
from probes.attached import Enclosed, files_of
from probes.published import WORDS, quote, unread_column

_W = WORDS.consultation
_REFUSED = re.compile(_W.refused)
_NONE_REFUSED = re.compile(_W.none_refused)
_THIN = 150  # characters; under it the announcement itself may be in its pictures or files (assumed)
_LINKS_KEPT = 12
_LAST_DAY = re.compile(r"截止|截至|期限|时限|起止|结束(?:时间|日期)|工作日内|之前")
# Articles of the draft itself, and figures as of a day (截至9月底，全市共有…), name no last day for opinions.
_OTHER_DAYS = re.compile(
    r"^\s*第[一二三四五六七八九十百零\d]+条.*$|截[至止][^。；;\n]{0,14}[，,][^。；;\n]{0,12}(?:共|累计|已)",
    re.MULTILINE,
)


class Consulted(Frozen):
    """One page's evidence. Words found are kept as they stand in published.yaml."""

    kind: PaperKind | None = None  # None: a column's page
    title: str = ""
    day: date | None = None
    deadline: date | None = None
    open_ended: bool = False  # names a last day we could not read
    draft: bool = False
    explained: str = ""
    ways: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()  # ways besides the site itself
    adoption: str = ""
    refused: bool = False
    reasons: str = ""
    files: tuple[str, ...] = ()  # names of attachments
    file_urls: tuple[str, ...] = ()
    thin: bool = False  # little text beside pictures or files
    pictured: bool = False  # thin, and pictures or players are part of what there is
    unread: bool = False  # attachments may hold more and could not be read
    links: tuple[tuple[str, str], ...] = ()  # (text, URL) that may lead to draft, note or result
    shown: str = ""  # a short quote for the person who reviews
    blind: bool = False  # a column of consultations whose rows we could not read
    listed: tuple[tuple[str, str], ...] = ()  # (title, URL) of rows that may be results or notes


def observe(page: Page) -> Consulted | None:
    if "意见" not in page.html and "听证" not in page.html and "说明" not in page.html:
        return None
    paper = read_paper(page)
    if paper is None:
        return _column(page)
    if paper.kind in (PaperKind.CONSULTATION, PaperKind.FEEDBACK):
        title = paper.article.title
        return None if any(word in title for word in _W.excluded) else _told(page, paper)
    if "说明" in paper.article.title:
        return Consulted(title=paper.article.title, kind=PaperKind.INTERPRETATION)
    return None


def _column(page: Page) -> Consulted | None:
    rows = find_rows(page)
    listed = tuple(
        (row.title[:100], row.url)
        for row in rows.rows
        if row.url and any(word in row.title for word in ("反馈", "结果", "采纳", "说明", "汇总"))
    )
    blind = unread_column(page, "consultation")
    return Consulted(blind=blind, listed=listed[:40]) if blind or listed else None


def _told(page: Page, paper: Paper) -> Consulted:
    article = paper.article
    text = f"{article.title}\n{article.text}"
    # Last day and channels often stand in a table outside the body.
    around = text if len(page.text) > 30_000 else f"{text}\n{page.text}"
    day = article.date or days_of(page, article).latest
    files = attachment_names(page)
    deadline = deadline_of(around, day)
    return Consulted(
        kind=paper.kind,
        title=article.title,
        day=day,
        deadline=deadline,
        open_ended=deadline is None and _LAST_DAY.search(_OTHER_DAYS.sub("", around)) is not None,
        draft=any(word in article.title for word in _W.draft),
        explained=_first(_W.explained, f"{article.text}\n{' '.join(files)}"),
        ways=_all(_W.way, text) or _form(page),
        beyond=_all(_W.beyond_site, article.text),
        adoption=_first(_W.adoption, article.text),
        refused=_REFUSED.search(article.text) is not None and _NONE_REFUSED.search(article.text) is None,
        reasons=_first(_W.reasons, article.text),
        files=files,
        file_urls=files_of(page),
        thin=article.characters < _THIN
        and bool(article.images or article.attachments or article.media or files),
        pictured=article.characters < _THIN and bool(article.images or article.media),
        links=related(page, article),
        shown=quote(article.text, ("征集时间", "截止", "反馈方式", "意见")),
    )


class InFiles(Frozen):
    """What the attachments of one page tell besides. `whole`: nothing of them stayed unread."""

    whole: bool
    deadline: date | None = None
    explained: str = ""
    ways: tuple[str, ...] = ()
    beyond: tuple[str, ...] = ()
    adoption: str = ""
    refused: bool = False
    reasons: str = ""


_ANYWHERE = ("主要内容", "背景", "解读", "制定目的", "必要性")  # words that the draft itself may use


def in_files(enclosed: Enclosed, published: date | None) -> InFiles:
    text = enclosed.text
    return InFiles(
        whole=enclosed.whole,
        deadline=deadline_of(text, published),
        explained=_first((word for word in _W.explained if word not in _ANYWHERE), text),
        ways=_all(_W.way, text),
        beyond=_all(_W.beyond_site, text),
        adoption=_first(_W.adoption, text),
        refused=_REFUSED.search(text) is not None and _NONE_REFUSED.search(text) is None,
        reasons=_first(_W.reasons, text),
    )


def with_files(seen: Consulted, told: InFiles) -> Consulted:
    """The page and its attachments as one. What was read whole is no longer in doubt; pictures stay so."""
    return seen.model_copy(
        update={
            "deadline": seen.deadline or told.deadline,
            "explained": seen.explained or told.explained,
            "ways": tuple(dict.fromkeys((*seen.ways, *told.ways))),
            "beyond": tuple(dict.fromkeys((*seen.beyond, *told.beyond))),
            "adoption": seen.adoption or told.adoption,
            "refused": seen.refused or told.refused,
            "reasons": seen.reasons or told.reasons,
            "thin": seen.pictured if told.whole else seen.thin,
            "files": () if told.whole else seen.files,
            "unread": not told.whole,
        }
    )


def needs_files(seen: Consulted) -> bool:
    """Would the attachments answer what the page leaves open?"""
    if not seen.file_urls:
        return False
    if seen.kind is PaperKind.FEEDBACK:
        return not seen.adoption or (seen.refused and not seen.reasons)
    asked = seen.kind is PaperKind.CONSULTATION
    return asked and not (seen.explained and seen.ways and seen.deadline)


def _first(words: Iterable[str], text: str) -> str:
    return next((word for word in words if word in text), "")


def _all(words: Iterable[str], text: str) -> tuple[str, ...]:
    return tuple(word for word in words if word in text)


def _form(page: Page) -> tuple[str, ...]:
    """A form to write an opinion in is a way, whatever it is called."""
    return ("在线提交",) if page.tree.css_first("textarea") is not None else ()


def attachment_names(page: Page) -> tuple[str, ...]:
    """The link texts of the page's attachments; the file name where there is none."""
    names = [
        link.text or link.url.rpartition("/")[2]
        for link in article_links(page)
        if link.url and link.tag == "a" and ATTACHMENT.search(link.url)
    ]
    return tuple(dict.fromkeys(name[:80] for name in names))[:10]


def related(page: Page, article: Article) -> tuple[tuple[str, str], ...]:
    """Links that share words with the title, or are called as results and notes are."""
    core = core_of_title(article.title)
    pieces = {core[at : at + 4] for at in range(max(1, len(core) - 3))}
    here = page.url.partition("#")[0]
    found = [
        (link.text[:80], link.url)
        for link in article_links(page)
        if link.url and link.url != here and link.tag in ("a", "area") and len(link.text) >= 4
        and (any(word in link.text for word in (*_W.result_link, "说明", *pieces)))
    ]  # fmt: skip
    return tuple(dict.fromkeys(found))[:_LINKS_KEPT]


# -- the last day

_DATE = (
    r"(?:20\d\d\s?年\s?)?\d{1,2}\s?月\s?\d{1,2}\s?[日号]"
    r"|20\d\d\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{1,2}"
)
_END = rf"(?:{_DATE}|\d{{1,2}}\s?[日号](?!内))"  # a span may leave out the month of its end
_SPAN = re.compile(rf"(?P<a>{_DATE})[^。；;\n]{{0,12}}?(?:至|到|—+|－+|~|～|-{{1,2}}|–)\s*(?P<b>{_END})")
_UNTIL = re.compile(
    rf"(?:截止|截至|期限|结束|止于|有效期至|反馈至)[^。；;\n]{{0,14}}?(?P<b>{_DATE})"
    rf"|(?P<c>{_DATE})[^。；;，,\n]{{0,10}}?(?:前|以前|之前|止|为止|截止)"
)
_WITHIN = re.compile(
    r"(?:自|从|发布|公告|公示|刊登)[^。；;\n]{0,16}?(?:之日|之时|即日)?起\s?(?P<n>\d{1,3}|[一二三四五六七八九十]{1,3})\s?个?(?P<w>工作)?(?:日|天)"
    r"|(?:期限|时间|时限|期)(?:为|：|:)\s?(?P<n2>\d{1,3}|[一二三四五六七八九十]{1,3})\s?个?(?P<w2>工作)?(?:日|天)"
)
_NUMERAL = {sign: number for number, sign in enumerate("一二三四五六七八九", 1)}


def deadline_of(text: str, published: date | None) -> date | None:
    """The last day on which opinions are taken: a span's end, 截止 …, … 前, or days from publication.

    Days counted in working days are stretched by half, so that the day told is never too early.
    """
    text = plain(text)
    ends: list[date] = []
    for match in _SPAN.finditer(text):
        begun = _day(match["a"], published)
        end = _day(match["b"], begun or published)
        if end is not None and (begun is None or end >= begun):
            ends.append(end)
    for match in _UNTIL.finditer(text):
        end = _day(match["b"] or match["c"], published)
        if end is not None and (published is None or end >= published):
            ends.append(end)
    if not ends and published is not None:
        ends = [published + timedelta(days=days) for days in _days_within(text)]
    return max(ends, default=None)


def _days_within(text: str) -> Iterable[int]:
    for match in _WITHIN.finditer(text):
        number = _number(match["n"] or match["n2"])
        if number:
            yield number * 3 // 2 + 1 if match["w"] or match["w2"] else number


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    return (_NUMERAL.get(tens, 1) * 10 if ten else 0) + _NUMERAL.get(ones, 0)


def _day(text: str, near: date | None) -> date | None:
    """A day whose year, or year and month, may be left out: then those of `near`."""
    for found in find_dates(text):
        if found.day is not None:
            return found.day
    parts = [int(part) for part in re.findall(r"\d+", text)]
    if near is None or not parts or len(parts) > 2:
        return None
    month, day = (parts[0], parts[1]) if len(parts) == 2 else (near.month, parts[0])
    try:
        told = date(near.year, month, day)
        return told if told >= near else date(near.year + (near.month - month > 6), month, day)
    except ValueError:
        return None
