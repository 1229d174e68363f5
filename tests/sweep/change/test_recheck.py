"""Recheck: solved, still there, or not to be seen now; the old results stay as they were."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from demo.server import Answer, Asked
from probes import ALL
from storage.repo import Store
from storage.values import SweepRow
from sweep.change.diff import recheck_text
from sweep.change.recheck import Recheck, Wanted, choose, one_finding, probes_for, recheck, seeds_of
from sweep.errors import SweepError
from sweep.proof.archive import Keep
from sweep.proof.proof import Reference
from tests.sweep.archived import HOST, PACK, UNIT, change_host, database, swept
from tests.sweep.cities import AS_OF, QUICK, Served, serve

PAIRS = frozenset({(UNIT, "footer.icp"), (UNIT, "footer.site_code")})
CLOUD = (
    "<html><title>拒绝执行 | 网站云防护系统</title><body>访问被拦截，网站云防护系统</body></html>".encode()
)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with await Store.open(database(tmp_path)) as opened:
        yield opened


def no_icp(asked: Asked, answer: Answer) -> Answer:
    return replace(answer, body=answer.body.replace("ICP备".encode(), "IC备".encode()))


def walled(asked: Asked, answer: Answer) -> Answer:
    return Answer(CLOUD, 403)


async def again(city: Served, store: Store, row: SweepRow, wanted: Wanted) -> Recheck:
    return await recheck(store, row, PACK, wanted, city.seeds(UNIT), as_of=AS_OF, timing=QUICK)


def states(told: Recheck) -> dict[str, str]:
    return {found.check: str(found.state) for found in told.findings}


async def test_solved_still_there_or_not_to_be_seen(store: Store) -> None:
    async with serve() as city:
        usual = city.city.hosts[HOST]
        change_host(city, no_icp)
        row = await swept(city, store, Keep.CITED)
        old = await store.results(row.id, PACK)
        city.city.hosts[HOST] = usual
        told = await again(city, store, row, Wanted(PAIRS))
        assert states(told) == {"footer.icp": "fixed", "footer.site_code": "lasting"}
        change_host(city, walled)
        shut = await again(
            city, store, row, one_finding(Reference(row.id, UNIT, "footer.icp", 1), _place(old))
        )
    assert states(shut) == {"footer.icp": "unverified"}
    assert await store.results(row.id, PACK) == old
    assert (await store.get("latest")).id == row.id
    fresh = await store.results(told.new.id, PACK)
    assert {(line["unit"], line["check"]) for line in fresh} == PAIRS
    assert await store.scores(told.new.id, PACK) == []
    text = recheck_text(told)
    assert "已解决：" in text and "仍存在：" in text
    assert "未能复核：" in recheck_text(shut)


def _place(lines: list[dict[str, object]]) -> str:
    line = next(line for line in lines if line["check"] == "footer.icp")
    findings = line["findings"]
    assert isinstance(findings, list)
    return str(findings[0]["subject"] or findings[0]["url"])


LINES = [
    {"unit": "a", "check": "footer.icp", "verdict": "fail"},
    {"unit": "a", "check": "links.home", "verdict": "pass"},
    {"unit": "b", "check": "footer.icp", "verdict": "unknown"},
]


@pytest.mark.parametrize(
    ("asked", "pairs"),
    [
        ({"unit": "a"}, {("a", "footer.icp"), ("a", "links.home")}),
        ({"check": "footer.icp"}, {("a", "footer.icp"), ("b", "footer.icp")}),
        ({"failed": True}, {("a", "footer.icp")}),
        ({"unit": "b", "check": "footer.icp"}, {("b", "footer.icp")}),
    ],
)
def test_what_is_looked_at_again(asked: dict[str, object], pairs: set[tuple[str, str]]) -> None:
    assert choose(LINES, **asked).pairs == pairs  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "words"),
    [({}, "请说明复查什么"), ({"unit": "c"}, "没有符合条件"), ({"unit": "b", "failed": True}, "没有符合")],
)
def test_nothing_to_look_at_is_said(asked: dict[str, object], words: str) -> None:
    with pytest.raises(SweepError, match=words):
        choose(LINES, **asked)  # type: ignore[arg-type]


def test_probes_of_a_check_and_of_what_comes_before() -> None:
    ids = {probe.id for probe in probes_for(["search.titles"])}
    owners = {check.id: probe.id for probe in ALL for check in probe.checks}
    assert ids == {owners["search.titles"], owners["search.box"], "privacy"}


def test_the_unit_list_has_to_be_there(tmp_path: Path) -> None:
    row = type("Row", (), {"seeds_file": str(tmp_path / "gone.yaml")})()
    with pytest.raises(SweepError, match="--seeds"):
        seeds_of(row, [], None)
