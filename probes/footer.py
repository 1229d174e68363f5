"""Footer identifiers (网站标识): does the site say who runs it, on home and on every page?

Evidence: what header and footer of each page carry (crawler/signs/footer.py). The site map is opened once
where the walk did not. Source: 国办发〔2017〕47号, JL-3.1.1.a.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from random import Random
from typing import NamedTuple

from crawler.markup.page import Page
from crawler.markup.pieces import blank_labels, filled_by_script
from crawler.model import Frozen, Outcome, PageKind, Request, Role
from crawler.signs.footer import Footer, read_footer
from probes.base import Check, Evidence, Finding, Net, Probe, Reason, Result, Seen
from probes.footer_codes import contradictions

CHECKS = (
    Check("footer.party_mark", "党政机关（事业单位）网站标识"),
    Check("footer.site_code", "政府网站标识码"),
    Check("footer.icp", "ICP 备案编号"),
    Check("footer.police", "公安机关备案标识"),
    Check("footer.sponsor", "网站主办单位"),
    Check("footer.contact", "联系方式"),
    Check("footer.every_page", "各页面均有网站标识"),
    Check("footer.consistent", "网站标识前后一致"),
    Check("footer.error_report", "“我为政府网站找错”入口"),
    Check("footer.site_map", "网站地图"),
)


class Carried(Frozen):
    """What one page's header and footer carry. `unread`, `filled`: why something may be missed."""

    site_code: str | None = None
    icp: str | None = None
    police: str | None = None
    sponsor: str | None = None  # 主办, else 主管 or 版权所有
    contact: str | None = None
    party_mark: str | None = None
    shown: Mapping[str, str] = {}  # malformed values as they stand, by element
    meta_code: str | None = None  # SiteIDCode
    report_code: str | None = None
    error_report: str | None = None
    site_map: str | None = None
    unread: tuple[str, ...] = ()
    filled: str | None = None


class SiteMap(Frozen):
    """How the linked site map answered, where the walk had not opened it, and again later."""

    url: str | None = None
    first: Outcome | None = None
    second: Outcome | None = None


class Limits(Frozen):
    """`tested_share`: of the sampled pages (assumed). `per_kind`: pages drawn of each kind (assumed)."""

    tested_share: float = 0.9
    per_kind: int = 2


class Element(NamedTuple):
    """One of the six, in words."""

    name: str
    label: str
    expected: str
    advice: str


ELEMENTS = (
    Element(
        "party_mark",
        "党政机关网站标识",
        "页脚挂有指向 bszs.conac.cn 的党政机关（或事业单位）网站标识",
        "到中央编办网站标识平台取得标识代码，放入全站共用的页脚模板",
    ),
    Element(
        "site_code",
        "网站标识码",
        "页脚注明网站标识码：10 位数字，或 bm 加 8 位数字，或 N 加 9 位数字",
        "在页脚模板中以文字写明“政府网站标识码”及全国政府网站信息报送系统中的编码",
    ),
    Element(
        "icp",
        "ICP 备案编号",
        "页脚注明 ICP 备案编号，如“×ICP备12345678号-1”",
        "在页脚模板中写明完整的 ICP 备案编号，并链接到 beian.miit.gov.cn",
    ),
    Element(
        "police",
        "公安机关备案标识",
        "页脚注明公安备案编号，如“×公网安备44158102000123号”（13 至 15 位数字）",
        "在页脚模板中写明公安备案编号，并链接到 beian.mps.gov.cn",
    ),
    Element(
        "sponsor",
        "网站主办单位",
        "页脚注明主办（主管、版权所有）单位名称",
        "在页脚模板中写明“主办单位：×××”",
    ),
    Element("contact", "联系方式", "页脚注明电话、地址或电子邮箱", "在页脚模板中写明联系电话、地址或邮箱"),
)

_SAMPLED = (
    PageKind.COLUMN,
    PageKind.ARTICLE,
    PageKind.SEARCH,
    PageKind.INTERACTION,
    PageKind.DISCLOSURE,
)


def observe(page: Page) -> Carried:
    footer = read_footer(page)
    carried = Carried(
        site_code=footer.site_code,
        icp=footer.icp,
        police=footer.police,
        sponsor=footer.sponsor or footer.owner,
        contact=footer.phone or footer.address or footer.email,
        party_mark=footer.party_mark,
        shown=_malformed(footer),
        meta_code=page.meta.get("siteidcode") or None,
        report_code=footer.report_code,
        error_report=footer.error_report,
        site_map=footer.site_map,
    )
    if carried.error_report and all(getattr(carried, element.name) for element in ELEMENTS):
        return carried
    # A footer that stands there in part is not the work of a template.
    footing = carried.site_code or carried.icp or carried.police or carried.sponsor
    filled = None if footing else filled_by_script(page)
    if page.is_home and blank_labels(page):
        filled = "blank_label"
    return carried.model_copy(update={"unread": page.unread[:4], "filled": filled})


