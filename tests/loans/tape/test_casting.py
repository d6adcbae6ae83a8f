"""Cells are text, cast by our own rules; what cannot be read says why."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.kernel.text import Text
from recovery.loans.tape.amounts import cast_count, cast_rate, cast_yuan
from recovery.loans.tape.casting import RowCaster
from recovery.loans.tape.days import first_day, last_day
from recovery.loans.tape.headers import Column
from recovery.loans.tape.identities import (
    cast_id_number,
    cast_number_text,
    cast_phone,
    cast_vin,
)
from recovery.loans.tape.layouts import apply_layout, shipped
from recovery.loans.tape.shapes import shape
from recovery.loans.tape.sources import Number, number_text
from recovery.web.reading import Unreadable

LEAP_DAY = date(2024, 2, 29)


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-29",
        "2024/2/29",
        "20240229",
        "2024年2月29日",
        "2024年02月29号",
        "2024.2.29",
        "45351",
        "45351.0",
        "２０２４－０２－２９",
        "2024-02-29 00:00:00",
        "2024-02-29T08:30:00",
        "29/02/2024",
        "02-29-2024",
    ],
)
def test_a_day_is_read_in_every_notation_in_use(text: str) -> None:
    assert first_day(text, "auto") == LEAP_DAY


def test_a_month_alone_is_its_first_or_its_last_day() -> None:
    assert first_day("02/2024", "mdy") == date(2024, 2, 1)
    assert last_day("02/2024", "mdy") == LEAP_DAY
    assert last_day("2024年2月", "auto") == LEAP_DAY


@pytest.mark.parametrize("text", ["2023-02-29", "20241301", "24/2/29", "昨天", "1812-01-01", "0"])
def test_what_is_no_day_is_refused_with_its_form(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        first_day(text, "auto")
    assert text in str(refused.value.message)


def test_a_day_that_could_be_a_month_asks_for_the_order_of_its_column() -> None:
    with pytest.raises(Unreadable, match="分不清日与月"):
        first_day("03/04/2024", "auto")
    assert first_day("03/04/2024", "mdy") == date(2024, 3, 4)
    assert first_day("03/04/2024", "dmy") == date(2024, 4, 3)


@pytest.mark.parametrize(
    ("text", "unit", "amount"),
    [
        ("1,234.56", None, "1234.56"),
        ("1234.5", "yuan", "1234.5"),
        ("12.5", "wan", "125000"),
        ("12.5万元", None, "125000"),
        ("30000元", "wan", "30000"),
        ("￥ 1，234.50", None, "1234.5"),
        ("(50.00)", None, "-50"),
        ("123.45-", None, "-123.45"),
        ("1.2亿", None, "120000000"),
        ("$300.00", None, "300"),
        ("0", "wan", "0"),
    ],
)
def test_an_amount_is_read_with_separators_and_its_unit(
    text: str, unit: str | None, amount: str
) -> None:
    assert cast_yuan(text, unit, []) == Decimal(amount)


def test_an_amount_finer_than_a_fen_is_rounded_half_up_and_noted() -> None:
    notes: list[Text] = []
    assert cast_yuan("12.345", None, notes) == Decimal("12.35")
    assert "12.345" in str(notes[0])


@pytest.mark.parametrize("text", ["一千元", "1.2.3", "1,2", "12 34x", "1.2E+05", "元", "."])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        cast_yuan(text, None, [])


@pytest.mark.parametrize(
    ("text", "unit", "rate"),
    [
        ("4.9", None, "0.049"),
        ("4.9%", None, "0.049"),
        ("0.049", None, "0.049"),
        ("0.5", "percent", "0.005"),
        ("0.0589", "fraction", "0.0589"),
        ("5", "daily_wan", "0.18"),
        ("0.05%", "daily_percent", "0.18"),
        ("5‰", None, "0.06"),
    ],
)
def test_a_rate_is_a_share_of_a_year(text: str, unit: str | None, rate: str) -> None:
    assert cast_rate(text, unit, []) == Decimal(rate)


def test_a_count_may_carry_its_unit() -> None:
    assert [cast_count(text, None, []) for text in ("36", "36期", "36个月", "36.0")] == [36] * 4


def test_an_id_number_kept_as_a_number_is_refused_for_its_lost_digits() -> None:
    for text in (number_text(310101198507010019.0), "3.10101E+17"):
        with pytest.raises(Unreadable, match="失真"):
            cast_id_number(text, None, [])
    with pytest.raises(Unreadable, match="000 结尾"):
        cast_id_number("310101198507012000", None, [])


def test_an_id_number_of_a_wrong_length_names_it_without_showing_it() -> None:
    with pytest.raises(Unreadable) as refused:
        cast_id_number("31010119850701001", None, [])
    assert "17 位" in str(refused.value.message)
    assert "19850701" not in str(refused.value.message)


def test_a_false_check_digit_is_noted_and_a_masked_number_left_out() -> None:
    notes: list[Text] = []
    assert cast_id_number("310101198507010018", None, notes) == "310101198507010018"
    assert cast_id_number("3101**********0018", None, notes) is None
    assert len(notes) == 2


def test_long_contract_numbers_kept_as_numbers_are_refused_short_ones_read() -> None:
    assert cast_number_text(Number("202400001"), None, []) == "202400001"
    with pytest.raises(Unreadable):
        cast_number_text(number_text(2024000012345678901.0), None, [])


def test_the_first_of_several_phone_numbers_is_taken() -> None:
    notes: list[Text] = []
    assert cast_phone("+86 138-0000-0001；021-88886666", None, notes) == "13800000001"
    assert len(notes) == 1


def test_a_vin_of_another_length_is_kept_and_noted() -> None:
    notes: list[Text] = []
    assert cast_vin("lsvaa 123", None, notes) == "LSVAA123"
    assert notes


def test_the_shape_of_a_value_hides_the_middle_of_long_numbers() -> None:
    assert shape("13800000001") == "13*******01"
    assert shape("2024-13-45") == "2024-13-45"


COLUMNS = [
    Column(place, rule.headers[0]) for place, rule in enumerate(shipped()["generic"].rules.values())
]
GENERIC = RowCaster(apply_layout(shipped()["generic"], COLUMNS, None))
WRITTEN = st.text(alphabet="0123456789.,-/:%‰()+eE年月日元万亿 *#XＡ１無'", max_size=24)


@given(st.one_of(st.text(max_size=40), WRITTEN))
def test_no_text_in_any_cell_stops_the_reading(text: str) -> None:
    row = GENERIC.cast(7, [text] * len(COLUMNS))
    for problem in row.problems:
        assert str(problem.sentence).startswith("第 7 行")


@given(WRITTEN.map(Number))
def test_no_number_in_any_cell_stops_the_reading(text: Number) -> None:
    GENERIC.cast(1, [text] * len(COLUMNS))
