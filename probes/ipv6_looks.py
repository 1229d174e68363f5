"""What the network says of a portal over IPv6: its addresses, its home page, a sample of its internal links.

Every look is taken with IPv6 addresses only. `gather` looks first, `confirm` looks again at what failed,
later and on fresh connections. No more is asked where this machine has no way to that class of address.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Iterable
from urllib.parse import urlsplit

from crawler import urls
from crawler.markup.page import Page, squeeze
from crawler.model import Family, Fetched, Frozen, Outcome, PageFacts, Request, Resolved
from crawler.scope import Scope
from probes.base import Evidence, Net, PortalState

TRIES = 3
SECOND_LEVEL = 30  # links drawn among those of home, third level: of the pages behind them
THIRD_LEVEL = 50
IN_FLIGHT = 4
LINK_SECONDS = 10.0  # assumed: most of a dead sample would otherwise take a quarter of an hour


class HomeSeen(Frozen):
    """Of the home page: does it claim IPv6, and its internal links (one registered domain)."""

    claims: bool = False
    links: tuple[str, ...] = ()


class Name(Frozen):
    """One answer to "which IPv6 addresses has the portal's host?"."""

    outcome: Outcome
    addresses: tuple[str, ...] = ()


class Try(Frozen):
    """One attempt over IPv6."""

    outcome: Outcome
    status: int | None = None
    redirected: bool = False


class Likeness(Frozen):
    """The home page over both families, fetched one after the other."""

    v4: Outcome
    v6: Outcome
    title4: str = ""
    title6: str = ""
    overlap: float | None = None  # share of links in common; None where neither page has any


class LinkLook(Frozen):
    """One internal link over IPv6. `other`: how it answers over any family, asked where IPv6 failed twice."""

    url: str
    first: Try
    second: Try | None = None
    other: Try | None = None


class Looks(Frozen):
    """All that was asked. `near`: the addresses are this machine's own, so that no canary is needed."""

    name: Name | None = None
    name_again: Name | None = None
    near: bool = False
    v6_online: bool = False  # an IPv6 canary answered around the looks
    online: bool = True
    home: tuple[Try, ...] = ()
    home_again: tuple[Try, ...] = ()
    same: Likeness | None = None
    same_again: Likeness | None = None
    links: tuple[LinkLook, ...] = ()


SILENT = frozenset({Outcome.CONNECT_TIMEOUT, Outcome.TOO_SLOW})
OURS = frozenset({Outcome.OWN_NETWORK, Outcome.UNROUTED, Outcome.DNS_FAILED})


def opened(look: Try | None) -> bool:
    return look is not None and look.outcome is Outcome.OK


def answered(look: Try | None) -> bool:
    """A status under 500."""
    return look is not None and look.status is not None and look.status < 500


async def gather(evidence: Evidence[HomeSeen], net: Net) -> Looks:
    host = _host(evidence.unit.portal)
    if not host:
        return Looks()
    name = _name(await net.resolve(host, Family.V6))
    looks = Looks(name=name, online=await net.online() if name.outcome is not Outcome.OK else True)
    if name.outcome is not Outcome.OK or evidence.context.portal is not PortalState.OPEN:
        return looks
    home = await _home_tries(evidence.unit.portal or "", net)
    near = all(urls.is_private(address) for address in name.addresses)
    looks = looks.model_copy(update={"home": home, "near": near, "v6_online": await net.online(Family.V6)})
    if not any(opened(one) for one in home):
        return looks
    same = await _compare(evidence.unit.portal or "", net, fresh=False)
    return looks.model_copy(update={"same": same, "links": await _first_looks(evidence, net)})


async def confirm(evidence: Evidence[HomeSeen], net: Net) -> Looks:
    """Again for what failed: the name, the home page, the comparison, the links."""
    looks = evidence.gathered
    assert isinstance(looks, Looks)
    portal = evidence.unit.portal or ""
    changed: dict[str, object] = {}
    if looks.name is not None and looks.name.outcome is not Outcome.OK:
        changed["name_again"] = _name(await net.resolve(_host(portal), Family.V6))
        changed["online"] = looks.online and await net.online()
    if looks.home and not any(opened(one) for one in looks.home):
        changed["home_again"] = await _home_tries(portal, net)
        # A host of this machine needs no canary; for all others one must answer after the failures, too.
        changed["v6_online"] = looks.v6_online and await net.online(Family.V6)
    if looks.same is not None and not alike(looks.same, 0.0):
        changed["same_again"] = await _compare(portal, net, fresh=True)
    if any(not answered(one.first) for one in looks.links):
        changed["links"] = await _bounded([_look_again(one, net) for one in looks.links])
    return looks.model_copy(update=changed)


def unsettled(looks: Looks) -> bool:
    """Whether anything seen at first would be a fault if it stays so."""
    return (
        (looks.name is not None and looks.name.outcome is not Outcome.OK)
        or (bool(looks.home) and not any(opened(one) for one in looks.home))
        or (looks.same is not None and not alike(looks.same, 0.0))
        or any(not answered(one.first) for one in looks.links)
    )


