"""Which links are hidden by their style and lead off the site (暗链)?

Hidden alone is common (menus, tabs, pop-ups), so a link counts only if it is hidden AND leads to another
host; government, education and known service hosts are left out. Source: tampered pages as seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.markup.page import Page, squeeze
from crawler.scope import site_host
from crawler.urls import site_of

# A value that ends here: `0` but not `0.5`.
_END = r"\s*(?:;|!|$)"
_STYLES = {
    "display:none": r"display\s*:\s*none",
    "visibility:hidden": r"visibility\s*:\s*hidden",
    "opacity:0": rf"(?<![\w-])opacity\s*:\s*0(?:\.0+)?{_END}",
    "font-size": rf"font-size\s*:\s*[01](?:px|pt|em)?{_END}",
    "text-indent": r"text-indent\s*:\s*-\d{3,}",
    "off_screen": r"(?:^|[;\s])(?:left|top|right|margin(?:-left|-top)?)\s*:\s*-\s*(?:[5-9]\d{2}|\d{4,})",
    "clip": r"clip\s*:\s*rect\(\s*0",
    "no_size": rf"(?=.*overflow\s*:\s*hidden)(?=.*(?:^|[;\s])(?:width|height)\s*:\s*[01](?:px)?{_END})",
}
# A word without which a style cannot match: plain words are found much faster than patterns.
_WORDS = {
    "display:none": "display",
    "visibility:hidden": "visibility",
    "off_screen": "-",
    "no_size": "overflow",
}
_HOW = tuple(
    (re.compile(style, re.IGNORECASE | re.DOTALL), _WORDS.get(how, how.partition(":")[0]), how)
    for how, style in _STYLES.items()
)
# What menus, tabs and pop-ups use too: one foreign link in such a block is no sign.
_COMMON = {"display:none", "visibility:hidden", "hidden"}
_STRONG = re.compile(
    r"博彩|赌[场博]|时时彩|六合彩|北京赛车|百家乐|老虎机|娱乐城|体育投注|足球外围|彩金|棋牌(?!室)|真人视讯|bet\s?365|365\s?bet|beat365"
    r"|威尼斯人|新葡京|亚博|万博|华体会|开云体育|乐鱼|无码|成人(?:视频|电影|网站)|黄片|毛片|私服|代开发票|代孕",
    re.IGNORECASE,
)
_SELECTOR = "[style],marquee,[hidden]"
# One rule of a style sheet in the page whose selector is a single class or id.
_RULE = re.compile(r"([.#])([\w-]+)\s*\{([^{}]{1,400})\}")
# What holds for paper or narrow screens only.
_MEDIA = re.compile(r"@media(?!\s+(?:screen|all)\s*\{)[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_LAWFUL = re.compile(
    r"(?:^|\.)(?:gov\.cn|edu\.cn|mil\.cn|conac\.cn|12377\.cn|baidu\.com|weibo\.com|weibo\.cn|qq\.com|weixin\.qq\.com|kaipuyun\.cn|govwza\.cn"
    r"|51\.la|cnzz\.com|umeng\.com|people\.com\.cn|xinhuanet\.com|news\.cn|cctv\.com|jiathis\.com|bshare\.cn|bdimg\.com|douyin\.com"
    r"|toutiao\.com|kuaishou\.com|microsoft\.com|google\.cn|firefox\.com\.cn|mozilla\.org|beian\.miit\.gov\.cn|jsdelivr\.net|w3\.org)$"
)
_IP = re.compile(r"^\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?$")


class HiddenLink(NamedTuple):
    """A link nobody can see. `how`: the style that hides it."""

    url: str
    text: str
    how: str


def find_hidden_links(page: Page) -> list[HiddenLink]:
    """Hidden links of the page to other, not plainly lawful hosts, each URL once, in document order."""
    found: dict[str, HiddenLink] = {}
    own = site_of(site_host(page.url))
    for node, how in _hidden(page.tree, _hiding_rules(page)):
        links = [link for link in _links(node, how, page) if not _lawful(link.url, own)]
        sites = {site_of(site_host(link.url)) for link in links}
        if how in _COMMON and node.tag != "a" and len(sites) < 2:
            links = [link for link in links if _STRONG.search(link.text)]
        for link in links:
            found.setdefault(link.url, link)
    return list(found.values())


def _links(node: LexborNode, how: str, page: Page) -> Iterator[HiddenLink]:
    for anchor in [node, *node.css("a[href]")] if node.tag == "a" else node.css("a[href]"):
        # Pictures are seen in a block whose font size is 0, the old way to close gaps between them.
        if how in ("font-size", "text-indent") and anchor.css_first("img"):
            continue
        url = page.resolve(anchor.attributes.get("href") or "")
        if url is not None:
            yield HiddenLink(url, squeeze(anchor.text())[:80], how)


def _lawful(url: str, own: str) -> bool:
    host = site_host(url).partition(":")[0]
    return site_of(host) == own or bool(_LAWFUL.search(host)) or bool(_IP.match(host))


def _hidden(tree: LexborHTMLParser, rules: Mapping[str, str]) -> Iterator[tuple[LexborNode, str]]:
    for node in tree.css(_SELECTOR):
        attributes = node.attributes
        how = hidden_how(attributes.get("style") or "")
        if how is None and node.tag == "marquee":
            tiny = any(
                (attributes.get(side) or "") in ("0", "1", "2", "3", "4") for side in ("width", "height")
            )
            how = "marquee" if tiny else None
        if how is None and "hidden" in attributes:
            how = "hidden"
        if how is not None:
            yield node, how
    for selector, how in rules.items():
        for node in tree.css(selector):
            yield node, how


@lru_cache(maxsize=8192)  # styles repeat on every page of a site
def hidden_how(style: str) -> str | None:
    """The way an inline style hides an element, or None."""
    if ":" not in style:
        return None
    low = style.lower()
    for pattern, word, how in _HOW:
        if word in low and (pattern.match(style) if how == "no_size" else pattern.search(style)):
            return how
    return None


def _hiding_rules(page: Page) -> dict[str, str]:
    """Classes and ids that the page's own style element hides by size or place. `display:none` in a sheet is
    what every menu and tab has, so only the ways that no honest design needs are taken."""
    rules: dict[str, str] = {}
    for node in page.tree.css("style"):
        sheet = _MEDIA.sub("", node.text())
        for mark, name, body in _RULE.findall(sheet):
            how = hidden_how(body)
            if how not in ("font-size", "off_screen", "no_size", "clip") or name[0].isdigit():
                continue
            # Another rule for a state of the same part (.box.on, .box:hover, .open .box) shows it again.
            if (
                re.search(
                    rf"{re.escape(mark + name)}[.:#\[]|[\w\])] +{re.escape(mark + name)}\s*[,{{]", sheet
                )
                is None
            ):
                rules[mark + name] = how
    return rules


def hidden_nodes(page: Page) -> Iterator[tuple[LexborNode, str]]:
    """Every hidden element of the page and of what scripts and frames add, lawful or not, and the style that
    hides it."""
    rules = _hiding_rules(page)
    for part in page.parts:
        yield from _hidden(part.tree, rules)


def foreign_host(url: str, own: str) -> str | None:
    """The host, where it is neither of the site `own` nor a government, education or known service host."""
    return None if _lawful(url, own) else site_host(url).partition(":")[0] or None


def in_common_use(how: str) -> bool:
    """Menus, tabs, pop-ups and sliders hide their parts this way, too, until a script shows them."""
    return how in _COMMON or how in ("opacity:0", "off_screen", "no_size")
