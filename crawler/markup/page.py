"""One HTML page, parsed once, and what a person would see on it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, TypeVar

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler.charset import decode
from crawler.markup.pieces import Part, read_parts, wanted
from crawler.model import Fetched, Request
from crawler.urls import Base, join, without_session

# Everything that leads to another document or file (docs/method.md, Links); not css and js. The attribute
# that holds the address stands beside each tag.
_LINKING = {
    "a": "href",
    "area": "href",
    "img": "src",
    "audio": "src",
    "video": "src",
    "source": "src",
    "iframe": "src",
    "frame": "src",
    "embed": "src",
    "object": "data",
}
# The attribute is looked for afterwards: a selector for it costs more.
_LINK_TAGS = ",".join(_LINKING)
RENDERED = "x-sunsweep-rendered"  # header of an answer that is a browser's DOM
_UNSEEN = {"script", "style", "noscript", "template", "textarea", "title", "option"}
_SCRIPTED = "script,style,noscript,template"
_INLINE = {
    *("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "del", "em", "font", "i", "ins"),
    *("kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "tt"),
    *("u", "var"),
}
_SPACES = re.compile(r"[^\S\n]+|[\u200b\ufeff]+")
_ALL_SPACES = re.compile(r"[\s\u200b\ufeff]+")


_Reading = TypeVar("_Reading")


class Link(NamedTuple):
    """One place of a page that leads elsewhere, in document order."""

    url: str | None  # absolute, without fragment; None unless it is http(s)
    raw: str  # the attribute as it stands
    text: str  # what a person reads: text, else title, else alt of the image in it
    tag: str  # a, area, img, audio, video, source, iframe, frame, embed, object

    @property
    def fragment(self) -> str:
        """With its "#"; for pages whose script reads it."""
        return "#" + self.raw.partition("#")[2].strip() if "#" in self.raw else ""


class Script(NamedTuple):
    """One script element: the address it is loaded from, or its own text."""

    src: str | None
    text: str
    node: LexborNode


class Page:
    """A fetched page. Everything is read lazily from one lexbor tree; nothing here does I/O.

    `includes` maps absolute URLs of same-host scripts, frames and data answers that belong to the page
    to their text; without them the page still reads, only less complete.
    """

    def __init__(
        self,
        url: str,
        body: bytes,
        *,
        content_type: str = "",
        status: int = 200,
        is_home: bool = False,
        includes: Mapping[str, str] | None = None,
        rendered: bool = False,
    ) -> None:
        self.url = url
        self.rendered = rendered  # the DOM of a browser: its scripts have run
        self.status = status
        self.is_home = is_home
        self.includes: Mapping[str, str] = includes or {}
        self.html, self.charset = decode(body, content_type)
        self._readings: dict[Callable[[Page], Any], Any] = {}

    @classmethod
    def of(
        cls, fetched: Fetched, *, is_home: bool = False, includes: Mapping[str, str] | None = None
    ) -> Page:
        return cls(
            fetched.final_url,
            fetched.body,
            content_type=fetched.headers.get("content-type", ""),
            status=fetched.status or 200,
            is_home=is_home,
            includes=includes,
            rendered=RENDERED in fetched.headers,
        )

    def once(self, read: Callable[[Page], _Reading]) -> _Reading:
        """What `read` makes of the page: worked out when first asked for, kept while the page lives."""
        readings = self._readings
        if read not in readings:
            readings[read] = read(self)
        reading: _Reading = readings[read]
        return reading

    @cached_property
    def tree(self) -> LexborHTMLParser:
        return LexborHTMLParser(self.html)

    @cached_property
    def title(self) -> str:
        node = self.tree.css_first("title")
        return squeeze(node.text()) if node is not None else ""

    @cached_property
    def meta_tags(self) -> tuple[tuple[str, str], ...]:
        """(name as written, content stripped) of every meta tag that has a name."""
        tags = []
        for node in self.tree.css("meta"):
            # A no-break space pasted into a tag becomes part of an attribute's name; people never see that.
            attributes = {key.strip(): value for key, value in node.attributes.items()}
            name = (attributes.get("name") or attributes.get("property") or "").strip()
            if name:
                tags.append((name, (attributes.get("content") or "").strip()))
        return tuple(tags)

    @cached_property
    def meta(self) -> Mapping[str, str]:
        """Content by name in lower case; of several with one name the first that is not empty."""
        found: dict[str, str] = {}
        for name, content in self.meta_tags:
            if not found.get(name.lower()):
                found[name.lower()] = content
        return found

    @cached_property
    def names(self) -> frozenset[str]:
        """Every class and id of the page, in lower case: asked before a selector that names many of them."""
        said: set[str | None] = set()
        for node in self.tree.css("[class],[id]"):
            attributes = node.attributes
            said.update((attributes.get("class"), attributes.get("id")))
        return frozenset(" ".join([name for name in said if name]).lower().split())

    @cached_property
    def base(self) -> str:
        """What relative links are resolved against: the first <base href>, else the page's own URL."""
        if "<base" not in self.html and "<BASE" not in self.html:
            return self.url
        node = self.tree.css_first("base[href]")
        href = (node.attributes.get("href") or "") if node is not None else ""
        return (resolve(self.url, href) if href.strip() else None) or self.url

    def resolve(self, raw: str) -> str | None:
        """A reference found on this page as an absolute http(s) URL."""
        raw = raw.strip()
        return _joined(self._against.behind(raw), raw, self.charset)

    @cached_property
    def _against(self) -> Base:
        return Base(self.base)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Of the page and of its parts: what a frame or an included footer links to stands on this page."""
        parts = self.parts
        own = read_links(self.tree, self.base, self.charset)
        return (*own, *(link for part in parts[1:] for link in read_links(part.tree, part.url, self.charset)))

    @cached_property
    def script_tags(self) -> tuple[Script, ...]:
        """Every script element in document order."""
        tags = []
        for node in self.tree.css("script"):
            source = node.attributes.get("src")
            tags.append(Script(source, "" if source else node.text(), node))
        return tuple(tags)

    @cached_property
    def scripts(self) -> tuple[str, ...]:
        """Inline scripts in document order."""
        return tuple(tag.text for tag in self.script_tags if tag.text)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The page itself, then what its frames, loaded pieces and scripts add to it."""
        return (Part(self.url, self.tree, "page"), *read_parts(self))

    def supplements(self) -> list[Request]:
        """Scripts, frames and loaded pieces of the same host to fetch and pass as `includes`: at most 8."""
        return [Request(url, referer=self.url) for url in wanted(self).same_host]

    @property
    def unread(self) -> tuple[str, ...]:
        """Addresses of pieces that may hold header or footer and that we have not got."""
        if self.rendered:
            return ()
        want = wanted(self)
        return (*(url for url in want.same_host if url not in self.includes), *want.elsewhere)

    @property
    def lacking(self) -> bool:
        """Whether a piece on the page's own host did not come."""
        return not self.rendered and any(url not in self.includes for url in wanted(self).same_host)

    @property
    def strangers(self) -> tuple[str, ...]:
        """Scripts of a home page that were not read and may draw what is looked for on it."""
        return () if self.rendered else wanted(self).strangers

    @cached_property
    def text(self) -> str:
        """All text a person could read, one line per text node, without scripts and styles."""
        return readable(self.tree)


