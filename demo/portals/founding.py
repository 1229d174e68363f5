"""Founds a portal: unit, footer and look, before its columns are furnished."""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from demo.dialects import Nfcms
from demo.site import Footer, Portal

BOTH = ["127.0.0.1", "::1"]
V4_ONLY = ["127.0.0.1"]


def found(
    seed: int, as_of: date, host: str, code: str, dialect: Nfcms, *, base: str = "/", **unit: Any
) -> Portal:
    """A faultless portal without columns. `unit` is its entry in seeds.yaml; `portal` is added here."""
    addresses = unit.pop("addresses", BOTH)
    place = unit.pop("place", unit["name"])
    unit["portal"] = f"http://{host}:@PORT@{base}"
    unit["resolve"] = {host: addresses}
    number = int(code[-6:])
    footer = Footer(
        site_code=code,
        icp=f"粤ICP备{number:08d}号-1",
        police=f"粤公网安备 4499010200{number % 10_000:04d}号",
        sponsor=unit["name"],
        phone=f"0669-33{number % 100_000:05d}",
        address=f"{place}滨河路{number % 200 + 1}号",
        error_report=code,
    )
    rng = random.Random(f"{seed}:{unit['id']}")
    return Portal(unit, host, place, rng, as_of, footer, code, dialect, base)
