"""Asking for information (依申请公开) and the disclosure guide (公开指南): which channels do they name?

Evidence: what the pages of both columns say, as short quotations. Either page may name a channel for
applications. Source: 国办公开办函〔2019〕61号, JL-B5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from pydantic import Field

from crawler.markup.page import Page
from crawler.markup.pieces import filled_by_script
from crawler.model import Frozen, PageKind, Request
from crawler.scope import Scope
from crawler.signs.kind import page_kind
from crawler.texts.article import read_article
from probes.base import Check, Evidence, Finding, Net, Probe, Reason, Result
from probes.lexicon import match_section

CHECKS = (
    Check("on_request.channels", "依申请公开受理渠道"),
    Check("guide_doc.online", "公开指南列明线上渠道"),
    Check("guide_doc.offline", "公开指南列明线下渠道"),
)
_APPLYING = {
    "online": ("网上提交", re.compile(r"网上|在线|网络|互联网|电子邮[件箱]|邮箱|@")),
    "post": ("信函邮寄", re.compile(r"信函|邮寄|邮政|邮编|寄[至送]|快递")),
    "in_person": (
        "当面提交",
        re.compile(
            r"当面|现场|窗口|上门|亲自|面交|直接到|到[^。；\n]{0,30}(?:提交|递交|申请|领取)|受理地[址点]"
        ),
    ),
    "fax_or_mail": ("传真或电子邮件", re.compile(r"传真|电子邮[件箱]|邮箱|@")),
}
_ONLINE = {
    "website": ("网站网址", re.compile(r"网址|网站|门户|www\.|https?://|\.gov\.cn", re.IGNORECASE)),
    "accounts": (
        "微信、微博账号或客户端",
        re.compile(r"微信|微博|公众号|客户端|新媒体|小程序|视频号|APP", re.IGNORECASE),
    ),
}
_OFFLINE = {
    "place": (
        "查阅点或公示栏",
        re.compile(r"档案馆|图书馆|查阅|公[开示告]栏|服务中心|服务大厅|阅览|公报|查询点"),
    ),
    "address": ("地址", re.compile(r"地\s?址|地\s?点|位\s?于|位置|[路街道巷]\s?\d+\s?号")),
    "phone": ("电话", re.compile(r"电\s?话|0\d{2,3}\s?[-—－]?\s?\d{7,8}")),
}
_FACTS: dict[str, tuple[str, re.Pattern[str]]] = {
    f"{group}.{name}": fact
    for group, facts in (("ask", _APPLYING), ("online", _ONLINE), ("offline", _OFFLINE))
    for name, fact in facts.items()
}
_FOOTER = re.compile(r"^(?:主办单位|主办[:：]|版权所有|网站标识码|Copyright|\S{0,3}ICP备)", re.IGNORECASE)
_OTHER = re.compile(r"查询|统计|年报|年度报告|培训|会议|答复书|目录|制度|规定|条例")
_NAMES = re.compile(r"申请公开|公开指南|^指南$")  # of links to pages that may hold the channels
_LEFTOVER = re.compile(r"\{\$|\{\{|<%|\$\{")  # a template that data should have filled
_READABLE = 100  # characters from which a page says something about channels (assumed)


class OnPage(Frozen):
    """What one page of either column says."""

    part: Literal["guide", "on_request", "links"]
    title: str = ""
    facts: Mapping[str, str] = {}  # channel -> a few words around its name
    read: bool = True  # False: the text stands in an attachment or picture, or comes by script
    systems: tuple[str, ...] = ()  # links called 依申请公开, on home, site map and disclosure pages


class Opened(Frozen):
    """A page called 依申请公开 outside the unit's own pages; `page` is None where it could not be read."""

    url: str
    page: OnPage | None = None


class OffSite(Frozen):
    """The pages that were opened: the parent's column or a system of its own may hold the channels."""

    opened: tuple[Opened, ...] = ()


class Limits(Frozen):
    """Which of the application channels are asked for."""

    fax_or_mail: bool = Field(default=True, description="依申请公开须有传真或电子邮件渠道")


def observe(page: Page) -> OnPage | None:
    if page.is_home:
        return _linking(page)
    column = page.meta.get("columnname", "")
    if "公开" not in column and "公开" not in page.title and "指南" not in column:
        return _linking(page) if "网站地图" in page.title else None
    return _read(page, column) or (_linking(page) if page_kind(page) is PageKind.DISCLOSURE else None)


