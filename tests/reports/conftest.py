"""A made-up city of twelve units in three groups: enough of everything that a report has to lay out."""

# Tables of sample data read better unbroken.
# ruff: noqa: E501

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from crawler.model import Period, Unit, UnitKind
from probes.base import Check, Result, apply_preconditions
from reports.build import build
from reports.model import Assumption, ReportData, SweepFacts
from rules.apply import Asked
from rules.model import Pack
from rules.score import rank, score

Line = dict[str, Any]

KINDS = ["city", "county", "town", "department", "zone", "enterprise"]
GOV = ["city", "county", "zone"]
OPEN, KEY = ("政府透明度", "“五公开”信息"), ("政府透明度", "重点领域信息公开")
READ, SITE, MEDIA = ("政策解读", "政策解读"), ("公开渠道", "政府网站"), ("公开渠道", "政务新媒体")

# code, levels, name, [(letter, points, assess, checks, credit, text, advice)]
INDICATORS: list[tuple[str, tuple[str, str], str, list[tuple[str, float, str, list[str], Any, str, str]]]] = [
    ("1.1.1", OPEN, "决策预公开", [
        ("a", 0.5, "auto", ["section.consultation"], "all", "设有决策预公开、意见征集类栏目", "在首页或互动栏目设征集栏目"),
        ("b", 1, "semi", ["decision.explained"], "share", "决策草案同时公布说明或背景材料", "随草案发布起草说明"),
        ("c", 0.5, "auto", ["decision.channel"], "share", "写明提出意见的方式和期限", "写明地址、电话、邮箱和截止日期"),
    ]),
    ("1.1.2", OPEN, "会议信息", [
        ("a", 1, "auto", ["section.meetings"], "all", "会议信息集中在一个栏目", "设“政府会议”栏目集中发布"),
    ]),
    ("1.1.3", OPEN, "办事服务信息", [
        ("a", 1, "auto", ["guide.elements"], "share", "办事指南十项要素齐全", "按十项要素补齐办事指南"),
        ("d", 1, "manual", [], None, "许可结果与信用平台一致", "逐项核对许可结果"),
    ]),
    ("1.2.3", KEY, "涉农补贴", [
        ("a", 0.5, "auto", ["section.farm_subsidy"], "all", "设有涉农补贴信息类栏目", "设涉农补贴专栏"),
        ("b", 0.5, "auto", ["catalogue.farm_subsidy"], "all", "公布涉农补贴领域基层政务公开标准", "发布标准目录"),
    ]),
    ("1.2.5", KEY, "就业创业", [
        ("a", 0.5, "auto", ["section.employment"], "all", "设有就业创业信息类栏目", "设就业创业专栏"),
        ("c", 2, "semi", ["content.employment"], "all", "公布就业创业政策和服务信息", "定期发布就业信息"),
    ]),
    ("1.2.8", KEY, "义务教育", [
        ("a", 0.5, "auto", ["section.education"], "all", "设有义务教育信息类栏目", "设义务教育专栏"),
    ]),
    ("2.3", READ, "解读实效", [
        ("a", 1, "auto", ["section.interpretation"], "all", "设有政策解读栏目且期内有内容", "设政策解读栏目并及时更新"),
        ("c", 2, "auto", ["interpretation.linked"], "share", "解读与文件相互链接", "在文件页和解读页互加链接"),
    ]),
    ("3.1.1", SITE, "网站标识与 IPv6", [
        ("a", 0.5, "auto", ["footer.party_mark", "footer.site_code", "footer.icp", "footer.police"], "share",
         "页面底部标明党政机关标识、网站标识码、备案号等", "在全站页脚模板中补齐标识"),
        ("b", 0.5, "auto", ["ipv6.aaaa", "ipv6.home"], "share", "网站支持 IPv6 访问", "为域名加 AAAA 记录并开通 IPv6 服务"),
    ]),
    ("3.1.3", SITE, "站内检索", [
        ("a", 2, "auto", ["search.titles"], {"each": 0.5}, "按标题能检索到站内文章", "重建检索索引"),
    ]),
    ("3.1.4", SITE, "网站可用性", [
        ("a", 1, "auto", ["links.home", "links.inner"], {"per_defect": {"links.home": 0.1, "links.inner": 0.02}, "cap": 1},
         "链接可用，没有错链、死链", "改正或删除打不开的链接"),
        ("c", 1.5, "auto", ["columns.empty", "columns.blank"], "share", "没有空白栏目、空白页面", "补充内容，或撤下空栏目"),
        ("d", 1, "auto", ["a11y.entry"], "share", "提供无障碍、适老服务", "在首页设无障碍浏览入口"),
    ]),
    ("3.1.5", SITE, "互动交流", [
        ("b", 2, "auto", ["interaction.delay"], "share", "来信五个工作日内答复", "按期答复来信"),
    ]),
    ("3.2.1", MEDIA, "新媒体运维", [
        ("a", 2, "semi", ["new_media.fresh"], "all", "政务新媒体两周内有更新", "定期更新新媒体账号"),
    ]),
    ("4.1", ("组织保障", "组织保障"), "工作机制", [
        ("a", 2, "material", [], None, "政务公开工作机制健全", "报送机制文件"),
        ("b", 1, "external", [], None, "上级抽查通报情况", "由省级主管部门提供"),
    ]),
    ("B5", ("激励性指标", "激励性指标"), "依申请公开渠道", [
        ("a", 0.2, "auto", ["guide_doc.online"], "all", "公开指南写明网上申请渠道", "在公开指南中补充网上渠道"),
    ]),
]  # fmt: skip

