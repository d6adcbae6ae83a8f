"""What was exported: of what, for whom, with what inside."""

from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from recovery.kernel.db import Base, Moment
from recovery.kernel.gate import Scoped


class Dossier(Base, Scoped):
    """A dossier that was exported: of what, to whom, and the digest of the file."""

    __tablename__ = "dossier"
    __table_args__ = (Index("ix_dossier_loan", "loan_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(index=True)
    """Derived from its inputs: the same inputs give the same number."""

    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"))
    preset: Mapped[str]
    language: Mapped[str]
    recipient: Mapped[str | None]
    purpose: Mapped[str | None]
    checkpoint_size: Mapped[int]
    sha256: Mapped[str]
    size: Mapped[int]
    made_at: Mapped[Moment]
    made_by: Mapped[str]
    contents: Mapped[dict[str, Any]]
    """Counts: records, originals, withheld fields."""
