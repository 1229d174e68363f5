from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date

import pytest

from crawler.gate.host import HostPolicy
from crawler.keeping.patience import PatientNet
from crawler.markup.page import Page
from crawler.model import (
    Family,
    Fetched,
    Outcome,
    PageFacts,
    PageKind,
    Period,
    Request,
    Resolved,
    Role,
    Unit,
    UnitKind,
)
from crawler.net import Gate
from demo.server import Answer, Asked, Host, Server
from probes.base import (
    Evidence,
    PortalState,
    Result,
    Seen,
    SweepContext,
    Verdict,
    apply_preconditions,
    run_probe,
)
from probes.ipv6 import CHECKS, PROBE, observe
from probes.ipv6_looks import HomeSeen, Looks, confirm, drawn, gather, overlap_of, unsettled

HOST, FOUR_ONLY = "www.six.gov.cn", "img.six.gov.cn"
BOTH = ["127.0.0.1", "::1"]
FREE = HostPolicy(rate=0, concurrency=4, robots="ignore")


def _loopback6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


needs_v6 = pytest.mark.skipif(not _loopback6(), reason="this machine has no ::1")


def home_text(links: Sequence[str], title: str = "示例县人民政府") -> str:
    rows = "".join(f'<a href="{link}">栏目</a>' for link in links)
    return f"<html><head><title>{title}</title></head><body>{rows}<p>本网站支持IPv6</p></body></html>"


class Portal:
    """A portal on loopback with ten second-level and ten third-level pages."""

    def __init__(self) -> None:
        self.host = Host()
        self.four_only = Host()
        self.second = [f"/c{n}/" for n in range(10)]
        self.third = [f"/c{n}/t20260101_{n}.html" for n in range(10)]
        for path in (*self.second, *self.third):
            self.host.pages[path] = Answer(b"<html><body>page</body></html>")
        self.resolve: dict[str, list[str]] = {HOST: BOTH, FOUR_ONLY: ["127.0.0.1"]}
        self.links: list[str] = list(self.second)
        self.server = Server({HOST: self.host, FOUR_ONLY: self.four_only})
        self.port = 0

    def url(self, path: str = "/", host: str = HOST) -> str:
        return f"http://{host}:{self.port}{path}"

    @asynccontextmanager
    async def net(self) -> AsyncIterator[PatientNet]:
        async with self.server.running() as port:
            self.port = port
            self.host.pages.setdefault("/", Answer(home_text(self.links).encode()))
            async with Gate(resolve=self.resolve, default_policy=FREE) as gate:
                yield PatientNet(gate)

    def evidence(
        self, gathered: Looks | None = None, state: PortalState = PortalState.OPEN
    ) -> Evidence[HomeSeen]:
        portal = self.url()
        home = _facts(portal, 0)
        visited = [home, *(_facts(self.url(path), 1) for path in self.second)]
        visited += [_facts(self.url(path), 2) for path in self.third]
        data = observe(Page(portal, home_text(self.links).encode(), is_home=True))
        assert data is not None
        seen = Seen(home, data)
        unit = Unit(id="u", name="示例县人民政府", kind=UnitKind.COUNTY, portal=portal)
        as_of = date(2026, 6, 30)
        context = SweepContext(as_of=as_of, period=Period(start=date(2026, 1, 1), end=as_of), portal=state)
        return Evidence(unit, context, home=seen, pages=(seen,), visited=visited, gathered=gathered)

    async def judged(self, state: PortalState = PortalState.OPEN) -> dict[str, Result]:
        async with self.net() as net:
            looks = await gather(self.evidence(state=state), net)
            if unsettled(looks):
                looks = await confirm(self.evidence(looks, state), net)
        return judged(self.evidence(Looks.model_validate_json(looks.model_dump_json()), state))


def judged(evidence: Evidence[HomeSeen]) -> dict[str, Result]:
    results = apply_preconditions(run_probe(PROBE, evidence), {check.id: check for check in CHECKS})
    return {result.check: result for result in results}


def _facts(url: str, depth: int) -> PageFacts:
    role = (Role.HOME, Role.COLUMN, Role.ARTICLE)[depth]
    kind = (PageKind.HOME, PageKind.COLUMN, PageKind.ARTICLE)[depth]
    return PageFacts(
        url=url, final_url=url, role=role, kind=kind, depth=depth, outcome=Outcome.OK, status=200
    )


def verdicts(results: dict[str, Result]) -> list[str]:
    return [str(results[check.id].reason or results[check.id].verdict) for check in CHECKS]


