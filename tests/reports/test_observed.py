"""What a check read is shown in words, links as links, and without the program's own names."""

from __future__ import annotations

from typing import Any

import pytest

from crawler.model import Outcome
from probes.search_looks import State
from reports.observed import OUTCOMES, VALUES, observed_view


@pytest.mark.parametrize(
    ("key", "value", "label", "text"),
    [
        ("kind", "none", "检索方式", "未见检索"),
        ("tries", ["reset", "reset"], "各次访问", "连接中断、连接中断"),
        ("untested", {"denied": 2}, "没有测到的", "拒绝访问（4xx）=2"),
        ("value", "粤ICP备00000001号-1", "读到的值", "粤ICP备00000001号-1"),
        ("newest", "form", "最新日期", "form"),
        ("unheard_of", True, "unheard_of", "是"),
        (
            "sample",
            [{"title": "关于通知", "state": "missed", "results": 0, "page_size": 10, "latency": 0.04}],
            "抽查的页面",
            "标题=关于通知；状态=没有查到；查得条数=0；每页条数=10",
        ),
    ],
)
def test_words(key: str, value: Any, label: str, text: str) -> None:
    seen = observed_view(key, value)
    assert (seen.label, seen.text, seen.links) == (label, text, ())


def test_pages_are_links() -> None:
    urls = [f"https://a.gov.cn/{number}" for number in range(25)]
    seen = observed_view("sample", urls)
    assert seen.links == tuple(urls[:20]) and seen.text == "等 25 个"


def test_what_is_no_web_address_is_no_link() -> None:
    assert observed_view("sample", ["javascript:alert(1)"]).links == ()


def test_every_outcome_and_state_has_words() -> None:
    assert set(OUTCOMES) == {outcome.value for outcome in Outcome}
    assert set(VALUES["state"]) >= {state.value for state in State}
