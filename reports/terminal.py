"""What the terminal shows: the ranking of a sweep, one unit's checks, and the cheapest points to win.

Every cell is a rich `Text`: page text is never read as markup, and its control characters are gone already.
"""

from __future__ import annotations

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from reports.gains import cheapest
from reports.model import CheckView, ReportData, UnitView
from reports.model import Group as UnitGroup
from reports.text import percent, points, span
from reports.words import PRELIMINARY, PRELIMINARY_NOTE, VERDICT, VETO, VETO_NOTE, VETO_TITLE, stage_words

VERDICT_STYLE = {
    "pass": "green",
    "fail": "bold red",
    "unknown": "yellow",
    "not_applicable": "dim",
    "explained": "dim",
}
VETO_STYLE = {"hit": "bold red", "review": "magenta", "warning": "yellow", "unknown": "dim", "clear": "green"}


def ranking(data: ReportData) -> RenderableType:
    """One table for each group; units without a rank stand below with the reason."""
    period = data.sweep.period
    head = Text.assemble(
        (f"{data.scheme.title}  ", "bold"),
        (f"（{PRELIMINARY}）", "red"),
        f"\n期间 {period.start} 至 {period.end}，评估时点 {data.sweep.as_of}，"
        f"{len(data.units)} 家单位，{data.pages} 个页面，巡检 {data.sweep.id}",
    )
    return Group(head, *(_group_table(group) for group in data.groups), Text(PRELIMINARY_NOTE, style="dim"))


def _group_table(group: UnitGroup) -> Table:
    table = Table(title=Text(group.name, style="bold"), title_justify="left", header_style="bold")
    table.add_column("名次", justify="right", no_wrap=True)
    table.add_column("单位", overflow="fold")
    for name in ("得分", "可能区间", "名次区间", "覆盖率", "失分项", "待确认"):
        table.add_column(name, justify="right", no_wrap=True)
    for unit in group.ranked:
        table.add_row(*_ranked_row(unit))
    for unit in group.unranked:
        table.add_row(
            Text("未评", style="yellow"),
            Text(f"{unit.name}\n{unit.unranked_why}", style="dim"),
            Text("—"),
            Text("—"),
            Text("—"),
            Text(percent(unit.score.coverage if unit.score.totalled else None)),
            Text(str(len(unit.lost))),
            Text(str(len(unit.review_checks))),
        )
    return table


def _ranked_row(unit: UnitView) -> tuple[Text, ...]:
    score = unit.score
    ranks = score.rank_range
    return (
        Text(str(score.rank), style="bold"),
        Text(unit.name),
        Text("—" if score.score is None else f"{score.score:.1f}", style="bold"),
        Text(span(score.low_score, score.high_score)),
        Text(span(*ranks, digits=0) if ranks else "—"),
        Text(percent(score.coverage)),
        Text(str(len(unit.lost))),
        Text(str(len(unit.review_checks))),
    )


def unit_summary(unit: UnitView) -> RenderableType:
    """One unit's name, score and range in two lines."""
    score = unit.score
    if not score.totalled:
        return Text.assemble(
            (unit.name, "bold"), f"  {unit.portal}\n{unit.unranked_why}，读了 {unit.pages} 个页面"
        )
    number = "未评" if score.rank is None or score.score is None else f"{score.score:.1f}"
    lines = Text.assemble(
        (unit.name, "bold"),
        f"  {unit.portal}\n",
        (f"{stage_words(score)} {number}", "bold red"),
        f"  得 {points(score.earned)} / 已测 {points(score.testable)} / 应评 {points(score.full)} 分，"
        f"可能区间 {span(score.low_score, score.high_score)}，覆盖率 {percent(score.coverage)}，"
        f"读了 {unit.pages} 个页面",
    )
    if score.answered:
        machine = "—" if score.machine is None else f"{score.machine:.1f}"
        grade = f"，等次 {score.grade}" if score.grade else ""
        lines.append(f"\n已复核 {score.answered} 项，机器初测得分 {machine}{grade}")
    if unit.unranked_why:
        lines.append(f"\n未排名：{unit.unranked_why}", style="yellow")
    return lines


