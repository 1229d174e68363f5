"""A page asked for by a probe, with the pieces that belong to it (frames, header and footer scripts).

Without them a page whose footer comes by script looks like one that a script may still fill, and what is
missing there is never sure. The walk reads pages the same way.
"""

from __future__ import annotations

from crawler.dialects import supplements as dialect_supplements
from crawler.markup.page import Page
from crawler.model import Request
from probes.base import Net

_MOST_PIECES = 12


async def page_with_pieces(net: Net, url: str, *, fresh: bool) -> Page | None:
    """None where the page did not come, or came empty. `fresh`: over a connection of its own."""
    fetched = await net.once(Request(url, fresh=fresh))
    if not fetched.ok or not fetched.body:
        return None
    page = Page.of(fetched)
    includes: dict[str, str] = {}
    for request in (*page.supplements(), *dialect_supplements(page))[:_MOST_PIECES]:
        piece = await net.once(request)
        if piece.ok:
            includes[request.url] = Page.of(piece).html
    return Page.of(fetched, includes=includes) if includes else page
