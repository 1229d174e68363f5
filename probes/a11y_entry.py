"""Accessibility entry (无障碍、适老化): is there a way into easier browsing?

Evidence: links, buttons and icons that open it, and known tool scripts. Whether it works is another check.
A tool script alone may draw its entry or not, and so may any script of another host that is not read: that is
unknown, not a fault. Source: docs/method.md, Accessibility.
"""

from __future__ import annotations

from collections.abc import Iterator

from crawler.markup.page import Page
from crawler.markup.pieces import filled_by_script
from crawler.model import Frozen
from crawler.signs.toolbar import find_linked_entry, find_toolbar
from probes.base import Check, Evidence, Finding, Probe, Reason, Result

CHECKS = (Check("a11y.entry", "无障碍或适老化入口"),)


class EntrySeen(Frozen):
    """The entry on a page. `how`: words | handler | link | script; None where there is none."""

    how: str | None
    text: str = ""
    unread: tuple[str, ...] = ()
    filled: str | None = None


class Limits(Frozen):
    """None: the check is yes or no."""


def observe(page: Page) -> EntrySeen | None:
    if not page.is_home:
        linked = find_linked_entry(page)
        return EntrySeen(how=linked.how, text=linked.text) if linked else None
    entry = find_toolbar(page)
    visible = entry is not None and entry.how != "script"
    return EntrySeen(
        how=entry.how if entry else None,
        text=entry.text if entry else "",
        unread=() if visible else (*page.unread, *page.strangers)[:4],
        filled=None if visible else filled_by_script(page),
    )


def judge(evidence: Evidence[EntrySeen], limits: Limits) -> Iterator[Result]:
    home = evidence.home
    if home is None:
        return
    seen = home.data
    observed: dict[str, object] = {"how": seen.how, "text": seen.text}
    if seen.how and seen.how != "script":
        yield Result.of("a11y.entry", observed=observed)
        return
    elsewhere = next((p for p in evidence.pages if p.data.how not in (None, "script")), None)
    if elsewhere:
        where = {
            "how": elsewhere.data.how,
            "text": elsewhere.data.text,
            "found_on": elsewhere.facts.final_url,
        }
        yield Result.of("a11y.entry", observed=where)
    elif seen.how or seen.unread or seen.filled:
        why = "tool_script_only" if seen.how else seen.filled or "scripts_not_read"
        yield Result.unknown(
            "a11y.entry",
            Reason.UNREADABLE,
            population=1,
            observed={**observed, "why": why, "unread": list(seen.unread)},
        )
    else:
        yield Result.of("a11y.entry", defects=[_missing(home.facts.final_url)], observed=observed)


def _missing(url: str) -> Finding:
    return Finding(
        url=url,
        message="首页没有无障碍或适老化浏览入口。",
        expected="首页页头或页脚有“无障碍”“适老版”“长者模式”等入口",
        found="页面的链接、按钮、图片说明和脚本中均未见无障碍、适老化入口",
        advice="接入无障碍浏览工具，并把入口放在全站共用的页头模板中",
    )


PROBE = Probe(id="a11y_entry", checks=CHECKS, evidence=EntrySeen, limits=Limits, observe=observe, judge=judge)
