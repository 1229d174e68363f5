"""The README names every option of every command, and the method every check and every limit."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from crawler.markup.page import Page
from crawler.model import Outcome, PageFacts, PageKind, Period, Role, Unit, UnitKind
from probes import ALL
from probes.base import Evidence, Explained, Finding, Result, Seen, SweepContext, Verdict, run_probe
from probes.catalogue import CHECKS
from rules.load import available, load
from rules.model import Item
from rules.score import ItemScore, Score
from rules.standing import VetoLine
from sweep.inspect import inspect_page

ROOT = Path(__file__).parents[2]
# In a process of its own: nothing imports the command line.
_COMMANDS = """
import json
from typer import Context
from typer.main import get_command
import cli

def walk(command, path):
    below = getattr(command, "commands", {})
    names = [name for param in command.params for name in param.opts if name[:2] == "--"]
    yield " ".join(path), {"group": bool(below), "options": names, "help": command.get_help(Context(command))}
    for name, one in below.items():
        yield from walk(one, (*path, name))

print(json.dumps(dict(walk(get_command(cli.app), ()))))
"""


@pytest.fixture(scope="module")
def commands() -> dict[str, dict[str, Any]]:
    """Every command and group of commands, as the command line declares them."""
    run = subprocess.run(
        [sys.executable, "-c", _COMMANDS], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    found: dict[str, dict[str, Any]] = json.loads(run.stdout)
    return found


@pytest.fixture(scope="module")
def options(commands: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """Every command with its options."""
    return {name: one["options"] for name, one in commands.items() if not one["group"]}


def test_help_is_chinese_everywhere(commands: dict[str, dict[str, Any]]) -> None:
    assert {"", "case review", "case review export", "rules show", "watch"} <= set(commands)
    for name, one in commands.items():
        assert one["help"].startswith("用法："), name
        assert not re.search(r"\[default|Options:|Commands:|Arguments:|Show this", one["help"]), name


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_option_of_every_command_stands_in_the_readme(options: dict[str, list[str]], name: str) -> None:
    told = _told(ROOT / name)
    assert set(options) == set(told), "commands without a heading, or headings without a command"
    missing = {
        command: lacking for command, names in options.items() if (lacking := set(names) - told[command])
    }
    assert not missing


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_names_no_option_that_is_not_there(options: dict[str, list[str]], name: str) -> None:
    extra = {
        command: more
        for command, names in _told(ROOT / name).items()
        if (more := names - set(options[command]))
    }
    assert not extra


def test_every_check_stands_in_the_method() -> None:
    method = (ROOT / "docs/method.md").read_text("utf-8")
    assert [check.id for check in CHECKS if f"`{check.id}`" not in method] == []


def test_every_limit_stands_in_the_method_with_its_default() -> None:
    method = (ROOT / "docs/method.md").read_text("utf-8")
    shared = next(line for line in method.splitlines() if line.startswith("| `tested_share` of "))
    missing = []
    for probe in ALL:
        for name, field in probe.limits.model_fields.items():
            if name == "tested_share":
                told = f"`{probe.id}`" in shared and f"| {field.default:g} |" in shared
            else:
                told = f"| `{probe.id}.{name}` | {_shown(field.default)} |" in method
            missing += [] if told else [f"{probe.id}.{name}"]
    assert not missing


@pytest.mark.parametrize(
    "path", sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]), ids=lambda path: path.name
)
def test_links_between_the_documents_lead_somewhere(path: Path) -> None:
    text = path.read_text("utf-8")
    files = [target for target in re.findall(r"(?<!!)\[[^\]]*\]\(([^)#]+)", text) if "://" not in target]
    assert [target for target in files if not (path.parent / target).exists()] == []


def test_the_packs_that_come_along_stand_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in available() if f"`{name}`" not in readme] == []


def test_the_probe_of_contributing_does_what_its_cases_say() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    names: dict[str, Any] = {"__name__": "an_example"}
    exec(re.findall(r"^```python\n(.*?)^```", text, flags=re.M | re.S)[0], names)
    probe = names["PROBE"]
    cases = next(data for block in _yaml_blocks(text) if "probe" in (data := yaml.safe_load(block))[0])
    verdicts = []
    for case in cases:
        assert case["probe"] == probe.id
        page = Page(URL, case["pages"][0]["html"].encode(), is_home=True)
        home = Seen(FACTS, probe.observe(page))
        evidence = Evidence(unit=UNIT, context=CONTEXT, home=home, pages=[home], visited=[FACTS])
        [result] = run_probe(probe, evidence)
        wanted = case["expect"][result.check]
        assert result.verdict == wanted["verdict"]
        assert all(finding.advice and wanted["found"] in finding.found for finding in result.findings)
        verdicts.append(result.verdict)
    assert set(verdicts) == {Verdict.PASS, Verdict.FAIL}


def test_the_pack_entry_of_contributing_is_that_of_the_pack() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    [told] = next(data for block in _yaml_blocks(text) if "assess" in (data := yaml.safe_load(block))[0])
    item = next(
        item for one in load("jilin-2021").indicators for item in one.items if item.code == told["code"]
    )
    assert Item.model_validate(told) == item


def _yaml_blocks(text: str) -> list[str]:
    return re.findall(r"^```yaml\n(.*?)^```", text, flags=re.M | re.S)


URL = "http://www.example.gov.cn/"
UNIT = Unit(id="u", name="示例县人民政府", kind=UnitKind.COUNTY, portal=URL)
CONTEXT = SweepContext(as_of=date(2026, 6, 30), period=Period(start=date(2026, 1, 1), end=date(2026, 12, 31)))
FACTS = PageFacts(
    url=URL, final_url=URL, role=Role.HOME, kind=PageKind.HOME, depth=0, outcome=Outcome.OK, status=200
)


def _told(path: Path) -> dict[str, set[str]]:
    """Command (as in the heading `### sunsweep NAME …`) -> options in its part of the README."""
    parts = re.split(r"^### `sunsweep ([a-z]+(?: [a-z]+)*)[^\n]*$", path.read_text("utf-8"), flags=re.M)
    return {
        name: set(re.findall(r"`(--[a-z][a-z-]*)", text.partition("\n## ")[0]))
        for name, text in zip(parts[1::2], parts[2::2], strict=True)
    }


def _shown(default: object) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return f"{default:g}" if isinstance(default, int | float) else "none"


def test_every_key_of_the_exported_lines_stands_in_formats() -> None:
    told = set(re.findall(r"\w+", (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")))
    for shape in (Result, Finding, Explained, Score, ItemScore, VetoLine):
        assert set(shape.model_fields) <= told
    page = inspect_page(Page("http://www.a.gov.cn/", b"<html><body></body></html>", is_home=True))
    for key, value in page.items():
        assert {key, *(value if isinstance(value, dict) else ())} <= told