@needs_v6
async def test_a_portal_that_is_right_over_ipv6_passes() -> None:
    results = await Portal().judged()
    assert verdicts(results) == ["pass"] * 4
    assert results["ipv6.aaaa"].observed == {"addresses": ["::1"], "claims": True}
    assert (results["ipv6.links"].population, results["ipv6.links"].tested) == (20, 20)
    assert results["ipv6.links"].observed["share"] == 1.0


async def test_without_an_address_the_rest_does_not_apply() -> None:
    portal = Portal()
    portal.resolve[HOST] = ["127.0.0.1"]
    results = await portal.judged()
    assert verdicts(results) == ["fail", *["needs:ipv6.aaaa"] * 3]
    finding = results["ipv6.aaaa"].findings[0]
    assert finding.subject == portal.url()
    assert "支持IPv6" in finding.found  # the claim on the page is told, and proves nothing
    assert finding.evidence[0].kind == "dns"


async def test_the_address_is_judged_even_where_the_portal_is_down() -> None:
    results = await Portal().judged(PortalState.DOWN)
    assert verdicts(results) == ["pass", *["home_unreachable"] * 3]


@needs_v6
async def test_dead_over_ipv6_fails_home_alone() -> None:
    portal = Portal()
    portal.host.v6_resets = True
    results = await portal.judged()
    assert verdicts(results) == ["pass", "fail", "needs:ipv6.home", "needs:ipv6.home"]
    assert results["ipv6.home"].observed["tries"] == ["reset"] * 6


@needs_v6
async def test_back_at_the_later_look_is_no_fault() -> None:
    portal = Portal()
    asked = 0

    def home(one: Asked) -> Answer:
        nonlocal asked
        asked += one.v6
        return Answer(home_text(portal.links).encode(), reset=one.v6 and asked <= 3)

    portal.host.pages["/"] = home
    results = await portal.judged()
    assert results["ipv6.home"].verdict is Verdict.PASS
    assert results["ipv6.home"].observed["tries"] == ["reset", "reset", "reset", "ok"]


@needs_v6
@pytest.mark.parametrize(("status", "reason"), [(403, "blocked"), (500, "suspected"), (412, "blocked")])
async def test_refusals_and_server_errors_over_ipv6_are_not_proven(status: int, reason: str) -> None:
    portal = Portal()
    page = home_text(portal.links).encode()
    portal.host.pages["/"] = lambda one: Answer(b"no", status) if one.v6 else Answer(page)
    assert verdicts(await portal.judged()) == ["pass", reason, reason, reason]


@needs_v6
async def test_a_redirect_to_a_host_without_ipv6_fails() -> None:
    portal = Portal()
    portal.four_only.pages["/"] = Answer(home_text([]).encode())

    def home(one: Asked) -> Answer:
        return Answer(b"", 302, headers=(("Location", portal.url("/", FOUR_ONLY)),))

    portal.host.pages["/"] = home
    results = await portal.judged()
    assert results["ipv6.home"].verdict is Verdict.FAIL
    assert "没有IPv6地址" in results["ipv6.home"].findings[0].found


@needs_v6
async def test_another_page_over_ipv6_differs_in_title_and_links() -> None:
    portal = Portal()
    own, other = home_text(portal.links), home_text(["/x/"], "It works")
    portal.host.pages["/"] = lambda one: Answer((other if one.v6 else own).encode())
    result = (await portal.judged())["ipv6.same"]
    assert (result.verdict, result.observed["overlap"]) == (Verdict.FAIL, 0.0)
    assert "It works" in result.findings[0].found


@needs_v6
async def test_one_title_or_most_links_in_common_is_the_same_page() -> None:
    for title, links in (("示例县人民政府", ["/x/"]), ("欢迎访问", [f"/c{n}/" for n in range(9)])):
        portal = Portal()
        own, other = home_text(portal.links), home_text(links, title)
        portal.host.pages["/"] = lambda one, own=own, other=other: Answer((other if one.v6 else own).encode())  # type: ignore[misc]
        assert (await portal.judged())["ipv6.same"].verdict is Verdict.PASS


@needs_v6
async def test_links_on_a_host_without_ipv6_count_against_the_share() -> None:
    portal = Portal()
    inside = [f"/p{n}.html" for n in range(5)]
    for path in inside:
        portal.four_only.pages[path] = Answer(b"<html><body>page</body></html>")

    async with portal.net() as net:
        portal.links = [*portal.second, *(portal.url(path, FOUR_ONLY) for path in inside)]
        looks = await gather(portal.evidence(), net)
        looks = await confirm(portal.evidence(looks), net)
        result = judged(portal.evidence(looks))["ipv6.links"]
        subjects = {finding.subject for finding in result.findings}
        assert (result.verdict, result.population, result.tested, result.defects) == (Verdict.FAIL, 25, 25, 5)
        assert subjects == {portal.url(path, FOUR_ONLY) for path in inside}
        assert result.observed["share"] == 0.8


