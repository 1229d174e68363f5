"""Runs every page under tests/sweep/pages: markup in, what `inspect --json` must say of it. No Python needed.

A file holds a list of pages:

    - name: what it shows
      url: http://www.example.gov.cn/   # optional
      html: "…"
      encode: gb18030                   # optional: how the text becomes bytes
      bom: true                         # optional: with a byte order mark
      content_type: text/html; charset=gb2312   # optional: of the answer
      status: 404                       # optional
      includes: {/foot.html: "…"}       # optional: pieces of the same host that were fetched
      expect: {footer: {icp: …}, list: {count: 3, dates: [2021-12-15]}}

Keys of `expect` are those of the JSON; those that are given must hold. Beside them, of lists: `dates` and
`titles` of all rows, `urls` of hidden links.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
import yaml

from crawler.markup.page import Page
from sweep.inspect import inspect_page

PAGES = Path(__file__).parent / "pages"
HOME = "http://www.example.gov.cn/"
KEYS = {"name", "url", "html", "encode", "bom", "content_type", "status", "includes", "expect"}


def _cases() -> Iterator[Any]:
    for path in sorted(PAGES.glob("*.yaml")):
        for case in yaml.load(path.read_text("utf-8"), Loader=yaml.CSafeLoader):
            assert set(case) <= KEYS, case
            yield pytest.param(case, id=f"{path.stem}: {case['name']}")


@pytest.mark.parametrize("case", list(_cases()))
def test_page(case: Mapping[str, Any]) -> None:
    read = _told(inspect_page(_page(case)))
    wrong = dict(_differences(case["expect"], read, ""))
    assert not wrong


def _page(case: Mapping[str, Any]) -> Page:
    url = case.get("url", HOME)
    encoding = case.get("encode", "utf-8")
    mark = "\ufeff" if case.get("bom") else ""
    return Page(
        url,
        (mark + case["html"]).encode(encoding),
        content_type=case.get("content_type", "text/html"),
        status=case.get("status", 200),
        is_home=url == HOME,
        includes={urljoin(url, path): text for path, text in case.get("includes", {}).items()},
    )


def _told(read: dict[str, Any]) -> dict[str, Any]:
    """With the columns of its lists beside them."""
    rows = read["list"]["items"]
    read["list"] |= {"dates": [row["date"] for row in rows], "titles": [row["title"] for row in rows]}
    read["list"]["urls"] = [row["url"] for row in rows]
    read["hidden_urls"] = [link["url"] for link in read["hidden_links"]]
    return read


def _differences(expected: Mapping[str, Any], found: Mapping[str, Any], at: str) -> Iterator[tuple[str, Any]]:
    for key, value in expected.items():
        said = found.get(key) if found is not None else None
        if isinstance(value, Mapping) and isinstance(said, Mapping):
            yield from _differences(value, said, f"{at}{key}.")
        elif value != said:
            yield f"{at}{key}", {"expected": value, "found": said}