TITLES = {
    "section.consultation": "征集栏目", "decision.explained": "草案说明", "decision.channel": "征集方式",
    "section.meetings": "会议栏目", "guide.elements": "办事指南要素", "section.farm_subsidy": "涉农补贴栏目",
    "catalogue.farm_subsidy": "涉农补贴标准目录", "section.employment": "就业创业栏目",
    "content.employment": "就业创业内容", "section.education": "义务教育栏目",
    "section.interpretation": "政策解读栏目", "interpretation.linked": "解读与文件互链",
    "footer.party_mark": "党政机关标识", "footer.site_code": "网站标识码", "footer.icp": "ICP 备案号",
    "footer.police": "公安备案号", "ipv6.aaaa": "IPv6 域名解析", "ipv6.home": "IPv6 打开首页",
    "search.titles": "标题检索", "links.home": "首页链接", "links.inner": "内页链接",
    "columns.empty": "空白栏目", "columns.blank": "空白文章", "a11y.entry": "无障碍入口",
    "interaction.delay": "答复时限", "new_media.fresh": "新媒体更新", "guide_doc.online": "指南网上渠道",
    "home.fresh": "首页更新", "meta.article": "文章页标签", "site.not_found": "不存在的网址", "site.domain": "域名",
}  # fmt: skip
CHECKS = {"ipv6.home": Check(id="ipv6.home", title="IPv6 打开首页", after="ipv6.aaaa")}
HINTS = ("home.fresh", "meta.article", "site.not_found", "site.domain")
MANY = {
    "links.home": 3,
    "links.inner": 46,
    "columns.empty": 4,
    "meta.article": 12,
    "interpretation.linked": 5,
}

UNITS = [
    ("linhai", "临海市人民政府", "city", "市、县(区)政府"), ("dongshan", "东山县人民政府", "county", "市、县(区)政府"),
    ("xihe", "西河县人民政府", "county", "市、县(区)政府"), ("nanping", "南坪区人民政府", "county", "市、县(区)政府"),
    ("beiling", "北岭区人民政府", "county", "市、县(区)政府"), ("gaoxin", "临海高新技术产业开发区管理委员会", "zone", "开发区"),
    ("port", "临海港经济区管理委员会", "zone", "开发区"), ("finance", "临海市财政局", "department", "市直部门"),
    ("edu", "临海市教育局", "department", "市直部门"), ("health", "临海市卫生健康委员会", "department", "市直部门"),
    ("water", "临海市水务局", "department", "市直部门"), ("archive", "临海市档案局", "department", "市直部门"),
]  # fmt: skip


@dataclass(frozen=True)
class City:
    """What a sweep hands to the reports: lines as in docs/formats.md."""

    sweep: SweepFacts
    units: list[Unit]
    pack: Pack
    results: list[Line]
    scores: list[Line]
    pages: dict[str, int]

    def report(self) -> ReportData:
        return build(
            self.sweep, self.units, self.results, self.scores, self.pack, pages=self.pages, titles=TITLES
        )

    def line(self, unit: str, check: str) -> Line:
        return next(line for line in self.results if (line["unit"], line["check"]) == (unit, check))


def make_pack() -> Pack:
    indicators: list[dict[str, Any]] = []
    for code, (level1, level2), name, rows in INDICATORS:
        items = [
            {
                "code": f"JL-{code}.{letter}", "kinds": KINDS if code[0] in "23B4" or code == "1.1.3" else GOV,
                "text": text, "points": points, "assess": assess, "checks": checks, "credit": credit,
                "review": checks if assess == "semi" else [], "assumed": code == "3.1.4", "advice": advice,
            }
            for letter, points, assess, checks, credit, text, advice in rows
        ]  # fmt: skip
        indicators.append(
            {
                "code": f"JL-{code}", "part": "bonus" if code[0] == "B" else "base", "level1": level1,
                "level2": level2, "level3": name, "points": sum(row[1] for row in rows), "focus": name,
                "clause": f"附件1第{len(indicators) + 1}项", "owners": ["市政数局"], "method": "网络检索",
                "items": items,
            }
        )  # fmt: skip
    return Pack.model_validate(
        {
            "version": 1, "id": "sample-2026", "name": "2026年临海市政务公开第三方评估指标", "edition": 2026,
            "source": {"document": "临海市政务公开评估指标（征求意见稿）", "carrier": "临政公开办〔2026〕3号", "status": "征求意见稿"},
            "scheme": "four-grades", "totals": {"city": {"base": 20, "bonus": 1}},
            "limits": {"footer": {"tested_share": 0.95}}, "indicators": indicators,
        }
    )  # fmt: skip


