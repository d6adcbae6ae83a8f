"""What the registry keeps beside the log: streams, items, checkpoints."""

from sqlalchemy import ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column, relationship

from recovery.kernel.db import Base, Moment
from recovery.kernel.models import RegistrationIntent


class EvidenceStream(Base):
    """The numbered chain of one loan's records in the log; the house has one of its own."""

    __tablename__ = "evidence_stream"

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int | None] = mapped_column(ForeignKey("loan.id"), unique=True)
    """None: the stream of the house (batches, approvals, audit events)."""

    name: Mapped[str]
    """Contract number, or `house`; with the salt it opens the stream's digest."""

    salt: Mapped[bytes]
    digest: Mapped[str] = mapped_column(unique=True)
    """SHA-256(salt ‖ name), hexadecimal: what the leaves carry."""


class EvidenceItem(Base):
    """A registered record: where it stands in the log, and what opens its commitment.

    Written before the leaf, so that a kill between the two loses neither; `log_index` follows.
    """

    __tablename__ = "evidence_item"
    __table_args__ = (
        Index("ix_evidence_item_stream", "stream_id", "seq"),
        Index("ix_evidence_item_log_index", "log_index", unique=True),
    )

    intent_id: Mapped[int] = mapped_column(ForeignKey("registration_intent.id"), primary_key=True)
    stream_id: Mapped[int] = mapped_column(ForeignKey("evidence_stream.id"))
    commitment: Mapped[str]
    """Root over the record's salted fields, hexadecimal."""

    secret_sealed: Mapped[bytes | None]
    """32 random bytes from which the fields' salts derive; None: erased."""

    log_index: Mapped[int | None]
    """None: the leaf is not in the log yet."""

    seq: Mapped[int | None] = mapped_column(Integer)
    leaf_hash: Mapped[str | None]
    registered_at: Mapped[Moment | None]
    """The lender's clock."""

    intent: Mapped[RegistrationIntent] = relationship()
    stream: Mapped[EvidenceStream] = relationship()


class Checkpoint(Base):
    """A signed head of the log."""

    __tablename__ = "checkpoint"

    size: Mapped[int] = mapped_column(primary_key=True)
    root: Mapped[str]
    note: Mapped[str]
    made_at: Mapped[Moment]
    stamped_at: Mapped[Moment | None]
    """Time in the token of a time-stamp authority; None: not stamped."""
