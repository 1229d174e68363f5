"""Which addresses has a host, and what exactly did the DNS say if it has none?

Declared names (`resolve:`, `hosts:`) come first, then IP literals and localhost, then the DNS by dnspython,
so that "no such name", "no address of that family" and "the resolver failed" stay three different outcomes.
"""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import dns.asyncresolver
import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver
from dns.nameserver import Do53Nameserver

from crawler.model import Family, Outcome, Resolved
from crawler.urls import is_ip, is_private

LIFETIME_SECONDS = 6.0  # for one question over all resolvers, their retries included
KEEP_SECONDS = 600.0  # an answer; sweeps run for hours and must see a name come back
KEEP_FAILURE_SECONDS = 15.0  # a resolver that failed is asked again soon
_TYPES = {Family.V4: "A", Family.V6: "AAAA"}


class _Kept(NamedTuple):
    until: float
    resolved: Resolved


class Names:
    """Resolves host names and knows which private addresses may be used (docs/security.md, One gate).

    `declared` maps hosts to addresses (empty: no such name); `private_hosts` are hosts whose DNS may lead to
    a private address because a unit's own portal is there; `resolvers` are name servers, as
    "10.0.0.1" or "10.0.0.1#5353", by default those of this machine.
    """

    def __init__(
        self,
        declared: Mapping[str, Sequence[str]],
        private_hosts: frozenset[str] = frozenset(),
        resolvers: Sequence[str] = (),
        *,
        lifetime: float = LIFETIME_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._declared = {bare(host): tuple(addresses) for host, addresses in declared.items()}
        self._private_hosts = frozenset(bare(host) for host in private_hosts)
        self._servers = tuple(resolvers)
        self._lifetime = lifetime
        self._clock = clock
        self._kept: dict[tuple[str, Family], _Kept] = {}
        self._resolver: dns.asyncresolver.Resolver | None = None

    def is_declared(self, host: str) -> bool:
        return bare(host) in self._declared

    def is_fixed(self, host: str) -> bool:
        """Whether no DNS is asked for this host."""
        return self._fixed(bare(host)) is not None

    def is_near(self, host: str) -> bool:
        """Whether the host is declared (or written) as an address of this machine or an inner network."""
        fixed = self._fixed(bare(host))
        return bool(fixed) and all(is_private(address) for address in fixed or ())

    def permitted(self, host: str, address: str) -> bool:
        """The address rule: public addresses always, others only as declared or for a unit's own portal."""
        host = bare(host)
        if not is_private(address) or host in self._private_hosts:
            return True
        return any(_same(address, declared) for declared in self._declared.get(host, ()))

    async def resolve(self, host: str, family: Family = Family.ANY, *, fresh: bool = False) -> Resolved:
        """The host's addresses of that family, IPv4 first. `fresh` asks the DNS again."""
        host = bare(host)
        fixed = self._fixed(host)
        if fixed is not None:
            return _of_family(fixed, family)
        if family is not Family.ANY:
            answer = await self._asked(host, family, fresh)
            if answer.outcome is not Outcome.NXDOMAIN:
                return answer
            # Some name servers say "no such name" to AAAA although A exists: then it has only no address.
            other = await self._asked(host, Family.V6 if family is Family.V4 else Family.V4, fresh)
            return answer if other.outcome is Outcome.NXDOMAIN else Resolved(_less_than_unknown(other))
        return _together(await self._asked(host, Family.V4, fresh), await self._asked(host, Family.V6, fresh))

    def _fixed(self, host: str) -> tuple[str, ...] | None:
        if host in self._declared:
            return self._declared[host]
        if is_ip(host):
            return (host,)
        if host == "localhost" or host.endswith(".localhost"):
            return ("127.0.0.1", "::1")  # RFC 6761: never asked of the DNS
        return None

    async def _asked(self, host: str, family: Family, fresh: bool) -> Resolved:
        kept = self._kept.get((host, family))
        if kept is not None and not fresh and kept.until > self._clock():
            return kept.resolved
        resolved = await self._ask(host, family)
        keep = KEEP_FAILURE_SECONDS if resolved.outcome is Outcome.DNS_FAILED else KEEP_SECONDS
        self._kept[host, family] = _Kept(self._clock() + keep, resolved)
        return resolved

    async def _ask(self, host: str, family: Family) -> Resolved:
        try:
            answer = await self._client().resolve(
                dns.name.from_text(host), _TYPES[family], search=False, lifetime=self._lifetime
            )
        except dns.resolver.NXDOMAIN:
            return Resolved(Outcome.NXDOMAIN)
        except dns.resolver.NoAnswer:
            return Resolved(Outcome.NO_ADDRESS)
        except (dns.exception.DNSException, OSError, UnicodeError):
            # SERVFAIL, REFUSED, time-out, no resolver at all: nothing is known about the name.
            return Resolved(Outcome.DNS_FAILED)
        return Resolved(Outcome.OK, tuple(record.address for record in answer))

    def _client(self) -> dns.asyncresolver.Resolver:
        if self._resolver is None:
            self._resolver = dns.asyncresolver.Resolver(configure=not self._servers)
            if self._servers:
                self._resolver.nameservers = [_name_server(text) for text in self._servers]
        return self._resolver


def bare(host: str) -> str:
    """A host name for comparing: lower case, without port, brackets and the dot at its end."""
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    return host.rstrip(".").lower()


def _name_server(text: str) -> Do53Nameserver:
    address, _, port = text.partition("#")
    return Do53Nameserver(address, int(port or 53))


def _same(one: str, other: str) -> bool:
    return ipaddress.ip_address(one.strip("[]")) == ipaddress.ip_address(other.strip("[]"))


def _is_v6(address: str) -> bool:
    return ":" in address


def _of_family(addresses: Sequence[str], family: Family) -> Resolved:
    if not addresses:
        return Resolved(Outcome.NXDOMAIN)
    v4 = tuple(a for a in addresses if not _is_v6(a))
    v6 = tuple(a for a in addresses if _is_v6(a))
    chosen = {Family.V4: v4, Family.V6: v6, Family.ANY: v4 + v6}[family]
    return Resolved(Outcome.OK, chosen) if chosen else Resolved(Outcome.NO_ADDRESS)


def _less_than_unknown(other: Resolved) -> Outcome:
    return Outcome.DNS_FAILED if other.outcome is Outcome.DNS_FAILED else Outcome.NO_ADDRESS


def _together(v4: Resolved, v6: Resolved) -> Resolved:
    addresses = v4.addresses + v6.addresses
    if addresses:
        return Resolved(Outcome.OK, addresses)
    outcomes = {v4.outcome, v6.outcome}
    if Outcome.DNS_FAILED in outcomes:
        return Resolved(Outcome.DNS_FAILED)  # half an answer proves nothing
    return Resolved(Outcome.NXDOMAIN if outcomes == {Outcome.NXDOMAIN} else Outcome.NO_ADDRESS)
