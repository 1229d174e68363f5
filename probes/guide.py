"""Service guides (办事指南): are the ten elements there, is it clear what to bring, is nothing left vague?

Evidence: the guides on the portal, also those that stand in an attachment, and, where it has fewer than five,
those one hop off-site, in the browser where the answer alone is no guide. Source: JL-1.1.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from random import Random
from urllib.parse import urlsplit

from pydantic import Field

from crawler.browser.tab import Rendered, Tab, Trouble
from crawler.markup.page import Link, Page
from crawler.model import Frozen, Request
from crawler.papers.guides import Element, Guide, Materials, guide_in_file, leads_to_file, read_guide
from crawler.scope import Scope
from probes.attached import Enclosed, files_of, read_enclosed
from probes.base import Check, Evidence, Finding, Net, Probe, Reason, Result
from probes.lexicon import match_section

CHECKS = (
    Check("guide.elements", "办事指南要素完整"),
    Check("guide.material_form", "办理材料格式要求明确"),
    Check("guide.forms", "提供表格获取渠道"),
    Check("guide.vague", "办事指南无兜底条款"),
)
_KEPT_LINKS = 20
_BROWSING_SECONDS = 45.0
_PLATFORMS = ("政务服务", "网上办事", "办事大厅", "吉事办")
_WANTED = 5  # guides to judge (JL-1.1.3)


class GuideSeen(Frozen):
    """One guide as read; see crawler.papers.guides.Guide."""

    title: str = ""
    lacking: tuple[str, ...] = ()
    attached: bool = False
    materials: Materials = Materials.NONE
    form_told: bool = False
    form_wanted: str = ""
    form_given: bool = False
    vague: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()  # attachments in which the rest of it may stand
    enclosed: bool = False  # read from an attachment


class OnPage(Frozen):
    """What one page tells of guides."""

    guide: GuideSeen | None = None
    away: tuple[tuple[str, str], ...] = ()  # (text, URL) of items that a list of services links off-site
    platform: str = ""  # a service platform on another host that the page leads to
    enclosing: str = ""  # the title of a page called a guide that holds nothing but attachments
    files: tuple[str, ...] = ()


class Opened(Frozen):
    """One off-site guide: `guide` is None where the answer was no readable guide."""

    url: str
    title: str
    guide: GuideSeen | None = None
    why: Trouble | None = None  # what kept the browser from it


class OffSite(Frozen):
    """The off-site guides that were opened, and own ones read from attachments: None where there was no
    readable guide in them."""

    opened: tuple[Opened, ...] = ()
    files: Mapping[str, GuideSeen | None] = {}


class Limits(Frozen):
    """How many guides are drawn."""

    sample: int = Field(default=_WANTED, ge=1, le=20, description="抽查几件办事指南")
    lacking: int = Field(default=1, ge=1, le=10, description="办事指南缺几项要素算不完整")
    ignored: tuple[Element, ...] = Field(default=(), description="办事指南不计的要素")
    tested_share: float = Field(default=0.9, ge=0, le=1, description="判为通过所需的已测比例")


def observe(page: Page) -> OnPage | None:
    guide = None if page.is_home else read_guide(page)
    if guide is not None:
        return OnPage(guide=_kept(guide, page))
    if not page.is_home and leads_to_file(page):
        return OnPage(enclosing=page.title[:60], files=files_of(page))
    platform = _platform(page) if page.is_home else ""
    away = () if page.is_home or not _lists_services(page) else _away(page)
    return OnPage(away=away, platform=platform) if away or platform else None


def _kept(guide: Guide, page: Page) -> GuideSeen:
    return _seen(guide, page.title, files_of(page) if guide.attached else ())


def _seen(guide: Guide, title: str, files: tuple[str, ...] = (), *, enclosed: bool = False) -> GuideSeen:
    return GuideSeen(
        title=title[:60],
        lacking=tuple(element.value for element in guide.lacking),
        attached=guide.attached,
        materials=guide.materials,
        form_told=guide.form_told,
        form_wanted=guide.form_wanted,
        form_given=guide.form_given,
        vague=guide.vague,
        files=files,
        enclosed=enclosed,
    )


def _lists_services(page: Page) -> bool:
    name = page.meta.get("columnname") or page.title[:24].split("_")[0]
    if not any(word in name for word in ("办事", "服务", "事项")):
        return False
    return any(match.key == "services" for match in match_section(name)[:1])


def _away(page: Page) -> tuple[tuple[str, str], ...]:
    host = urlsplit(page.url).netloc
    found: dict[str, str] = {}
    for link in page.links:
        if _leads_away(link, host) and 6 <= len(link.text) <= 60:
            found.setdefault(link.url or "", link.text)
    return tuple((text, url) for url, text in list(found.items())[:_KEPT_LINKS])


def _leads_away(link: Link, host: str) -> bool:
    """To an item on another host, not to that host's front page."""
    if link.tag != "a" or not link.url:
        return False
    parts = urlsplit(link.url)
    return parts.netloc != host and len(parts.path + parts.query) > 1


