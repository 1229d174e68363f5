"""Did the accessibility tool's own scripts reach us? What did not says nothing about the tool."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from crawler.browser.bystanders import is_bystander
from crawler.browser.tab import Traffic
from crawler.signs.toolbar import is_tool_script

_GONE = (404, 410)
_TOOL_PARTS = frozenset({"script", "xhr", "fetch", "stylesheet", "document"})
_LEFT_BEHIND = "ERR_ABORTED"  # the page was left while it was under way


def lost_scripts(traffic: Iterable[Traffic]) -> set[str]:
    """Scripts that may hold the tool and could not be had from here: nothing is known of what they do."""
    lost = {one.url for one in traffic if one.kind == "script" and (one.failed or (one.status or 200) >= 400)}
    tools = {url for url in lost if is_tool_script(url)}
    return tools or {url for url in lost if not is_bystander(url)}


def lost_since(traffic: Sequence[Traffic], start: int) -> set[str]:
    """Parts that were asked for since then, by the tool most likely, and did not come; 404 is an answer."""
    return {
        one.url
        for one in traffic[start:]
        if one.kind in _TOOL_PARTS
        and not is_bystander(one.url)
        and ((one.failed and _LEFT_BEHIND not in one.failed) or (one.status or 200) >= 400)
        and one.status not in _GONE
    }


def under_way(traffic: Iterable[Traffic]) -> bool:
    """Whether a part that may belong to the tool was asked for and is neither here nor refused."""
    return any(one.kind in _TOOL_PARTS and one.status is None and one.failed is None for one in traffic)


def gone_script(traffic: Sequence[Traffic], url: str) -> str | None:
    """The tool's own script, if the portal's own host says that it is not there.

    Another script of the portal's counts only where nothing else is missing that may hold the tool.
    """
    host = urlsplit(url).hostname
    missing = [
        one.url
        for one in traffic
        if one.kind == "script" and one.status in _GONE and urlsplit(one.url).hostname == host
    ]
    named = [address for address in missing if is_tool_script(address)]
    elsewhere = lost_scripts(traffic) - set(missing)
    others = [address for address in missing if not is_bystander(address)]
    return next(iter(named or ([] if elsewhere else others)), None)
