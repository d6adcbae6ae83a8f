"""What an erasure must reach besides the record itself: rows, texts and files made from it.

`erasers` know, by table, which fields of its records can be destroyed in the row, and how.
`object_reach` are called with the SHA-256 of each object that is destroyed, `person_reach` with
each loan of a person whose data are, `text_reach` with what tells of that person.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import quote_plus

from sqlalchemy import ColumnElement, String, cast, false, or_, select, update
from sqlalchemy.orm import Session

from evidence_store.jcs import canonical
from recovery.access.approvals import VOID, WITHDRAWN
from recovery.access.models import ApprovalRequest
from recovery.kernel import reasons, search_index
from recovery.kernel.errors import RuleViolation
from recovery.kernel.links import Registry
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.models import Concession, Document, LedgerEntry, Loan, LoanParty, Person

GONE = "（已删除）"
"""What stands in the place of a name that a row cannot be without."""


@dataclass(frozen=True, slots=True)
class Eraser:
    """Destroys fields of a table's records in the row: `erase(work, row id, names)`."""

    names: frozenset[str]
    erase: Callable[[Work, int, Sequence[str]], None]
    also: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    """Fields by which other registrations of the row say the same: they go with the name."""

    of_person: re.Pattern[str] | None = None
    """Further fields, by their whole name, that are erased only with the person they tell of."""

    about: Callable[[Session, int], int] | None = None
    """The person whom a row is about, of whom each field that can be erased then tells."""

    def reached(self, names: Sequence[str]) -> frozenset[str]:
        """Return the fields that go with `names`, these themselves included."""
        return frozenset(names).union(*(self.also.get(name, frozenset()) for name in names))

    def may_erase(self, name: str) -> bool:
        """Tell whether a field can be erased when the person it tells of is."""
        return name in self.names or bool(self.of_person and self.of_person.fullmatch(name))


OF_BORROWER = {
    "borrower_name": frozenset({"party.1.name", "party.1.address", "party.1.phone"}),
    "borrower_id_number": frozenset({"party.1.id_number"}),
}
"""Of the particulars that dossiers print; the borrower is their first party."""

PARTY = re.compile(r"party\.(?P<number>\d+)\.(?P<part>name|id_number|address|phone)")
"""Fields of the particulars that tell of a person of the loan."""

OF_APPROVAL = re.compile("content|request_reason|decision_reason")
"""Fields of a decision by a second person that may name somebody; its digest stays."""

SHORTEST = 2
"""Characters of a name that is looked for inside other texts."""

ERASED_CONTENT = canonical({"erased": True}).decode()

erasers: Registry[Eraser] = Registry()
object_reach: Registry[Callable[[Work, str], None]] = Registry()
"""`(work, sha256)`: destroys what was made from an object, such as its text for search."""

person_reach: Registry[Callable[[Work, int], None]] = Registry()
"""`(work, loan id)`: destroys what people wrote of the loan, or notes that what was made with names
of its people is."""

text_reach: Registry[Callable[[Work, Sequence[str]], None]] = Registry()
"""`(work, texts)`: destroys what belongs to no single loan and holds one of the texts."""

gone_objects: Registry[Callable[[Session], list[str]]] = Registry()
"""`(session)` → SHA-256 of the objects so noted, which no page of an erasure names."""

holding_rows: Registry[Callable[[Session, int], list[int]]] = Registry()
"""By table, of records of the house that hold loans: `(session, loan id)` → their ids."""


def register() -> None:
    """Register how the rows of loans, documents and transactions are erased."""
    names = frozenset({"borrower_name", "borrower_id_number"})
    erasers.put("loan", Eraser(names, _loan, MappingProxyType(OF_BORROWER), PARTY))
    erasers.put("document", Eraser(frozenset({"title", "file_name"}), _document))
    erasers.put("ledger_entry", Eraser(frozenset({"reference"}), _ledger_entry))
    erasers.put("approval_request", Eraser(frozenset(), _approval, of_person=OF_APPROVAL))
    object_reach.put("document", _end_documents)
    person_reach.put("audit_reason", _reasons)
    person_reach.put("approval_request", _given_up)
    person_reach.put("ledger_entry", _ledger_words)
    text_reach.put("audit_reason", _reasons_naming)


def _loan(work: Work, loan_id: int, names: Sequence[str]) -> None:
    """Destroy who the borrower is; their contact details go with the name.

    Raises:
        RuleViolation: the loan, or another one of the person, is not closed.
    """
    loan = work.session.get_one(Loan, loan_id)
    person = work.session.get_one(Person, loan.borrower_id)
    refuse_running(loans_of(work.session, person))
    texts = texts_of(person)
    if "borrower_id_number" in names:
        person.id_number = None
    if "borrower_name" in names:
        _forget_name(work, person, texts)


