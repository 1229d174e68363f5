"""Scripts of an accessibility tool: missing, not come to us, or of no matter."""

from __future__ import annotations

from crawler.browser.bystanders import is_bystander
from crawler.browser.tab import Traffic
from crawler.browser.toolbar_script import gone_script, lost_scripts, lost_since, under_way

HOME = "http://www.a.gov.cn/"
OLD = Traffic(f"{HOME}js/old.js", "script", 404)
TOOL = Traffic(f"{HOME}wza/aria.js", "script", 404)
VENDOR = Traffic("http://cdn.vendor.cn/static/js/tool.js", "script", None, "net::ERR_TIMED_OUT")
COUNTER = Traffic("http://hm.baidu.com/hm.js?1", "script", None, "net::ERR_TIMED_OUT")


def test_only_the_tools_own_script_is_called_missing() -> None:
    assert gone_script([OLD, TOOL], HOME) == TOOL.url
    assert gone_script([OLD], HOME) == OLD.url  # nothing else is missing
    assert gone_script([OLD, COUNTER], HOME) == OLD.url
    assert gone_script([OLD, VENDOR], HOME) is None  # the vendor's may be the tool
    assert gone_script([Traffic("http://cdn.vendor.cn/aria.js", "script", 404)], HOME) is None


def test_what_did_not_reach_us_may_be_the_tool() -> None:
    assert lost_scripts([OLD, VENDOR, COUNTER]) == {OLD.url, VENDOR.url}
    assert lost_scripts([VENDOR, TOOL]) == {TOOL.url}
    left = Traffic(f"{HOME}api", "xhr", None, "net::ERR_ABORTED")
    broken = Traffic(f"{HOME}api/voice", "fetch", 502)
    assert lost_since([VENDOR, left, broken, OLD], 1) == {broken.url}
    assert lost_since([VENDOR], 0) == {VENDOR.url}


def test_what_is_under_way_is_not_yet_missing() -> None:
    assert under_way([Traffic(f"{HOME}a.js", "script")])
    assert not under_way([OLD, VENDOR, Traffic(f"{HOME}a.png", "image")])


def test_a_folder_called_static_makes_no_bystander() -> None:
    known = ("http://s4.cnzz.com/z.js", "http://bszs.conac.cn/sitename", "/js/tongji.js", "/visit/count.js")
    assert all(map(is_bystander, known))
    others = ("http://cdn.vendor.cn/static/js/bar.js", "/js/account.js", "/sitemap.js")
    assert not any(map(is_bystander, others))
