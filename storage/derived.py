"""What can be dropped and made again: results of the judge, scores of the packs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, select

from storage.engine import Database
from storage.tables import ResultTable, ScoreTable, UnitTable
from storage.values import canonical, storable


class Derived:
    """The results' and scores' part of the repository."""

    _database: Database

    async def replace_results(
        self, sweep_id: str, unit_id: str, pack_id: str, results: Iterable[Mapping[str, Any]]
    ) -> None:
        """All results of a unit under a pack; each is an object of docs/formats.md, with its `check`.

        Where the same stands there already, nothing is written: judging again mostly finds the same.
        """
        texts = [(result["check"], _text(result)) for result in results]
        t, r = UnitTable, ResultTable
        which = select(t.id).where(t.sweep == sweep_id, t.unit == unit_id)
        async with self._database.write() as connection:
            number = (await connection.execute(which)).scalar_one()
            mine = (r.unit == number) & (r.pack == pack_id)
            standing = (await connection.execute(select(r.check, r.data).where(mine))).all()
            if sorted(map(tuple, standing)) == sorted(texts):
                return
            await connection.execute(delete(r).where(mine))
            rows = [(number, pack_id, check, text) for check, text in texts]
            await self._database.insert_many(connection, ResultTable, rows)

    async def results(self, sweep_id: str, pack_id: str, unit: str | None = None) -> list[dict[str, Any]]:
        """By unit in the order of the seeds, then by check."""
        r, u = ResultTable, UnitTable
        rows = select(r.data).join(u, u.id == r.unit).where(u.sweep == sweep_id, r.pack == pack_id)
        if unit is not None:
            rows = rows.where(u.unit == unit)
        async with self._database.read() as connection:
            found = (await connection.execute(rows.order_by(u.position, r.check))).all()
        return [json.loads(text) for (text,) in found]

    async def failed(self, sweep_id: str, pack_id: str) -> list[dict[str, Any]]:
        """Only the results that are faults, in any order."""
        r, u = ResultTable, UnitTable
        rows = select(r.data).join(u, u.id == r.unit).where(u.sweep == sweep_id, r.pack == pack_id)
        async with self._database.read() as connection:
            found = (await connection.execute(rows.where(r.data.contains('"verdict":"fail"')))).all()
        return [line for (text,) in found if (line := json.loads(text))["verdict"] == "fail"]

    async def replace_scores(
        self,
        sweep_id: str,
        pack_id: str,
        scores: Iterable[Mapping[str, Any]],
        machine: Iterable[Mapping[str, Any]] = (),
    ) -> None:
        """All scores of a sweep under a pack; each is an object of docs/formats.md, with its `unit`.

        `machine`: the scores without people's answers, where answers went into `scores`.
        """
        t = ScoreTable
        alone = {score["unit"]: _text(score) for score in machine}
        rows = [
            {
                "sweep": sweep_id,
                "pack": pack_id,
                "position": n,
                "unit": score["unit"],
                "data": _text(score),
                "machine": alone.get(score["unit"]),
            }
            for n, score in enumerate(scores)
        ]
        async with self._database.write() as connection:
            await connection.execute(delete(t).where(t.sweep == sweep_id, t.pack == pack_id))
            if rows:
                await connection.execute(self._database.insert(t), rows)

    async def scores(self, sweep_id: str, pack_id: str) -> list[dict[str, Any]]:
        """In the order they were given."""
        t = ScoreTable
        rows = select(t.data).where(t.sweep == sweep_id, t.pack == pack_id).order_by(t.position)
        async with self._database.read() as connection:
            return [json.loads(text) for (text,) in (await connection.execute(rows)).all()]

    async def machine_scores(self, sweep_id: str, pack_id: str) -> list[dict[str, Any]]:
        """The machine's own scores of units that people's answers are scored for (机器初测)."""
        t = ScoreTable
        rows = select(t.machine).where(t.sweep == sweep_id, t.pack == pack_id, t.machine.is_not(None))
        async with self._database.read() as connection:
            found = (await connection.execute(rows.order_by(t.position))).all()
        return [json.loads(text) for (text,) in found]

    async def judged_packs(self, sweep_id: str) -> list[str]:
        """Packs whose limits the stored results were judged with, by name."""
        r, u = ResultTable, UnitTable
        rows = select(r.pack).join(u, u.id == r.unit).where(u.sweep == sweep_id).distinct().order_by(r.pack)
        async with self._database.read() as connection:
            return list((await connection.execute(rows)).scalars())


def _text(value: Mapping[str, Any]) -> str:
    return storable(canonical(dict(value)))
