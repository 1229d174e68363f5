"""What does a rule pack say, in print? Its items for one unit, and every number that it assumes."""

from __future__ import annotations

from collections.abc import Iterable

from crawler.model import Frozen, Unit
from probes import ALL
from reports.model import Assumption, Indicator, Scheme
from reports.text import clean, percent, plain
from reports.words import LIMIT
from rules.load import limits_for, load_scheme
from rules.model import Pack, Section


def scheme_view(pack: Pack, more: Iterable[Assumption] = ()) -> Scheme:
    """The pack's title page, with `more` assumptions of the sweep after its own."""
    return Scheme(
        id=pack.id,
        title=clean(pack.name, 120),
        hash=pack.hash,
        source=clean("，".join(part for part in _source(pack) if part)),
        rank_gate=pack.rank_coverage,
        assumed=(*_assumed(pack), *more),
        totalled=pack.points_known,
    )


def _source(pack: Pack) -> tuple[str, ...]:
    return (pack.source.document, pack.source.carrier, pack.source.status)


def _assumed(pack: Pack) -> Iterable[Assumption]:
    yield Assumption("排名所需的最低覆盖率", percent(pack.rank_coverage), "低于此值不排名，列为“未评”")
    yield Assumption(LIMIT["tested_share"], percent(pack.tested_share), "测到的不足此比例，记为“未能检测”")
    for probe in ALL:
        limits = limits_for(pack, probe)
        for name, field in type(limits).model_fields.items():
            value = getattr(limits, name)
            if name == "tested_share" and value == pack.tested_share:
                continue
            if isinstance(value, Frozen):
                if value == field.default:
                    continue  # nothing is set
                value = value.model_dump(mode="json")
            key = f"{probe.id}.{name}"
            label = LIMIT.get(key) or LIMIT.get(name) or field.description or key
            yield Assumption(clean(label, 80), plain(value), f"判定参数 {key}")
    grades = load_scheme(pack.scheme)
    if grades.assumed:
        bands = "、".join(f"{band.name} {band.at_least:g} 分起" for band in grades.bands)
        yield Assumption("等次分数线", bands, grades.basis)
    codes = list(dict.fromkeys(i.code for row in pack.indicators for i in row.items if i.assumed))
    if codes:
        yield Assumption("分值拆分或计分方法", "、".join(codes), "来源未印明，由程序假定")
    vetoes = [veto.code for veto in pack.vetoes if any(ground.assumed for ground in veto.any_of)]
    if vetoes:
        yield Assumption("否决项的预警线或计数方法", "、".join(vetoes), "来源未印明，由程序假定")
    for layer, use in ((pack.veto_limits, "否决项"), (pack.warn_limits, "否决项的预警")):
        for owner, values in layer.items():
            for name, value in values.items():
                key = f"{owner}.{name}"
                yield Assumption(f"{use}：{LIMIT.get(key, key)}", plain(value), f"判定参数 {key}")


def indicators(pack: Pack, unit: Unit) -> dict[str, Indicator]:
    """The items that may judge `unit`, by code, in the source's order."""
    return {
        item.code: Indicator(
            code=clean(item.code, 40),
            title=clean(item.text, 300),
            level1=clean(indicator.level1, 60),
            level2=clean(indicator.level2, 60),
            level3=clean(indicator.level3, 60),
            group=indicator.code,
            bonus=indicator.part is Section.BONUS,
            clause=clean(indicator.clause, 200),
            advice=clean(item.advice),
            review=item.review,
            assumed=item.assumed,
        )
        for indicator, item in pack.items_for(unit)
    }
