"""Who runs this site, by its own footer (网站标识)? Reads header and footer as a person sees them.

Evidence: the text of the page, of its frames and of what its scripts write (page.parts); comments are not in
it. Identifiers are read wherever they stand; sponsor and contacts only near identifiers, because articles
name sponsors and telephone numbers too. Source: 国办发〔2017〕47号, JL-3.1.1.a; traps as seen on portals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from crawler.markup.marks import find_marks
from crawler.markup.page import Page, readable

_WIDE = {
    **{code: chr(code - 0xFEE0) for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF5B))},
    ord("："): ":",
    ord("－"): "-",
    0x200B: None,
    0xFEFF: None,
}
_ANY_WIDE = re.compile(f"[{''.join(map(chr, _WIDE))}]")
_PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川蜀贵黔云滇藏陕秦甘陇青宁新"
_CODE = re.compile(
    r"(?:网站标[识示]编?码?|标[识示]码\s*:)\s*(?:为|是)?\s*:?\s*((?:bm|BM)\d{8}|[Nn]\d{9}|\d{10})(?![0-9A-Za-z])"
)
_CODE_RAW = re.compile(r"网站标[识示]编?码\s*(?:为|是)?\s*:?\s*([0-9A-Za-z]{2,30})")
_ICP = re.compile(
    rf"[{_PROVINCES}]\s*[Ii][Cc][Pp]\s*备\s*(?:案)?\s*:?\s*\d{{5,10}}(?!\d)\s*号?(?:\s*[-—–]\s*\d{{1,3}}(?!\d))?"
)
_ICP_RAW = re.compile(r"[^\s|:]?\s*(?:[Ii][Cc][Pp]|[Ii][Pp][Cc])\s*(?:备|[\u4e00-\u9fff]?\s*\d)[^\s|]{0,24}")
# Of the firm that built the site, on its own line.
_SUPPORT = re.compile(r"(?:技术支持|技术提供|制作|承建|开发)(?:单位)?\s*:?[^\n|:主版]*$")
_POLICE = re.compile(r"公\s*(?:网\s*)?安\s*(?:备\s*案?)?\s*(?:号)?\s*:?\s*(\d{13,15})(?!\d)")
_POLICE_RAW = re.compile(r"公\s*网\s*安\s*备\s*案?\s*(?:号)?\s*:?\s*([^\s|]{0,24})")

_STRONG = re.compile(
    r"标[识示]编?码|网站标[识示]|[Ii][Cc][Pp]\s*备|公\s*(?:网\s*)?安\s*备|版权所?有|版权归|[Cc]opy\s*[Rr]ight|©|COPYRIGHT"
)
# One of these stands in each of them, at most so far from its beginning (readable text has few spaces).
_STRONG_WORDS = ("标识", "标示", "备", "版权", "opy", "©", "COPYRIGHT")
_WORD_REACH = 60
_WEAK = re.compile(
    r"技术支持|站点地图|网站地图|网站声明|隐私声明|分辨率|主\s*办(?:单位|方)?\s*[:：]|(?:政府|局|委|办)\s*主办"
    r"|(?:联系电话|办公电话|电\s*话|地\s*址)\s*[:：]"
)
_BEFORE, _AFTER = 9, 8  # lines around an anchor that still are the footer (assumed)
_REACH = 400  # characters: an article's paragraph before a footer is no part of it
_UNIT = r"[\u4e00-\u9fff（）()、·“”]{3,40}"
_SPONSOR = re.compile(
    rf"主\s*办(?:\s*单\s*位|\s*方|\s*部\s*门)?\s*[:/]\s*({_UNIT})"
    rf"|(?<![\u4e00-\u9fff])主\s*办(?:\s*单\s*位)?\s*({_UNIT})"
)
_SPONSOR_BEFORE = re.compile(rf"(?<![\u4e00-\u9fff])({_UNIT}?)\s*主办(?:\s|$|[,，|])")
_BY = re.compile(r"^(?:[本该]?(?:政府|门户)?(?:网站|网|站))?由")
_OWNER_BEFORE = re.compile(rf"({_UNIT})\s*版权所有")
_OWNERS = (
    re.compile(rf"(?:主管|开办|建设)(?:单位|部门)?\s*:\s*({_UNIT})"),
    re.compile(rf"版权所?有\s*[:/©]?\s*({_UNIT})"),
    _OWNER_BEFORE,
    re.compile(rf"版权归(?:属)?\s*:?\s*({_UNIT}?)所有"),
    re.compile(rf"(?:[Cc]opy\s*[Rr]ight|COPYRIGHT|©)[^\u4e00-\u9fff\n]{{0,60}}({_UNIT})"),
)
# Where the name of a unit ends although the letters go on.
_UNIT_END = re.compile(
    r"承\s*办|协\s*办|主\s*管|主\s*办|技术(?:支[持撑]|维护|保障|服务|开发(?!区)|协[助办]|提供|:)|运\s*[行维营]|维护|版权|地址|电话|联系|网站标|备案|政府网站标|邮[编箱政]|建设单位|制作"
    r"|中文域名|传真|最佳|建议|浏览"
)
_NOT_UNIT = re.compile(
    # 和龙, 和田, 和县 are places.
    r"^(?:单位|部门|及|和(?![\u4e00-\u9fff]{0,3}[市县区乡镇州旗])|的|者|权利|所有|地址|电话|技术|承办|协办|翻印|违者|未经|不得|侵权|保留|请勿)"
)
_PHONE = re.compile(
    r"(?<![\d.\-])(?:[(（]?0\d{2,3}[)）]?\s?[-—–]{0,2}\s?\d{7,8}|400-?\d{3}-?\d{4}|1[3-9]\d{9})(?![\d])"
)
_HOTLINE = re.compile(r"(?:热线|电话|联系我们)[^\n\d]{0,12}(1\d{4}|\d{7,8})(?!\d)")
_FAX = re.compile(r"传\s*真[^\n]{0,8}$|FAX[^\n]{0,8}$", re.IGNORECASE)
_ADDRESS = re.compile(r"地\s*址\s*:?\s*([^\n]{4,80})")
_ADDRESS_END = re.compile(
    r"\s{2,}|邮\s*[编政箱件]|电子邮|[Ee]-?mail|电\s*话|联\s*系|传\s*真|网站|[Tt][Ee][Ll]|建议|技术|版权|[|｜]|主办|\S*ICP"
)
_MAIL = re.compile(
    r"[A-Za-z0-9_.+-]{2,40}\s?(?:@|＠|\(at\)|\[at\]|#)\s?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+){1,4}"
)


@dataclass(frozen=True, slots=True)
class Footer:
    """What the page says of itself. `*_shown` is what stands there when it is malformed."""

    site_code: str | None = None
    site_code_shown: str | None = None
    icp: str | None = None  # as shown, spaces removed
    icp_shown: str | None = None
    police: str | None = None  # digits
    police_shown: str | None = None
    sponsor: str | None = None  # 主办
    owner: str | None = None  # 主管, 开办, 版权所有
    phone: str | None = None
    address: str | None = None
    email: str | None = None
    party_mark: str | None = None  # how it is shown
    error_report: str | None = None
    report_code: str | None = None
    site_map: str | None = None  # its URL, or "" when only a script opens it
    contact_page: str | None = None  # 联系我们


def read_footer(page: Page) -> Footer:
    """Everything of `footer.*` on one page; read once, kept while the page lives."""
    return page.once(_read)


def _read(page: Page) -> Footer:
    words = read_zone(footer_zone(seen_text(page)))
    marks = find_marks(page)
    pictured = read_zone(marks.pictured) if marks.pictured else words
    return replace(
        words,
        site_code=words.site_code or pictured.site_code,
        icp=words.icp or pictured.icp,
        police=words.police or marks.police,
        email=words.email or marks.email,
        party_mark=marks.party_mark,
        error_report=marks.error_report,
        report_code=marks.report_code,
        site_map=marks.site_map,
        contact_page=marks.contact_page,
    )


def seen_text(page: Page) -> str:
    """The page's text, one text node a line, with that of frames and written pieces after it."""
    parts = page.parts
    if len(parts) == 1:
        return page.text
    return page.once(_whole_text)


