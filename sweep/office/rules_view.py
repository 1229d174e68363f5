"""What `sunsweep rules` prints: packs, their items, checks, and by what a section is recognised."""

from __future__ import annotations

from collections.abc import Iterator

from probes import ALL, CHECKS_BY_ID
from probes.lexicon import LEXICON, best_section, match_section, near_sections
from rules.load import available, limits_for, load
from rules.model import Indicator, Item, Pack
from rules.statement import Share, by_assessment
from rules.veto import Veto
from sweep.errors import SweepError

KINDS = {
    "city": "市",
    "county": "县",
    "town": "乡镇",
    "department": "部门",
    "zone": "开发区",
    "enterprise": "企事业",
}
ASSESS = {
    "auto": "机器判定",
    "semi": "机器取证、人工确认",
    "manual": "人工",
    "material": "材料",
    "external": "外部数据",
}


def listing() -> str:
    """The packs that ship with the product."""
    packs = [load(name) for name in available()]
    return "\n".join(f"{pack.id}  {pack.name}（{pack.hash[:12]}）" for pack in packs)


def validated(name: str) -> str:
    """One line for a good pack; PackError for a bad one."""
    pack = load(name)
    items = sum(len(indicator.items) for indicator in pack.indicators)
    return f"{name}：通过。{len(pack.indicators)} 个三级指标，{items} 个计分条目，内容摘要 {pack.hash[:12]}"


def shown(name: str, rules: str | None) -> str:
    """A pack, an indicator or item code, a check id, a section key, or a name or address as on a portal."""
    if name in available() or name.endswith((".yaml", ".yml")):
        return "\n".join(_pack_lines(load(name)))
    packs = [load(rules)] if rules else [load(pack) for pack in available()]
    lines = [line for pack in packs for line in _code_lines(pack, name)]
    lines += [line for pack in packs for line in _veto_code_lines(pack, name)]
    if name in CHECKS_BY_ID:
        lines += _check_lines(packs, name)
    key = name.partition(".")[2] if name.startswith(("section.", "content.")) else name
    if key in LEXICON.sections:
        lines += _section_lines(key)
    if not lines:
        lines = _match_lines(name)
    if not lines:
        raise SweepError(
            f"没有名为 {name!r} 的指标包、指标、检查项或栏目。可用 sunsweep rules list 查看指标包"
        )
    return "\n".join(lines)


def _pack_lines(pack: Pack) -> Iterator[str]:
    yield f"{pack.id}  {pack.name}  摘要 {pack.hash}"
    yield from _statement(pack)
    for indicator in pack.indicators:
        yield f"{indicator.code}  {indicator.level3}  {_points(indicator.points)}"
        yield from (f"    {_item(item)}" for item in indicator.items)
    for veto in pack.vetoes:
        yield from _veto_lines(veto)


def _statement(pack: Pack) -> Iterator[str]:
    """Who decides how many points, for each kind of unit the pack declares a total for."""
    yield (
        "按评定方式的分值（基础性＋激励性）："
        if pack.points_known
        else "按评定方式的条目（来源未给出全部分值）："
    )
    for kind, declared in pack.totals.items():
        shares = by_assessment(pack, kind)
        told = "，".join(f"{ASSESS[way]} {_share(share, pack)}" for way, share in shares.items())
        yield f"  {KINDS[kind]}（{declared.base:g}＋{declared.bonus:g} 分）：{told}"


def _share(share: Share, pack: Pack) -> str:
    if not pack.points_known:
        return f"{share.items} 项"
    return f"{float(share.base):g}＋{float(share.bonus):g}" if share.bonus else f"{float(share.base):g}"


def _points(points: float | None) -> str:
    return "分值未知" if points is None else f"{points:g} 分"


def _veto_lines(veto: Veto) -> Iterator[str]:
    kinds = "、".join(KINDS[kind] for kind in veto.kinds)
    yield f"{veto.code} [{kinds}] 单项否决：{veto.title}（{veto.clause}）"
    for ground in veto.any_of:
        lines = [f"否决线 {ground.at_least} 处"] if ground.at_least else []
        lines += [f"预警线 {ground.warn_at} 处"] if ground.warn_at else []
        lines += ["须人工确认"] if ground.review else []
        lines += ["预警线或计数方法为本系统假定"] if ground.assumed else []
        checks = f"，检查项 {'、'.join(ground.checks)}" if ground.checks else "，由人工判断"
        yield f"    {ground.text}{checks}{'：' if lines else ''}{'，'.join(lines)}"


