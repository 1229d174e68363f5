"""Scripts that stand on every portal and put nothing into it that people come for: marks, counters, sharing.

One that does not come says nothing about a page or a tool; any other may hold what is looked for.
"""

from __future__ import annotations

import re

_BYSTANDER = re.compile(
    r"conac|jiucuo|zfwzgl|hm\.baidu|cnzz|google-?analytics|tongji"
    r"|[/._-](?:analytics?|count(?:er|s)?|stats?|share\w*|j?weixin|maps?)(?=[/._-]|\d|$)",
    re.IGNORECASE,
)


def is_bystander(address: str) -> bool:
    """Whether a script's address names one of them."""
    return _BYSTANDER.search(address) is not None
