"""What the tampering and privacy probes ask for themselves: mirrors, guises, attachments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from crawler.markup.page import Page
from crawler.model import Outcome, PageFacts, PageKind, Period, Request, Role, Unit, UnitKind
from demo.attachments import docx
from demo.portals.departments import identity_number
from probes import privacy, tamper
from probes.base import Evidence, Probe, Result, Seen, SweepContext, Verdict, run_probe
from probes.cloaking import PHONE, SPIDER
from probes.tamper_signs import junk_block
from tests.probes.tablenet import TableNet

PORTAL = "http://www.example.gov.cn/"


def evidence(
    probe: Probe[Any, Any], pages: Mapping[str, str], *, asked: bool = False, seed: int = 1
) -> Evidence[Any]:
    """These pages, the first of them home."""
    visited, seen = [], []
    for url, html in pages.items():
        is_home = url == PORTAL
        role, kind = (Role.HOME, PageKind.HOME) if is_home else (Role.OTHER, PageKind.OTHER)
        visited.append(PageFacts(url, url, role, kind, 0 if is_home else 1, Outcome.OK, 200))
        assert probe.observe is not None
        data = probe.observe(
            Page(url, html.encode(), content_type="text/html; charset=utf-8", is_home=is_home)
        )
        if data is not None:
            seen.append(Seen(visited[-1], data))
    return Evidence(
        unit=Unit(id="u", name="示例县人民政府", kind=UnitKind.COUNTY, portal=PORTAL),
        context=SweepContext(
            as_of=date(2026, 6, 30),
            period=Period(start=date(2026, 1, 1), end=date(2026, 12, 31)),
            seed=seed,
            options={"probe_cloaking": asked},
        ),
        home=next((one for one in seen if one.facts.role is Role.HOME), None),
        pages=seen,
        visited=visited,
    )


async def judged(probe: Probe[Any, Any], evidence: Evidence[Any], net: TableNet) -> dict[str, Result]:
    """Gather, confirm where something is doubted, judge."""
    assert probe.gather is not None
    evidence = replace(evidence, gathered=await probe.gather(evidence, net))
    if probe.confirm is not None and (probe.unsettled is None or probe.unsettled(evidence.gathered)):
        evidence = replace(evidence, gathered=await probe.confirm(evidence, net))
    return {result.check: result for result in run_probe(probe, evidence)}


# -- guises


def home_for(request: Request) -> str:
    """Gambling for spiders, a page of its own for phones, the same for all others."""
    lines = "".join(f"<p>第 {number} 条工作动态</p>" for number in range(20))
    if request.user_agent == SPIDER:
        return "<title>六合彩官网</title><body>时时彩、六合彩 <a href='http://x.example.com/'>进入</a></body>"
    if request.user_agent == PHONE:
        return "<body>手机版</body>"
    return f"<title>示例县人民政府</title><body>{lines}</body>"


async def test_spiders_that_see_gambling_twice() -> None:
    net = TableNet({PORTAL: home_for})
    results = await judged(
        tamper.PROBE, evidence(tamper.PROBE, {PORTAL: "<body>欢迎</body>"}, asked=True), net
    )
    cloaked = results["tamper.cloaking"]
    assert cloaked.verdict is Verdict.FAIL
    assert [finding.subject for finding in cloaked.findings] == [PORTAL]
    assert "六合彩" in cloaked.findings[0].found
    assert len(net.asked) == 10
    assert [request.fresh for request in net.asked] == [False] * 5 + [True] * 5


async def test_spiders_that_saw_gambling_once() -> None:
    """The second look is clean: nothing is told, nothing is passed."""
    net = TableNet(
        {PORTAL: lambda request: home_for(request._replace(user_agent=None) if request.fresh else request)}
    )
    results = await judged(
        tamper.PROBE, evidence(tamper.PROBE, {PORTAL: "<body>欢迎</body>"}, asked=True), net
    )
    assert results["tamper.cloaking"].verdict is Verdict.PASS


async def test_nothing_is_disguised_unless_asked() -> None:
    net = TableNet({PORTAL: home_for})
    results = await judged(tamper.PROBE, evidence(tamper.PROBE, {PORTAL: "<body>欢迎</body>"}), net)
    assert results["tamper.cloaking"].verdict is Verdict.NOT_APPLICABLE
    assert net.asked == []


# -- mirrors


JUNK = '<legend id="h4sia"></legend><samp id="h4sia"></samp>' + '<sup id="h4sia"></sup>' * 6


def test_the_injected_block() -> None:
    assert junk_block(f"<html><body>{JUNK}") == "h4sia"
    assert junk_block('<table><td id="menu1"></td><td id="menu1"></td>' + '<p id="menu1">' * 9) is None
    assert junk_block(f"<html><body>{' ' * 9000}{JUNK}") is None


async def test_links_to_mirrors_are_listed_and_no_fault() -> None:
    mirror, plain = "http://copy.example.com/", "http://www.shili.cn/"
    foot = "主办：某某市人民政府 网站标识码：4213000001"
    pages = {PORTAL: f"<body><a href='{mirror}'>某某市人民政府</a><a href='{plain}'>某某县政府网</a></body>"}
    net = TableNet(
        {
            mirror: f"<body>{JUNK}<div class=foot>{foot} 粤ICP备12345678号</div></body>",
            plain: f"<body><div class=foot>{foot} 鄂ICP备12345678号</div></body>",
        }
    )
    result = (await judged(tamper.PROBE, evidence(tamper.PROBE, pages), net))["tamper.mirror"]
    assert result.verdict is Verdict.PASS
    assert result.observed["links"] == [mirror]
    assert {request.url for request in net.asked} == {mirror, plain}


async def test_external_hosts_are_listed_for_review() -> None:
    links = (
        "<a href='http://shop.example.com/'>甲</a><a href='http://www.gov.cn/'>乙</a><a href='/a.html'>丙</a>"
    )
    pages = {PORTAL: f"<body>{links}</body>", f"{PORTAL}a.html": f"<body>{links}</body>"}
    result = (await judged(tamper.PROBE, evidence(tamper.PROBE, pages), TableNet({})))["tamper.hidden_links"]
    assert result.observed["external_hosts"] == {"shop.example.com": 2}


# -- attachments


async def test_attachments_are_opened_and_only_masked_samples_kept() -> None:
    raw = identity_number()
    files = {
        "名单.docx": docx(f"王某某 {raw}"),
        "空表.docx": docx("申请表"),
        "锁.doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
    }
    links = "".join(f"<a href='/{name}'>{name}</a>" for name in files)
    pages = {PORTAL: f"<body>{links}<a href='http://other.example.com/a.docx'>别家</a></body>"}
    given = evidence(privacy.PROBE, pages)
    urls = {file.url: body for file, body in zip(given.pages[0].data.files, files.values(), strict=True)}
    net = TableNet(urls)
    results = await judged(privacy.PROBE, given, net)
    leak = results["privacy.id_card"]
    assert (leak.verdict, leak.defects, leak.population, leak.tested) == (Verdict.FAIL, 1, 4, 3)
    assert leak.findings[0].url == PORTAL
    assert {request.url for request in net.asked} == set(urls)
    assert list(leak.observed["untested"].values()) == ["corrupt"]
    assert all(raw not in result.model_dump_json() for result in results.values())
    assert results["privacy.phone"].verdict is Verdict.UNKNOWN


def test_the_draw_is_bounded_and_the_same_for_a_seed() -> None:
    links = "".join(
        f"<a href='/f{number}.pdf'>{'名单' if number % 3 else '通知'}</a>" for number in range(30)
    )
    more = "".join(f"<a href='/g{number}.pdf'>补贴名单</a>" for number in range(30))
    pages = {PORTAL: f"<body>{links}</body>", f"{PORTAL}b.html": f"<body>{more}</body>"}
    given = evidence(privacy.PROBE, pages)
    drawn, total = privacy.draw(given)
    assert (len(drawn), total) == (privacy.DRAWN, 60)
    assert privacy.draw(evidence(privacy.PROBE, pages)) == (drawn, total)
    assert privacy.draw(evidence(privacy.PROBE, pages, seed=2))[0] != drawn
