"""URLs as browsers take them (WHATWG, by ada), and which hosts are not on the public Internet.

Nothing here asks the network. Every URL the project compares or requests has passed `normalise` or `join`.
"""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote_from_bytes

import ada_url

_WEB = frozenset({"http:", "https:"})
_DEFAULT_PORT = {"http": 80, "https": 443}
# Bytes of a query that stay as they are (WHATWG special-query percent-encode set, turned round).
_QUERY_SAFE = "".join(chr(c) for c in range(0x21, 0x7F) if chr(c) not in "\"#<>'")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICODE = frozenset({"utf-8", "utf8", "utf_8", "utf-16", "utf-16le", "utf-16be"})
_SESSION = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_LEFTOVER = re.compile(
    r"\{\{|\$\{|<%|%7B%7B|\$%7B|%3C%(?:25|=)|(?:^|/)(?:undefined|null)/?(?:[?#]|$)", re.IGNORECASE
)
_LOCAL_NAMES = ("localhost", ".localhost", ".local", ".lan", ".internal", ".intranet", ".home.arpa")


class Target(NamedTuple):
    """An http(s) URL, taken apart for a request. `host` is lower case, IPv6 without brackets."""

    href: str  # without fragment
    scheme: str
    host: str
    port: int
    path: str  # with query, as it goes on the wire

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{host_header(self)}"


class Base:
    """What the links of a page are resolved against.

    Navigation is the same on all pages of a site: with as little of the base as matters for a link, what was
    resolved once can be kept.
    """

    __slots__ = ("_folder", "_root", "_url")

    def __init__(self, url: str) -> None:
        stem = url.partition("?")[0].partition("#")[0]
        self._url = url
        self._root = "/".join(stem.split("/", 3)[:3]) + "/"
        self._folder = stem.rpartition("/")[0] + "/"

    def behind(self, raw: str) -> str:
        """The part of the base that `raw` (stripped) needs."""
        first = raw[:1]
        if first in "/\\":
            return self._root
        if first in "?#":
            return self._url
        if first in "hH" and "//" in raw[:8] and raw[:6].lower() in ("http:/", "https:"):
            return self._root
        return self._folder


@lru_cache(maxsize=4096)
def parse(url: str) -> Target | None:
    """The parts of an absolute http(s) URL; None for anything else. Kept: one page's is asked for often."""
    try:
        parsed = ada_url.URL(url)
    except (ValueError, UnicodeError):
        return None
    if parsed.protocol not in _WEB or not parsed.hostname:
        return None
    scheme = parsed.protocol[:-1]
    return Target(
        href=_without_fragment(parsed.href),
        scheme=scheme,
        host=parsed.hostname.strip("[]"),
        port=int(parsed.port) if parsed.port else _DEFAULT_PORT[scheme],
        path=parsed.pathname + _query(parsed.href),
    )


def host_header(target: Target) -> str:
    """The Host header: IPv6 in brackets, the port only where it is not the default."""
    host = f"[{target.host}]" if ":" in target.host else target.host
    return host if target.port == _DEFAULT_PORT[target.scheme] else f"{host}:{target.port}"


def normalise(url: str) -> str | None:
    """The URL as a browser would ask for it, fragment removed; None if it is no http(s) URL."""
    target = parse(url)
    return target.href if target else None


def join(base: str, href: str, charset: str = "utf-8") -> str | None:
    """`href` of a page at `base` as an absolute URL of any scheme, fragment removed; None if unreadable.

    The query of a link is encoded in the page's charset (WHATWG URL 5.2; form and link queries of GBK pages),
    everything else in UTF-8. `javascript:`, `mailto:` and the like come back as they are.
    """
    href = _in_charset(href, charset)
    try:
        return _without_fragment(ada_url.join_url(base, href))
    except (ValueError, UnicodeError):
        return None


def without_session(url: str) -> str:
    """The URL without the session that a Java server writes into every link for whoever keeps no cookies.

    The page is the same without it, and an address that is new at each answer could be told apart from no
    other: asked for many times, never recognised in the next sweep.
    """
    return _SESSION.sub("", url) if ";" in url else url


