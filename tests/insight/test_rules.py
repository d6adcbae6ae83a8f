"""How the book is cut."""

from datetime import date, timedelta

import pytest

from recovery.insight.rules import AGE_BANDS, age_band, months_until, week_of

DAY = date(2026, 3, 16)


@pytest.mark.parametrize(
    ("days", "code"),
    [
        (0, "current"),
        (1, "d1"),
        (30, "d1"),
        (31, "d31"),
        (90, "d31"),
        (91, "d91"),
        (270, "d181"),
        (271, "d271"),
        (360, "d271"),
        (361, "d361"),
        (720, "d361"),
        (721, "d721"),
    ],
)
def test_each_band_holds_its_two_ends(days: int, code: str) -> None:
    assert age_band(DAY - timedelta(days=days), DAY).code == code


def test_a_loan_that_is_not_overdue_is_current_and_so_is_one_due_tomorrow() -> None:
    assert age_band(None, DAY).code == age_band(DAY + timedelta(days=1), DAY).code == "current"


def test_no_day_falls_between_two_bands() -> None:
    assert all(sum(band.holds(days) for band in AGE_BANDS) == 1 for days in range(2000))


def test_months_cross_the_year_and_end_with_the_present_one() -> None:
    assert months_until(date(2026, 2, 28), 3) == [
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]


def test_a_week_begins_today_and_includes_the_same_weekday() -> None:
    assert week_of(DAY) == (DAY, date(2026, 3, 23))
