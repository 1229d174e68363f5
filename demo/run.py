"""Serves the demo city for a block of code."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

from demo.city import City, build_city


@asynccontextmanager
async def served(seed: int, as_of: date, port: int = 0) -> AsyncIterator[tuple[City, int]]:
    """Build and serve the city; yields it and the port it listens on."""
    city = build_city(seed, as_of)
    async with city.serve(port) as taken:
        yield city, taken
