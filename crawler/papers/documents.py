"""What kind of published paper is an article: policy document, interpretation, consultation, meeting?

Pure. A paper is told by its title and by the column its page names; its number (文号), issuer and days are
read from the index table or from the text. Source: index tables and 文号 forms in use.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from selectolax.lexbor import LexborHTMLParser

from crawler import dialects
from crawler.markup.dates import parse_date, url_date
from crawler.markup.page import Link, read_links
from crawler.model import PageKind
from crawler.signs.kind import page_kind, trail
from crawler.texts.article import Article, is_article_url, read_article

if TYPE_CHECKING:
    from crawler.markup.page import Page


class PaperKind(StrEnum):
    """What an article is, as far as its title or its text's head tells."""

    POLICY = "policy"
    INTERPRETATION = "interpretation"
    CONSULTATION = "consultation"
    FEEDBACK = "feedback"  # what became of a consultation
    MEETING = "meeting"


@dataclass(frozen=True, slots=True)
class Paper:
    """One article with what only papers have. `column`: the name of the column its page names, or ''."""

    kind: PaperKind
    article: Article
    column: str = ""
    number: str = ""  # 文号 of its own, as 阳府规〔2026〕12号
    issuer: str = ""  # 发文机关, else what the title begins with


# -- numbers

# Full-width forms, sign for sign, so that places in the text stay.
_WIDE = str.maketrans("０１２３４５６７８９［］｛｝〈〉", "0123456789[]{}<>")
_SIGN = "\u4e00-\u9fa5"
_LETTERED = rf"((?:[{_SIGN}] ){{2,8}}[{_SIGN}]|[{_SIGN}]{{1,12}})\s?"
_YEARED = r"[〔\[【﹝（({<]\s?((?:19|20)\d\d)\s?[〕\]】﹞）)}>]\s?第?\s?(\d{1,5})\s?号"
_NUMBER = re.compile(_LETTERED + _YEARED)
_LETTERS = re.compile(_LETTERED + "$")
_BRACKETED = re.compile(_YEARED)
_BEFORE_NUMBER = re.compile(
    r"^.*(?:根据|按照|依据|关于|印发|发布|现将|文件|通知|字号|文号|编号|落实|贯彻|执行|参照|有关|以下|废止|修订|代替"
    r"|以|见|和|与|及|按|如|由|经|据|的|为)(?=[\u4e00-\u9fa5]{2,})"
)
_NUMBER_LABEL = re.compile(
    r"(?:发\s?文\s?字\s?号|文\s{0,4}号|发文号|公文编号|文件编号|文件字号)\s?[:：]?\s*\n?\s*"
)
_ISSUER_LABEL = re.compile(
    r"(?:发\s?文\s?机\s?关|发布机构|发布机关|制发机关|制定机关|发文单位|制发单位|发文机构)\s?[:：]?\s*\n?\s*"
    r"([^\n:：]{2,40})(?:\n|$)"
)
_ISSUER_FIRST = re.compile(
    r"^(?:【[^】]{1,8}】)?([\u4e00-\u9fa5（）()、]{2,40}?(?:人民政府办公厅|人民政府办公室|人民政府|管理委员会|管委会"
    r"|委员会办公室|委员会|办公厅|办公室|[市县区省州盟旗](?:[\u4e00-\u9fa5]{0,12}?)(?:局|厅|委|办|中心)|领导小组|指挥部"
    r"|[\u4e00-\u9fa5]{2,10}部|总局|国务院|党中央|中共中央))"
    r"(?=[\u4e00-\u9fa5 ]{0,30}(?:关于|印发|公布|发布|转发|公告|通告)|\s)"
)


def numbers_in(text: str) -> tuple[str, ...]:
    """Every document number a text names, in one form: 阳府规〔2026〕12号; without repeats."""
    text = _plain(text)
    found = []
    # A year in brackets is found much faster than the letters before it.
    for year in _BRACKETED.finditer(text):
        before = _LETTERS.search(text[max(0, year.start() - 30) : year.start()])
        if before is not None:
            letters = _BEFORE_NUMBER.sub("", before[1].replace(" ", ""))
            found.append(f"{letters}〔{year[1]}〕{int(year[2])}号")
    return tuple(dict.fromkeys(found))


def _plain(text: str) -> str:
    return text.translate(_WIDE) if any(sign in text for sign in "０２［｛〈") else text


def own_number(text: str, title: str = "") -> str:
    """The paper's own number: labelled, or alone on a line, or in the title; numbers it cites are not."""
    text, title = _plain(text), _plain(title)
    for label in _NUMBER_LABEL.finditer(text):
        match = _NUMBER.match(text, label.end())
        if match is not None:
            return numbers_in(match[0])[0]
    for line in text.split("\n", 60)[:60]:
        match = _NUMBER.search(line) if len(line) < 40 else None
        if match is not None and not line[: match.start()].strip() and not line[match.end() :].strip():
            return numbers_in(match[0])[0]
    tail = re.search(r"[（(]([^（）()]{2,12}[〔\[【﹝]\d{4}[〕\]】﹞]第?\d{1,5}号)[）)]\s*$", title)
    return numbers_in(tail[1])[0] if tail is not None and numbers_in(tail[1]) else ""