def _whole_text(page: Page) -> str:
    return "\n".join([page.text, *(readable(part.tree) for part in page.parts[1:])])


def footer_zone(text: str) -> str:
    """The lines around what only footers carry: identifiers and copyright, else notes on the site itself."""
    # A pattern takes long over an article; where none of its words stands, it need not look.
    first = min((at for at in map(text.find, _STRONG_WORDS) if at >= 0), default=None)
    strong = _STRONG.finditer(text, max(0, first - _WORD_REACH)) if first is not None else ()
    spans = [_window(text, match.start()) for match in strong]
    if not spans:
        spans = [_window(text, match.start()) for match in _WEAK.finditer(text)][-3:]
    pieces: list[str] = []
    end = 0
    for first, last in spans:
        if last > end:
            pieces.append(text[max(first, end) : last])
            end = last
    return "\n".join(pieces)


def _window(text: str, at: int) -> tuple[int, int]:
    first = last = at
    for _ in range(_BEFORE + 1):
        first = text.rfind("\n", 0, first)
        if first < 0 or at - first > _REACH:
            break
    for _ in range(_AFTER + 1):
        last = text.find("\n", last + 1)
        if last < 0 or last - at > _REACH:
            break
    return max(first + 1, at - _REACH, 0), min(last, at + _REACH) if last >= 0 else min(
        len(text), at + _REACH
    )


