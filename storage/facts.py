"""PageFacts as JSON text and back. Fields at their default are left out, so old rows stay readable."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from typing import Any

from crawler.model import Outcome, PageFacts, PageKind, Role
from storage.values import canonical, storable

_NAMES = tuple(field.name for field in dataclasses.fields(PageFacts))
_DEFAULTS = {
    field.name: field.default
    for field in dataclasses.fields(PageFacts)
    if field.default is not dataclasses.MISSING
}
_NO_DEFAULT = object()


def facts_to_json(facts: PageFacts) -> str:
    values: dict[str, Any] = {}
    for name in _NAMES:
        value = getattr(facts, name)
        if value == _DEFAULTS.get(name, _NO_DEFAULT):
            continue
        values[name] = value.isoformat() if isinstance(value, date) else value
    return storable(canonical(values))


def facts_from_json(text: str) -> PageFacts:
    values = json.loads(text)
    values["role"] = Role(values["role"])
    values["kind"] = PageKind(values["kind"])
    values["outcome"] = Outcome(values["outcome"])
    if "date" in values:
        values["date"] = date.fromisoformat(values["date"])
    return PageFacts(**values)
