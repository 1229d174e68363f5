"""Is this page the unit's own content page, or an error, a wall, a stub or somebody else's page?

Only pages that pass are shown to content probes, so a page that fails is never blamed for what it lacks.
Conservative both ways: a page is refused only for a reason that can be named.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING

from crawler import dialects
from crawler.model import Unit
from crawler.signs.home import home_doubt
from crawler.signs.kind import find_link_count, is_error, wall_of

if TYPE_CHECKING:
    from crawler.markup.page import Page


class Doubt(StrEnum):
    """Why a page is not taken for the unit's own."""

    WALL = "wall"
    ERROR = "error"
    STUB = "stub"  # a few hundred bytes without text or links
    FOREIGN = "foreign"  # parked, a default page, or tags of another site
    REDIRECT = "redirect"  # only sends on


STUB_BYTES = 600  # deep list pages of TRS sites end in stubs of 300-400 bytes
_PARKED = re.compile(
    r"域名(?:正在|可)?(?:出售|转让|已过期)|domain (?:is )?for sale|this domain|buy this domain"
    r"|域名停靠|博彩|真人娱乐|彩票投注|棋牌游戏",
    re.IGNORECASE,
)


def doubt(page: Page, unit: Unit) -> Doubt | None:
    """The reason why the page is not the unit's own content page; None where there is none."""
    if wall_of(page) is not None:
        return Doubt.WALL
    if is_error(page):
        return Doubt.ERROR
    reading = dialects.read(page)
    if reading.rows or reading.article is not None or reading.tree or reading.supplements:
        return None
    size = len("".join(page.text.split()))
    if reading.redirect is not None and size < 100:
        return Doubt.REDIRECT
    if not belongs(page, unit) and (_PARKED.search(page.title) or (size < 400 and _PARKED.search(page.text))):
        return Doubt.FOREIGN
    if reading.stub or (len(page.html) < STUB_BYTES and not size and not find_link_count(page)):
        return Doubt.STUB
    return None


def is_content(page: Page, unit: Unit) -> bool:
    """Did the page pass the identity test? Home pages have one of their own: a bare shell may be all that a
    portal's home is before its scripts run."""
    return home_doubt(page, unit) is None if page.is_home else doubt(page, unit) is None


def belongs(page: Page, unit: Unit) -> bool:
    """Positive signs that the page is the unit's: its site code, its name in tags, title or text."""
    code = unit.expect.site_code
    if code and (page.meta.get("siteidcode") == code or code in page.html):
        return True
    name = unit.name
    if not name:
        return False
    short = re.sub(r"人民政府$|市?人民政府门户网站$", "", name)
    said = f"{page.meta.get('sitename', '')} {page.title}"
    if name in said or (len(short) >= 3 and short in said):
        return True
    return name in page.text
