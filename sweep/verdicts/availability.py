"""Could the site be opened? The national rule (站点无法访问) judged from the visits of seven days. Pure.

At least 20 spaced visits a day for a week, 15 seconds each; at 5 % failed visits and more the veto line is
reached. A visit counts only where it says something about the site: walls, our own network and what this
machine cannot reach are left out, and then there may be too few. Source: 国办秘函〔2019〕19号, veto 2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from math import floor
from typing import NamedTuple

from crawler.model import Family, Outcome
from storage.visits import Sample

SECONDS = 15.0
DAYS = 7
VISITS_A_DAY = 20
VETO_SHARE = Fraction(5, 100)
SPACED = timedelta(minutes=10)  # assumed: visits closer together are one; monitors ask every 15 minutes

OPENED = frozenset({Outcome.OK, Outcome.TOO_LARGE})
FAILED = {
    Outcome.NXDOMAIN: "域名不存在",
    Outcome.REFUSED: "拒绝连接",
    Outcome.RESET: "连接中断",
    Outcome.CONNECT_TIMEOUT: "连接超时",
    Outcome.TOO_SLOW: "超过15秒",
    Outcome.SERVER_ERROR: "服务器错误",
    Outcome.GONE: "首页不存在",
}
LEFT_OUT = {
    Outcome.OWN_NETWORK: "检测方网络中断",
    Outcome.UNROUTED: "检测机没有该线路",
    Outcome.NO_ADDRESS: "没有该类地址",
    Outcome.WALL: "网站防护拦截",
    Outcome.DENIED: "网站拒绝访问",
    Outcome.LIMITED: "网站限制访问频率",
    Outcome.ROBOTS: "网站robots规则不允许",
}
OFFLINE = "未能证明检测方在线"
UNCLEAR = "原因不明"


class State(StrEnum):
    """How a unit stands to the rule."""

    REACHED = "reached"  # the veto line: to be confirmed by people, from another network
    BELOW = "below"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days of visits over one address family. `share` of failed visits, 0..1."""

    family: Family
    visits: int  # that count
    failed: int
    state: State
    causes: dict[str, int]  # of the failed ones
    left_out: dict[str, int]
    short_days: int  # of the seven, with fewer visits than the rule asks
    failures: tuple[Sample, ...]

    @property
    def share(self) -> Fraction:
        return Fraction(self.failed, self.visits) if self.visits else Fraction(0)

    @property
    def absent(self) -> bool:
        """The host has no address of this family."""
        return self.visits == 0 and set(self.left_out) == {LEFT_OUT[Outcome.NO_ADDRESS]}


class Said(NamedTuple):
    """What one visit says: opened, failed, or why it does not count."""

    opened: bool
    failed: str = ""
    left_out: str = ""


def read(sample: Sample) -> Said:
    if sample.outcome in OPENED:
        return Said(True) if sample.seconds < SECONDS else Said(False, failed=FAILED[Outcome.TOO_SLOW])
    if sample.outcome not in FAILED:
        return Said(False, left_out=LEFT_OUT.get(sample.outcome, UNCLEAR))
    if not sample.online:
        return Said(False, left_out=OFFLINE)
    return Said(False, failed=FAILED[sample.outcome])


def judge_week(samples: Iterable[Sample], family: Family, now: datetime) -> Week:
    """`samples` of one home page, oldest first; those of other families and days are left aside."""
    mine = [one for one in samples if one.family is family and 0 <= _days_ago(one, now) < DAYS]
    read_ones = [(one, read(one)) for one in mine]
    counting = _spaced([(one, said) for one, said in read_ones if not said.left_out])
    failures = [(one, said) for one, said in counting if said.failed]
    per_day = Counter(_days_ago(one, now) for one, _ in counting)
    short = sum(per_day[day] < VISITS_A_DAY for day in range(DAYS))
    share = Fraction(len(failures), len(counting)) if counting else Fraction(0)
    reached = State.REACHED if share >= VETO_SHARE else State.BELOW
    return Week(
        family=family,
        visits=len(counting),
        failed=len(failures),
        state=State.TOO_FEW if short else reached,
        causes=dict(Counter(said.failed for _, said in failures)),
        left_out=dict(Counter(said.left_out for _, said in read_ones if said.left_out)),
        short_days=short,
        failures=tuple(one for one, _ in failures),
    )


def _days_ago(sample: Sample, now: datetime) -> int:
    return (now - sample.started_at) // timedelta(days=1)


def _spaced(visits: Sequence[tuple[Sample, Said]]) -> list[tuple[Sample, Said]]:
    kept: list[tuple[Sample, Said]] = []
    for one, said in visits:
        if not kept or one.started_at - kept[-1][0].started_at >= SPACED:
            kept.append((one, said))
    return kept


def telling(weeks: Sequence[Week]) -> Week:
    """The week that the rule is judged by: IPv4's, where the site has such an address."""
    return next((week for week in weeks if not week.absent), weeks[0])


def in_words(week: Week) -> str:
    """One sentence: numbers, how they stand to the rule, and what was left out."""
    if week.absent:
        return "没有该类地址"
    if week.state is State.TOO_FEW:
        said = (
            f"样本不足：7 天内有效访问 {week.visits} 次，{week.short_days} 天不足 {VISITS_A_DAY} 次，不作判断"
        )
    else:
        line = "达到否决线 5%，须换网络人工核实" if week.state is State.REACHED else "未达到否决线 5%"
        said = f"7 天内有效访问 {week.visits} 次，打不开 {week.failed} 次（{percent(week.share)}），{line}"
    for label, counts in (("打不开的原因", week.causes), ("未计入", week.left_out)):
        if counts:
            said += f"；{label}：" + "、".join(
                f"{name} {number} 次" for name, number in sorted(counts.items())
            )
    return said


def percent(share: Fraction) -> str:
    """Cut, not rounded: 4.999 % is not 5.00 %."""
    return f"{floor(share * 10000) / 100:.2f}%"
