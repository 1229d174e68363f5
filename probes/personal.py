"""Which numbers of a text are leaks: identity numbers, bank cards and private mobiles, with their context?

An identity number speaks for itself. A card needs a label, a mobile needs a person: a list of persons, or an
identity number beside it. Duty phones, contacts of offices and firms, examples and masked forms are lawful.
Only kind, count and a masked sample leave this module. Source: docs/method.md, Safety.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crawler.masking import (
    Kind,
    Number,
    could_hold,
    find_numbers,
    find_old_ids,
    in_address,
    like_id_cards,
    narrow,
)
from crawler.model import Frozen

BESIDE = 80  # characters between a mobile and an identity number of one record (assumed)
LABEL = 40  # characters before a number in which its label stands (assumed)
LIST = 3  # mobiles that make a list (assumed)
APART = 300  # characters between two mobiles of one list at most (assumed)
HEAD = 150  # characters before a list in which its title and head stand (assumed)
_EXAMPLE = re.compile(r"示例|样例|样表|例如|举例|模板|填写说明|格式[:：为]")
_ID_LABEL = re.compile(r"身份证|公民身份号码|证件号")
# Serial numbers of offices are often a division, a day and a count: one in eleven has a fitting check digit.
_SERIAL = re.compile(
    r"(?:编号|编码|代码|条码|批号|文号|单号|案号|卷号|档号|学号|考号|流水号|受理号|登记号|备案号|许可证号?|证书号?|合同号"
    r"|序列号|业务号|申请号|查询号|查询码|交易号|凭证号|索引号|工单|办件|订单)[^0-9\n]{0,12}$"
)
_BORN_SINCE = 2005  # an unlabelled number of somebody younger may as well be a serial number (assumed)
_REAL = 0.5  # of numbers with province and day, whose check digits fit: fewer are serial numbers (assumed)
_CARD_LABEL = re.compile(r"银行卡|卡号|账号|帐号|账户|帐户|一卡通|存折|开户")
_BANK_LABEL = re.compile(r"银行|信用卡|储蓄卡|一卡通|卡号|存折")
_OTHER_CARD = re.compile(
    r"就诊|诊疗卡|公交|IC卡|校园卡|会员卡|读者|借书|水卡|电卡|气卡|加油卡|户号|表号|设备|微信|QQ|企业号"
)
_OFFICIAL_ACCOUNT = re.compile(
    r"公司|财政|专户|专用账户|保证金|收款|缴款|缴费|捐赠|捐款|对公|基本户|单位名称|开户单位|税号|纳税人"
    r"|户\s*名[称:：\s]*\S{0,20}(?:局|中心|委员会|学校|医院|政府|单位|协会|基金会|工会|合作社|厂|所|站|大队|支队|法院)"
)
_DUTY = re.compile(
    r"咨询|监督|举报|投诉|值班|服务|热线|传真|办公|联系人|联系方式|负责人|经办|客服|预约|报名|受理|座机|微信"
    r"|联络|责任人|承办|包联|联系电话|报警|救援|求助|应急|招聘|公示期|异议|反映|来电|拨打|致电|联系[:：]"
)
_OFFICE_LIST = re.compile(
    r"职\s*务|科\s*室|职\s*责|分管|网格|河长|湖长|林长|田长|路长|值班|包保|驻村|帮扶(?:人|干部|责任)|联系人|负责人"
    r"|法定代表|法人|企业|公司|经营者|店名|律师|医生|医师|专家|讲师|调解员|志愿者|护林员|支书|主任|站长|所长"
    r"|经办|承办|责任人|干部|专干|助理员|校长|园长|教师|教练|书记|队长|组长|楼长|包联|分包|联络|辅警|民警|物业|维修"
    r"|营业|机构名称|单位名称|服务电话|办公电话|咨询|热线|监督|管理员|工作人员|办公室|中心"
)
_NAME = re.compile(r"姓\s*名|户\s*主|申请人|公示人员|领取人|持卡人|受助人|考生|患者")
_PERSON_LIST = re.compile(
    r"户\s*主|身份证|家庭住址|家庭成员|补贴|补助|救助|低保|特困|残疾|考生|学生|幼儿|准考证|申请人|承租人|保障对象"
    r"|保障性住房|贫困|脱贫户|危房|患者|领取人|受助|公示人员|参保人|隔离|密接"
)


class Leak(Frozen):
    """Numbers of one kind on one page or in one attachment. `sample` is masked."""

    kind: Kind
    count: int
    sample: str


class Found(Frozen):
    """Leaks of one text. `unclear`: mobiles beside names, whose kind of list could not be told."""

    leaks: tuple[Leak, ...] = ()
    unclear: int = 0


CLEAN = Found()


def find_leaks(text: str) -> Found:
    """What is leaked in a text. Cheap where it holds no long number."""
    if not could_hold(text):
        return CLEAN
    text = narrow(text)
    numbers = find_numbers(text)
    ids = _identity_numbers(text, numbers)
    cards = [number for number in numbers if number.kind is Kind.BANK_CARD and _is_private_card(text, number)]
    mobiles = [number for number in numbers if number.kind is Kind.PHONE]
    private, unclear = _private_mobiles(text, mobiles, [*ids, *cards])
    found = ((Kind.ID_CARD, ids), (Kind.BANK_CARD, cards), (Kind.PHONE, private))
    return Found(leaks=tuple(_leak(kind, group) for kind, group in found if group), unclear=unclear)


def _leak(kind: Kind, numbers: Sequence[Number]) -> Leak:
    values = {number.value: number.masked for number in numbers}
    return Leak(kind=kind, count=len(values), sample=next(iter(values.values())))


def _identity_numbers(text: str, numbers: Sequence[Number]) -> list[Number]:
    ids = [number for number in numbers if number.kind is Kind.ID_CARD and not _is_serial(text, number)]
    told = _ID_LABEL.search(text) is not None
    if not told:
        ids = [number for number in ids if int(number.value[6:10]) < _BORN_SINCE]
    if len(ids) < _REAL * like_id_cards(text):
        ids = [number for number in ids if _ID_LABEL.search(_before(text, number))]
    if told:
        old = find_old_ids(text)
        labelled = [number for number in old if _ID_LABEL.search(_before(text, number))]
        ids += old if len(old) >= LIST and labelled else labelled
    return [number for number in ids if not _EXAMPLE.search(_before(text, number))]


def _is_serial(text: str, number: Number) -> bool:
    """By what stands before it, or because it is part of an address."""
    before = _before(text, number)
    if _ID_LABEL.search(before):
        return False
    return _SERIAL.search(before) is not None or in_address(text, number)


def _is_private_card(text: str, number: Number) -> bool:
    """With its label, and not the account of an office or a firm."""
    around = text[max(0, number.start - BESIDE) : number.end + BESIDE]
    before = _before(text, number)
    labelled = _CARD_LABEL if number.value[:2] == "62" else _BANK_LABEL  # 4… and 5… begin many serial numbers
    return (
        labelled.search(before) is not None
        and _OTHER_CARD.search(before) is None
        and not in_address(text, number)
        and _OFFICIAL_ACCOUNT.search(around) is None
        and _EXAMPLE.search(before) is None
    )


def _private_mobiles(
    text: str, mobiles: Sequence[Number], records: Sequence[Number]
) -> tuple[list[Number], int]:
    """Mobiles in the record of a person or in a list of persons, and how many stay unclear."""
    beside = [
        number
        for number in mobiles
        if any(abs(number.start - record.start) <= BESIDE for record in records)
        and not _DUTY.search(_near(text, number))
    ]
    private, unclear = {number.start: number for number in beside}, 0
    for group in _lists(mobiles):
        window = text[max(0, group[0].start - HEAD) : group[-1].end + 50]
        if not _NAME.search(window):
            continue
        # The first follows the head of the table, whose 联系电话 makes it no duty phone.
        listed = [group[0], *(number for number in group[1:] if not _DUTY.search(_near(text, number)))]
        persons = _PERSON_LIST.search(window) and not _OFFICE_LIST.search(window)
        if persons and len({number.value for number in listed}) >= LIST:
            private |= {number.start: number for number in listed}
        else:
            unclear += len({number.value for number in group if number.start not in private})
    return [private[start] for start in sorted(private)], unclear


def _lists(mobiles: Sequence[Number]) -> Iterator[list[Number]]:
    """Runs of mobiles that stand near each other, with enough different ones to be a list."""
    group: list[Number] = []
    for number in mobiles:
        if group and number.start - group[-1].end > APART:
            yield from [group] if len({one.value for one in group}) >= LIST else []
            group = []
        group.append(number)
    if len({one.value for one in group}) >= LIST:
        yield group


def _before(text: str, number: Number) -> str:
    return text[max(0, number.start - LABEL) : number.start]


def _near(text: str, number: Number) -> str:
    return text[max(0, number.start - 12) : number.start]
