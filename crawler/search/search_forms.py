"""How is a site searched from this page: by a form, by a script, or not at all?

A form counts when it has a text field and anything about it says search; letters, log-in and progress
queries do not. Fields outside forms, and forms whose button calls a script, are `script`. As seen on portals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborNode

from crawler.markup.page import Page, squeeze

_SEARCH = re.compile(
    r"search|sousuo|jiansuo|query(?!Name|Code|Pwd|_?form\b)|keywords?|检\s*索|搜|was5|(?:^|[/_.\-])s(?:s|o|ousuo)?(?:[/_.?\-]|$)"
    r"|(?:^|\s)(?:q|qt|wd|word|sword|searchword|kw|key)(?:\s|$)|请输入.{0,8}(?:关键|内容)|关键[字词]",
    re.IGNORECASE,
)
_OTHER_PURPOSE = re.compile(
    r"login|logon|passw|security_check|register|captcha|验证码|登录|密码|留言|查询码|信件编号|受理编号|订阅|邮箱登录|vote|feedback"
    r"|xjbh|subscribe",
    re.IGNORECASE,
)
_TEXT_TYPES_NOT = {
    "hidden", "submit", "button", "image", "checkbox", "radio", "password", "file", "reset", "date", "btn",
    "number", "range", "color", "email", "tel",
}  # fmt: skip
_SEARCH_LINK = re.compile(r"^(?:高级|站内|全文|全站|智能|我要|政务|信息)?(?:搜索|检索|查询)$")
_SEARCH_HREF = re.compile(
    r"/search\d?/|/so/|jsearch|sousuo|/was5/|search\.(?:html?|jsp|shtml|gd\.gov)", re.IGNORECASE
)


_ICON = re.compile(r"search|sousuo|(?:^|[\s_/-])so(?:$|[\s_.-])", re.IGNORECASE)
_OPENED = re.compile(r"(?:location(?:\.href)?\s*=|open\()\s*['\"]([^'\"]{1,200})['\"]")


class SearchForm(NamedTuple):
    """A form that searches. `action` absolute; `field` the name of the text field, if it has one."""

    action: str
    method: str  # get | post
    field: str | None
    hidden: tuple[tuple[str, str], ...] = ()  # the other fields with their values, as a browser would send
    charset: str | None = None  # accept-charset, where it names one; else the page's
    scripted: bool = False  # a script has a hand in sending it


class SearchBox(NamedTuple):
    """All search entries of a page."""

    kind: str  # form | script | none
    forms: tuple[SearchForm, ...] = ()
    link: str | None = None  # address of a search page that is only linked


def find_search(page: Page) -> SearchBox:
    """Search entries of the page and its parts; forms in document order."""
    forms: list[SearchForm] = []
    scripted = False
    link = None
    for part in page.parts:
        for form in part.tree.css("form"):
            fields = _fields(form)
            if not _searches(form, fields):
                continue
            action = form.attributes.get("action")
            nowhere = action is None and "onsubmit" not in form.attributes
            if nowhere or (action or "").strip().lower().startswith("javascript:"):
                scripted = True
            else:
                forms.append(_read_form(form, fields, page))
        scripted = scripted or any(_free_field(node) for node in part.tree.css("input"))
        link = link or _search_link(part.tree.css("a,[onclick]"), page)
    kind = "form" if forms else "script" if scripted else "none"
    return SearchBox(kind, tuple(forms), link)


def has_search_form(page: Page) -> bool:
    """Whether any form of the document itself searches: cheap enough for every page of a site."""
    return any(_searches(form, _fields(form)) for form in page.tree.css("form"))


def _fields(form: LexborNode) -> list[LexborNode]:
    """The form's controls. A form opened inside a table is closed at once by the parser, while browsers still
    bind the controls after it: then those of its parent are taken, up to the next form."""
    inside = form.css("input,select,textarea,button")
    if inside or form.parent is None:
        return inside
    found: list[LexborNode] = []
    for node in form.parent.css("form,input,select,textarea,button"):
        if node.tag == "form":
            if found:
                break
            continue
        found.append(node)
    return found


def _searches(form: LexborNode, fields: list[LexborNode]) -> bool:
    texts = [node for node in fields if _is_text(node)]
    if not texts or len(texts) > 6:
        return False
    own = " ".join(value for value in form.attributes.values() if value)
    if any((node.attributes.get("type") or "").lower() == "password" for node in fields):
        return False
    if any(node.tag == "textarea" for node in fields):
        return False
    words = " ".join(_words(node) for node in (*texts, *(n for n in fields if _is_button(n))))
    if _OTHER_PURPOSE.search(own) or _OTHER_PURPOSE.search(words):
        return False
    return bool(_SEARCH.search(own) or _SEARCH.search(words))


def _is_text(node: LexborNode) -> bool:
    if node.tag != "input":
        return False
    # Unknown types ("keywords") are text fields for a browser.
    return (node.attributes.get("type") or "text").strip().lower() not in _TEXT_TYPES_NOT


def _is_button(node: LexborNode) -> bool:
    kind = (node.attributes.get("type") or "").lower()
    return node.tag == "button" or (node.tag == "input" and kind in ("submit", "button", "image"))


def _words(node: LexborNode) -> str:
    attributes = node.attributes
    names = (
        "name",
        "id",
        "class",
        "placeholder",
        "value",
        "title",
        "alt",
        "aria-label",
        "onclick",
        "v-model",
    )
    words = " ".join(attributes.get(name) or "" for name in names)
    return f"{words} {squeeze(node.text())}" if node.tag == "button" else words


def _read_form(form: LexborNode, fields: list[LexborNode], page: Page) -> SearchForm:
    action = (form.attributes.get("action") or "").strip()
    texts = [node for node in fields if _is_text(node)]
    named = [node for node in texts if node.attributes.get("name")]
    likely = [node for node in named if _SEARCH.search(_words(node))]
    chosen = (likely or named or texts)[0]
    return SearchForm(
        action=(page.resolve(action) or action) if action else page.url,
        method="post" if (form.attributes.get("method") or "").strip().lower() == "post" else "get",
        field=chosen.attributes.get("name") or None,
        hidden=tuple(_sent(fields, chosen)),
        charset=next(iter((form.attributes.get("accept-charset") or "").replace(",", " ").split()), None),
        scripted=_scripted(form, fields),
    )


def _scripted(form: LexborNode, fields: list[LexborNode]) -> bool:
    if (form.attributes.get("onsubmit") or "").strip():
        return True
    called = any((node.attributes.get("onclick") or "").strip() for node in fields if _is_button(node))
    return called or any((node.attributes.get("type") or "").lower() == "button" for node in fields)


def _sent(fields: list[LexborNode], chosen: LexborNode) -> Iterator[tuple[str, str]]:
    """Name and value of the other controls that a browser sends along."""
    for node in fields:
        attributes = node.attributes
        name = attributes.get("name")
        kind = (attributes.get("type") or "text").lower()
        if not name or node.mem_id == chosen.mem_id or node.tag in ("button", "textarea"):
            continue
        if node.tag == "select":
            option = node.css_first("option[selected]") or node.css_first("option")
            if option is not None:
                value = option.attributes.get("value")
                yield name, squeeze(option.text()) if value is None else value
        elif kind in ("checkbox", "radio"):
            if "checked" in attributes:
                yield name, attributes.get("value") or "on"
        elif kind not in ("submit", "button", "image", "reset", "file"):
            yield name, (attributes.get("value") or "") if kind == "hidden" else ""


def _free_field(node: LexborNode) -> bool:
    """A text field outside any form that says search."""
    if not _is_text(node):
        return False
    words = _words(node)
    if not _SEARCH.search(words) or _OTHER_PURPOSE.search(words):
        return False
    parent = node.parent
    while parent is not None:
        if parent.tag == "form":
            return False
        parent = parent.parent
    return True


def _search_link(links: list[LexborNode], page: Page) -> str | None:
    for node in links:
        attributes = node.attributes
        href = attributes.get("href") or ""
        called = (attributes.get("onclick") or "").lower()
        words = (attributes.get("title") or "").strip() or "".join(node.text().split())
        leads = _SEARCH_HREF.search(href) or "search" in called
        icon = not words and _ICON.search(_look_of(node))
        if attributes.get("role") == "searchbox" or (leads and (icon or _SEARCH_LINK.match(words))):
            if node.tag != "a" and (opened := _OPENED.search(attributes.get("onclick") or "")):
                href = opened[1]
            return page.resolve(href) or href
    return None


def _look_of(node: LexborNode) -> str:
    """Classes and picture names of a link without words."""
    inside = (node, *node.css("i,span,img"))
    return " ".join(f"{n.attributes.get('class') or ''} {n.attributes.get('src') or ''}" for n in inside)
