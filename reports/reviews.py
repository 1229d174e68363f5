"""What did people decide of a unit's items? Their answers, beside what the machine alone had said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.model import Review
from reports.text import clean, moment

Line = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reviews:
    """`answers`: by unit and item code, with `reviewer`, `at` (ISO 8601) and `note`. `machine`: the score
    lines without them."""

    answers: Mapping[tuple[str, str], Line]
    machine: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One unit's part."""

    answers: Mapping[str, Line]
    machine: Line

    @classmethod
    def of(cls, unit: str, reviews: Reviews | None) -> Reviewed:
        if reviews is None:
            return cls({}, {})
        mine = {code: answer for (name, code), answer in reviews.answers.items() if name == unit}
        return cls(mine, next((line for line in reviews.machine if line["unit"] == unit), {}))

    def review(self, code: str) -> Review | None:
        answer = self.answers.get(code)
        if answer is None:
            return None
        before: Line = next((item for item in self.machine.get("items") or () if item["code"] == code), {})
        return Review(
            reviewer=clean(answer["reviewer"], 60),
            at=moment(answer["at"]),
            note=clean(answer["note"]),
            machine_state=before.get("state") or "",
            machine_earned=before.get("earned"),
            machine_why=clean(before.get("why")),
        )
