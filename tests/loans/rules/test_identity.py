"""ID numbers, VINs and plates: check digits, forms, and what they tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.loans.rules.identity import (
    IdFacts,
    id_facts,
    vin_check,
    vin_check_digit,
)


def test_an_id_number_tells_year_sex_and_place() -> None:
    assert id_facts("110101199003070599") == IdFacts(1990, "male", "11", "1101")
    assert id_facts("360426 19910101 0071") == IdFacts(1991, "male", "36", "3604")


@pytest.mark.parametrize(
    "wrong",
    ["110101199003070598", "110101199013070599", "11010119900307059", "", "11010119900307059X"],
)
def test_a_wrong_id_number_tells_nothing(wrong: str) -> None:
    assert id_facts(wrong) is None


@pytest.mark.parametrize(
    ("vin", "found"),
    [
        ("LSVAA49J132047371", "valid"),
        ("lsvaa49j132047371", "valid"),
        ("1M8GDM9AXKP042788", "valid"),
        ("LSVAA49J232047371", "invalid"),
        ("LSVAA49J13204737O", "invalid"),
        ("LSVAA49J1320", "invalid"),
        (None, "absent"),
        ("", "absent"),
    ],
)
def test_the_check_digit_of_a_vin(vin: str | None, found: str) -> None:
    assert vin_check(vin) == found


SIGNS = "0123456789ABCDEFGHJKLMNPRSTUVWXYZ"


@given(st.text(SIGNS, min_size=17, max_size=17))
def test_exactly_one_ninth_sign_makes_a_vin_valid(text: str) -> None:
    valid = [sign for sign in SIGNS if vin_check(text[:8] + sign + text[9:]) == "valid"]
    assert valid == [vin_check_digit(text)]