@needs_v6
async def test_a_few_dead_links_do_not_fail_the_share() -> None:
    portal = Portal()
    for path in portal.third[:2]:
        portal.host.pages[path] = lambda one: Answer(b"page", reset=one.v6)
    result = (await portal.judged())["ipv6.links"]
    assert (result.verdict, result.defects) == (Verdict.PASS, 0)
    assert len(result.observed["not_answering"]) == 2


@needs_v6
async def test_links_dead_over_any_family_are_left_out() -> None:
    portal = Portal()
    for path in portal.third[:8]:
        portal.host.pages[path] = Answer(reset=True)
    result = (await portal.judged())["ipv6.links"]
    assert (result.verdict, result.population, result.tested) == (Verdict.PASS, 12, 12)


@needs_v6
async def test_a_404_answers() -> None:
    portal = Portal()
    for path in portal.third:
        portal.host.pages[path] = lambda one: Answer(b"gone", 404 if one.v6 else 200)
    assert (await portal.judged())["ipv6.links"].observed["share"] == 1.0


class Line:
    """A machine's way out, as told: the DNS answer, what every request over IPv6 ends as, the IPv6 canary."""

    def __init__(self, name: Resolved, outcome: Outcome = Outcome.OK, canary: bool = True) -> None:
        self.name, self.outcome, self.canary = name, outcome, canary
        self.asked: list[Request] = []

    async def resolve(self, host: str, family: Family) -> Resolved:
        assert (host, family) == (HOST, Family.V6)
        return self.name

    async def online(self, family: Family = Family.ANY) -> bool:
        return self.canary if family is Family.V6 else True

    async def fetch(self, request: Request) -> Fetched:
        self.asked.append(request)
        return Fetched(request.url, request.url, self.outcome)


PUBLIC = Resolved(Outcome.OK, ("2408:8000::1",))


async def through(line: Line) -> dict[str, Result]:
    portal = Portal()
    portal.port = 80
    looks = await gather(portal.evidence(), line)  # type: ignore[arg-type]
    if unsettled(looks):
        looks = await confirm(portal.evidence(looks), line)  # type: ignore[arg-type]
    return judged(portal.evidence(looks))


@pytest.mark.parametrize(
    ("outcome", "canary"),
    [
        (Outcome.UNROUTED, False),
        (Outcome.OWN_NETWORK, False),
        (Outcome.REFUSED, False),
        (Outcome.CONNECT_TIMEOUT, False),
    ],
)
async def test_a_machine_without_ipv6_accuses_nobody(outcome: Outcome, canary: bool) -> None:
    results = await through(Line(PUBLIC, outcome, canary))
    assert verdicts(results) == ["pass", *["no_ipv6_here"] * 3]


async def test_refused_while_an_ipv6_canary_answers_is_a_fault() -> None:
    line = Line(PUBLIC, Outcome.REFUSED)
    assert (await through(line))["ipv6.home"].verdict is Verdict.FAIL
    assert len(line.asked) == 6
    assert all(asked.fresh and asked.family is Family.V6 for asked in line.asked)


async def test_time_outs_of_one_window_stay_suspected() -> None:
    results = await through(Line(PUBLIC, Outcome.CONNECT_TIMEOUT))
    assert (results["ipv6.home"].verdict, results["ipv6.home"].reason) == (Verdict.UNKNOWN, "suspected")


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (Outcome.NO_ADDRESS, "fail"),
        (Outcome.NXDOMAIN, "fail"),
        (Outcome.DNS_FAILED, "suspected"),
    ],
)
async def test_only_a_dns_answer_shows_that_an_address_is_missing(outcome: Outcome, said: str) -> None:
    line = Line(Resolved(outcome))
    assert verdicts(await through(line))[0] == said
    assert not line.asked


async def test_what_was_not_gathered_is_unknown() -> None:
    assert {result.verdict for result in judged(Portal().evidence()).values()} == {Verdict.UNKNOWN}


def test_samples_depend_on_paths_not_on_ports() -> None:
    first = drawn([f"http://a.gov.cn:1/{n}.html" for n in range(100)], 10, 1)
    second = drawn([f"http://a.gov.cn:2/{n}.html" for n in range(100)], 10, 1)
    assert [url.rpartition("/")[2] for url in first] == [url.rpartition("/")[2] for url in second]
    assert first != drawn([f"http://a.gov.cn:1/{n}.html" for n in range(100)], 10, 2)


def test_overlap_is_over_the_larger_set() -> None:
    assert overlap_of({"a", "b"}, {"a", "b", "c", "d"}) == 0.5
    assert overlap_of(set(), set()) is None
