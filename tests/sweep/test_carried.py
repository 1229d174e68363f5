"""The second night: what has not changed is not read again, and no fault rests on an old reading."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from crawler.markup.page import Page
from crawler.model import PageFacts, Unit
from crawler.signs import identity
from demo.server import Answer, Asked
from storage.repo import Store
from storage.values import SweepRow
from sweep.canonical import canonical_lines
from sweep.given.plan import plan
from sweep.night.run import RunOptions, run_sweep
from sweep.proof.archive import Keep, cited_urls
from tests.sweep.archived import PACK, UNIT, change_host, swept
from tests.sweep.cities import AS_OF, QUICK, Served


async def _facts(store: Store, row: SweepRow) -> list[PageFacts]:
    return await (await store.unit(row.id, UNIT)).facts()


async def _whole_answers(store: Store, row: SweepRow) -> Counter[str]:
    attempts = await (await store.unit(row.id, UNIT)).attempts("walk")
    return Counter(attempt.url for attempt in attempts if attempt.status == 200)


async def test_an_unchanged_portal_gives_the_same_bytes_for_a_part_of_the_work(
    store: Store, city: Served
) -> None:
    first = await swept(city, store, Keep.CITED)
    second = await swept(city, store, Keep.CITED)
    once, again = await store.results(first.id, PACK), await store.results(second.id, PACK)
    assert canonical_lines(again) == canonical_lines(once)
    facts = await _facts(store, second)
    carried = [page for page in facts if page.carried]
    assert {page.carried for page in carried} == {first.id}
    assert len(carried) > len(facts) / 3
    whole = await _whole_answers(store, second)
    assert not {page.url for page in carried} & set(whole)
    cited = cited_urls(again)
    assert not [page.url for page in carried if page.url in cited or page.final_url in cited]


async def test_a_carried_page_names_the_sweep_that_read_it(store: Store, city: Served) -> None:
    first = await swept(city, store, Keep.CITED)
    await swept(city, store, Keep.CITED)
    third = await swept(city, store, Keep.CITED)
    carried = [page for page in await _facts(store, third) if page.carried]
    assert first.id in {page.carried for page in carried}


async def test_a_changed_page_is_read(store: Store, city: Served) -> None:
    first = await swept(city, store, Keep.CITED)
    second = await swept(city, store, Keep.CITED)
    page = next(page for page in await _facts(store, second) if page.carried)
    path = "/" + page.final_url.split("/", 3)[3]

    def changed(asked: Asked, answer: Answer) -> Answer:
        if asked.path == path:
            return replace(answer, body=answer.body.replace(b"</body>", b"<p>new</p></body>"))
        return answer

    change_host(city, changed)
    third = await swept(city, store, Keep.CITED)
    now = next(one for one in await _facts(store, third) if one.url == page.url)
    assert not now.carried
    assert now.digest != page.digest
    assert first.id != third.id


async def test_same_bytes_without_validators_are_not_observed_again(
    store: Store, city: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    change_host(city, lambda asked, answer: replace(answer, etag=False))
    first = await swept(city, store, Keep.CITED)
    read: list[str] = []
    is_content = identity.is_content

    def counted(page: Page, unit: Unit) -> bool:
        read.append(page.url)
        return is_content(page, unit)

    monkeypatch.setattr("crawler.walking.walk.is_content", counted)
    second = await swept(city, store, Keep.CITED)
    facts = await _facts(store, second)
    assert not [page.url for page in facts if page.carried]
    assert 0 < len(read) < len(facts) * 2 / 3
    results = [canonical_lines(await store.results(row.id, PACK)) for row in (first, second)]
    assert results[0] == results[1]


@pytest.mark.parametrize("how", ["reread", "archive", "program", "unit"])
async def test_when_everything_is_read(
    store: Store, city: Served, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await swept(city, store, Keep.CITED)
    if how == "program":
        monkeypatch.setattr("sweep.night.run.program", lambda: "another")
    options = RunOptions(db="", new=True, timing=QUICK, reread=how == "reread")
    if how == "archive":
        options = replace(options, archive=Keep.ALL)
    seeds = city.seeds(UNIT, max_pages=2000) if how == "unit" else city.seeds(UNIT)
    second = await run_sweep(plan(seeds, as_of=AS_OF), store, options)
    assert not [page.url for page in await _facts(store, second) if page.carried]
