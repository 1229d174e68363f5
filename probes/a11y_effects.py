"""Does the accessibility entry do something? Uses it in a browser and looks for each effect.

Evidence: two uses of the entry by crawler/browser/toolbar_use.py, the second later and in a fresh context.
An effect seen once is proved; one is missed only if both uses could try everything. Source:
docs/method.md, Accessibility.
"""

from __future__ import annotations

from collections.abc import Iterator

from crawler.browser.tab import Tab, Trouble
from crawler.browser.toolbar_controls import Effect
from crawler.browser.toolbar_use import Proved, Use, use_entry
from crawler.model import Frozen, Outcome, PageFacts, Role
from probes.base import Check, Evidence, Finding, Net, Probe, Proof, Reason, Result

CHECKS = (
    Check("a11y.font", "字体放大", after="a11y.entry", shared=True),
    Check("a11y.colour", "色调调整", after="a11y.entry", shared=True),
    Check("a11y.guide_line", "辅助线", after="a11y.entry", shared=True),
    Check("a11y.voice", "语音朗读", after="a11y.entry", shared=True),
    Check("a11y.special_view", "特殊人群界面（长辈版、简洁版）", after="a11y.entry", shared=True),
)
USES = 2  # before a missing effect is told
_NEEDED = {
    Effect.FONT: "使用入口后，网页正文文字变大（字号放大或整页缩放）",
    Effect.COLOUR: "使用入口后，可以更换网页的文字和背景颜色",
    Effect.GUIDE_LINE: "使用入口后，出现跟随鼠标移动的阅读辅助线",
    Effect.VOICE: "使用入口后，可以语音朗读网页内容",
    Effect.SPECIAL_VIEW: "使用入口后，可以打开长辈版、简洁版等特殊人群界面",
}
_ADVICE = {
    Effect.FONT: "修复或更换无障碍工具，提供字号放大功能，并在全站各页面保持",
    Effect.COLOUR: "修复或更换无障碍工具，提供配色、高对比度功能",
    Effect.GUIDE_LINE: "修复或更换无障碍工具，提供阅读辅助线（十字线）功能",
    Effect.VOICE: "修复或更换无障碍工具，提供语音朗读功能",
    Effect.SPECIAL_VIEW: "提供长辈版、大字简洁版等适老化界面，并检查入口能否打开",
}
_REASONS = {
    Outcome.WALL: Reason.BLOCKED,
    Outcome.ROBOTS: Reason.ROBOTS,
    Outcome.OWN_NETWORK: Reason.OWN_NETWORK,
    Outcome.BUDGET: Reason.BUDGET,
}


class Found(Frozen):
    """The uses in their order, or why the browser could not be used."""

    uses: tuple[Use, ...] = ()
    trouble: Trouble | None = None


class Limits(Frozen):
    """None: each effect is there or not."""


async def gather(evidence: Evidence[Frozen], net: Net) -> Found:
    pages = _pages(evidence)
    if not pages:
        return Found()
    return await _used(Found(), pages, net)


async def confirm(evidence: Evidence[Frozen], net: Net) -> Found:
    found: Found = evidence.gathered
    return await _used(found, _pages(evidence), net)


async def _used(found: Found, pages: list[str], net: Net) -> Found:
    async def task(tab: Tab) -> Use:
        use = await use_entry(tab, pages[0], pages[-1] if len(pages) > 1 else None)
        for url in pages[1:]:
            if use.entry or use.outcome is not Outcome.OK:
                break
            use = await use_entry(tab, url)
        return use

    used = await net.browse(task)
    if isinstance(used, Trouble):
        return found.model_copy(update={"trouble": used})
    return found.model_copy(update={"uses": (*found.uses, used)})


def _pages(evidence: Evidence[Frozen]) -> list[str]:
    """Home, then a column and an article: an entry may stand on inner pages only."""
    chosen: dict[Role, PageFacts] = {}
    for page in evidence.visited:
        if page.outcome is Outcome.OK and page.identified:
            chosen.setdefault(page.role, page)
    wanted = (chosen.get(role) for role in (Role.HOME, Role.COLUMN, Role.ARTICLE))
    pages = [page.final_url for page in wanted if page is not None]
    return pages if Role.HOME in chosen else []


