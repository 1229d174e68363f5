"""What does a report show? Frozen values, ready to print: every text is clean, every link checked.

`reports/build.py` makes them from a sweep's results and scores; terminal, html and xlsx only lay them out.
Points are in points of the scheme, shares between 0 and 1, `score` and the `*_score` range per 100.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from crawler.model import Period
from reports.trends import Trends


@dataclass(frozen=True, slots=True)
class Assumption:
    """A number that the scheme does not print and the pack assumes."""

    name: str
    value: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One item of the scheme (赋分标准), as the pack prints it. `group` is the code of its indicator."""

    code: str
    title: str
    level1: str = ""
    level2: str = ""
    level3: str = ""
    group: str = ""  # the heat map has one column for each
    bonus: bool = False
    clause: str = ""
    advice: str = ""
    review: tuple[str, ...] = ()  # checks whose answer counts here only after a person confirmed it
    assumed: bool = False  # its points are a split the scheme does not print


@dataclass(frozen=True, slots=True)
class Scheme:
    """What a report prints of a rule pack."""

    id: str
    title: str
    hash: str
    source: str  # the document it comes from
    rank_gate: float  # no rank under this coverage
    assumed: tuple[Assumption, ...]
    totalled: bool = True  # False: points of the source are not known, and there is no total


@dataclass(frozen=True, slots=True)
class SweepFacts:
    """The sweep that a report is about."""

    id: str
    as_of: date
    period: Period
    seed: int
    version: str  # of the tool
    started_at: str | None = None  # ISO 8601
    finished_at: str | None = None
    rendered: tuple[tuple[str, int], ...] = ()  # pages read in the browser, by why, in words
    carried_pages: int = 0  # unchanged since an earlier sweep, whose reading stands
    cloaking: bool = False  # asked as search engines too (--probe-cloaking)
    warnings: tuple[str, ...] = ()  # about the run as a whole
    assumed: tuple[Assumption, ...] = ()  # besides those the pack itself names

    @property
    def reading(self) -> str:
        """How pages were read that were not just fetched, as a clause; '' where all were."""
        parts = []
        if self.rendered:
            why = "，".join(f"{words} {number} 个" for words, number in self.rendered)
            parts.append(f"其中用浏览器打开 {sum(number for _, number in self.rendered)} 个（{why}）")
        if self.carried_pages:
            parts.append(f"{self.carried_pages} 个自上次巡检未变，沿用其读取结果（涉及问题的已重新读取）")
        return "；".join(parts)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a fault is not counted for now (comply or explain)."""

    reason: str
    author: str
    proof: str
    proof_href: str | None
    until: str  # the last day


@dataclass(frozen=True, slots=True)
class Review:
    """What a person decided of an item, beside what the machine had said."""

    reviewer: str
    at: str
    note: str
    machine_state: str
    machine_earned: float | None
    machine_why: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One defect, printable. `href` and `subject_href` are None where the URL must not be a link."""

    url: str
    href: str | None
    subject: str
    subject_href: str | None
    message: str
    expected: str
    found: str
    advice: str
    proofs: tuple[str, ...]
    observed_at: str
    explained: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """One thing a check read: links (checked), and what else there is to say in words."""

    label: str
    text: str
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check's result for one unit. `reason` is in words, `reason_key` as in docs/method.md.

    `defects` and `faults` are those that count; explained ones stand apart, and a check all of whose defects
    are explained has the verdict `explained`."""

    id: str
    title: str
    verdict: str
    reason_key: str
    reason: str
    applies: bool
    indicators: tuple[str, ...]
    population: int
    tested: int
    defects: int
    needs_review: bool
    observed: tuple[Observed, ...]
    faults: tuple[Fault, ...]
    shared_expected: str  # what all faults have in common is said once
    shared_advice: str
    anchor: str
    asked: bool = True  # False: a column that nothing and nobody asks of such a unit
    explained: int = 0  # defects beside `defects`
    explained_faults: tuple[Fault, ...] = ()

    @property
    def failed(self) -> bool:
        return self.verdict == "fail"

    @property
    def unlisted(self) -> int:
        """Defects beyond the listed ones (at most 200 are listed)."""
        return max(0, self.defects - len(self.faults))


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item of the scheme for one unit, with the results that decide it."""

    indicator: Indicator
    points: float | None  # None: the source's number is not known
    earned: float | None
    state: str
    why: str
    checks: tuple[CheckView, ...]
    anchor: str
    review: Review | None = None

    @property
    def code(self) -> str:
        return self.indicator.code

    @property
    def lost(self) -> float:
        if self.state != "scored" or self.earned is None or self.points is None:
            return 0.0
        return max(0.0, round(self.points - self.earned, 6))

    @property
    def blamed(self) -> tuple[CheckView, ...]:
        """The failed checks that a lost point stands on, without those a person must confirm first."""
        return tuple(
            check
            for check in self.checks
            if check.failed and not check.needs_review and check.id not in self.indicator.review
        )