def _read(page: Page, column: str) -> OnPage | None:
    article = read_article(page)
    title = (article.title if article is not None else "") or page.title
    part = _part(column, title, page.title)
    if part is None:
        return None
    text = _text(page)
    if len(text) < _READABLE:
        held = article is not None and bool(article.attachments or article.images)
        if not held and filled_by_script(page) not in ("shell", "template"):
            return None  # a list, or a page that leads on
        return OnPage(part=part, title=title[:60], read=False)
    if _LEFTOVER.search(text):
        return OnPage(part=part, title=title[:60], read=False)
    facts = {name: _quote(text, pattern) for name, (_, pattern) in _FACTS.items()}
    if part == "on_request" and page.tree.css_first("textarea,input[type=file]") is not None:
        facts["ask.online"] = facts["ask.online"] or "页面有在线申请表单"
    return OnPage(part=part, title=title[:60], facts={name: words for name, words in facts.items() if words})


def _part(column: str, title: str, page_title: str) -> Literal["guide", "on_request"] | None:
    """Which of the two a page is: by its own title, else by its column."""
    if re.search(r"(?:信息|政务|依申请)?公开(?:工作)?指南|公开指南", title) and "依申请" not in title:
        return "guide"
    if _of_another(column):
        return None
    if "申请公开" in title and not _OTHER.search(title):
        return "on_request"
    for name in (column, page_title.split("_")[0].split("-")[0]):
        for match in match_section(name)[:1] if name else ():
            if match.key == "guide" and match.confidence >= 1:
                return "guide"
            if match.key == "on_request" and not _OTHER.search(title):
                return "on_request"
    return None


def _of_another(column: str) -> bool:
    """Rules and reports about applications stand in columns of their own."""
    found = match_section(column)[:1] if column else []
    return bool(found) and found[0].key not in ("on_request", "guide", "disclosure", "statutory", "services")


def _text(page: Page) -> str:
    """The running text: the article's, else the longer lines up to the footer."""
    article = read_article(page)
    text = article.text if article is not None and article.characters >= _READABLE else page.text
    lines = text.split("\n")
    end = next((number for number, line in enumerate(lines) if _FOOTER.match(line)), len(lines))
    whole = article is not None and text is article.text
    return "\n".join(line for line in lines[:end] if whole or len(line) >= 12)


def _quote(text: str, pattern: re.Pattern[str]) -> str:
    found = pattern.search(text)
    if found is None:
        return ""
    return text[max(0, found.start() - 8) : found.end() + 16].replace("\n", " ")


def _linking(page: Page) -> OnPage | None:
    if "申请" not in page.text:
        return None
    urls = []
    for link in page.links:
        if link.tag != "a" or not link.url or "申请" not in link.text or len(link.text) > 16:
            continue
        if any(match.key == "on_request" for match in match_section(link.text)[:1]):
            urls.append(link.url)
    return OnPage(part="links", systems=tuple(dict.fromkeys(urls))[:3]) if urls else None


async def gather(evidence: Evidence[OnPage], net: Net) -> OffSite:
    """Open the column where it is the parent's or stands on another host; at most two addresses."""
    if any(page.data.part == "on_request" for page in evidence.pages):
        return OffSite()
    opened = []
    for url in _away(evidence)[:2]:
        fetched = await net.once(Request(url))
        page = Page.of(fetched) if fetched.ok and b"<" in fetched.body[:2048] else None
        seen = _read(page, page.meta.get("columnname", "")) if page is not None else None
        opened.append(Opened(url=url, page=seen if seen and seen.part == "on_request" else None))
    return OffSite(opened=tuple(opened))


def _away(evidence: Evidence[OnPage]) -> list[str]:
    scope = Scope.of(evidence.unit)
    return sorted({url for page in evidence.pages for url in page.data.systems if url not in scope})


def judge(evidence: Evidence[OnPage], limits: Limits) -> Iterator[Result]:
    guides = [(page.facts.final_url, page.data) for page in evidence.pages if page.data.part == "guide"]
    asking = [(page.facts.final_url, page.data) for page in evidence.pages if page.data.part == "on_request"]
    yield _judge_asking(evidence, asking, guides, limits)
    yield _judge_guide("guide_doc.online", "线上渠道", "online", _ONLINE, guides, evidence)
    yield _judge_guide("guide_doc.offline", "线下渠道", "offline", _OFFLINE, guides, evidence)


_Pages = Sequence[tuple[str, OnPage]]  # (URL, what it says)


