"""What the erasure of a person reaches in contracts that another system registered over the API."""

import re
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.evidence.keeping.reach import Eraser, erasers, holding_rows
from recovery.evidence.totals.models import ContractRegistration
from recovery.kernel.work import Work
from recovery.loans.models import Loan

OF_CONTRACT = re.compile(
    "(?!(contract_no|sha256|disbursed_on|source_system|registered_late_days)$).+"
)
"""What the other system gave along, under names of its own; what we add stays."""


def register() -> None:
    """Let the erasure of a person reach what the other system told of a contract."""
    erasers.put("contract_registration", Eraser(frozenset(), _no_row, of_person=OF_CONTRACT))
    holding_rows.put("contract_registration", _in_the_house)


def _no_row(_work: Work, _row_id: int, _names: Sequence[str]) -> None:
    """Leave the row as it is: these fields are in the registered record alone."""


def _in_the_house(session: Session, loan_id: int) -> list[int]:
    """Return the registrations of a loan's contract that came before the loan was in the book."""
    rows = (
        select(ContractRegistration.id)
        .join(Loan, Loan.contract_no == ContractRegistration.contract_no)
        .where(Loan.id == loan_id, ContractRegistration.loan_id.is_(None))
    )
    return list(session.scalars(rows))
