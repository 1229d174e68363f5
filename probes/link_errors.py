"""Which visited pages say themselves, with status 200, that what was asked for is not there?

Old systems answer a wrong number with 参数错误 or 该文章不存在, and a wrong name with a true 404, so the page
for missing names does not tell these. A page counts only where its siblings, the same address with other
numbers, show content: then the way of asking was right. Pure. Source: docs/method.md, Links.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from crawler.keeping.targets import Look
from crawler.model import Outcome, PageFacts, PageKind
from crawler.signs.kind import says_no_record

_PLAIN = re.compile(r"[\w.=&/-]*", re.ASCII)  # nothing that two programs may write differently
_LONGEST = 200  # characters; a page with more says other things, too (assumed)


def error_pages(visited: Mapping[str, PageFacts]) -> dict[str, str]:
    """Target URL -> digest of the page that came, for pages without content whose siblings have some."""
    read = {_shape(url) for url, facts in visited.items() if facts.outcome is Outcome.OK and facts.identified}
    return {
        url: facts.digest or ""
        for url, facts in visited.items()
        if facts.outcome is Outcome.OK
        and facts.kind is PageKind.ERROR
        and facts.final_url == url
        and _shape(url) in read
    }


def _shape(url: str) -> str:
    """The address with its numbers folded; '' where it has none, or is not written plainly."""
    parts = urlsplit(url)
    asked = f"{parts.path}?{parts.query}"
    if not _PLAIN.fullmatch(parts.path) or not _PLAIN.fullmatch(parts.query):
        return url
    folded = re.sub(r"\d+", "0", asked)
    return f"{parts.netloc}{folded}" if folded != asked else url


def says_missing(look: Look, digest: str) -> bool:
    """Does the look show the page that says so? Of what only a script says, the same bytes must come."""
    if look.outcome is not Outcome.OK or look.characters > _LONGEST:
        return False
    if says_no_record(f"{look.title}\n{look.text}"):
        return True
    return not look.characters and not look.title and bool(digest) and look.digest == digest
