"""Tables that every feature writes through the unit of work: audit events, registration intents."""

from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from recovery.kernel.crypto import Sealed
from recovery.kernel.db import Base, Moment


class AuditEvent(Base):
    """Who did what, when, on what, and what changed. Written once, never changed."""

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_subject", "subject_type", "subject_id", "id"),
        Index("ix_audit_event_actor", "actor_id", "id"),
        Index("ix_audit_event_action", "action", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[Moment] = mapped_column(index=True)

    actor_id: Mapped[int | None]
    """User; None for what the system does by itself."""

    actor_name: Mapped[str]
    action: Mapped[str]

    subject_type: Mapped[str | None]
    """Table of the record the act was done on."""

    subject_id: Mapped[int | None]

    changes: Mapped[dict[str, Any]]
    """Field → [before, after], or field → value. Never personal data, nor a person's own words."""

    request_id: Mapped[str | None]

    reason_commitment: Mapped[bytes | None]
    """What commits to the words in `reason`, see `kernel.reasons`; None: none were given."""

    # For reading alone: an event that is written costs no look at its reason.
    reason: Mapped["AuditReason | None"] = relationship(viewonly=True)


class AuditReason(Base):
    """Why an act was done, in the words of who did it: the only part of it that can be erased."""

    __tablename__ = "audit_reason"

    event_id: Mapped[int] = mapped_column(ForeignKey("audit_event.id"), primary_key=True)
    row_uuid: Mapped[bytes]

    loan_id: Mapped[int | None] = mapped_column(index=True)
    """Loan the act was about, with whose people the words are erased; None: about no single one."""

    text_sealed: Mapped[bytes | None]
    text = Sealed()
    """The words; None: erased."""

    salt_sealed: Mapped[bytes | None]
    salt = Sealed()
    """256 random bits, hexadecimal, under which the event commits to the words; None: erased."""

    erased_at: Mapped[Moment | None]

    erasure_uuid: Mapped[bytes | None]
    """Erasure by which the words went, as the log knows it; None: they are kept."""

    event: Mapped[AuditEvent] = relationship()


class RegistrationIntent(Base):
    """A wish, in the business transaction, that a record be registered as evidence.

    The sequencer of `evidence` takes pending ones, writes them to the log and marks them.
    """

    __tablename__ = "registration_intent"
    __table_args__ = (
        Index(
            "ix_registration_intent_pending",
            "id",
            sqlite_where=text("log_index IS NULL"),
            postgresql_where=text("log_index IS NULL"),
        ),
        Index("ix_registration_intent_subject", "subject_type", "subject_id"),
        Index("ix_registration_intent_loan", "loan_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)

    uuid: Mapped[bytes] = mapped_column(unique=True)
    """Random 128 bits; the log's leaf carries it, so that a kill registers nothing twice."""

    kind: Mapped[str]
    """Kind of the leaf: transaction, contract, file, event, batch …"""

    loan_id: Mapped[int | None]
    """Loan whose stream the record belongs to; None: the stream of the house."""

    subject_type: Mapped[str]
    """Table of the record, whose registered provider gives the fields that are committed."""

    subject_id: Mapped[int]

    fields_sealed: Mapped[bytes | None]
    """The fields as they were, sealed, for a record that may change later; None: the record
    never changes, and its provider reads the fields from the row."""

    actor_id: Mapped[int | None]
    created_at: Mapped[Moment]

    log_index: Mapped[int | None]
    """Index of its leaf in the log; None: pending."""


class SearchRow(Base):
    """What global search knows of a record: `kernel.search_index` alone writes it and its index.

    The full-text tables beside it (`search_fts…`) are made by hand in the migration, because
    each engine has its own.
    """

    __tablename__ = "search_entry"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Number of the kind in the upper bits, id of the record in the lower 48."""

    label: Mapped[str]
    names: Mapped[str]
    """Names that find it, one a line."""

    codes: Mapped[str]
    """Numbers that find it by parts, one a line."""

    branch_id: Mapped[int | None]
    owner_id: Mapped[int | None]
    agency_id: Mapped[int | None]
    package_id: Mapped[int | None]


class Counter(Base):
    """The last number drawn of one series of house numbers; see `kernel.numbering`."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]
