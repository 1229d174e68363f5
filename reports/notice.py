"""通报: what an office hands out. Facts, method, ranking by group, common problems, each unit's problems.

The same `ReportData` as the other formats, in the order and words of an official notice. What only hints or
was not tested is counted, not listed: the web report has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from reports.document import Paper, Piece, Run
from reports.method import method, terms
from reports.model import CheckView, Fault, Group, ItemView, ReportData, UnitView
from reports.text import clean, percent, points, signed, span
from reports.trends import STATES
from reports.words import PRELIMINARY, PRELIMINARY_NOTE, REVIEWED, REVIEWED_NOTE, VETO, VETO_NOTE

PLACES = 5  # of one check; the web report and the score sheet list them all
NUMERALS = "零一二三四五六七八九十"


def write_docx(data: ReportData, out: Path) -> Path:
    """Write notice.docx into `out` (made if need be) and give its path."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "notice.docx"
    path.write_bytes(notice(data))
    return path


def notice(data: ReportData) -> bytes:
    """The document. The same data gives the same bytes."""
    kind = REVIEWED if data.reviewed else PRELIMINARY
    title = f"关于政府门户政务公开{kind}情况的通报"
    paper = Paper(title, f"巡检 {data.sweep.id}", data.sweep.as_of)
    paper.title(title)
    paper.notice(REVIEWED_NOTE if data.reviewed else PRELIMINARY_NOTE)
    paper.text(_opening(data, kind))
    parts = (_facts, _method, _ranking, *((_themes,) if len(data.units) > 1 else ()), _problems)
    for number, part in enumerate(parts, 1):
        part(paper, data, f"{NUMERALS[number]}、")
    _assumed(paper, data)
    paper.text("（印发单位）", align="right", indent=False)
    paper.text("　　年　　月　　日", align="right", indent=False)
    return paper.save()


