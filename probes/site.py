"""The portal as a whole (网站可用性): does it open, is it under .gov.cn, does it say 404 for what is missing?

Evidence: how the home page's ladder went (kept by the walk), and two invented paths asked for by `gather`.
Source: 国办发〔2017〕47号 (opening and naming), national veto item 2.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from crawler.markup.page import Page
from crawler.model import Frozen, Outcome, Request, UnitKind
from crawler.signs.home import HomeDoubt
from probes.base import FAILING, Check, Evidence, Finding, Net, PortalState, Probe, Proof, Reason, Result

CHECKS = (
    Check("site.reachable", "首页能够打开", needs="portal"),
    Check("site.domain", "使用 .gov.cn 域名", needs="host", shared=True),
    Check("site.not_found", "不存在的页面返回 404", shared=True),
)

_STATES = {
    PortalState.SUSPECTED: Reason.SUSPECTED,
    PortalState.BLOCKED: Reason.BLOCKED,
    PortalState.ROBOTS: Reason.ROBOTS,
    PortalState.OWN_NETWORK: Reason.OWN_NETWORK,
    PortalState.NONE: Reason.NO_PORTAL,
}

_NOTICE = re.compile(r"(?:系统|网站|升级|正在|临时)\s*(?:升级)?维护|维护(?:中|期间)|临时关停")


class Nothing(Frozen):
    """This probe reads no page."""


class Answer(Frozen):
    """What an invented path answered."""

    url: str
    outcome: Outcome
    status: int | None
    final_url: str
    notice: bool = False  # a maintenance notice: says nothing about the path


class Invented(Frozen):
    """First and second look at the two invented paths."""

    first: tuple[Answer, ...] = ()
    second: tuple[Answer, ...] = ()


class Limits(Frozen):
    """None: the checks are yes or no."""


def invented_paths(portal: str, seed: int) -> tuple[str, str]:
    """Two URLs in different folders that nobody has published; the same for one seed."""
    parts = urlsplit(portal)
    names = [hashlib.sha256(f"{seed} {parts.netloc} {n}".encode()).hexdigest() for n in range(2)]
    root = f"{parts.scheme}://{parts.netloc}"
    return f"{root}/{names[0][:12]}.html", f"{root}/{names[1][:8]}/{names[1][8:20]}.html"


async def gather(evidence: Evidence[Nothing], net: Net) -> Invented:
    portal = evidence.unit.portal
    if portal is None or evidence.context.portal is not PortalState.OPEN:
        return Invented()
    return Invented(first=await _ask(net, invented_paths(portal, evidence.context.seed), fresh=False))


async def confirm(evidence: Evidence[Nothing], net: Net) -> Invented:
    """A path that seemed to exist is asked again, later and on a fresh connection."""
    invented = evidence.gathered
    assert isinstance(invented, Invented)
    wrong = tuple(answer.url for answer in invented.first if answer.outcome is Outcome.OK)
    return invented.model_copy(update={"second": await _ask(net, wrong, fresh=True)})


async def _ask(net: Net, urls: tuple[str, ...], *, fresh: bool) -> tuple[Answer, ...]:
    answers = []
    for url in urls:
        fetched = await net.once(Request(url, fresh=fresh, body_wanted=False))
        answers.append(
            Answer(
                url=url,
                outcome=fetched.outcome,
                status=fetched.status,
                final_url=fetched.final_url,
                notice=fetched.ok and _NOTICE.search(Page.of(fetched).html) is not None,
            )
        )
    return tuple(answers)


def judge(evidence: Evidence[Nothing], limits: Limits) -> Iterator[Result]:
    yield judge_reachable(evidence)
    yield judge_domain(evidence)
    yield judge_not_found(evidence)


def judge_reachable(evidence: Evidence[Nothing]) -> Result:
    context = evidence.context
    observed = {**context.portal_detail, **context.week}
    if context.portal in (PortalState.OPEN, PortalState.UNREAD):
        return Result.of("site.reachable", observed=observed)
    portal = evidence.unit.portal or ""
    if context.portal is PortalState.FOREIGN:
        return Result.of("site.reachable", defects=[_stranger(portal, observed)], observed=observed)
    if context.portal is not PortalState.DOWN:
        return Result.unknown("site.reachable", _STATES[context.portal], population=1, observed=observed)
    finding = Finding(
        url=portal,
        subject=portal,
        message="网站首页打不开",
        expected="首页在 15 秒内打开",
        found=f"两次访问（间隔并更换连接）均失败：{_WORDS.get(str(observed.get('second')), '无法打开')}",
        advice="请检查域名解析、服务器和防火墙设置，恢复后重新检测",
        evidence=(Proof(kind="http", ref=portal),),
    )
    return Result.of("site.reachable", defects=[finding], observed=observed)


_THERE: dict[str, str] = {
    HomeDoubt.DEFAULT: "打开的是服务器或站群系统的默认页面",
    HomeDoubt.PARKED: "打开的是域名停放或出售页面",
    HomeDoubt.MOVED: "网站已迁往其他网址",
    HomeDoubt.LOGIN: "打开的是登录页面",
    HomeDoubt.OTHER: "打开的是其他单位的网站",
}


def _stranger(portal: str, observed: Mapping[str, Any]) -> Finding:
    landed = str(observed.get("landed") or portal)
    there = "" if landed == portal else f"（{landed}）"
    return Finding(
        url=portal,
        subject=portal,
        message="登记的网址打开的不是本单位网站的首页",
        expected="登记的网址打开本单位门户网站的首页",
        found=f"两次访问（间隔并更换连接）均为：{_THERE.get(str(observed.get('home')), '他人的页面')}{there}",
        advice="请核对单位清单中的门户网址；网址无误的，请检查域名解析和服务器的站点绑定，恢复后重新检测",
        evidence=(Proof(kind="http", ref=portal),),
    )


_WORDS: dict[str, str] = {
    Outcome.NXDOMAIN: "域名不存在（DNS 明确答复）",
    Outcome.REFUSED: "服务器拒绝连接",
    Outcome.GONE: "首页返回 404/410",
    **dict.fromkeys(FAILING, "服务器错误或超时，相隔 6 小时以上的两次巡检均如此"),
}


def judge_domain(evidence: Evidence[Nothing]) -> Result:
    if evidence.unit.kind is UnitKind.ENTERPRISE:
        return Result.not_applicable("site.domain")
    portal = evidence.unit.portal or ""
    host = (urlsplit(portal).hostname or "").rstrip(".")
    if host.endswith(".gov.cn"):
        return Result.of("site.domain", observed={"value": host})
    finding = Finding(
        url=portal,
        subject=portal,
        message="网站没有使用政府域名",
        expected="主机名以 .gov.cn 结尾",
        found=host,
        advice="请按《政府网站发展指引》申请并启用 .gov.cn 域名，旧域名做好跳转",
    )
    return Result.of("site.domain", defects=[finding], observed={"value": host})


def judge_not_found(evidence: Evidence[Nothing]) -> Result:
    """Fails only when both paths, seen twice, answer as if they existed: one alone proves nothing."""
    invented = evidence.gathered
    if not isinstance(invented, Invented) or not invented.first:
        return Result.unknown("site.not_found", Reason.HOME_UNREACHABLE, population=2)
    seen = (*invented.first, *invented.second)
    closed = {answer.url for answer in seen if answer.notice}
    confirmed = {answer.url for answer in invented.second if answer.outcome is Outcome.OK} - closed
    wrong = [answer for answer in invented.first if answer.url in confirmed]
    right = [answer for answer in invented.first if answer.outcome is Outcome.GONE]
    observed = {"answers": [{"url": answer.url, "status": answer.status} for answer in invented.first]}
    defects = [_exists(evidence.unit.portal or "", answer) for answer in wrong] if len(wrong) == 2 else []
    tested = len(wrong) + len(right)
    return Result.of("site.not_found", defects=defects, population=2, tested=tested, observed=observed)


def _exists(portal: str, answer: Answer) -> Finding:
    landed = f"，并转到 {answer.final_url}" if answer.final_url != answer.url else ""
    return Finding(
        url=portal,
        subject=answer.url,
        message="访问不存在的页面时没有返回 404",
        expected="状态码 404 或 410，并给出返回网站的入口",
        found=f"状态码 {answer.status}{landed}",
        advice="请把错误页的状态码改为 404，不要返回 200 或跳转到首页",
        evidence=(Proof(kind="http", ref=answer.url),),
    )


PROBE = Probe(
    id="site",
    checks=CHECKS,
    limits=Limits,
    judge=judge,
    gathers=Invented,
    gather=gather,
    confirm=confirm,
    unsettled=lambda gathered: any(answer.outcome is Outcome.OK for answer in gathered.first),
)
