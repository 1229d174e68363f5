"""Where may a required column be, and what is known of each place? From stored evidence to ways and states.

Pure. A way is one link (or a page's own name, or a leaf of a disclosure tree) that names a section; its state
says whether it leads to a working column. Source: docs/method.md, Sections.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from crawler.keeping.targets import Look
from crawler.model import Frozen, Outcome, PageFacts, PageKind, Role
from crawler.scope import site_host
from crawler.walking.candidates import COLUMN_DEPTH, address
from probes.base import Evidence, Reason, Seen
from probes.lexicon import FOUND, Match, match_section, near_sections
from probes.link_evidence import Target
from probes.link_verdicts import AGAIN, DEAD, WRONG, Said, Surroundings, place, said, settled
from probes.pictures import around, own_of
from probes.section_page import Body, Leaf, OnPage


class State(StrEnum):
    """What is known of a way's end."""

    GOOD = "good"
    EMPTY = "empty"
    BUILDING = "building"  # empty, says 建设中: a person confirms
    DEAD = "dead"  # confirmed
    UNSURE = "unsure"


FAILED = frozenset({State.EMPTY, State.BUILDING, State.DEAD})


class InFile(Frozen):
    """What a catalogue in one attachment holds: fields it is for, fields it only speaks of. `whole`: nothing
    of it stayed unread."""

    fields: tuple[str, ...] = ()
    mentioned: tuple[str, ...] = ()
    whole: bool = False


class Gathered(Frozen):
    """Looks at what the walk did not visit, lists of tree leaves, second looks, catalogues in attachments."""

    looks: Mapping[str, Look] = {}
    again: Mapping[str, Look] = {}
    bodies: Mapping[str, OnPage] = {}  # by URL asked: leaf lists and columns outside the scope
    empties: tuple[str, ...] = ()  # columns that the walk found empty
    second: Mapping[str, OnPage] = {}  # the same, fetched again later
    catalogues: Mapping[str, InFile] = {}  # by the address of the file, or of the page that holds it


class Way(NamedTuple):
    """One place where a section may be. `url` is '' where only a script knows it."""

    key: str
    confidence: float
    why: str
    text: str
    url: str
    on: str  # the page it stands on
    how: str  # 首页, 网站地图, …
    depth: int
    leaf: Leaf | None = None


class End(NamedTuple):
    """Where a way leads: its state, the reason of doubt, and the page's evidence where there is some."""

    state: State
    reason: Reason | None = None
    data: OnPage | None = None
    facts: PageFacts | None = None
    off_site: bool = False
    words: str = ""  # what was found, in Chinese


_HOW = {
    Role.HOME: "首页",
    Role.SITE_MAP: "网站地图",
    Role.TREE: "政府信息公开专栏",
    Role.COLUMN: "栏目页",
}
_OWN = "页面标签或面包屑"
_LEAF = "公开目录树"
_ORDER = {
    how: number for number, how in enumerate((_LEAF, "政府信息公开专栏", "首页", "网站地图", "栏目页", _OWN))
}


@dataclass(frozen=True)
class Map:
    """All ways of one unit, and its pages by address."""

    evidence: Evidence[OnPage]
    ways: Mapping[str, list[Way]]  # confident ones, best first
    hints: Mapping[str, list[Way]]  # under the line
    by_url: Mapping[str, PageFacts]
    data: Mapping[str, OnPage]  # by final URL
    homes: frozenset[str]
    gathered: Gathered = field(default_factory=Gathered)
    unshown: frozenset[str] = frozenset()  # columns filled by script that no browser has shown, by URL
    around: frozenset[str] = frozenset()  # pictures that stand around every page

    @cached_property
    def gap(self) -> Gap | None:
        """Why a section that was not found cannot be called missing; asked for many of them."""
        return gap_in(self)

    @cached_property
    def opened(self) -> list[tuple[PageFacts, str]]:
        """The unit's own pages that opened, each with its address without the query."""
        return [
            (facts, facts.final_url.partition("?")[0])
            for facts in self.evidence.visited
            if facts.outcome is Outcome.OK and facts.identified
        ]

    def bare(self, data: OnPage) -> bool:
        """Nothing is there, and no picture of the page's own."""
        return data.body in (Body.EMPTY, Body.BUILDING) and not own_of(data.shown, self.around)

    def facts_of(self, url: str) -> PageFacts | None:
        return self.by_url.get(url) or self.by_url.get(address(url).key)


