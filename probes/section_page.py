"""What one page tells about required columns: which of its links name one, and what stands in its own body.

Pure. Links are kept only where their text or folder may stand for a section; articles only where they are
blank or hold a catalogue, so that most pages leave nothing. Source: docs/method.md, Sections.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from functools import lru_cache
from urllib.parse import urlsplit

from crawler import dialects
from crawler.dialects.reading import DialectReading
from crawler.lists.rows import RowList, find_rows
from crawler.markup.page import Page
from crawler.markup.pieces import filled_by_script
from crawler.model import Frozen, PageKind
from crawler.signs.kind import find_link_count, page_kind, trail
from crawler.texts.article import ATTACHMENT, Article, is_article_url, read_article
from crawler.walking.candidates import is_attachment
from probes.attached import files_of
from probes.close_look import Nothing, look_closely
from probes.column_evidence import shows_elsewhere
from probes.lexicon import LEXICON, is_catalogue, match_field, match_section, near_sections
from probes.pictures import marks_of, shown_on

_LONGEST_NAME = 40  # characters; what is longer is the title of an article
_DAYS_KEPT = 40
_FEWEST_LINKS = 10  # a home page, site map or tree with fewer shows no navigation without script (assumed)


class Body(StrEnum):
    """What stands in the body of a page that may be a column."""

    ROWS = "rows"
    TEXT = "text"  # standing text, a form, a picture
    LINKS = "links"  # only leads on to sub-columns
    SENDS_ON = "sends_on"
    SCRIPT = "script"  # a script, frame or browser could still fill it
    BUILDING = "building"  # says 建设中 or 维护中
    EMPTY = "empty"  # of these two there may be pictures that stand on no other page: `OnPage.shown`


class Leaf(Frozen):
    """One leaf or branch of a disclosure tree."""

    title: str
    url: str
    listed_by: str = ""  # the GET request that lists it; '' where the leaf is a plain link
    claimed: int | None = None  # rows it says it holds
    branch: bool = False


class OnPage(Frozen):
    """One page's evidence for sections."""

    names: tuple[str, ...] = ()  # the page's own: ColumnName, end of the breadcrumb, beginning of the title
    links: tuple[tuple[str, str], ...] = ()  # (text, URL) of links that may name a section; '' = by script
    tree: tuple[Leaf, ...] = ()
    body: Body = Body.ROWS
    rows: int = 0
    days: tuple[date, ...] = ()  # different days of the rows, newest first
    short: tuple[tuple[int, int], ...] = ()  # (month, day) of rows without a year
    undated: int = 0
    years: tuple[int, ...] = ()  # named in the titles of the rows and of the page
    headings: tuple[
        int, ...
    ] = ()  # years that head groups of rows which name none (2025年: 县教育局, 县财政局)
    unsorted: bool = False  # more list pages follow, and the rows do not begin with the newest
    sends_on: str = ""
    blind: bool = False  # navigation may be hidden from us by script or in an unread piece
    catalogue: tuple[tuple[str, str], ...] = ()  # (text, URL): catalogues, and fields inside the catalogue
    fields: tuple[str, ...] = ()  # fields of the grass-roots catalogue whose table stands on this page
    inside: bool = False  # the page belongs to the catalogue's column
    files: tuple[str, ...] = ()  # attachments of an article that is a catalogue of several fields
    framing: tuple[str, ...] = ()  # pictures and frames, as probes.pictures marks them
    shown: tuple[str, ...] = ()  # of these, where the body seems empty but for frames, those outside chrome


_NO_COLUMN = frozenset({PageKind.SEARCH, PageKind.CHALLENGE, PageKind.ERROR})


def observe(page: Page) -> OnPage | None:
    kind = page_kind(page)
    if kind in _NO_COLUMN:
        return None
    if kind is PageKind.ARTICLE:
        return _observe_article(page)
    return read_column(page)


def read_column(page: Page) -> OnPage:
    """The evidence of a page that is no article."""
    rows = find_rows(page)
    reading = dialects.read(page)
    names = own_names(page)
    inside = _in_catalogue(page, names)
    days = [row.date for row in rows.rows if row.date is not None]
    short = [row.month_day for row in rows.rows if row.date is None and row.month_day is not None]
    body = Body.LINKS if page.is_home else body_of(page, rows, read_article(page))
    bare = body in (Body.EMPTY, Body.BUILDING)
    count = 0 if body is Body.LINKS else len(rows.rows)
    return OnPage(
        names=names,
        links=tuple(_named_links(page)),
        tree=tuple(_tree(reading)),
        body=Body.SCRIPT if bare and shows_elsewhere(page) else body,
        rows=count,
        days=tuple(sorted(set(days), reverse=True)[:_DAYS_KEPT]),
        short=tuple(sorted({(item.month, item.day) for item in short})),
        undated=max(0, count - len(days) - len(short)),
        years=years_in([*names, *(row.title for row in rows.rows)]),
        headings=_headings(page) if count > len(days) + len(short) else (),
        unsorted=bool(rows.next_pages) and len(days) > 1 and max(days) > max(days[:3]),
        sends_on=reading.redirect or "",
        blind=_blind(page, rows, bool(reading.tree)),
        catalogue=tuple(_catalogue_links(page, rows, inside)),
        inside=inside,
        framing=marks_of(page),
        shown=shown_on(page) if bare else (),
    )


