"""Loans for tests: 120,000 yuan over 36 equal instalments from 15 January 2025 at 5.88 %."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from recovery.kernel.work import Work
from recovery.loans.bulk import NewInstalment, NewLoan, NewPerson, NewVehicle, insert_loans
from recovery.loans.models import LedgerEntry, Loan
from recovery.loans.rules.schedule import Due, Terms, schedule

PRINCIPAL = Decimal("120000.00")
RATE = Decimal("0.0588")
PENALTY_RATE = Decimal("0.0882")
STARTED = date(2025, 1, 15)
FIRST_DUE = date(2025, 2, 15)

TERMS = Terms(PRINCIPAL, RATE, 36, STARTED, FIRST_DUE)


def instalments(dues: Sequence[Due]) -> tuple[NewInstalment, ...]:
    """Return a schedule as a tape gives it."""
    return tuple(NewInstalment(one.number, one.due_on, one.principal, one.interest) for one in dues)


def new_loan(contract_no: str = "HT-2025-0001", **changes: Any) -> NewLoan:
    """Return the parsed values of a loan; `method` lays its schedule out."""
    method = changes.pop("method", "equal_instalments")
    loan = NewLoan(
        contract_no=contract_no,
        borrower=NewPerson(
            name="王小明",
            id_number="110101199003070599",
            phone="13800000001",
            address="测试路 1 号",
            bank_account="6222020000000000001",
        ),
        disbursed_on=STARTED,
        disbursed_amount=PRINCIPAL,
        rate_per_year=RATE,
        penalty_rate_per_year=PENALTY_RATE,
        compound_rate_per_year=PENALTY_RATE,
        first_due_on=FIRST_DUE,
        matures_on=date(2028, 1, 15),
        term_months=36,
        repayment_method=method,
        instalments=instalments(schedule(method, TERMS)),
        vehicle=NewVehicle(
            vin="LSVAA49J132047371",
            plate="沪A12345",
            make="上汽",
            mortgage_state="registered",
            mortgage_registered_on=STARTED,
        ),
    )
    return replace(loan, **changes)


def make_loan(work: Work, contract_no: str = "HT-2025-0001", **changes: Any) -> Loan:
    """Return a loan put into the book."""
    [loan_id] = insert_loans(work, [new_loan(contract_no, **changes)])
    return work.get(Loan, loan_id)


def entries_of(work: Work, loan: Loan) -> list[LedgerEntry]:
    """Return the loan's ledger, oldest row first."""
    rows = select(LedgerEntry).where(LedgerEntry.loan_id == loan.id)
    return list(work.session.scalars(rows.order_by(LedgerEntry.number)))


def assert_in_step(work: Work, loan: Loan) -> None:
    """Check that the columns of the loan are the sums of its ledger."""
    entries = entries_of(work, loan)
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    for column, part in (
        ("principal", "principal"),
        ("billed_interest", "interest"),
        ("penalty_due", "penalty"),
        ("compound_due", "compound"),
        ("costs_due", "costs"),
    ):
        assert getattr(loan, column) == sum(getattr(entry, part) for entry in entries), column
    parts = loan.principal + loan.billed_interest + loan.penalty_due + loan.costs_due
    assert loan.balance == parts