@lru_cache(maxsize=1024)
def read_zone(zone: str) -> Footer:
    """What the words of a footer say. The same on most pages of a site, so kept.

    The last of several equal identifiers wins: footers end pages.
    """
    text = zone.translate(_WIDE) if _ANY_WIDE.search(zone) else zone
    site_code, code_shown = _site_code(text)
    icp, icp_shown = _icp(text)
    if icp and ":" in icp and icp not in zone:
        icp = icp.replace(":", "：")  # as it is shown
    police, police_shown = _police(text)
    phone, address, email = read_contact(text)
    return Footer(
        site_code=site_code,
        site_code_shown=code_shown,
        icp=icp,
        icp_shown=icp_shown,
        police=police,
        police_shown=police_shown,
        sponsor=find_sponsor(text),
        owner=find_owner(text),
        phone=phone,
        address=address,
        email=email,
    )


def _site_code(text: str) -> tuple[str | None, str | None]:
    found = _CODE.findall(text)
    if found:
        code: str = found[-1]
        return (code.lower() if code[0] in "bB" else code.upper()), None
    raw = _CODE_RAW.findall(text)
    return None, (raw[-1] if raw else None)


def _icp(text: str) -> tuple[str | None, str | None]:
    """The ICP record, e.g. 粤ICP备05070829号-1. A telecom licence (ICP证) is not one."""
    matches = list(_ICP.finditer(text))
    own = [
        match for match in matches if not _SUPPORT.search(text[max(0, match.start() - 40) : match.start()])
    ]
    found = [re.sub(r"\s", "", match[0]).replace("—", "-").replace("–", "-") for match in own or matches]
    if found:
        # An unfinished one (no 号) may stand beside the real one, for another system.
        complete = [value for value in found if "号" in value]
        return (complete or found)[-1], None
    raw = _ICP_RAW.search(text)
    return None, (raw[0].strip() if raw else None)


def _police(text: str) -> tuple[str | None, str | None]:
    found = _POLICE.findall(text)
    if found:
        return found[-1], None
    raw = _POLICE_RAW.findall(text)
    return None, (raw[-1] or "公网安备" if raw else None)


def find_sponsor(zone: str) -> str | None:
    """The unit that runs the site (主办), or None. `晋中市人民政府主办` names it before the word."""
    for match in _SPONSOR.finditer(zone):
        unit = _unit(match[1] or match[2])
        if unit:
            return unit
    for match in _SPONSOR_BEFORE.finditer(zone):
        unit = _unit(_BY.sub("", match[1]))
        if unit:
            return unit
    return None


def find_owner(zone: str) -> str | None:
    """The unit named as 主管, 开办 or owner of the rights."""
    for pattern in _OWNERS:
        start = _before_rights(zone) if pattern is _OWNER_BEFORE else 0
        for match in pattern.finditer(zone, start):
            unit = _unit(match[1])
            if unit:
                return unit
    return None


def _before_rights(zone: str) -> int:
    """Where a name that ends at 版权所有 may begin: any letter begins one, so trying them all takes long."""
    at = zone.find("版权所有")
    return max(0, len(zone[:at].rstrip()) - 40) if at >= 0 else len(zone)


def _unit(text: str) -> str | None:
    if _NOT_UNIT.match(text):
        return None
    end = _UNIT_END.search(text)
    unit = (text[: end.start()] if end else text).strip("、（(·“ ")
    return unit if len(unit) >= 4 or (len(unit) == 3 and unit[-1] in "部局委厅院署办") else None


def read_contact(zone: str) -> tuple[str | None, str | None, str | None]:
    """Telephone (not fax), address and mail of a footer."""
    phone = next(
        (m[0] for m in _PHONE.finditer(zone) if not _FAX.search(zone[max(0, m.start() - 12) : m.start()])),
        None,
    )
    if phone is None and (hotline := _HOTLINE.search(zone)):
        phone = hotline[1]
    address = None
    for match in _ADDRESS.finditer(zone):
        text = match[1].strip()
        end = _ADDRESS_END.search(text)
        text = (text[: end.start()] if end else text).strip(" ,，;；")
        if len(text) >= 4:
            address = text
            break
    mail = _MAIL.search(zone)
    return phone, address, (mail[0] if mail else None)
