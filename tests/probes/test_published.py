"""What the checks of published content share: likeness of titles, whose paper it is, samples."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from crawler.model import Outcome, PageFacts, PageKind, Period, Role, Unit, UnitKind
from probes.base import Evidence, Seen, SweepContext
from probes.consultation import deadline_of
from probes.new_media import Accounts, Shown, gather
from probes.one_source import likeness, sketch_of
from probes.published import alike, drawn, is_above, is_own, names_of, needs_interpretation, same_page
from tests.probes.tablenet import TableNet


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("示例县人民政府关于印发城市照明管理办法的通知", "《示例县城市照明管理办法》政策解读", True),
        ("示例县人民政府关于印发城市照明管理办法的通知", "一图读懂《城市照明管理办法》", True),
        ("《示例县供水管理办法》解读", "《示例县排水管理办法》解读", False),  # nine tenths alike
        ("《促进就业若干措施》解读", "关于印发促进就业若干措施实施细则的通知", False),
        ("《2025年义务教育招生工作方案》解读", "关于印发2026年义务教育招生工作方案的通知", False),
        ("《办法》解读", "关于印发办法的通知", False),  # too short to tell
        (
            "关于公开征求《示例县犬只管理规定（征求意见稿）》意见的公告",
            "《示例县犬只管理规定（征求意见稿）》采纳情况",
            True,
        ),
    ],
)
def test_titles_about_one_paper(one: str, other: str, same: bool) -> None:
    assert alike(one, other) is same
    assert alike(other, one) is same


def test_names_of_a_unit() -> None:
    assert names_of("陆丰市人民政府") == ("陆丰市人民政府", "陆丰市")
    assert names_of("阳光市财政局") == ("阳光市财政局", "市财政局", "财政局")


def county(name: str = "辽源市人民政府", kind: UnitKind = UnitKind.COUNTY) -> Unit:
    return Unit(id="u", name=name, kind=kind)


@pytest.mark.parametrize(
    ("told", "own"),
    [
        ({"title": "辽源市人民政府关于印发某办法的通知"}, True),
        ({"title": "国务院关于印发某办法的通知"}, False),
        ({"title": "关于印发某办法的通知", "issuer": "某某省财政厅"}, False),
        ({"title": "关于印发某办法的通知", "number": "国办发〔2026〕1号"}, False),
        (
            {"title": "关于印发某办法的通知", "number": "辽府办发〔2026〕1号"},
            True,
        ),  # 辽 is a province's sign too
        ({"title": "关于印发某办法的通知", "number": "吉政发〔2026〕1号"}, False),
        ({"title": "关于印发某办法的通知", "source": "中国政府网"}, False),
        ({"title": "关于印发某办法的通知"}, None),
    ],
)
def test_whose_paper(told: dict[str, str], own: bool | None) -> None:
    assert is_own(county(), **told) is own


def test_a_citys_paper_is_not_its_departments_own() -> None:
    bureau = county("阳光市财政局", UnitKind.DEPARTMENT)
    assert is_own(bureau, title="阳光市人民政府关于印发某办法的通知", issuer="阳光市人民政府") is False


def test_higher_authorities_inside_a_title() -> None:
    assert is_above("", "", "", "《国务院关于优化营商环境的意见》政策解读")
    assert not is_above("", "", "示例县人民政府", "《示例县供水管理办法》政策解读")


@pytest.mark.parametrize(
    ("title", "number", "needs"),
    [
        ("关于印发供水管理办法的通知", "示府规〔2026〕3号", True),
        ("关于某事的通知", "示府规〔2026〕3号", True),
        ("关于王某某任免职务的通知", "示府规〔2026〕3号", False),
        ("关于某规划方案的批复", "", False),
        ("关于召开全县实施方案部署会议的通知", "", False),
        ("关于端午节放假的通知", "", False),
    ],
)
def test_what_needs_an_interpretation(title: str, number: str, needs: bool) -> None:
    assert needs_interpretation(title, number) is needs


def test_addresses_of_one_page() -> None:
    assert same_page("http://www.a.gov.cn/x/index.html") == same_page("https://a.gov.cn/x/")
    assert same_page("http://a.gov.cn/x/1.html") != same_page("http://a.gov.cn/x/2.html")


def evidence(seed: int = 1, **fields: Any) -> Evidence[Any]:
    period = Period(start=date(2026, 1, 1), end=date(2026, 12, 31))
    return Evidence(county(), SweepContext(date(2026, 6, 30), period, seed), **fields)


def test_samples_are_drawn_by_seed_from_what_is_there() -> None:
    items = {f"http://a.gov.cn/{number:03d}": number for number in range(60)}
    first = drawn(items, evidence(), "x")
    assert first == drawn(dict(reversed(items.items())), evidence(), "x")
    assert len(first) == 20
    assert first != drawn(items, evidence(seed=2), "x")
    assert drawn({"u": 1}, evidence(), "x") == {"u": 1}


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("征集时间：2026年6月20日至7月20日", date(2026, 7, 20)),
        ("自2026年6月20日起至30日止", date(2026, 6, 30)),
        ("请于2026年7月5日前反馈", date(2026, 7, 5)),
        ("截止日期：2026-07-01", date(2026, 7, 1)),
        ("公告期限：自公告之日起30日内", date(2026, 7, 20)),
        ("自发布之日起七个工作日内反馈", date(2026, 7, 1)),  # ten and a half days at most, rounded up
        ("征求意见时间2025年12月20日至2026年1月20日", date(2026, 1, 20)),
        ("2020年1月1日施行的规定同时废止", None),
        ("欢迎提出意见", None),
    ],
)
def test_the_last_day_of_a_consultation(text: str, day: date | None) -> None:
    assert deadline_of(text, date(2026, 6, 20)) == day


def test_texts_that_differ_share_few_sentences() -> None:
    one = "。".join(f"第{number}条规定了某一件具体的事情{number}" for number in range(30))
    changed = one.replace("第3条规定", "第三条规定")
    assert likeness(sketch_of(one), sketch_of(one.replace("。", "。\n "))) == 1.0
    assert likeness(sketch_of(one), sketch_of(changed)) > 0.9
    assert likeness(sketch_of(one), sketch_of(one.replace("规定", "说明"))) == 0.0


async def test_linked_accounts_are_opened_once_each() -> None:
    urls = tuple(f"https://www.toutiao.com/c/user/{number}/" for number in range(6))
    home = PageFacts("http://a.cn/", "http://a.cn/", Role.HOME, PageKind.HOME, 0, Outcome.OK, 200)
    page = Seen(home, Shown(linked=(*urls, "https://weibo.com/u/1")))
    rows = "".join(
        f'<li><a href="/p/{n}.html">示例县发布第{n}条信息</a><span>2026-06-{n:02d}</span></li>'
        for n in range(1, 9)
    )
    html = f"<html><head><title>示例发布</title></head><body><ul>{rows}</ul></body></html>"
    net = TableNet(dict.fromkeys(urls, html), otherwise=(Outcome.DENIED, 403))
    accounts = await gather(evidence(home=page, pages=(page,)), net)
    assert isinstance(accounts, Accounts)
    assert net.urls == ["https://weibo.com/u/1", *urls[:3]]
    assert accounts.opened[0].posts == ()
    assert max(post.day for post in accounts.opened[1].posts) == date(2026, 6, 8)