def _tree(reading: DialectReading) -> Iterator[Leaf]:
    for branch in reading.branches:
        if _kept(branch.title, ""):
            yield Leaf(title=branch.title, url=branch.url, branch=True)
    for leaf in reading.tree:
        if _kept(leaf.title, ""):
            request = leaf.request
            listed_by = request.url if request is not None and request.method == "GET" else ""
            yield Leaf(title=leaf.title, url=leaf.url, listed_by=listed_by, claimed=leaf.claimed)


def _observe_article(page: Page) -> OnPage | None:
    article = read_article(page)
    blank = article is not None and article.blank
    told = "标准目录" in page.html and is_catalogue(article.title if article else page.title)
    if told and article is not None:
        files = [(link.text, link.url) for link in page.links if link.url and ATTACHMENT.search(link.url)]
        # The file of an article that names its field is that field's, whatever the file is called.
        several = match_field(article.title) is None
        told_by = {
            (text, url): None for text, url in files if match_field(text) or (several and _about(text))
        }
        return OnPage(
            body=Body.TEXT,
            catalogue=tuple(told_by),
            fields=fields_in(article.text),
            inside=True,
            files=files_of(page) if several else (),
        )
    if not blank:
        return None
    body = Body.SCRIPT if shows_elsewhere(page) else Body.EMPTY
    filled = _filled(page, look_closely(page))
    return OnPage(body=Body.TEXT if filled else body, framing=marks_of(page), shown=shown_on(page))


# -- names


_TITLE_END = re.compile(r"[_|｜—]| - |--")
_CRUMB_STEP = re.compile(r"\s*(?:>+|»|›|/|→|＞|·|::)\s*")


def own_names(page: Page) -> tuple[str, ...]:
    """How a column page calls itself, without repeats."""
    head, cut, _ = page.title, "", ""
    parted = _TITLE_END.split(page.title, maxsplit=1)
    if len(parted) == 2:
        head, cut = parted[0], parted[1]
    found = [page.meta.get("columnname", ""), _trail_end(page), head if cut else ""]
    names = (name.strip() for name in found)
    return tuple(dict.fromkeys(name for name in names if 2 <= len(name) <= _LONGEST_NAME))


def _trail_end(page: Page) -> str:
    """The last step of the breadcrumb, where its steps can be told apart."""
    steps = [step for step in _CRUMB_STEP.split(trail(page)) if step.strip()]
    if len(steps) < 2:
        return ""
    # The breadcrumb has no end of its own: only a step that the title or a tag repeats is sure to be in it.
    told = f"{page.title}\0{page.meta.get('columnname', '')}"
    sure = [words[0] for step in steps if (words := step.split()) and words[0] in told]
    return sure[-1] if sure else ""


def _named_links(page: Page) -> Iterator[tuple[str, str]]:
    seen = set()
    here = page.url.partition("#")[0]
    for link in page.links:
        if link.tag not in ("a", "area") or len(link.text) > _LONGEST_NAME:
            continue
        # A link that leads nowhere (javascript:, #) names a tab or a script: no address to look at.
        nowhere = link.url is None or (link.url == here and link.raw.lstrip()[:1] in ("#", ""))
        url = "" if nowhere or link.url is None else link.url
        pair = (link.text, url)
        if pair in seen or (not url and not link.text):
            continue
        seen.add(pair)
        if _kept(link.text, url):
            yield pair


@lru_cache(maxsize=65536)
def _kept(text: str, url: str) -> bool:
    return bool(match_section(text, url) or near_sections(text))


# -- body


_BUILDING = re.compile(
    r"(?:内容|栏目|网站|页面|资料|系统)?(?:正在)?(?:建设|更新|升级|维护|完善|整理|筹备)中|正在(?:建设|维护|升级|完善)|敬请期待"
)
_NOTHING_THIS_YEAR = re.compile(r"本(?:年度|单位|部门|机关|级)[^。]{0,20}(?:无|没有|未)")
_SHORT_TEXT = 120  # characters of a text that may be nothing but 建设中


def body_of(page: Page, rows: RowList, article: Article | None) -> Body:
    """What stands in a column's body. Doubt is never EMPTY: forms, frames and scripts fill pages too."""
    if rows.rows:
        return Body.LINKS if _only_columns(page, rows) else Body.ROWS
    if article is not None and not article.blank:
        short = article.characters < _SHORT_TEXT and not (article.images or article.attachments)
        if short and _BUILDING.search(article.text) and not _NOTHING_THIS_YEAR.search(article.text):
            return Body.BUILDING
        return Body.TEXT
    if rows.hub or _leads_on(page):
        return Body.LINKS
    if dialects.read(page).redirect:
        return Body.SENDS_ON
    if rows.needs_browser or page.unread or filled_by_script(page) in ("shell", "template"):
        return Body.SCRIPT
    nothing = look_closely(page, total_zero=rows.total == 0)
    if _filled(page, nothing):
        return Body.TEXT
    if nothing.builds:
        return Body.TEXT if page.rendered else Body.SCRIPT
    return Body.BUILDING if _BUILDING.search(page.text) else Body.EMPTY