# -- titles

_INTERPRETATION = re.compile(
    r"解读|图解|一图看懂|一图读懂|一图速懂|图说政策|读懂《|政策问答|问答|答记者问|明白卡|明白纸|起草说明|编制说明"
)
_ABOUT_INTERPRETING = re.compile(
    r"(?:召开|举办|举行|开展|参加|组织|推进).{0,20}(?:解读|问答)|解读(?:会|培训|活动|工作)|竞赛|有奖"
)
_CONSULTATION = re.compile(
    r"(?:征求|征集|征询|听取|公开征).{0,40}?(?:意见|建议|看法)|意见征集|征求意见|民意征集|意见征求|听证(?:会)?公告"
)
_FEEDBACK = re.compile(
    r"(?:征求|征集|意见|建议|听证).{0,60}?(?:结果|反馈|采纳|汇总|情况的?(?:说明|公告|公示|通报|报告))"
    r"|采纳情况|反馈情况|征集结果|结果反馈"
)
_MEETING = re.compile(
    r"第[\d〇○零一二三四五六七八九十百]{1,5}次(?:\(?扩大\)?)?(?:政府|局务|局长|主任|厅务|委务)?(?:常务|全体|办公)?(?:\(?扩大\)?)?会议?"
    r"|常务会议|政府全体(?:\(?扩大\)?)?会议|全体\(?扩大\)?会议"
)
_NOT_OF_GOVERNMENT = re.compile(
    r"人大|政协|党委|党组|党代会|人民代表|常委会|国务院|中央|纪委|代表大会|社区|村民"
)
_AHEAD = re.compile(r"关于召开|的通知|预告|议题征集|会议纪要格式")
_NAMED = re.compile(r"《([^《》]{4,80}?)》")
_POLICY_FORM = re.compile(
    r"(?:办法|规定|细则|规则|措施|意见|方案|规划|决定|条例|规范|标准|制度|预案|清单|政策|通知|通告|公告|计划|指引|指南)"
    r"(?:[（(][^（）()]{1,14}[）)])?(?:的通知|的公告|的通告|的决定)?$"
)
_NEWS_REPORT = re.compile(r"召开|举行|举办|调研|慰问|走访|视察|赴|开幕|闭幕|签约|仪式|座谈|启动")


@lru_cache(maxsize=16384)
def kind_of_title(title: str) -> PaperKind | None:
    """What a title alone says; None where it names no paper. A policy document needs more than its title."""
    if len(title) < 5:
        return None
    if _CONSULTATION.search(title) is not None or "采纳情况" in title or "反馈情况" in title:
        if _FEEDBACK.search(title) is not None:
            return PaperKind.FEEDBACK
        if "意见" in title or "建议" in title or "听证" in title:
            return PaperKind.CONSULTATION
    interprets = _INTERPRETATION.search(title) is not None
    if interprets and "《" in title and _ABOUT_INTERPRETING.search(title) is None:
        return PaperKind.INTERPRETATION
    meeting = _MEETING.search(title)
    if meeting is not None and not _NOT_OF_GOVERNMENT.search(title) and not _AHEAD.search(title):
        return PaperKind.MEETING
    if interprets and _ABOUT_INTERPRETING.search(title) is None:
        return PaperKind.INTERPRETATION
    return None


def news_report(title: str) -> bool:
    """Does the title tell of an event (召开, 调研, …), as news do and documents do not?"""
    return _NEWS_REPORT.search(title) is not None and "关于" not in title and "《" not in title


_LEAD = re.compile(r"^.{0,60}?(?:关于印发|关于公布|关于发布|关于转发|关于下发|印发|关于)")
_TAIL = re.compile(
    r"(?:的)?(?:通知|通告|公告|决定|批复|函)?(?:的)?(?:政策|部门|专家|文字|图文|视频|简明|解读|图解|问答|起草说明|编制说明"
    r"|说明|情况|答记者问|[（(][^（）()]{1,16}[）)]|[:：\-—\s])*$"
)
_HEAD = re.compile(
    r"^(?:【[^】]{1,10}】|\[[^\]]{1,10}\]|(?:一图)?(?:读懂|看懂|速懂)|(?:政策|图文|文字|视频|音频|动漫|动画|专家|部门|媒体"
    r"|负责人|单位主要负责人|主要负责人|局长|主任)*(?:解读|图解|问答|说)|[:：\s|丨])+"
)
_SIGNS = re.compile(r"[\s《》〈〉“”\"'‘’「」（）()\[\]【】、，,。.:：;；·\-—_|丨!！?？]+")


