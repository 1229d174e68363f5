"""Units whose portal cannot be read: none known, refused, or behind a named wall. Nothing is their fault."""

from __future__ import annotations

from typing import Any

from demo.server import Answer, Host
from demo.truth import Truth, faultless

WALLED = "www.beigang.gov.cn"
_WALL = (
    '<!DOCTYPE html><html><head><meta charset="utf-8"><title></title><script>'
    "$_ts=window['$_ts'];if(!$_ts)$_ts={};$_ts.nsd=41903;$_ts.cd='qqcWrqqrc';</script></head><body></body></html>"
)


def units() -> list[dict[str, Any]]:
    """Their entries in seeds.yaml."""
    town = {"kind": "town", "group": "镇(街道)", "roles": [], "parent": "minghu", "division": "449921"}
    both = ["127.0.0.1", "::1"]
    return [
        {"id": "lutou", "name": "芦头镇人民政府", **town, "portal": None},
        {
            "id": "hezhou", "name": "鹤洲镇人民政府", **town,
            "portal": "http://www.hezhou.gov.cn:9/", "resolve": {"www.hezhou.gov.cn": both},
        },
        {
            "id": "beigang", "name": "北港镇人民政府", **town,
            "portal": f"http://{WALLED}:@PORT@/", "resolve": {WALLED: both},
        },
    ]  # fmt: skip


def hosts() -> dict[str, Host]:
    """The walled host: every path answers 412 with the wall's script."""
    return {WALLED: Host(missing=Answer(_WALL.encode(), 412))}


def truth() -> list[Truth]:
    """Everything is unknown; only what needs the URL or DNS is judged."""
    checks = sorted(faultless("", frozenset(), frozenset()))
    told = []
    for unit, reason in (("lutou", "no_portal"), ("hezhou", "home_unreachable"), ("beigang", "blocked")):
        for check in checks:
            told.append(_one(unit, check, reason))
    return told


def _one(unit: str, check: str, reason: str) -> Truth:
    if check in ("site.domain", "ipv6.aaaa") and unit != "lutou":
        return Truth(unit, check, "pass")
    if check == "site.reachable" and unit == "hezhou":
        return Truth(unit, check, "fail", 1)
    # What was not asked for, and what depends on a check that could not be judged, may say so instead.
    firm = check not in ("tamper.cloaking", "site.one_source")
    return Truth(unit, check, "unknown", reason=reason, firm=firm)