def readable(tree: LexborHTMLParser) -> str:
    """The body's text nodes, one a line, single spaces; scripts, styles and comments are out."""
    body = tree.body
    if body is None:
        return ""
    text = body.text(separator="\n", strip=True)
    for node in body.css(_SCRIPTED):
        unseen = node.text(separator="\n", strip=True)
        if unseen:
            text = text.replace(unseen, "", 1)
    if "\u200b" in text or "\ufeff" in text:
        text = _SPACES.sub(" ", text)
    return "\n".join([_spaced(line) for line in text.split("\n") if line and not line.isspace()])


def _spaced(line: str) -> str:
    """With single spaces; one stays where the line begins or ends with white space."""
    plain = " ".join(line.split())
    if len(plain) == len(line):
        return plain
    return f"{' ' if line[0].isspace() else ''}{plain}{' ' if line[-1].isspace() else ''}"


def block_text(node: LexborNode) -> str:
    """Text as it is laid out: inline pieces joined without a space, a line break at every block."""
    parts: list[str] = []
    skip = False
    for child in node.traverse(include_text=True):
        tag = child.tag
        if tag == "-text":
            parent = child.parent if skip else None
            if parent is None or parent.tag not in _UNSEEN:
                parts.append(_ALL_SPACES.sub(" ", child.text_content or ""))
        elif tag in _UNSEEN:
            skip = True
        elif tag not in _INLINE:
            parts.append("\n")
    lines = (line.strip() for line in "".join(parts).split("\n"))
    return "\n".join(line for line in lines if line)


def squeeze(text: str) -> str:
    """One line, single spaces, no space at either end."""
    if "\u200b" in text or "\ufeff" in text:
        text = text.replace("\u200b", "").replace("\ufeff", "")
    return " ".join(text.split())


def read_links(tree: LexborHTMLParser, base: str, charset: str = "utf-8") -> list[Link]:
    """Every link of a parsed document in document order."""
    links: list[Link] = []
    bare = False  # the last link is an <a> without words: a picture in it may have some
    behind = Base(base).behind
    for node in tree.css(_LINK_TAGS):
        tag = node.tag or ""
        attributes = node.attributes
        name = _LINKING[tag]
        if name not in attributes:
            continue
        raw = attributes[name] or ""
        text = squeeze(node.text()) if tag == "a" else ""
        if not text:
            text = squeeze(attributes.get("title") or attributes.get("alt") or "")
        if bare and text and tag == "img" and _within_link(node):
            links[-1] = links[-1]._replace(text=text)
        bare = tag == "a" and not text
        stripped = raw.strip()
        links.append(Link(_joined(behind(stripped), stripped, charset), raw, text, tag))
    return links


def _within_link(node: LexborNode) -> bool:
    parent = node.parent
    return parent is not None and (
        parent.tag == "a" or (parent.parent is not None and parent.parent.tag == "a")
    )


def resolve(base: str, raw: str, charset: str = "utf-8") -> str | None:
    """`raw` as a browser standing on `base` takes it, without fragment; None unless that is http(s)."""
    raw = raw.strip()
    return _joined(Base(base).behind(raw), raw, charset)


@lru_cache(maxsize=65536)
def _joined(base: str, raw: str, charset: str) -> str | None:
    """Of a stripped `raw`."""
    if not raw or raw[:11].lower() == "javascript:":
        return None
    url = join(base, raw, charset)
    return without_session(url) if url is not None and url.startswith(("http://", "https://")) else None
