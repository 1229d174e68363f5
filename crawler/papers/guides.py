"""What does a service guide (办事指南) say under its ten headings, and what is vague in it?

Pure. Headings stand at the beginning of lines or cells; what follows up to the next heading is theirs. The
words under 设定依据 are quotations and never judged. Source: guides in use.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from crawler.markup.pieces import filled_by_script
from crawler.texts.article import ATTACHMENT, read_article

if TYPE_CHECKING:
    from crawler.markup.page import Page


class Element(StrEnum):
    """The ten elements of a guide, by their official names."""

    NAME = "事项名称"
    BASIS = "设定依据"
    CONDITIONS = "申请条件"
    MATERIALS = "办理材料"
    PLACE = "办理地点"
    OFFICE = "办理机构"
    FEES = "收费标准"
    HOURS = "办理时间"
    PHONE = "联系电话"
    PROCESS = "办理流程"


class Materials(StrEnum):
    """Where the materials are described."""

    HERE = "here"
    ELSEWHERE = "elsewhere"  # 详见附件
    NONE = "none"  # none are needed, or nothing is said


@dataclass(frozen=True, slots=True)
class Guide:
    """One guide as read. `lacking`: elements of which no word stands anywhere in it."""

    lacking: tuple[Element, ...]
    attached: bool  # the rest of it stands in an attachment, a picture or comes by script
    materials: Materials
    form_told: bool  # …with their form: original or copy, paper or electronic, how many
    form_wanted: str = ""  # the form it asks for, as named
    form_given: bool = False  # …and a way to get one
    vague: tuple[tuple[str, str], ...] = ()  # (element, quotation)
    headings: int = 0  # of elements


# A heading as it stands alone on its line; then words of headings that are called otherwise.
_HEADINGS: dict[Element, str] = {
    Element.NAME: r"(?:实施|服务|办理|办事|政务服务)?事项(?:名称)?|(?:服务|项目|业务|主项|子项)名称|基本信息",
    Element.BASIS: r"(?:设定|法律|实施|政策|办理|法定|受理|设立|审批|许可)依据|法律法规依据|依据",
    Element.CONDITIONS: r"(?:申请|受理|办理|申报|办事|准予批准|许可|审批)(?:的)?条件(?:及要求)?"
    r"|(?:办理|服务|申请)对象(?:及条件)?",
    Element.MATERIALS: r"(?:办理|申请|申报|提交|所需|需提交|应提交|办事|受理|申办)(?:的)?(?:材料|资料)"
    r"(?:清单|目录)?|材料(?:清单|目录)|需要(?:的)?材料",
    Element.PLACE: r"(?:办理|受理|办事|办公|窗口|服务|申请|咨询)(?:的)?(?:地点|地址|窗口|场所)|地址",
    Element.OFFICE: r"(?:办理|实施|受理|决定|审批|服务|主管|承办|办事|责任)(?:机构|主体|机关|部门|单位|科室)",
    Element.FEES: r"(?:是否)?收费(?:标准|情况|依据|项目|信息)?(?:(?:及|和)(?:收费)?依据)?",
    Element.HOURS: r"(?:办理|办公|工作|受理|服务|接待|办事|上班)时间"
    r"|(?:法定|承诺|办理|办结)(?:办结|办理)?(?:时限|期限)|审批时限|时限",
    Element.PHONE: r"(?:联系|咨询|监督|服务|办公|投诉|受理)(?:电话|方式)"
    r"|(?:咨询|监督)(?:投诉)?(?:渠道|途径)|电话",
    Element.PROCESS: r"(?:办理|办事|审批|业务|受理|申请|服务|工作|许可)(?:流程|程序|环节|步骤)图?|流程图?",
}
_HINTS: dict[Element, str] = {
    Element.BASIS: "依据",
    Element.CONDITIONS: "条件|对象",
    Element.MATERIALS: "材料|资料",
    Element.PLACE: "地点|地址|窗口|场所",
    Element.OFFICE: r"机构|实施主体|机关|(?:办理|受理|主管|责任|承办|审批|服务)(?:部门|单位|科室)",
    Element.FEES: "收费|免费|费用",
    Element.HOURS: "时间|时限|期限|工作日",
    Element.PHONE: "电话|咨询方式|联系方式|热线",
    Element.PROCESS: "流程|程序|环节|步骤",
}
_OTHER = (
    r"备注|(?:常见)?问题(?:解答)?|(?:办理|审批)?结果(?:名称|样本|送达)?|审批证件|办件类型|事项类型|权力来源"
    r"|行使层级|服务类型|监督(?:检查|管理)|救济|权利(?:和|与)?义务|法律责任|行政(?:复议|诉讼).{0,8}"
    r"|交通(?:指引|方式)|是否.{2,12}|附件|示例样表|注意事项"
    r"|表格(?:下载|样表)|空白表格|中介服务|数量限制|年检.{0,6}|其他(?:信息|说明)"
)
_NUMBER = r"(?:[（(]?[一二三四五六七八九十\d]{1,3}[)）、.．]\s?|第[一二三四五六七八九十]+[、 ])?"
_HEADING = re.compile(
    rf"^[【\[*●■◆▪\s]*{_NUMBER}(?:"
    + "|".join(f"(?P<e{number}>{names})" for number, names in enumerate(_HEADINGS.values()))
    + rf"|(?P<other>{_OTHER}))[】\]]?\s*(?:[（(][^）)]{{1,12}}[)）])?\s*(?:[:：]|$)\s*"
)
_SPACED = re.compile(r"(?<=[\u4e00-\u9fff])[ \u3000\xa0]+(?=[\u4e00-\u9fff])")
_VALUES = {  # the thing itself, under whatever heading
    Element.FEES: re.compile("不收费|免费|不收取|收费(?:标准|依据)"),
    Element.PHONE: re.compile(r"(?<!\d)(?:0\d{2,3}[-—－ ]?\d{7,8}|1[23]\d{3,4})(?!\d)"),
}
_ORDERLY = 7  # headings from which a guide keeps to the form, so that a word in its prose names no element
_WORDS = {element: re.compile(words) for element, words in _HINTS.items()}
_ELEMENTS = tuple(Element)
_TELLING = {Element.BASIS, Element.FEES, Element.PROCESS}
_FEWEST = 5  # headings that make a page a guide; three where its title says so (assumed)
_TITLE = re.compile(r"(?:办事|服务|办理)(?:指南|指引|须知)")
_NO_GUIDE = re.compile(
    r"公开(?:指南|工作|制度|目录|申请)|申请公开|招聘|招录|招考|招标|采购|通报|解读|答记者问"
)
_FOOTER = re.compile(
    r"^(?:主办单位|主办[:：]|版权所有|网站标识码|Copyright|\S{0,3}ICP备|.{0,4}公网安备)", re.IGNORECASE
)
# Cheap signs that a page holds several headings at all.
_MARKS = ("依据", "条件", "材料", "流程", "收费", "程序", "时限", "资料")

_FORM_TOLD = re.compile(
    r"原件|复印件|影印件|纸质|电子(?:版|件|文档|材料|证照)?|份数|[\d一二两三四五六七八九十]+\s*份|"
    r"公章|盖章|必要|非必要|容缺|扫描件|照片|A4|PDF|核验|签字|签名|\d张",
    re.IGNORECASE,
)
_NO_MATERIALS = re.compile(r"^(?:无|不需要|无需(?:提交|提供)?.{0,8}|不涉及|免提交|零材料|暂无)[。；]?$")
_FORM = re.compile(
    r"《?[\u4e00-\u9fff（）()]{0,16}(?:申请|登记|审批|申报|备案|审核|报名|变更|注销|推荐|鉴定|评审|呈报|认定|核定"
    r"|汇总|信息|确认)表》?"
)
_FORM_GIVEN = re.compile(
    r"空白表格|空表|示例样[表本]|样表|范本|下载|领取|索取|在线填(?:写|报)"
    r"|(?:窗口|现场|网上|大厅|登录).{0,12}(?:获取|填写|填报)"
)
_SENTENCE = re.compile(r"[^。；;\n]+")
_CATCH_ALLS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?:法律|法规|规章|规定|国家|政策)[^。;；]{0,18}(?:要求|规定)[^。;；]{0,10}(?:应(?:当)?)?(?:提交|提供|具备|满足)?的?"
        r"(?:其他|其它|相关|有关)(?:材料|资料|文件|证明|条件|情形)",
        r"(?:其他|其它)(?:有关|相关|需要|必要|应当)?[^。;；]{0,8}(?:材料|资料|证明|条件|情形)",
        r"(?:等|及)(?:相关|有关)(?:材料|证明|手续)",
        r"视(?:具体)?情况",
        r"原则上",
        r"(?:主管|审批|登记|行政)(?:机关|部门)(?:认为|要求)[^。]{0,6}(?:其他|需要)",
    )
)
# 无需提供其他材料, 其他材料：无, 其他有效身份证明 (an identity card's equals) leave nothing open.
_NOT_VAGUE = re.compile(
    r"(?:无需|不需|不得|不再|无须|没有|无|免于|免)[^。；;，,]{0,10}(?:其他|其它|相关|有关)"
    r"|(?:其他|其它)[^。；;]{0,10}(?:材料|资料|证明|条件|情形)\s*[:：]?\s*(?:无|不需要|不涉及)(?:$|[。；;，,])"
    r"|(?:其他|其它)(?:合法|有效)*(?:的)?(?:身份|居住)证[明件]"
)
_QUOTED_LAW = re.compile(r"《[^》]{2,40}》[^。；;]{0,20}第[〇零一二三四五六七八九十百千\d]+条.*|“[^”]*”")
_JUDGED = (Element.CONDITIONS, Element.MATERIALS, Element.PROCESS)
MOST_QUOTED = 5


def may_be_guide(page: Page) -> bool:
    """A cheap look: could the headings of a guide stand here?"""
    text = page.text
    return sum(mark in text for mark in _MARKS) >= 3


def read_guide(page: Page) -> Guide | None:
    """The service guide on a page, or None where it is none."""
    if not may_be_guide(page):
        return None
    article = read_article(page)
    links = article.attachments if article is not None else ()
    pictures = article.images if article is not None else 0
    guide = _guide(
        _body(page.text.split("\n")),
        article.title if article is not None else page.title,
        more=_body(article.text.split("\n")) if article is not None else [],
        form_given=bool(links) or _attachment_link(page),
    )
    if guide is None or not guide.lacking:
        return guide
    elsewhere = bool(links or pictures) and guide.headings < _FEWEST
    return replace(guide, attached=elsewhere or filled_by_script(page) == "template")


def guide_in_file(text: str, title: str) -> Guide | None:
    """The service guide in an attachment, whose cells stand on lines or behind tabs; None: it is none.

    Layouts are lost in files: a word of an element anywhere is enough.
    """
    return _guide(_body(re.split(r"[\n\t]", text)), title, form_given=False, orderly=False)


def leads_to_file(page: Page) -> bool:
    """Is it called a guide and holds attachments, but no guide that could be read?"""
    article = read_article(page)
    title = article.title if article is not None else ""
    told = _TITLE.search(title) is not None and _NO_GUIDE.search(title) is None
    return told and article is not None and bool(article.attachments)


def _guide(
    lines: list[str], title: str, *, more: list[str] | None = None, form_given: bool, orderly: bool = True
) -> Guide | None:
    """The guide in these lines. `more`: the same text read otherwise, where words may stand as well."""
    sections = _sections(lines)
    headed = {element for element, _ in sections if element is not None}
    named = _TITLE.search(title) is not None
    if _NO_GUIDE.search(title) or len(headed) < (3 if named else _FEWEST):
        return None
    if not named and not (headed & {Element.CONDITIONS, Element.MATERIALS} and headed & _TELLING):
        return None
    whole = "\n".join((*lines, *(more or [])))
    hints = "\n".join(_heads(whole)) if orderly and len(headed) >= _ORDERLY else whole
    materials = "\n".join(text for element, text in sections if element is Element.MATERIALS)
    stated = "\n".join(
        line for line in materials.split("\n") if line.strip() and not _NO_MATERIALS.match(line.strip())
    )
    wanted = _FORM.search(materials)
    return Guide(
        lacking=tuple(
            element
            for element in Element
            if element not in headed and not _mentioned(element, hints, whole, title)
        ),
        attached=False,
        materials=_where(stated),
        form_told=_FORM_TOLD.search(whole if not stated else f"{stated}\n{_tail(sections)}") is not None,
        form_wanted=wanted[0][:40] if wanted is not None else "",
        form_given=form_given or _FORM_GIVEN.search(whole) is not None,
        vague=tuple(_vague(sections))[:MOST_QUOTED],
        headings=len(headed),
    )


def _body(lines: list[str]) -> list[str]:
    """From the first heading to the footer of the page."""
    start = next((n for n, line in enumerate(lines) if _heading(line) is not None), len(lines))
    end = next((n for n in range(start, len(lines)) if _FOOTER.match(lines[n])), len(lines))
    return lines[start:end]


def _heading(raw: str) -> tuple[Element | None, str] | None:
    """(element, or None for a heading of another kind; the rest of the line); None for any other line."""
    if len(raw) < 2:
        return None
    line = _SPACED.sub("", raw[:30]) + raw[30:]
    match = _HEADING.match(line)
    if match is None:
        return None
    name = match.lastgroup
    element = None if name == "other" or name is None else _ELEMENTS[int(name[1:])]
    return element, line[match.end() :]


def _sections(lines: list[str]) -> list[tuple[Element | None, str]]:
    sections: list[tuple[Element | None, list[str]]] = []
    for line in lines:
        found = _heading(line)
        if found is not None:
            sections.append((found[0], [found[1]] if found[1] else []))
        elif sections:
            sections[-1][1].append(line)
    return [(element, "\n".join(texts)) for element, texts in sections]


def _mentioned(element: Element, hints: str, text: str, title: str) -> bool:
    """Could the element stand under another heading, or its value without one?"""
    if element is Element.NAME:
        return bool(title)
    value = _VALUES.get(element)
    return _WORDS[element].search(hints) is not None or bool(value and value.search(text))


def _heads(text: str) -> list[str]:
    """What may be a heading of an unknown name: short lines, and what stands before a colon."""
    heads = (re.split("[:：]", line, maxsplit=1)[0] for line in text.split("\n"))
    return [head for head in heads if len(head) <= 12]


def _tail(sections: list[tuple[Element | None, str]]) -> str:
    """What headings of other kinds say beside the materials (是否容缺, 份数 in a table of its own)."""
    return "\n".join(text for element, text in sections if element is None)


def _where(stated: str) -> Materials:
    if len(stated) < 4:
        return Materials.NONE
    away = len(stated) < 30 and re.search(r"详见|见附件|见下|附件|清单|点击|查看", stated)
    return Materials.ELSEWHERE if away else Materials.HERE


def _attachment_link(page: Page) -> bool:
    return any(link.tag == "a" and link.url and ATTACHMENT.search(link.url) for link in page.links)


def _vague(sections: list[tuple[Element | None, str]]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for element, text in sections:
        if element not in _JUDGED:
            continue
        for sentence in _SENTENCE.findall(text):
            told = _QUOTED_LAW.sub("", sentence)
            if _NOT_VAGUE.search(told):
                continue
            if any(pattern.search(told) for pattern in _CATCH_ALLS):
                found.append((element.value, sentence.strip()[:80]))
    return list(dict.fromkeys(found))