def map_of(evidence: Evidence[OnPage]) -> Map:
    """Read all evidence once."""
    by_url: dict[str, PageFacts] = {}
    for facts in evidence.visited:
        for url in (facts.url, facts.final_url, address(facts.url).key):
            by_url.setdefault(url, facts)
    ways: dict[str, list[Way]] = {}
    hints: dict[str, list[Way]] = {}
    known: set[tuple[str, str, str]] = set()
    told: set[tuple[str, str, str]] = set()
    for seen in evidence.pages:
        for way in _ways_on(seen, told):
            if (way.key, way.url, way.how) not in known:
                known.add((way.key, way.url, way.how))
                (ways if way.confidence >= FOUND else hints).setdefault(way.key, []).append(way)
    for found in ways.values():
        found.sort(key=lambda way: (-way.confidence, _ORDER.get(way.how, 9), way.depth, way.url))
    home = evidence.home.facts.final_url if evidence.home is not None else evidence.unit.portal or ""
    gathered = evidence.gathered if isinstance(evidence.gathered, Gathered) else Gathered()
    return Map(
        evidence=evidence,
        ways=ways,
        hints=hints,
        by_url=by_url,
        data={seen.facts.final_url: seen.data for seen in evidence.pages},
        homes=frozenset({place(home), place(evidence.unit.portal or home)}),
        gathered=gathered,
        unshown=frozenset(page.url for page in evidence.unshown),
        around=around(
            [seen.data.framing for seen in evidence.pages],
            evidence.home.data.framing if evidence.home is not None else (),
        ),
    )


def _ways_on(seen: Seen[OnPage], told: set[tuple[str, str, str]]) -> Iterator[Way]:
    """`told`: links that other pages had already, with what is the same on all of a kind."""
    facts, data = seen.facts, seen.data
    here = facts.final_url
    how = _HOW.get(facts.role)
    listed = facts.role in (Role.SITE_MAP, Role.TREE)
    if how is not None and (listed or facts.depth < COLUMN_DEPTH):
        for text, url in data.links:
            # Beside the portal's own navigation, what leads nowhere is the open tab of the page itself.
            if (url or facts.role is not Role.COLUMN) and (text, url, how) not in told:
                told.add((text, url, how))
                for match in _matches(text, url):
                    yield Way(*match, text, url, here, how, facts.depth + 1)
    for leaf in data.tree:
        for match in _matches(leaf.title, ""):
            yield Way(*match, leaf.title, leaf.url, here, _LEAF, facts.depth + 1, leaf)
    if facts.role is Role.HOME or facts.depth > COLUMN_DEPTH:
        return
    for name in data.names:
        for match in _matches(name, ""):
            yield Way(*match, name, here, here, _OWN, facts.depth)


def _matches(text: str, url: str) -> Iterator[Match]:
    """The one section a link counts for, and those it comes near to, under the line."""
    found = match_section(text, url)
    yield from found[:1]
    for key in near_sections(text):
        if not found or key != found[0].key:
            yield Match(key, _NEAR, f"名称“{text}”相近，不足以认定")


_NEAR = FOUND / 2  # under the line


# -- where a way leads

_UNREAD = {
    Outcome.WALL: Reason.BLOCKED,
    Outcome.DENIED: Reason.BLOCKED,
    Outcome.LIMITED: Reason.BLOCKED,
    Outcome.ROBOTS: Reason.ROBOTS,
    Outcome.OWN_NETWORK: Reason.OWN_NETWORK,
    Outcome.BUDGET: Reason.BUDGET,
}


def end_of(way: Way, known: Map) -> End:
    """What is known of the way's end."""
    if way.leaf is not None and way.leaf.branch:
        return End(State.GOOD)
    if way.leaf is not None and way.leaf.listed_by:
        return _end_of_leaf(way.leaf, known)
    if not way.url:
        return End(State.UNSURE, Reason.UNREADABLE, words="链接由脚本打开")
    facts = known.facts_of(way.url)
    if needs_look(way, facts, known):
        return _end_of_look(way.url, known)
    assert facts is not None
    return _end_of_visit(way.url, facts, known)


def needs_look(way: Way, facts: PageFacts | None, known: Map) -> bool:
    """Not visited, not opened, brought home again, or led out of the scope."""
    if not way.url or (way.leaf is not None and (way.leaf.listed_by or way.leaf.branch)):
        return False
    if facts is None or facts.outcome is not Outcome.OK or came_home(way.url, facts, known):
        return True
    return facts.final_url not in known.data and not facts.identified and facts.kind is PageKind.OTHER