def _platform(page: Page) -> str:
    host = urlsplit(page.url).netloc
    for link in page.links:
        named = link.tag == "a" and any(word in link.text for word in _PLATFORMS)
        if named and link.url and urlsplit(link.url).netloc != host:
            return link.url
    return ""


async def gather(evidence: Evidence[OnPage], net: Net) -> OffSite:
    """Read the guides that stand in attachments; open off-site guides until there are five in all, drawn by
    seed from all that are linked."""
    files = await _files(evidence, net)
    lacking = _WANTED - sum(guide is not None for guide in _own(evidence, files).values())
    if lacking <= 0:
        return OffSite(files=files)
    scope = Scope.of(evidence.unit)
    links = {url: text for page in evidence.pages for text, url in page.data.away if url not in scope}
    urls = sorted(links)
    chosen = Random(f"{evidence.context.seed} guide").sample(urls, min(lacking, len(urls)))
    opened = [await _open(url, links[url], net) for url in sorted(chosen)]
    return OffSite(opened=tuple(opened), files=files)


async def _files(evidence: Evidence[OnPage], net: Net) -> dict[str, GuideSeen | None]:
    """What the attachments say of guides that stand in them, as far as they were drawn, by page."""
    titles = {page.facts.final_url: _title_of(page.data) for page in evidence.pages if _enclosing(page.data)}
    files = {page.facts.final_url: _enclosing(page.data) for page in evidence.pages}
    found = await read_enclosed({url: files[url] for url in titles}, evidence, net, "guide")
    return {url: _read_file(enclosed, titles[url]) for url, enclosed in found.items()}


def _enclosing(data: OnPage) -> tuple[str, ...]:
    return data.files or (data.guide.files if data.guide is not None else ())


def _title_of(data: OnPage) -> str:
    return data.enclosing or (data.guide.title if data.guide is not None else "")


def _read_file(enclosed: Enclosed, title: str) -> GuideSeen | None:
    """Only a guide of which nothing stayed unread can lack anything."""
    guide = guide_in_file(enclosed.text, title)
    if guide is None or (guide.lacking and not enclosed.whole):
        return None
    return _seen(guide, title, enclosed=True)


async def _open(url: str, title: str, net: Net) -> Opened:
    """As fetched; where that is no guide (service platforms are scripts), as the browser shows it."""
    fetched = await net.once(Request(url))
    if not fetched.ok or b"<" not in fetched.body[:2048]:
        return Opened(url=url, title=title)
    page = Page.of(fetched)
    guide = read_guide(page)
    if guide is not None and not guide.attached:
        return Opened(url=url, title=title, guide=_kept(guide, page))

    async def shown(tab: Tab) -> Rendered:
        return Rendered(await tab.open(url), await tab.html())

    rendered = await net.browse(shown, seconds=_BROWSING_SECONDS)
    if isinstance(rendered, Trouble):
        return Opened(url=url, title=title, guide=_kept(guide, page) if guide else None, why=rendered)
    page = Page(url, rendered.html.encode(), content_type="text/html; charset=utf-8")
    read = read_guide(page) if rendered.ok else None
    if read is not None and not rendered.opened.settled:
        read = replace(read, attached=True)  # more of it may have been on its way
    return Opened(url=url, title=title, guide=_kept(read, page) if read is not None else None)


