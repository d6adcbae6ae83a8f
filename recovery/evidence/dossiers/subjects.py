"""What dossiers are about: a loan, and what features above put into `links.dossier_subjects`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.evidence.dossiers import particulars
from recovery.kernel import gate, links
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound
from recovery.kernel.gate import Scope, visible
from recovery.kernel.links import DossierLoan, DossierSubject
from recovery.kernel.text import _
from recovery.loans.models import Loan


@dataclass(frozen=True, slots=True)
class Subject:
    """One record that a dossier is about."""

    code: str
    kind: DossierSubject
    record: Any

    @property
    def id(self) -> int:
        """Its id."""
        return int(self.record.id)

    @property
    def number(self) -> str:
        """The number people know it by."""
        return str(getattr(self.record, self.kind.number))

    @property
    def table(self) -> str:
        """Name of its table, as registrations name it."""
        return str(self.record.__tablename__)

    @property
    def is_one_loan(self) -> bool:
        """Whether everything about it stands in the stream of one loan."""
        return self.kind.loan_of(self.record) is not None


def kind_of(code: str) -> DossierSubject:
    """Return what is known of a kind of subject.

    Raises:
        NotFound: dossiers are not about this.
    """
    if code not in links.dossier_subjects:
        raise NotFound
    return links.dossier_subjects.get(code)


def find(session: Session, code: str, record_id: int, scope: Scope) -> Subject:
    """Return a subject, through the gate.

    Raises:
        NotFound: there is none, or `scope` may not see it.
    """
    kind = kind_of(code)
    return Subject(code, kind, gate.find(session, kind.model, record_id, scope))


def find_by_number(session: Session, code: str, number: str, scope: Scope) -> Subject:
    """Return the subject that people know by `number`, through the gate.

    Raises:
        NotFound: there is none, or `scope` may not see it.
    """
    kind = kind_of(code)
    statement = select(kind.model).where(getattr(kind.model, kind.number) == number)
    record = session.scalars(visible(statement, kind.model, scope)).one_or_none()
    if record is None:
        raise NotFound(
            _("没有编号为 {number} 的{kind}，或您无权查看。", number=number, kind=kind.label)
        )
    return Subject(code, kind, record)


def _only(_session: Session, loan: Loan) -> Iterator[DossierLoan]:
    yield DossierLoan(loan.id)


LOAN = DossierSubject(
    label=_("贷款"),
    model=Loan,
    number="contract_no",
    action=Action.VIEW_LOANS,
    title=lambda loan: _("借款合同 {number}", number=loan.contract_no),
    loans=_only,
    particulars=particulars.of_loan,
    loan_of=lambda loan: int(loan.id),
)
