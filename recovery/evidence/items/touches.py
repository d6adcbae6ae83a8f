"""Who opened, downloaded, changed or checked an item."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.access.auditing import shown_to
from recovery.access.models import AccessEntry, UserAccount
from recovery.evidence.intake.models import CustodyEvent, PaperOriginal
from recovery.kernel.actions import Action
from recovery.kernel.models import AuditEvent, RegistrationIntent
from recovery.loans.models import Document, Loan

MOST = 200
"""Lines of a log that the page shows."""

ITEM_PAGES = ("items.show", "items.proof", "items.recheck")
"""Pages whose address names the item."""

DOCUMENT_PAGES = ("items.of_document", "items.download")


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
    found += _unmasked(session, intent, role) if subject_type != Loan.__tablename__ else []
    pages: list[tuple[Sequence[str], int]] = [(ITEM_PAGES, intent.id)]
    if intent.subject_type == Document.__tablename__:
        pages.append((DOCUMENT_PAGES, intent.subject_id))
    for names, number in pages:
        found += _opened(session, names, number, role)
    return sorted(found, key=lambda touch: touch.at, reverse=True)[:MOST]


def _unmasked(session: Session, intent: RegistrationIntent, role: str) -> list[Touch]:
    """Return who had personal data of the item's loan shown in full."""
    rows = session.execute(
        select(AuditEvent.at, AuditEvent.actor_name, AuditEvent.action)
        .where(
            AuditEvent.subject_type == Loan.__tablename__,
            AuditEvent.subject_id == intent.loan_id,
            AuditEvent.action == Action.UNMASK_PERSONAL_DATA.value,
            shown_to(role, AuditEvent.actor_id),
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
