"""Which URLs belong to a unit."""

from __future__ import annotations

from crawler.scope import Scope


def test_host_scope() -> None:
    scope = Scope(["https://www.a.gov.cn/"], ["https://www.a.gov.cn/jyj/"])
    assert "http://www.a.gov.cn/x" in scope
    assert "https://a.gov.cn/x" in scope
    assert "https://www.a.gov.cn/jyj/x" not in scope
    assert "https://www.a.gov.cn/jyj" not in scope
    assert "https://b.a.gov.cn/" not in scope
    assert "mailto:x@a.gov.cn" not in scope


def test_folder_scope_ends_at_the_folder() -> None:
    scope = Scope(["https://www.a.gov.cn/swrsj/"])
    assert "https://www.a.gov.cn/swrsj" in scope
    assert "https://www.a.gov.cn/swrsj/x.html" in scope
    assert "https://www.a.gov.cn/swrsjx/" not in scope
    assert "https://www.a.gov.cn/" not in scope


def test_ports_are_other_hosts() -> None:
    scope = Scope(["http://127.0.0.1:8001/"])
    assert "http://127.0.0.1:8001/x" in scope
    assert "http://127.0.0.1:8002/x" not in scope
