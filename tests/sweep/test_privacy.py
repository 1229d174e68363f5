"""Personal data never gets into what is kept: database, archive, other evidence files, reports and logs."""

from __future__ import annotations

import gzip
import io
import logging
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from demo.portals.departments import identity_number
from demo.server import Answer, Host, Server
from rules.load import load
from storage.repo import Store
from sweep.given.plan import plan
from sweep.given.seeds import parse_seeds
from sweep.night.run import RunOptions, run_sweep
from sweep.proof.archive import Keep
from sweep.publish import write_report
from tests.sweep.cities import AS_OF, QUICK

ID = identity_number()
MOBILE = "13900000007"
CARD = "6222000000000123459"
RAW = (ID, MOBILE, CARD)
SEEDS = """
version: 1
rules: [jilin-2021]
canaries: ["http://canary.example.cn:@PORT@/"]
hosts: {canary.example.cn: [127.0.0.1]}
defaults: {rate: 0}
units:
  - id: tiny
    name: 小小县人民政府
    kind: county
    division: "449988"
    portal: http://www.tiny.gov.cn:@PORT@/
    resolve: {www.tiny.gov.cn: [127.0.0.1]}
"""


def page(title: str, body: str) -> Answer:
    foot = f"<div class=foot>主办：小小县人民政府 联系电话：{MOBILE} 网站标识码：4499880001</div>"
    html = f"<html><head><title>{title}</title></head><body>{body}{foot}</body></html>"
    return Answer(html.encode())


def sheet() -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    book.add_worksheet().write_row(0, 0, ["王某某", ID, "一卡通账号", CARD])
    book.close()
    return out.getvalue()


def tiny_city() -> Server:
    """Raw values wherever something of a page is stored: titles, link texts, rows, bodies, footers, files."""
    name = f"王某某{ID}补贴公示（手机{MOBILE}）"
    rows = "".join(
        f"<li><a href='/a{n}.html'>{name}{n}</a><span>2026-11-0{n}</span></li>" for n in range(1, 6)
    )
    nav = "<div class=nav><a href='/tzgg/'>通知公告</a><a href='/zwgk/'>政府信息公开</a></div>"
    foreign = "<a href='http://canary.example.cn:@PORT@/one.html'>别处的名单</a>"
    article = (
        f"<h1>{name}</h1><p>发布时间：2026-11-01 来源：民政局{MOBILE}</p><div class=content>"
        f"<p>申请人王某某，身份证号：{ID}，手机：{MOBILE}，银行卡号：{CARD}，拟予补贴，现予公示。</p>"
        f"<p><a href='/md.xlsx'>{name}</a></p><div style='display:none'><a href='http://x.example.com/'>{name}"
        "</a></div></div>"
    )
    pages = {
        "/": page("小小县人民政府", f"{nav}{foreign}<ul class=list>{rows}</ul>"),
        "/tzgg/": page(f"通知公告 {ID}", f"{nav}<ul class=list>{rows}</ul>"),
        "/zwgk/": page("政府信息公开", f"{nav}{article}"),
        "/md.xlsx": Answer(sheet(), content_type="application/vnd.ms-excel"),
        **{f"/a{n}.html": page(f"{name}{n}", f"{nav}{article}") for n in range(1, 6)},
    }
    return Server(
        {
            "www.tiny.gov.cn": Host(pages=dict(pages)),
            "canary.example.cn": Host(pages={"/": page("在线", ""), "/one.html": page(name, article)}),
        }
    )


async def test_nothing_raw_is_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server = tiny_city()
    async with server.running() as port:
        seeds = parse_seeds(SEEDS.replace("@PORT@", str(port)), "tiny")
        async with await Store.open(f"sqlite:///{tmp_path}/tiny.db") as store:
            options = RunOptions(db="", new=True, timing=QUICK, archive=Keep.ALL)
            row = await run_sweep(plan(seeds, as_of=AS_OF), store, options)
            results = {line["check"]: line for line in await store.results(row.id, "jilin-2021")}
            await write_report(store, row, load("jilin-2021"), tmp_path / "out")
    for check in ("privacy.id_card", "privacy.bank_card", "privacy.phone"):
        assert results[check]["verdict"] == "fail", results[check]
    leaks = {finding["subject"].rpartition("/")[2] for finding in results["privacy.id_card"]["findings"]}
    assert {"a1.html", "md.xlsx"} <= leaks
    assert_clean(tmp_path)
    for raw in RAW:
        assert raw not in caplog.text


def assert_clean(folder: Path) -> None:
    """No raw value in any file, packed or not, nor in a name."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {".db", ".gz", ".html", ".xlsx"} <= {path.suffix for path in files}
    for path in files:
        body = path.read_bytes()
        for text in (body, unpacked(body)):
            for raw in RAW:
                assert raw not in path.name
                at = text.find(raw.encode())
                assert at < 0, f"{path}: {text[max(0, at - 200) : at].decode(errors='replace')}"


def unpacked(body: bytes) -> bytes:
    if body[:2] == b"\x1f\x8b":
        return gzip.decompress(body)
    if body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return b"".join(archive.read(name) for name in archive.namelist())
    return b""
