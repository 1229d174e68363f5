"""The HTML report: index.html and one page for every unit, read offline, on paper and on a phone.

Pages carry their style inside, load nothing, run no script (a policy in each page forbids both), and escape
all text. The same `ReportData` gives the same bytes.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports.gains import cheapest
from reports.method import method, terms
from reports.model import CheckView, ReportData, UnitView
from reports.text import moment, percent, points, signed, span
from reports.trends import FOOT, HEIGHT, SIDE, STATES, TOP, WIDTH
from reports.words import (
    PRELIMINARY,
    PRELIMINARY_NOTE,
    REMEDY,
    REVIEWED,
    REVIEWED_NOTE,
    STATE,
    VERDICT,
    VETO,
    VETO_NOTE,
    VETO_TITLE,
    stage_words,
)

FEW = 3  # ranked units; with fewer there is no distribution to speak of
OPEN_FAULTS = 20  # more are folded on screen, and all printed
BANDS = ((0, 60), (60, 70), (70, 80), (80, 90), (90, 101))  # for the distribution; no grade is meant


def pages(data: ReportData) -> dict[str, str]:
    """Every page of the report: path below the report's folder -> HTML."""
    env = _environment(data)
    made = {
        "index.html": env.get_template("index.html").render(
            root="",
            bands=_bands(data),
            ranked=sum(len(group.ranked) for group in data.groups),
            totals=[data.trends.total(place) for place in range(len(data.trends.sweeps))]
            if data.trends
            else (),
        )
    }
    template = env.get_template("unit.html")
    for unit in data.units:
        made[unit.file] = template.render(
            root="../",
            unit=unit,
            gains=cheapest(unit),
            place=_places(unit),
            waiting=[item for item in unit.review if not any(c in unit.review_checks for c in item.checks)],
            sheet_anchors={item.anchor for item in unit.items if item.lost <= 0},
            unread=_unread(unit),
        )
    return made


def write_html(data: ReportData, out: Path) -> Path:
    """Write the report into `out` (made if need be) and give the path of its index.html."""
    for name, text in pages(data).items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return out / "index.html"


def _environment(data: ReportData) -> Environment:
    env = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters.update(points=points, percent=percent, moment=moment, signed=signed)
    env.globals.update(
        data=data,
        css=Markup(files("reports").joinpath("static/report.css").read_text(encoding="utf-8")),
        span=span,
        method=method(data.scheme),
        terms=terms(data.scheme),
        trend_states=STATES,
        canvas=(WIDTH, HEIGHT, SIDE, TOP, FOOT),
        heat=heat_class,
        state=STATE,
        verdict=VERDICT,
        remedy=REMEDY,
        veto_words=VETO,
        veto_title=VETO_TITLE,
        veto_note=VETO_NOTE,
        open_faults=OPEN_FAULTS,
        preliminary=REVIEWED if data.reviewed else PRELIMINARY,
        stage_words=stage_words,
        note=REVIEWED_NOTE if data.reviewed else PRELIMINARY_NOTE,
    )
    return env


def heat_class(share: float | None) -> str:
    """The style of a heat map cell, by share of points: h5 (all) down to h0 (none), hx not decided."""
    if share is None:
        return "hx"
    steps = (0.0, 0.3, 0.6, 0.8, 0.999)
    return f"h{sum(share > step for step in steps)}"


def _bands(data: ReportData) -> dict[str, list[tuple[str, int, float]]]:
    """For each group that is large enough: band, how many ranked units have a score in it, and that number
    against the largest."""
    made = {}
    for group in data.groups:
        if len(group.ranked) < FEW:
            continue
        scores = [unit.score.score for unit in group.ranked if unit.score.score is not None]
        counts = [sum(low <= score < high for score in scores) for low, high in BANDS]
        most = max([*counts, 1])
        made[group.name] = [
            (f"{low}–{min(high, 100)}" if low else f"{high} 以下", count, 100 * count / most)
            for (low, high), count in zip(BANDS, counts, strict=True)
        ]
    return made


def _unread(unit: UnitView) -> list[tuple[str, list[CheckView]]]:
    """Checks that were not judged, by reason, the most frequent first: a wall is one matter, not ninety."""
    grouped: dict[str, list[CheckView]] = {}
    for check in unit.checks:
        if check.verdict == "unknown" and check.applies:
            grouped.setdefault(check.reason, []).append(check)
    return sorted(grouped.items(), key=lambda pair: -len(pair[1]))


def _places(unit: UnitView) -> dict[str, str]:
    """Where on the page each check's faults are written out in full: once, the other places point there."""
    place: dict[str, str] = {}
    for item in unit.lost:
        for check in item.blamed:
            place.setdefault(check.id, item.anchor)
    for name, checks in (("held", unit.held), ("review", unit.review_checks), ("hints", unit.hints)):
        for check in checks:
            place.setdefault(check.id, name)
    return place