def _own(evidence: Evidence[OnPage], files: Mapping[str, GuideSeen | None]) -> dict[str, GuideSeen | None]:
    """The portal's own guides by page; None for those that stand in attachments and could not be read."""
    own: dict[str, GuideSeen | None] = {}
    for page in evidence.pages:
        url, data = page.facts.final_url, page.data
        if data.guide is not None:
            own[url] = files.get(url) or data.guide
        elif data.enclosing:
            own[url] = files.get(url)
    return own


def judge(evidence: Evidence[OnPage], limits: Limits) -> Iterator[Result]:
    gathered = evidence.gathered if isinstance(evidence.gathered, OffSite) else OffSite()
    own = _own(evidence, gathered.files)
    read = {item.url: item.guide for item in gathered.opened if item.guide is not None}
    unread = {item.url: item.why for item in gathered.opened if item.guide is None}
    if not own and not read:
        yield from (_without_guides(check.id, evidence, unread) for check in CHECKS)
        return
    drawn = _drawn(own, read, evidence.context.seed, limits.sample)
    guides = {url: _asked_of(guide, limits) for url, guide in drawn.items() if guide is not None}
    missing: dict[str, Trouble | None] = {url: None for url, guide in drawn.items() if guide is None}
    missing |= dict(list(unread.items())[: max(0, limits.sample - len(drawn))])
    for check, judged in _JUDGES.items():
        yield _judge(check, judged, guides, missing, limits)


def _drawn(
    own: Mapping[str, GuideSeen | None], read: Mapping[str, GuideSeen], seed: int, sample: int
) -> dict[str, GuideSeen | None]:
    """Own guides that were read, by seed; then off-site ones; unread ones only where room is left."""
    urls = sorted(url for url, guide in own.items() if guide is not None)
    chosen = sorted(Random(f"{seed} guide").sample(urls, min(sample, len(urls))))
    drawn: dict[str, GuideSeen | None] = {url: own[url] for url in chosen}
    drawn |= {url: read[url] for url in sorted(read)[: max(0, sample - len(drawn))]}
    closed = sorted(url for url, guide in own.items() if guide is None)
    return drawn | dict.fromkeys(closed[: max(0, sample - len(drawn))])


def _asked_of(guide: GuideSeen, limits: Limits) -> GuideSeen:
    """The guide, lacking only what the limits ask for."""
    lacking = tuple(name for name in guide.lacking if name not in limits.ignored)
    return guide.model_copy(update={"lacking": lacking if len(lacking) >= limits.lacking else ()})


_Unread = Mapping[str, Trouble | None]  # URL of a guide that was not read, and why


def _reason(unread: _Unread) -> Reason:
    trouble = next((why for why in unread.values() if why is not None), None)
    return Reason(trouble.value) if trouble is not None else Reason.UNREADABLE


def _without_guides(check: str, evidence: Evidence[OnPage], unread: _Unread) -> Result:
    """None published, or only where a browser would be needed?"""
    platforms = [page.data.platform for page in evidence.pages if page.data.platform]
    elsewhere = list(dict.fromkeys([*unread, *platforms]))[:5]
    if elsewhere:
        why = "办事指南在站外服务平台，未能读到"
        return Result.unknown(check, _reason(unread), observed={"why": why, "links": elsewhere})
    if evidence.context.truncated:
        return Result.unknown(check, Reason.BUDGET, observed={"why": "页数用尽，未读到办事指南"})
    return Result.not_applicable(check, observed={"why": "没有发布办事指南"})