def checks_table(unit: UnitView) -> Table:
    """All checks of one unit: verdict, how much was tested, and the first thing to mend. Columns that nobody
    asks of such a unit are no matter when they are missing."""
    table = Table(title=Text(f"{unit.name} · 检查结果", style="bold"), title_justify="left")
    table.add_column("检查", overflow="fold", ratio=3)
    table.add_column("结果", no_wrap=True)
    table.add_column("已测/总数", justify="right", no_wrap=True)
    table.add_column("问题", justify="right", no_wrap=True)
    table.add_column("说明", overflow="fold", ratio=5)
    order = {"fail": 0, "unknown": 1, "pass": 2, "not_applicable": 3}
    shown = [check for check in unit.checks if check.asked or not check.failed]
    for check in sorted(shown, key=lambda c: (order.get(c.verdict, 9), not c.applies, c.id)):
        table.add_row(
            Text.assemble(check.title, ("" if check.applies else "  提示", "dim")),
            Text(
                VERDICT.get(check.verdict, check.verdict)
                + ("（待人工确认）" if check.needs_review and check.failed else ""),
                style=VERDICT_STYLE.get(check.verdict, ""),
            ),
            Text(f"{check.tested}/{check.population}"),
            _number(check),
            _remark(check),
        )
    return table


def _number(check: CheckView) -> Text:
    """Explained defects stand struck through beside those that count."""
    counted = Text(str(check.defects) if check.defects else "")
    return counted.append(f" {check.explained}".lstrip(), style="strike dim") if check.explained else counted


def _remark(check: CheckView) -> Text:
    if not check.failed and check.explained_faults:
        first = check.explained_faults[0]
        given = first.explained
        text = Text(first.message, style="strike dim")
        return (
            text.append(f"\n{given.reason}（有效至 {given.until}）", style="not strike dim")
            if given
            else text
        )
    if not check.failed:
        return Text(check.reason, style="dim")
    if not check.faults:
        return Text("")
    first = check.faults[0]
    lines = Text(first.message)
    if first.url:
        lines.append(f"\n所在页面 {first.url}", style="dim")
    if len(check.faults) > 1:
        lines.append(f"\n等 {check.defects} 处，详见报告", style="dim")
    return lines


def veto_table(unit: UnitView) -> RenderableType:
    """How the unit stands to the vetoes: what is reached, what is near, what only people can tell."""
    table = Table(title=Text(VETO_TITLE, style="bold"), title_justify="left")
    table.add_column("否决项", overflow="fold", ratio=3)
    table.add_column("状态", no_wrap=True)
    table.add_column("数量", justify="right", no_wrap=True)
    table.add_column("说明", overflow="fold", ratio=6)
    for veto in unit.vetoes:
        table.add_row(
            Text(f"{veto.code} {veto.title}"),
            Text(VETO.get(veto.state, veto.state), style=VETO_STYLE.get(veto.state, "")),
            Text(str(veto.count) if veto.count else ""),
            Text(veto.why, style="" if veto.told else "dim"),
        )
    return Group(table, Text(VETO_NOTE, style="dim"))


def cheapest_table(unit: UnitView, limit: int = 10) -> RenderableType:
    """The points that are the cheapest to win back, for a unit that checks itself."""
    gains = cheapest(unit, limit)
    if not gains:
        return Text("没有因已确认的问题失分。")
    table = Table(title=Text(f"最容易拿回的 {len(gains)} 项", style="bold"), title_justify="left")
    table.add_column("可得分", justify="right", no_wrap=True)
    table.add_column("要改几处", justify="right", no_wrap=True)
    table.add_column("指标", overflow="fold", ratio=3)
    table.add_column("怎么改", overflow="fold", ratio=5)
    for gain in gains:
        table.add_row(
            Text(f"+{points(gain.points)}", style="bold green"),
            Text(str(gain.places)),
            Text(f"{gain.item.code} {gain.item.indicator.title}"),
            Text(gain.advice),
        )
    return table


def print_ranking(console: Console, data: ReportData) -> None:
    console.print(ranking(data))


def print_unit(console: Console, unit: UnitView, *, limit: int = 10) -> None:
    """What `check` ends with: summary, all checks, the national vetoes, the cheapest points."""
    console.print(unit_summary(unit))
    console.print(checks_table(unit))
    if unit.vetoes:
        console.print(veto_table(unit))
    console.print(cheapest_table(unit, limit))
