"""Was the site tampered with (暗链、有害文字、镜像、对搜索引擎另给内容)?

Evidence: signs on each page (probes/tamper_signs.py); foreign sites that links name as government sites are
opened; home is compared in guises where --probe-cloaking asks for it. Source: docs/method.md, Safety.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from crawler.markup.page import Page
from crawler.model import Frozen, Request
from probes.base import Check, Evidence, Finding, Net, PortalState, Probe, Proof, Reason, Result, Seen
from probes.cloaking import GUISES, Compared, compare, differs, doubted
from probes.mirrors import ENOUGH, mirror_signs
from probes.tamper_signs import Hidden, Said, Signs, observe, read_home

CHECKS = (
    Check("tamper.hidden_links", "无暗链"),
    Check("tamper.bad_words", "无赌博、色情等有害文字"),
    Check("tamper.cloaking", "对搜索引擎与公众内容一致"),
    Check("tamper.mirror", "门户不是仿冒镜像站", voids=True),
)

OPENED = 10  # foreign sites named as government sites that are opened
LISTED = 100
HOSTS = 500  # external hosts listed
TEMPLATE = 3  # the same words on more pages than this stand in a template: one defect (assumed)
_HIDDEN_BY = {  # `how` of a hidden link, in words
    "off_screen": "移出屏幕的样式（off-screen）",
    "no_size": "缩为零尺寸的样式",
    "clip": "裁剪样式（clip）",
    "marquee": "极小的滚动框（marquee）",
    "hidden": "hidden 属性",
    "font-size": "极小字号（font-size）",
    "text-indent": "文字缩进移出（text-indent）",
}
_PLACES = {
    "title": "网页标题",
    "meta": "页面标签",
    "publisher": "发布机构（来源、作者）",
    "link": "指向外部网站的链接文字",
    "text": "正文",
}


class Mirror(Frozen):
    """A foreign site that a page links to and that bears the signs of a mirror."""

    url: str
    signs: tuple[str, ...]


class Looked(Frozen):
    """What was opened besides the walk."""

    mirrors: tuple[Mirror, ...] = ()
    first: Compared | None = None
    second: Compared | None = None


class Limits(Frozen):
    """`tested_share`: of the pages (assumed)."""

    tested_share: float = 0.9


# -- asking


async def gather(evidence: Evidence[Signs], net: Net) -> Looked:
    if evidence.context.portal is not PortalState.OPEN or not evidence.unit.portal:
        return Looked()
    asked = evidence.context.options.get("probe_cloaking", False)
    return Looked(
        mirrors=tuple([mirror async for mirror in _mirrors(evidence, net)]),
        first=await compare(net, evidence.unit.portal, fresh=False) if asked else None,
    )


async def _mirrors(evidence: Evidence[Signs], net: Net) -> Any:
    named: dict[str, str] = {}
    for seen in evidence.pages:
        for url, _ in seen.data.named:
            named.setdefault(_host(url), url)
    for _, url in sorted(named.items())[:OPENED]:
        fetched = await net.once(Request(url))
        if not fetched.ok:
            continue
        signs = mirror_signs(read_home(Page.of(fetched, is_home=True)), _host(fetched.final_url or url))
        if len(signs) >= ENOUGH:
            yield Mirror(url=url, signs=tuple(signs))


async def confirm(evidence: Evidence[Signs], net: Net) -> Looked:
    """Guises that saw something else are asked again, later and on fresh connections."""
    looked = evidence.gathered
    assert isinstance(looked, Looked)
    if not unsettled(looked) or not evidence.unit.portal:
        return looked
    return looked.model_copy(update={"second": await compare(net, evidence.unit.portal, fresh=True)})


def unsettled(looked: Looked) -> bool:
    return looked.first is not None and any(doubted(looked.first))


# -- judging


def judge(evidence: Evidence[Signs], limits: Limits) -> Iterator[Result]:
    looked = evidence.gathered if isinstance(evidence.gathered, Looked) else Looked()
    read = [facts for facts in evidence.visited if facts.identified and facts.outcome == "ok"]
    yield judge_hidden(evidence, len(read))
    yield judge_words(evidence, len(read))
    yield judge_cloaking(evidence, looked)
    yield judge_mirror(evidence, looked)


def judge_hidden(evidence: Evidence[Signs], pages: int) -> Result:
    sure: dict[str, list[tuple[Seen[Signs], Hidden]]] = {}
    doubtful: set[str] = set()
    hosts: Counter[str] = Counter()
    for seen in evidence.pages:
        hosts.update(seen.data.hosts)
        for link in seen.data.hidden:
            if link.sure or link.word:
                sure.setdefault(link.url, []).append((seen, link))
            else:
                doubtful.add(link.url)
    defects = [_hidden_link(places) for places in sure.values()]
    observed: dict[str, Any] = {"external_hosts": _most(hosts)}  # sweep.change.review_hosts: new ones
    if doubtful - set(sure):
        observed["warnings"] = sorted(doubtful - set(sure))[:LISTED]
    if sure:
        observed["pages"] = len({seen.facts.final_url for places in sure.values() for seen, _ in places})
    return Result.of("tamper.hidden_links", defects=defects, population=pages, observed=observed)


def _most(hosts: Mapping[str, int]) -> dict[str, int]:
    """For people to review: external hosts by the pages that link to them."""
    return dict(sorted(hosts.items(), key=lambda item: (-item[1], item[0]))[:HOSTS])


def _hidden_link(places: Sequence[tuple[Seen[Signs], Hidden]]) -> Finding:
    seen, link = min(places, key=lambda place: (place[0].facts.depth, place[0].facts.final_url))
    words = f"，含“{link.word}”" if link.word else ""
    return Finding(
        url=seen.facts.final_url,
        subject=link.url,
        message=f"页面中有看不见的外部链接“{link.text or link.url}”（暗链），见于 {len(places)} 个页面。",
        expected="页面中没有用样式隐藏、指向非政府网站的链接",
        found=f"用 {_HIDDEN_BY.get(link.how, link.how)} 隐藏的链接指向 {link.url}{words}",
        advice="检查模板和文件是否被篡改，删除该链接，修补漏洞并修改后台口令",
        evidence=(Proof(kind="dom", ref=seen.facts.final_url),),
    )


def judge_words(evidence: Evidence[Signs], pages: int) -> Result:
    by_excerpt: dict[tuple[str, str], list[Seen[Signs]]] = {}
    for seen in evidence.pages:
        for said in seen.data.said:
            by_excerpt.setdefault((said.place, said.excerpt), []).append(seen)
    template = {key for key, places in by_excerpt.items() if len(places) > TEMPLATE}
    defects, told = [], set()
    for seen in sorted(evidence.pages, key=lambda seen: (seen.facts.depth, seen.facts.final_url)):
        fresh = [said for said in seen.data.said if (said.place, said.excerpt) not in told]
        told |= {(said.place, said.excerpt) for said in fresh} & template
        if fresh:
            defects.append(_bad_words(seen, fresh))
    observed = {"pages": len({seen.facts.final_url for places in by_excerpt.values() for seen in places})}
    return Result.of(
        "tamper.bad_words", defects=defects, population=pages, observed=observed if defects else {}
    )


def _bad_words(seen: Seen[Signs], said: Sequence[Said]) -> Finding:
    places = "、".join(dict.fromkeys(_PLACES[item.place] for item in said))
    words = "、".join(dict.fromkeys(word for item in said for word in item.words))
    url = seen.facts.final_url
    return Finding(
        url=url,
        subject=url,
        message=f"{places}中出现赌博、色情等有害文字：{words}。",
        expected="页面中没有赌博、色情等有害文字（打击、防范等正当表述除外）",
        found=f"{places}：“{said[0].excerpt}”",
        advice="核对是否被篡改或被他人发布，删除有害内容，修补漏洞并检查同类页面",
        evidence=(Proof(kind="dom", ref=url),),
    )


def judge_cloaking(evidence: Evidence[Signs], looked: Looked) -> Result:
    check = "tamper.cloaking"
    if not evidence.context.options.get("probe_cloaking", False):
        return Result.not_applicable(check, str(Reason.NOT_ASKED))
    first = looked.first
    if first is None or first.plain != "ok":
        return Result.unknown(check, Reason.HOME_UNREACHABLE, population=len(GUISES))
    opened = [guise for guise in first.guises if guise.outcome == "ok"]
    observed: dict[str, Any] = {
        "untested": {GUISES[guise.guise]: guise.outcome for guise in first.guises if guise.outcome != "ok"}
    }
    again = {guise.guise: guise for guise in looked.second.guises} if looked.second else {}
    defects, suspected = [], []
    for guise, seen in doubted(first):
        later = again.get(guise.guise)
        if looked.second is not None and later is not None and differs(looked.second, later):
            defects.append(_cloaked(evidence.unit.portal or "", guise.guise, seen))
        elif looked.second is None or later is None or later.outcome != "ok":
            suspected.append(GUISES[guise.guise])
    if suspected:
        observed["suspected"] = suspected
    return Result.of(
        check,
        defects=defects,
        population=len(GUISES),
        tested=0 if suspected else len(opened),
        tested_share=0.6,  # a wall for spiders only leaves phone and search visitor: two of three are enough
        reason=Reason.SUSPECTED if suspected else Reason.BLOCKED,
        observed=observed,
    )


def _cloaked(url: str, guise: str, seen: Sequence[str]) -> Finding:
    return Finding(
        url=url,
        subject=url,
        message=f"{GUISES[guise]}访问首页，看到的内容与普通访问不同：{'；'.join(seen)}。",
        expected="公众、搜索引擎和手机看到的首页内容一致",
        found="；".join(seen),
        advice="检查网站程序和服务器是否被植入按来源跳转的代码",
        evidence=(Proof(kind="http", ref=url),),
    )


def judge_mirror(evidence: Evidence[Signs], looked: Looked) -> Result:
    check = "tamper.mirror"
    observed: dict[str, Any] = {"links": [mirror.url for mirror in looked.mirrors]}
    home = evidence.home
    if home is None or home.data.home is None:
        return Result.unknown(check, Reason.UNREADABLE, population=1, observed=observed)
    url = home.facts.final_url
    signs = mirror_signs(home.data.home, _host(url), evidence.unit)
    observed["signs"] = signs
    if len(signs) < ENOUGH:
        return Result.of(check, observed=observed)
    finding = Finding(
        url=url,
        subject=url,
        message="登记的门户不是政府网站，而是另一网站的镜像（仿冒站）。",
        expected="门户使用 .gov.cn 域名，备案、标识码与本单位一致",
        found=f"主机名不在 .gov.cn 下，且{'；'.join(signs)}",
        advice="核对并更正单位清单中的门户网址；仿冒站请向网信、公安部门举报",
        evidence=(Proof(kind="dom", ref=url),),
    )
    return Result.of(check, defects=[finding], observed=observed)


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


PROBE = Probe(
    id="tamper",
    checks=CHECKS,
    evidence=Signs,
    limits=Limits,
    observe=observe,
    gathers=Looked,
    gather=gather,
    confirm=confirm,
    unsettled=unsettled,
    judge=judge,
)
