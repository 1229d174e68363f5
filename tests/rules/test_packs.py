"""The Jilin pack carries the whole tree of its source, with the sums the source declares."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from crawler.model import Period, Unit, UnitKind
from probes import ALL
from probes.catalogue import CHECKS
from rules.load import available, limits_for, load, load_scheme, load_scheme_names
from rules.model import Assess, Pack, Section


def jilin() -> Pack:
    return load("jilin-2021")


def unit(kind: UnitKind, *roles: str) -> Unit:
    return Unit(id="u", name="某单位", kind=kind, roles=roles)


def points(kind: UnitKind, part: Section, *roles: str) -> Decimal:
    return sum(
        (
            Decimal(str(item.points))
            for indicator, item in jilin().items_for(unit(kind, *roles))
            if indicator.part is part
        ),
        Decimal(0),
    )


@pytest.mark.parametrize(
    ("kind", "base", "bonus"),
    [
        (UnitKind.CITY, 95, 5),
        (UnitKind.COUNTY, 93, 5),
        (UnitKind.TOWN, 93, 5),
        (UnitKind.ZONE, 93, 5),
        (UnitKind.DEPARTMENT, 29, 3),
        (UnitKind.ENTERPRISE, 29, 3),
    ],
)
def test_points_of_each_kind_are_those_of_the_source(kind: UnitKind, base: int, bonus: int) -> None:
    assert points(kind, Section.BASE) == base
    assert points(kind, Section.BONUS) == bonus


LEVELS = {
    "city": {"政府透明度": 46, "政策解读": 20, "公开渠道": 23, "组织保障": 6, "激励性指标": 5},
    # Two points less than the city: direct funds are the city's alone.
    "county": {"政府透明度": 44, "政策解读": 20, "公开渠道": 23, "组织保障": 6, "激励性指标": 5},
    # 1.1.3 and 1.1.4; 2.x; 4.1 and 4.2; B1, B4, B5, B6.
    "department": {"政府透明度": 6, "政策解读": 20, "组织保障": 3, "激励性指标": 3},
}
KIN = {"town": "county", "zone": "county", "enterprise": "department"}


@pytest.mark.parametrize("kind", list(UnitKind))
def test_each_first_level_indicator_sums_as_the_source_does(kind: UnitKind) -> None:
    found: dict[str, Decimal] = {}
    for indicator, item in jilin().items_for(unit(kind)):
        found[indicator.level1] = found.get(indicator.level1, Decimal(0)) + Decimal(str(item.points))
    assert found == LEVELS[KIN.get(kind, kind)]


@pytest.mark.parametrize(
    ("level2", "city", "county", "department"),
    [
        ("“五公开”信息", 19, 17, 6),
        ("重点领域信息公开", 27, 27, 0),
        ("政策解读", 20, 20, 20),
        ("政府网站", 16, 16, 0),
        ("政务新媒体", 7, 7, 0),
        ("组织保障", 6, 6, 3),
    ],
)
def test_each_second_level_indicator_sums_as_the_source_does(
    level2: str, city: int, county: int, department: int
) -> None:
    for kind, expected in (("city", city), ("county", county), ("department", department)):
        items = jilin().items_for(unit(UnitKind(kind)))
        assert (
            sum(Decimal(str(item.points)) for indicator, item in items if indicator.level2 == level2)
            == expected
        )


def test_points_a_machine_decides_alone() -> None:
    def auto(kind: UnitKind) -> Decimal:
        return sum(
            (
                Decimal(str(item.points))
                for indicator, item in jilin().items_for(unit(kind))
                if item.assess is Assess.AUTO and indicator.part is Section.BASE
            ),
            Decimal(0),
        )

    assert auto(UnitKind.CITY) == Decimal("28")
    assert auto(UnitKind.COUNTY) == Decimal("32.5")
    assert auto(UnitKind.DEPARTMENT) == Decimal("11")


# Told as 提示 whatever the pack; section and content checks are hints where no item of a pack uses them.
HINTS = {
    "footer.consistent", "footer.error_report", "footer.site_map", "site.reachable", "site.domain",
    "site.not_found", "meta.site", "meta.column", "meta.article", "meta.consistent", "home.fresh",
    "ipv6.same", "columns.stale", "a11y.wcag", "interpretation.own", "interaction.rating",
    "on_request.channels", "tamper.hidden_links", "tamper.bad_words", "tamper.cloaking", "tamper.mirror",
    "privacy.id_card", "privacy.phone", "privacy.bank_card",
}  # fmt: skip


def test_every_check_that_is_no_hint_decides_an_item() -> None:
    used = {check for indicator in jilin().indicators for item in indicator.items for check in item.asks}
    own_choice = ("section.", "content.")  # hints wherever no item of a pack uses them
    named = {check.id for check in CHECKS if not check.id.startswith(own_choice)}
    assert named - used == HINTS
    assert not used & HINTS


def test_semi_items_are_those_whose_checks_a_person_confirms() -> None:
    for indicator in jilin().indicators:
        for item in indicator.items:
            assert bool(item.review) == (item.assess is Assess.SEMI), item.code


def test_city_and_county_have_their_own_items_in_key_fields() -> None:
    city = {item.code for _, item in jilin().items_for(unit(UnitKind.CITY))}
    county = {item.code for _, item in jilin().items_for(unit(UnitKind.COUNTY))}
    assert {"JL-1.2.3", "JL-1.1.6"} <= city - county
    assert {"JL-1.2.3.a", "JL-1.2.3.b", "JL-1.2.3.c"} <= county - city


def test_a_role_brings_its_owner_items() -> None:
    plain = {item.code for _, item in jilin().items_for(unit(UnitKind.DEPARTMENT))}
    finance = {item.code for _, item in jilin().items_for(unit(UnitKind.DEPARTMENT, "finance"))}
    health = {item.code for _, item in jilin().items_for(unit(UnitKind.DEPARTMENT, "health"))}
    assert finance - plain == {"JL-1.1.6"}
    assert health - plain == {"JL-1.1.5", "JL-1.2.1.a", "JL-1.2.1.b"}
    counties = {item.code for _, item in jilin().items_for(unit(UnitKind.COUNTY, "finance"))}
    assert "JL-1.1.6" not in counties


def test_a_code_is_looked_up_for_the_unit_it_belongs_to() -> None:
    city = jilin().item(unit(UnitKind.CITY), "JL-1.2.4.a")
    county = jilin().item(unit(UnitKind.COUNTY), "JL-1.2.4.a")
    assert city is not None and city[1].points == 2
    assert county is not None and county[1].points == 0.5
    assert jilin().item(unit(UnitKind.DEPARTMENT), "JL-1.2.4.a") is None


def test_epidemic_items_live_as_long_as_the_period_touches_the_epidemic() -> None:
    pair = jilin().item(unit(UnitKind.COUNTY), "JL-1.2.1.a")
    assert pair is not None and pair[1].valid is not None
    assert pair[1].valid.touches(Period(start=date(2022, 12, 31), end=date(2023, 12, 31)))
    assert not pair[1].valid.touches(Period(start=date(2023, 1, 1), end=date(2023, 12, 31)))


@pytest.mark.parametrize("name", available())
def test_packs_that_come_with_the_product_load_and_have_their_scheme(name: str) -> None:
    pack = load(name)
    assert pack.id == name
    assert load_scheme(pack.scheme).id == pack.scheme


@pytest.mark.parametrize("name", sorted(load_scheme_names()))
def test_schemes_grade_the_whole_scale(name: str) -> None:
    scheme = load_scheme(name)
    assert scheme.grade(100) == scheme.bands[0].name
    assert scheme.grade(0) == scheme.bands[-1].name
    assert scheme.assumed == (name != "national-pass")  # the only one whose line the source prints


def test_bands_begin_at_their_line() -> None:
    scheme = load_scheme("four-grades")
    assert [scheme.grade(score) for score in (90, 89.9, 80, 79.9, 60, 59.9)] == [
        "优秀",
        "良好",
        "良好",
        "合格",
        "合格",
        "不合格",
    ]


def test_the_pack_sets_how_much_must_be_tested() -> None:
    stricter = jilin().model_copy(update={"tested_share": 0.95})
    testing = [probe for probe in ALL if "tested_share" in probe.limits.model_fields]
    assert testing
    for probe in testing:
        assert limits_for(stricter, probe).model_dump()["tested_share"] == 0.95


def test_the_hash_follows_the_content() -> None:
    pack = jilin()
    again = Pack.model_validate(pack.model_dump(by_alias=True))
    assert again.hash == pack.hash
    assert pack.model_copy(update={"tested_share": 0.95}).hash != pack.hash
