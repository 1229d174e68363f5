from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.corpus import Score, macro, main

LABEL = {
    "file": "001.html",
    "portal": "a",
    "kind": "home",
    "footer": {
        "site_code": "4415810001",
        "icp": None,
        "police": "粤公网安备 44158102000123号",
        "sponsor": "示例县人民政府",
        "where": "static",
        "dzjg": {"present": "image-only"},
    },
    "jiucuo": {"present": "no"},
    "a11y": {"present": "no"},
    "meta": {"SiteName": "示例县", "viewport": "x"},
    "search": {"kind": "form", "forms": [{"action": "/s", "method": "get", "field": "q"}]},
    "dark_links": {"present": False},
}
PAGE = (
    "<meta name=sitename content=' 示例县 '><form action=/s><input name=q></form>"
    "主办：示例县人民政府 京ICP备12345678号 粤公网安备44158102000123号 网站标识码4415810001"
)


def test_macro_averages_over_portals() -> None:
    scores = [Score("icp", "a", "1", "x", "x", True)] * 9 + [Score("icp", "b", "2", "x", None, False)]
    assert macro(scores) == (0.5, 1.0, 0.5)


def test_misses_are_listed_and_unscored_labels_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "001.html").write_text(PAGE, encoding="utf-8")
    (tmp_path / "labels.jsonl").write_text(json.dumps(LABEL), encoding="utf-8")
    entry = {"file": "001.html", "site": "www.example.gov.cn", "source": {"path": "index.html"}}
    (tmp_path / "manifest.jsonl").write_text(json.dumps(entry), encoding="utf-8")
    assert main([str(tmp_path)]) == 0
    out = capsys.readouterr().out
    misses = [line.split()[1] for line in out.splitlines() if line.startswith("miss")]
    assert misses == ["icp"]
    assert "party_mark" not in out
    assert "search_form" in out