_Judged = Callable[
    [str, GuideSeen], "Finding | bool | None"
]  # a fault; True: fine; False: unclear; None: n/a


def _judge(
    check: str, judged: _Judged, guides: dict[str, GuideSeen], unread: _Unread, limits: Limits
) -> Result:
    answers = {url: judged(url, guide) for url, guide in guides.items()}
    asked = {url: answer for url, answer in answers.items() if answer is not None}
    observed: dict[str, object] = {"sample": list(guides)}
    if not asked and not unread:
        return Result.not_applicable(check, observed={**observed, "why": "抽到的指南均不涉及"})
    unclear = [*(url for url, answer in asked.items() if answer is False), *unread]
    if unclear:
        observed["untested"] = unclear
    return Result.of(
        check,
        defects=[answer for answer in asked.values() if isinstance(answer, Finding)],
        population=len(asked) + len(unread),
        tested=len(asked) + len(unread) - len(unclear),
        tested_share=limits.tested_share,
        reason=_reason(unread),
        observed=observed,
    )


def _elements(url: str, guide: GuideSeen) -> Finding | bool | None:
    if guide.lacking and guide.attached:
        return False
    if not guide.lacking:
        return True
    names = "、".join(guide.lacking)
    return Finding(
        url=url,
        subject=url,
        message=f"办事指南缺少{names}",
        expected="列明事项名称、设定依据、申请条件、办理材料、办理地点、办理机构、收费标准、办理时间、联系电话、办理流程",
        found=f"“{guide.title}”中没有{names}（同义的栏目名称也已查找）",
        advice=f"请在该指南中补充{names}",
    )


def _material_form(url: str, guide: GuideSeen) -> Finding | bool | None:
    if guide.materials is Materials.NONE:
        return None
    if guide.materials is Materials.ELSEWHERE:
        return False
    if guide.form_told:
        return True
    return Finding(
        url=url,
        subject=url,
        message="办理材料没有写明形式和份数",
        expected="对每份材料注明原件或复印件、纸质或电子、份数等",
        found=f"“{guide.title}”的办理材料中未见原件、复印件、纸质、电子、份数、盖章等字样",
        advice="请逐项注明材料的形式、份数和签章要求",
    )


def _forms(url: str, guide: GuideSeen) -> Finding | bool | None:
    if not guide.form_wanted:
        return None
    if guide.form_given:
        return True
    if guide.attached or guide.enclosed:  # the form may be a part of the file
        return False
    return Finding(
        url=url,
        subject=url,
        message="办事指南要求填表，但没有提供表格",
        expected="提供空白表格、示例样表，或写明领取渠道",
        found=f"“{guide.title}”要求提交“{guide.form_wanted}”，页面没有表格附件、下载链接或领取方式",
        advice="请在该指南中提供表格和填写样例的下载链接",
    )


def _vague(url: str, guide: GuideSeen) -> Finding | bool | None:
    if not guide.vague:
        return not guide.attached
    quoted = "；".join(f"{element}：“{words}”" for element, words in guide.vague)
    return Finding(
        url=url,
        subject=url,
        message="办事指南有兜底条款或含糊表述",
        expected="申请条件、办理材料、办理流程逐项列明，没有“其他材料”“有关材料”“视情况”一类表述",
        found=f"“{guide.title}”的{quoted}",
        advice="请删去兜底条款，把需要的条件和材料逐项写清",
    )


_JUDGES: dict[str, _Judged] = {
    "guide.elements": _elements,
    "guide.material_form": _material_form,
    "guide.forms": _forms,
    "guide.vague": _vague,
}

PROBE = Probe(
    id="guide",
    checks=CHECKS,
    evidence=OnPage,
    limits=Limits,
    observe=observe,
    judge=judge,
    gathers=OffSite,
    gather=gather,
)
