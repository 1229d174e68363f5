"""A portal with eight articles and a search of any kind, answered by the demo's server on a loopback port."""

from __future__ import annotations

import html
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import parse_qs, quote

from crawler.gate.host import HostPolicy
from crawler.keeping.patience import PatientNet
from crawler.markup.page import Page
from crawler.model import Outcome, PageFacts, PageKind, Period, Role, Unit, UnitKind
from crawler.net import Gate
from demo.server import Answer, Asked, Host, Server
from probes.base import Evidence, Result, Seen, SweepContext, run_probe
from probes.search_looks import Entrance, Searched, confirm, gather, unsettled
from probes.search_titles import PROBE, observe
from tests.crawler.gates import Clock

HOST = "www.search.gov.cn"
AS_OF = date(2026, 6, 30)
TITLES = (
    "关于印发《示例县粮食安全应急预案》的通知",
    "示例县召开防汛抗旱工作部署会议",
    "示例县2025年财政决算公开说明",
    "关于公布〔2026〕第3批行政许可事项清单的公告",
    "县图书馆举办“书香示例”全民阅读活动",
    "示例县城镇老旧小区改造实施方案解读",
    "示例县中小学校招生工作问答汇编",
    "示例县滨河公园二期工程竣工投入使用",
)
FOLDERS = ("zcwj", "ywdt", "czyjs", "tzgg", "ywdt", "zcjd", "tzgg", "ywdt")
HOME = '<html><head><title>示例县人民政府</title></head><body><div class="top">{box}</div></body></html>'
GET_FORM = '<form action="/search"><input name="q" placeholder="请输入搜索内容"><button>搜索</button></form>'
POST_FORM = GET_FORM.replace("<form ", '<form method="post" ')

Hit = tuple[str, str]  # title, path
Find = Callable[[str], Sequence[Hit]]
Handler = Callable[[Asked], Answer]


def path_of(number: int) -> str:
    return f"/{FOLDERS[number]}/202605/t20260520_{1000 + number}.html"


ARTICLES: tuple[Hit, ...] = tuple((title, path_of(number)) for number, title in enumerate(TITLES))


def whole(words: str) -> list[Hit]:
    """An index that knows everything by its whole title."""
    return [hit for hit in ARTICLES if words and words in hit[0]]


def results(hits: Sequence[Hit], extra: str = "") -> str:
    rows = "".join(f'<li><a href="{html.escape(path)}">{title}</a> 2026-05-20</li>' for title, path in hits)
    said = f"<p>共找到 {len(hits)} 条结果</p>"
    return f"<html><head><title>搜索结果</title></head><body>{said}{extra}<ul>{rows}</ul></body></html>"


def value(asked: Asked, name: str, charset: str = "utf-8") -> str:
    text = asked.body.decode("ascii") if asked.method == "POST" else asked.query
    return parse_qs(text, encoding=charset).get(name, [""])[0]


def searching(find: Find, *, name: str = "q", charset: str = "utf-8", extra: str = "") -> Handler:
    def answer(asked: Asked) -> Answer:
        body = results(find(value(asked, name, charset)), extra)
        return Answer(body.encode(charset), content_type=f"text/html; charset={charset}")

    return answer


_SHELL = (
    "<html><head><title>搜索</title></head><body><p>共找到 0 条结果</p><ul id=list></ul>"
    "<script>{script}</script></body></html>"
)
_FILL = """
fetch('/api/s?q=' + encodeURIComponent(new URLSearchParams(location.search).get('q')))
  .then(r => r.json()).then(d => { document.getElementById('list').innerHTML =
    d.map(x => '<li><a href="' + x[1] + '">' + x[0] + '</a></li>').join('');
    document.querySelector('p').textContent = '共找到 ' + d.length + ' 条结果'; });
"""
FILLED_SHELL = _SHELL.replace("{script}", _FILL)


def json_answer(data: object) -> Answer:
    return Answer(json.dumps(data, ensure_ascii=False).encode(), content_type="application/json")


