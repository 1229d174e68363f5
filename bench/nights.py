"""What does the second night cost on an unchanged portal? `python -m bench.nights [PAGES]`

The portal of bench/pages.py, swept twice into one store; its server answers 304. CPU as a ratio.
"""

from __future__ import annotations

import asyncio
import sys

from bench.pages import served, swept


def main(pages: int = 3000) -> None:
    with served(pages) as port:
        first, second = asyncio.run(swept(port, pages, nights=2))
    print(f"CPU per page {first.cpu / pages * 1000:.2f} ms, then {second.cpu / pages * 1000:.2f} ms")
    print(f"second night {second.cpu / first.cpu:.2f} of the first")


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