def _malformed(footer: Footer) -> dict[str, str]:
    shown = {
        "site_code": None if footer.site_code else footer.site_code_shown,
        "icp": None if footer.icp else footer.icp_shown,
        "police": None if footer.police else footer.police_shown,
    }
    return {name: value[:60] for name, value in shown.items() if value}


async def gather(evidence: Evidence[Carried], net: Net) -> SiteMap:
    """Open the site map that home links to, unless the walk did."""
    url = evidence.home.data.site_map if evidence.home else None
    if not url or _visited(evidence, url) is not None:
        return SiteMap()
    return SiteMap(url=url, first=(await net.once(Request(url))).outcome)


async def confirm(evidence: Evidence[Carried], net: Net) -> SiteMap:
    """A site map that did not open is asked again, on a fresh connection."""
    seen = evidence.gathered if isinstance(evidence.gathered, SiteMap) else SiteMap()
    url = evidence.home.data.site_map if evidence.home else None
    first = seen.first or (_visited(evidence, url) if url else None)
    if not url or first is None or first is Outcome.OK:
        return seen
    again = (await net.fetch(Request(url, fresh=True))).outcome
    return SiteMap(url=url, first=first, second=again)


def judge(evidence: Evidence[Carried], limits: Limits) -> Iterator[Result]:
    home = evidence.home
    if home is None:
        return
    for element in ELEMENTS:
        yield _judge_element(home, element)
    yield _judge_every_page(evidence, home, limits)
    yield _judge_consistent(evidence, home)
    yield _judge_error_report(home)
    yield _judge_site_map(evidence, home)


def _judge_element(home: Seen[Carried], element: Element) -> Result:
    check = f"footer.{element.name}"
    value = getattr(home.data, element.name)
    observed: dict[str, object] = {"value": value}
    if value:
        return Result.of(check, observed=observed)
    shown = home.data.shown.get(element.name)
    if shown and home.data.filled == "blank_label" and not re.search(r"\d{4}", shown):
        shown = None  # the label alone
    if shown is None and (why := _excuse(home.data)):
        return Result.unknown(check, Reason.UNREADABLE, population=1, observed={**observed, **why})
    if shown:
        observed["shown"] = shown
    found = f"页脚显示“{shown}”，格式不符" if shown else f"首页页头、页脚均未见{element.label}"
    problem = "格式不正确" if shown else "缺失"
    return Result.of(
        check, defects=[_finding(home.facts.final_url, element, problem, found)], observed=observed
    )


def _finding(url: str, element: Element, problem: str, found: str, subject: str = "") -> Finding:
    return Finding(
        url=url,
        subject=subject,
        message=f"{element.label}{problem}：{found}。",
        expected=element.expected,
        found=found,
        advice=element.advice,
    )


def _excuse(carried: Carried) -> dict[str, object] | None:
    """Why something may only be missing to us: pieces not read, or a page that its scripts fill."""
    if carried.filled:
        return {"why": carried.filled, "unread": list(carried.unread)}
    return {"why": "scripts_not_read", "unread": list(carried.unread)} if carried.unread else None


def _judge_every_page(evidence: Evidence[Carried], home: Seen[Carried], limits: Limits) -> Result:
    check = "footer.every_page"
    wanted = [element for element in ELEMENTS if getattr(home.data, element.name)]
    if not wanted:
        return Result.not_applicable(check, "needs:footer.site_code")
    sample = draw_pages(evidence, limits.per_kind)
    defects, tested = [], 0
    for page in sample:
        missing = [element for element in wanted if not getattr(page.data, element.name)]
        if missing and _excuse(page.data):
            continue
        tested += 1
        if missing:
            defects.append(_missing_on(page, missing))
    return Result.of(
        check,
        defects=defects,
        population=len(sample),
        tested=tested,
        tested_share=limits.tested_share,
        reason=Reason.TOO_FEW_SAMPLES if not sample else Reason.UNREADABLE,
        observed={"sample": [page.facts.final_url for page in sample]},
    )


def draw_pages(evidence: Evidence[Carried], per_kind: int) -> list[Seen[Carried]]:
    """Up to `per_kind` of the unit's own inner pages of each sampled kind, by seed from sorted sets."""
    home_url = evidence.home.facts.final_url if evidence.home else ""
    drawn: list[Seen[Carried]] = []
    for kind in _SAMPLED:
        pages = {
            seen.facts.final_url: seen
            for seen in evidence.pages
            if seen.facts.kind is kind and seen.facts.identified and seen.facts.final_url != home_url
        }
        urls = sorted(pages)
        chosen = Random(f"{evidence.context.seed} {kind}").sample(urls, min(per_kind, len(urls)))
        drawn.extend(pages[url] for url in sorted(chosen))
    return drawn