@dataclass
class SearchSite:
    """The portal. Set `home`, `pages` of its host or whole `hosts` before serving."""

    home: str = HOME.format(box=GET_FORM)
    charset: str = "utf-8"

    def __post_init__(self) -> None:
        self.portal = Host()
        for title, path in ARTICLES:
            page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
            self.portal.pages[path] = Answer(page.encode())
        self.hosts: dict[str, Host] = {HOST: self.portal}
        self.port = 0
        self.server: Server | None = None

    @asynccontextmanager
    async def net(self) -> AsyncIterator[PatientNet]:
        self.portal.pages["/"] = Answer(
            self.home.encode(self.charset), content_type=f"text/html; charset={self.charset}"
        )
        self.server = Server(self.hosts)
        free = HostPolicy(rate=0, concurrency=4, robots="ignore")
        resolve = {host: ["127.0.0.1"] for host in self.hosts}
        async with self.server.running() as port:
            self.port = port
            clock = Clock()  # the gate's pauses take no time of ours
            async with Gate(resolve=resolve, default_policy=free, clock=clock, sleep=clock.sleep) as gate:
                yield PatientNet(gate)

    @property
    def targets(self) -> list[str]:
        assert self.server is not None
        return [logged.target for logged in self.server.log]

    def url(self, path: str = "/") -> str:
        return f"http://{HOST}:{self.port}{path}"

    def evidence(self, gathered: Searched | None = None, *, skip: Sequence[int] = ()) -> Evidence[Entrance]:
        """What the probe is given after a walk that read every article."""
        portal = self.url()
        home = _facts(portal, Role.HOME, PageKind.HOME, "示例县人民政府", "")
        visited = [home]
        for number, (title, path) in enumerate(ARTICLES):
            if number not in skip:
                parent = self.url(f"/{FOLDERS[number]}/index.html")
                visited.append(_facts(self.url(path), Role.ARTICLE, PageKind.ARTICLE, title, parent))
        page = Page(
            portal,
            self.home.encode(self.charset),
            content_type=f"text/html; charset={self.charset}",
            is_home=True,
        )
        entrance = observe(page)
        assert entrance is not None
        unit = Unit(id="u", name="示例县人民政府", kind=UnitKind.COUNTY, portal=portal)
        context = SweepContext(as_of=AS_OF, period=Period(start=date(2026, 1, 1), end=AS_OF), seed=1)
        seen = Seen(home, entrance)
        return Evidence(unit, context, home=seen, pages=(seen,), visited=visited, gathered=gathered)

    async def judged(self, *, skip: Sequence[int] = ()) -> Result:
        """Gather, confirm where it is due, judge."""
        async with self.net() as net:
            return await self.judged_by(net, skip=skip)

    async def judged_by(self, net: PatientNet, *, skip: Sequence[int] = ()) -> Result:
        found = await gather(self.evidence(skip=skip), net)
        if unsettled(found):
            found = await confirm(self.evidence(found, skip=skip), net)
        stored = Searched.model_validate_json(found.model_dump_json())
        return run_probe(PROBE, self.evidence(stored, skip=skip))[0]


def _facts(url: str, role: Role, kind: PageKind, title: str, parent: str) -> PageFacts:
    return PageFacts(
        url=url,
        final_url=url,
        role=role,
        kind=kind,
        depth=0 if role is Role.HOME else 2,
        outcome=Outcome.OK,
        status=200,
        title=title,
        date=None if role is Role.HOME else AS_OF - timedelta(days=41),
        parent=parent or None,
        anchor=title[:100],
    )


def quoted(text: str) -> str:
    return quote(text, safe="")


def site_with(
    handler: Handler, box: str = GET_FORM, path: str = "/search", charset: str = "utf-8"
) -> SearchSite:
    site = SearchSite(home=HOME.format(box=box), charset=charset)
    site.portal.pages[path] = handler
    return site
