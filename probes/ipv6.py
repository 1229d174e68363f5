"""IPv6 (IPv6 改造): can the portal be used over IPv6 as it can over IPv4?

Evidence: the AAAA answer for the portal's host, its home page three times over IPv6 and beside the IPv4 one,
and a drawn sample of second- and third-level internal links. The footer's claim 支持IPv6 is recorded, never
proof.
Source: what published IPv6 monitoring measures; the pass mark for links is assumed (no paper gives one).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crawler import urls
from crawler.markup.page import Page
from crawler.model import Frozen, Outcome
from probes.base import Check, Evidence, Finding, PortalState, Probe, Proof, Reason, Result
from probes.ipv6_looks import (
    OURS,
    SILENT,
    HomeSeen,
    Likeness,
    LinkLook,
    Looks,
    Name,
    Try,
    alike,
    answered,
    confirm,
    gather,
    opened,
    unsettled,
)

CHECKS = (
    Check("ipv6.aaaa", "域名有IPv6地址（AAAA记录）", needs="host", shared=True),
    Check("ipv6.home", "首页可经IPv6访问", after="ipv6.aaaa", shared=True),
    Check("ipv6.same", "IPv6与IPv4内容一致", after="ipv6.home", shared=True),
    Check("ipv6.links", "二、三级链接可经IPv6访问", after="ipv6.home", shared=True),
)

_CLAIM = re.compile(
    r"(?:本?网?站)?[已全]?面?支持\s*(?:互联网协议第六版|IPv6)|IPv6\s*(?:网络)?(?:已|访问)?支持", re.IGNORECASE
)
# What says something about the page, but not that IPv6 fails.
_NOT_SHOWN = frozenset({Outcome.WALL, Outcome.DENIED, Outcome.LIMITED, Outcome.ROBOTS, Outcome.BUDGET})
# One window proves neither of these (docs/method.md, The portal's state).
_DOUBTFUL = SILENT | {Outcome.SERVER_ERROR, Outcome.NXDOMAIN, Outcome.BAD_URL, Outcome.FORBIDDEN_ADDRESS}
_WORDS: dict[str, str] = {
    Outcome.REFUSED: "连接被拒绝",
    Outcome.RESET: "连接被中断",
    Outcome.CONNECT_TIMEOUT: "连接超时",
    Outcome.TOO_SLOW: "响应超时",
    Outcome.NO_ADDRESS: "没有IPv6地址",
    Outcome.TLS: "TLS握手失败",
    Outcome.GONE: "返回404/410",
    Outcome.SERVER_ERROR: "服务器错误（5xx）",
    Outcome.PROTOCOL: "响应不是有效的HTTP",
    Outcome.REDIRECTS: "循环跳转",
}


class Limits(Frozen):
    links_share: float = 0.85  # assumed: the usual pass mark of CAC tables
    overlap: float = 0.8  # assumed
    tested_share: float = 0.9


def observe(page: Page) -> HomeSeen | None:
    if not page.is_home:
        return None
    home = urls.parse(page.url)
    site = urls.site_of(home.host) if home else ""
    internal = set()
    for link in page.links:
        target = urls.parse(link.url) if link.url and link.tag in ("a", "area") else None
        if target and urls.site_of(target.host) == site:
            internal.add(target.href)
    return HomeSeen(claims=_CLAIM.search(page.text) is not None, links=tuple(sorted(internal)))


def judge(evidence: Evidence[HomeSeen], limits: Limits) -> Iterator[Result]:
    looks = evidence.gathered
    if not isinstance(looks, Looks) or looks.name is None:
        for check in CHECKS:
            yield Result.unknown(check.id, Reason.OWN_NETWORK, population=1)
        return
    portal = evidence.unit.portal or ""
    claims = evidence.home.data.claims if evidence.home is not None else False
    yield judge_name(looks, portal, claims)
    if evidence.context.portal is not PortalState.OPEN:
        return
    barred = _not_testable(looks)
    if barred is not None:
        for check in CHECKS[1:]:
            yield Result.unknown(check.id, barred, population=1, observed={"claims": claims})
        return
    yield judge_home(looks, portal)
    if any(opened(one) for one in (*looks.home, *looks.home_again)):
        yield judge_same(looks, portal, limits)
        yield judge_links(looks, portal, limits)
    else:
        for check in CHECKS[2:]:  # not applicable where the home page failed, else in the same doubt
            yield Result.unknown(check.id, _doubt(looks.home), population=1)


def judge_name(looks: Looks, portal: str, claims: bool) -> Result:
    """No AAAA only by a DNS answer that says so, twice; a resolver that fails says nothing."""
    first = looks.name or Name(outcome=Outcome.DNS_FAILED)
    last = looks.name_again or first
    observed = {"addresses": list(last.addresses or first.addresses), "claims": claims}
    if Outcome.OK in (first.outcome, last.outcome):
        return Result.of("ipv6.aaaa", observed=observed)
    lacking = {Outcome.NO_ADDRESS, Outcome.NXDOMAIN}
    if first.outcome not in lacking or last.outcome not in lacking:
        reason = Reason.SUSPECTED if looks.online else Reason.OWN_NETWORK
        return Result.unknown("ipv6.aaaa", reason, population=1, observed=observed | {"why": "dns_failed"})
    named = urls.parse(portal)
    claim = "；页面文字称“支持IPv6”，与解析结果不符" if claims else ""
    finding = Finding(
        url=portal,
        subject=portal,
        message="门户域名没有IPv6地址",
        expected="域名有AAAA记录",
        found=f"{named.host if named else portal}查询不到AAAA记录{claim}",
        advice="请在域名解析中增加AAAA记录，并在服务器、负载均衡和防火墙上启用IPv6",
        evidence=(Proof(kind="dns", ref=f"{named.host if named else portal} AAAA"),),
    )
    return Result.of("ipv6.aaaa", defects=[finding], observed=observed)


def _not_testable(looks: Looks) -> Reason | None:
    """Why nothing can be said over IPv6 from here; None where it can."""
    tries = (*looks.home, *looks.home_again)
    if not tries or any(opened(one) for one in tries):
        return None
    if any(one.outcome is Outcome.UNROUTED for one in tries) or not (looks.near or looks.v6_online):
        return Reason.NO_IPV6_HERE
    if any(one.outcome is Outcome.OWN_NETWORK for one in tries):
        return Reason.OWN_NETWORK if looks.near else Reason.NO_IPV6_HERE
    return None


def judge_home(looks: Looks, portal: str) -> Result:
    tries = (*looks.home, *looks.home_again)
    # Retries show in the list; which of them failed first is a matter of timing.
    observed = {"tries": [one.outcome.value for one in tries]}
    if any(opened(one) for one in tries):
        return Result.of("ipv6.home", observed=observed)
    if not looks.home_again or any(not _certain(one) for one in tries):
        return Result.unknown("ipv6.home", _doubt(tries), population=1, observed=observed)
    finding = Finding(
        url=portal,
        subject=portal,
        message="首页经IPv6打不开",
        expected="域名有AAAA记录，首页能够经IPv6打开",
        found=f"经IPv6共访问{len(tries)}次（分两轮、每次新建连接），均失败：{_said(tries)}",
        advice="请检查服务器、CDN和防火墙的IPv6监听与放行，确认跳转目标也有IPv6地址",
        evidence=(Proof(kind="http", ref=portal),),
    )
    return Result.of("ipv6.home", defects=[finding], observed=observed)


def _certain(one: Try) -> bool:
    """An outcome that is the host's own doing: nothing of ours, no wall, no silence, no passing trouble."""
    if one.outcome is Outcome.NO_ADDRESS:
        return one.redirected  # sent on to a host that has IPv4 only
    return one.outcome not in OURS | _NOT_SHOWN | _DOUBTFUL


