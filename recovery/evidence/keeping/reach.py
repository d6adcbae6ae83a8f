"""What an erasure must reach besides the record itself: rows, texts and files made from it.

`erasers` know, by table, which fields of its records can be destroyed in the row, and how.
`object_reach` are called with the SHA-256 of each object that is destroyed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from recovery.kernel import search
from recovery.kernel.errors import RuleViolation
from recovery.kernel.links import Registry
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import Document, LedgerEntry, Loan, Person

GONE = "（已删除）"
"""What stands in the place of a name that a row cannot be without."""


@dataclass(frozen=True, slots=True)
class Eraser:
    """Destroys fields of a table's records in the row: `erase(work, row id, names)`."""

    names: frozenset[str]
    erase: Callable[[Work, int, Sequence[str]], None]


erasers: Registry[Eraser] = Registry()
object_reach: Registry[Callable[[Work, str], None]] = Registry()
"""`(work, sha256)`: destroys what was made from an object, such as its text for search."""


def register() -> None:
    """Register how the rows of loans, documents and transactions are erased."""
    erasers.put("loan", Eraser(frozenset({"borrower_name", "borrower_id_number"}), _loan))
    erasers.put("document", Eraser(frozenset({"title", "file_name"}), _document))
    erasers.put("ledger_entry", Eraser(frozenset({"reference"}), _ledger_entry))
    object_reach.put("document", _end_documents)


def _loan(work: Work, loan_id: int, names: Sequence[str]) -> None:
    """Destroy who the borrower is; their contact details go with the name.

    Raises:
        RuleViolation: the loan, or another one of the person, is not closed.
    """
    loan = work.session.get_one(Loan, loan_id)
    running = select(Loan.contract_no).where(
        Loan.borrower_id == loan.borrower_id, Loan.closed_on.is_(None)
    )
    if (number := work.session.scalars(running.limit(1)).first()) is not None:
        raise RuleViolation(_("合同 {number} 尚未结清，借款人信息不能删除。", number=number))
    person = work.session.get_one(Person, loan.borrower_id)
    if "borrower_id_number" in names:
        person.id_number = None
    if "borrower_name" in names:
        person.name = person.phone = person.address = person.bank_account = None
        loans = work.session.scalars(select(Loan).where(Loan.borrower_id == person.id)).all()
        for one in loans:
            one.borrower_name = GONE
        work.session.flush()
        search.reindex(work.session, "loan", [one.id for one in loans])


def _document(work: Work, document_id: int, names: Sequence[str]) -> None:
    document = work.session.get_one(Document, document_id)
    for name in names:
        setattr(document, name, GONE)
    work.session.flush()
    search.reindex(work.session, "document", [document.id])


def _ledger_entry(work: Work, entry_id: int, names: Sequence[str]) -> None:
    if "reference" in names:
        work.session.get_one(LedgerEntry, entry_id).reference = None


def _end_documents(work: Work, sha256: str) -> None:
    """End the documents whose file is destroyed."""
    rows = select(Document).where(Document.sha256 == sha256, Document.ended_on.is_(None))
    for document in work.session.scalars(rows):
        document.ended_on = work.today
