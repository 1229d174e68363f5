"""Everything that can go wrong between a URL and its answer, each with the outcome it is stored as.

CrawlError
├── BadUrl              not an http(s) address
├── ForbiddenAddress    the address rule of docs/security.md
├── NameUnknown         a DNS answer: no such name
├── NoAddress           the name has no address of the family asked for
├── ResolverFailed      SERVFAIL, refused or no answer: says nothing about the name
├── ConnectionRefusedThere
│   └── HandshakeCut    … during the TLS handshake, where old servers hang up on new clients
├── ConnectTimedOut     no connection within the limit
├── ConnectionLost      closed or reset before a full answer
├── TookTooLong         connected, but the whole exchange took longer than the limit
├── NoRoute             this machine has no way to that address
├── HandshakeFailed     TLS, after the lenient second try
├── NotHttp             not HTTP, or HTTP beyond our caps on headers
├── TooLarge            body or decoded body over the cap
└── TooManyRedirects    a loop, or more hops than the cap

They never leave the gate: `net.Gate` turns each into a `Fetched` with that outcome.
"""

from __future__ import annotations

import errno
import ssl

from crawler.model import Outcome


class CrawlError(Exception):
    """The exchange failed."""

    outcome = Outcome.PROTOCOL


class BadUrl(CrawlError):
    """Not an http(s) address."""

    outcome = Outcome.BAD_URL


class ForbiddenAddress(CrawlError):
    """A private address that no resolve entry names."""

    outcome = Outcome.FORBIDDEN_ADDRESS


class NameUnknown(CrawlError):
    """The DNS says: no such name."""

    outcome = Outcome.NXDOMAIN


class NoAddress(CrawlError):
    """The name has no address of that family."""

    outcome = Outcome.NO_ADDRESS


class ResolverFailed(CrawlError):
    """The resolver gave no usable answer."""

    outcome = Outcome.DNS_FAILED


class ConnectionRefusedThere(CrawlError):
    """The host refused the connection."""

    outcome = Outcome.REFUSED


class ConnectionLost(CrawlError):
    """The connection ended before the answer was complete."""

    outcome = Outcome.RESET


class HandshakeCut(ConnectionLost):
    """The connection ended during the TLS handshake."""


class ConnectTimedOut(CrawlError):
    """No connection within the limit."""

    outcome = Outcome.CONNECT_TIMEOUT


class TookTooLong(CrawlError):
    """The whole exchange took longer than the limit."""

    outcome = Outcome.TOO_SLOW


class NoRoute(CrawlError):
    """This machine has no route to that address."""

    outcome = Outcome.UNROUTED


class HandshakeFailed(CrawlError):
    """No TLS connection, neither verified nor lenient."""

    outcome = Outcome.TLS


class NotHttp(CrawlError):
    """The answer is not HTTP as we can read it."""

    outcome = Outcome.PROTOCOL


class TooLarge(CrawlError):
    """The body is over the cap."""

    outcome = Outcome.TOO_LARGE


class TooManyRedirects(CrawlError):
    """The redirects do not end."""

    outcome = Outcome.REDIRECTS


_NO_ROUTE = frozenset(
    {
        errno.ENETUNREACH,
        errno.EHOSTUNREACH,
        errno.ENETDOWN,
        errno.EHOSTDOWN,
        errno.EADDRNOTAVAIL,
        errno.EAFNOSUPPORT,
        # A local packet filter or a full port range: our side, never the host's.
        errno.EACCES,
        errno.EPERM,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOBUFS,
    }
)


def from_os_error(problem: OSError) -> CrawlError:
    """The CrawlError for what the operating system (or its TLS) said."""
    text = f"{type(problem).__name__}: {problem}"
    if isinstance(problem, ssl.SSLError):
        return HandshakeFailed(text)
    if problem.errno == errno.ECONNREFUSED:
        return ConnectionRefusedThere(text)
    if problem.errno == errno.ETIMEDOUT or isinstance(problem, TimeoutError):
        return ConnectTimedOut(text)
    if problem.errno in _NO_ROUTE:
        return NoRoute(text)
    # What is not known is taken for a lost connection, which accuses nobody.
    return ConnectionLost(text)
