"""Small portals whose pages only a browser can show: lists filled by script, walls that it passes openly."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from crawler.browser.escalate import Renders
from demo.server import Answer, Asked, Host, Server
from storage.repo import Store
from sweep.given.seeds import Seeds, parse_seeds
from sweep.verdicts.evidence import RENDER
from tests.sweep.cities import AS_OF, sweep

NAME = "溪口县人民政府"
FOOT = (
    "<div class=footer>主办：溪口县人民政府办公室 联系电话：0439-1234567 地址：溪口县人民路1号"
    " 网站标识码：4499990001 苏ICP备12345678号-1 苏公网安备 32058102001234号</div>"
)
SHELL = """<div>当前位置：首页 &gt; {name}</div><ul class=list id=list></ul>
<script>fetch('{api}').then(r => r.json()).then(rows => {{ document.getElementById('list').innerHTML =
rows.map(x => '<li><a href="' + x[1] + '">' + x[0] + '</a><span>' + x[2] + '</span></li>').join(''); }});
</script>"""
CHALLENGE = Answer(
    b"<script>document.cookie = '__jsl_clearance=abc; path=/'; location.reload()</script>",
    521,
    headers=(("Set-Cookie", "__jsluid_h=0123456789abcdef; path=/"),),
)
PACK = "jilin-2021"


def page(title: str, body: str, *, home: bool = False, foot: str = FOOT) -> Answer:
    name = NAME if home else f"{title}_{NAME}"
    head = f'<meta charset=utf-8><title>{name}</title><meta name="SiteName" content="{NAME}">'
    column = "" if home else f'<meta name="ColumnName" content="{title}">'
    return Answer(f"<html><head>{head}{column}</head><body>{body}{foot}</body></html>".encode())


def article(title: str) -> Answer:
    text = f"<div class=content><p>{'本县各项工作有序推进。' * 9}</p></div>"
    return page(title, f"<h1>{title}</h1><div>发布时间：{day(1)}</div>{text}")


def day(number: int) -> str:
    return (AS_OF - timedelta(days=number)).isoformat()


def rows(folder: str, count: int) -> list[tuple[str, str, str]]:
    return [
        (f"关于{folder}第{n}项工作安排的通知", f"/{folder}/202611/t20261101_{n}.html", day(n + 1))
        for n in range(count)
    ]


def listed(name: str, folder: str, count: int) -> dict[str, Answer]:
    """A column in plain HTML, with its articles."""
    items = "".join(
        f"<li><a href={url}>{title}</a><span>{on}</span></li>" for title, url, on in rows(folder, count)
    )
    column = page(name, f"<div>当前位置：首页 &gt; {name}</div><ul class=list>{items}</ul>")
    return {f"/{folder}/": column, **{url: article(title) for title, url, _ in rows(folder, count)}}


def filled(name: str, folder: str, answer: Answer) -> dict[str, Answer]:
    """A column whose script asks for its rows."""
    return {
        f"/{folder}/": page(name, SHELL.format(name=name, api=f"/api/{folder}")),
        f"/api/{folder}": answer,
    }


def data(found: object) -> Answer:
    return Answer(json.dumps(found, ensure_ascii=False).encode(), content_type="application/json")


def home(names: Iterable[tuple[str, str]], foot: str = FOOT) -> Answer:
    links = "".join(f"<li><a href=/{folder}/>{name}</a></li>" for name, folder in names)
    return page(
        NAME,
        f"<div class=nav><ul>{links}</ul></div><p>{'欢迎访问溪口县人民政府门户网站。' * 6}</p>",
        home=True,
        foot=foot,
    )


def scripted() -> Host:
    """Three columns in plain HTML; one filled by script, one whose script has nothing to fill in, and two of
    another template whose data do not come; a footer written by script."""
    pages: dict[str, Answer] = {}
    names = [("工作动态", "gzdt"), ("通知公告", "tzgg"), ("政策文件", "zcwj")]
    for name, folder in names:
        pages |= listed(name, folder, 32)
    pages |= filled("项目公告", "xmgg", data(rows("xmgg", 5)))
    pages |= {url: article(title) for title, url, _ in rows("xmgg", 5)}
    pages |= filled("人事信息", "rsxx", data([]))
    pages |= filled("统计数据", "sj/tj", Answer(b"", 500)) | filled("财政数据", "sj/cz", Answer(b"", 500))
    names += [("项目公告", "xmgg"), ("人事信息", "rsxx"), ("统计数据", "sj/tj"), ("财政数据", "sj/cz")]
    fills = "fetch('/part/7').then(r => r.text()).then(text => { footer.innerHTML = text })"
    late = f"<div id=footer></div><script>{fills}</script>"
    return Host({"/": home(names, late), "/part/7": Answer(FOOT.encode()), **pages})


def crowded() -> Host:
    """Twenty-five columns filled by script: more than may be rendered. Not one is empty."""
    names = [(f"工作专栏{n}", f"zl{n}") for n in range(25)]
    pages: dict[str, Answer] = {"/": home(names)}
    for name, folder in names:
        pages |= filled(name, folder, data(rows(folder, 4)))
        pages |= {url: article(title) for title, url, _ in rows(folder, 4)}
    return Host({**pages})


def guarded(host: Host, behind: Callable[[str], bool]) -> Host:
    """The same portal, some of it behind a wall that a browser passes openly."""

    def behind_wall(asked: Asked) -> Answer:
        if "__jsl_clearance=abc" not in asked.headers.get("cookie", "") and behind(asked.path):
            return CHALLENGE
        return host.find(asked)

    return Host(missing=behind_wall)


def plain(count: int) -> Host:
    """Three columns in plain HTML; home links to their articles, too."""
    names = [("工作动态", "gzdt"), ("通知公告", "tzgg"), ("政策文件", "zcwj")]
    columns: dict[str, Answer] = {}
    for name, folder in names:
        columns |= listed(name, folder, count)
    news = "".join(f"<li><a href={url}>要闻{n}</a></li>" for n, url in enumerate(columns) if "_" in url)
    return Host({"/": home(names, f"<ul>{news}</ul>{FOOT}"), **columns})


HOSTS: dict[str, Callable[[], Host]] = {
    "scripted": scripted,
    "crowded": crowded,
    "gated": lambda: guarded(plain(8), lambda path: path == "/tzgg/"),
    "walled": lambda: guarded(plain(24), lambda path: path != "/robots.txt"),
}


@asynccontextmanager
async def serve(*units: str) -> AsyncIterator[Seeds]:
    """The portals, served; yields their unit list."""
    hosts = {name: f"www.{name}.gov.cn" for name in units}
    county = {"name": NAME, "kind": "county", "group": "县(市、区)", "division": "449999"}
    server = Server({host: HOSTS[name]() for name, host in hosts.items()})
    async with server.running() as port:
        entries = [
            {"id": name, **county, "portal": f"http://{host}:{port}/", "resolve": {host: ["127.0.0.1"]}}
            for name, host in hosts.items()
        ]
        given = {"version": 1, "defaults": {"rate": 0, "max_pages": 300}, "units": entries}
        yield parse_seeds(yaml.safe_dump({**given, "rules": [PACK]}, allow_unicode=True), "scripted")


class Swept(NamedTuple):
    """One sweep: result lines by unit and check, score lines, and what was rendered of each unit."""

    lines: dict[tuple[str, str], dict[str, Any]]
    scores: list[dict[str, Any]]
    renders: dict[str, Renders]

    def told(self, unit: str, check: str) -> tuple[str, str | None]:
        line = self.lines[unit, check]
        return line["verdict"], line["reason"]


async def swept(folder: Path, seeds: Seeds, name: str = "sweep") -> Swept:
    db = f"sqlite:///{folder}/{name}.db"
    await sweep(seeds, db)
    async with await Store.open(db) as store:
        row = await store.get("latest")
        renders = {}
        for unit in row.unit_ids:
            kept = await (await store.unit(row.id, unit)).gathered(RENDER)
            renders[unit] = Renders.model_validate_json(kept or "{}")
        lines = {(line["unit"], line["check"]): line for line in await store.results(row.id, PACK)}
        return Swept(lines, list(await store.scores(row.id, PACK)), renders)
