"""Availability: what a visit says, when a week may be judged, and that our own network accuses nobody."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.model import Family, Fetched, Outcome, Request, Unit, UnitKind
from storage.repo import Store
from storage.visits import Sample
from sweep.errors import OfflineError, SweepError
from sweep.office.watch import pause, report, visit, watch
from sweep.verdicts.availability import State, Week, in_words, judge_week, percent, telling

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
URL = "http://lufeng.example.com/"
GOOD = Sample("lufeng", URL, Family.V4, NOW, Outcome.OK, 200, 0.4, True)
BAD = replace(GOOD, outcome=Outcome.CONNECT_TIMEOUT, status=None, seconds=15.0)


def week_of(samples: Iterable[Sample], every: timedelta = timedelta(minutes=72)) -> list[Sample]:
    """The samples as visits `every` so often, the last of them now; oldest first."""
    made = list(samples)
    return [replace(one, started_at=NOW - every * (len(made) - 1 - n)) for n, one in enumerate(made)]


def judged(samples: list[Sample]) -> Week:
    return judge_week(samples, Family.V4, NOW)


@pytest.mark.parametrize(
    ("bad", "state", "share"),
    [(0, State.BELOW, "0.00%"), (6, State.BELOW, "4.28%"), (7, State.REACHED, "5.00%")],
)
def test_five_percent_of_a_week_is_the_line(bad: int, state: State, share: str) -> None:
    week = judged(week_of([BAD] * bad + [GOOD] * (140 - bad)))
    assert (week.visits, week.failed, week.state, percent(week.share)) == (140, bad, state, share)


def test_fifteen_seconds_are_too_long_for_an_answer() -> None:
    week = judged(week_of([replace(GOOD, seconds=15.0)] * 7 + [replace(GOOD, seconds=14.9)] * 133))
    assert (week.failed, week.causes) == (7, {"超过15秒": 7})


@pytest.mark.parametrize(
    "void",
    [
        replace(BAD, outcome=Outcome.OWN_NETWORK),
        replace(BAD, online=False),
        replace(BAD, outcome=Outcome.DNS_FAILED),
        replace(BAD, outcome=Outcome.TLS),
        replace(BAD, outcome=Outcome.WALL, status=521),
        replace(BAD, outcome=Outcome.DENIED, status=403),
        replace(BAD, outcome=Outcome.LIMITED, status=429),
        replace(BAD, outcome=Outcome.ROBOTS),
        replace(BAD, outcome=Outcome.UNROUTED),
    ],
)
def test_what_says_nothing_about_the_site_is_left_out(void: Sample) -> None:
    spare = week_of([GOOD] * 100 + [void] * 28 + [GOOD] * 40, timedelta(hours=1))
    week = judged(spare)
    assert (week.visits, week.failed, sum(week.left_out.values())) == (140, 0, 28)
    assert week.state is State.TOO_FEW, "a day and more of it are missing"
    few = judged(week_of([GOOD] * 100 + [void] * 4 + [GOOD] * 64, timedelta(hours=1)))
    assert (few.state, few.visits) == (State.BELOW, 164)


def test_too_few_is_no_fault() -> None:
    assert judged([]).state is State.TOO_FEW
    assert judged(week_of([BAD] * 139)).state is State.TOO_FEW
    assert "样本不足" in in_words(judged(week_of([BAD] * 139)))


def test_many_visits_of_one_bad_day_are_no_week() -> None:
    assert judged(week_of([BAD] * 144, timedelta(minutes=10))).state is State.TOO_FEW


def test_visits_close_together_are_one() -> None:
    week = judged(week_of([BAD] * 140, timedelta(minutes=1)))
    assert week.visits == 14


def test_older_visits_and_the_other_family_are_left_aside() -> None:
    old = replace(BAD, started_at=NOW - timedelta(days=7))
    assert judged([old, replace(BAD, family=Family.V6)]).visits == 0


def test_ipv4_tells_unless_the_site_has_none() -> None:
    none = replace(BAD, outcome=Outcome.NO_ADDRESS)
    weeks = [judge_week([none], Family.V4, NOW), judge_week([], Family.V6, NOW)]
    assert weeks[0].absent and in_words(weeks[0]) == "没有该类地址"
    assert telling(weeks).family is Family.V6
    assert telling([judged([GOOD]), weeks[1]]).family is Family.V4


class FakeGate:
    """Answers by host; offline over IPv6."""

    def __init__(self, outcomes: dict[str, Outcome]) -> None:
        self.outcomes = outcomes
        self.asked: list[Request] = []

    async def fetch(self, request: Request, *, purpose: str = "walk", retries: int = 1) -> Fetched:
        assert (purpose, retries) == ("watch", 0)
        self.asked.append(request)
        outcome = self.outcomes[request.url]
        status = 200 if outcome is Outcome.OK else None
        return Fetched(request.url, request.url, outcome, status=status, started_at=NOW)

    async def online(self, family: Family = Family.ANY) -> bool:
        return family is Family.V4


def unit(name: str) -> Unit:
    return Unit(id=name, name=name, kind=UnitKind.COUNTY, portal=f"http://{name}/")


async def test_a_visit_asks_both_families_and_knows_whether_we_were_online() -> None:
    gate = FakeGate({"http://a/": Outcome.OK, "http://b/": Outcome.REFUSED})
    samples = await visit(gate, [unit("a"), unit("b")])
    assert [(one.unit, one.family, one.online) for one in samples] == [
        ("a", Family.V4, True),
        ("a", Family.V6, True),
        ("b", Family.V4, True),
        ("b", Family.V6, False),
    ]
    assert {(one.seconds, one.fresh) for one in gate.asked} == {(15.0, True)}


def seeds_file(tmp_path: Path, more: str = "", portal: str = f'"{URL}"') -> Path:
    path = tmp_path / "seeds.yaml"
    path.write_text(
        f"version: 1\nunits: [{{id: lufeng, name: 陆丰, kind: county, portal: {portal}}}]\n{more}", "utf-8"
    )
    return path


async def test_without_a_canary_the_visit_is_stored_and_does_not_count(tmp_path: Path) -> None:
    dead = 'canaries: ["http://127.0.0.1:1/"]\nhosts: {lufeng.example.com: []}\n'
    db = f"sqlite:///{tmp_path}/a.db"
    with pytest.raises(OfflineError, match="没有一个联网参照站点"):
        await watch(seeds_file(tmp_path, dead), db, once=True, per_day=20)
    async with await Store.open(db) as store:
        later = datetime.now(UTC) + timedelta(seconds=1)
        samples = await store.samples("lufeng", later - timedelta(days=1), later)
    assert [one.family for one in samples] == [Family.V4, Family.V6]
    assert judge_week(samples, Family.V4, later).visits == 0


async def test_the_endless_run_keeps_its_pace(tmp_path: Path) -> None:
    class Enough(Exception):
        pass

    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise Enough

    file, db = seeds_file(tmp_path, portal="null"), f"sqlite:///{tmp_path}/a.db"
    with pytest.raises(Enough):
        await watch(file, db, once=False, per_day=20, now=lambda: NOW, sleep=sleep)
    assert slept == [pause(20).total_seconds()] * 3
    assert timedelta(days=1) // pause(20) == 22


async def test_report(tmp_path: Path) -> None:
    file, db = seeds_file(tmp_path), f"sqlite:///{tmp_path}/a.db"
    moved = replace(BAD, url="http://old.example.com/")
    async with await Store.open(db) as store:
        await store.add_samples(week_of([BAD] * 7 + [GOOD] * 133) + week_of([moved] * 140))
    said = await report(file, db, now=NOW)
    assert "IPv4：7 天内有效访问 140 次，打不开 7 次（5.00%），达到否决线 5%，须换网络人工核实" in said
    assert "打不开的原因：连接超时 7 次" in said
    assert "最近一次打不开：2026-11-15 20:24" in said
    line = json.loads(await report(file, db, as_json=True, now=NOW))
    assert (line["state"], line["judged_by"], len(line["families"]["v4"]["failures"])) == ("reached", "v4", 7)
    assert line["families"]["v6"]["state"] == "too_few"
    assert "未登记门户网址" in await report(seeds_file(tmp_path, portal="null"), db, now=NOW)
    with pytest.raises(SweepError, match="没有单位 b"):
        await report(file, db, only=["b"], now=NOW)


async def test_nobody_is_visited_outside_the_hours(tmp_path: Path) -> None:
    file, db = seeds_file(tmp_path, 'defaults: {hours: "20:00-07:00"}\n'), f"sqlite:///{tmp_path}/a.db"
    said = await watch(file, db, once=True, per_day=20, now=lambda: NOW)  # noon in China
    assert said.startswith("已访问 0 个单位")
