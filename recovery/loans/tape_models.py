"""Tables of the import of tapes: layouts, batches, staged rows. Records only."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.kernel.db import Base, Moment, Versioned


class TapeLayout(Base, Versioned):
    """How a lender's columns map to ours."""

    __tablename__ = "tape_layout"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    definition: Mapped[dict[str, Any]]


class ImportBatch(Base):
    """One tape that was, or is being, imported, with its control totals."""

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    layout: Mapped[str]
    state: Mapped[str]
    """`staged`, `applying`, `applied`, `differs` (control totals do not agree), `cancelled`."""

    branch_id: Mapped[int | None]
    row_count: Mapped[int] = mapped_column(Integer)
    accepted_count: Mapped[int] = mapped_column(Integer)
    rejected_count: Mapped[int] = mapped_column(Integer)
    created_count: Mapped[int] = mapped_column(Integer)
    updated_count: Mapped[int] = mapped_column(Integer)
    unchanged_count: Mapped[int] = mapped_column(Integer)
    control_totals: Mapped[dict[str, Any]]
    """Sums of the file and of what was applied, as texts."""

    source: Mapped[dict[str, Any]]
    """By part (`loans`, `payments`): name, digest, form, encoding, columns of each file."""

    definition: Mapped[dict[str, Any] | None]
    """The layouts by part, as they were applied; None: not chosen yet."""

    as_of: Mapped[date | None]
    """Day of the balances where no column tells it."""

    findings: Mapped[dict[str, Any] | None]
    """Result of the latest dry run: counts, differences, problems; None: none was made."""

    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None]
    applied_at: Mapped[Moment | None]


class StagedRow(Base):
    """A row of a tape between reading and applying. Sealed: tapes carry personal data."""

    __tablename__ = "staged_row"
    __table_args__ = (
        Index("ix_staged_row_batch", "batch_id", "state", "id"),
        Index(
            "ix_staged_row_contract",
            "batch_id",
            "contract_no",
            sqlite_where=text("part <> 'loans'"),
            postgresql_where=text("part <> 'loans'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id"))
    part: Mapped[str]
    """`loans`, or `payments`: a row that belongs to the loan of its contract number."""

    row_number: Mapped[int] = mapped_column(Integer)
    contract_no: Mapped[str | None]
    data_sealed: Mapped[bytes]
    state: Mapped[str]
    """`pending`, `applied`, `rejected`."""

    outcome: Mapped[str | None]
    """`created`, `updated`, `unchanged`; None: not applied."""

    reason: Mapped[str | None]
    """Why it was rejected, or which fields differ, without personal data."""
