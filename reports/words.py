"""The Chinese words for verdicts, reasons, states and observed values."""

from __future__ import annotations

from collections.abc import Mapping

from reports.model import ScoreView
from rules.wording import REASONS

VERDICT = {
    "pass": "通过",
    "fail": "不通过",
    "unknown": "未能检测",
    "not_applicable": "不适用",
    "explained": "已说明",
}

STATE = {
    "scored": "已评",
    "unknown": "未能检测",
    "review": "待人工确认",
    "manual": "需人工评",
    "material": "需报送材料",
    "external": "需外部数据",
    "not_applicable": "不适用",
}

# What a person can do about it, for the work list.
REMEDY = {
    "blocked": "请主管单位放行巡检地址后重测，或人工打开页面核对",
    "browser_missing": "安装 Chromium 后重测",
    "browser_failed": "重测；仍失败则人工打开页面核对",
    "budget": "放宽页数或时间后重测",
    "home_unreachable": "隔时重测，并人工核对首页能否打开",
    "void": "先处理这一项，或更正登记的门户网址，再重测",
    "no_ipv6_here": "换到有 IPv6 出口的机器上重测",
    "no_portal": "在单位清单中补登门户网址",
    "own_network": "网络恢复后重测",
    "robots": "与网站主办单位商定后重测，或人工核对",
    "suspected": "隔 6 小时以上重测",
    "too_few_samples": "人工补查样本",
    "undated": "人工打开栏目核对发布时间",
    "unreadable": "人工打开页面核对",
    "not_asked": "需要时另行检测",
    "not_built_yet": "人工核对",
}

VETO = {
    "hit": "达到否决线",
    "review": "待人工确认",
    "warning": "预警",
    "unknown": "未能认定",
    "clear": "未达预警线",
}
VETO_TITLE = "国家检查指标：否决项与预警"
VETO_NOTE = "预警线严于否决线，供提前整改；否决须经人工核实，本表不作结论。"

KIND = {
    "city": "市(州)政府",
    "county": "县(市、区)政府",
    "town": "乡镇(街道)",
    "department": "部门",
    "zone": "开发区、管委会",
    "enterprise": "企事业单位",
}

PROOF = {
    "http": "请求记录",
    "dns": "域名解析记录",
    "tcp": "连接记录",
    "dom": "页面位置",
    "screenshot": "截图",
    "warc": "存档",
}

# Limits of the probes by name, or by probe and name where one name means two things.
LIMIT = {
    "tested_share": "判为通过所需的已测比例",
    "footer.per_kind": "每类页面抽查几页",
    "meta.lacking_share": "缺标签的页面最多占比",
    "meta.title_likeness": "标签与页面标题的相似度下限（0–100）",
    "meta.days": "标签与页面日期最多相差几天",
    "home_fresh.days": "首页最新内容最多早几天",
    "guide.lacking": "办事指南缺几项要素算不完整",
    "guide.ignored": "办事指南不计的要素",
    "guide.sample": "抽查几件办事指南",
    "interaction.days": "答复期限（工作日）",
}

PRELIMINARY = "机器初测"
REVIEWED = "复核结果"
PARTLY = "机器初测，部分已复核"


def stage_words(score: ScoreView) -> str:
    """Whose result a score is."""
    if score.complete:
        return REVIEWED
    return PARTLY if score.answered else PRELIMINARY


REVIEWED_NOTE = "各单位的人工复核已完成；机器初测结果和复核记录一并保留。"
PRELIMINARY_NOTE = "本报告为机器初测，供自查整改和人工复核使用；未经人工复核，不作为评定结论。"


def reason_words(reason: str | None, titles: Mapping[str, str]) -> str:
    """Why a check was not judged. `needs:X` names the check that has to pass first."""
    if not reason:
        return ""
    if reason.startswith("needs:"):
        before = reason.removeprefix("needs:")
        return f"前提检查（{titles.get(before, before)}）未通过"
    return REASONS.get(reason, reason)