def _doubt(tries: Sequence[Try]) -> Reason:
    if any(one.outcome is Outcome.ROBOTS for one in tries):
        return Reason.ROBOTS
    return Reason.BLOCKED if any(one.outcome in _NOT_SHOWN for one in tries) else Reason.SUSPECTED


def _said(tries: Sequence[Try]) -> str:
    return "、".join(dict.fromkeys(_WORDS.get(one.outcome, one.outcome.value) for one in tries))


def judge_same(looks: Looks, portal: str, limits: Limits) -> Result:
    """Another page only where title and links both differ, at both looks."""
    first = looks.same
    if first is None or first.v4 is Outcome.NO_ADDRESS:
        return Result.not_applicable("ipv6.same", observed={"why": "no_ipv4"})
    last = looks.same_again or first
    observed = {"title_ipv4": last.title4, "title_ipv6": last.title6, "overlap": _rounded(last.overlap)}
    read = [one for one in (first, last) if one.v4 is Outcome.OK and one.v6 is Outcome.OK]
    if any(alike(one, limits.overlap) for one in read):
        return Result.of("ipv6.same", observed=observed)
    if len(read) < 2 or any(one.overlap is None for one in read):
        return Result.unknown("ipv6.same", Reason.SUSPECTED, population=1, observed=observed)
    return Result.of("ipv6.same", defects=[_another(portal, last, limits)], observed=observed)


