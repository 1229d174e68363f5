"""The command line as a person uses it: exit codes, and one clear line for every bad input."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GOOD = 'version: 1\nunits: [{id: a, name: 某县, kind: county, portal: "http://127.0.0.1:1/", rate: 0}]\n'


def run(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "cli.py"), *words]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sweep", "none.yaml"], "找不到单位清单文件"),
        (["sweep", "syntax.yaml"], "syntax.yaml 第"),
        (["sweep", "key.yaml"], "没有这个键"),
        (["sweep", "good.yaml", "--rules", "nothing"], "nothing"),
        (["sweep", "good.yaml", "--only", "b"], "没有单位 'b'"),
        (["sweep", "good.yaml", "--as-of", "yesterday"], "2026-11-22"),
        (["sweep", "good.yaml", "--period", "2026-02-01..2026-01-01"], "评估时段"),
        (["sweep", "good.yaml", "--fail-on", "footer.colour"], "没有检查项"),
        (["sweep", "good.yaml", "--db", "sqlite:///text.db"], "text.db"),
        (["sweep", "offline.yaml"], "canaries"),
        (["export", "--db", "sqlite:///none.db"], "none.db"),
        (["rules", "validate", "bad-pack.yaml"], "bad-pack.yaml"),
        (["rules", "show", "footer.colour"], "footer.colour"),
        (["check", "www.example.gov.cn"], "不是可用的网址"),
        (["check"], "用法有误"),
        (["inspect", "none.html"], "文件读不出来（文件或目录不存在）"),
    ],
)
def test_bad_input_is_told_in_one_line_and_ends_with_two(words: list[str], said: str, tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(GOOD, "utf-8")
    (tmp_path / "syntax.yaml").write_text("version: 1\nunits: [", "utf-8")
    (tmp_path / "key.yaml").write_text(GOOD + "colour: red\n", "utf-8")
    canaries = 'canaries: ["http://127.0.0.1:1/"]\n'
    (tmp_path / "offline.yaml").write_text(GOOD + canaries, "utf-8")
    (tmp_path / "text.db").write_text("this is no database, and it is not empty either")
    (tmp_path / "bad-pack.yaml").write_text("version: 1\nid: bad\n", "utf-8")
    done = run(*words, cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert (tmp_path / "text.db").read_text() == "this is no database, and it is not empty either"


def test_database_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text(
        "version: 1\nunits: [{id: a, name: 某县, kind: county, portal: null}]\n", "utf-8"
    )
    assert run("sweep", "empty.yaml", cwd=tmp_path).returncode == 0
    with sqlite3.connect(tmp_path / "sunsweep.db") as database:
        database.execute("update sunsweep_version set version_num = '9999'")
    done = run("status", cwd=tmp_path)
    assert done.returncode == 2
    assert "9999" in done.stderr


def test_unit_without_portal_is_unknown_and_export_is_json_lines(tmp_path: Path) -> None:
    (tmp_path / "empty.yaml").write_text(
        "version: 1\nunits: [{id: a, name: 某县, kind: county, portal: null}]\n", "utf-8"
    )
    assert run("sweep", "empty.yaml", cwd=tmp_path).returncode == 0
    lines = [json.loads(line) for line in run("export", cwd=tmp_path).stdout.splitlines()]
    assert len(lines) > 150
    assert {(line["verdict"], line["reason"]) for line in lines} == {("unknown", "no_portal")}
    (score,) = (
        json.loads(line) for line in run("export", "--what", "scores", cwd=tmp_path).stdout.splitlines()
    )
    assert (score["score"], score["rank"], score["coverage"]) == (None, None, 0.0)


def test_threshold_not_met_ends_with_one(tmp_path: Path) -> None:
    done = run("check", "http://127.0.0.1:1/", "--fail-on", "site.domain", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
