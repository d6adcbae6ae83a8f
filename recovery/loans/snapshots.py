"""Month ends: what a loan was at the end of a month, computed from its rows."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from recovery.kernel.money import ZERO
from recovery.law.book import LawBook
from recovery.law.classification import overdue_floor
from recovery.law.errors import NoLawInForce
from recovery.loans.rules.accrual import Posting
from recovery.loans.rules.balances import Standing
from recovery.loans.rules.overdue import days_past_due
from recovery.loans.values import NewSnapshot


def floor_by_days(book: LawBook, days: int, on: date) -> str | None:
    """Return the class floor by days past due under the law of `on`; None: no such law then."""
    try:
        return str(overdue_floor(book, on, days_overdue=days).values["floor"])
    except NoLawInForce:
        return None


def overdue_days_at(standing: Standing, on: date) -> int:
    """Return the days past due at the end of the day `on`, from what was paid by then."""
    unpaid = (
        line.due.due_on
        for line in standing.lines
        if line.due.due_on < on and (line.paid_on is None or line.paid_on > on)
    )
    return days_past_due(min(unpaid, default=None), on)


def snapshot_row(
    loan_id: int, reported: NewSnapshot, postings: Sequence[Posting], standing: Standing
) -> dict[str, Any]:
    """Return the row of a month end that a tape reports, beside what the ledger comes to."""
    on = reported.month_end
    principal = sum((p.principal for p in postings if p.value_date <= on), ZERO)
    interest = sum((p.interest for p in postings if p.value_date <= on), ZERO)
    days = reported.days_past_due
    if days is None and standing.lines:
        days = overdue_days_at(standing, on)
    balance = reported.reported_balance
    return {
        "loan_id": loan_id,
        "month_end": on,
        "principal": principal,
        "billed_interest": interest,
        "days_past_due": days,
        "asset_class": reported.asset_class,
        "reported_balance": balance,
        "difference": None if balance is None else balance - principal,
        "difference_reason": reported.difference_reason,
    }
