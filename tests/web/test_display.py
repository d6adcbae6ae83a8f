"""How values look: the same everywhere, and never a zero where nothing is known."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from flask import Flask

from recovery.kernel import clock
from recovery.web import display
from recovery.web.display import Clock
from recovery.web.quick_days import month_later
from tests.web.conftest import Reader

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize("show", display.FILTERS.values(), ids=display.FILTERS.keys())
def test_the_unknown_is_a_dash(show) -> None:  # type: ignore[no-untyped-def]
    assert show(None) == "—"


def test_money_has_thousands_two_decimals_and_parentheses_below_zero() -> None:
    assert display.yuan(Decimal("1234567.8")) == "1,234,567.80"
    assert display.yuan(Decimal("-1234")) == "(1,234.00)"
    assert display.yuan(Decimal(0)) == "0.00"
    assert display.prose_yuan(Decimal("-3.5")) == "-¥3.50"


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("342000000", "3.42 亿元"), ("180600", "18.06 万元"), ("9999.99", "9,999.99 元")],
)
def test_a_large_amount_names_its_magnitude(amount: str, shown: str) -> None:
    assert display.magnitude(Decimal(amount)) == shown


def test_a_large_amount_counts_in_thousands_for_a_reader_of_english(
    frame: Flask, reader: Reader
) -> None:
    reader.language = "en"
    with frame.test_request_context():
        assert display.magnitude(Decimal("342000000")) == "CNY 342.00 million"
        assert display.magnitude(Decimal("12.5")) == "CNY 12.50"
        assert display.long_day(MONDAY) == "23 November 2026"


def test_a_share_is_a_percentage_with_two_decimals_rounded_half_up() -> None:
    assert display.percent(Decimal("0.049")) == "4.90%"
    assert display.percent(Decimal("0.00125")) == "0.13%"


def test_days_are_short_in_tables_and_long_in_papers() -> None:
    assert display.day(MONDAY) == "2026-11-23"
    assert display.paper_day(MONDAY) == "2026年11月23日"
    assert display.deadline(MONDAY) == "2026-11-23 星期一"


def test_a_moment_is_shown_on_its_business_day() -> None:
    late = datetime(2026, 11, 22, 17, 30, tzinfo=UTC)
    assert display.moment(late) == "2026-11-23 01:30"
    assert display.day(late) == "2026-11-23"


def test_an_event_at_midnight_shows_its_day_alone() -> None:
    assert display.when(datetime(2026, 11, 22, 16, 0, tzinfo=UTC)) == "2026-11-23"
    assert display.when(datetime(2026, 11, 22, 16, 1, tzinfo=UTC)) == "2026-11-23 00:01"


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "今天"), (1, "明天"), (-1, "昨天"), (3, "3 天后"), (-2, "2 天前"), (1500, "1,500 天后")],
)
def test_a_near_day_is_told_by_its_distance(days: int, words: str) -> None:
    assert str(display.distance(days)) == words


def test_long_numbers_are_grouped_and_secret_ones_show_their_tail() -> None:
    assert display.grouped("6222021234567890123") == "6222 0212 3456 7890 123"
    assert display.masked("310115199001011234") == "••••1234"
    assert display.masked("1234") == "••••4"


def test_the_month_after_january_the_31st_ends_in_february() -> None:
    assert month_later(date(2027, 1, 31)) == date(2027, 2, 28)
    assert month_later(date(2026, 12, 31)) == date(2027, 1, 31)


@pytest.mark.parametrize(
    ("days", "meaning", "left"),
    [
        (30, "progress", "剩 30 天"),
        (7, "warning", "剩 7 天"),
        (0, "warning", "今天到期"),
        (-2, "danger", "已过 2 天"),
    ],
)
def test_a_clock_warns_near_its_last_day(days: int, meaning: str, left: str) -> None:
    period = Clock("上诉期", clock.today() + timedelta(days=days))
    assert (period.meaning, str(period.left)) == (meaning, left)


def test_a_clock_without_a_day_is_open_and_one_that_was_met_is_done() -> None:
    assert str(Clock("公告送达", None).left) == "待定"
    assert Clock("答辩期", clock.today() - timedelta(days=9), met=True).meaning == "good"


def test_an_agreed_rate_keeps_all_its_digits() -> None:
    assert display.rate(Decimal("0.05985")) == "5.985%"
    assert display.rate(Decimal("0.06")) == "6.00%"
    assert display.rate(None) == "—"
