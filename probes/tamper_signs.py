"""What on one page may show that it was tampered with? Facts for probes/tamper.py; nothing is judged here.

Hidden links, words of gambling and pornography with their place, hosts the page links to, and on home the
signs of a mirror. Source: docs/method.md, Safety.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from selectolax.lexbor import LexborNode

from crawler.markup.hidden import foreign_host, hidden_nodes, in_common_use
from crawler.markup.page import Page, squeeze
from crawler.masking import mask
from crawler.model import Frozen
from crawler.scope import site_host
from crawler.signs.footer import read_footer, seen_text
from crawler.texts.article import read_article
from crawler.urls import site_of
from probes.bad_words import close_pair, find_words, strong_word

KEPT = 20  # of each kind and page


class Hidden(Frozen):
    """One link nobody can see. `sure`: no script could be meant to show it; `word`: a strong one in it."""

    url: str
    text: str
    how: str
    sure: bool = False
    word: str | None = None


class Said(Frozen):
    """Bad words at one place of a page: title, meta, publisher, link or text."""

    place: str
    words: tuple[str, ...]
    excerpt: str
    target: str | None = None  # of a link


class Home(Frozen):
    """What a home page says of itself."""

    icp: str | None = None
    site_code: str | None = None
    site_domain: str | None = None
    junk: str | None = None  # the id that an injected block repeats
    word: str | None = None


class Signs(Frozen):
    """Of one page; empty for nearly all."""

    hidden: tuple[Hidden, ...] = ()
    said: tuple[Said, ...] = ()
    hosts: tuple[str, ...] = ()  # foreign, neither government nor known service
    named: tuple[tuple[str, str], ...] = ()  # (URL, text): named as a government site, on such a host
    home: Home | None = None


def observe(page: Page) -> Signs | None:
    own = _site(site_host(page.url).partition(":")[0])
    foreign = _foreign_links(page, own)
    signs = Signs(
        hidden=tuple(_hidden_links(page, own))[:KEPT],
        said=tuple(_said(page, foreign)),
        hosts=tuple(sorted({host for host, _, _ in foreign}))[: 2 * KEPT],
        named=tuple(
            dict.fromkeys((url, mask(text)[:40]) for _, url, text in foreign if _GOVERNMENT.search(text))
        )[:KEPT],
        home=read_home(page) if page.is_home else None,
    )
    return signs if signs != _NOTHING else None


_NOTHING = Signs()
_GOVERNMENT = re.compile(r"人民政府|政府网|门户网站|管委会$|委员会$|[\u4e00-\u9fff]{2,}[局厅]$")


@lru_cache(maxsize=4096)
def _site(host: str) -> str:
    return site_of(host)


def _foreign_links(page: Page, own: str) -> list[tuple[str, str, str]]:
    """(host, URL, text) of every link to a host that is neither ours nor known."""
    found = []
    home = site_host(page.url)
    here = "/".join(page.url.split("/", 3)[:3]) + "/"  # most links stay here: seen without a look at the host
    for link in page.links:
        url = link.url
        if url is None or url.startswith(here) or link.tag not in ("a", "area", "iframe", "frame"):
            continue
        place = site_host(url)
        host = _foreign(place, own) if place != home else None
        if host is not None:
            found.append((host, url, link.text))
    return found


@lru_cache(maxsize=50_000)
def _foreign(host: str, own: str) -> str | None:
    return foreign_host(f"http://{host}/", own)


# -- hidden links

# Names of parts that a script or a style for another moment shows.
_SHOWN_LATER = re.compile(
    r"tab|menu|nav|drop|sub|pop|dialog|layer|modal|con|list|box|more|share|wx|wei|qr|code|ewm|float|mask|tip"
    r"|select|panel|item|slide|swip|down|login|search|banner|carousel|scroll|roll|focus|lunbo|link|yqlj|mobile"
    r"|phone|wap|print|hover|toggle|collapse|accordion|fold|open|close|foot|bd|hd|show|gd|site|app|lang"
    r"|sr-?only|visually|screen-?reader|skip|offscreen|(?:^|[-_])ads?\d*(?:$|[-_])|advert|piaofu|duilian|couplet"
    r"|editor|article|zoom|text",
    re.IGNORECASE,
)
_MENU_TAGS = {"ul", "ol", "dl", "dd", "li", "select", "tr", "td", "table", "tbody", "form", "nav"}
# In these no web farm was ever hidden, but what was pasted from elsewhere often is.
_INLINE = {"span", "font", "strong", "b", "em", "i", "u", "section"}
_SERVICE = re.compile(
    r"技术支持|技术保障|统计|备案|访问量|浏览器|下载|插件|适老|无障碍|读屏|跳转|跳到|跳过|English",
    re.IGNORECASE,
)
_BODIES = re.compile(r"\.(?:org|mil)\.cn$|^xn--")


def _hidden_links(page: Page, own: str) -> Iterator[Hidden]:
    seen: set[str] = set()
    for node, how in hidden_nodes(page):
        anchors = [node] if node.tag == "a" else node.css("a[href]")
        later: bool | None = None
        for anchor in anchors:
            url = page.resolve(anchor.attributes.get("href") or "")
            if url is None or url in seen:
                continue
            text = squeeze(anchor.text())[:80]
            host = _foreign(site_host(url), own)
            word = strong_word(text) if text else None
            if host is None and word is None:
                continue
            if word is None and how in ("font-size", "text-indent") and _seen_all_the_same(anchor, node, how):
                continue
            if later is None:
                later = in_common_use(how) and shown_later(page, node)
            seen.add(url)
            doubtful = later or _SERVICE.search(text) or (host and _BODIES.search(host))
            # A web farm is made for its words: a counter's picture or a click area over a picture has none.
            sure = not (doubtful or not text or (how == "opacity:0" and node.tag == "a"))
            yield Hidden(url=url, text=mask(text), how=how, sure=sure, word=word)


def _seen_all_the_same(anchor: LexborNode, node: LexborNode, how: str) -> bool:
    """A font size of 0 closes the gaps between parts with a size of their own; an indent puts a picture, the
    logo, in place of a name."""
    if anchor.css_first("img") is not None:
        return True
    if how == "text-indent":
        return node.tag in ("a", "h1", "h2")
    return any(_sized(part) for part in (*anchor.css("*"), *_between(anchor, node)))


def _between(anchor: LexborNode, node: LexborNode) -> Iterator[LexborNode]:
    """The link and what holds it, up to the hidden block."""
    part: LexborNode | None = anchor
    while part is not None and part != node:
        yield part
        part = part.parent


def _sized(node: LexborNode) -> bool:
    """Has it a font size of its own, or a class by which a style sheet may give it one?"""
    attributes = node.attributes
    return bool(attributes.get("class")) or "font" in (attributes.get("style") or "")


def shown_later(page: Page, node: LexborNode) -> bool:
    """Could a script or a menu show this element? It is a part of a menu by its tag or name, stands in one,
    holds a control, or the page's own scripts name it."""
    if node.tag in _MENU_TAGS or node.tag in _INLINE or _named_as_part(node):
        return True
    if node.tag != "a" and node.css_first("select,input,button,textarea") is not None:
        return True
    names = _names(node)
    if names and any(name in text for name in names for text in (*page.scripts, *page.includes.values())):
        return True
    above = node.parent
    for _ in range(3):
        if above is None or above.tag in ("body", "html"):
            return False
        if above.tag in ("li", "nav", "ul", "select") or _named_as_part(above):
            return True
        above = above.parent
    return False