def unsettled(found: Found) -> bool:
    """Whether the first use missed an effect that a second one may find, or fail to find again."""
    if found.trouble is not None or len(found.uses) != 1:
        return False
    use = found.uses[0]
    seen = {proved.effect for proved in use.proved}
    return any(effect not in seen and _doubt(effect, use) is None for effect in Effect)


def judge(evidence: Evidence[Frozen], limits: Limits) -> Iterator[Result]:
    found: Found = evidence.gathered or Found()
    for effect in Effect:
        yield _judged(effect, found)


def _judged(effect: Effect, found: Found) -> Result:
    check = f"a11y.{effect}"
    proved = next((one for use in found.uses for one in use.proved if one.effect is effect), None)
    if proved is not None:
        use = next(use for use in found.uses if proved in use.proved)
        return Result.of(check, observed=_observed(use, proved))
    if found.trouble is not None:
        return Result.unknown(check, Reason(found.trouble.value), population=1)
    if not found.uses:
        return Result.unknown(check, Reason.UNREADABLE, population=1, observed={"why": "not_tried"})
    last = found.uses[-1]
    doubts = [doubt for doubt in (_doubt(effect, use) for use in found.uses) if doubt is not None]
    if doubts:
        reason, why = doubts[0]
        return Result.unknown(
            check,
            reason,
            population=1,
            observed={"why": why, "entry": last.entry, "unread": list(last.unread)},
        )
    if len(found.uses) < USES:
        return Result.unknown(check, Reason.SUSPECTED, population=1, observed={"entry": last.entry})
    return Result.of(
        check, defects=[_finding(effect, last)], observed={"entry": last.entry, "tried": list(last.tried)}
    )


def _observed(use: Use, proved: Proved) -> dict[str, object]:
    observed: dict[str, object] = {"entry": use.entry, "by": proved.by}
    if proved.lasts is not None:
        observed["lasts"] = proved.lasts
    return observed


def _doubt(effect: Effect, use: Use) -> tuple[Reason, str] | None:
    """Why this use does not show that the effect is missing; None where it does."""
    if use.outcome is not Outcome.OK:
        return _REASONS.get(use.outcome, Reason.UNREADABLE), f"page_{use.outcome}"
    if not use.entry:
        return Reason.UNREADABLE, "entry_not_found_in_browser"
    if use.gone is not None:
        return None
    if use.unread:
        return Reason.UNREADABLE, "tool_script_not_loaded"
    if not use.settled or use.pending:
        return Reason.BUDGET, "page_still_loading"
    if effect in use.unclear:
        return Reason.UNREADABLE, "effect_not_readable"
    if use.untried:
        return Reason.UNREADABLE, "controls_not_tried"
    if not use.readable and effect in (Effect.FONT, Effect.COLOUR):
        return Reason.UNREADABLE, "no_text_to_look_at"
    return None


def _finding(effect: Effect, use: Use) -> Finding:
    idle = next((one for one in use.idle if one.effect is effect), None)
    name = next(check.title for check in CHECKS if check.id == f"a11y.{effect}")
    if use.gone is not None:
        seen = f"点击“{use.entry}”后没有任何反应，它的脚本不存在：{use.gone}"
    elif not use.opened:
        seen = f"点击“{use.entry}”后没有任何反应"
    elif idle is not None:
        seen = f"打开“{use.entry}”，点击“{idle.by}”后网页没有变化"
    else:
        seen = f"打开“{use.entry}”，逐一试过其中的按钮（{'、'.join(use.tried[1:9])}），未见此功能"
    pictures = (use.before, idle.picture if idle else None)
    return Finding(
        url=use.url,
        message=f"无障碍、适老化入口不能{_VERBS[effect]}。",
        expected=_NEEDED[effect],
        found=f"{name}：{seen}（相隔一段时间用浏览器试了两次）",
        advice=_ADVICE[effect],
        evidence=tuple(Proof(kind="screenshot", ref=ref) for ref in pictures if ref),
    )


_VERBS = {
    Effect.FONT: "放大文字",
    Effect.COLOUR: "调整颜色",
    Effect.GUIDE_LINE: "显示阅读辅助线",
    Effect.VOICE: "语音朗读",
    Effect.SPECIAL_VIEW: "打开适老或简洁界面",
}

PROBE = Probe(
    id="a11y_effects",
    checks=CHECKS,
    limits=Limits,
    judge=judge,
    gathers=Found,
    gather=gather,
    confirm=confirm,
    unsettled=unsettled,
)