@lru_cache(maxsize=16384)
def core_of_title(title: str) -> str:
    """What a paper is about, bare: the name in 《》, else the title without issuer, 关于印发 and 的通知."""
    named = [name for name in _NAMED.findall(title) if len(name) >= 5]
    text = max(named, key=len) if named else title
    text = _HEAD.sub("", text.strip()) or text
    text = _LEAD.sub("", text) or text
    text = _TAIL.sub("", text) or text
    text = re.sub(
        r"[（(](?:试行|暂行|征求意见稿|草案|送审稿|修订|修订稿|公开征求意见稿|20\d\d年修订)[^（）()]{0,6}[）)]",
        "",
        text,
    )
    return _SIGNS.sub("", text)


# -- papers


def read_paper(page: Page) -> Paper | None:
    """The paper an article page is, or None; read once, kept while the page lives."""
    return page.once(_read)


def _read(page: Page) -> Paper | None:
    kind = page_kind(page)
    if kind not in (PageKind.ARTICLE, PageKind.INTERACTION):
        return None
    article = read_article(page)
    if article is None or len(article.title) < 5:
        return None
    # A consultation may stand on a page of the interaction system; a list of them has no day of its own.
    if kind is PageKind.INTERACTION and article.date is None and not is_article_url(page.url):
        return None
    told = kind_of_title(article.title)
    if told is not None and told is not PaperKind.INTERPRETATION:
        return Paper(told, article, column_of(page), issuer=_issuer(page, article))
    if told is PaperKind.INTERPRETATION:
        return Paper(told, article, column_of(page), own_number("", article.title), _issuer(page, article))
    numbered = "号" in page.html and any(sign in page.html for sign in ("〔", "﹝", "文号", "字号", "文　号"))
    if not numbered and _POLICY_FORM.search(article.title) is None:
        return None
    number = own_number(_read_text(page, article), article.title) if numbered else ""
    return Paper(PaperKind.POLICY, article, column_of(page), number, _issuer(page, article))


def column_of(page: Page) -> str:
    """The name of the column that holds the page: its tag, else the last short step of the breadcrumb."""
    tag = page.meta.get("columnname", "").strip()
    if tag and tag.lower() != "null":
        return tag[:40]
    steps = [step.strip() for step in re.split(r"\s*(?:>+|»|›|→|＞|::|/)\s*", trail(page)) if step.strip()]
    steps = [step.split()[0] for step in steps if step.split()]
    short = [step for step in steps if 2 <= len(step) <= 16 and not step.startswith("正文")]
    return short[-1] if short else ""


def _issuer(page: Page, article: Article) -> str:
    if any(label in page.html for label in ("机关", "发布机构", "发文单位", "制发单位")):
        match = _ISSUER_LABEL.search(_read_text(page, article))
        if match is not None:
            return match[1].strip()
    match = _ISSUER_FIRST.match(article.title)
    return match[1] if match is not None else ""


def _read_text(page: Page, article: Article) -> str:
    """The page's words, or the article's where they come as data."""
    return article.text if dialects.read(page).article is not None else page.text


# -- days

_SIGNED = re.compile(
    r"(?:成文|印发|签发|生成|制发|发文)\s?(?:日期|时间)\s?[:：]?\s*\n?\s*([0-9０-９]{4}[^\n]{4,12})"
)
_SHOWN = re.compile(
    r"(?:发布|公布|公开|发表|刊发|上网|发稿)\s?(?:日期|时间)?\s?[:：]\s*\n?\s*([0-9０-９]{4}[^\n]{4,12})"
)


@dataclass(frozen=True, slots=True)
class Days:
    """Earliest and latest day on which a page may have been put online; None: only the signing is told."""

    earliest: date | None
    latest: date | None


def days_of(page: Page, article: Article) -> Days:
    """Days of publication the page gives; the day of signing (成文日期) is none of them."""
    text = _read_text(page, article)
    given = [parse_date(page.meta.get("pubdate", "")), url_date(page.url)]
    given += [parse_date(match[1]) for match in _SHOWN.finditer(text[:20_000])]
    signed = {parse_date(match[1]) for match in _SIGNED.finditer(text[:20_000])} - {None}
    told = [day for day in given if day is not None]
    if article.date is not None and (told or article.date not in signed):
        told.append(article.date)
    return Days(min(told, default=None), max(told, default=None))


# -- links


def article_links(page: Page) -> tuple[Link, ...]:
    """The page's links, with those of an article text that came as data."""
    told = dialects.read(page).article
    if told is None or "<a" not in told.html.lower():
        return page.links
    return (*page.links, *read_links(LexborHTMLParser(told.html), page.base, page.charset))
