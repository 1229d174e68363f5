"""A portal of the demo city before it is rendered: its unit, columns, articles and planted faults."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from crawler.shipped import table
from demo.server import Answer, Host
from demo.truth import FAIL, Truth, faultless


@cache
def words() -> dict[str, Any]:
    """The vocabulary: demo/data/words.yaml."""
    return table("demo", "data/words.yaml")


@dataclass(slots=True)
class Article:
    """One article. `body` is HTML. `path` is set when its column's dialect places it."""

    title: str
    date: dt.date
    body: str
    source: str = ""
    number: int = 0  # the CMS's id
    path: str = ""
    style: str = "article"  # template: article | letter
    dated: bool = True  # False: no date in row, text, tag or URL
    tags: dict[str, str | None] = field(default_factory=dict)  # meta tags set otherwise; None = left out
    shown_date: dt.date | None = None  # visible date, where it differs from the tag


@dataclass(slots=True)
class Column:
    """One column: a list of articles, or one standing text."""

    key: str  # section key, or a name of its own
    name: str
    slug: str
    articles: list[Article] = field(default_factory=list)
    standing: str = ""  # HTML of a single-page column
    per_page: int = 15
    tags: dict[str, str | None] = field(default_factory=dict)
    in_tree: bool = False  # a leaf of the disclosure tree
    on_nav: bool = False
    on_map: bool = True
    by: Any = None  # a dialect of its own, where it is another than the portal's
    sends_on: str = ""  # path its page refreshes to; then it has no list of its own
    external: str = ""  # the column is elsewhere: links lead to this URL
    path: str = ""  # set by the dialect
    extra: str = ""  # HTML under the list


@dataclass(slots=True)
class Footer:
    """The six identifiers and what stands beside them; None = not there."""

    site_code: str | None
    icp: str | None
    police: str | None
    sponsor: str | None
    phone: str | None
    address: str | None
    party_mark: str | None = "script"  # script | image | link
    error_report: str | None = None  # the code in the 找错 script
    site_map: bool = True
    how: str = "inline"  # inline | write (inline script) | script (same-host file)
    comment: str = ""  # text that stands only in an HTML comment
    extra: str = ""  # HTML

    @property
    def contact(self) -> bool:
        return bool(self.phone or self.address)


@dataclass(slots=True)
class Portal:
    """One unit and all that its portal serves."""

    unit: dict[str, Any]
    host: str
    place: str
    rng: random.Random
    as_of: dt.date
    footer: Footer
    code: str  # the site's own code, whatever its pages show
    dialect: Any = None
    base: str = "/"
    parent_name: str = ""  # of the host's owner, for a portal on a path
    look: str = "blue"
    charset: str = "utf-8"
    declared: str = ""  # charset the HTTP header claims, where it is another one
    search: str = "/search"  # action of the search form; "" = no search
    search_field: str = "q"
    search_in: list[Portal] = field(default_factory=list)  # other portals its search covers
    a11y: str = "toolbar"  # toolbar | half | fake | none
    columns: list[Column] = field(default_factory=list)
    friends: list[tuple[str, str]] = field(default_factory=list)
    banners: list[tuple[str, str]] = field(default_factory=list)  # extra links of the home page
    site_tags: dict[str, str | None] = field(default_factory=dict)
    inner_footer: Callable[[str], bool] = lambda kind: True  # has this kind of page a footer?
    files: dict[str, Answer] = field(default_factory=dict)  # paths served as they are
    head: str = ""  # HTML put on the home page only
    catalogues: frozenset[str] = frozenset()
    posts: list[tuple[str, dt.date]] = field(default_factory=list)  # of its account, where that can be seen
    told: dict[str, Truth] = field(default_factory=dict)  # truths that planted faults changed
    after: list[Callable[[Portal, Host], None]] = field(default_factory=list)  # run once it is rendered

    @property
    def id(self) -> str:
        return str(self.unit["id"])

    @property
    def name(self) -> str:
        return str(self.unit["name"])

    def url(self, path: str = "") -> str:
        """Absolute URL, the port still a mark."""
        return f"http://{self.host}:@PORT@{path or self.base}"

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)

    def has(self, key: str) -> bool:
        return any(column.key == key for column in self.columns)

    def day(self, back: int) -> dt.date:
        """So many days before as-of."""
        return self.as_of - dt.timedelta(days=back)

    def fault(self, check: str, *subjects: str, defects: int | None = -1, **fields: Any) -> None:
        """Note a planted fault: this check must fail, with these subjects (paths of this host or URLs).

        `defects`: -1 = one per subject and at least one; None = the method does not fix how many.
        """
        urls = tuple(s if "://" in s else self.url(s) for s in subjects)
        before = self.told.get(check)
        if before and before.verdict == FAIL:
            urls = (*before.subjects, *urls)
        count = max(1, len(urls)) if defects == -1 else defects
        self.told[check] = Truth(self.id, check, FAIL, count, urls, **fields)

    def says(self, check: str, verdict: str, **fields: Any) -> None:
        """Note what a check must say here otherwise than of a faultless portal."""
        self.told[check] = Truth(self.id, check, verdict, **fields)

    def truth(self) -> list[Truth]:
        """What every check must say of this unit, sorted by check id."""
        sections = frozenset(column.key for column in self.columns)
        roles = frozenset(self.unit["roles"]) if self.unit["kind"] == "department" else None
        truths = faultless(self.id, sections, self.catalogues, roles) | self.told
        for check in _EFFECTS:
            if "a11y.entry" in self.told and self.told["a11y.entry"].verdict == FAIL:
                truths[check] = Truth(self.id, check, "not_applicable", reason="needs:a11y.entry")
        if "search.box" in self.told and self.told["search.box"].verdict == FAIL:
            truths["search.titles"] = Truth(
                self.id, "search.titles", "not_applicable", reason="needs:search.box"
            )
        for check in ("ipv6.home", "ipv6.same", "ipv6.links"):
            for before in ("ipv6.aaaa", "ipv6.home"):
                if before != check and before in self.told and self.told[before].verdict == FAIL:
                    truths[check] = Truth(self.id, check, "not_applicable", reason=f"needs:{before}")
                    break
        if "tamper.mirror" in self.told:
            # What was read is not the unit's: one fault, and nothing else is held against it.
            spared = ("tamper.mirror", "site.reachable")
            void = {one: Truth(self.id, one, "unknown", reason="home_unreachable") for one in truths}
            truths = {one: truths[one] if one in spared else void[one] for one in truths}
        return [truths[check] for check in sorted(truths)]


_EFFECTS = ("a11y.font", "a11y.colour", "a11y.guide_line", "a11y.voice", "a11y.special_view")


def undated(article: Article) -> Article:
    """The same article without any date in row, text, tag or URL."""
    return replace(article, dated=False, tags=article.tags | {"PubDate": None})
