"""What people add to a sweep: explained faults (exceptions) and points they gave (answers)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from storage.engine import Database
from storage.tables import AnswerTable, ExceptionTable
from storage.values import canonical, storable


@dataclass(frozen=True, slots=True)
class Answer:
    """Points that a person gave for one item of one unit (for a veto: 0 = does not stand, 1 = stands)."""

    unit: str
    code: str
    points: float
    reviewer: str
    reviewed_at: datetime  # aware
    note: str = ""


class Cases:
    """The exceptions' and answers' part of the repository."""

    _database: Database
    _now: Callable[[], datetime]

    async def replace_exceptions(self, sweep_id: str, exceptions: Sequence[Mapping[str, Any]]) -> None:
        """All exceptions that judging this sweep is to know, in their order."""
        t = ExceptionTable
        rows = [
            {"sweep": sweep_id, "position": n, "data": storable(canonical(dict(one)))}
            for n, one in enumerate(exceptions)
        ]
        async with self._database.write() as connection:
            await connection.execute(delete(t).where(t.sweep == sweep_id))
            if rows:
                await connection.execute(self._database.insert(t), rows)

    async def exceptions(self, sweep_id: str) -> list[dict[str, Any]]:
        t = ExceptionTable
        rows = select(t.data).where(t.sweep == sweep_id).order_by(t.position)
        async with self._database.read() as connection:
            return [json.loads(text) for (text,) in (await connection.execute(rows)).all()]

    async def add_answers(self, sweep_id: str, pack_id: str, answers: Sequence[Answer]) -> None:
        """All of them, in one transaction; earlier answers stay on record."""
        rows = [
            {
                "sweep": sweep_id,
                "pack": pack_id,
                "unit": answer.unit,
                "code": answer.code,
                "points": answer.points,
                "reviewer": storable(answer.reviewer),
                "reviewed_at": answer.reviewed_at,
                "note": storable(answer.note),
                "stored_at": self._now(),
            }
            for answer in answers
        ]
        if rows:
            async with self._database.write() as connection:
                await connection.execute(self._database.insert(AnswerTable), rows)

    async def answers(self, sweep_id: str, pack_id: str) -> dict[tuple[str, str], Answer]:
        """By unit and item code: the newest answer to each."""
        return {(one.unit, one.code): one for one in await self.answer_history(sweep_id, pack_id)}

    async def answer_history(self, sweep_id: str, pack_id: str) -> list[Answer]:
        """Every answer ever stored, oldest first."""
        t = AnswerTable
        rows = select(t.unit, t.code, t.points, t.reviewer, t.reviewed_at, t.note)
        rows = rows.where(t.sweep == sweep_id, t.pack == pack_id).order_by(t.id)
        async with self._database.read() as connection:
            return [Answer(*row) for row in (await connection.execute(rows)).all()]
