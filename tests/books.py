"""Small books of whole loans for tests of the features above loans."""

from datetime import date
from decimal import Decimal

from recovery.kernel.work import Work
from recovery.loans.bulk import NewInstalment, NewLoan, NewPerson, NewVehicle, insert_loans
from recovery.loans.models import Loan
from recovery.loans.rules.schedule import Terms, schedule

BORROWERS = ("王伟", "李娜", "张敏", "刘洋", "陈静", "杨磊")


def overdue_loan(number: int = 1, *, branch_id: int | None = None) -> NewLoan:
    """Return a loan of 100,000 yuan over 24 months, disbursed on 5 January 2024, nothing paid."""
    terms = Terms(
        principal=Decimal("100000.00"),
        rate_per_year=Decimal("0.072"),
        months=24,
        starts_on=date(2024, 1, 5),
        first_due_on=date(2024, 2, 5),
        day_count="30/360",
    )
    dues = schedule("equal_instalments", terms)
    return NewLoan(
        contract_no=f"HT-{number:04d}",
        borrower=NewPerson(name=BORROWERS[number % len(BORROWERS)], birth_year=1985, province="31"),
        disbursed_on=terms.starts_on,
        disbursed_amount=terms.principal,
        rate_per_year=terms.rate_per_year,
        penalty_rate_per_year=Decimal("0.108"),
        compound_rate_per_year=Decimal("0.108"),
        first_due_on=dues[0].due_on,
        matures_on=dues[-1].due_on,
        term_months=24,
        day_count=terms.day_count,
        branch_id=branch_id,
        vehicle=NewVehicle(make="大众", model="朗逸", mortgage_state="registered"),
        instalments=tuple(
            NewInstalment(due.number, due.due_on, due.principal, due.interest) for due in dues
        ),
    )


def add_loans(
    work: Work, count: int = 1, *, branch_id: int | None = None, first: int = 1
) -> list[Loan]:
    """Insert `count` overdue loans, numbered from `first`, and return them."""
    new = [overdue_loan(number, branch_id=branch_id) for number in range(first, first + count)]
    return [work.session.get_one(Loan, loan_id) for loan_id in insert_loans(work, new)]
