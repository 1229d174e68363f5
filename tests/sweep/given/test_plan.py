"""Which command names the same sweep again, and how units of one host share a pace."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from crawler.model import Period, Unit, UnitKind
from storage.repo import Store
from sweep.given.plan import Plan, owner_of, plan, policies
from sweep.given.seeds import Seeds
from sweep.night.run import RunOptions, open_sweep

HOST = "http://www.a.gov.cn"


def unit(id: str, portal: str | None = f"{HOST}/", **more: object) -> Unit:
    return Unit(id=id, name=id, kind=UnitKind.COUNTY, portal=portal).model_copy(update=more)


SEEDS = Seeds(units=(unit("a"),), hosts={})


def other_day(chosen: Plan) -> Plan:
    return Plan(
        chosen.seeds,
        chosen.packs,
        chosen.as_of + timedelta(days=1),
        chosen.period,
        day_given=chosen.day_given,
        period_given=chosen.period_given,
    )


def test_a_day_from_the_clock_is_no_part_of_the_key() -> None:
    night = plan(SEEDS)
    assert other_day(night).key == night.key
    asked = plan(SEEDS, as_of=date(2026, 11, 20))
    assert other_day(asked).key != asked.key


def test_what_else_was_asked_for_is() -> None:
    keys = {
        plan(SEEDS).key,
        plan(SEEDS, seed=2).key,
        plan(SEEDS, period=Period(start=date(2025, 1, 1), end=date(2025, 12, 31))).key,
        plan(SEEDS, rules=("national-2019",)).key,
        plan(SEEDS, options={"probe_cloaking": True}).key,
        plan(Seeds(units=(unit("b"),), hosts={})).key,
    }
    assert len(keys) == 6


async def test_the_same_command_goes_on_after_midnight_with_its_own_day(tmp_path: Path) -> None:
    db = f"sqlite:///{tmp_path}/plan.db"
    async with await Store.open(db) as store:
        night = plan(SEEDS)
        first = await open_sweep(night, store, RunOptions(db=db))
        again = await open_sweep(other_day(night), store, RunOptions(db=db))
        assert (again.id, again.as_of) == (first.id, first.as_of)
        assert (await open_sweep(night, store, RunOptions(db=db, new=True))).id != first.id


def test_units_of_one_host_take_the_slowest_pace() -> None:
    quick = unit("a", rate=10.0, concurrency=4)
    slow = unit("b", f"{HOST}/b/", rate=1.0, concurrency=2, robots="ignore")
    policy = policies((quick, slow))["www.a.gov.cn"]
    assert (policy.rate, policy.concurrency, policy.robots) == (1.0, 2, "obey")
    assert policies((unit("a", rate=0.0),))["www.a.gov.cn"].rate == 0.0


def test_the_owner_of_a_host_has_it_to_itself() -> None:
    city, office = unit("city"), unit("office", f"{HOST}/office/index.html")
    assert owner_of(office, (city, office)) == city
    assert owner_of(city, (city, office)) is None
    assert owner_of(office, (office,)) is None
    assert owner_of(unit("none", None), (city,)) is None