def _another(portal: str, seen: Likeness, limits: Limits) -> Finding:
    return Finding(
        url=portal,
        subject=portal,
        message="经IPv6打开的首页与IPv4不是同一页面",
        expected=f"标题相同，或链接重合率不低于{limits.overlap:.0%}",
        found=f"IPv4标题“{seen.title4}”，IPv6标题“{seen.title6}”，链接重合率{seen.overlap or 0:.0%}",
        advice="请检查IPv6地址指向的服务器或虚拟主机配置，使两种协议访问同一站点",
        evidence=(Proof(kind="http", ref=portal),),
    )


def _rounded(overlap: float | None) -> float | None:
    return None if overlap is None else round(overlap, 2)


def judge_links(looks: Looks, portal: str, limits: Limits) -> Result:
    """Fails only when the share stays too low even if all that could not be tested had answered."""
    working = [one.url for one in looks.links if answered(one.first) or answered(one.second)]
    dead = [one for one in looks.links if _dead(one)]
    outside = sum(_dead_anyway(one) for one in looks.links)  # dead over IPv4 too: not an IPv6 matter
    population = len(looks.links) - outside
    tested = len(working) + len(dead)
    share = len(working) / tested if tested else None
    observed = {
        "share": None if share is None else round(share, 3),
        "answering": len(working),
        "not_answering": [one.url for one in dead],
        "limit": limits.links_share,
    }
    if population == 0:
        return Result.unknown("ipv6.links", Reason.TOO_FEW_SAMPLES, observed=observed)
    if (population - len(dead)) / population < limits.links_share:
        findings = [_silent(portal, one, share or 0.0, limits) for one in dead]
        return Result.of(
            "ipv6.links", defects=findings, population=population, tested=tested, observed=observed
        )
    if len(working) / population >= limits.links_share:
        return Result.of(
            "ipv6.links",
            population=population,
            tested=tested,
            tested_share=limits.tested_share,
            reason=Reason.SUSPECTED,
            observed=observed,
        )
    return Result.unknown(
        "ipv6.links", Reason.SUSPECTED, population=population, tested=tested, observed=observed
    )


def _dead(one: LinkLook) -> bool:
    """Twice no answer over IPv6 by the host's own doing, while the link answers otherwise."""
    if one.second is None or answered(one.first) or answered(one.second) or not answered(one.other):
        return False
    looks = (one.first, one.second)
    return all(_unserved(look) for look in looks)


def _unserved(look: Try) -> bool:
    if look.outcome is Outcome.NO_ADDRESS:
        return True
    return look.outcome is Outcome.SERVER_ERROR or _certain(look)


def _dead_anyway(one: LinkLook) -> bool:
    unanswered = not (answered(one.first) or answered(one.second))
    return unanswered and one.other is not None and not answered(one.other)


def _silent(portal: str, one: LinkLook, share: float, limits: Limits) -> Finding:
    last = one.second or one.first
    return Finding(
        url=portal,
        subject=one.url,
        message="内部链接经IPv6打不开",
        expected=f"抽查的二、三级内部链接至少{limits.links_share:.0%}能经IPv6访问",
        found=f"该链接两次经IPv6访问均失败：{_said([one.first, last])}；抽查合格率{share:.1%}",
        advice="请为链接所在域名配置AAAA记录，并在其服务器上启用IPv6",
        evidence=(Proof(kind="http", ref=one.url),),
    )


PROBE = Probe(
    id="ipv6",
    checks=CHECKS,
    evidence=HomeSeen,
    limits=Limits,
    observe=observe,
    gathers=Looks,
    gather=gather,
    confirm=confirm,
    unsettled=unsettled,
    judge=judge,
)
