"""Loans on the database of a cluster: bulk rows, and bookings by many at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal

import pytest
from flask import Flask

from recovery.kernel.work import system_work
from recovery.loans import daily, queries, service
from recovery.loans.bulk import (
    LoanUpdate,
    NewFact,
    NewSnapshot,
    Position,
    insert_loans,
    update_loans,
)
from recovery.loans.models import Loan
from recovery.loans.service import Booking
from tests.conftest import NOW
from tests.kernel.conftest import postgres, postgres_url
from tests.kernel.conftest import postgres_app as app
from tests.loans.making import assert_in_step, entries_of, make_loan, new_loan

__all__ = ["app", "postgres", "postgres_url"]

pytestmark = pytest.mark.postgres
D = Decimal
TODAY = date(2026, 3, 16)


def test_whole_loans_come_in_change_and_are_booked_on(app: Flask) -> None:
    with system_work("tests", now=NOW) as work:
        loans = [
            new_loan(
                f"C-{number}",
                application_data={"score": "640"},
                facts=(NewFact(TODAY, ifrs9_stage=3),),
                snapshots=(NewSnapshot(date(2026, 2, 28)),),
            )
            for number in range(3)
        ]
        ids = insert_loans(work, loans)
    with system_work("tests", now=NOW) as work:
        position = Position(TODAY, principal=D("90000.00"), overdue_since=date(2025, 12, 15))
        update_loans(work, [LoanUpdate(loan_id, position=position) for loan_id in ids])
        for loan_id in ids:
            assert_in_step(work, work.get(Loan, loan_id))
    with system_work("tests", now=NOW) as work:
        payment = service.record_payment(work, ids[0], Booking(D("60000.00"), TODAY))
        service.reverse_transaction(work, ids[0], payment.id, "退票")
        assert_in_step(work, work.get(Loan, ids[0]))
        assert daily.take_month_end(work, date(2026, 1, 31), ids) == 3
        claims = queries.claims_on(work.session, [work.get(Loan, ids[1])], TODAY)
        assert claims[ids[1]].principal == D("90000.00")


def test_many_payments_at_once_are_all_booked_and_numbered_without_gaps(app: Flask) -> None:
    with system_work("tests", now=NOW) as work:
        loan_id = make_loan(work).id

    def pay(_number: int) -> None:
        with app.app_context(), system_work("tests", now=NOW) as work:
            service.record_payment(work, loan_id, Booking(D("100.00"), TODAY))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(pay, range(12)))
    with system_work("tests", now=NOW) as work:
        loan = work.get(Loan, loan_id)
        assert loan.paid_total == D("1200.00")
        assert len([e for e in entries_of(work, loan) if e.kind == "payment"]) == 12
        assert_in_step(work, loan)
