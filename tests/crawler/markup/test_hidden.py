from __future__ import annotations

import pytest

from crawler.markup.hidden import find_hidden_links, hidden_how
from crawler.markup.page import Page


def hidden(html: str) -> list[tuple[str, str]]:
    page = Page("http://www.example.gov.cn/", html.encode(), content_type="text/html; charset=utf-8")
    return [(link.url, link.how) for link in find_hidden_links(page)]


@pytest.mark.parametrize(
    ("html", "how"),
    [
        ('<a style="display:none" href="http://evil.com/">x</a>', "display:none"),
        ('<div style="position:absolute;left:-9999px"><a href="http://evil.com/">x</a></div>', "off_screen"),
        ('<div style="display: NONE"><a href="http://evil.com/">百家乐</a></div>', "display:none"),
        ('<div style="height:0;overflow:hidden"><a href="http://evil.com/">x</a></div>', "no_size"),
        ('<marquee width="1" height="1"><a href="http://evil.com/">x</a></marquee>', "marquee"),
        ('<p style="font-size:0"><a href="http://evil.com/">x</a></p>', "font-size"),
        (
            '<style>.kb{text-indent:0;position:fixed;top:-999px}</style><p class="kb"><a href="http://evil.com/">x</a></p>',
            "off_screen",
        ),
    ],
)
def test_dark_links(html: str, how: str) -> None:
    assert hidden(html) == [("http://evil.com/", how)]


@pytest.mark.parametrize(
    "html",
    [
        '<ul style="display:none"><li><a href="http://letter.example.com/">县长信箱</a></li></ul>',
        '<div style="display:none"><a href="http://www.sz.gov.cn/">市政府</a><a href="http://www.moe.gov.cn/">部</a></div>',
        '<div style="display:none"><a href="/a.html">甲</a><a href="b.html">乙</a></div>',
        '<div style="font-size:0"><a href="http://xjwljb.com/"><img src="a.png"></a></div>',
        '<div style="opacity:0.8"><a href="http://evil.com/">x</a></div>',
        '<!--<div style="display:none"><a href="http://evil.com/">x</a></div>-->',
        '<a href="http://evil.com/">x</a>',
    ],
)
def test_lawful_look_alikes(html: str) -> None:
    assert hidden(html) == []


def test_a_farm_is_listed_once_per_target() -> None:
    farm = "".join(f'<a href="http://s{n}.com/">词{n}</a>' * 2 for n in range(30))
    assert len(hidden(f'<div style="display:none">{farm}</div>')) == 30


def test_sizes_that_only_begin_with_zero_are_seen() -> None:
    assert hidden_how("font-size:0.9em") is None
    assert hidden_how("left:-20px") is None
