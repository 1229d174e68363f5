"""What the visits of `watch` say of a portal in the week before a sweep, as part of the sweep's own facts."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from crawler.model import Family, Unit
from storage.repo import Store
from storage.values import SweepRow
from sweep.given.plan import CHINA
from sweep.verdicts.availability import DAYS, State, in_words, judge_week, telling

KEYS = {State.REACHED: "week_reached", State.BELOW: "week_below", State.TOO_FEW: "week_open"}


def ends_at(sweep: SweepRow) -> datetime:
    """The week ends when the sweep began, or with its day where that is an earlier one."""
    day = datetime.combine(sweep.as_of + timedelta(days=1), time(), CHINA).astimezone(UTC)
    return min(sweep.started_at, day)


async def week_of(store: Store, sweep: SweepRow, unit: Unit) -> dict[str, list[str]]:
    """One sentence under the key of its state; empty where the portal was never visited in that week."""
    if unit.portal is None:
        return {}
    moment = ends_at(sweep)
    samples = await store.samples_of(unit.portal, moment - timedelta(days=DAYS), moment)
    if not samples:
        return {}
    week = telling([judge_week(samples, family, moment) for family in (Family.V4, Family.V6)])
    return {KEYS[week.state]: [in_words(week)]}