def is_leftover(url: str) -> bool:
    """Whether a template that nobody filled stands in the address, as written or as a browser sends it."""
    return _LEFTOVER.search(url) is not None


def encode_query(text: str, charset: str = "utf-8") -> str:
    """One form value, percent-encoded in the page's charset (gb2312 and gbk as gb18030), for a query."""
    return quote_from_bytes(_bytes_in(text, charset), safe="*-._")


def location(raw: bytes, base: str) -> str | None:
    """The target of a Location header: raw bytes are UTF-8, else GB18030; None if unreadable."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    return join(base, text.strip())


def same_host(one: str, other: str) -> bool:
    """Whether both are http(s) URLs of one host name (ports and schemes may differ)."""
    first, second = parse(one), parse(other)
    return first is not None and second is not None and first.host == second.host


def site_of(host: str) -> str:
    """The name one body registered: `www.lufengshi.gov.cn` → `lufengshi.gov.cn`.

    Known second levels under .cn (gov, com, org, …, and the provinces' two letters) count as suffixes; other
    names end in two labels. An IP address is its own site. Good for "same body?", not for cookies.
    """
    if is_ip(host):
        return host
    labels = host.lower().rstrip(".").split(".")
    keep = 3 if len(labels) > 2 and labels[-1] in _SECOND_LEVEL and _suffix_label(labels) else 2
    return ".".join(labels[-keep:])


_SECOND_LEVEL = frozenset({"cn", "hk", "mo", "tw", "uk", "jp", "au", "nz", "kr", "sg"})
_GENERIC = frozenset({"gov", "com", "org", "net", "edu", "ac", "mil", "co", "or", "go", "idv"})


def _suffix_label(labels: list[str]) -> bool:
    return labels[-2] in _GENERIC or (labels[-1] == "cn" and len(labels[-2]) == 2)


def is_ip(host: str) -> bool:
    """Whether the host is an IP literal (brackets allowed)."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


@lru_cache(maxsize=4096)
def is_private(address: str) -> bool:
    """Whether an IP address is not public: private, loopback, link-local, reserved, multicast.

    IPv4 inside IPv6 (mapped, 6to4, NAT64) is judged by the IPv4 address. Source: docs/security.md, One gate.
    """
    ip = ipaddress.ip_address(address.strip("[]").partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and (ip in _NAT64 or (int(ip) >> 32 == 0 and int(ip) > 1)):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_private(str(inner))
    return not ip.is_global or ip.is_multicast


def is_intranet(url: str) -> bool:
    """Whether a link leads to this machine or an inner network, by its host alone (no DNS)."""
    target = parse(url)
    if target is None:
        return False
    if is_ip(target.host):
        return is_private(target.host)
    host = target.host.rstrip(".")
    return "." not in host or host.endswith(_LOCAL_NAMES)


def _query(href: str) -> str:
    # ada gives an empty search for "?" alone; a server may tell "/a" and "/a?" apart, so it is kept.
    before_fragment = href.partition("#")[0]
    mark = before_fragment.find("?")
    return before_fragment[mark:] if mark >= 0 else ""


def _without_fragment(href: str) -> str:
    return href.partition("#")[0]


def _bytes_in(text: str, charset: str) -> bytes:
    name = charset.lower().replace("_", "-")
    if name in ("gb2312", "gbk", "gb18030", "x-gbk", "euc-cn"):
        name = "gb18030"
    try:
        return text.encode(name)
    except UnicodeEncodeError:
        # As browsers do: what the charset lacks goes as a decimal character reference.
        return text.encode(name, "xmlcharrefreplace")
    except LookupError:
        return text.encode("utf-8", "replace")


def _in_charset(href: str, charset: str) -> str:
    if href.isascii() or charset.lower() in _UNICODE:
        return href
    match = re.match(r"([^?#]*)\?([^#]*)(#.*)?$", href, re.DOTALL)
    if match is None or match[2].isascii():
        return href
    query = quote_from_bytes(_bytes_in(match[2], charset), safe=_QUERY_SAFE)
    return f"{match[1]}?{query}{match[3] or ''}"
