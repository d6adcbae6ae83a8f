"""Reads of one registered item, through the gate of its loan."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from recovery.access.auditing import shown_to
from recovery.access.models import AccessEntry, UserAccount, UserSession
from recovery.evidence.dossiers.models import Dossier
from recovery.evidence.intake.models import CustodyEvent, PaperOriginal
from recovery.evidence.keeping.opening import open_record
from recovery.evidence.models import Checkpoint, EvidenceItem
from recovery.evidence.witnessing.models import Cosignature
from recovery.kernel import gate
from recovery.kernel.actions import Action
from recovery.kernel.errors import NotFound, RuleViolation
from recovery.kernel.gate import Scope
from recovery.kernel.models import AuditEvent, RegistrationIntent
from recovery.kernel.text import _
from recovery.loans.models import Document, ImportBatch, LedgerEntry, Loan

MOST = 200
"""Lines of a log that the page shows."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where an item stands: each moment, None where it has not come so far."""

    registered_at: datetime | None
    """The lender's clock."""

    head: Checkpoint | None
    """The first signed head that covers it."""

    stamped: Checkpoint | None
    """The first time-stamped head that covers it."""

    witnessed: Cosignature | None
    """The first cosignature over a head that covers it."""

    @property
    def reached(self) -> tuple[int, ...]:
        """The states reached, 1 to 4; the last two do not need each other."""
        marks = (self.registered_at, self.head, self.stamped, self.witnessed)
        return tuple(state for state, mark in enumerate(marks, 1) if mark is not None)

    @property
    def anchored_at(self) -> datetime | None:
        """The first moment that somebody else vouches for."""
        stamped = self.stamped.stamped_at if self.stamped is not None else None
        witnessed = self.witnessed.cosigned_at if self.witnessed is not None else None
        moments = [moment for moment in (stamped, witnessed) if moment is not None]
        return min(moments, default=None)

    def unanchored(self, now: datetime) -> timedelta | None:
        """Return how long only the lender vouched for the item; until now where still so."""
        if self.registered_at is None:
            return None
        return max((self.anchored_at or now) - self.registered_at, timedelta())

    @property
    def clock_offset(self) -> timedelta | None:
        """How far the lender's clock was from the authority's when the head was stamped."""
        if self.stamped is None or self.stamped.stamped_at is None:
            return None
        return self.stamped.made_at - self.stamped.stamped_at


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
        raise NotFound(_("没有这条记录，或您无权查看。"))
    return intent


def item_of_document(session: Session, document_id: int) -> RegistrationIntent | None:
    """Return the registration of a document's bytes."""
    rows = select(RegistrationIntent).where(
        RegistrationIntent.subject_type == Document.__tablename__,
        RegistrationIntent.subject_id == document_id,
        RegistrationIntent.kind == "file",
    )
    return session.scalars(rows.order_by(RegistrationIntent.id).limit(1)).first()


def anchor_of(session: Session, item: EvidenceItem | None) -> Anchor:
    """Return where an item stands."""
    if item is None or item.log_index is None:
        return Anchor(None, None, None, None)
    covering = select(Checkpoint).where(Checkpoint.size > item.log_index)
    first = covering.order_by(Checkpoint.size).limit(1)
    stamped = covering.where(Checkpoint.stamped_at.is_not(None)).order_by(Checkpoint.stamped_at)
    cosigned = select(Cosignature).where(Cosignature.checkpoint_size > item.log_index)
    return Anchor(
        item.registered_at,
        session.scalars(first).first(),
        session.scalars(stamped.limit(1)).first(),
        session.scalars(cosigned.order_by(Cosignature.cosigned_at).limit(1)).first(),
    )


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


@dataclass(frozen=True, slots=True)
class Touch:
    """Somebody opened, downloaded, changed or checked an item."""

    at: datetime
    person: str
    what: str
    """Value of the act, or the endpoint of the page."""

    is_page: bool


