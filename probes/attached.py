"""What do the attachments of a page say, where the page itself says too little?

Only what is needed is opened: few pages, drawn by seed, through the gate and the attachment worker with its
limits. Texts are read by the probe that asks and forgotten; what could not be read stays in doubt, and is no
fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import Any, NamedTuple

from crawler.markup.page import Page
from crawler.model import Request
from crawler.papers.documents import article_links
from crawler.scope import site_host
from crawler.texts.article import ATTACHMENT
from crawler.texts.attachments import READABLE, read_attachment
from crawler.urls import site_of
from probes.base import Evidence, Net, PortalState

OPENED = 10  # attachments of one kind of content opened per unit (assumed)
MAX_BYTES = 10_000_000  # of one attachment
_KEPT = 10  # attachments noted per page


class Enclosed(NamedTuple):
    """What the attachments of one page say. `whole`: nothing of them stayed unread."""

    text: str
    whole: bool


def files_of(page: Page) -> tuple[str, ...]:
    """Addresses of the page's attachments, read or not; more than `_KEPT` are cut, see `read_enclosed`."""
    urls = (link.url for link in article_links(page) if link.tag in _HOLDING and link.url)
    return tuple(dict.fromkeys(url for url in urls if ATTACHMENT.search(url)))[:_KEPT]


_HOLDING = ("a", "iframe", "embed", "object")


async def read_enclosed(
    pages: Mapping[str, Sequence[str]], evidence: Evidence[Any], net: Net, kind: str
) -> dict[str, Enclosed]:
    """What the attachments say of the pages that were drawn, by page. `pages`: attachments by page.

    Pages that were not drawn, for want of room, are not in the answer.
    """
    if evidence.context.portal is not PortalState.OPEN or not evidence.unit.portal:
        return {}
    own = _site(evidence.unit.portal)
    read: dict[str, Enclosed] = {}
    found: dict[str, Enclosed] = {}
    for url, files in _drawn(pages, Random(f"{evidence.context.seed}/{evidence.unit.id}/{kind}")):
        for file in files:
            if file not in read:
                near = READABLE.search(file) is not None and _site(file) == own
                read[file] = await _open(file, net) if near else Enclosed("", False)
        texts = [read[file] for file in files]
        whole = len(files) < _KEPT and all(one.whole for one in texts)
        found[url] = Enclosed("\n".join(one.text for one in texts if one.text), whole)
    return dict(sorted(found.items()))


def _drawn(pages: Mapping[str, Sequence[str]], random: Random) -> Iterator[tuple[str, Sequence[str]]]:
    """Pages in an order by the seed, as long as there is room for all of a page's attachments."""
    urls = sorted(url for url, files in pages.items() if files)
    random.shuffle(urls)
    room = OPENED
    for url in urls:
        if len(pages[url]) <= room:
            room -= len(pages[url])
            yield url, pages[url]


async def _open(url: str, net: Net) -> Enclosed:
    fetched = await net.once(Request(url, max_bytes=MAX_BYTES))
    if not fetched.ok:
        return Enclosed("", False)
    reading = await read_attachment(fetched.body, url)
    return Enclosed(reading.text, reading.complete)


def _site(url: str) -> str:
    return site_of(site_host(url).partition(":")[0])