def alike(likeness: Likeness, overlap: float) -> bool:
    """One title, or enough links in common. With `overlap` 0 only the title decides."""
    if likeness.title4 == likeness.title6:
        return True
    return overlap > 0 and likeness.overlap is not None and likeness.overlap >= overlap


async def _home_tries(url: str, net: Net) -> tuple[Try, ...]:
    """Up to three attempts on fresh connections; the first that opens is enough."""
    tries: list[Try] = []
    while len(tries) < TRIES and not (tries and (opened(tries[-1]) or tries[-1].outcome in OURS)):
        tries.append(_try(await net.fetch(Request(url, family=Family.V6, fresh=True, body_wanted=False))))
    return tuple(tries)


async def _compare(url: str, net: Net, *, fresh: bool) -> Likeness:
    four = await net.fetch(Request(url, family=Family.V4, fresh=fresh))
    six = await net.fetch(Request(url, family=Family.V6, fresh=fresh))
    if not (four.ok and six.ok):
        return Likeness(v4=four.outcome, v6=six.outcome)
    first, second = Page.of(four, is_home=True), Page.of(six, is_home=True)
    return Likeness(
        v4=four.outcome,
        v6=six.outcome,
        title4=squeeze(first.title),
        title6=squeeze(second.title),
        overlap=overlap_of(_targets(first), _targets(second)),
    )


def overlap_of(one: set[str], other: set[str]) -> float | None:
    """Links in common over the larger set: a page that only added or lost a few still matches."""
    larger = max(len(one), len(other))
    return len(one & other) / larger if larger else None


def _targets(page: Page) -> set[str]:
    """Link targets without scheme: a page may link to itself by https over one family only."""
    return {link.url.partition("//")[2] for link in page.links if link.url and link.tag in ("a", "area")}


async def _first_looks(evidence: Evidence[HomeSeen], net: Net) -> tuple[LinkLook, ...]:
    async def look(url: str) -> LinkLook:
        return LinkLook(url=url, first=await _link(url, net, fresh=False))

    return await _bounded([look(url) for url in draw_links(evidence)])


async def _look_again(seen: LinkLook, net: Net) -> LinkLook:
    if answered(seen.first):
        return seen
    second = await _link(seen.url, net, fresh=True)
    other = None
    if not answered(second):
        other = _try(await net.fetch(Request(seen.url, fresh=True, body_wanted=False, seconds=LINK_SECONDS)))
    return seen.model_copy(update={"second": second, "other": other})


async def _link(url: str, net: Net, *, fresh: bool) -> Try:
    asked = Request(url, family=Family.V6, fresh=fresh, body_wanted=False, seconds=LINK_SECONDS)
    return _try(await net.fetch(asked))


async def _bounded(looks: Iterable[Awaitable[LinkLook]]) -> tuple[LinkLook, ...]:
    """A few at a time, results in their order."""
    door = asyncio.Semaphore(IN_FLIGHT)

    async def one(look: Awaitable[LinkLook]) -> LinkLook:
        async with door:
            return await look

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one(look), name="ipv6 link") for look in looks]
    return tuple(task.result() for task in tasks)


def draw_links(evidence: Evidence[HomeSeen]) -> list[str]:
    """Up to 30 second-level and 50 third-level internal links, drawn by seed from sorted sets.

    Links that the walk saw dead are nobody's IPv6 problem and are left out.
    """
    seed = evidence.context.seed
    known = {page.url: page for page in evidence.visited}
    home = evidence.home.data.links if evidence.home is not None else ()
    second = {url for url in home if url not in known or _alive(known[url])}
    scope = Scope.of(evidence.unit)
    third = {
        page.url for page in evidence.visited if page.depth == 2 and _alive(page) and page.url in scope
    } - set(home)
    return [*drawn(second, SECOND_LEVEL, seed), *drawn(third, THIRD_LEVEL, seed)]


def drawn(pool: Iterable[str], number: int, seed: int) -> list[str]:
    """A sample that depends on the seed and on paths only, so a host's port does not change it."""

    def key(url: str) -> tuple[str, str]:
        parts = urlsplit(url)
        text = f"{seed} {parts.hostname}{parts.path}?{parts.query}"
        return hashlib.sha256(text.encode()).hexdigest(), url

    return sorted(sorted(pool, key=key)[:number])


def _alive(page: PageFacts) -> bool:
    return page.status is not None and page.status < 400


def _try(fetched: Fetched) -> Try:
    return Try(outcome=fetched.outcome, status=fetched.status, redirected=bool(fetched.hops))


def _name(resolved: Resolved) -> Name:
    return Name(outcome=resolved.outcome, addresses=tuple(sorted(resolved.addresses)))


def _host(url: str | None) -> str:
    target = urls.parse(url) if url else None
    return target.host if target else ""
