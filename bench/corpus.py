"""How much of real, labelled pages is read right? `python -m bench.corpus PATH_TO_CORPUS [FIELD …]`

PATH holds `labels.jsonl`, `manifest.jsonl` and `pages/`, scored as its README says: accuracy per field and
portal, averaged over portals, then over fields; precision and recall over values that are present. Every
miss is printed. Nothing of the pages is kept.
"""

from __future__ import annotations

import html
import json
import re
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from crawler.markup.page import Page
from sweep.inspect import inspect_page

GOAL = 0.95
_NOT_IN_HTML = ("external", "js-template")
_SEARCH_KINDS = {"form": "form", "form-in-inline-js": "form", "js-only": "script", "none": "none"}
_META = re.compile(r"^(?:Site|Column|Article)\w+$|^PubDate$|^ContentSource$", re.IGNORECASE)


class Score(NamedTuple):
    """One field of one page. `expected`/`found` are None or False where absent."""

    field: str
    portal: str
    file: str
    expected: Any
    found: Any
    right: bool


def main(arguments: list[str]) -> int:
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    root, fields = Path(arguments[0]), set(arguments[1:])
    scores = [score for score in score_corpus(root) if not fields or score.field in fields]
    for score in scores:
        if not score.right:
            print(f"miss {score.field:14} {score.file} {score.portal}: {score.expected!r} <> {score.found!r}")
    print(f"{'field':14} {'accuracy':>8} {'precision':>9} {'recall':>7} {'pages':>6} {'portals':>7}")
    accuracies = []
    for field in dict.fromkeys(score.field for score in scores):
        chosen = [score for score in scores if score.field == field]
        accuracy, precision, recall = macro(chosen)
        accuracies.append(accuracy)
        mark = "" if accuracy >= GOAL else "  < goal"
        portals = len({score.portal for score in chosen})
        print(f"{field:14} {accuracy:8.3f} {precision:9.3f} {recall:7.3f} {len(chosen):6} {portals:7}{mark}")
    print(f"{'mean':14} {sum(accuracies) / max(len(accuracies), 1):8.3f}")
    return 0


def macro(scores: list[Score]) -> tuple[float, float, float]:
    """Accuracy averaged over portals; precision and recall likewise, over portals where they are defined."""
    portals: dict[str, list[Score]] = defaultdict(list)
    for score in scores:
        portals[score.portal].append(score)
    parts = [_rates(group) for group in portals.values()]
    return tuple(_mean([part[i] for part in parts if part[i] is not None]) for i in range(3))  # type: ignore[return-value]


def _rates(scores: list[Score]) -> tuple[float, float | None, float | None]:
    right = [score for score in scores if score.right]
    hits = sum(1 for score in right if _present(score.expected))
    said = sum(1 for score in scores if _present(score.found))
    there = sum(1 for score in scores if _present(score.expected))
    return len(right) / len(scores), hits / said if said else None, hits / there if there else None


def _present(value: Any) -> bool:
    return value not in (None, False, "", "none", 0)


def _mean(values: list[Any]) -> float:
    return sum(values) / len(values) if values else 1.0


def score_corpus(root: Path) -> Iterator[Score]:
    lines = (root / "manifest.jsonl").read_text(encoding="utf-8").splitlines()
    manifest = {entry["file"]: entry for entry in map(json.loads, lines)}
    for line in (root / "labels.jsonl").read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        entry = manifest[label["file"]]
        url = f"http://{_host(entry)}/{entry['source']['path'].lstrip('/')}"
        body = (root / "pages" / label["file"]).read_bytes()
        page = Page(url, body, is_home=label["kind"] == "home")
        yield from score_page(label, inspect_page(page))


def _host(entry: Mapping[str, Any]) -> str:
    match = re.match(r"[\w.-]+\.[a-z]{2,}", entry.get("site") or "")
    return match[0] if match else "example.gov.cn"


def score_page(label: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[Score]:
    """All scored fields of one page."""

    def score(field: str, expected: Any, value: Any, right: bool | None = None) -> Score:
        ok = expected == value if right is None else right
        return Score(field, label["portal"], label["file"], expected, value, ok)

    footer, got = label["footer"], found["footer"]
    if footer["where"] not in _NOT_IN_HTML:
        yield score("site_code", footer["site_code"], got["site_code"])
        yield score("icp", _plain(footer["icp"]), _plain(got["icp"]))
        yield score("police", re.sub(r"\D", "", footer["police"] or "") or None, got["police"])
        sponsor, seen = _plain(footer["sponsor"]), _plain(got["sponsor"])
        yield score("sponsor", sponsor, seen, _same_unit(sponsor, seen))
    for field, expected, value in (
        ("party_mark", footer["dzjg"]["present"], got["party_mark"]),
        ("error_report", label["jiucuo"]["present"], found["error_report"]["present"]),
        ("accessibility", label["a11y"]["present"], found["accessibility"]["present"]),
    ):
        if expected in ("yes", "no"):
            yield score(field, expected == "yes", value)
    yield from _score_meta(label, found, score)
    yield from _score_search(label, found, score)
    yield from _score_content(label, found, score)


def _plain(text: str | None) -> str | None:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)) if text else None


def _same_unit(expected: str | None, found: str | None) -> bool:
    if not expected or not found:
        return expected == found
    return expected in found or found in expected


def _score_meta(label: Mapping[str, Any], found: Mapping[str, Any], score: Any) -> Iterator[Score]:
    """One score a page: all required tags that the label names, values compared after strip."""
    got = {name.lower(): value for name, value in found["meta"].items()}
    wanted = {
        name: html.unescape(value).strip() for name, value in label["meta"].items() if _META.match(name)
    }
    if not wanted:
        return
    wrong = {
        name: got.get(name.lower())
        for name, value in wanted.items()
        if not _same_tag(value, got.get(name.lower(), ""))
    }
    yield score("meta", {name: wanted[name] for name in wrong} or True, wrong or True, not wrong)


def _same_tag(expected: str, found: str) -> bool:
    # The labels' own regex stops at ">" and then keeps the opening quote: such a label is a beginning only.
    if expected.startswith('"'):
        return found.startswith(expected.strip('"').removesuffix("<br/"))
    return expected == found


def _score_search(label: Mapping[str, Any], found: Mapping[str, Any], score: Any) -> Iterator[Score]:
    search, got = label["search"], found["search"]
    vendor = label["footer"]["where"] == "js-template" or "template" in (label["footer"].get("note") or "")
    kind = _SEARCH_KINDS.get(search["kind"])
    if vendor or kind is None:
        return
    yield score("search", kind, got["kind"])
    forms = [form for form in search.get("forms", ()) if form["action"] and form["field"]]
    if forms:
        pairs = [(form["action"], form["field"]) for form in got["forms"]]
        right = any(
            action.endswith(form["action"]) and field == form["field"]
            for form in forms
            for action, field in pairs
        )
        yield score("search_form", [(form["action"], form["field"]) for form in forms], pairs, right)


def _score_content(label: Mapping[str, Any], found: Mapping[str, Any], score: Any) -> Iterator[Score]:
    rows = label.get("list")
    if rows and rows["n_items"] is not None and label["kind"] != "home" and "iframe" not in rows["source"]:
        yield score("list", rows["n_items"], found["list"]["count"])
    article = label.get("article")
    if article:
        got = found["article"] or {}
        title, seen = _plain(html.unescape(article["title"])), _plain(got.get("title"))
        yield score("article_title", title, seen)
        yield score("article_date", article["pub_date"], got.get("date"))
    yield score("hidden_links", label["dark_links"]["present"], bool(found["hidden_links"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