def _judge_asking(evidence: Evidence[OnPage], asking: _Pages, guides: _Pages, limits: Limits) -> Result:
    check = "on_request.channels"
    opened = evidence.gathered.opened if isinstance(evidence.gathered, OffSite) else ()
    asking = [*asking, *((item.url, item.page) for item in opened if item.page is not None)]
    away = [] if asking else _away(evidence)
    pages = [*asking, *guides]
    if not pages and not away:
        return _nothing(check, "没有依申请公开页面", evidence)
    read = [page for page in pages if page[1].read]
    near = {url for url, _ in pages}
    unread = [*(url for url, page in pages if not page.read), *away, *evidence.unread(_NAMES, near)]
    if not read:
        why = "申请说明在附件、图片或站外系统中，未能读到"
        return Result.unknown(check, Reason.UNREADABLE, population=1, observed={"why": why, "links": unread})
    wanted = {
        name: label for name, (label, _) in _APPLYING.items() if limits.fax_or_mail or name != "fax_or_mail"
    }
    told = _Channels(wanted, _facts(read, "ask"))
    observed: dict[str, object] = {"sample": [url for url, _ in read][:5], "channels": told.labels}
    if not told.lacking:
        return Result.of(check, observed=observed)
    if unread:
        observed["untested"] = unread
        return Result.unknown(check, Reason.UNREADABLE, population=1, observed=observed)
    first = ([page for page in asking if page[1].read] or read)[0][0]
    lacking = "、".join(told.lacking)
    finding = Finding(
        url=first,
        subject=first,
        message=f"依申请公开没有{lacking}渠道",
        expected=f"列明{'、'.join(wanted.values())}等受理渠道",
        found=f"申请说明和公开指南中已有：{told.quoted}；没有：{lacking}",
        advice=f"请在依申请公开页面补充{lacking}的具体方式",
    )
    return Result.of(check, defects=[finding], observed=observed)


def _judge_guide(
    check: str,
    words: str,
    group: str,
    wanted: Mapping[str, tuple[str, re.Pattern[str]]],
    guides: _Pages,
    evidence: Evidence[OnPage],
) -> Result:
    """The fullest guide counts: columns often list the guides of other offices beside the own one."""
    if not guides:
        return _nothing(check, "没有公开指南", evidence)
    read = [page for page in guides if page[1].read]
    if not read:
        why = "公开指南在附件、图片中或由脚本加载，未能读到"
        links = [url for url, _ in guides][:5]
        return Result.unknown(check, Reason.UNREADABLE, population=1, observed={"why": why, "links": links})
    url, page = max(read, key=lambda each: len(_facts([each], group)))
    names = {name: label for name, (label, _) in wanted.items()}
    told = _Channels(names, _facts([(url, page)], group))
    observed = {"sample": [url], "channels": told.labels}
    if not told.lacking:
        return Result.of(check, observed=observed)
    if len(read) < len(guides) or evidence.unread(_NAMES, {url for url, _ in guides}):
        return Result.unknown(check, Reason.UNREADABLE, population=1, observed=observed)
    lacking = "、".join(told.lacking)
    finding = Finding(
        url=url,
        subject=url,
        message=f"公开指南没有列明{words}的{lacking}",
        expected=f"公开指南列明{words}：{'、'.join(names.values())}",
        found=f"“{page.title}”中已有：{told.quoted}；没有：{lacking}",
        advice=f"请在公开指南中补充{lacking}",
    )
    return Result.of(check, defects=[finding], observed=observed)


class _Channels(NamedTuple):
    """Which of the wanted channels are told."""

    wanted: Mapping[str, str]  # name: label
    facts: Mapping[str, str]  # name: the words that tell it

    @property
    def labels(self) -> list[str]:
        return [label for name, label in self.wanted.items() if name in self.facts]

    @property
    def lacking(self) -> list[str]:
        return [label for name, label in self.wanted.items() if name not in self.facts]

    @property
    def quoted(self) -> str:
        """The channels that are told, each with the words that tell it."""
        told = (
            f"{label}（“{self.facts[name]}”）" for name, label in self.wanted.items() if name in self.facts
        )
        return "；".join(told) or "无"


def _facts(pages: _Pages, group: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for _, page in pages:
        for name, words in page.facts.items():
            if name.startswith(f"{group}."):
                found.setdefault(name.partition(".")[2], words)
    return found


def _nothing(check: str, why: str, evidence: Evidence[OnPage]) -> Result:
    if evidence.context.truncated:
        return Result.unknown(check, Reason.BUDGET, observed={"why": f"页数用尽，{why}"})
    return Result.not_applicable(check, observed={"why": why})


PROBE = Probe(
    id="on_request",
    checks=CHECKS,
    evidence=OnPage,
    limits=Limits,
    observe=observe,
    judge=judge,
    gathers=OffSite,
    gather=gather,
)
