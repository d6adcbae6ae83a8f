"""What an evidence list may be of: a loan, and what features above put into `subjects`.

A subject belongs to one loan; who may see the loan may see the list.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from recovery.kernel import gate
from recovery.kernel.errors import NotFound
from recovery.kernel.gate import Scope
from recovery.kernel.links import Registry
from recovery.kernel.text import Text, _
from recovery.loans.models import Loan

LOAN = "loan"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a list is of, as its page and paper name it."""

    type: str
    id: int
    loan: Loan
    title: Text
    endpoint: str
    arguments: dict[str, Any]
    """Where its page is."""

    court: str = ""
    case_number: str = ""
    case_type: str = "loan_suit"
    """What the list is proposed for unless told otherwise."""


FindSubject = Callable[[Session, int, Scope], Subject]
"""`(session, subject id, scope)` → the subject, through the gate; raises NotFound."""

subjects: Registry[FindSubject] = Registry()
"""By table name. A feature above registers its own in `register(app)`."""


def find_subject(session: Session, subject_type: str, subject_id: int, scope: Scope) -> Subject:
    """Return what a list is of.

    Raises:
        NotFound: nothing of that kind or number, or not for `scope` to see.
    """
    if subject_type not in subjects:
        raise NotFound
    return subjects.get(subject_type)(session, subject_id, scope)


def loan_subject(session: Session, loan_id: int, scope: Scope) -> Subject:
    """Return a loan as the subject of a list."""
    loan = gate.find(session, Loan, loan_id, scope)
    return Subject(
        type=LOAN,
        id=loan.id,
        loan=loan,
        title=_("合同 {number}", number=loan.contract_no),
        endpoint="loans.show",
        arguments={"loan_id": loan.id},
    )
