"""What do a page's scripts write into it, as far as that stands in the script as plain strings?

Footers, party marks and error-report widgets are often written by `document.write(unescape("%3Cspan…"))`,
by `innerHTML = footerStr`, or come in with jQuery's `.load("footer.html")`. Nothing is run here: string
literals, their sums, `unescape`/`decodeURI` around them, and variables and functions that hold or return such
sums are read. What depends on anything else reads as empty, and an address with such a gap is none: it would
be a link that nobody ever sees. Comments in the script do not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser

_SINK = re.compile(
    r"document\s*\.\s*write(?:ln)?\s*\(|\.\s*(?:inner|outer)HTML\s*\+?="
    r"|\.\s*(?:html|append|prepend|before|after)\s*\(|\.\s*insertAdjacentHTML\s*\("
)
_LOAD = re.compile(
    r"\.\s*load\s*\(\s*[\"']([^\"'\s]{1,300})|\$\s*\.\s*(?:get|ajax)\s*\(\s*(?:\{[^}]{0,200}?url\s*:\s*)?[\"']([^\"'\s]{1,300})"
)
_TOKEN = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)
    |(?P<word>[A-Za-z_$][\w$]*)
    |(?P<mark>\+=|=>|[=!]==?|[^\s\w])
    |(?P<number>\d[\w.]*)""",
    re.DOTALL | re.VERBOSE,
)
_DECODERS = {"unescape", "decodeURI", "decodeURIComponent"}
# A statement may begin without a semicolon before it.
_STATEMENTS = frozenset({"var", "let", "const", "function", "if", "else", "return", "for"})
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(\r\n|.))", re.DOTALL)
_FILLED = re.compile(r"\$\{[^{}]*\}")
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "", "f": "", "v": "", "0": "", "\n": "", "\r\n": ""}
_UNESCAPE = re.compile(r"%u([0-9a-fA-F]{4})")
_GAP = "\ue000"  # stands where a text depends on what only a browser knows
_LINKING = re.compile(
    r"<(?:a|area|img|audio|video|source|i?frame|embed|object)\b[^<>]*\ue000[^<>]*>", re.IGNORECASE
)
_ADDRESS = re.compile(
    r"\b((?:href|src|data)\s*=\s*(?:\"[^\"]*\ue000[^\"]*\"|'[^']*\ue000[^']*'|[^\s\"'>]*\ue000))",
    re.IGNORECASE,
)
_MAX_SAID = 2_000  # a source or a day takes a line or two
_MAX_SCRIPT = 400_000  # characters; header and footer scripts are a few KB


class _Token(NamedTuple):
    kind: str  # string | word | mark | number
    text: str  # of a string: its value


_FUNCTION, _RETURN = _Token("word", "function"), _Token("word", "return")


def written(scripts: Iterable[str]) -> str:
    """The HTML that a page's scripts, taken together in order, write by plain strings; '' if none."""
    relevant = tuple(script for script in scripts if len(script) <= _MAX_SCRIPT)
    return _written(relevant) if any(_SINK.search(script) for script in relevant) else ""


@lru_cache(maxsize=512)
def _written(scripts: tuple[str, ...]) -> str:
    values: dict[str, str] = {}
    streams = [list(_tokens(script)) for script in scripts]
    for tokens in streams:
        _collect(tokens, values)
    pieces = (piece for tokens in streams for piece in _sinks(tokens, values) if "<" in piece)
    return _without_gaps("\n".join(pieces))


def _without_gaps(text: str) -> str:
    """Gaps read as empty; addresses that hold one stay readable as text, but lead nowhere."""
    if _GAP not in text:
        return text
    return _LINKING.sub(lambda tag: _ADDRESS.sub(r"data-\1", tag[0]), text).replace(_GAP, "")


def said(script: str) -> str:
    """All that one script writes in its place, also plain words; '' if nothing."""
    if len(script) > _MAX_SAID or "write" not in script:
        return ""
    tokens, values = list(_tokens(script)), dict[str, str]()
    _collect(tokens, values)
    return "".join(_sinks(tokens, values)).replace(_GAP, "")


def loaded(script: str) -> list[str]:
    """Addresses that a script loads into the page (`$("#footer").load("footer.html")`), as written."""
    if "load" not in script and ".get" not in script and ".ajax" not in script:
        return []
    return [match[1] or match[2] for match in _LOAD.finditer(script)]


@lru_cache(maxsize=512)
def parsed(fragment: str) -> LexborHTMLParser:
    """A tree for an included or written piece of HTML; kept, as a site repeats it. Read only."""
    return LexborHTMLParser(fragment)