def _code_lines(pack: Pack, code: str) -> Iterator[str]:
    for indicator in pack.indicators:
        items = [item for item in indicator.items if code in (indicator.code, item.code)]
        if items:
            yield from _indicator_lines(pack, indicator, items)


def _veto_code_lines(pack: Pack, code: str) -> Iterator[str]:
    for veto in pack.vetoes:
        if veto.code == code:
            yield pack.id
            yield from _veto_lines(veto)
            yield f"    建议：{veto.advice}"


def _indicator_lines(pack: Pack, indicator: Indicator, items: list[Item]) -> Iterator[str]:
    yield f"{pack.id}  {indicator.code}  {indicator.level1} / {indicator.level2} / {indicator.level3}"
    yield f"  要点：{indicator.focus}"
    yield f"  依据：{indicator.clause}；牵头：{'、'.join(indicator.owners)}；方式：{indicator.method}"
    for item in items:
        yield f"  {_item(item)}"
        if item.by_hand:
            yield f"      机器不能判定：{item.by_hand}"
        yield f"      建议：{item.advice}"


def _item(item: Item) -> str:
    kinds = "、".join(KINDS[kind] for kind in item.kinds)
    checks = f"，检查项 {'、'.join(item.checks)}" if item.checks else ""
    assumed = "（拆分为本系统假定）" if item.assumed else ""
    return f"{item.code} [{kinds}] {_points(item.points)} {ASSESS[item.assess]}{checks}：{item.text}{assumed}"


def _check_lines(packs: list[Pack], check: str) -> Iterator[str]:
    yield f"{check}  {CHECKS_BY_ID[check].title}"
    probe = next((probe for probe in ALL if any(own.id == check for own in probe.checks)), None)
    for pack in packs:
        codes = [item.code for i in pack.indicators for item in i.items if check in item.checks]
        codes += [veto.code for veto in pack.vetoes if check in veto.checks]
        use = f"用于 {'、'.join(dict.fromkeys(codes))}" if codes else "没有指标采用，只作提示"
        yield f"  {pack.id}：{use}"
        if probe is not None:
            limits = limits_for(pack, probe).model_dump(mode="json")
            yield f"  限值：{'，'.join(f'{name}={value}' for name, value in limits.items()) or '无'}"


_PARTS = {
    "names": "名称（完全相符，置信度 1；三字以上包含在较短的文字中，0.8）",
    "near": "相近名称（只存疑，不认定也不扣分）",
    "begins": "短名称的开头",
    "ends": "短名称的结尾",
    "slugs": "网址目录名（文字没有含义时 0.5，否则只存疑）",
    "excluded": "含有即不按包含认定",
}
_RHYTHMS = {"standing": "常设，不看日期", "dated": "评估期内有信息", "yearly": "按年度公开"}


def _section_lines(key: str) -> Iterator[str]:
    section = LEXICON.sections[key]
    yield f"栏目 {key}：{section.title}（{_RHYTHMS[section.rhythm]}）"
    if section.due is not None:
        yield f"  到期日（次年）：政府 {section.due.government}，其他单位 {section.due.unit}"
    for part, label in _PARTS.items():
        values = getattr(section, part)
        if values:
            yield f"  {label}：{'、'.join(values)}"


def _match_lines(name: str) -> list[str]:
    """Why a link or page counts for a section: its text, its address, or the text and then the address."""
    text, url = name, ""
    *words, last = name.split()
    if "://" in last:
        text, url = " ".join(words), last
    best = best_section(text, url)
    shown = f"“{text}”{f'（{url}）' if url else ''}" if text else url
    lines = [
        f"{shown}认作栏目 {match.key}：置信度 {match.confidence:g}，{match.why}"
        + ("（采用）" if best is not None and match.key == best.key else "（只存疑，不认定也不扣分）")
        for match in match_section(text, url)
    ]
    return lines + [f"“{text}”与栏目 {key} 名称相近，只存疑，不足以认定" for key in near_sections(text)]
