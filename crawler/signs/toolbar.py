"""Is there an entry for accessible or elder-friendly browsing (无障碍, 适老化) on this page?

An entry is a link, button or icon whose words or handler say so, or a known tool script that draws one.
Articles and services about the elderly are not entries. Source: entries as seen on portals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from crawler.markup.page import Link, Page, squeeze

# Elements whose handler or id tells, and those that may only be told by their words.
_MARKED = (
    "a[onclick],button[onclick],span[onclick],div[onclick],li[onclick],img[onclick],p[onclick],i[onclick]"
    ",input[type=button],a[id],button[id],span[id],div[id],li[id],a[title],a[aria-label]"
    ",a[href^=javascript]"
)
# Icons without words: told by the name of their class or picture, where a click does something.
_ICONS = (
    "[class*=wza],[class*=wuzhangai],[class*=guanhuai],[class*=zhangzhe]"
    ",img[src*=wza],img[src*=wuzhangai],img[src*=zhangzhe]"
)
_ICON = re.compile(r"(?:^|[\s_/-])(?:wza|wuzhangai|guanhuai|zhangzhe)(?:$|[\s_.-])", re.IGNORECASE)
_WORDED = "a,button,span,li,i,em,div[onclick],p[onclick],p,label,dd"
_ANY_WORD = re.compile(
    r"障碍|无碍|适老|长者|关怀|关爱|盲道|盲人|视障|读屏|辅助浏览|长辈|老年|大字|敬老|助老|爱老|孝老|老人"
)
_SUFFIX = (
    r"浏览|阅读|访问|辅助|服务|通道|助手|专版|专区|工具[栏条]?|导航|导览|开关|声明|模式|版本?|界面|网站|网页|支持|智能云"
    r"|号|及|和|与|/|、|·|[()（）]|\||无障碍|适老化?|长者|关怀版?|改造"
)
_WORDS = re.compile(
    r"^[\[【「“|·<]*(?:进入|开启|打开|切换到?|关闭|启用|体验|访问)?(?:本?网站|网页|页面|政府网站|一键)?(?:支持|信息|智能|语音|WCAG|中国残联)?"
    r"(?:(?:无障碍|无碍|适老化?|长者|长辈|智能盲道|盲人|视障|读屏|辅助浏览)"
    # Columns about the elderly are called so, too: these need a word that only versions of a page have.
    r"|(?:关怀|关爱|老年人?|大字号?|敬老|助老|爱老|孝老|老人)(?=浏览|阅读|访问|专版|版|模式|界面|助手|通道|专区|网|无障碍))"
    rf"(?:{_SUFFIX})*[\]】」”|·>]*(?:[(（]?(?:alt|ctrl)\+\w[)）]?)?$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[|｜丨/]")  # 简体|无障碍
_HANDLER = re.compile(
    r"aria\.(?:start|oldFixed\w*|fixed\w*)\s*\(|kqNav\s*\(|initAccessible|toolbarSwitch|openWza|wzaClick|slhClick|canyou|esdToolbar"
    r"|(?:wza|wuzhangai|zhangzhe|changzhe|zhangbei|guanhuai|shilao|elder|careMode|oldMode|barrierFree|accessib)\w*\s*\(",
    re.IGNORECASE,
)
_IDENTITY = re.compile(
    r"^(?:accessible|toolbarSwitch|toolbarCtrl|wza|slb|slh|wzaBtn|wza_?btn|wuzhangai|barrier_?free(?:_?btn)?|bf_button|cniil_wza"
    r"|ariabtn|oldmodel|mobile_ghb)$",
    re.IGNORECASE,
)
_HREF = re.compile(
    r"//(?:[\w-]+\.)?wza\.[\w.-]+|/(?:wza|wuzhangai|zzb|slb)(?:/(?:index\.\w+)?|\.s?html?)?$", re.IGNORECASE
)
_BADGE = re.compile(r"wza\.isc\.org\.cn", re.IGNORECASE)
_SCRIPT = re.compile(
    r"/aria\.js|ariascripts|govwza\.cn|/wza(?:_?\w{0,12})?\.js|wza_sidebar|esdtools?(?:bar)?(?:init)?\.js|barrier_free\.js|accessible\.js"
    r"|slhysrv|wza\.gd\.gov\.cn|wxa11yinit|/a11y[\w.-]*\.js|canyou[\w.-]*\.js|/slh\.js|yunwza|wzabar",
    re.IGNORECASE,
)
_MAX_WORDS = 24


class Entry(NamedTuple):
    """An accessibility entry and how it was known."""

    how: str  # words | handler | link | script
    text: str  # what a person reads, or the script's address


def find_toolbar(page: Page) -> Entry | None:
    """The best entry on the page: one a person can see goes before a script that may draw one."""
    linked = find_linked_entry(page)
    if linked is not None:
        return linked
    drawn = None
    for part in page.parts:
        for node in part.tree.css(_MARKED):
            entry = _entry(node, node.attributes)
            if entry is not None:
                return entry
        for node in part.tree.css(_ICONS):
            if (entry := _icon_entry(node)) is not None:
                return entry
        drawn = drawn or _tool_script(part.tree.css("script[src]"))
    if _ANY_WORD.search(page.text):
        for part in page.parts:
            for node in part.tree.css(_WORDED):
                entry = _entry(node, node.attributes)
                if entry is not None:
                    return entry
    return drawn


def _icon_entry(node: LexborNode) -> Entry | None:
    attributes = node.attributes
    name = (
        (attributes.get("src") or "").rpartition("/")[2]
        if node.tag == "img"
        else attributes.get("class") or ""
    )
    if not _ICON.search(name) or len(squeeze(node.text())) > _MAX_WORDS:
        return None
    parent = node.parent
    for clicked in (node, parent) if parent is not None else (node,):
        said = clicked.attributes
        href = said.get("href") or ""
        if "onclick" in said or (clicked.tag == "a" and href.lower().startswith(("javascript:", "#"))):
            return Entry("handler", "")
    return None


def find_linked_entry(page: Page) -> Entry | None:
    """An entry among the page's links and pictures: cheap enough for every page of a site."""
    for link in page.links:
        if link.tag in ("a", "img", "area") and (entry := _by_link(link)):
            return entry
    return None