def _missing_on(page: Seen[Carried], missing: list[Element]) -> Finding:
    labels = "、".join(element.label for element in missing)
    url = page.facts.final_url
    return Finding(
        url=url,
        subject=url,
        message=f"首页有而本页缺少：{labels}。",
        expected="各页面页脚与首页一致，六项标识齐全",
        found=f"本页页头、页脚未见{labels}",
        advice="让列表、文章、搜索、互动和公开专栏页面共用首页的页脚模板",
    )


def _judge_consistent(evidence: Evidence[Carried], home: Seen[Carried]) -> Result:
    data = home.data
    compared, found = contradictions(
        {
            "页脚网站标识码": data.site_code,
            "页面标签 SiteIDCode": data.meta_code,
            "找错入口标识码": data.report_code,
        },
        filed=evidence.unit.expect.site_code,
        division=evidence.unit.division,
        icp=data.icp,
    )
    if not compared:
        return Result.not_applicable("footer.consistent")
    defects = [
        Finding(
            url=home.facts.final_url,
            message=f"网站标识不一致：{text}。",
            expected="页脚、页面标签、找错入口中的标识码相同，省份与行政区划、ICP 备案一致",
            found=text,
            advice="核对全国政府网站信息报送系统中的标识码，改正写错的一处",
        )
        for text in found
    ]
    observed = {
        "site_code": data.site_code,
        "meta": data.meta_code,
        "error_report": data.report_code,
        "icp": data.icp,
    }
    return Result.of("footer.consistent", defects=defects, population=compared, observed=observed)


def _judge_error_report(home: Seen[Carried]) -> Result:
    check = "footer.error_report"
    observed: dict[str, object] = {"how": home.data.error_report, "code": home.data.report_code}
    if home.data.error_report:
        return Result.of(check, observed=observed)
    if why := _excuse(home.data):
        return Result.unknown(check, Reason.UNREADABLE, population=1, observed={**observed, **why})
    finding = Finding(
        url=home.facts.final_url,
        message="首页未见“我为政府网站找错”入口。",
        expected="首页页脚设有“我为政府网站找错”入口（zfwzgl.www.gov.cn）",
        found="页头、页脚的链接、图片和脚本中均未见找错入口",
        advice="按报送系统提供的代码，把找错组件放入页脚模板",
    )
    return Result.of(check, defects=[finding], observed=observed)


def _visited(evidence: Evidence[Carried], url: str) -> Outcome | None:
    return next((page.outcome for page in evidence.visited if url in (page.url, page.final_url)), None)


def _judge_site_map(evidence: Evidence[Carried], home: Seen[Carried]) -> Result:
    check = "footer.site_map"
    url = home.data.site_map
    observed: dict[str, object] = {"url": url}
    if any(page.role is Role.SITE_MAP and page.outcome is Outcome.OK for page in evidence.visited):
        return Result.of(check, observed=observed)
    if url is None:
        if why := _excuse(home.data):
            return Result.unknown(check, Reason.UNREADABLE, population=1, observed={**observed, **why})
        return Result.of(
            check, defects=[_no_map(home.facts.final_url, "", "首页未见网站地图链接")], observed=observed
        )
    if not url:
        return Result.unknown(check, Reason.UNREADABLE, population=1, observed={"why": "opened_by_script"})
    seen = evidence.gathered if isinstance(evidence.gathered, SiteMap) else SiteMap()
    outcomes = [o for o in (_visited(evidence, url), seen.first, seen.second) if o is not None]
    observed["outcomes"] = [str(outcome) for outcome in outcomes]
    if Outcome.OK in outcomes:
        return Result.of(check, observed=observed)
    gone = {Outcome.GONE, Outcome.NXDOMAIN, Outcome.REFUSED}
    if seen.second in gone and all(outcome in gone for outcome in outcomes):
        return Result.of(
            check, defects=[_no_map(home.facts.final_url, url, "网站地图链接打不开")], observed=observed
        )
    reason = Reason.SUSPECTED if outcomes else Reason.BUDGET
    return Result.unknown(check, reason, population=1, observed=observed)


def _no_map(home: str, subject: str, found: str) -> Finding:
    return Finding(
        url=home,
        subject=subject,
        message=f"没有可用的网站地图：{found}。",
        expected="首页有“网站地图”链接，打开后列出各栏目",
        found=found,
        advice="制作列出全部栏目的网站地图页面，并在页脚链接",
    )


PROBE = Probe(
    id="footer",
    checks=CHECKS,
    evidence=Carried,
    limits=Limits,
    observe=observe,
    gathers=SiteMap,
    gather=gather,
    confirm=confirm,
    judge=judge,
)
