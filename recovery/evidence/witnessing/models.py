"""Who witnesses the log, and which heads they cosigned."""

from datetime import date

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from recovery.evidence.models import Checkpoint
from recovery.kernel.db import Base, Moment


class Witness(Base):
    """Somebody outside who runs the witness command and whose key was had from them."""

    __tablename__ = "witness"

    id: Mapped[int] = mapped_column(primary_key=True)
    vkey: Mapped[str] = mapped_column(unique=True)
    """Verifier key after c2sp.org/tlog-cosignature; its first part is the key's name."""

    organisation: Mapped[str]
    proposed_at: Mapped[Moment]
    named_at: Mapped[Moment | None]
    """When a second person approved it; None: its cosignatures do not count (yet)."""

    ended_on: Mapped[date | None]
    """First day on which new cosignatures are no longer taken in; None: goes on."""

    @property
    def key_name(self) -> str:
        """Name of the key, as it stands in signature lines."""
        return self.vkey.partition("+")[0]


class Cosignature(Base):
    """A head that a witness cosigned; the line itself is in the evidence store."""

    __tablename__ = "cosignature"
    __table_args__ = (UniqueConstraint("witness_id", "checkpoint_size"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    witness_id: Mapped[int] = mapped_column(ForeignKey("witness.id"))
    checkpoint_size: Mapped[int] = mapped_column(ForeignKey("checkpoint.size"), index=True)
    cosigned_at: Mapped[Moment]
    """The witness's clock."""

    taken_at: Mapped[Moment]
    witness: Mapped[Witness] = relationship()
    checkpoint: Mapped[Checkpoint] = relationship()
