"""The second look of the column checks: what seemed empty is fetched and read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from crawler.markup.page import Page
from crawler.model import Outcome, PageFacts, PageKind, Period, Role, Unit, UnitKind
from probes.base import Evidence, Result, Seen, SweepContext, run_probe
from probes.column_evidence import Body, observe
from probes.columns import PROBE, Again, confirm, empty_pages, gather, open_pages
from tests.probes.tablenet import TableNet

PORTAL = "http://www.a.gov.cn/"
HEAD = '<html><head><meta name="ColumnName" content="重大项目"></head>'
EMPTY = f'{HEAD}<body><div class="list"></div></body></html>'
ROW = '<li><a href="/x/{n}.html">关于重大项目建设情况的公告之{n}</a>2026-06-0{n}</li>'
FULL = EMPTY.replace('"list">', f'"list"><ul>{"".join(ROW.format(n=n) for n in (1, 2, 3))}</ul>')
BLANK = (
    '<html><head><title>某公告</title><meta name="ArticleTitle" content="某公告"></head>'
    "<body><h1>某公告</h1></body></html>"
)


def seen(path: str, html: str, role: Role, kind: PageKind) -> Seen[Body]:
    url = f"{PORTAL}{path}"
    body = observe(Page(url, html.encode(), is_home=role is Role.HOME))
    assert body is not None
    return Seen(PageFacts(url, url, role, kind, 1, Outcome.OK, 200), body)


def evidence(gathered: Again | None = None) -> Evidence[Body]:
    pages = [
        seen("", "<html><body></body></html>", Role.HOME, PageKind.HOME),
        seen("news/", FULL, Role.COLUMN, PageKind.COLUMN),
        seen("projects/", EMPTY, Role.COLUMN, PageKind.COLUMN),
        seen("news/t20260601_1.html", BLANK, Role.ARTICLE, PageKind.ARTICLE),
    ]
    return Evidence(
        unit=Unit(id="a", name="甲县人民政府", kind=UnitKind.COUNTY, portal=PORTAL),
        context=SweepContext(date(2026, 6, 10), Period(start=date(2026, 1, 1), end=date(2026, 12, 31))),
        home=pages[0],
        pages=pages,
        visited=[page.facts for page in pages],
        gathered=gathered,
    )


async def swept(later: Mapping[str, str]) -> tuple[Mapping[str, Result], TableNet]:
    net = TableNet(later, otherwise=(Outcome.SERVER_ERROR, 500))
    first = await gather(evidence(), net)
    assert isinstance(first, Again)
    assert PROBE.unsettled is not None and PROBE.unsettled(first)
    assert net.asked == []
    again = await confirm(evidence(first), net)
    assert isinstance(again, Again) and not PROBE.unsettled(again)
    return {result.check: result for result in run_probe(PROBE, evidence(again))}, net


async def test_what_stays_empty_is_told() -> None:
    results, net = await swept({f"{PORTAL}projects/": EMPTY, f"{PORTAL}news/t20260601_1.html": BLANK})
    assert [finding.subject for finding in results["columns.empty"].findings] == [f"{PORTAL}projects/"]
    assert [finding.subject for finding in results["columns.blank"].findings] == [
        f"{PORTAL}news/t20260601_1.html"
    ]
    assert all(request.fresh for request in net.asked)


async def test_what_was_filled_since_is_not() -> None:
    text = BLANK.replace("</body>", f"<div id='zoom'><p>{'重大项目建设情况。' * 5}</p></div></body>")
    results, _ = await swept({f"{PORTAL}projects/": FULL, f"{PORTAL}news/t20260601_1.html": text})
    assert (results["columns.empty"].verdict, results["columns.blank"].verdict) == ("pass", "pass")


async def test_what_does_not_come_again_is_unknown() -> None:
    results, _ = await swept({})
    assert (results["columns.empty"].verdict, results["columns.empty"].reason) == ("unknown", "unreadable")
    assert (results["columns.blank"].verdict, results["columns.blank"].defects) == ("unknown", 0)


async def test_rows_from_a_data_answer_count() -> None:
    """A list filled by a record script is no empty column."""
    row = "<li><a href='/x/{n}.html'>关于重大项目建设情况的公告之{n}</a><span>2026-06-0{n}</span></li>"
    records = "".join(f"<record><![CDATA[{row.format(n=n)}]]></record>" for n in (1, 2, 3))
    script = f"<datastore><recordset>{records}</recordset></datastore>"
    page = EMPTY.replace('"list">', f'"list"><script type="text/xml">{script}</script>')
    body = observe(Page(f"{PORTAL}col/", page.encode()))
    assert body is not None
    assert (body.rows, body.nothing) == (3, None)


def scripted(*pages: Seen[Body]) -> Evidence[Body]:
    plain = evidence()
    return replace(plain, pages=[plain.pages[0], *pages], visited=[page.facts for page in pages])


def test_a_script_that_filled_one_list_may_fill_the_others() -> None:
    script = '<script src="/js/app.js"></script></body>'
    full = seen("news/", FULL.replace("</body>", script), Role.COLUMN, PageKind.COLUMN)
    empty = seen("projects/", EMPTY.replace("</body>", script), Role.COLUMN, PageKind.COLUMN)
    given = scripted(full, empty)
    assert (empty_pages(given), open_pages(given)) == ([f"{PORTAL}projects/"], [])
    shown = seen("plans/", FULL.replace("</body>", script), Role.COLUMN, PageKind.COLUMN)
    shown = replace(shown, facts=replace(shown.facts, rendered=True))
    given = scripted(full, empty, shown)
    assert (empty_pages(given), open_pages(given)) == ([], [f"{PORTAL}projects/"])


def test_an_empty_column_without_scripts_of_the_site_needs_no_browser() -> None:
    assert empty_pages(evidence()) == []