def _tokens(script: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(script):
        kind = match.lastgroup or ""
        if kind == "string":
            yield _Token("string", _literal(match[0]))
        elif kind != "comment":
            yield _Token(kind, match[0])


def _literal(source: str) -> str:
    def plain(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _PLAIN.get(match[3], match[3])

    inner = source[1:-1]
    if source[0] == "`" and "${" in inner:
        inner = _FILLED.sub(_GAP, inner)
    return _ESCAPE.sub(plain, inner) if "\\" in inner else inner


def _collect(tokens: list[_Token], values: dict[str, str]) -> None:
    """Variables that hold sums of strings (`x = "…" + "…"`, `x += "…"`), functions that return them."""
    called = ""
    for i, token in enumerate(tokens[:-2]):
        operator = tokens[i + 1].text if tokens[i + 1].kind == "mark" else ""
        if token == _FUNCTION:
            called = _name_of(tokens, i) or called
        elif token == _RETURN and called:
            value, _ = _sum(tokens, i + 1, values)
            values[called] = values.get(called, "") + value
        if token.kind != "word" or operator not in ("=", "+="):
            continue
        if i and tokens[i - 1].text == ".":
            continue
        value, _ = _sum(tokens, i + 2, values)
        values[token.text] = values.get(token.text, "") + value if operator == "+=" else value


def _name_of(tokens: list[_Token], at: int) -> str:
    """`f()` of `function f(…)` and of `f = function(…)`; '' for a function without a name."""
    if tokens[at + 1].kind == "word":
        return f"{tokens[at + 1].text}()"
    named = at >= 2 and tokens[at - 1].text == "=" and tokens[at - 2].kind == "word"
    return f"{tokens[at - 2].text}()" if named else ""


def _sinks(tokens: list[_Token], values: dict[str, str]) -> Iterator[str]:
    for i, token in enumerate(tokens[:-1]):
        if token.kind != "word" or not i or tokens[i - 1].text != ".":
            continue
        after = tokens[i + 1].text
        if token.text in ("write", "writeln"):
            called = after == "(" and _own_document(tokens, i - 2)
        elif token.text in ("innerHTML", "outerHTML"):
            called = tokens[i + 1].kind == "mark" and after in ("=", "+=")
        elif token.text == "insertAdjacentHTML":
            called = after == "("
        else:
            called = after == "(" and token.text in ("html", "append", "prepend", "before", "after")
        if called:
            value, end = _sum(tokens, i + 2, values)
            if token.text == "insertAdjacentHTML" and end < len(tokens) and tokens[end].text == ",":
                value, _ = _sum(tokens, end + 1, values)
            yield value


def _own_document(tokens: list[_Token], at: int) -> bool:
    """`document` or `window.document`; not the document of a print window."""
    if at < 0 or tokens[at].text != "document":
        return False
    return at < 2 or tokens[at - 1].text != "." or tokens[at - 2].text in ("window", "self")


def _sum(tokens: list[_Token], start: int, values: dict[str, str]) -> tuple[str, int]:
    """The text of an expression from `start` on, and where it ends (`;`, `,`, or its closing bracket)."""
    expression = _Expression(tokens, start, values)
    return expression.read(), expression.at


class _Expression:
    """Adds up the texts of an expression, token by token; `at` is where it has come to."""

    def __init__(self, tokens: list[_Token], start: int, values: dict[str, str]) -> None:
        self.at = start
        self._tokens = tokens
        self._values = values
        self._parts: list[str] = []
        self._depth = 0  # of brackets
        self._decoders: list[tuple[int, int]] = []  # (depth, number of parts) where a decoder began

    def read(self) -> str:
        while self.at < len(self._tokens) and self._take(self._tokens[self.at]):
            self.at += 1
        return "".join(self._parts)

    def _take(self, token: _Token) -> bool:
        """Add what a token says; False where the expression ended before it."""
        match token.kind:
            case "word":
                return self._word(token.text)
            case "mark":
                return self._mark(token.text)
            case "string":
                self._parts.append(token.text)
            case "number":
                self._parts.append(_GAP)
        return True

    def _word(self, text: str) -> bool:
        after = self._tokens[self.at + 1] if self.at + 1 < len(self._tokens) else None
        following = after.text if after is not None and after.kind == "mark" else ""
        if text in _DECODERS and following == "(":
            self._decoders.append((self._depth, len(self._parts)))
        elif text in _STATEMENTS or (following == "=" and self._depth == 0):
            return False
        elif following == "(":
            self._parts.append(self._values.get(f"{text}()", _GAP))
        else:
            self._parts.append(self._values.get(text, _GAP) if following not in (".", "[") else _GAP)
        return True

    def _mark(self, text: str) -> bool:
        if text == "?":  # one of two texts
            self._parts.append(_GAP)
        elif text in "([{":
            self._depth += 1
        elif text in ")]}":
            return self._close()
        return self._depth > 0 or text not in ";,"

    def _close(self) -> bool:
        self._depth -= 1
        if self._decoders and self._decoders[-1][0] == self._depth:
            _, first = self._decoders.pop()
            self._parts[first:] = [_decoded("".join(self._parts[first:]))]
        return self._depth >= 0


def _decoded(text: str) -> str:
    text = _UNESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return unquote(text) if "%" in text else text
