"""What does a public letter (留言、来信) show: when asked, when answered, by whom, and the answer itself?

Pure. A letter is read where labels stand at the beginning of lines or cells; the same labels heading the
columns of a list say what its rows show. Words of citizens are never returned, only what is there and when.
Source: label names seen on letter systems of several makers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from selectolax.lexbor import LexborNode

from crawler.markup.dates import find_dates
from crawler.markup.page import block_text, squeeze

if TYPE_CHECKING:
    from crawler.markup.page import Page


class Part(StrEnum):
    """What a label of a letter stands for."""

    ASKED = "asked"
    ANSWERED = "answered"
    WHO = "who"
    TEXT = "text"  # the reply
    QUESTION = "question"
    RATING = "rating"
    STATUS = "status"
    OTHER = "other"  # title, number, writer: ends the value before it


@dataclass(frozen=True, slots=True)
class Letter:
    """One published letter with a reply. `shown`: parts that have a value; `blank`: label without one."""

    shown: frozenset[Part]
    blank: frozenset[Part] = frozenset()
    asked: date | None = None
    answered: date | None = None
    hour: int | None = None  # of the question, where the page tells it
    scripted: bool = False  # a script may fill what is blank


class LetterRow(NamedTuple):
    """What a list shows of one letter beside the link to it."""

    url: str
    shown: frozenset[Part]
    asked: date | None
    answered: date | None


_ASK = "留言|来信|来件|来电|写信|信件|提问|咨询|提交|递交|投诉|反映|诉求|建议|发信|受理|收件|接收"
_ANSWER = "答复|回复|办结|办理|处理|办复|反馈|回信|回答|解答|复函|处办"
_LABELS: tuple[tuple[Part, str], ...] = (
    (Part.RATING, r"(?:群众|网民|网友|来信人|办理)?(?:满意度?|满意程度|评价)(?:评价|调查|结果|情况|打分)?"),
    (Part.STATUS, r"(?:办理|处理|信件|留言|答复|回复|当前)?状态"),
    (Part.ASKED, rf"(?:{_ASK})(?:的)?(?:时间|日期)"),
    (Part.ANSWERED, rf"(?:{_ANSWER})(?:的)?(?:时间|日期)"),
    (Part.WHO, rf"(?:{_ANSWER}|承办|受理|责任|经办|转办)(?:单位|部门|机构|机关|主体|人|者|对象)(?:名称)?"),
    (
        Part.QUESTION,
        rf"(?:{_ASK}|问题|具体|来信\(电\))(?:的)?(?:内容|描述|正文|详情|摘要)|内容描述|主要诉求|网友留言|网民(?:提问|留言)|留言|提问",
    ),
    (
        Part.TEXT,
        rf"(?:{_ANSWER}|部门|官方|最终|诉求|咨询)(?:回复|答复)?(?:内容|意见|情况|结果|详情|信息|正文)"
        r"|(?:部门|单位|官方|诉求|咨询|处办)?(?:答复|回复|回答)",
    ),
    (
        Part.OTHER,
        r"(?:留言|来信|信件|咨询|诉求|投诉|工单)?(?:标题|主题|编号|查询码|类型|类别|性质|目的)"
        r"|(?:留言|来信|写信|咨询|提问|投诉|反映|诉求|发信)(?:人|者)(?:姓名)?|姓名|昵称|受理编号|流水号"
        r"|是否公开|附件|浏览(?:次数|量)?|点击(?:次数|量|数)?|发布时间|来源|信件来源|收信(?:人|单位)",
    ),
)
_LABEL = re.compile("|".join(f"(?P<{part}>{names})" for part, names in _LABELS))
_GAP = re.compile(r"(?<=[\u4e00-\u9fff])[ \u3000\xa0]+(?=[\u4e00-\u9fff])")
_AFTER_LABEL = re.compile(r"^[】\])）]?\s*[:：]\s*|^[】\]]\s*|^$")
_TRIM = "【[(（*·•◆■▪ \u3000\xa0"
_NOTHING = re.compile(
    r"^(?:无|暂无|未(?:答复|回复|办理|处理)|待(?:答复|回复|办理)|null|undefined|[-—/]+)?$", re.I
)
_PENDING = re.compile(r"待(?:答|回|办|处|受|审)|未(?:答|回|办|处|受)|办理中|处理中|受理中|转办")
_CLOCK = re.compile(r"^\D{0,3}(\d{1,2})[:：]\d{2}")
_SIGNED = re.compile(
    r"(?:局|委|委员会|办|办公室|厅|政府|中心|镇|乡|街道|处|院|队|所|站|公司|部)(?:（[^）]{1,12}）)?$"
)
_BY_SCRIPT = re.compile(r"\{\{|\$T\.|\$\.(?:ajax|get|post|getJSON)\(|axios|new Vue|\bfetch\(|XMLHttpRequest")
# A page without any of these shows no date of a question: tried first, as most pages are no letters.
_MARKS = {what: tuple(f"{who}{what}" for who in _ASK.split("|")[:12]) for what in ("时间", "日期", "内容")}
_ROW_HEADS = tuple(
    f"{who}{what}"
    for who in ("答复", "回复", "办理", "受理", "处理", "办结", "承办")
    for what in ("时间", "日期", "单位", "部门")
)
_LONGEST_VALUE = 12  # lines of one value that are looked at for a date or a signature
_ROWS = 60
_END = re.compile(  # the page goes on with something else
    r"[【\[]?(?:打印|关闭|分享|上一[篇条]|下一[篇条]|返回|扫一扫|相关(?:链接|信件|留言|附件)|版权所有|主办单位|网站标识码"
    r"|网站地图|\S{0,3}ICP备|Copyright)",
    re.IGNORECASE,
)


def may_hold_letters(page: Page) -> bool:
    """A cheap look: could labels of a letter stand here?"""
    text = page.text
    return ("复" in text or "办" in text or "处" in text) and any(
        what in text and any(mark in text for mark in marks) for what, marks in _MARKS.items()
    )


def read_letters(page: Page) -> tuple[Letter, ...]:
    """The replied letters of a page: one on its own page, several where replies stand one under another.

    Empty where the page is not clearly one: a date or text of the question and a date or text of the reply
    must have values, and three labels in all.
    """
    if not may_hold_letters(page):
        return ()
    scripted = _BY_SCRIPT.search(page.html) is not None
    letters = []
    for draft in _drafts(page.text.split("\n")):
        letter = draft.finish(scripted)
        if letter is not None:
            letters.append(letter)
    return tuple(letters)


@dataclass(slots=True)
class _Draft:
    """A letter while its lines are read."""

    values: dict[Part, list[str]] = field(default_factory=dict)
    pending: bool = False

    def finish(self, scripted: bool) -> Letter | None:
        known = {part: _clean(lines) for part, lines in self.values.items()}
        asked, hour = _when(known.get(Part.ASKED, []))
        answered, _ = _when(known.get(Part.ANSWERED, []))
        reply = known.get(Part.TEXT, [])
        shown = {part for part in (Part.WHO, Part.QUESTION, Part.RATING, Part.TEXT) if known.get(part)}
        if reply and answered is None:
            answered = _signed_day(reply)
        if reply and Part.WHO not in shown and _signed_by(reply):
            shown.add(Part.WHO)
        shown |= {part for part, day in ((Part.ASKED, asked), (Part.ANSWERED, answered)) if day}
        if Part.TEXT not in self.values and self._loose():
            shown.add(Part.TEXT)
        asking = shown & {Part.ASKED, Part.QUESTION}
        if self.pending or not asking or not shown & {Part.ANSWERED, Part.TEXT}:
            return None
        if len(shown - {Part.RATING}) < 3:
            return None
        if Part.RATING in self.values:
            shown.add(Part.RATING)
        blank = frozenset(part for part in self.values if part not in shown)
        return Letter(frozenset(shown), blank, asked, answered, hour, scripted and bool(blank))

    def _loose(self) -> bool:
        """Is there running text that no label leads to? It may be the reply."""
        after = [*self.values.get(Part.QUESTION, [])[1:]]
        for part in (Part.ANSWERED, Part.WHO, Part.ASKED, Part.OTHER):
            after += self.values.get(part, [])[1:]
        return any("。" in line or "您好" in line or len(line) >= 30 for line in after)


def _drafts(lines: list[str]) -> list[_Draft]:
    """Lines by label; a second question begins the next letter, a second reply does not."""
    drafts = [_Draft()]
    part: Part | None = None
    for raw in lines:
        found = _label(raw)
        if found is None:
            if part is not None and _END.match(raw):
                part = None
            if part is not None and len(drafts[-1].values[part]) < 200:
                drafts[-1].values[part].append(raw)
            continue
        part, rest = found
        if part in (Part.ASKED, Part.QUESTION) and part in drafts[-1].values and _replied(drafts[-1]):
            drafts.append(_Draft())
        drafts[-1].values.setdefault(part, []).extend([rest] if rest else [])
        if part is Part.STATUS and _PENDING.search(rest):
            drafts[-1].pending = True
    for draft in drafts:
        status = draft.values.get(Part.STATUS, [])
        draft.pending = draft.pending or bool(status and _PENDING.search(status[0]))
    return drafts


def _replied(draft: _Draft) -> bool:
    return Part.TEXT in draft.values or Part.ANSWERED in draft.values


def _label(raw: str) -> tuple[Part, str] | None:
    """(what the line is labelled as, the rest of the line), or None for a line that begins with no label."""
    line = raw.lstrip(_TRIM)
    head = _GAP.sub("", line[:24]) + line[24:] if len(line) > 1 else line
    match = _LABEL.match(head)
    if match is None:
        return None
    after = head[match.end() :]
    end = _AFTER_LABEL.match(after)
    if end is None:
        return None
    return Part(str(match.lastgroup)), after[end.end() :].strip()


def _clean(lines: list[str]) -> list[str]:
    return [line for line in lines if not _NOTHING.match(line.strip())]


def _when(lines: list[str]) -> tuple[date | None, int | None]:
    """(first day, hour beside it) of a value; only its first lines, what follows is another matter."""
    text = " ".join(lines[:2])
    for found in find_dates(text):
        if found.day is not None and found.start <= 12:
            clock = _CLOCK.match(text[found.end :])
            return found.day, int(clock[1]) if clock else None
    return None, None


def _signed_day(reply: list[str]) -> date | None:
    """The day beside the heading of a reply or under its signature."""
    for line in (*reply[:1], *reply[-_LONGEST_VALUE:]):
        if len(line) <= 40:
            days = [found.day for found in find_dates(line) if found.day is not None]
            if days:
                return days[0]
    return None


def _signed_by(reply: list[str]) -> bool:
    """Does a short line of the reply name an office?"""
    for line in (*reply[:1], *reply[-_LONGEST_VALUE:]):
        bare = re.sub(r"[\d年月日\-/.:：\s]+$", "", line).strip(" 　，。【】")
        if 3 <= len(bare) <= 24 and _SIGNED.search(bare):
            return True
    return False


def read_letter_rows(page: Page) -> tuple[LetterRow, ...]:
    """What lists of letters show beside each link: by the heads of a table, or by labels inside a row."""
    text = page.text
    if not any(head in text for head in _ROW_HEADS):
        return ()
    rows: list[LetterRow] = []
    for table in page.tree.css("table"):
        rows += _table_rows(page, table)
    if not rows:
        for item in page.tree.css("li,dl"):
            row = _labelled_row(page, item)
            if row is not None:
                rows.append(row)
    return tuple(rows[:_ROWS])


def _table_rows(page: Page, table: LexborNode) -> list[LetterRow]:
    lines = table.css("tr")
    if len(lines) < 2:
        return []
    heads = [_head(cell) for cell in _cells(lines[0])]
    if len({part for part in heads if part not in (None, Part.OTHER)}) < 1 or len(heads) < 3:
        return []
    rows = []
    for line in lines[1 : _ROWS + 1]:
        link = line.css_first("a[href]")
        url = page.resolve(link.attributes.get("href") or "") if link is not None else None
        cells = [squeeze(cell.text()) for cell in _cells(line)]
        if url is None or len(cells) != len(heads):
            continue
        given = {part: [text] for part, text in zip(heads, cells, strict=True) if part and text}
        rows.append(_row(url, given))
    return rows


def _cells(line: LexborNode) -> list[LexborNode]:
    return [cell for cell in line.iter() if cell.tag in ("td", "th")]


def _head(cell: LexborNode) -> Part | None:
    text = re.sub(r"\s+", "", cell.text())
    match = _LABEL.fullmatch(text)
    return Part(str(match.lastgroup)) if match is not None else None


def _labelled_row(page: Page, item: LexborNode) -> LetterRow | None:
    link = item.css_first("a[href]")
    if link is None:
        return None
    text = block_text(item)
    if len(text) > 600 or not any(mark in text for mark in ("答复", "回复", "办理", "办结")):
        return None
    found: dict[Part, list[str]] = {}
    for match in re.finditer(rf"(?:{_LABEL.pattern})\s*[:：]\s*(?P<value>[^\s:：]{{1,30}})", text):
        part = next(p for p in Part if match.groupdict().get(p.value))
        found.setdefault(part, []).append(match["value"])
    url = page.resolve(link.attributes.get("href") or "")
    if url is None or not found.keys() & {Part.ASKED, Part.ANSWERED, Part.WHO}:
        return None
    return _row(url, found)


def _row(url: str, given: dict[Part, list[str]]) -> LetterRow:
    known = {part: _clean(lines) for part, lines in given.items()}
    asked, _ = _when(known.get(Part.ASKED, []))
    answered, _ = _when(known.get(Part.ANSWERED, []))
    shown = {part for part in (Part.WHO, Part.TEXT, Part.RATING) if known.get(part)}
    shown |= {part for part, day in ((Part.ASKED, asked), (Part.ANSWERED, answered)) if day}
    shown.discard(Part.TEXT)  # 办理结果: 已办结 in a list is a state, not the reply
    return LetterRow(url, frozenset(shown), asked, answered)