def came_home(url: str, facts: PageFacts, known: Map) -> bool:
    return place(facts.final_url) in known.homes and place(url) not in known.homes


def _end_of_leaf(leaf: Leaf, known: Map) -> End:
    data = known.gathered.bodies.get(leaf.listed_by)
    if (data is not None and data.rows) or (leaf.claimed or 0) > 0:
        return End(State.GOOD, data=data)
    second = known.gathered.second.get(leaf.listed_by)
    if data is not None and second is not None and not second.rows and leaf.claimed == 0:
        return End(State.EMPTY, words="公开目录树中该栏目信息为 0 条")
    return End(State.UNSURE, Reason.UNREADABLE, words="公开目录树的列表未能读取")


def unshown(facts: PageFacts | None, known: Map) -> Reason:
    """Why a page that a script fills stays unread; what is no page of the portal is never rendered."""
    return known.evidence.context.unshown(facts.url) if facts is not None else Reason.UNREADABLE


def _end_of_visit(url: str, facts: PageFacts, known: Map) -> End:
    data = known.data.get(facts.final_url)
    if not facts.identified or facts.kind in (PageKind.CHALLENGE, PageKind.ERROR):
        return End(State.UNSURE, Reason.UNREADABLE, facts=facts, words="打开的页面未能识别为本网站的栏目")
    if data is None:  # articles and search pages leave no evidence: they opened and are not blank
        return End(State.GOOD, facts=facts)
    return _by_body(url, data, facts, known)


def _by_body(url: str, data: OnPage, facts: PageFacts | None, known: Map) -> End:
    if _works(data, known):
        return End(State.GOOD, data=data, facts=facts)
    if data.body is Body.SCRIPT:
        reason = unshown(facts, known)
        return End(State.UNSURE, reason, data, facts, words="内容由脚本或框架加载，未能读取")
    if data.body is Body.SENDS_ON:
        return _end_of_forward(data, facts, known)
    if facts is not None and facts.url in known.unshown:
        return End(State.UNSURE, unshown(facts, known), data, facts, words="内容由脚本加载，未能读取")
    second = known.gathered.second.get(url)
    if second is None or not known.bare(second):
        return End(State.UNSURE, Reason.SUSPECTED, data, facts, words="首次访问时为空，未能再次确认")
    if data.body is Body.BUILDING:
        return End(State.BUILDING, data=data, facts=facts, words="页面提示建设或维护中，没有信息")
    return End(State.EMPTY, data=data, facts=facts, words="页面能打开，但没有列表，也没有正文")


def _works(data: OnPage, known: Map) -> bool:
    if data.body in (Body.EMPTY, Body.BUILDING, Body.SCRIPT):
        return own_of(data.shown, known.around) > 0
    return data.body in (Body.ROWS, Body.TEXT, Body.LINKS)


def _end_of_forward(data: OnPage, facts: PageFacts | None, known: Map) -> End:
    """A column that sends on, to its first child or another site: one step is followed."""
    there = known.facts_of(data.sends_on)
    target = known.data.get(there.final_url) if there is not None else None
    if target is not None and _works(target, known):
        return End(State.GOOD, data=target, facts=there)
    if there is not None and there.identified and there.kind is PageKind.ARTICLE:
        return End(State.GOOD, facts=there)
    return End(State.UNSURE, Reason.UNREADABLE, data, facts, words="栏目跳转到其他页面，未能判断")


def _end_of_look(url: str, known: Map) -> End:
    first, again = known.gathered.looks.get(url), known.gathered.again.get(url)
    if first is None:
        facts = known.facts_of(url)
        reason = _UNREAD.get(facts.outcome, Reason.SUSPECTED) if facts is not None else Reason.BUDGET
        return End(State.UNSURE, reason, words="未能访问")
    told = settled(says(url, first, known), says(url, again, known) if again is not None else None)
    if told is Said.OPENED:
        away = site_host(url) != site_host(known.evidence.unit.portal or "")
        return End(State.GOOD, data=known.gathered.bodies.get(url), off_site=away)
    if told in DEAD or told in WRONG:
        last = again or first
        words = _DEAD_WORDS.get(told, "不能打开") + (f"（状态码 {last.status}）" if last.status else "")
        return End(State.DEAD, words=f"两次访问（间隔并更换连接）{words}")
    if told is Said.SUSPECTED:
        return End(State.UNSURE, Reason.SUSPECTED, words="访问超时或服务器出错，一次巡检不足以认定")
    return End(State.UNSURE, _UNREAD.get(first.outcome, Reason.UNREADABLE), words="未能测试")