def touches_of(session: Session, intent: RegistrationIntent, role: str) -> list[Touch]:
    """Return who touched an item, newest first: its audit events and the pages of its own.

    What auditors opened is left out for a viewer of another `role`.
    """
    subject_type, subject_id = intent.subject_type, intent.subject_id
    original = original_of(session, intent)
    if original is not None:
        subject_type, subject_id = PaperOriginal.__tablename__, original.id
    audited = session.execute(
        select(AuditEvent.at, AuditEvent.actor_name, AuditEvent.action)
        .where(
            AuditEvent.subject_type == subject_type,
            AuditEvent.subject_id == subject_id,
            shown_to(role, AuditEvent.actor_id),
        )
        .order_by(AuditEvent.id.desc())
        .limit(MOST)
    )
    found = [Touch(at, name, action, is_page=False) for at, name, action in audited]
    found += _unmasked(session, intent) if subject_type != Loan.__tablename__ else []
    pages: list[tuple[Sequence[str], int]] = [(ITEM_PAGES, intent.id)]
    if intent.subject_type == Document.__tablename__:
        pages.append((DOCUMENT_PAGES, intent.subject_id))
    for names, number in pages:
        found += _opened(session, names, number, role)
    return sorted(found, key=lambda touch: touch.at, reverse=True)[:MOST]


def _unmasked(session: Session, intent: RegistrationIntent) -> list[Touch]:
    """Return who had personal data of the item's loan shown in full."""
    rows = session.execute(
        select(AuditEvent.at, AuditEvent.actor_name, AuditEvent.action)
        .where(
            AuditEvent.subject_type == Loan.__tablename__,
            AuditEvent.subject_id == intent.loan_id,
            AuditEvent.action == Action.UNMASK_PERSONAL_DATA.value,
        )
        .order_by(AuditEvent.id.desc())
        .limit(MOST)
    )
    return [Touch(at, name, action, is_page=False) for at, name, action in rows]


def original_of(session: Session, intent: RegistrationIntent) -> PaperOriginal | None:
    """Return the paper original that an act of custody was done with."""
    if intent.subject_type != CustodyEvent.__tablename__:
        return None
    event = session.get(CustodyEvent, intent.subject_id)
    return event.original if event is not None else None


ITEM_PAGES = ("items.show", "items.proof", "items.recheck")
"""Pages whose address names the item."""

DOCUMENT_PAGES = ("items.of_document", "items.download")


def _opened(session: Session, endpoints: Sequence[str], number: int, role: str) -> list[Touch]:
    """Return who opened the pages of one record."""
    rows = session.execute(
        select(AccessEntry.at, UserAccount.username, AccessEntry.endpoint)
        .join(UserAccount, UserAccount.id == AccessEntry.user_id)
        .where(
            AccessEntry.endpoint.in_(endpoints),
            AccessEntry.record_id == number,
            AccessEntry.status < 400,
            shown_to(role, AccessEntry.user_id),
        )
        .order_by(AccessEntry.id.desc())
        .limit(MOST)
    )
    return [Touch(at, name, endpoint, is_page=True) for at, name, endpoint in rows]


def dossiers_with(session: Session, item: EvidenceItem, loan_id: int, scope: Scope) -> list[Any]:
    """Return the dossiers of the loan whose head covers the item, newest first."""
    rows = select(Dossier).where(
        Dossier.loan_id == loan_id, Dossier.checkpoint_size > (item.log_index or 0)
    )
    statement = gate.visible(rows, Dossier, scope).order_by(Dossier.id.desc()).limit(50)
    return list(session.scalars(statement))


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


def count_of_loan(session: Session, loan_id: int) -> int:
    """Return how many records of a loan are registered."""
    rows = select(func.count()).where(
        RegistrationIntent.loan_id == loan_id, RegistrationIntent.log_index.is_not(None)
    )
    return session.scalar(rows) or 0
