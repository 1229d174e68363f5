"""The ladder of the link checks against a server that fails in every way."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import pytest

from crawler.gate.host import HostPolicy
from crawler.keeping.patience import PatientNet
from crawler.keeping.targets import Look, Targets
from crawler.markup.page import Page
from crawler.model import Outcome, PageFacts, PageKind, Period, Request, Role, Unit, UnitKind
from crawler.net import Gate
from probes.base import Evidence, Result, Seen, SweepContext, run_probe
from probes.link_errors import error_pages, says_missing
from probes.link_evidence import OnPage, Target, observe
from probes.link_verdicts import Said, Surroundings, lands_home, said, settled, strange_page
from probes.links import PROBE, Looked, confirm, gather
from tests.crawler.faultsite import Asked, FaultSite, faultsite, plain

OWN = "www.a.gov.cn"
RESOLVE = {OWN: ["127.0.0.1"], "b.gov.cn": ["127.0.0.1"], "dead.gov.cn": []}
ERROR = "<html><head><title>提示</title></head><body>您访问的页面不存在或已删除</body></html>".encode()


def facts(url: str, role: Role = Role.HOME, **more: object) -> PageFacts:
    fields: dict[str, object] = {
        "url": url,
        "final_url": url,
        "role": role,
        "kind": PageKind.HOME if role is Role.HOME else PageKind.COLUMN,
        "depth": 0 if role is Role.HOME else 1,
        "outcome": Outcome.OK,
        "status": 200,
    }
    return PageFacts(**{**fields, **more})  # type: ignore[arg-type]


def evidence(
    portal: str,
    home: str,
    inner: str = "",
    visits: tuple[PageFacts, ...] = (),
    owner: frozenset[str] = frozenset(),
) -> Evidence[OnPage]:
    """A home page, and one inner page if `inner` is given."""
    pages = [Seen(facts(portal), observe(Page(portal, home.encode(), is_home=True)))]
    if inner:
        url = f"{portal}inner/"
        pages.append(Seen(facts(url, Role.COLUMN), observe(Page(url, inner.encode()))))
    period = Period(start=date(2026, 1, 1), end=date(2026, 12, 31))
    return Evidence(
        unit=Unit(id="a", name="甲县人民政府", kind=UnitKind.COUNTY, portal=portal),
        context=SweepContext(as_of=date(2026, 11, 20), period=period, owner_home=owner),
        home=pages[0],
        pages=pages,
        visited=[*(page.facts for page in pages), *visits],
    )


def a(*urls: str) -> str:
    return "<body>" + "".join(f'<a href="{url}">链接{n}</a>' for n, url in enumerate(urls)) + "</body>"


@pytest.fixture
async def site() -> AsyncIterator[FaultSite]:
    async with faultsite() as running:
        yield running


@asynccontextmanager
async def net_for(site: FaultSite) -> AsyncIterator[PatientNet]:
    policy = HostPolicy(rate=0, concurrency=4, robots="ignore")
    async with Gate(resolve=RESOLVE, default_policy=policy) as gate:
        await gate.fetch(Request(site.url("/")))  # somebody has answered: we are online
        yield PatientNet(gate, Targets(again_after=0, settle_after=0))


async def judged(site: FaultSite, given: Evidence[OnPage]) -> Mapping[str, Result]:
    """Gather, confirm and judge, as a sweep does."""
    async with net_for(site) as net:
        looked = await gather(given, net)
        given = with_gathered(given, looked)
        assert PROBE.unsettled is not None
        if PROBE.unsettled(looked):
            given = with_gathered(given, await confirm(given, net))
    return {result.check: result for result in run_probe(PROBE, given)}


def with_gathered(given: Evidence[OnPage], looked: object) -> Evidence[OnPage]:
    stored = Looked.model_validate_json(looked.model_dump_json())  # type: ignore[attr-defined]
    return Evidence(given.unit, given.context, given.home, given.pages, given.visited, stored)


def subjects(result: Result) -> set[str]:
    return {finding.subject for finding in result.findings}


async def test_only_what_is_proved_dead_is_dead(site: FaultSite) -> None:
    site.routes["/empty.pdf"] = plain(b"", kind="application/pdf")
    site.routes["/page.pdf"] = plain(ERROR)
    site.routes["/good.pdf"] = plain(b"%PDF-1.4", kind="application/pdf")
    dead = [
        site.url("/nowhere"),
        site.url("/gone"),
        "http://dead.gov.cn/",
        f"http://b.gov.cn:{refused_port()}/",
        site.url("/empty.pdf", "b.gov.cn"),
        site.url("/page.pdf"),
    ]
    fine = [
        site.url(path)
        for path in ("/head-hater", "/moved-303", "/gzip", "/good.pdf", "/large", "/echo-cookie")
    ]
    result = (await judged(site, evidence(site.url("/"), a(*dead, *fine))))["links.home"]
    assert result.verdict == "fail"
    assert subjects(result) == set(dead)
    assert (result.population, result.tested) == (12, 12)
    assert all(finding.expected and finding.found and finding.advice for finding in result.findings)
    assert not any(one.method == "HEAD" for one in site.asked)


async def test_walls_denials_and_server_errors_are_never_faults(site: FaultSite) -> None:
    paths = ("/denied", "/ruishu", "/teapot", "/error", "/reset", "/loop", "/not-http")
    result = (await judged(site, evidence(site.url("/"), a(*map(site.url, paths)))))["links.home"]
    assert (result.verdict, result.defects, result.tested) == ("unknown", 0, 0)
    assert set(result.observed["suspected"]) == {site.url(path) for path in ("/error", "/reset", "/loop")}
    assert result.reason in ("suspected", "blocked")


async def test_a_host_that_turns_us_away_is_left_alone(site: FaultSite) -> None:
    urls = [site.url(f"/ruishu?n={n}") for n in range(20)]
    result = (await judged(site, evidence(site.url("/"), a(*urls))))["links.home"]
    assert (result.verdict, result.defects, result.tested) == ("unknown", 0, 0)
    assert sum("ruishu" in path for path in site.paths) == 5


async def test_few_suspects_do_not_spoil_a_pass(site: FaultSite) -> None:
    fine = [f"/?n={n}" for n in range(12)]
    result = (await judged(site, evidence(site.url("/"), a(*map(site.url, (*fine, "/error"))))))["links.home"]
    assert (result.verdict, result.population, result.tested) == ("pass", 13, 12)
    assert result.observed["suspected"] == [site.url("/error")]


async def test_what_works_the_second_time_works(site: FaultSite) -> None:
    tries: list[str] = []

    async def flaky(server: FaultSite, one: Asked, writer: object) -> None:
        tries.append(one.target)
        writer.write(plain(b"", "404 Not Found") if len(tries) == 1 else plain())  # type: ignore[attr-defined]

    site.routes["/flaky"] = flaky
    results = await judged(site, evidence(site.url("/"), a(site.url("/flaky"), site.url("/gone"))))
    assert subjects(results["links.home"]) == {site.url("/gone")}
    assert len(tries) == 2


async def test_a_failed_visit_of_the_walk_gets_its_second_look(site: FaultSite) -> None:
    visits = (
        facts(site.url("/gone"), Role.COLUMN, outcome=Outcome.GONE, status=410),
        facts(site.url("/gzip"), Role.COLUMN, outcome=Outcome.GONE, status=404),
        facts(site.url("/error"), Role.COLUMN, outcome=Outcome.SERVER_ERROR, status=500),
    )
    urls = [visit.url for visit in visits]
    results = await judged(site, evidence(site.url("/"), a(site.url("/?home")), a(*urls), visits))
    inner = results["links.inner"]
    assert subjects(inner) == {site.url("/gone")}
    assert inner.findings[0].url == site.url("/inner/")
    assert inner.observed["suspected"] == [site.url("/error")]
    assert inner.observed["pages"] == {site.url("/gone"): 1}


async def test_targets_on_home_are_not_repeated(site: FaultSite) -> None:
    both = a(site.url("/gone"))
    results = await judged(site, evidence(site.url("/"), both, both + a(site.url("/gzip", "b.gov.cn"))))
    assert subjects(results["links.home"]) == {site.url("/gone")}
    assert results["links.home"].observed["pages"] == {site.url("/gone"): 2}
    assert (results["links.inner"].verdict, results["links.inner"].population) == ("pass", 1)


class Everything(dict[str, Any]):
    """Routes that answer every other path with one page."""

    def __init__(self, page: bytes, **routes: bytes) -> None:
        super().__init__({f"/{name}": answer for name, answer in routes.items()})
        self._page = page

    def get(self, path: str, default: Any = None) -> Any:
        return super().get(path, self._page)


async def test_soft_404_by_two_invented_names(site: FaultSite) -> None:
    real = plain(b"<html><body>" + "公告".encode() * 30)
    site.routes = Everything(plain(ERROR), **{"": plain(), "real.html": real})
    urls = [site.url(path, "b.gov.cn") for path in ("/old/2019.html", "/real.html", "/")]
    results = await judged(site, evidence(site.url("/"), a(*urls)))
    assert subjects(results["links.wrong"]) == {urls[0]}
    assert (results["links.home"].verdict, results["links.home"].population) == ("pass", 2)


async def test_a_visited_page_that_is_the_soft_404(site: FaultSite) -> None:
    site.routes = Everything(plain(ERROR), **{"": plain()})
    visits = (
        facts(site.url("/old/1.html"), Role.ARTICLE, identified=False),
        facts(site.url("/old/2.html"), Role.ARTICLE, title="提示"),
        facts(site.url("/new/3.html"), Role.ARTICLE, title="公告"),
    )
    urls = [visit.url for visit in visits]
    results = await judged(site, evidence(site.url("/"), a(site.url("/")), a(*urls), visits))
    assert subjects(results["links.wrong"]) == set(urls[:2])
    assert (results["links.inner"].verdict, results["links.inner"].population) == ("pass", 1)


async def test_an_app_that_answers_everything_alike_is_no_soft_404(site: FaultSite) -> None:
    shell = '<html><head><title>政务服务网</title></head><body><div id="app"></div></body></html>'
    site.routes = Everything(plain(shell.encode()))
    results = await judged(site, evidence(site.url("/"), a(site.url("/item/1", "b.gov.cn"))))
    assert results["links.wrong"].verdict == "pass"


async def test_error_pages_of_any_size_under_one_title(site: FaultSite) -> None:
    """Each differs from the others, all say the same in their title; an article about errors has its own."""

    def of_any_size(path: str) -> bytes:
        body = f"<html><head><title>页面不存在</title></head><body>您访问的页面{path * 3}</body></html>"
        return plain(body.encode())

    class Random(Everything):
        def get(self, path: str, default: Any = None) -> Any:
            return dict.get(self, path, of_any_size(path))

    site.routes = Random(plain(), **{"": plain()})
    article = "<html><head><title>关于页面不存在问题的说明</title></head><body>说明</body></html>"
    site.routes["/news/1.html"] = plain(article.encode())
    urls = [site.url("/old/1.html", "b.gov.cn"), site.url("/news/1.html", "b.gov.cn")]
    results = await judged(site, evidence(site.url("/"), a(*urls)))
    assert subjects(results["links.wrong"]) == {urls[0]}


async def test_a_host_that_answers_everything_with_its_home_page(site: FaultSite) -> None:
    site.routes = Everything(plain("<html><body>示例网站首页，欢迎访问本站各个栏目</body></html>".encode()))
    results = await judged(site, evidence(site.url("/"), a(site.url("/item/1", "b.gov.cn"))))
    assert results["links.wrong"].verdict == "pass"


async def test_an_inner_link_that_lands_on_home(site: FaultSite) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"
    for path in ("/old/topic.html", "/index.html", "/en/", "/user/center"):
        site.routes[path] = moved
    urls = [site.url(path) for path in ("/old/topic.html", "/index.html", "/en/", "/user/center")]
    results = await judged(site, evidence(site.url("/"), a(*urls)))
    assert subjects(results["links.wrong"]) == {urls[0]}
    assert results["links.home"].verdict == "pass"


async def test_a_link_called_home_may_lead_home(site: FaultSite) -> None:
    site.routes["/a/b.html"] = b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"
    home = f'<body><a href="{site.url("/a/b.html")}">网站首页</a></body>'
    assert (await judged(site, evidence(site.url("/"), home)))["links.wrong"].verdict == "pass"


async def test_parked_and_gambling_pages(site: FaultSite) -> None:
    pages = {
        "/parked": "<title>b.com</title><body>该域名正在出售，联系我们</body>",
        "/bet": "<title>澳门新葡京_真人娱乐</title><body>百家乐 送彩金</body>",
        "/warning": "<title>警惕新葡京等网络赌博骗局</title><body>百家乐、真人娱乐都是骗局</body>",
    }
    for path, text in pages.items():
        site.routes[path] = plain(f"<html><head>{text}</html>".encode())
    results = await judged(site, evidence(site.url("/"), a(*(site.url(path, "b.gov.cn") for path in pages))))
    assert subjects(results["links.wrong"]) == {site.url(path, "b.gov.cn") for path in ("/parked", "/bet")}


async def test_the_owners_faults_are_the_owners(site: FaultSite) -> None:
    owner = frozenset({site.url("/gone")})
    results = await judged(
        site, evidence(site.url("/"), a(site.url("/gone"), site.url("/gzip")), owner=owner)
    )
    assert results["links.home"].verdict == "pass"


async def test_each_target_is_asked_once_however_often_it_is_linked(site: FaultSite) -> None:
    urls = [site.url("/gzip", "b.gov.cn"), site.url("/gzip", "b.gov.cn") + "#top"]
    await judged(site, evidence(site.url("/"), a(*urls), a(*urls)))
    assert site.paths.count("/gzip") == 1


async def test_a_frame_that_was_read_with_its_page_is_not_asked_again(site: FaultSite) -> None:
    home, frame = site.url("/"), site.url("/gzip")
    page = Page(home, f'<iframe src="{frame}"></iframe>'.encode(), is_home=True, includes={frame: "<p>x</p>"})
    given = evidence(home, a())
    seen = Seen(facts(home), observe(page))
    given = Evidence(given.unit, given.context, seen, [seen], [seen.facts])
    result = (await judged(site, given))["links.home"]
    assert (result.verdict, result.population, result.tested) == ("pass", 1, 1)
    assert "/gzip" not in site.paths


def refused_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# -- pure parts


def target(url: str, **more: object) -> Target:
    plain = Target(url, text="", embedded=False, page="http://x/", pages=1, on_home=True, home_word=False)
    return plain._replace(**more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "second", "proved"),
    [
        (Said.GONE, Said.GONE, Said.GONE),
        (Said.REFUSED, Said.GONE, Said.GONE),
        (Said.GONE, Said.OPENED, Said.OPENED),
        (Said.GONE, None, Said.UNTESTED),
        (Said.GONE, Said.SUSPECTED, Said.SUSPECTED),
        (Said.GONE, Said.UNTESTED, Said.UNTESTED),
        (Said.SUSPECTED, Said.GONE, Said.SUSPECTED),
        (Said.SUSPECTED, Said.SUSPECTED, Said.SUSPECTED),
        (Said.SOFT_404, Said.SOFT_404, Said.SOFT_404),
        (Said.LANDS_HOME, Said.GONE, Said.UNTESTED),
    ],
)
def test_two_looks_together(first: Said, second: Said | None, proved: Said) -> None:
    assert settled(first, second) is proved


def test_without_a_witness_no_name_and_no_server_is_missing() -> None:
    for outcome in (Outcome.NXDOMAIN, Outcome.REFUSED):
        look = Look(outcome=outcome, online=False)
        assert said(target("http://b.gov.cn/"), look, Surroundings()) is Said.UNTESTED


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("请先登录后下载附件", Said.UNTESTED),
        ("文件在线预览", Said.UNTESTED),
        ("正在进行安全验证，请稍候", Said.UNTESTED),
        ("通知：关于开展工作的安排", Said.HTML_FILE),
    ],
)
def test_a_page_in_place_of_an_attachment(text: str, expected: Said) -> None:
    url = "http://b.gov.cn/a.pdf"
    look = Look(outcome=Outcome.OK, status=200, final_url=url, size=900, content_type="text/html", html=True)
    look = look.model_copy(update={"text": text, "characters": len(text)})
    assert said(target(url), look, Surroundings()) is expected
    moved = look.model_copy(update={"final_url": "http://b.gov.cn/view"})
    assert said(target(url), moved, Surroundings()) is Said.UNTESTED


@pytest.mark.parametrize(
    ("url", "final", "lands"),
    [
        ("http://a.gov.cn/zt/x/", "http://a.gov.cn/", True),
        ("http://a.gov.cn/zt/x/", "http://www.a.gov.cn/", True),
        ("http://a.gov.cn/zt/x/", "http://www.other.gov.cn/", False),
        ("http://www.a.gov.cn/bsfw/", "http://zwfw.a.gov.cn/", False),
        ("http://jyj.a.gov.cn/zt/x/", "http://jyj.a.gov.cn/", True),
        ("http://a.gov.cn/go?url=http%3A%2F%2Fb.a.gov.cn%2F", "http://b.a.gov.cn/", False),
        ("http://m.a.gov.cn/art/1.html", "http://www.a.gov.cn/", False),
        ("http://a.gov.cn/", "http://www.a.gov.cn/", False),
        ("http://a.gov.cn/?lang=en", "http://a.gov.cn/", False),
        ("http://a.gov.cn/?id=7", "http://a.gov.cn/", True),
        ("http://a.gov.cn/big5/", "http://a.gov.cn/", False),
        ("http://a.gov.cn/slh", "http://a.gov.cn/", False),
        ("http://a.gov.cn/index.html", "http://a.gov.cn/", False),
        ("http://a.gov.cn/zt/x/index.html", "http://a.gov.cn/zt/x/", False),
    ],
)
def test_landing_on_a_home_page(url: str, final: str, lands: bool) -> None:
    assert lands_home(target(url), final, frozenset()) is lands


WRONG_NUMBER = "<body><table><tr><td>错误信息<tr><td>参数错误！</table></body>".encode()
ALERTING = "<script>alert('参数错误！');history.back();</script>".encode()
BUSY = "<body>系统繁忙，请稍后再试</body>".encode()


async def test_pages_that_say_themselves_that_nothing_is_there(site: FaultSite) -> None:
    bodies = {7: WRONG_NUMBER, 8: ALERTING, 9: BUSY}
    for number, body in bodies.items():
        site.routes[f"/show/{number}.html"] = plain(body)
        site.routes[f"/lone/{number}/x.html"] = plain(body)  # no sibling shows content
    visits = [
        facts(
            site.url(path), Role.ARTICLE, kind=PageKind.ERROR, identified=False,
            digest=hashlib.sha256(bodies[int(path.split("/")[2][0])]).hexdigest(),
        )
        for path in [f"/show/{n}.html" for n in bodies] + [f"/lone/{n}/x.html" for n in bodies]
    ]  # fmt: skip
    sound = facts(site.url("/show/1.html"), Role.ARTICLE, kind=PageKind.ARTICLE)
    linked = evidence(site.url("/"), a(*(one.url for one in (*visits, sound))), visits=(*visits, sound))
    result = (await judged(site, linked))["links.wrong"]
    assert subjects(result) == {site.url("/show/7.html"), site.url("/show/8.html")}
    assert any("参数错误" in finding.found for finding in result.findings)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("提示 您访问的文章不存在！ 返回 首页", True),
        ("来信内容 网上查询提示参保记录不存在，怎么办？ 2026-05-08 回复内容 您好，请到窗口核对。", False),
        ("网上查询提示参保记录不存在，怎么办？ 请到窗口核对。", False),
        ("参保记录不存在的处理办法 请到窗口核对。", False),
    ],
)
def test_a_letter_about_a_missing_record_is_no_error_page(text: str, said: bool) -> None:
    look = Look(outcome=Outcome.OK, html=True, title="示例县", text=text, characters=len(text))
    assert says_missing(look, "") is said


def test_what_is_no_plain_number_has_no_siblings() -> None:
    known = {
        url: facts(url, Role.ARTICLE, kind=kind, identified=kind is PageKind.ARTICLE)
        for url, kind in {
            "http://a/show.asp?id=1": PageKind.ARTICLE,
            "http://a/show.asp?id=2": PageKind.ERROR,
            "http://a/show.asp?id=2&k=%D2%AA": PageKind.ERROR,
            "http://a/list.asp?id=2": PageKind.ERROR,
        }.items()
    }
    assert set(error_pages(known)) == {"http://a/show.asp?id=2"}


def test_marks_need_more_than_one_word() -> None:
    page = Look(outcome=Outcome.OK, html=True, title="百家乐", text="小学生百家姓诵读", characters=8)
    assert strange_page(page) is None
