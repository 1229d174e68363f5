from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler import urls
from crawler.urls import is_leftover, without_session


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("http://A.gov.CN", "http://a.gov.cn/"),
        ("http://a.gov.cn:80/x#top", "http://a.gov.cn/x"),
        ("http://a.gov.cn\\b\tc\n/d", "http://a.gov.cn/bc/d"),
        ("  http://a.gov.cn/a/../b/./c ", "http://a.gov.cn/b/c"),
        ("http://a.gov.cn/a%2fb%zz", "http://a.gov.cn/a%2fb%zz"),
        ("http://a.gov.cn/中?q=文", "http://a.gov.cn/%E4%B8%AD?q=%E6%96%87"),
        ("http://中国.cn/", "http://xn--fiqs8s.cn/"),
        ("http://a.gov.cn/x?", "http://a.gov.cn/x?"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("javascript:;", None),
        ("/x", None),
        ("http://", None),
        ("http://a.gov.cn:99999/", None),
        ("ftp://a.gov.cn/", None),
        ("", None),
    ],
)
def test_normalise_takes_urls_as_browsers_do(written: str, asked: str | None) -> None:
    assert urls.normalise(written) == asked


def test_parse_gives_what_goes_on_the_wire() -> None:
    target = urls.parse("https://u:p@[2001:DB8::1]:8443/a b?x=1#f")
    assert target is not None
    assert (target.scheme, target.host, target.port, target.path) == (
        "https",
        "2001:db8::1",
        8443,
        "/a%20b?x=1",
    )
    assert urls.host_header(target) == "[2001:db8::1]:8443"
    assert target.origin == "https://[2001:db8::1]:8443"


def test_parse_keeps_a_bare_question_mark() -> None:
    target = urls.parse("http://a.gov.cn/list?#x")
    assert target is not None
    assert target.path == "/list?"


@pytest.mark.parametrize(
    ("base", "href", "charset", "absolute"),
    [
        ("http://a.gov.cn/col/index.html", "../t.html", "utf-8", "http://a.gov.cn/t.html"),
        ("http://a.gov.cn/col/", "?page=2#list", "utf-8", "http://a.gov.cn/col/?page=2"),
        ("https://a.gov.cn/", "//b.gov.cn/x", "utf-8", "https://b.gov.cn/x"),
        ("http://a.gov.cn/", "/s?q=中文", "gbk", "http://a.gov.cn/s?q=%D6%D0%CE%C4"),
        ("http://a.gov.cn/", "/中?q=中", "GB2312", "http://a.gov.cn/%E4%B8%AD?q=%D6%D0"),
        ("http://a.gov.cn/", "/s?q=中%20a&b=1#中", "gb18030", "http://a.gov.cn/s?q=%D6%D0%20a&b=1"),
        ("http://a.gov.cn/", "/s?q=中", "nonsense", "http://a.gov.cn/s?q=%E4%B8%AD"),
        ("http://a.gov.cn/", "mailto:a@b.cn", "utf-8", "mailto:a@b.cn"),
        ("http://a.gov.cn/", "http://[bad/", "utf-8", None),
    ],
)
def test_join(base: str, href: str, charset: str, absolute: str | None) -> None:
    assert urls.join(base, href, charset) == absolute


@pytest.mark.parametrize(
    ("raw", "target"),
    [
        ("/中文".encode(), "http://a.gov.cn/%E4%B8%AD%E6%96%87"),
        ("/中文".encode("gbk"), "http://a.gov.cn/%E4%B8%AD%E6%96%87"),
        (b" next.html ", "http://a.gov.cn/d/next.html"),
        (b"http://[", None),
    ],
)
def test_location_reads_raw_bytes(raw: bytes, target: str | None) -> None:
    assert urls.location(raw, "http://a.gov.cn/d/x.html") == target


def test_encode_query_writes_the_charset_of_the_page() -> None:
    assert urls.encode_query("中 a", "gbk") == "%D6%D0%20a"
    assert urls.encode_query("中", "utf-8") == "%E4%B8%AD"
    assert urls.encode_query("€", "latin-1") == "%26%238364%3B"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.1.1", "100.64.0.1"),
        *("0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::10.0.0.1", "::10.0.0.1", "[::1]"),
    ],
)
def test_private_addresses_in_all_their_dresses(address: str) -> None:
    assert urls.is_private(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "114.114.114.114", "2400:3200::1", "::ffff:8.8.8.8"])
def test_public_addresses(address: str) -> None:
    assert not urls.is_private(address)


@pytest.mark.parametrize(
    ("url", "inner"),
    [
        ("http://192.168.1.5/x", True),
        ("http://0x7f.1/", True),
        ("http://localhost:8080/", True),
        ("http://oa/", True),
        ("http://oa.intranet/", True),
        ("http://8.8.8.8/", False),
        ("http://www.a.gov.cn/", False),
        ("mailto:x@localhost", False),
    ],
)
def test_intranet_links(url: str, inner: bool) -> None:
    assert urls.is_intranet(url) is inner


@pytest.mark.parametrize(
    ("host", "site"),
    [
        ("www.lufengshi.gov.cn", "lufengshi.gov.cn"),
        ("a.b.swrsj.shanwei.gov.cn", "shanwei.gov.cn"),
        ("www.gov.cn", "www.gov.cn"),
        ("www.example.com", "example.com"),
        ("x.bj.cn", "x.bj.cn"),
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", "localhost"),
    ],
)
def test_site_of(host: str, site: str) -> None:
    assert urls.site_of(host) == site


def test_same_host_looks_at_names_only() -> None:
    assert urls.same_host("http://A.gov.cn/x", "https://a.gov.cn:8443/")
    assert not urls.same_host("http://a.gov.cn/", "http://b.gov.cn/")
    assert not urls.same_host("mailto:a", "mailto:a")


@given(st.text(max_size=60), st.sampled_from(["utf-8", "gbk", "big5"]))
def test_no_href_breaks_join(href: str, charset: str) -> None:
    joined = urls.join("http://a.gov.cn/x/", href, charset)
    if joined is not None and joined.startswith("http"):
        assert urls.normalise(joined) == joined


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("http://a.cn/x.html;jsessionid=1F", "http://a.cn/x.html"),
        ("http://a.cn/x;JSESSIONID=1F.node2!3?id=4", "http://a.cn/x?id=4"),
        ("http://a.cn/x;v=1/y", "http://a.cn/x;v=1/y"),
        ("http://a.cn/x?sid=1", "http://a.cn/x?sid=1"),
    ],
)
def test_only_what_a_java_server_adds_is_taken_away(url: str, bare: str) -> None:
    assert without_session(url) == bare


@pytest.mark.parametrize(
    "url", ["{{n.url}}", "http://a.cn/%7B%7Bn.url%7D%7D", "http://a.cn/c/undefined", "/a/${id}"]
)
def test_unfilled_templates_are_known_by_their_address(url: str) -> None:
    assert is_leftover(url)


def test_a_word_inside_an_address_is_no_leftover() -> None:
    assert not is_leftover("http://a.cn/null-and-void/undefined.html")
