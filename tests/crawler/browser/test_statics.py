"""Which of the browser's answers may be used again."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from crawler.browser.statics import may_be_kept


@pytest.mark.parametrize(
    ("status", "more", "kept"),
    [
        (200, {"etag": '"1"'}, True),
        (200, {"last-modified": "Fri, 20 Nov 2026 00:00:00 GMT", "vary": "Accept-Encoding"}, True),
        (200, {"cache-control": "public, max-age=60"}, True),
        (200, {}, False),  # nothing says that it is a file
        (200, {"etag": '"1"', "cache-control": "no-cache"}, False),
        (200, {"etag": '"1"', "cache-control": "private, max-age=60"}, False),
        (200, {"etag": '"1"', "cache-control": "max-age = 0"}, False),
        (200, {"etag": '"1"', "set-cookie": "a=1"}, False),
        (200, {"etag": '"1"', "vary": "*"}, False),
        (200, {"etag": '"1"', "vary": "Origin"}, False),
        (200, {"etag": '"1"', "pragma": "no-cache"}, False),
        (200, {"etag": '"1"', "expires": "0"}, False),
        (200, {"etag": '"1"', "content-type": "text/html"}, False),  # an error page in its place
        (404, {"etag": '"1"'}, False),
        (206, {"etag": '"1"'}, False),
    ],
)
def test_only_what_is_the_same_for_everybody(status: int, more: Mapping[str, str], kept: bool) -> None:
    headers = {"content-type": "application/javascript; charset=utf-8", **more}
    assert may_be_kept(status, headers, "script") is kept
