"""The demo's traps are endless, and its bad manners come as the truth file counts on them."""

from __future__ import annotations

from datetime import date
from functools import cache
from urllib.parse import quote

from selectolax.lexbor import LexborHTMLParser

from demo.attachments import docx, pdf, png
from demo.city import City, build_city
from demo.portals.departments import identity_number
from demo.server import Answer, Asked


@cache
def city() -> City:
    return build_city(1, date(2026, 9, 10))


def ask(host: str, target: str, *, v6: bool = False) -> Answer:
    path, _, query = target.partition("?")
    return city().hosts[host].find(Asked(host, "GET", path, query, {}, b"", v6))


def hrefs(answer: Answer) -> list[str]:
    tree = LexborHTMLParser(answer.body.decode())
    return [node.attributes.get("href") or "" for node in tree.css(".main a")]


def test_calendar_never_ends() -> None:
    seen = set()
    target = "/rili/?year=2026&month=11"
    for _ in range(30):
        seen.add(target)
        target = next(href for href in hrefs(ask("www.yunxi.gov.cn", target))[::-1] if "month=" in href)
    assert len(seen) == 30
    assert "/rili/?year=2027&month=1" in seen


def test_paging_goes_on_behind_the_last_row() -> None:
    assert "/mtjj/?page=1000" in hrefs(ask("www.yunxi.gov.cn", "/mtjj/?page=999"))


def test_every_visit_gives_another_session() -> None:
    first = hrefs(ask("www.yunxi.gov.cn", "/bmdh/"))[-2]
    second = hrefs(ask("www.yunxi.gov.cn", first))[-2]
    assert ";jsessionid=" in first
    assert first != second


def test_folders_repeat_for_ever() -> None:
    assert ask("www.yunxi.gov.cn", "/zthg/more/more/more/more/").status == 200


def test_missing_pages_lie_in_their_own_ways() -> None:
    assert ask("www.yangguang.gov.cn", "/nothing.html").status == 404
    soft = ask("www.minghu.gov.cn", "/nothing.html")
    assert (soft.status, "不存在" in soft.body.decode()) == (200, True)
    assert dict(ask("www.fenglin.gov.cn", "/nothing.html").headers) == {"Location": "/"}


def title() -> str:
    return city().portals[0].column("news").articles[5].title


def test_one_search_finds_what_is_there() -> None:
    found = ask("www.yangguang.gov.cn", f"/search?q={quote(title())}").body.decode()
    assert found.count(f">{title()}</a>") == 1
    assert "结果 0 条" in ask("www.yangguang.gov.cn", f"/search?q={quote('并不存在的标题')}").body.decode()


def test_city_search_covers_the_departments_on_its_paths() -> None:
    bureau = next(portal for portal in city().portals if portal.id == "sjyj")
    article = bureau.column("news").articles[0]
    found = ask("www.yangguang.gov.cn", f"/search?q={quote(article.title)}")
    assert article.path in hrefs(found)


def test_gbk_search_wants_gbk() -> None:
    district = next(portal for portal in city().portals if portal.id == "fenglin")
    name = district.column("news").articles[3].title
    in_gbk = ask("www.fenglin.gov.cn", f"/search?q={quote(name.encode('gbk'))}").body.decode("gb18030")
    in_utf8 = ask("www.fenglin.gov.cn", f"/search?q={quote(name)}").body.decode("gb18030")
    assert f">{name}</a>" in in_gbk
    assert f">{name}</a>" not in in_utf8


def test_two_searches_prove_nothing() -> None:
    invented = quote("并不存在的标题")
    assert "结果 0 条" in ask("www.yunxi.gov.cn", f"/search.do?q={quote(title())}").body.decode()
    market = ask("scjgj.yangguang.gov.cn", f"/search?q={invented}").body.decode()
    assert market.count(">并不存在的标题</a>") == 3


def test_gbk_pages_stand_under_false_headers() -> None:
    page = ask("www.fenglin.gov.cn", "/")
    assert page.content_type == "text/html; charset=ISO-8859-1"
    assert '<meta charset="gb2312">' in page.body.decode("gb18030")


def test_home_over_ipv6_is_another_page() -> None:
    assert "枫林区".encode("gb18030") in ask("www.fenglin.gov.cn", "/").body
    assert b"IPv6 test page" in ask("www.fenglin.gov.cn", "/", v6=True).body
    assert ask("scjgj.yangguang.gov.cn", "/", v6=True).reset
    assert not ask("scjgj.yangguang.gov.cn", "/").reset


def test_wall_answers_everything_with_its_mark() -> None:
    wall = ask("www.beigang.gov.cn", "/any")
    assert wall.status == 412
    assert b"$_ts" in wall.body


def test_bad_attachments() -> None:
    assert ask("www.fenglin.gov.cn", "/files/kong.docx").body == b""
    assert ask("www.fenglin.gov.cn", "/files/mingdan.docx").body.startswith(b"<html>")


def test_rows_stand_where_each_system_puts_them() -> None:
    hanweb = next(portal for portal in city().portals if portal.id == "yunxi").column("news")
    assert b"<datastore>" in ask("www.yunxi.gov.cn", hanweb.path).body
    assert hanweb.articles[0].path not in hrefs(ask("www.yunxi.gov.cn", hanweb.path))
    notices = next(portal for portal in city().portals if portal.id == "swjw").column("notices")
    shell = ask("www.yangguang.gov.cn", notices.path).body.decode()
    assert notices.articles[0].title not in shell
    assert "/common/search/" in shell
    gkmlpt = ask("www.yangguang.gov.cn", "/sczj/gkmlpt/index").body.decode()
    assert "TREE:" in gkmlpt


def test_identity_number_has_a_right_check_digit() -> None:
    number = identity_number()
    digits = [10 if one == "X" else int(one) for one in number]
    weights = [2 ** (17 - place) % 11 for place in range(18)]
    assert len(number) == 18
    assert sum(d * w for d, w in zip(digits, weights, strict=True)) % 11 == 1


def test_attachments_are_real_files() -> None:
    assert docx("一", "二")[:4] == b"PK\x03\x04"
    assert pdf("line").startswith(b"%PDF-1.4")
    assert pdf("line").endswith(b"%%EOF\n")
    assert png(2, 2, 1, 2, 3).startswith(b"\x89PNG")
