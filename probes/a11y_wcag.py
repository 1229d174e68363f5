"""How many accessibility rules (WCAG A/AA) does the home page break? Counted by axe-core in a browser.

Evidence: axe's violations on the home page as rendered. A hint: no indicator asks for it. Source: WCAG A/AA.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT

from crawler.browser.tab import Tab, Trouble
from crawler.model import Frozen, Outcome, Role
from probes.base import Check, Evidence, Finding, Net, Probe, Reason, Result

CHECKS = (Check("a11y.wcag", "首页无障碍规范（WCAG A/AA）"),)
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
_RUN = """async (tags) => {
  const runOnly = { type: "tag", values: tags };
  const found = await axe.run(document, { runOnly, resultTypes: ["violations"] });
  return found.violations.map((rule) => ({
    rule: rule.id, impact: rule.impact || "", help: rule.help, places: rule.nodes.length,
    example: rule.nodes.length ? rule.nodes[0].target.join(" ").slice(0, 200) : "",
  }));
}"""
_SAID = {
    "color-contrast": "文字与背景的对比度不足",
    "image-alt": "图片缺少替代文字",
    "link-name": "链接没有可读的文字",
    "label": "输入框没有标签",
    "button-name": "按钮没有可读的文字",
    "html-has-lang": "网页没有注明语言（lang）",
    "html-lang-valid": "网页注明的语言（lang）不正确",
    "document-title": "网页没有标题",
    "meta-viewport": "网页禁止缩放",
    "select-name": "下拉框没有标签",
    "input-image-alt": "图片按钮缺少替代文字",
    "area-alt": "图片热区缺少替代文字",
    "frame-title": "框架没有标题",
    "list": "列表的结构不正确",
    "listitem": "列表项不在列表中",
    "definition-list": "定义列表的结构不正确",
    "dlitem": "定义项不在定义列表中",
    "link-in-text-block": "正文中的链接只靠颜色区分",
    "scrollable-region-focusable": "可滚动的区域不能用键盘操作",
    "marquee": "使用了滚动文字（marquee）",
    "blink": "使用了闪烁文字（blink）",
    "meta-refresh": "网页定时自动刷新",
    "nested-interactive": "可操作的元素互相嵌套",
    "duplicate-id-aria": "供读屏使用的编号（id）重复",
}


class Broken(Frozen):
    """One rule that the page breaks, and at how many places."""

    rule: str
    impact: str = ""
    help: str = ""  # axe's own words
    places: int = 0
    example: str = ""  # a CSS selector


class Counted(Frozen):
    """What axe said. `outcome`: of opening the page; `trouble`: of the browser."""

    url: str = ""
    outcome: Outcome = Outcome.OK
    trouble: Trouble | None = None
    ran: bool = False
    broken: tuple[Broken, ...] = ()


class Limits(Frozen):
    """None: what axe counts is told."""


async def gather(evidence: Evidence[Frozen], net: Net) -> Counted:
    home = next((page for page in evidence.visited if page.role is Role.HOME), None)
    if home is None or home.outcome is not Outcome.OK:
        return Counted(outcome=home.outcome if home else Outcome.BUDGET)

    async def task(tab: Tab) -> Counted:
        opened = await tab.open(home.final_url)
        if not opened.ok:
            return Counted(url=home.final_url, outcome=opened.outcome)
        await tab.run(AXE_SCRIPT)
        rules: list[dict[str, Any]] | None = await tab.run(_RUN, _TAGS)
        broken = tuple(Broken.model_validate(rule) for rule in rules or ())
        return Counted(url=home.final_url, ran=rules is not None, broken=broken)

    counted = await net.browse(task)
    return Counted(url=home.final_url, trouble=counted) if isinstance(counted, Trouble) else counted


def judge(evidence: Evidence[Frozen], limits: Limits) -> Iterator[Result]:
    counted: Counted = evidence.gathered or Counted()
    if counted.trouble is not None:
        yield Result.unknown("a11y.wcag", Reason(counted.trouble.value), population=1)
    elif not counted.ran:
        reason = Reason.BLOCKED if counted.outcome is Outcome.WALL else Reason.UNREADABLE
        yield Result.unknown("a11y.wcag", reason, population=1, observed={"outcome": counted.outcome})
    else:
        places = {rule.rule: rule.places for rule in counted.broken}
        defects = [_finding(counted.url, rule) for rule in counted.broken]
        yield Result.of("a11y.wcag", defects=defects, observed={"places": places})


def _finding(url: str, rule: Broken) -> Finding:
    said = _SAID.get(rule.rule, rule.help)
    return Finding(
        url=url,
        message=f"首页不符合无障碍规范：{said}（{rule.places} 处）。",
        expected=f"符合 WCAG A/AA 规则 {rule.rule}",
        found=f"axe-core 查出 {rule.places} 处，例如 {rule.example}",
        advice="按规则修改网页模板后重新检测",
    )


PROBE = Probe(id="a11y_wcag", checks=CHECKS, limits=Limits, judge=judge, gathers=Counted, gather=gather)
