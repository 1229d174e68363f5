"""The parts of the sections probe that cases cannot show: what pages leave, what is asked of the network."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from crawler.markup.page import Page
from crawler.model import Outcome, PageFacts, PageKind, Period, Role, Unit, UnitKind
from probes.base import Evidence, Reason, Seen, SweepContext, Verdict, run_probe
from probes.catalogue import CHECKS as CATALOGUE
from probes.lexicon import LEXICON, best_section, near_sections
from probes.page_again import page_with_pieces
from probes.pictures import around, own_of, shown_on
from probes.section_find import Gathered, columns_cut, gap_in, map_of
from probes.section_page import Body, OnPage, observe, own_names, years_in
from probes.sections import CHECKS, PROBE, confirm, gather, unsettled
from tests.probes.tablenet import TableNet

BASE = "http://www.example.gov.cn"
TREE = """<script>window._CONFIG = {SID: '7', TREE: [
 {"id": 1, "name": "法定主动公开内容", "children": [
   {"id": 11, "name": "财政直达资金", "post_count": 4},
   {"id": 12, "name": "政策解读", "post_count": 0}]},
 {"id": 2, "name": "依申请公开", "jump_url": "/ysq/"}]};</script><div id="app"></div>"""
LIST = '{"articles": [{"title": "第一批直达资金下达", "url": "/x/1.html", "date": "2026-05-01"}], "total": 4}'
NONE = '{"articles": [], "total": 0}'


def page(html: str, path: str = "/a/", *, is_home: bool = False) -> Page:
    return Page(f"{BASE}{path}", html.encode(), content_type="text/html; charset=utf-8", is_home=is_home)


def seen(html: str, path: str, role: Role, depth: int = 1) -> Seen[OnPage]:
    data = observe(page(html, path, is_home=role is Role.HOME))
    assert data is not None
    kind = PageKind.HOME if role is Role.HOME else PageKind.COLUMN
    facts = PageFacts(f"{BASE}{path}", f"{BASE}{path}", role, kind, depth, Outcome.OK, 200)
    return Seen(facts, data)


def evidence(*pages: Seen[OnPage], gathered: Gathered | None = None) -> Evidence[OnPage]:
    return Evidence(
        unit=Unit(id="u", name="示例县人民政府", kind=UnitKind.COUNTY, portal=f"{BASE}/"),
        context=SweepContext(
            as_of=date(2026, 6, 30), period=Period(start=date(2026, 1, 1), end=date(2026, 12, 31))
        ),
        home=pages[0],
        pages=pages,
        visited=[one.facts for one in pages],
        gathered=gathered,
    )


def verdicts(given: Evidence[OnPage]) -> dict[str, tuple[Verdict, str | None]]:
    return {result.check: (result.verdict, result.reason) for result in run_probe(PROBE, given)}


def test_every_check_of_the_catalogue_is_claimed() -> None:
    wanted = {
        check.id for check in CATALOGUE if check.id.split(".")[0] in ("section", "content", "catalogue")
    }
    assert {check.id for check in CHECKS} == wanted


# -- what a page leaves


def test_an_ordinary_article_leaves_nothing() -> None:
    html = f"<h1>关于停水的公告</h1><p>2026-05-01</p><div class=TRS_Editor><p>{'停水检修，' * 30}</p></div>"
    assert observe(page(html, "/tzgg/202605/t20260501_12.html")) is None


def test_only_links_that_may_name_a_section_are_kept() -> None:
    data = observe(
        page('<a href="/x/">便民桥</a><a href="/zcjd/">政策解读</a><a href="/gz/">重点工作</a>', is_home=True)
    )
    assert data is not None
    assert data.links == (("政策解读", f"{BASE}/zcjd/"), ("重点工作", f"{BASE}/gz/"))


def test_a_link_that_leads_nowhere_is_kept_without_address_and_one_to_itself_with_it() -> None:
    html = '<a href="#">政策解读</a><a href="javascript:open()">通知公告</a><a href="/a/">要闻动态</a>'
    data = observe(page(html))
    assert data is not None
    assert data.links == (("政策解读", ""), ("通知公告", ""), ("要闻动态", f"{BASE}/a/"))


@pytest.mark.parametrize(
    ("html", "body"),
    [
        ("<p></p>", Body.EMPTY),
        ("<div class=list></div>", Body.EMPTY),
        ("<p>栏目建设中</p>", Body.BUILDING),
        ("<p>本年度无行政事业性收费项目变动（2026年1月5日）。</p>", Body.TEXT),
        ("<form><textarea></textarea></form>", Body.TEXT),
        ("<table><tr><td>办公地址<td>示例县人民大街1号<tr><td>电话<td>0435-1234567</table>", Body.TEXT),
        ("<div><p>王建国<p>县长<p>主持县政府全面工作，分管审计工作</div>", Body.TEXT),
        ("<div><p>王建国<p>县长</div>", Body.EMPTY),
        ("<div>转到第<select><option>1</select>页</div>", Body.EMPTY),
        ("<div class=con><select><option>综合类<option>民生类</select></div>", Body.TEXT),
        ("<div class=pdf data-src=/upload/x.pdf></div>", Body.TEXT),
        ('<a href="/a/zn/index.html">指南</a><a href="/a/nb/index.html">年报</a>', Body.LINKS),
        ('<meta http-equiv="refresh" content="0;url=/b/">', Body.SENDS_ON),
        ("<div id=list></div><script>$.get('/api')</script>", Body.SCRIPT),
        ("<div id=app>{{ list }}</div><script>new App()</script>", Body.SCRIPT),
        ('<iframe src="http://app.example.cn/home.html"></iframe>', Body.SCRIPT),
    ],
)
def test_bodies(html: str, body: Body) -> None:
    data = observe(page(html))
    assert data is not None and data.body is body


def test_a_frame_is_content_whatever_it_is_called_and_an_address_is_told_by_its_query_too() -> None:
    frame = page('<iframe src="http://app.example.cn/more/logo.aspx?id=1"></iframe>')
    assert len(shown_on(frame)) == 1
    columns = [shown_on(page(f'<img src="/pic.do?id={n}">', f"/{n}/")) for n in range(9)]
    common = around(columns, [])
    assert [own_of(marks, common) for marks in columns] == [1] * 9


def test_a_page_names_itself_by_tag_breadcrumb_and_title() -> None:
    html = (
        '<title>常务会议_示例县人民政府</title><meta name="ColumnName" content="政府常务会议">'
        "<div>当前位置：<a>首页</a> &gt; <a>政务公开</a> &gt; <a>常务会议</a></div>"
    )
    assert own_names(page(html)) == ("政府常务会议", "常务会议")


@pytest.mark.parametrize(
    ("title", "years"),
    [
        ("2025年政府信息公开工作年度报告", (2025,)),
        ("二〇二四年度部门决算", (2024,)),
        ("二○二三年工作年报", (2023,)),
        ("2021-2025年规划", (2021,)),
        ("文号20250101", ()),
    ],
)
def test_years(title: str, years: tuple[int, ...]) -> None:
    assert years_in([title]) == years


# -- gather and confirm


async def test_leaves_of_a_tree_are_listed_by_their_own_requests() -> None:
    pages = (
        seen('<a href="/gk/">政府信息公开</a>', "/", Role.HOME, 0),
        seen(TREE, "/gkmlpt/index", Role.TREE),
    )
    api = f"{BASE}/gkmlpt/api/all/"
    web = TableNet(
        {f"{api}11?page=1&sid=7": LIST, f"{api}12?page=1&sid=7": NONE, f"{BASE}/ysq/": "<p>申请表</p>"}
    )
    found = await gather(evidence(*pages), web)
    judged = verdicts(evidence(*pages, gathered=found))
    assert judged["section.direct_funds"] == (Verdict.PASS, None)
    assert judged["content.direct_funds"] == (Verdict.PASS, None)
    assert judged["section.statutory"] == (Verdict.PASS, None)
    assert judged["section.on_request"] == (Verdict.PASS, None)
    assert judged["section.interpretation"] == (Verdict.UNKNOWN, Reason.UNREADABLE)
    assert unsettled(found)
    again = await confirm(evidence(*pages, gathered=found), web)
    judged = verdicts(evidence(*pages, gathered=again))
    assert judged["section.interpretation"] == (Verdict.FAIL, None)
    assert judged["content.interpretation"] == (Verdict.NOT_APPLICABLE, "needs:section.interpretation")


async def test_what_works_on_the_portal_is_not_looked_at_again() -> None:
    rows = '<ul class="list"><li><a href="/a/1.html">绿化管理办法解读材料全文</a> 2026-05-01</li></ul>'
    pages = (seen('<a href="/a/">政策解读</a>', "/", Role.HOME, 0), seen(rows, "/a/", Role.COLUMN))
    web = TableNet({})
    found = await gather(evidence(*pages), web)
    assert web.asked == [] and not unsettled(found)


async def test_a_column_elsewhere_is_looked_at_and_read_for_its_days() -> None:
    there = "http://fw.example.gov.cn/jd/"
    row = f'<a href="{there}1.html">绿化管理办法解读材料全文</a><span>2026-05-01</span>'
    rows = f'<html><ul class="list"><li>{row}</li></ul>'
    pages = (seen(f'<a href="{there}">政策解读</a><a href="/gone/">意见征集</a>', "/", Role.HOME, 0),)
    web = TableNet({there: rows})
    found = await gather(evidence(*pages), web)
    again = await confirm(evidence(*pages, gathered=found), web)
    fresh = [request.url for request in web.asked if request.fresh]
    assert f"{BASE}/gone/" in fresh and there not in fresh
    judged = verdicts(evidence(*pages, gathered=again))
    assert judged["section.interpretation"] == (Verdict.PASS, None)
    assert judged["content.interpretation"] == (Verdict.PASS, None)
    assert judged["section.consultation"] == (Verdict.FAIL, None)


async def test_what_was_gathered_survives_the_store() -> None:
    pages = (seen('<a href="/gone/">意见征集</a>', "/", Role.HOME, 0),)
    found = await gather(evidence(*pages), TableNet({}))
    assert Gathered.model_validate_json(found.model_dump_json()) == found


# -- was everything read?


def test_a_page_cap_that_cut_only_articles_cut_no_column() -> None:
    home = seen("<p></p>", "/", Role.HOME, 0)
    article = PageFacts(
        f"{BASE}/a/1.html", f"{BASE}/a/1.html", Role.ARTICLE, PageKind.ARTICLE, 2, Outcome.OK, 200
    )
    given = evidence(home)
    capped = replace(given, context=replace(given.context, truncated=True))
    assert columns_cut(capped)
    assert not columns_cut(replace(capped, visited=[home.facts, article]))
    assert not columns_cut(given)
    queries = replace(given.context, portal_detail={"not_visited": {"query:host/list.jsp?id": 900}})
    assert columns_cut(replace(given, context=queries))


def test_a_cut_walk_calls_nothing_missing() -> None:
    home = seen("".join(f'<a href="/{n}/">专题{n}</a>' for n in range(12)), "/", Role.HOME, 0)
    given = evidence(home)
    gap = gap_in(map_of(replace(given, context=replace(given.context, truncated=True))))
    assert gap is not None and gap.reason is Reason.BUDGET


# -- near names


def test_near_names_never_decide() -> None:
    assert near_sections("重点工作") == ("execution",)
    for section in LEXICON.sections.values():
        for name in section.near:
            found = best_section(name)
            assert found is None or LEXICON.sections[found.key] is not section, name


async def test_a_second_look_comes_with_the_pieces_of_the_page() -> None:
    foot = "document.writeln('<div class=footer>主办：示例县人民政府办公室</div>');"
    column = '<p>栏目建设中</p><script src="/footer.js"></script>'
    web = TableNet({f"{BASE}/ml/": column, f"{BASE}/footer.js": foot})
    again = await page_with_pieces(web, f"{BASE}/ml/", fresh=True)
    assert again is not None and again.unread == ()
    assert web.urls == [f"{BASE}/ml/", f"{BASE}/footer.js"] and web.asked[0].fresh
    assert await page_with_pieces(web, f"{BASE}/gone/", fresh=True) is None
