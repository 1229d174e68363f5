from __future__ import annotations

import pytest

from crawler.gate.walls import find_wall, marks, title

ARTICLE = (
    "<html><title>公告</title><p>采购网站云防护系统、创宇盾、雷池和 safedog 服务，绿盟科技中标</p>".encode()
)


@pytest.mark.parametrize(
    ("status", "headers", "body", "cookies", "name"),
    [
        (412, {}, "<script>$_ts=window['$_ts'];", (), "ruishu"),
        (202, {}, "<script>(function(){ window['$_ts']", (), "ruishu"),
        (412, {}, "<SCRIPT src=/a.js>", ("FSSBBIl1UgzbN7N80S=" + "a" * 43,), "ruishu"),
        (521, {}, "", ("__jsluid_h=ab12; max-age=3600",), "jiasule"),
        (200, {}, "<script>document.cookie='__jsl_clearance=1'</script>", (), "jiasule"),
        (200, {}, "<script>document.cookie='C3VK=ab;max-age=300'</script>", (), "cookie_shell"),
        (403, {}, "<title>拒绝执行 | 网站云防护系统</title>", (), "yunfanghu"),
        (200, {}, "<title>拒绝执行 | 网站云防护系统</title>", (), "yunfanghu"),
        (404, {}, "<iframe src=http://404.safedog.cn/x>", (), "safedog"),
        (403, {"server": "WZWS"}, "", (), "wzws"),
        (403, {}, "<p>reason:GeoBL</p>", (), "geo_block"),
        (567, {"eo-log-uuid": "1"}, "", (), "edgeone"),
        (405, {}, "您的访问被阻断", (), "aliyun_waf"),
        (503, {"cf-mitigated": "challenge"}, "", (), "cloudflare"),
    ],
)
def test_a_named_mark_proves_a_wall(
    status: int, headers: dict[str, str], body: str, cookies: tuple[str, ...], name: str
) -> None:
    assert find_wall(status, headers, body.encode(), cookies) == name


def test_marks_are_found_in_gbk_bodies() -> None:
    assert find_wall(403, {}, "<h1>网站云防护系统</h1>".encode("gbk")) == "yunfanghu"


@pytest.mark.parametrize(
    ("status", "body", "cookies"),
    [
        (403, b"", ()),
        (403, b"<h1>403 Forbidden</h1>", ()),
        (412, b"", ()),
        (200, b"", ()),
        (200, b"<script>$_ts=window['$_ts']</script><body>page</body>", ()),  # a protected site's good page
        (200, ARTICLE, ()),
        (404, b"not found", ("JSESSIONID=1",)),
        (200, b"<p>__jsl_clearance</p>" + b"x" * 20_000, ()),  # a long page is no challenge
        (521, b"", ()),
    ],
)
def test_what_only_looks_like_a_wall_is_none(status: int, body: bytes, cookies: tuple[str, ...]) -> None:
    assert find_wall(status, {}, body, cookies) is None


def test_every_mark_has_a_condition_beyond_its_status_and_a_title() -> None:
    for mark in marks():
        assert mark.headers or mark.cookies or mark.body, mark.name
        assert title(mark.name)
    assert title("unheard") == "unheard"
