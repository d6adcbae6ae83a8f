"""Repayment schedules and early repayments."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.loans.rules.days import add_months, days_between, month_end, thirty_days
from recovery.loans.rules.schedule import (
    METHODS,
    EarlyRepayment,
    Terms,
    level_payment,
    repay_early,
    schedule,
)

D = Decimal
TERMS = Terms(D("120000.00"), D("0.0588"), 36, date(2024, 1, 31), date(2024, 2, 29))


def test_equal_instalments_as_a_bank_prints_them() -> None:
    dues = schedule("equal_instalments", TERMS)
    assert level_payment(TERMS.principal, TERMS.rate_per_year, 36) == D("3644.11")
    assert (dues[0].principal, dues[0].interest) == (D("3056.11"), D("588.00"))
    assert (dues[1].principal, dues[1].interest) == (D("3071.08"), D("573.03"))
    assert dues[-1].amount == D("3644.17"), "the last absorbs what rounding left over"


def test_equal_principal_and_interest_first() -> None:
    assert schedule("equal_principal", TERMS)[-1].principal == D("3333.45")
    last = schedule("interest_first", TERMS)[-1]
    assert (last.principal, last.interest) == (D("120000.00"), D("588.00"))


def test_a_month_without_that_day_falls_due_on_its_last() -> None:
    terms = Terms(D("1000"), D("0.12"), 3, date(2024, 12, 31), date(2025, 1, 31))
    days = [due.due_on for due in schedule("equal_principal", terms)]
    assert days == [date(2025, 1, 31), date(2025, 2, 28), date(2025, 3, 31)]


def test_no_interest_is_a_plain_division() -> None:
    terms = Terms(D("1000.00"), D(0), 3, date(2024, 1, 1), date(2024, 2, 1))
    assert [due.amount for due in schedule("equal_instalments", terms)] == [
        D("333.33"),
        D("333.33"),
        D("333.34"),
    ]


def test_an_impossible_schedule_is_refused() -> None:
    for principal, months in ((D(0), 3), (D(100), 0)):
        with pytest.raises(ValueError, match="principal"):
            schedule("equal_principal", Terms(principal, D(0), months, date.min, date.min))


principals = st.decimals(D("100"), D("900000"), places=2)
rates = st.decimals(D("0"), D("0.3599"), places=4)


@given(principals, rates, st.integers(1, 96), st.sampled_from(sorted(METHODS)))
def test_every_schedule_repays_its_principal_to_the_fen(
    principal: Decimal, rate: Decimal, months: int, method: str
) -> None:
    terms = Terms(principal, rate, months, date(2024, 1, 31), date(2024, 2, 29), "actual/365")
    dues = schedule(method, terms)
    assert sum(due.principal for due in dues) == principal
    assert all(due.principal >= 0 and due.interest >= 0 for due in dues)
    assert [due.number for due in dues] == list(range(1, months + 1))


@given(st.decimals(D("0.01"), D("80000"), places=2), st.dates(date(2024, 3, 1), date(2025, 1, 1)))
def test_an_early_repayment_keeps_days_and_principal(amount: Decimal, on: date) -> None:
    dues = schedule("equal_instalments", TERMS)
    undue = sum((due.principal for due in dues if due.due_on > on), D(0))
    left = Terms(undue, TERMS.rate_per_year, 1, TERMS.starts_on, TERMS.first_due_on)
    line, anew = repay_early("equal_instalments", left, dues, EarlyRepayment(on, amount, D("1.00")))
    assert sum(due.principal for due in anew) == TERMS.principal
    assert line in anew
    assert {due.due_on for due in dues} <= {due.due_on for due in anew}
    assert [due.number for due in anew] == list(range(1, 38))


def test_days_of_thirty_and_months() -> None:
    assert thirty_days(date(2024, 1, 31), date(2024, 2, 29)) == 29
    assert days_between("30/360", date(2024, 1, 15), date(2024, 2, 15)) == 30
    assert days_between("actual/360", date(2024, 1, 15), date(2024, 2, 15)) == 31
    assert add_months(date(2023, 12, 31), 2) == date(2024, 2, 29)
    assert month_end(date(2024, 2, 3)) == date(2024, 2, 29)
