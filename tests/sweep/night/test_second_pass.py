"""What did not come during the walk is asked for once more, parts of the home page too."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from demo.server import Answer, Asked
from storage.repo import Store
from sweep.canonical import canonical_lines
from sweep.proof.archive import Keep
from tests.sweep.archived import PACK, UNIT, change_host, database, swept
from tests.sweep.cities import serve


async def test_a_script_of_the_home_page_that_was_cut_off_is_read_later(tmp_path: Path) -> None:
    asked: Counter[str] = Counter()

    def cut(asking: Asked, answer: Answer) -> Answer:
        asked[asking.path] += 1
        return replace(answer, reset=asking.path.endswith(".js") and asked[asking.path] <= 2)

    async with serve() as city, await Store.open(database(tmp_path)) as store:
        fair = await swept(city, store, Keep.CITED)
        change_host(city, cut)
        row = await swept(city, store, Keep.CITED)
        home = (await (await store.unit(row.id, UNIT)).facts())[0]
        results = [canonical_lines(await store.results(one.id, PACK)) for one in (fair, row)]
    scripts = {path: times for path, times in asked.items() if path.endswith(".js")}
    assert scripts and min(scripts.values()) > 1
    assert not home.lacking
    assert results[0] == results[1]