_DEAD_WORDS = {
    Said.GONE: "页面不存在",
    Said.NXDOMAIN: "域名不存在",
    Said.REFUSED: "服务器拒绝连接",
    Said.LANDS_HOME: "跳转到首页，没有该栏目",
}


def says(url: str, look: Look, known: Map) -> Said:
    """What one look says, by the rules of the link checks."""
    target = Target(url, "", False, "", 1, False, False)
    return said(target, look, Surroundings(homes=known.homes))


def worth_again(url: str, look: Look, known: Map) -> bool:
    return says(url, look, known) in AGAIN


# -- was everything read where a column could be named?


class Gap(NamedTuple):
    """Why a section that was not found cannot be called missing."""

    reason: Reason
    words: str


def gap_in(known: Map) -> Gap | None:
    """None when home, site map and disclosure tree were read and no column was left out."""
    evidence = known.evidence
    if evidence.home is None or evidence.home.data.blind:
        return Gap(Reason.UNREADABLE, "首页的导航可能由脚本生成，未能完整读取")
    if columns_cut(evidence):
        return Gap(Reason.BUDGET, "页数上限之内没有读完全部栏目")
    return _site_map_gap(known) or _tree_gap(known)


def _site_map_gap(known: Map) -> Gap | None:
    maps = [facts for facts in known.evidence.visited if facts.role is Role.SITE_MAP]
    if not maps:
        return Gap(Reason.UNREADABLE, "没有找到网站地图，不能断定栏目不存在")
    if any(_well_read(facts, known) for facts in maps):
        return None
    return Gap(Reason.UNREADABLE, "网站地图未能读取，不能断定栏目不存在")


def _tree_gap(known: Map) -> Gap | None:
    """A portal without any disclosure column has none to read; one that has it must have shown it to us."""
    trees, ways, read = _trees(known)
    shown = {key for facts in read for key in _keys_on(known.data[facts.final_url])}
    if len(shown & _BLOCKS) >= _FEWEST_BLOCKS or (not trees and not ways):
        return None
    if not trees and all(end_of(way, known).state in FAILED for way in ways):
        return None
    return Gap(Reason.UNREADABLE, "政府信息公开专栏未能读取，不能断定栏目不存在")


def _trees(known: Map) -> tuple[list[PageFacts], list[Way], list[PageFacts]]:
    """Pages of the disclosure tree, ways to a disclosure column, and what of both was well read."""
    trees = [facts for facts in known.evidence.visited if facts.role is Role.TREE]
    ways = [
        way for way in known.ways.get("disclosure", ()) if way.confidence == 1.0 and way.how in _NAVIGATION
    ]
    ends = [known.facts_of(way.url) for way in ways]
    return trees, ways, [facts for facts in (*trees, *ends) if facts and _well_read(facts, known)]


def where_read(known: Map) -> str:
    """Where a column was looked for, once `Map.gap` is None: never says more than was read."""
    trees, ways, read = _trees(known)
    if read:
        return "首页、网站地图和政府信息公开专栏均已读取"
    return f"首页和网站地图均已读取（政府信息公开专栏{'打不开' if trees or ways else '没有找到'}）"


_NAVIGATION = ("首页", "网站地图")
# What every disclosure column shows (国办公开办函〔2019〕61号); one without was not read as people see it.
_BLOCKS = frozenset({"guide", "rules", "statutory", "annual_report", "on_request", "institution"})
_FEWEST_BLOCKS = 2  # assumed


def _keys_on(data: OnPage) -> Iterator[str]:
    for text, url in (*data.links, *((leaf.title, "") for leaf in data.tree)):
        yield from (match.key for match in match_section(text, url)[:1] if match.confidence >= FOUND)


def _well_read(facts: PageFacts, known: Map) -> bool:
    data = known.data.get(facts.final_url)
    return data is not None and not data.blind and not came_home(facts.url, facts, known)


def columns_cut(evidence: Evidence[OnPage]) -> bool:
    """Did a budget cut at a level of columns? Levels are finished in order, so a page of a
    later level among the visited ones shows that the page cap cut no column."""
    cut = evidence.context.portal_detail.get("not_visited", {})
    if isinstance(cut, Mapping) and any(str(pattern).startswith("query:") for pattern in cut):
        return True
    if not evidence.context.truncated:
        return False
    return not any(
        facts.role in (Role.ARTICLE, Role.OTHER) or facts.depth > COLUMN_DEPTH for facts in evidence.visited
    )
