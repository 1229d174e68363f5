"""The tables that come with the program, as YAML files beside the code."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where PyYAML has libyaml


def table(package: str, name: str) -> dict[str, Any]:
    """`name` is a path inside the package, as `data/words.yaml`."""
    loaded: dict[str, Any] = yaml.load(files(package).joinpath(name).read_text("utf-8"), Loader=_LOADER)
    return loaded
