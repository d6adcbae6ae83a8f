"""What keeps the registry whole: audit batches, comparisons, fixity, holds, erasures."""

from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.kernel.crypto import Sealed
from recovery.kernel.db import Base, Json, Moment
from recovery.kernel.gate import Scoped


class AuditBatch(Base):
    """Audit events that went into the log together: one leaf commits to all of them."""

    __tablename__ = "audit_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[Moment]
    event_count: Mapped[int] = mapped_column(Integer)
    highest_id: Mapped[int]
    """Highest number among its events; lower ones may follow in a later batch."""

    root: Mapped[str]
    """Merkle root (RFC 6962) over the canonical events in the order of their numbers."""


class AuditLeaf(Base):
    """That an audit event belongs to a batch, with its digest: names the event that changed."""

    __tablename__ = "audit_leaf"
    __table_args__ = (Index("ix_audit_leaf_batch", "batch_id", "event_id"),)

    event_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """Number of the audit event; no foreign key, so that a deleted event is found and named."""

    batch_id: Mapped[int] = mapped_column(ForeignKey("audit_batch.id"))
    digest: Mapped[bytes]
    """SHA-256(0x00 ‖ canonical event)."""


class ComparisonRun(Base):
    """A comparison of database and log, both ways."""

    __tablename__ = "comparison_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[Moment]
    finished_at: Mapped[Moment]
    leaf_count: Mapped[int]
    """Leaves that the log held."""

    difference_count: Mapped[int] = mapped_column(Integer)
    differences: Mapped[list[Any]]
    """The first of them, as sentences to translate."""


class FixityCycle(Base):
    """One turn over everything that is stored, in as many runs as its budget needs."""

    __tablename__ = "fixity_cycle"

    id: Mapped[int] = mapped_column(primary_key=True)
    started_at: Mapped[Moment]
    finished_at: Mapped[Moment | None]
    log_checked_at: Mapped[Moment | None]
    """When log, heads, tiles and tokens were checked in this turn."""

    cursor: Mapped[str]
    """Path of the last object that was hashed; blank before the first."""

    object_total: Mapped[int] = mapped_column(Integer)
    """Objects that were there when the turn began."""

    object_count: Mapped[int] = mapped_column(Integer)
    byte_count: Mapped[int]
    reference_cursor: Mapped[str]
    """`table:id` of the last row whose object was looked for; blank before the first."""

    run_count: Mapped[int] = mapped_column(Integer)
    last_run_at: Mapped[Moment | None]


class FixityFinding(Base):
    """Something that is not as it should be; open until it is mended or explained."""

    __tablename__ = "fixity_finding"
    __table_args__ = (Index("ix_fixity_finding_open", "resolved_at", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int | None] = mapped_column(ForeignKey("fixity_cycle.id"))
    found_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]
    what: Mapped[str]
    place: Mapped[str]
    meaning: Mapped[str]
    sha256: Mapped[str | None] = mapped_column(index=True)
    """Of the object it concerns; None: it concerns the log."""

    resolved_at: Mapped[Moment | None]
    resolved_by: Mapped[str | None]
    resolution: Mapped[str | None]
    """`restored`, `sound` (a later check found it whole) or `explained`."""

    remark: Mapped[str | None]


class LegalHold(Base, Scoped):
    """A hold for litigation (诉讼保全留存): while it is set nothing of the loan is erased."""

    __tablename__ = "legal_hold"
    __table_args__ = (
        Index(
            "uq_legal_hold_open",
            "loan_id",
            unique=True,
            sqlite_where=text("released_at IS NULL"),
            postgresql_where=text("released_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"), index=True)
    reason: Mapped[str]
    set_at: Mapped[Moment]
    set_by: Mapped[str]
    released_at: Mapped[Moment | None]
    released_by: Mapped[str | None]
    release_reason: Mapped[str | None]


class Erasure(Base, Scoped):
    """An erasure of fields of a record, or of an object: asked for by one, approved by another."""

    __tablename__ = "erasure"
    __table_args__ = (Index("ix_erasure_state", "state", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[bytes] = mapped_column(unique=True)
    """Random 128 bits, by which the erasure log and a restored database know it."""

    loan_id: Mapped[int | None] = mapped_column(ForeignKey("loan.id"), index=True)
    intent_id: Mapped[int | None] = mapped_column(ForeignKey("registration_intent.id"))
    """Record whose fields are erased; None: a replayed erasure whose record is not here."""

    field_names: Mapped[list[Any]]
    person_uuid: Mapped[bytes | None]
    """`row_uuid` of the person who is erased from all records; None: only this record is meant."""

    further: Mapped[list[Any]]
    """Of a person: the other records, each as [id of the registration, hexadecimal; fields]."""

    objects: Mapped[list[Any]]
    """SHA-256 of the objects that are destroyed: the file, and kept dossiers that hold it."""

    ground: Mapped[str]
    """Code of `periods.GROUNDS`: decides which retention periods stop it."""

    basis: Mapped[str]
    """Legal basis, as it was given."""

    reason: Mapped[str]
    state: Mapped[str]
    """`requested`, `approved` (values are gone, objects are being destroyed), `done`."""

    requested_at: Mapped[Moment]
    requested_by: Mapped[str]
    approved_at: Mapped[Moment | None]
    approved_by: Mapped[str | None]
    done_at: Mapped[Moment | None]
    replayed_at: Mapped[Moment | None]
    """When it was last carried out again after a restore."""


class ErasedRecord(Base):
    """What opens the fields that stayed of a record, now that its secret is destroyed."""

    __tablename__ = "erased_record"

    intent_id: Mapped[int] = mapped_column(ForeignKey("registration_intent.id"), primary_key=True)
    row_uuid: Mapped[bytes]
    erasure_id: Mapped[int] = mapped_column(ForeignKey("erasure.id"))
    """The last erasure that took fields from it."""

    erased_names: Mapped[list[Any]]
    erased_at: Mapped[Moment]
    salts_sealed: Mapped[bytes | None]
    salts = Sealed()
    """JSON: name of a field that stayed → its salt, hexadecimal."""

    digests: Mapped[list[Any]] = mapped_column(Json)
    """Digest of every field, erased ones included, in the order of their names."""
