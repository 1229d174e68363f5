"""Where a list goes on: `createPageHTML` of TRS and Kaipu, VSB, Webplus, and plain page turners.

Why: these pagers are written by script or count in ways of their own, so a link follower stops at page 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.dialects.reading import MAX_NEXT_PAGES, DialectReading
from crawler.markup.page import resolve
from crawler.model import Request

if TYPE_CHECKING:
    from crawler.markup.page import Page

_CALL = re.compile(r"(?<![\w.$])(?<!function )createPageHTML\s*\(([^()]{1,300})\)")
_VARIABLE = re.compile(r"(?:var\s+)?([A-Za-z_$][\w$]*)\s*=\s*(\d+|\"[^\"\n]{0,80}\"|'[^'\n]{0,80}')")
_ARGUMENT = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^,\s][^,]*)|(?<=,)\s*(?=,)")
_STUB_URL = re.compile(r"_\d+\.s?html?$", re.IGNORECASE)
STUB_BYTES = 500  # stubs behind the last page that a TRS site keeps have 300-400 bytes


def create_page_html(page: Page) -> DialectReading | None:
    """TRS: createPageHTML(pages, current from 0, "index", "html") or (records, pages, current, …).
    Kaipu: createPageHTML('div', pages, current from 1, 'list', 'shtml', records). Argument 1 decides."""
    for match in _CALL.finditer(page.html):
        arguments = _arguments(match[1], page.html)
        reading = _kaipu(page, arguments) if isinstance(arguments[0], str) else _trs(page, arguments)
        if reading is not None:
            return reading
    return None


def _arguments(text: str, html: str) -> list[str | int | None]:
    """Literals as they are, identifiers by what the page assigns to them, None for all else."""
    values: list[str | int | None] = []
    for match in _ARGUMENT.finditer(text):
        if match[1] is not None or match[2] is not None:
            values.append(match[1] if match[1] is not None else match[2])
            continue
        word = (match[3] or "").strip()
        values.append(int(word) if word.isdigit() else _variable(word, html))
    return values or [None]


def _variable(name: str, html: str) -> str | int | None:
    for match in _VARIABLE.finditer(html):
        if match[1] == name:
            return int(match[2]) if match[2].isdigit() else match[2][1:-1]
    return None


def _trs(page: Page, arguments: list[str | int | None]) -> DialectReading | None:
    numbers: list[int] = []
    for value in arguments:
        if not isinstance(value, int):
            break
        numbers.append(value)
    names = [value for value in arguments[len(numbers) :] if isinstance(value, str)]
    if len(numbers) < 2 or len(names) < 2:
        return None
    total = numbers[0] if len(numbers) >= 3 else None
    pages, current = (numbers[1], numbers[2]) if len(numbers) >= 3 else (numbers[0], numbers[1])
    stem, suffix = names[0], names[1].lstrip(".")
    urls = (resolve(page.base, f"{stem}_{number}.{suffix}") for number in range(current + 1, pages))
    return DialectReading(names=("trs",), next_pages=_gets(urls), pages=pages, total=total)


def _kaipu(page: Page, arguments: list[str | int | None]) -> DialectReading | None:
    pages, current = [*arguments, None, None][1:3]
    names = [value for value in arguments[3:] if isinstance(value, str)]
    if not isinstance(pages, int) or not isinstance(current, int) or len(names) < 2:
        return None
    rest = [value for value in arguments[5:] if isinstance(value, int)]
    stem, suffix = names[0], names[1].lstrip(".")
    last = pages if current > 0 else pages - 1  # a TRS site that calls its place first counts from 0
    urls = (resolve(page.base, f"{stem}_{number}.{suffix}") for number in range(current + 1, last + 1))
    total = rest[0] if rest else None
    return DialectReading(names=("kaipu",), next_pages=_gets(urls), pages=pages, total=total)


_COUNT = re.compile(r"\bcountPage\s*=\s*[\"']?(\d{1,5})")
_CURRENT = re.compile(r"\bcurrentPage\s*=\s*[\"']?(\d{1,5})")
_OWN_NAME = re.compile(r"/([A-Za-z][A-Za-z-]*)(?:_\d+)?\.(s?html?)$")
_WRITTEN_NAME = re.compile(r"href=\\?[\"']([A-Za-z][A-Za-z-]*)[^>]{0,60}?\b(s?html?)\b")


def trs_loop(page: Page) -> DialectReading | None:
    """Older TRS templates: countPage and currentPage (from 0) in a script that writes each link by itself."""
    count, current = _COUNT.search(page.html), _CURRENT.search(page.html)
    if count is None or current is None or "createPageHTML" in page.html:
        return None
    name = _OWN_NAME.search(urlsplit(page.url).path) or _WRITTEN_NAME.search(page.html)
    stem, suffix = (name[1], name[2]) if name is not None else ("index", "html")
    pages = int(count[1])
    urls = (resolve(page.base, f"{stem}_{number}.{suffix}") for number in range(int(current[1]) + 1, pages))
    return DialectReading(names=("trs",), next_pages=_gets(urls), pages=pages)


def stub(page: Page) -> DialectReading | None:
    """A deep list page (index_37.html) of a few hundred bytes without a link: the list ended before it."""
    if len(page.html) < STUB_BYTES and _STUB_URL.search(urlsplit(page.url).path) and "<a " not in page.html:
        return DialectReading(names=("stub",), stub=True)
    return None


# -- VSB (Visual SiteBuilder, 博达): list.htm, then list/12.htm … list/1.htm

_VSB_TOTAL = re.compile(r"_simple_list_gotopage(?:_fun)?\s*\(\s*(\d{1,5})\s*,")
_VSB_PLACE = re.compile(r">\s*(\d{1,5})\s*/\s*(\d{1,5})\s*<")
_VSB_RECORDS = re.compile(r"共\s*(\d{1,7})\s*条")


def vsb(page: Page) -> DialectReading | None:
    """Page k of n is `<list>/<n - k>.htm`: the file numbers count downwards, so that old pages never move."""
    match = _VSB_TOTAL.search(page.html)
    pages = int(match[1]) if match is not None else _vsb_numbers(page)
    if pages is None:
        return None
    folder, stem, number = _vsb_place(page.url)
    if "?" in page.url or stem is None:
        return _vsb_dynamic(page, pages) if match is not None else None  # its links say it themselves
    below = pages - 1 if number is None else number - 1
    urls = (resolve(page.url, f"{folder}{stem}/{count}.htm") for count in range(below, 0, -1))
    records = _VSB_RECORDS.search(page.html)
    total = int(records[1]) if records else None
    return DialectReading(names=("vsb",), next_pages=_gets(urls), pages=pages, total=total)


def _vsb_numbers(page: Page) -> int | None:
    """The pages by the newer pager: numbers in a row, the last one is the number of pages."""
    numbers = [node.text(strip=True) for node in page.tree.css(".p_pages .p_no,.p_pages .p_no_d")]
    return max((int(number) for number in numbers if number.isdigit()), default=None)


def _vsb_place(url: str) -> tuple[str, str | None, int | None]:
    """(folder, list name, file number) of a static VSB list page."""
    path = urlsplit(url).path
    folder, _, name = path.rpartition("/")
    if not name.endswith(".htm"):
        return folder + "/", None, None
    stem = name[:-4]
    if stem.isdigit():
        above, _, parent = folder.rpartition("/")
        return above + "/", parent, int(stem)
    return folder + "/", stem, None


def _vsb_dynamic(page: Page, pages: int) -> DialectReading:
    """list.jsp?…&PAGENUM=2 of a site that is not published statically (counting upwards)."""
    place = _VSB_PLACE.search(page.html)
    current = int(place[1]) if place else 1
    bare = re.sub(r"[?&](?:PAGENUM|totalpage)=\d+", "", page.url)
    join = "&" if "?" in bare else "?"
    urls = (f"{bare}{join}totalpage={pages}&PAGENUM={number}" for number in range(current + 1, pages + 1))
    return DialectReading(names=("vsb",), next_pages=_gets(urls), pages=pages)


# -- Webplus (苏迪): list.htm, list2.htm …

_WEBPLUS = re.compile(r"class=[\"']all_pages[\"'][^>]*>\s*(\d{1,5})\s*<")
_WEBPLUS_CURRENT = re.compile(r"class=[\"']curr_page[\"'][^>]*>\s*(\d{1,5})\s*<")
_WEBPLUS_ALL = re.compile(r"class=[\"']all_count[\"'][^>]*>\s*(\d{1,7})\s*<")
_WEBPLUS_NAME = re.compile(r"/list\d*\.(htm|psp)$")


def webplus(page: Page) -> DialectReading | None:
    """The pager says all_pages and curr_page; page 2 is list2.htm beside list.htm (counting upwards)."""
    match = _WEBPLUS.search(page.html)
    name = _WEBPLUS_NAME.search(urlsplit(page.url).path)
    if match is None or name is None:
        return None
    pages = int(match[1])
    here, records = _WEBPLUS_CURRENT.search(page.html), _WEBPLUS_ALL.search(page.html)
    current = int(here[1]) if here else 1
    urls = (resolve(page.url, f"list{number}.{name[1]}") for number in range(current + 1, pages + 1))
    total = int(records[1]) if records else None
    return DialectReading(names=("webplus",), next_pages=_gets(urls), pages=pages, total=total)


# -- plain page turners

_NEXT = re.compile(r"^(?:下一?页|下1页|后一?页|next|[>›»]{1,2}|下一页\s*[>›»]*)$", re.IGNORECASE)
_PAGES = re.compile(
    r"共\s*<?[^\d<>]{0,12}>?\s*(\d{1,5})\s*(?:<[^<>]{0,20}>)?\s*页|(?:页次"
    r"|第|当前页|页码)\s*[:：]?\s*\d+\s*/\s*(\d{1,5})"
)
_RECORDS = re.compile(
    r"共\s*(?:有)?\s*(?:<[^<>]{0,30}>)?\s*(\d{1,7})\s*(?:<[^<>]{0,20}>)?\s*(?:条|项|篇|件)"
    r"|(?:总记录数?|记录总数)\s*[:：]?\s*(\d{1,7})"
)
_JUMPS = re.compile(r"location|href|open", re.IGNORECASE)


def turners(page: Page) -> DialectReading | None:
    """Links called 下一页 or by a number beside it: for every system that writes its pager as HTML."""
    urls: list[str] = []
    found = False
    here = page.url.partition("#")[0]
    for link in page.links:
        if link.tag != "a":
            continue
        text = link.text.strip("[]【】 ")
        if _NEXT.match(text):
            found = True
            if link.url and link.url != here:
                urls.insert(0, link.url)
        elif text.isdigit() and len(text) <= 4 and link.url and _same_list(here, link.url):
            urls.append(link.url)
    jumps = _jumps(page, here)
    urls += jumps
    if not found and not jumps:
        return None
    pages, records = _PAGES.search(page.html), _RECORDS.search(page.html)
    return DialectReading(
        names=("turners",),
        next_pages=_gets(dict.fromkeys(url for url in urls if url != here)),
        pages=int(pages[1] or pages[2]) if pages else None,
        total=int(records[1] or records[2]) if records else None,
    )


def _jumps(page: Page, here: str) -> list[str]:
    """The pages of a list to jump to: `<option value="list_2.html">2</option>`."""
    if "<option" not in page.html:
        return []
    found: list[str] = []
    for node in page.tree.css("select[onchange] option[value]"):
        chooser = node.parent
        url = resolve(page.base, node.attributes.get("value") or "")
        words = node.text(strip=True).strip("第页")
        if chooser is None or not _JUMPS.search(chooser.attributes.get("onchange") or ""):
            continue
        if url is not None and words.isdigit() and len(words) <= 4 and _same_list(here, url):
            found.append(url)
    return found


_DIGITS = re.compile(r"_?\d+")


def _same_list(here: str, url: str) -> bool:
    """Does a numbered link lead to the same list? Same path but for numbers, or only another query."""
    one, other = urlsplit(here), urlsplit(url)
    if one.netloc != other.netloc:
        return False
    return (
        _DIGITS.sub("", one.path) == _DIGITS.sub("", other.path)
        or one.path.rpartition("/")[0] == other.path.rpartition("/")[0]
    )


def _gets(urls: Iterable[str | None]) -> tuple[Request, ...]:
    wanted = []
    for url in urls:
        if url is not None:
            wanted.append(Request(url))
        if len(wanted) >= MAX_NEXT_PAGES:
            break
    return tuple(wanted)
