from __future__ import annotations

from fractions import Fraction

import pytest

from demo.server import Answer, Asked, Host
from probes.base import Verdict
from rules.credit import Part, Standing, bounds
from rules.load import load
from tests.probes.searchsite import (
    ARTICLES,
    FILLED_SHELL,
    GET_FORM,
    HOME,
    POST_FORM,
    TITLES,
    Hit,
    SearchSite,
    json_answer,
    quoted,
    results,
    searching,
    site_with,
    value,
    whole,
)


async def test_a_get_form_that_finds_all_four_passes() -> None:
    result = await site_with(searching(whole)).judged()
    assert result.verdict is Verdict.PASS
    assert (result.population, result.tested, result.defects) == (4, 4, 0)
    assert result.observed["engine"] == "form"
    assert result.observed["invented_found"] == [False]
    assert {one["state"] for one in result.observed["sample"]} == {"address"}
    assert all(one["results"] == 1 and one["page_size"] == 1 for one in result.observed["sample"])


async def test_a_gbk_page_is_asked_in_its_charset() -> None:
    site = site_with(searching(whole, charset="gb18030"), charset="gb18030")
    assert (await site.judged()).verdict is Verdict.PASS
    asked = [target for target in site.targets if target.startswith("/search")]
    assert any("%CA%BE%C0%FD%CF%D8" in target for target in asked)  # 示例县 in GBK
    assert not any("%E7%A4%BA" in target for target in asked)  # 示 in UTF-8


async def test_accept_charset_goes_before_the_page() -> None:
    box = GET_FORM.replace("<form ", '<form accept-charset="utf-8" ')
    site = site_with(searching(whole), box, charset="gb18030")
    assert (await site.judged()).verdict is Verdict.PASS


async def test_a_post_form_sends_its_other_fields() -> None:
    def answer(asked: Asked) -> Answer:
        assert asked.method == "POST"
        found = whole(value(asked, "q")) if value(asked, "channelid") == "7" else []
        return Answer(results(found).encode())

    box = POST_FORM.replace("<button>", '<input type="hidden" name="channelid" value="7"><button>')
    assert (await site_with(answer, box).judged()).verdict is Verdict.PASS


def highlighted(words: str) -> list[Hit]:
    return [(f"<em>{title[:9]}</em>{title[9:16]}...", path) for title, path in whole(words)]


def redirecting(words: str) -> list[Hit]:
    return [(title, f"/visit/link.do?id={path.split('_')[1][:4]}") for title, path in whole(words)]


async def test_highlighted_and_cut_titles_are_found_by_address() -> None:
    result = await site_with(searching(highlighted)).judged()
    assert result.verdict is Verdict.PASS


async def test_redirecting_result_links_are_followed_when_the_title_is_cut_short() -> None:
    site = site_with(searching(lambda words: [(hit[0][:9] + "…", hit[1]) for hit in redirecting(words)]))
    targets = {path.split("_")[1][:4]: path for _, path in ARTICLES}

    def onward(asked: Asked) -> Answer:
        return Answer(b"", 302, headers=(("Location", targets[value(asked, "id")]),))

    site.portal.pages["/visit/link.do"] = onward
    result = await site.judged()
    assert result.verdict is Verdict.PASS
    assert {one["state"] for one in result.observed["sample"]} == {"address"}


async def test_a_redirecting_link_that_does_not_open_leaves_the_title_open() -> None:
    def cut(words: str) -> list[Hit]:
        return [(hit[0][:9] + "…", hit[1]) for hit in redirecting(words)]

    result = await site_with(searching(cut)).judged()
    assert result.verdict is Verdict.UNKNOWN
    assert result.defects == 0


async def test_titles_alone_count_on_a_host_of_the_family_only() -> None:
    def elsewhere(words: str) -> list[Hit]:
        return [(title, f"http://www.other.com{path}") for title, path in whole(words)]

    def sibling(words: str) -> list[Hit]:
        return [(title, f"http://old.search.gov.cn/x{path}") for title, path in whole(words)]

    assert (await site_with(searching(sibling)).judged()).verdict is Verdict.PASS
    result = await site_with(searching(elsewhere)).judged()
    assert (result.verdict, result.defects) == (Verdict.UNKNOWN, 0)


async def test_nothing_found_for_any_title_fails_with_each() -> None:
    result = await site_with(searching(lambda words: [])).judged()
    assert (result.verdict, result.population, result.tested, result.defects) == (Verdict.FAIL, 4, 4, 4)
    assert all(finding.subject.startswith("http://www.search.gov.cn") for finding in result.findings)
    assert all(finding.expected and finding.found and finding.advice for finding in result.findings)


