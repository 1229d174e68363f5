"""Personal numbers: which are valid, how they are masked, and that addresses stay whole."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.masking import Kind, could_hold, find_numbers, find_old_ids, is_id_card, luhn, mask, mask_json
from demo.portals.departments import identity_number

CARD = "6222000000000123459"
MOBILE = "13900000001"
ID = identity_number()


@pytest.mark.parametrize(
    ("value", "valid"),
    [
        (ID, True),
        ("44990119850214009x", True),
        (ID[:-1] + str((int(ID[-1]) + 1) % 10), False),  # check digit
        ("999901198502140022", False),  # no such province
        ("449901198513140022", False),  # no such month
        ("449901187002140022", False),  # nobody is that old
        ("11010519491231002X", False),  # the example of the standard
    ],
)
def test_identity_numbers(value: str, valid: bool) -> None:
    assert is_id_card(value) is valid


def test_luhn() -> None:
    assert luhn(CARD)
    assert not luhn(CARD[:-1] + "8")
    assert not luhn("0" * 16)


@given(st.integers(0, 10**17 - 1), st.integers(1, 9))
def test_one_wrong_digit_is_seen(number: int, step: int) -> None:
    """ISO 7064 and Luhn both see every single wrong digit."""
    wrong = ID[:5] + str((int(ID[5]) + step) % 10) + ID[6:]
    assert not is_id_card(wrong)
    digits = f"{number:017}"
    right = next(digits + str(check) for check in range(10) if luhn(digits + str(check)) or check == 9)
    assert not (luhn(right) and luhn(right[:-1] + str((int(right[-1]) + step) % 10)))


def test_numbers_in_a_text() -> None:
    text = f"张某，身份证{ID[:6]} {ID[6:14]} {ID[14:]}，手机 139-0000-0001，卡号 6222 0000 0000 0123 459"
    assert [(number.kind, number.value) for number in find_numbers(text)] == [
        (Kind.ID_CARD, ID),
        (Kind.PHONE, MOBILE),
        (Kind.BANK_CARD, CARD),
    ]
    assert (
        mask(text) == f"张某，身份证{ID[:2]}{'*' * 14}{ID[-2:]}，手机 139****0001，卡号 6222***********3459"
    )


def test_old_identity_numbers() -> None:
    assert [number.value for number in find_old_ids("449901850214002 999901850214002 449901851314002")] == [
        "449901850214002"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "公示 2026 年 1 月 1 日，电话 0433-12345678，编号 202601011234567",
        f"http://www.example.gov.cn/art/{ID}.html",
        f"/files/{ID}.pdf",
        f"/show?id={MOBILE}&x=1",
        f"{ID}.docx",
        "138****8000",
        "时间戳 1672531200000，订单 139000000012",
    ],
)
def test_what_is_left_alone(text: str) -> None:
    assert mask(text) == text


def test_json_stays_json() -> None:
    """Texts and keys are masked; numbers and addresses are not; without such a value not a byte changes."""
    data = {"a": [f"手机:{MOBILE}"], ID: 13900000001, "url": f"http://a.gov.cn/x/{ID}.html", "引": '"'}
    assert json.loads(mask_json(json.dumps(data))) == {
        "a": ["手机:139****0001"],
        f"{ID[:2]}{'*' * 14}{ID[-2:]}": 13900000001,
        "url": data["url"],
        "引": '"',
    }
    plain = '{ "a" : 1,  "long": "202601011234567890123" }'
    assert mask_json(plain) is plain


@given(st.text(st.sampled_from("0123456789Xx -\n张:/."), max_size=60))
def test_a_masked_text_has_nothing_left_to_mask(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(st.text(st.sampled_from("0123456789Xx -\n张:"), max_size=60))
def test_the_quick_look_misses_nothing(text: str) -> None:
    for value in (ID, MOBILE, CARD, "139 0000 0001", f"{ID[:6]} {ID[6:14]} {ID[14:]}"):
        assert could_hold(f"{text} {value} {text}")
