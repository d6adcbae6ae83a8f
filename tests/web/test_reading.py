"""What people type is read in the notations in use, and refused with a sentence otherwise."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.web.reading import (
    Unreadable,
    read_count,
    read_day,
    read_percent,
    read_yuan,
    split_list,
)

LEAP_DAY = date(2024, 2, 29)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("1234.56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("１，２３４．５６", "1234.56"),
        ("1.2万", "12000.00"),
        ("3亿", "300000000.00"),
        ("￥800", "800.00"),
        ("800 元", "800.00"),
        ("-50", "-50.00"),
        ("(50.00)", "-50.00"),
        ("（50.00）", "-50.00"),
        ("12,3456.78", "123456.78"),
        (".5", "0.50"),
    ],
)
def test_an_amount_is_read_in_every_usual_notation(typed: str, amount: str) -> None:
    assert read_yuan(typed) == Decimal(amount)


@pytest.mark.parametrize(
    "typed", ["", "abc", "1.2.3", "1,23", "1e5", "一百", "1万2", "NaN", "∞", "(-5)"]
)
def test_what_is_no_amount_is_refused_with_what_was_typed(typed: str) -> None:
    with pytest.raises(Unreadable, match="不是金额") as refused:
        read_yuan(typed)
    assert f"“{typed}”" in str(refused.value.message)


def test_an_amount_finer_than_a_fen_is_refused() -> None:
    with pytest.raises(Unreadable, match="两位小数"):
        read_yuan("1.234")


def test_an_amount_beyond_reason_is_taken_for_a_slip_of_the_unit() -> None:
    with pytest.raises(Unreadable, match="过大"):
        read_yuan("999999999亿")


@given(st.decimals("-9999999999999.99", "9999999999999.99", places=2))
def test_every_amount_is_read_back_as_the_field_writes_it(amount: Decimal) -> None:
    assert read_yuan(f"{amount:,.2f}") == amount


@pytest.mark.parametrize(
    ("typed", "share"),
    [("4.9", "0.049"), ("4.9%", "0.049"), ("４．９％", "0.049"), ("0.5‰", "0.0005")],
)
def test_a_percentage_is_read_as_a_share(typed: str, share: str) -> None:
    assert read_percent(typed) == Decimal(share)


def test_a_percentage_finer_than_the_database_is_refused() -> None:
    with pytest.raises(Unreadable, match="六位小数"):
        read_percent("4.9000001")


@pytest.mark.parametrize(
    "typed",
    [
        "2024-02-29",
        "2024/2/29",
        "2024.2.29",
        "20240229",
        "2024年2月29日",
        "２０２４－２－２９",
        "2024年2月29",
    ],
)
def test_a_day_is_read_in_every_usual_notation(typed: str) -> None:
    assert read_day(typed) == LEAP_DAY


@pytest.mark.parametrize("typed", ["2023-02-29", "2024-13-01", "20240230", "0000-01-01"])
def test_a_day_that_the_calendar_lacks_is_refused(typed: str) -> None:
    with pytest.raises(Unreadable, match="日历上没有"):
        read_day(typed)


@pytest.mark.parametrize("typed", ["29.02.2024", "明天", "2024-02", "24-2-29", "", "202402291"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(Unreadable, match="不是日期"):
        read_day(typed)


@given(
    st.dates(date(1900, 1, 1), date(2200, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日"]),
)
def test_every_day_is_read_back_in_all_four_notations(day: date, notation: str) -> None:
    assert read_day(day.strftime(notation)) == day


def test_a_count_takes_thousands_separators_and_no_fractions() -> None:
    assert read_count("12,408") == 12408
    with pytest.raises(Unreadable, match="不是整数"):
        read_count("1.5")


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("2147483648", read_count),
        ("9" * 5000, read_count),
        ("10000.01", read_percent),
        ("9" * 40, read_percent),
    ],
)
def test_a_number_that_the_database_cannot_hold_is_refused(
    typed: str, read: Callable[[str], object]
) -> None:
    with pytest.raises(Unreadable, match="过大"):
        read(typed)


@pytest.mark.parametrize("typed", ["0001-01-01", "1899-12-31", "2201-01-01", "99991231"])
def test_a_day_out_of_reach_is_refused(typed: str) -> None:
    with pytest.raises(Unreadable, match="须在 1900 年至 2200 年之间"):
        read_day(typed)


def test_a_pasted_list_keeps_its_order_and_each_value_once() -> None:
    assert split_list("A1\nB2，C3、A1；\tD4") == ("A1", "B2", "C3", "D4")


@given(st.text(max_size=30), st.sampled_from([read_yuan, read_percent, read_count, read_day]))
def test_no_text_at_all_breaks_a_reader(typed: str, read: Callable[[str], object]) -> None:
    with suppress(Unreadable):
        assert read(typed) is not None
