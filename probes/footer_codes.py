"""Do the codes a site shows about itself contradict each other?

Only well-formed values are compared. The first two digits of a local site code are the province of GB/T 2260;
State Council codes (bm…) and other bodies (N…) have none. Source: 国办发〔2017〕47号.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

_WELL_FORMED = re.compile(r"^(?:\d{10}|bm\d{8}|N\d{9})$")
_PROVINCES = {
    "11": "京",
    "12": "津",
    "13": "冀",
    "14": "晋",
    "15": "蒙",
    "21": "辽",
    "22": "吉",
    "23": "黑",
    "31": "沪",
    "32": "苏",
    "33": "浙",
    "34": "皖",
    "35": "闽",
    "36": "赣",
    "37": "鲁",
    "41": "豫",
    "42": "鄂",
    "43": "湘",
    "44": "粤",
    "45": "桂",
    "46": "琼",
    "50": "渝",
    "51": "蜀川",
    "52": "黔贵",
    "53": "滇云",
    "54": "藏",
    "61": "陕秦",
    "62": "甘陇",
    "63": "青",
    "64": "宁",
    "65": "新",
}


def well_formed(code: str | None) -> str | None:
    """The code in its official spelling (bm small, N large), or None when it is not one."""
    if not code:
        return None
    code = code.strip()
    code = code.lower() if code[:1] in "bB" else code.upper()
    return code if _WELL_FORMED.match(code) else None


def province_sign(division: str) -> str:
    """The characters by which ICP records name the province of a division code; '' where unknown."""
    return _PROVINCES.get(division[:2], "")


def contradictions(
    codes: Mapping[str, str | None], *, filed: str | None, division: str | None, icp: str | None
) -> tuple[int, list[str]]:
    """How many comparisons were possible, and those that fail, in Chinese.

    `codes`: site codes by where they stand, best first. `division`: six digits. `icp`: as shown.
    """
    known = {place: code for place, raw in codes.items() if (code := well_formed(raw))}
    found: list[str] = []
    compared = 0
    for place, code, other_place, other in _pairs(known, well_formed(filed)):
        compared += 1
        if code != other:
            found.append(f"{place}为 {code}，{other_place}为 {other}")
    place, code = next(iter(known.items()), ("", ""))
    if code[:2] in _PROVINCES and code.isdigit():
        if division:
            compared += 1
            if code[:2] != division[:2]:
                found.append(f"{place} {code} 的省份与行政区划代码 {division} 不符")
        if icp and icp[0] in "".join(_PROVINCES.values()):
            compared += 1
            if icp[0] not in _PROVINCES[code[:2]]:
                found.append(f"{place} {code} 的省份与 ICP 备案 {icp} 不符")
    return compared, found


def _pairs(known: Mapping[str, str], filed: str | None) -> Iterator[tuple[str, str, str, str]]:
    """The best code against each other one and against the filed one."""
    items = list(known.items())
    if not items:
        return
    place, code = items[0]
    for other_place, other in items[1:]:
        yield place, code, other_place, other
    if filed:
        yield place, code, "登记的标识码", filed
