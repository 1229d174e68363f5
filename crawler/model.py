"""The values that every layer shares: units, outcomes, answers and links. Frozen, without I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Base of all data that crosses a border (YAML, database, evidence): immutable, no unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class UnitKind(StrEnum):
    """What a unit (评估对象) is; packs choose items by it."""

    CITY = "city"
    COUNTY = "county"
    TOWN = "town"
    DEPARTMENT = "department"
    ZONE = "zone"
    ENTERPRISE = "enterprise"


class Expect(Frozen):
    """Filed values a unit's site should carry."""

    site_code: str | None = None


class Unit(Frozen):
    """One unit to evaluate, with defaults already applied. Source: docs/operations.md, seeds.yaml."""

    id: str
    name: str
    kind: UnitKind
    group: str = ""
    roles: tuple[str, ...] = ()
    parent: str | None = None
    division: str | None = None  # GB/T 2260, six digits
    portal: str | None = None
    scope: tuple[str, ...] = ()  # URL prefixes; the portal's host or folder when none was given
    exclude: tuple[str, ...] = ()  # URL prefixes inside the scope that belong to other units
    resolve: Mapping[str, tuple[str, ...]] = {}
    expect: Expect = Expect()
    rate: float = 2.0  # requests per second and host; 0 = no limit
    concurrency: int = 2  # requests in flight per host
    max_pages: int = 3000
    robots: str = "obey"  # obey | ignore
    hours: str | None = None  # "20:00-07:00", Asia/Shanghai


class Period(Frozen):
    """The evaluated time, both days included."""

    start: date
    end: date


class Outcome(StrEnum):
    """How one request ended, classified at the gate from the cause. Closed: nothing else is ever stored."""

    OK = "ok"  # 2xx
    GONE = "gone"  # 404, 410
    DENIED = "denied"  # 401, 403 and any other 4xx: says nothing about the page
    LIMITED = "limited"  # 429, or 503 with Retry-After
    SERVER_ERROR = "server_error"  # 5xx
    WALL = "wall"  # a named mark of an anti-bot wall, see Fetched.wall
    NXDOMAIN = "nxdomain"  # a DNS answer said: no such name (or `resolve: []`)
    NO_ADDRESS = "no_address"  # the name exists, but has no address of the family asked for
    DNS_FAILED = "dns_failed"  # SERVFAIL, refused or no answer by the resolver
    REFUSED = "refused"  # connection refused
    RESET = "reset"  # closed or reset before a full answer
    UNROUTED = "unrouted"  # no route from this machine to that address
    CONNECT_TIMEOUT = "connect_timeout"
    TOO_SLOW = "too_slow"  # the whole exchange took longer than the limit
    TLS = "tls"  # handshake or certificate
    PROTOCOL = "protocol"  # not HTTP, or HTTP beyond our caps on headers
    TOO_LARGE = "too_large"  # body or decoded body over the cap
    REDIRECTS = "redirects"  # a loop, or more hops than the cap
    BAD_URL = "bad_url"  # not an http(s) URL by the WHATWG rules
    FORBIDDEN_ADDRESS = "forbidden_address"  # the address rule of docs/security.md
    ROBOTS = "robots"  # robots.txt forbids, and we obey
    OWN_NETWORK = "own_network"  # no canary answered around this attempt: our fault, not the host's
    BUDGET = "budget"  # not asked any more: a budget of time or number was used up


class Family(StrEnum):
    """Which addresses a request may use."""

    ANY = "any"
    V4 = "v4"
    V6 = "v6"


class Request(NamedTuple):
    """What to ask the gate for. `url` is asked exactly as it stands."""

    url: str
    method: str = "GET"
    body: bytes | None = None
    content_type: str | None = None
    referer: str | None = None
    family: Family = Family.ANY
    fresh: bool = False  # on a new connection, for second looks
    max_bytes: int = 8_000_000  # decoded
    seconds: float = 15.0  # for the whole exchange, redirects included
    body_wanted: bool = True  # False: read at most 64 KB (link checks)
    etag: str | None = None  # sent as If-None-Match
    last_modified: str | None = None  # sent as If-Modified-Since
    unchanged_at: str | None = None  # where these two were received, if behind a redirect: only there they go
    user_agent: str | None = None  # only with --probe-cloaking
    known: Callable[[str], bool] | None = None  # documents the asker has: no redirect to one is followed


class Hop(NamedTuple):
    """One answer on the way: the URL asked, the status, and where it pointed."""

    url: str
    status: int
    location: str | None


@dataclass(frozen=True, slots=True)
class Fetched:
    """One finished attempt, good or bad."""

    url: str  # asked
    final_url: str  # after redirects
    outcome: Outcome
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""  # decoded from gzip, not from its charset
    hops: tuple[Hop, ...] = ()  # redirects followed, in order
    started_at: datetime | None = None  # UTC
    seconds: float = 0.0
    address: str | None = None  # the IP that answered last
    wall: str | None = None  # name of the wall mark
    error: str | None = None  # the cause in words, for the log
    tls_problem: str | None = None  # certificate fault that was accepted to read on; information only
    not_modified: bool = False  # 304
    with_cookies: bool = (
        False  # a redirect on the way gave cookies: others may get something else at `final_url`
    )
    led_to_known: bool = False  # `final_url` is a document the asker has, and was not asked for

    @property
    def ok(self) -> bool:
        return self.outcome is Outcome.OK


class Resolved(NamedTuple):
    """Answer to a DNS question for one host and family."""

    outcome: Outcome  # OK, NXDOMAIN, NO_ADDRESS, DNS_FAILED
    addresses: tuple[str, ...] = ()


class PageKind(StrEnum):
    """What a page is."""

    HOME = "home"
    COLUMN = "column"
    ARTICLE = "article"
    DISCLOSURE = "disclosure"
    INTERACTION = "interaction"
    SERVICE_GUIDE = "service-guide"
    SEARCH = "search"
    CHALLENGE = "challenge"
    ERROR = "error"
    OTHER = "other"


class Role(StrEnum):
    """As what the walk reached a page."""

    HOME = "home"
    SITE_MAP = "site_map"
    TREE = "tree"  # the disclosure column (政府信息公开专栏)
    COLUMN = "column"
    ARTICLE = "article"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What the walk knows of one page it visited (or tried to)."""

    url: str  # as linked
    final_url: str
    role: Role
    kind: PageKind
    depth: int  # clicks from home
    outcome: Outcome
    status: int | None
    title: str = ""
    date: date | None = None  # of the article
    parent: str | None = None  # the shallowest page that links to it
    anchor: str = ""  # link text by which it was reached
    identified: bool = True  # passed the identity test: it is the unit's own page
    digest: str = ""  # sha-256 of the body
    rendered: bool = False  # read in the browser
    lacking: bool = False  # the home page, and a part of it on its own host did not come
    carried: str = ""  # the sweep that read it, where it was unchanged since (沿用)
    read_on: str = ""  # the day of that reading, ISO