def _filled(page: Page, nothing: Nothing) -> bool:
    """Content that is neither a list nor an article's text; pictures are told apart later."""
    shows = nothing.holds_text() or nothing.media or nothing.files or nothing.form
    return bool(shows or _asks(page) or _NOTHING_THIS_YEAR.search(page.text))


def _asks(page: Page) -> bool:
    """Something to choose from, other than the page of a list to turn to."""
    if page.tree.css_first("textarea,input[type=radio],input[type=checkbox]") is not None:
        return True
    return any(re.search(r"[^\W\d]", node.text()) for node in page.tree.css("select"))


def _leads_on(page: Page) -> bool:
    """Links into folders under its own: a parent of columns."""
    folder = page.url.partition("?")[0].partition("#")[0].rpartition("/")[0] + "/"
    if urlsplit(folder).path == "/":
        return False
    below = (link.url for link in page.links if link.url is not None and link.url.startswith(folder))
    return any("/" in url[len(folder) :].partition("?")[0] and not _is_document(url) for url in below)


def _only_columns(page: Page, rows: RowList) -> bool:
    """Undated rows that are no articles, on a page with folders below: the list is of sub-columns."""
    dated = any(row.date is not None or row.month_day is not None for row in rows.rows)
    return not dated and _leads_on(page) and not any(_is_document(row.url) for row in rows.rows)


def _is_document(url: str) -> bool:
    return is_article_url(url) or is_attachment(url)


_FOOT = re.compile(r"foot|bottom|btm|tail|copyright|banquan|yejiao|dibu", re.IGNORECASE)


def _blind(page: Page, rows: RowList, has_tree: bool) -> bool:
    if has_tree:
        return False
    unread = any(not _FOOT.search(url.rpartition("/")[2]) for url in page.unread)
    few = find_link_count(page) < _FEWEST_LINKS
    return few or rows.needs_browser or unread or _unfilled_tree(page)


_TREE_PLACES = "[class*=ztree],[id*=ztree],[class*=treeview],[id*=Tree],[id*=tree],[class*=-tree]"


def _unfilled_tree(page: Page) -> bool:
    """A place for a tree of columns that stands empty in the HTML: its script is in another file."""
    if "tree" not in page.html and "Tree" not in page.html:
        return False
    places = page.tree.css(_TREE_PLACES)
    return any(node.tag in ("ul", "div") and node.css_first("a[href]") is None for node in places)


# -- years


_NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?:\s*年|\s*[-—至]\s*20\d\d年)")
_SPELT = re.compile(r"二[〇○零][〇○零一二三四五六七八九]{2}年")


def years_in(texts: Iterable[str]) -> tuple[int, ...]:
    """The years that titles name, as 2025年 or 二〇二五年, newest first."""
    whole = "\n".join(texts)
    if "二" in whole:
        whole = _SPELT.sub(lambda match: match[0].translate(_NUMERALS), whole)
    return tuple(sorted({int(year) for year in _YEAR.findall(whole)}, reverse=True))


def _headings(page: Page) -> tuple[int, ...]:
    texts = (" ".join(node.text().split()) for node in page.tree.css(_HEADING))
    return tuple(sorted({int(year[1]) for text in texts if (year := _YEAR_ALONE.fullmatch(text))}))


_HEADING = "dt,h1,h2,h3,h4,h5,h6,summary,strong,b,p,span"
_YEAR_ALONE = re.compile(r"[\[【(（]?(20\d\d)年度?[\])）】]?")


# -- the grass-roots standard catalogue


_ABOUT = ("目录", "标准", "基层", "领域", "试点")


@lru_cache(maxsize=65536)
def _about(text: str) -> bool:
    return match_field(text) is not None or is_catalogue(text)


@lru_cache(maxsize=65536)
def _named_catalogue(text: str) -> bool:
    return any(word in text for word in _ABOUT) and is_catalogue(text)


def _in_catalogue(page: Page, names: Iterable[str]) -> bool:
    where = " ".join((*names, trail(page)[:80]))
    return any(word in where for word in _ABOUT) and is_catalogue(where)


def _catalogue_links(page: Page, rows: RowList, inside: bool) -> list[tuple[str, str]]:
    tells = _about if inside else _named_catalogue
    links = [(link.text, link.url or "") for link in page.links if link.tag in ("a", "area")]
    pairs = dict.fromkeys((*links, *((row.title, row.url) for row in rows.rows)))
    return [(text, url) for text, url in pairs if len(text) >= 2 and tells(text)]


def has_heads(text: str) -> bool:
    """Does a text show the heads of the official table?"""
    return sum(head in text for head in LEXICON.catalogue.head) >= 4


def fields_in(text: str) -> tuple[str, ...]:
    """Fields named in a catalogue's text, where it shows the heads of the official table."""
    if not has_heads(text):
        return ()
    return tuple(key for key, field in LEXICON.fields.items() if any(name in text for name in field.names))