def _named_as_part(node: LexborNode) -> bool:
    return any(_SHOWN_LATER.search(name) for name in _names(node))


def _names(node: LexborNode) -> list[str]:
    attributes = node.attributes
    return f"{attributes.get('class') or ''} {attributes.get('id') or ''}".split()


# -- words

_PUBLISHERS = ("contentsource", "author", "publisher", "source")
_TAGS = ("keywords", "description", "articletitle", "columnname", "columnkeywords", "columndescription")


def _said(page: Page, foreign: list[tuple[str, str, str]]) -> Iterator[Said]:
    if word := strong_word(page.title):
        yield Said(place="title", words=(word,), excerpt=mask(page.title)[:60])
    for name in _TAGS:
        if (value := page.meta.get(name)) and (word := strong_word(value)):
            yield Said(place="meta", words=(word,), excerpt=mask(f"{name}: {value}")[:60])
            break
    for value in _publishers(page):
        if word := strong_word(value):
            yield Said(place="publisher", words=(word,), excerpt=mask(value)[:60])
            break
    for _, url, text in foreign:
        if text and (word := strong_word(text)):
            yield Said(place="link", words=(word,), excerpt=mask(text)[:60], target=url)
            break
    text = seen_text(page)
    words = find_words(text)
    if words and (pair := close_pair(words)):
        whole = "".join(text.split())
        yield Said(
            place="text",
            words=(pair[0].word, pair[1].word),
            excerpt=mask(whole[max(0, pair[0].start - 10) : pair[1].end + 10])[:80],
        )


def _publishers(page: Page) -> Iterator[str]:
    for name in _PUBLISHERS:
        if value := page.meta.get(name):
            yield value
    article = None if page.is_home else read_article(page)
    if article is not None and article.source:
        yield article.source


# -- mirrors

_REPEATED = re.compile(
    r"<(legend|samp|sup|mark|del|delect|menuitem|rt|rp|wbr|meter|track|center|th|td|dl|strong|tt|font|ruby|p|input"
    r"|address|blockquote|option)\b[^>]*\bid=[\"']([a-z0-9]{4,6})[\"']",
    re.IGNORECASE,
)
_RARE = {"legend", "samp", "delect", "menuitem", "rt", "rp", "wbr", "meter", "track", "tt", "ruby"}
_TOP = 3000  # characters in which the block stands
_LEAST = 5  # repetitions (the block of the known family has 22)


def read_home(page: Page) -> Home:
    """What a home page says of itself; also used for pages linked to."""
    footer = read_footer(page)
    return Home(
        icp=footer.icp,
        site_code=footer.site_code or page.meta.get("siteidcode") or None,
        site_domain=page.meta.get("sitedomain") or None,
        junk=junk_block(page.html),
        word=strong_word(page.title) or strong_word(page.meta.get("sitename", "")),
    )


def junk_block(html: str) -> str | None:
    """The id that a block of rare empty tags at the top of a page repeats: a signature of mirror sites."""
    body = html.find("<body")
    tops = html[:_TOP] if body < 0 or body < _TOP // 2 else html[:_TOP] + html[body : body + _TOP]
    tags: dict[str, list[str]] = {}
    for tag, name in _REPEATED.findall(tops):
        tags.setdefault(name, []).append(tag.lower())
    for name, used in tags.items():
        if len(used) >= _LEAST and len(set(used) & _RARE) >= 2:
            return name
    return None