def _by_link(link: Link) -> Entry | None:
    text, raw = link.text, link.raw
    short = text and len(text) <= _MAX_WORDS and _ANY_WORD.search(text)
    if short and not _BADGE.search(raw) and _names_entry(text):
        return Entry("words", text)
    if link.tag == "a" and "wza" in raw and _HREF.search(raw) and not _BADGE.search(raw):
        return Entry("link", text or raw)
    return None


def _names_entry(text: str) -> bool:
    words = "".join(text.split())
    if _WORDS.match(words):
        return True
    return any(_WORDS.match(word) for word in _BETWEEN.split(words)) if _BETWEEN.search(words) else False


def _entry(node: LexborNode, attributes: Mapping[str, str | None]) -> Entry | None:
    href = attributes.get("href") or ""
    if _BADGE.search(href):
        return None  # the badge of a passed evaluation is not the tool itself
    words = [attributes.get(name) or "" for name in ("title", "alt", "aria-label", "value")]
    if node.tag in ("a", "button", "span", "li", "i", "em", "div", "p"):
        text = squeeze(node.text())
        words.insert(0, text if len(text) <= _MAX_WORDS else "")
    shown = next((word for word in words if word), "")
    for word in words:
        if word and len(word) <= _MAX_WORDS and _names_entry(word):
            return Entry("words", word)
    if _HANDLER.search(attributes.get("onclick") or "") or _HANDLER.search(href):
        return Entry("handler", shown)
    identity = attributes.get("id") or ""
    if identity and _IDENTITY.match(identity):
        return Entry("handler", shown)
    if href and _HREF.search(href):
        return Entry("link", shown or href)
    return None


def _tool_script(scripts: list[LexborNode]) -> Entry | None:
    for node in scripts:
        source = node.attributes.get("src") or ""
        if _SCRIPT.search(source) or _SCRIPT.search(node.attributes.get("id") or ""):
            return Entry("script", source)
    return None


def patterns() -> Mapping[str, str]:
    """What entries are known by, as regular expressions that JavaScript reads the same way."""
    return {
        "words": _WORDS.pattern,
        "handler": _HANDLER.pattern,
        "identity": _IDENTITY.pattern,
        "href": _HREF.pattern,
        "badge": _BADGE.pattern,
    }


def is_tool_script(address: str) -> bool:
    """Whether a script's address is that of a known accessibility tool."""
    return _SCRIPT.search(address) is not None
