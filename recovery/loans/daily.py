"""What the calendar does to loans: instalments fall due, months end."""

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from recovery.kernel.bulk import insert_rows
from recovery.kernel.money import ZERO
from recovery.kernel.work import Work
from recovery.loans.ledger import LoanLedger
from recovery.loans.models import Instalment, Loan, MonthEndSnapshot
from recovery.loans.queries import Book, books_of, stated_of
from recovery.loans.rules.balances import stand
from recovery.loans.rules.classification import worst
from recovery.loans.rules.overdue import days_past_due
from recovery.loans.snapshots import floor_by_days, overdue_days_at
from recovery.rulebook.service import current_book


def loans_falling_due(session: Session, since: date, until: date) -> list[int]:
    """Return the loans of which an instalment, not yet paid, fell due from `since` to `until`."""
    rows = (
        select(Instalment.loan_id)
        .join(Loan, Loan.id == Instalment.loan_id)
        .where(
            Instalment.due_on.between(since, until),
            Instalment.paid_on.is_(None),
            Loan.closed_on.is_(None),
        )
        .distinct()
        .order_by(Instalment.loan_id)
    )
    return list(session.scalars(rows))


def bill_instalments(work: Work, loan_ids: Sequence[int]) -> int:
    """Bill what fell due of the loans up to today; return how many instalments.

    What was due before today and is not paid makes the loan overdue. Doing it again bills nothing.
    """
    billed = 0
    for loan in work.session.scalars(select(Loan).where(Loan.id.in_(loan_ids))).all():
        ledger = LoanLedger(work, loan)
        billed += ledger.bill_due()
        ledger.close()
    return billed


def loans_at(session: Session, month_end: date, after: int, limit: int) -> list[int]:
    """Return up to `limit` loans with ids above `after` that were on the book in that month."""
    first = month_end.replace(day=1)
    rows = (
        select(Loan.id)
        .where(
            Loan.id > after,
            Loan.disbursed_on <= month_end,
            or_(Loan.closed_on.is_(None), Loan.closed_on >= first),
        )
        .order_by(Loan.id)
        .limit(limit)
    )
    return list(session.scalars(rows))


def take_month_end(work: Work, month_end: date, loan_ids: Sequence[int]) -> int:
    """Keep what the loans were at `month_end`; return how many.

    A month end that is there already, reported by a tape or taken before, stays.
    """
    session = work.session
    there = set(
        session.scalars(
            select(MonthEndSnapshot.loan_id).where(
                MonthEndSnapshot.month_end == month_end, MonthEndSnapshot.loan_id.in_(loan_ids)
            )
        )
    )
    missing = [loan_id for loan_id in loan_ids if loan_id not in there]
    loans = session.scalars(select(Loan).where(Loan.id.in_(missing)).order_by(Loan.id)).all()
    books = books_of(session, missing)
    rows = [_month_end_row(loan, books[loan.id], month_end) for loan in loans]
    insert_rows(session, MonthEndSnapshot, rows)
    return len(rows)


def _month_end_row(loan: Loan, book: Book, month_end: date) -> dict[str, object]:
    """Return the computed month end of one loan."""
    postings = [posting for posting in book.postings if posting.value_date <= month_end]
    standing = stand(stated_of(loan), book.dues, postings, month_end + timedelta(days=1))
    days = overdue_days_at(standing, month_end)
    if not book.dues:
        days = days_past_due(standing.overdue_since, month_end)
    floor = floor_by_days(current_book(), days, month_end)
    return {
        "loan_id": loan.id,
        "month_end": month_end,
        "principal": sum((posting.principal for posting in postings), ZERO),
        "billed_interest": sum((posting.interest for posting in postings), ZERO),
        "days_past_due": days,
        "asset_class": worst(loan.assigned_class, floor, loan.class_floor),
        "reported_balance": None,
        "difference": None,
        "difference_reason": None,
    }
