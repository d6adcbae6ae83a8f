"""Reads of one registered item, through the gate of its loan."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from recovery.access.models import AccessEntry, UserAccount, UserSession
from recovery.evidence.keeping.opening import open_record
from recovery.evidence.models import EvidenceItem
from recovery.kernel import gate
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import Scope
from recovery.kernel.models import AuditEvent, RegistrationIntent
from recovery.loans.models import Document, ImportBatch, LedgerEntry, Loan


def find_item(session: Session, intent_id: int, scope: Scope) -> RegistrationIntent:
    """Return what was, or is to be, registered; records of the house only for whoever sees all.

    Raises:
        NotFound: there is none, or its loan is out of `scope`.
    """
    intent = session.get(RegistrationIntent, intent_id)
    if intent is not None and intent.loan_id is not None:
        gate.find(session, Loan, intent.loan_id, scope)
        return intent
    if intent is None or not scope.everything:
        raise NotFound
    return intent


def item_of_document(session: Session, document_id: int) -> RegistrationIntent | None:
    """Return the registration of a document's bytes."""
    rows = select(RegistrationIntent).where(
        RegistrationIntent.subject_type == Document.__tablename__,
        RegistrationIntent.subject_id == document_id,
        RegistrationIntent.kind == "file",
    )
    return session.scalars(rows.order_by(RegistrationIntent.id).limit(1)).first()


def fields_of(
    session: Session, item: EvidenceItem | None
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return the registered fields that are still there, and the names of those erased since."""
    if item is None:
        return {}, ()
    try:
        opened = open_record(session, item)
    except RuleViolation:
        return {}, ()
    return opened.fields, opened.erased_names


@dataclass(frozen=True, slots=True)
class Generation:
    """How an item came about: by whom, on what, from which batch."""

    operator: str
    role: str
    device: str
    network: str
    batch: ImportBatch | None
    request_id: str | None


def generation_of(session: Session, intent: RegistrationIntent) -> Generation:
    """Return who made an item, on which device, and the batch that it came with."""
    account = session.get(UserAccount, intent.actor_id) if intent.actor_id is not None else None
    event = session.scalars(_event_beside(intent)).first()
    opened = _session_of(session, event.request_id if event is not None else None)
    return Generation(
        operator=account.username if account is not None else "",
        role=account.role if account is not None else "system",
        device=opened.device if opened is not None else "",
        network=opened.network if opened is not None else "",
        batch=_batch_of(session, intent),
        request_id=event.request_id if event is not None else None,
    )


def _event_beside(intent: RegistrationIntent) -> Select[Any]:
    """Return the audit event of the transaction that wrote the intent."""
    return (
        select(AuditEvent)
        .where(
            AuditEvent.subject_type.in_(
                (intent.subject_type, Loan.__tablename__, "paper_original")
            ),
            AuditEvent.at == intent.created_at,
            AuditEvent.request_id.is_not(None),
        )
        .order_by(AuditEvent.id)
        .limit(1)
    )


def _session_of(session: Session, request_id: str | None) -> UserSession | None:
    """Return the sign-in in which a request was sent; None where the access log has none."""
    if request_id is None:
        return None
    rows = (
        select(UserSession)
        .join(AccessEntry, AccessEntry.session_id == UserSession.id)
        .where(AccessEntry.request_id == request_id)
    )
    return session.scalars(rows.limit(1)).first()


def _batch_of(session: Session, intent: RegistrationIntent) -> ImportBatch | None:
    """Return the batch of a tape that an item came with."""
    number: int | None = None
    if intent.subject_type == ImportBatch.__tablename__:
        number = intent.subject_id
    elif intent.subject_type == LedgerEntry.__tablename__:
        entry = session.get(LedgerEntry, intent.subject_id)
        number = entry.import_batch_id if entry is not None else None
    elif intent.subject_type == Loan.__tablename__:
        loan = session.get(Loan, intent.subject_id)
        number = loan.import_batch_id if loan is not None else None
    return session.get(ImportBatch, number) if number is not None else None


def versions_of(session: Session, document: Document) -> list[Document]:
    """Return all versions of a document, the newest first."""
    oldest = document
    while oldest.supersedes_id is not None:
        oldest = session.get_one(Document, oldest.supersedes_id)
    chain = [oldest]
    while True:
        rows = select(Document).where(Document.supersedes_id.in_([one.id for one in chain]))
        newer = [one for one in session.scalars(rows) if one not in chain]
        if not newer:
            return sorted(chain, key=lambda one: one.id, reverse=True)
        chain += newer
