"""Records that belong to a loan and have no scope of their own: who sees the loan sees them."""

from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel.errors import NotFound
from recovery.kernel.gate import Scope, visible
from recovery.loans.models import Loan

R = TypeVar("R")


def find_of_loan(session: Session, model: type[R], record_id: int, scope: Scope) -> R:
    """Return a record with a `loan_id`, through the gate of its loan.

    Raises:
        NotFound: there is none, or `scope` may not see its loan.
    """
    table: Any = model
    rows = select(model).join(Loan, Loan.id == table.loan_id).where(table.id == record_id)
    record = session.scalars(visible(rows, Loan, scope)).one_or_none()
    if record is None:
        raise NotFound
    return record