def erase_person(work: Work, person: Person) -> None:
    """Destroy everything that is known of a person but the province, which statistics keep."""
    texts = texts_of(person)
    person.id_number = person.birth_year = person.sex = person.city = None
    _forget_name(work, person, texts)


def texts_of(person: Person) -> list[str]:
    """Return what tells of a person wherever it stands; others may live at the same address."""
    known = (person.name, person.id_number, person.phone, person.bank_account)
    return [text for text in known if text and len(text) >= SHORTEST]


def loans_of(session: Session, person: Person) -> Sequence[Loan]:
    """Return every loan in which a person is or was borrower, co-borrower or guarantor."""
    parts = select(LoanParty.loan_id).where(LoanParty.person_id == person.id)
    wanted = (Loan.borrower_id == person.id) | Loan.id.in_(parts)
    return session.scalars(select(Loan).where(wanted).order_by(Loan.id)).all()


def refuse_running(loans: Sequence[Loan]) -> None:
    """Refuse while any of a person's loans is not closed.

    Raises:
        RuleViolation: naming the first.
    """
    for loan in loans:
        if loan.closed_on is None:
            raise RuleViolation(
                _("合同 {number} 尚未结清，当事人信息不能删除。", number=loan.contract_no)
            )


def spelled(column: Any, texts: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a column holds one of `texts`, as typed, in JSON or an address."""
    spellings = {
        spelling for text in texts for spelling in (text, json.dumps(text)[1:-1], quote_plus(text))
    }
    found = (cast(column, String).contains(one, autoescape=True) for one in sorted(spellings))
    return or_(false(), *found)


def _forget_name(work: Work, person: Person, texts: Sequence[str]) -> None:
    """Destroy a person's name and contact details, on every loan and in what was made of them.

    `texts` are what told of the person.
    """
    person.name = person.phone = person.address = person.bank_account = None
    loans = loans_of(work.session, person)
    for loan in loans:
        if loan.borrower_id == person.id:
            loan.borrower_name = GONE
        for reach in person_reach.all():
            reach(work, loan.id)
    for look_for in text_reach.all():
        look_for(work, texts)
    work.session.flush()
    search_index.reindex(work.session, "loan", [loan.id for loan in loans])


def _document(work: Work, document_id: int, names: Sequence[str]) -> None:
    document = work.session.get_one(Document, document_id)
    for name in names:
        setattr(document, name, GONE)
    work.session.flush()
    search_index.reindex(work.session, "document", [document.id])


def _ledger_entry(work: Work, entry_id: int, names: Sequence[str]) -> None:
    if "reference" in names:
        work.session.get_one(LedgerEntry, entry_id).reference = None


def _approval(work: Work, request_id: int, names: Sequence[str]) -> None:
    request = work.session.get_one(ApprovalRequest, request_id)
    if "content" in names:
        request.content = ERASED_CONTENT
    if "request_reason" in names:
        request.reason = GONE
    if "decision_reason" in names:
        request.decision_reason = GONE


def _reasons(work: Work, loan_id: int) -> None:
    reasons.erase_of_loan(work.session, loan_id, work.now)


def _reasons_naming(work: Work, texts: Sequence[str]) -> None:
    reasons.erase_naming(work.session, texts, work.now)


def _ledger_words(work: Work, loan_id: int) -> None:
    """Destroy what people wrote beside the money: no registration commits to it."""
    written = (LedgerEntry.loan_id == loan_id, LedgerEntry.description.is_not(None))
    work.session.execute(update(LedgerEntry).where(*written).values(description=None))
    waived = update(Concession).where(Concession.loan_id == loan_id)
    work.session.execute(waived.values(reason=GONE))


def _given_up(work: Work, loan_id: int) -> None:
    """Destroy what was asked for and never decided: it is registered nowhere."""
    rows = select(ApprovalRequest).where(
        ApprovalRequest.loan_id == loan_id, ApprovalRequest.status.in_((WITHDRAWN, VOID))
    )
    for request in work.session.scalars(rows):
        request.content, request.reason = ERASED_CONTENT, GONE


def _end_documents(work: Work, sha256: str) -> None:
    """End the documents whose file is destroyed."""
    rows = select(Document).where(Document.sha256 == sha256, Document.ended_on.is_(None))
    for document in work.session.scalars(rows):
        document.ended_on = work.today
