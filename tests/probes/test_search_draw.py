"""Which column an article was found in, as the draw of titles to search for tells columns apart."""

from __future__ import annotations

from datetime import date

import pytest

from crawler.model import Outcome, PageFacts, PageKind, Role
from probes.search_draw import candidates

BASE = "http://www.example.gov.cn"


def column(parent: str) -> str:
    """The column of one article found on `parent`."""
    page = PageFacts(
        url=f"{BASE}/show.jsp?id=7",
        final_url=f"{BASE}/show.jsp?id=7",
        parent=f"{BASE}{parent}",
        role=Role.ARTICLE,
        kind=PageKind.ARTICLE,
        depth=2,
        outcome=Outcome.OK,
        status=200,
        title="关于公布校外培训机构名单的公告",
        anchor="关于公布校外培训机构名单的公告",
        date=date(2026, 3, 2),
        identified=True,
    )
    (drawn,) = candidates([page], date(2026, 6, 30))
    return drawn.column


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("/list.jsp?cid=3", "/list.jsp?cid=7", False),
        ("/list.jsp?cid=3", "/list.jsp?cid=3&page=2", True),
        ("/list.jsp?cid=3", "/list.jsp?pageNo=4&cid=3", True),
        ("/tzgg/index.html", "/tzgg/index_2.html", True),
        ("/tzgg/", "/zcwj/", False),
    ],
)
def test_a_column_by_the_address_of_its_list(one: str, other: str, same: bool) -> None:
    assert (column(one) == column(other)) is same