def _opening(data: ReportData, kind: str) -> str:
    ranked = sum(len(group.ranked) for group in data.groups)
    period = data.sweep.period
    return (
        f"按照《{clean(data.scheme.title)}》，以{_day(data.sweep.as_of)}为评估时点，"
        f"对{len(data.units)}家单位{_day(period.start)}至{_day(period.end)}的政务公开情况进行了网上巡检，"
        f"共读取页面{data.pages}个。{ranked}家单位参加排名，{len(data.units) - ranked}家单位未评。"
        f"现将{kind}情况通报如下。"
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _facts(paper: Paper, data: ReportData, number: str) -> None:
    paper.heading(f"{number}基本情况")
    sweep, scheme = data.sweep, data.scheme
    rows = [
        ("方案", f"{scheme.title}（{scheme.id}，校验值 {scheme.hash[:12]}）"),
        ("依据", scheme.source),
        ("评估期间", f"{_day(sweep.period.start)}至{_day(sweep.period.end)}"),
        ("评估时点", _day(sweep.as_of)),
        ("评估对象", "；".join(f"{group.name}{len(group.units)}家" for group in data.groups)),
        ("读取页面", "，".join(filter(None, (f"{data.pages}个", sweep.reading)))),
        ("巡检编号", sweep.id),
        ("程序版本", f"阳光巡检 {sweep.version}，抽样种子 {sweep.seed}"),
        *(("注意", warning) for warning in sweep.warnings),
    ]
    paper.table((("事项", 26), ("内容", 128)), [(name, clean(text)) for name, text in rows], left=(1,))


def _method(paper: Paper, data: ReportData, number: str) -> None:
    paper.heading(f"{number}评估方法")
    paper.text(method(data.scheme))
    for name, meaning in terms(data.scheme):
        paper.text(Run(f"{name}：", bold=True), meaning)


RANK_COLUMNS = (
    ("名次", 13), ("单位", 52), ("得分", 16), ("可能区间", 24), ("名次区间", 18), ("覆盖率", 16),
    ("失分项", 15),
)  # fmt: skip


def _ranking(paper: Paper, data: ReportData, number: str) -> None:
    paper.heading(f"{number}得分及排名")
    for place, group in enumerate(data.groups, 1):
        paper.heading(f"（{_numeral(place)}）{group.name}", 2)
        if group.ranked:
            paper.table(RANK_COLUMNS, [_ranked_row(unit) for unit in group.ranked], left=(1,))
        else:
            paper.text("本组没有可以排名的单位。")
        _unranked(paper, group)


def _ranked_row(unit: UnitView) -> tuple[str, ...]:
    score = unit.score
    return (
        str(score.rank),
        f"{unit.name}（{score.grade}）" if score.grade else unit.name,
        "—" if score.score is None else f"{score.score:.1f}",
        span(score.low_score, score.high_score),
        span(*score.rank_range, digits=0) if score.rank_range else "—",
        percent(score.coverage),
        str(len(unit.lost)),
    )


def _unranked(paper: Paper, group: Group) -> None:
    if group.unranked:
        paper.text(Run("未评单位：", bold=True))
        rows = [(unit.name, unit.unranked_why) for unit in group.unranked]
        paper.table((("单位", 52), ("未评原因", 102)), rows, left=(0, 1))


def _themes(paper: Paper, data: ReportData, number: str) -> None:
    paper.heading(f"{number}共性问题")
    if not data.themes:
        paper.text("没有两家以上单位共有的问题。")
        return
    paper.text("以下为两家以上单位存在、且已确认的问题；比例只按测出结果的单位计算。")
    area = ""
    for theme in data.themes:
        if theme.area != area:
            area = theme.area
            paper.heading(area, 3)
        named = "、".join(one.name + _places(one.defects) for one in theme.examples)
        more = "等" if theme.failed > len(theme.examples) else ""
        share = percent(theme.failed / theme.judged)
        told = f"：已测的{theme.judged}家中有{theme.failed}家存在问题（{share}），如{named}{more}。"
        paper.text(Run(theme.title, bold=True), told, f"建议：{_ended(theme.advice)}" if theme.advice else "")


def _places(number: int) -> str:
    return f"（{number}处）" if number > 1 else ""


def _ended(text: str) -> str:
    """With one full stop."""
    return text.rstrip("。；") + "。"


def _problems(paper: Paper, data: ReportData, number: str) -> None:
    paper.heading(f"{number}各单位主要问题")
    paper.text(f"每项检查最多列出{PLACES}处，全部问题见网页报告和得分表。")
    for place, unit in enumerate(data.units, 1):
        paper.heading(f"（{_numeral(place)}）{unit.name}", 2)
        paper.text(_in_short(unit), _since(data, unit))
        for order, item in enumerate(unit.lost, 1):
            _lost(paper, order, item)
        _others(paper, unit)


def _in_short(unit: UnitView) -> str:
    score = unit.score
    if unit.unranked_why:
        head = f"未评：{unit.unranked_why}。"
    else:
        number = "—" if score.score is None else f"{score.score:.1f}"
        head = f"得分{number}，组内第{score.rank}名"
        head += f"（应评{points(score.full)}分，已测{points(score.testable)}分）。"
    waiting, untested = len(unit.review), len(unit.untested)
    return (
        f"{head}因已确认的问题失分{len(unit.lost)}项；待人工确认{waiting}项、未能检测{untested}项，均未计分。"
    )


def _since(data: ReportData, unit: UnitView) -> str:
    """How it stands against the sweep before, where both went by the same rules."""
    points = data.trends.units.get(unit.id, ()) if data.trends else ()
    last = points[-1] if points else None
    if data.trends is None or last is None or last.states is None or points[-2] is None:
        return ""
    change = signed(data.trends.change(unit.id))
    counts = "、".join(f"{words}{last.states.get(name, 0)}处" for name, words in STATES.items())
    return f"较上次（{_day(data.trends.sweeps[-2].as_of)}）得分{change}，问题{counts}。"


def _lost(paper: Paper, order: int, item: ItemView) -> None:
    head = f"{order}．{item.indicator.title or item.code}（{item.code}，失{points(item.lost)}分）。"
    paper.text(Run(head, bold=True), "" if item.blamed else _ended(item.why))
    for check in item.blamed:
        _check(paper, check)


def _check(paper: Paper, check: CheckView) -> None:
    for fault in check.faults[:PLACES]:
        paper.text(*_place(fault), small=True)
    if check.defects > PLACES:
        paper.text(f"“{check.title}”共{check.defects}处，其余见网页报告。", small=True)
    advice = check.shared_advice or next((fault.advice for fault in check.faults if fault.advice), "")
    if advice:
        paper.text(Run("怎么改：", bold=True), _ended(advice), small=True)


def _place(fault: Fault) -> Iterator[Piece]:
    yield _ended(fault.message)
    if fault.found:
        yield f"实为：{_ended(fault.found)}"
    if fault.subject and fault.subject != fault.url:
        yield "问题对象："
        yield Run(fault.subject, href=fault.subject_href)
        yield "　"
    yield "所在页面："
    yield Run(fault.url, href=fault.href)


def _others(paper: Paper, unit: UnitView) -> None:
    """What did not cost a point: told in one line each, and never as a deduction."""
    told = [veto for veto in unit.vetoes if veto.told]
    if told:
        named = "；".join(f"{veto.title}（{VETO[veto.state]}）：{veto.why}" for veto in told)
        paper.text(Run("否决项与预警：", bold=True), f"{named}。{VETO_NOTE}")
    if unit.held:
        named = "、".join(check.title + _places(check.defects) for check in unit.held)
        paper.text(Run("已查到、所属评测要点尚未判定或未因此失分的问题：", bold=True), f"{named}。")
    if unit.explained:
        number = sum(check.explained for check in unit.explained)
        paper.text(f"另有{number}处问题单位已作说明，期内不扣分。")
    if unit.hints:
        paper.text(f"另有提示{len(unit.hints)}项，本方案不计分，见网页报告。")


def _assumed(paper: Paper, data: ReportData) -> None:
    if data.scheme.assumed:
        paper.heading("附：方案没有写明、由程序假定的数值")
        rows = [(one.name, one.value, one.why) for one in data.scheme.assumed]
        paper.table((("事项", 56), ("取值", 38), ("说明", 60)), rows, left=(0, 1, 2))


def _numeral(number: int) -> str:
    """1 to 99 as 一 to 九十九; beyond, in figures."""
    if number > 99:
        return str(number)
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{NUMERALS[tens]}十") + (
        NUMERALS[ones] if ones else ""
    )
