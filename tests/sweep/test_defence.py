"""The lawyer of an accused unit: partial evidence, our own limits and odd servers are no faults of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from demo.server import Answer, Asked, Host, redirect
from tests.sweep.onesite import NAME, PORTAL, Told, html, told_of

FOOT = (
    f"<div class=footer>主办：{NAME} 电话：0660-1234567 网站标识码：4415810001 粤ICP备12345678号-1"
    " 粤公网安备44158102000123号</div>"
)
BEST = {"footer.sponsor", "footer.contact", "footer.site_code", "footer.icp", "footer.police"}


def page(body: str = "", title: str = NAME, head: str = "") -> Answer:
    return html(f"<h1>{NAME}</h1>{body}{FOOT}", title, head=head)


def rows(*names: str) -> str:
    return "<ul>" + "".join(f'<li><a href="{name}">关于{name}的通知</a></li>' for name in names) + "</ul>"


def swept(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **unit: Any) -> Told:
    return told_of({PORTAL: host}, tmp_path, monkeypatch, division="441581", **unit)


def test_a_body_over_our_cap_and_a_cut_one_lack_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home page of nine megabytes is not read whole: what stands at its end is not missing."""
    told = swept(Host({"/": html("公告" * 1_600_000 + FOOT, NAME)}), tmp_path, monkeypatch)
    assert told.faults <= {"ipv6.aaaa"}, sorted(told.faults)
    short = replace(page(), headers=(("Content-Length", "99999"),))
    told = swept(Host({"/": short}), tmp_path / "..", monkeypatch)
    assert told.faults <= {"ipv6.aaaa"}, sorted(told.faults)


def test_a_part_instead_of_the_whole_is_not_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = swept(Host({"/": replace(html("<h1>公告</h1>" * 20, NAME), status=206)}), tmp_path, monkeypatch)
    assert not told.faults & BEST, sorted(told.faults)


def test_a_page_cap_hides_no_section(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"/c{n}/" for n in range(30)]
    host = Host({"/": page(rows(*names)), **{name: page(rows(f"{name}1.html")) for name in names}})
    told = swept(host, tmp_path, monkeypatch, max_pages=3)
    lacking = {check for check in told.faults if check.startswith(("section.", "content.", "catalogue."))}
    assert lacking == set(), sorted(lacking)
    assert told.reason("links.inner")[0] != "fail"


def test_what_robots_forbids_is_not_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forbidden = Answer(b"User-agent: *\nDisallow: /zwgk/\n", content_type="text/plain")
    home = page('<a href="/zwgk/">政务公开</a><a href="/wzdt/">网站地图</a>')
    host = Host({"/": home, "/robots.txt": forbidden, "/wzdt/": page(rows("/zwgk/1.html"))})
    told = swept(host, tmp_path, monkeypatch)
    assert not {"section.disclosure", "links.home", "links.inner"} & told.faults


@pytest.mark.parametrize("folder", ["/xxgk/", "/zwgk/"])
def test_folders_of_other_units_are_not_asked_for(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host({"/": page(rows(f"{folder}1.html")), f"{folder}1.html": html("", "")})
    told = swept(host, tmp_path, monkeypatch, exclude=[f"http://{PORTAL}:@PORT@{folder}"])
    assert not {"columns.blank", "columns.empty", "footer.every_page"} & told.faults


def test_a_redirect_that_does_not_end_is_no_dead_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = Host({"/": page(rows("/loop/1")), "/loop/1": redirect("/loop/2"), "/loop/2": redirect("/loop/1")})
    told = swept(host, tmp_path, monkeypatch)
    assert not {"links.home", "links.inner", "links.wrong"} & told.faults


def test_the_bare_name_and_capitals_are_the_same_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bare name sends on to www, links are written in capitals: one site, judged whole."""
    bare = PORTAL.removeprefix("www.")
    hosts = {
        PORTAL: Host(
            {
                "/": page(f'<a href="HTTP://{PORTAL.upper()}:@PORT@/tzgg/">通知公告</a>'),
                "/tzgg/": page(rows("/tzgg/1.html"), f"通知公告_{NAME}"),
                "/tzgg/1.html": page("<p>" + "为做好有关工作，现通知如下。" * 9 + "</p>"),
            }
        ),
        bare: Host(missing=lambda asked: redirect(f"http://{PORTAL}:@PORT@{asked.path}", 301)),
    }
    near = {name: ["127.0.0.1"] for name in hosts}
    told = told_of(hosts, tmp_path, monkeypatch, portal=f"http://{bare}:@PORT@/", resolve=near)
    assert told.state["portal"] == "open"
    assert {one.final_url.rpartition("@")[2].split("/", 3)[3] for one in told.pages} >= {
        "",
        "tzgg/",
        "tzgg/1.html",
    }
    assert not {"site.reachable", "links.home", "footer.icp"} & told.faults


def test_a_charset_that_lies_is_read_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = page().body.decode().replace("charset=utf-8", "charset=iso-8859-1")
    lying = Answer(text.encode("gb18030"), content_type="text/html; charset=utf-8")
    told = swept(Host({"/": lying}), tmp_path, monkeypatch)
    assert not told.faults & BEST, sorted(told.faults & BEST)


def test_one_good_answer_among_bad_ones_clears_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A load balancer with one broken server behind it: every other answer is a 404."""
    asked: list[str] = []

    def flapping(one: Asked) -> Answer:
        asked.append(one.path)
        return Answer(b"gone", 404) if len(asked) % 2 else page("<p>" + "正文内容" * 30 + "</p>")

    told = swept(Host({"/": page(rows("/a/1.html")), "/a/1.html": flapping}), tmp_path, monkeypatch)
    assert len(asked) >= 2
    assert not {"links.home", "links.inner"} & told.faults
