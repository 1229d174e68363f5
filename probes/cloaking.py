"""Does the home page show search engines and phones something else than people? Only with --probe-cloaking.

Home is asked as a search engine, as a phone and as a visitor from a search engine, and twice plainly, so that
a page that changes by itself is known. Source: docs/method.md, Safety.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from crawler.markup.hidden import foreign_host
from crawler.markup.page import Page
from crawler.model import Fetched, Frozen, Outcome, Request
from crawler.signs.footer import seen_text
from crawler.urls import site_of
from probes.bad_words import close_pair, find_words, strong_word
from probes.base import Net

SPIDER = "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)"
PHONE = (
    "Mozilla/5.0 (Linux; Android 13; Pixel 7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile"
    " Safari/537.36"
)
SEARCH = "https://www.baidu.com/s?wd=%E6%94%BF%E5%BA%9C%E7%BD%91%E7%AB%99"

GUISES: dict[str, str] = {"spider": "以搜索引擎身份", "phone": "以手机身份", "search": "从搜索结果点入"}
STEADY = 0.9  # two plain looks at least this alike: the page does not change by itself (assumed)
OTHER = 0.5  # less alike than this: another page (assumed)


class Guise(Frozen):
    """One look in a guise, compared with the plain one."""

    guise: str
    outcome: Outcome
    host: str = ""  # where it ended
    likeness: float = 0.0  # 0..1, of the lines of text
    words: tuple[str, ...] = ()  # bad words that plain visitors do not see
    hosts: tuple[str, ...] = ()  # foreign hosts linked to that plain visitors do not see


class Compared(Frozen):
    """One round: the plain looks and the guises."""

    plain: Outcome
    host: str = ""
    steady: float = 0.0
    guises: tuple[Guise, ...] = ()


async def compare(net: Net, url: str, *, fresh: bool) -> Compared:
    """One round of looks at a home page."""
    plain = await net.fetch(Request(url, fresh=fresh))
    if not plain.ok:
        return Compared(plain=plain.outcome)
    page = _page(plain)
    guises = [await _guise(net, url, name, page, fresh=fresh) for name in GUISES]
    again = await net.fetch(Request(url, fresh=fresh))
    steady = likeness(page, _page(again)) if again.ok else 0.0
    return Compared(plain=plain.outcome, host=_host(plain), steady=steady, guises=tuple(guises))


async def _guise(net: Net, url: str, name: str, plain: Page, *, fresh: bool) -> Guise:
    agent = {"spider": SPIDER, "phone": PHONE}.get(name)
    fetched = await net.fetch(
        Request(url, fresh=fresh, user_agent=agent, referer=SEARCH if name == "search" else None)
    )
    if not fetched.ok:
        return Guise(guise=name, outcome=fetched.outcome)
    page = _page(fetched)
    own = site_of(_host_of(url))
    return Guise(
        guise=name,
        outcome=fetched.outcome,
        host=_host(fetched),
        likeness=likeness(plain, page),
        words=tuple(sorted(_bad(page) - _bad(plain)))[:10],
        hosts=tuple(sorted(_hosts(page, own) - _hosts(plain, own)))[:10],
    )


def differs(round_: Compared, guise: Guise) -> list[str]:
    """What a guise saw that people do not, in Chinese. Phones may get a page of their own: not by itself."""
    if guise.outcome is not Outcome.OK:
        return []
    seen = []
    if guise.words:
        seen.append(f"出现“{'、'.join(guise.words)}”")
    elsewhere = site_of(guise.host) != site_of(round_.host) and not guise.host.endswith(".gov.cn")
    if guise.host and elsewhere:
        seen.append(f"转到 {guise.host}")
    if guise.guise != "phone" and round_.steady >= STEADY and guise.likeness < OTHER:
        seen.append(f"内容与普通访问的相似度仅 {guise.likeness:.0%}")
    return seen


def doubted(round_: Compared) -> Iterator[tuple[Guise, list[str]]]:
    """The guises that saw something else."""
    for guise in round_.guises:
        if seen := differs(round_, guise):
            yield guise, seen


def likeness(one: Page, other: Page) -> float:
    """Share of the lines of text that two pages have in common, 0..1."""
    a, b = set(one.text.split("\n")), set(other.text.split("\n"))
    return len(a & b) / len(a | b) if a | b else 1.0


def _bad(page: Page) -> set[str]:
    found = {word for text in (page.title, page.meta.get("keywords", "")) if (word := strong_word(text))}
    pair = close_pair(find_words(seen_text(page)))
    return found | ({word.word for word in pair} if pair else set())


def _hosts(page: Page, own: str) -> set[str]:
    return {host for link in page.links if link.url and (host := foreign_host(link.url, own))}


def _page(fetched: Fetched) -> Page:
    return Page.of(fetched, is_home=True)


def _host(fetched: Fetched) -> str:
    return _host_of(fetched.final_url or fetched.url)


def _host_of(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()