async def test_an_index_that_ignores_new_articles_costs_half_a_point_each() -> None:
    site = SearchSite()
    drawn = [one["title"] for one in (await site_with(searching(whole)).judged()).observed["sample"]]
    ignored = drawn[0]
    site.portal.pages["/search"] = searching(lambda words: [] if words == ignored else whole(words))
    result = await site.judged()
    assert (result.verdict, result.tested, result.defects) == (Verdict.FAIL, 4, 1)
    item = next(i for group in load("jilin-2021").indicators for i in group.items if i.code == "JL-3.1.3")
    part = Part("search.titles", Standing.DECIDED, True, result.defects, result.population, result.tested)
    assert bounds(item, [part]) == (Fraction(3, 2), Fraction(3, 2))


async def test_found_at_the_later_look_is_found() -> None:
    asked: list[str] = []

    def late(words: str) -> list[Hit]:
        asked.append(words)
        return whole(words) if asked.count(words) > 1 or words != TITLES[1] else []

    drawn = {one["title"] for one in (await site_with(searching(whole)).judged()).observed["sample"]}
    result = await site_with(searching(late)).judged()
    assert result.verdict is Verdict.PASS
    assert asked.count(TITLES[1]) == (2 if TITLES[1] in drawn else 0)


async def test_without_its_brackets_is_found() -> None:
    def naive(words: str) -> list[Hit]:
        if any(mark in words for mark in "《》〔〕“”"):
            return []
        return [
            hit for hit in ARTICLES if hit[0].translate({ord(c): " " for c in "《》〔〕“”"}) == words
        ] or [hit for hit in ARTICLES if _bare(hit[0]) == words]

    assert (await site_with(searching(naive)).judged()).verdict is Verdict.PASS


def _bare(title: str) -> str:
    return " ".join("".join(" " if c in "《》〔〕“”" else c for c in title).split())


async def test_an_engine_that_finds_an_invented_title_proves_nothing() -> None:
    def everything(words: str) -> list[Hit]:
        return [(words, path) for _, path in ARTICLES[:3]]

    result = await site_with(searching(everything)).judged()
    assert result.verdict is Verdict.FAIL
    assert result.observed["invented_found"] == [True, True]
    assert all("不存在的标题" in finding.message for finding in result.findings)


async def test_links_that_repeat_the_question_are_no_results() -> None:
    """Other engines and related searches show any title, invented ones too; that accuses nobody."""

    def answer(asked: Asked) -> Answer:
        words = value(asked, "q")
        repeated = (
            f'<a href="/search?q={quoted(words)}">{words}</a><a href="/rss?kw={quoted(words)}">{words}</a>'
            f'<a href="http://www.other.com/s?wd={quoted(words)}">{words}</a>'
        )
        return Answer(results(whole(words), repeated).encode())

    result = await site_with(answer).judged()
    assert result.verdict is Verdict.PASS
    assert result.observed["invented_found"] == [False]


async def test_a_title_that_stands_on_every_result_page_is_neither_found_nor_missed() -> None:
    hot = "".join(f'<a href="{path}">{title}</a>' for title, path in ARTICLES)
    result = await site_with(searching(lambda words: [], extra=hot)).judged()
    assert (result.verdict, result.reason, result.defects) == (Verdict.UNKNOWN, "suspected", 0)
    both = await site_with(searching(whole, extra=hot)).judged()
    assert both.verdict is Verdict.PASS


@pytest.mark.parametrize(
    "said", ["请输入验证码后继续检索", "您的操作过于频繁，请稍后再试", "<p>搜索太频繁</p>"]
)
async def test_captchas_and_rate_limits_are_no_fault(said: str) -> None:
    result = await site_with(lambda asked: Answer(f"<html><body>{said}</body></html>".encode())).judged()
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, "blocked")


@pytest.mark.parametrize(("status", "reason"), [(403, "blocked"), (429, "blocked"), (500, "suspected")])
async def test_a_search_that_does_not_answer_is_unknown(status: int, reason: str) -> None:
    result = await site_with(lambda asked: Answer(b"no", status)).judged()
    assert (result.verdict, result.reason, result.defects) == (Verdict.UNKNOWN, reason, 0)


async def test_a_shell_filled_by_script_needs_a_browser() -> None:
    """Its "0 条" is what every visitor's page begins with."""
    result = await site_with(lambda asked: Answer(FILLED_SHELL.encode())).judged()
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, "browser_missing")


async def test_a_field_without_a_form_needs_a_browser() -> None:
    box = '<input id="keyword" placeholder="请输入搜索关键字"><a onclick="go()">搜索</a>'
    result = await SearchSite(home=HOME.format(box=box)).judged()
    assert (result.verdict, result.reason, result.population) == (Verdict.UNKNOWN, "browser_missing", 4)


async def test_silence_of_a_scripted_form_proves_nothing() -> None:
    box = GET_FORM.replace("<form ", '<form onsubmit="return send(this)" ')
    result = await site_with(searching(lambda words: []), box).judged()
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, "browser_missing")