@dataclass(frozen=True, slots=True)
class Section:
    """A second-level indicator of one unit's sheet with its items, in the pack's order."""

    bonus: bool
    level1: str
    level2: str
    items: tuple[ItemView, ...]

    @property
    def known(self) -> bool:
        return all(item.points is not None for item in self.items)

    @property
    def full(self) -> float:
        return sum(item.points or 0.0 for item in self.items if item.state != "not_applicable")

    @property
    def decided(self) -> float:
        return sum(item.points or 0.0 for item in self.items if item.state == "scored")

    @property
    def earned(self) -> float:
        return sum(item.earned or 0.0 for item in self.items if item.state == "scored")


@dataclass(frozen=True, slots=True)
class ScoreView:
    """One unit's score. `low_score` and `high_score` are the range of `score`."""

    stage: str
    earned: float
    testable: float
    full: float
    coverage: float
    low: float
    high: float
    score: float | None
    low_score: float | None
    high_score: float | None
    grade: str | None
    rank: int | None
    rank_range: tuple[int, int] | None
    totalled: bool = True  # see Scheme
    machine: float | None = None  # the score without people's answers, where there are any
    answered: int = 0  # items with a person's answer

    @property
    def complete(self) -> bool:
        """Everything that a person answers has been answered (复核完成)."""
        return self.stage == "complete" and self.answered > 0


@dataclass(frozen=True, slots=True)
class VetoView:
    """One veto item (单项否决) for one unit: how it stands, and the checks it counts."""

    code: str
    title: str
    clause: str
    state: str  # as in the score line
    count: int | None
    why: str
    advice: str
    checks: tuple[CheckView, ...]

    @property
    def told(self) -> bool:
        """Something was found: a line is reached, or is if a person confirms it."""
        return self.state in ("hit", "review", "warning")


@dataclass(frozen=True, slots=True)
class UnitView:
    """One unit's whole report. `file` is its page's path below the report's folder."""

    id: str
    name: str
    kind: str
    group: str
    portal: str
    href: str | None
    file: str
    pages: int
    score: ScoreView
    unranked_why: str  # "" where the unit has a rank
    sections: tuple[Section, ...]
    checks: tuple[CheckView, ...]
    lost: tuple[ItemView, ...]  # dearest first
    untested: tuple[ItemView, ...]  # a machine could, and did not
    by_people: tuple[ItemView, ...]  # manual, material, external
    review: tuple[ItemView, ...]
    review_checks: tuple[CheckView, ...]  # to be confirmed, with their evidence
    held: tuple[CheckView, ...]  # failed, applies, but no point was taken
    hints: tuple[CheckView, ...]  # failed, and no item uses it
    unread_hints: tuple[CheckView, ...]  # unknown, and no item uses it
    unasked: tuple[CheckView, ...] = ()  # columns that were not found, and that nobody asks of such a unit
    explained: tuple[CheckView, ...] = ()  # with explained faults, some or all
    vetoes: tuple[VetoView, ...] = ()  # of the scheme, or of the national one where it was judged as well

    @property
    def items(self) -> tuple[ItemView, ...]:
        return tuple(item for section in self.sections for item in section.items)


@dataclass(frozen=True, slots=True)
class Group:
    """Units that are ranked with each other."""

    name: str
    ranked: tuple[UnitView, ...]
    unranked: tuple[UnitView, ...]

    @property
    def units(self) -> tuple[UnitView, ...]:
        return self.ranked + self.unranked


@dataclass(frozen=True, slots=True)
class Column:
    """A heat map column: a third-level indicator."""

    code: str
    short: str
    title: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A unit's share of the decided points of one column; None = none decided, `blank` = not asked of it."""

    share: float | None
    blank: bool
    anchor: str  # of the first item on the unit's page
    text: str


@dataclass(frozen=True, slots=True)
class ThemeUnit:
    name: str
    file: str
    anchor: str
    defects: int


@dataclass(frozen=True, slots=True)
class Theme:
    """A fault that several units share (共性问题). Only units that were judged count."""

    area: str
    check: str
    title: str
    scored: bool  # some item uses it
    failed: int
    judged: int
    advice: str
    examples: tuple[ThemeUnit, ...]


@dataclass(frozen=True, slots=True)
class ReportData:
    """Everything a report shows."""

    sweep: SweepFacts
    scheme: Scheme
    units: tuple[UnitView, ...]  # in the order of the seeds
    groups: tuple[Group, ...]
    columns: tuple[Column, ...]
    heat: Mapping[str, tuple[Cell, ...]]  # by unit id, one cell for each column
    themes: tuple[Theme, ...]
    trends: Trends | None = None

    @property
    def pages(self) -> int:
        return sum(unit.pages for unit in self.units)

    @property
    def reviewed(self) -> bool:
        """All that people answer has been answered, of every unit."""
        return all(unit.score.complete for unit in self.units)