def _finding(unit: Unit, check: str, number: int) -> Line:
    base = f"https://{unit.id}.linhai.gov.cn"
    page = f"{base}/zwgk/index_{number}.html" if number else f"{base}/"
    subject = f"{base}/art/2026/{number + 1}/t{1000 + number}.html" if check in MANY else ""
    return {
        "url": page, "subject": subject, "verdict": "fail",
        "message": f"{TITLES[check]}：第 {number + 1} 处不符合要求" if check in MANY else f"{TITLES[check]}不符合要求",
        "expected": "链接能打开（GET 返回 200）" if check.startswith("links.") else f"{TITLES[check]}齐全、可用",
        "found": f"两次访问均返回 404（第 {number + 1} 条）" if check.startswith("links.") else "首页、网站地图、公开专栏均未见",
        "advice": "改正链接地址，或撤下已失效的链接" if check.startswith("links.") else f"补齐{TITLES[check]}后重测",
        "evidence": [{"kind": "http", "ref": f"GET {subject or page} 404"}],
        "observed_at": "2026-11-20T02:13:45+08:00",
    }  # fmt: skip


def _result(unit: Unit, check: str, verdict: str, reason: str | None) -> Result:
    many = MANY.get(check, 1)
    defects = many if verdict == "fail" else 0
    population = 240 if check.startswith("links.") else max(1, many * 2)
    return Result.model_validate(
        {
            "check": check, "verdict": verdict, "population": population,
            "tested": population if verdict in ("pass", "fail") else 0, "defects": defects, "reason": reason,
            "observed": {"suspected": [f"https://{unit.id}.linhai.gov.cn/slow"]} if check == "links.inner" else {},
            "findings": [_finding(unit, check, n) for n in range(defects)],
        }
    )  # fmt: skip


def _results(unit: Unit, place: int, pack: Pack) -> Iterator[Result]:
    draw = random.Random(unit.id)
    used = {check for _, item in pack.items_for(unit) for check in item.asks}
    for check in TITLES:
        if check not in used and check not in HINTS:
            continue
        verdict, reason = ("fail", None) if draw.random() < 0.06 + 0.04 * place else ("pass", None)
        if unit.portal is None:
            verdict, reason = "unknown", "no_portal"
        elif unit.id == "beiling" and draw.random() < 0.8:
            verdict, reason = "unknown", "blocked"
        elif draw.random() < 0.06:
            verdict, reason = "unknown", draw.choice(["suspected", "undated", "too_few_samples"])
        yield _result(unit, check, verdict, reason)


def _line(result: Result, unit: Unit, pack: Pack, period: Period) -> Line:
    note = Asked(pack, unit, period).annotate(result)
    return {
        "sweep": "s-20261120", "unit": unit.id, "pack_hash": pack.hash, **result.model_dump(mode="json"),
        "applies": note.applies, "indicators": list(note.indicators), "needs_review": note.needs_review,
    }  # fmt: skip


def make_city(pack: Pack | None = None) -> City:
    pack = pack or make_pack()
    period = Period(start=date(2026, 1, 1), end=date(2026, 12, 31))
    units = [
        Unit(
            id=name, name=title, kind=UnitKind(kind), group=group,
            portal=None if name == "archive" else f"https://{name}.linhai.gov.cn/",
        )
        for name, title, kind, group in UNITS
    ]  # fmt: skip
    judged = {
        unit.id: {result.check: result for result in apply_preconditions(_results(unit, place, pack), CHECKS)}
        for place, unit in enumerate(units)
    }
    results = [_line(result, unit, pack, period) for unit in units for result in judged[unit.id].values()]
    scores = [score(unit, judged[unit.id], pack, period) for unit in units]
    lines = [line.model_dump(mode="json") for line in rank(scores, coverage=pack.rank_coverage)]
    sweep = SweepFacts(
        id="s-20261120", as_of=date(2026, 11, 20), period=period,
        seed=1, version="0.1.0", started_at="2026-11-20T01:00:00+08:00", finished_at="2026-11-20T05:42:10+08:00",
        rendered=(("列表由脚本生成", 37),), assumed=(Assumption("更新时限（动态类）", "14 天", "示例"),),
    )  # fmt: skip
    pages = {unit.id: 0 if unit.portal is None else 300 + 41 * place for place, unit in enumerate(units)}
    return City(sweep, units, pack, results, lines, pages)


@pytest.fixture
def city() -> City:
    return make_city()


@pytest.fixture
def report(city: City) -> ReportData:
    return city.report()