async def test_the_second_form_of_the_page_is_tried_when_the_first_does_not_find_all() -> None:
    box = GET_FORM.replace("/search", "/zcwjk/search") + GET_FORM
    site = site_with(searching(whole), box)
    site.portal.pages["/zcwjk/search"] = searching(lambda words: [])
    assert (await site.judged()).verdict is Verdict.PASS


async def test_too_few_titles_are_not_judged() -> None:
    result = await site_with(searching(whole)).judged(skip=(0, 1, 2, 3, 4))
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, "too_few_samples")
    assert result.population < 4


async def test_trs_is_asked_by_its_own_request() -> None:
    site = site_with(lambda asked: Answer(b"<script>var siteCode = '4415810001'</script>"), path="/so/s")
    site.home = HOME.format(box=GET_FORM.replace("/search", "/so/s").replace('"q"', '"qt"'))

    def answer(asked: Asked) -> Answer:
        assert (asked.method, value(asked, "siteCode")) == ("POST", "4415810001")
        found = whole(value(asked, "qt"))
        docs = [{"data": {"titleO": f"<em>{title}</em>", "url": path}} for title, path in found]
        return json_answer({"ok": True, "totalHits": len(docs), "resultDocs": docs})

    site.portal.pages["/so/ss/query/s"] = answer
    result = await site.judged()
    assert (result.verdict, result.observed["engine"]) == (Verdict.PASS, "trs_so")


async def test_an_engine_that_stays_silent_may_have_been_asked_wrongly() -> None:
    site = site_with(lambda asked: Answer(b"<script>var siteCode = '4415810001'</script>"), path="/so/s")
    site.home = HOME.format(box=GET_FORM.replace("/search", "/so/s"))
    site.portal.pages["/so/ss/query/s"] = lambda asked: json_answer(
        {"ok": True, "totalHits": 0, "resultDocs": []}
    )
    result = await site.judged()
    assert (result.verdict, result.reason) == (Verdict.UNKNOWN, "browser_missing")


async def test_jsearch_answers_bits_of_html_with_wrapped_links() -> None:
    path = "/jsearchfront/search.do"
    box = GET_FORM.replace("/search", path).replace(
        "<button>", '<input type="hidden" name="websiteid" value="370"><button>'
    )
    site = site_with(lambda asked: Answer(b"<div id=app></div>"), box, path)

    def answer(asked: Asked) -> Answer:
        assert value(asked, "websiteid") == "370"
        bits = [
            f'<a href="visit/link.do?url={quoted(site.url(p))}&title=x"><em>{t[:5]}</em>{t[5:]}</a>'
            for t, p in whole(value(asked, "q"))
        ]
        return json_answer({"total": len(bits), "result": bits})

    site.portal.pages["/jsearchfront/interfaces/cateSearch.do"] = answer
    result = await site.judged()
    assert (result.verdict, result.observed["engine"]) == (Verdict.PASS, "hanweb_jsearch")


async def test_the_search_of_guangdong_stands_on_another_host() -> None:
    site = SearchSite()
    other = Host()

    def answer(asked: Asked) -> Answer:
        assert asked.headers["content-type"].startswith("application/x-www-form-urlencoded")
        assert value(asked, "site_id") == "660001"
        found = [{"title": t, "url": site.url(p)} for t, p in whole(value(asked, "keywords"))]
        return json_answer({"errcode": 0, "data": {"news": {"list": found, "total": len(found)}}})

    other.pages["/search/all/660001"] = Answer(b"<div id=app></div><script src=/app.js></script>")
    other.pages["/api/search/all"] = answer
    site.hosts["search.gd.gov.cn"] = other
    async with site.net() as net:
        action = f"http://search.gd.gov.cn:{site.port}/search/all/660001"
        site.home = HOME.format(box=GET_FORM.replace("/search", action).replace('"q"', '"keywords"'))
        result = await site.judged_by(net)
    assert (result.verdict, result.observed["engine"]) == (Verdict.PASS, "guangdong")


@pytest.mark.parametrize(
    ("path", "field", "needed", "engine"),
    [
        ("/search4/s", "searchWord", "checkHandle", "kaipu"),
        ("/search.html", "keywords", "scope", "search_html"),
    ],
)
async def test_engines_whose_server_wants_more_fields(
    path: str, field: str, needed: str, engine: str
) -> None:
    def answer(asked: Asked) -> Answer:
        if not value(asked, needed):
            return Answer(b"<html><script>var siteCode='4415810001'</script></html>")
        return Answer(results(whole(value(asked, field))).encode())

    box = GET_FORM.replace("/search", path).replace('"q"', f'"{field}"')
    result = await site_with(answer, box, path).judged()
    assert (result.verdict, result.observed["engine"]) == (Verdict.PASS, engine)


async def test_one_seed_draws_the_same_titles_on_any_port() -> None:
    first = (await site_with(searching(whole)).judged()).observed["sample"]
    second = (await site_with(searching(whole)).judged()).observed["sample"]
    assert [one["title"] for one in first] == [one["title"] for one in second]
