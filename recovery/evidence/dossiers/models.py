"""What was exported: of what, for whom, with what inside; and what was blacked out for it."""

from typing import Any

from sqlalchemy import ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from recovery.kernel.db import Base, Moment
from recovery.kernel.gate import Scoped


class Dossier(Base, Scoped):
    """A dossier that was exported: of what, to whom, and the digest of the file."""

    __tablename__ = "dossier"
    __table_args__ = (
        Index("ix_dossier_loan", "loan_id", "id"),
        Index("ix_dossier_subject", "subject", "subject_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(index=True)
    """Derived from its inputs: the same inputs give the same number."""

    subject: Mapped[str]
    """Code of its kind: `loan`, `file`, `package`."""

    subject_id: Mapped[int]
    subject_number: Mapped[str]
    """Contract, file or package number, as on the cover."""

    loan_id: Mapped[int | None] = mapped_column(ForeignKey("loan.id"))
    """The one loan that it is about; None: a package."""

    preset: Mapped[str]
    """`court`, `auditor`, `buyer`, `debtor`, or `custom`: chosen field by field."""

    choice: Mapped[dict[str, Any]]
    """Withheld fields, originals left out, black-boxed derivatives taken in."""

    language: Mapped[str]
    recipient: Mapped[str | None]
    purpose: Mapped[str | None]
    checkpoint_size: Mapped[int]
    sha256: Mapped[str]
    """Of the file that was handed out: with the recipient on every page, and signed."""

    plain_sha256: Mapped[str]
    """Of the same before that: what the same inputs give again, byte for byte."""

    size: Mapped[int]
    made_at: Mapped[Moment]
    made_by: Mapped[str]
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """Whose export it is: what auditors export is for auditors to see; None: no person's."""

    contents: Mapped[dict[str, Any]]
    """Counts: loans, records, originals, withheld fields, pages."""

    job_id: Mapped[int | None] = mapped_column(index=True)
    """Job that made it; so it makes none twice."""


class DossierDraft(Base):
    """What a person is choosing to disclose, before the export; of their own only."""

    __tablename__ = "dossier_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    subject: Mapped[str]
    subject_id: Mapped[int]
    choice: Mapped[dict[str, Any]]
    language: Mapped[str]
    recipient: Mapped[str]
    purpose: Mapped[str]
    checkpoint_size: Mapped[int]
    """Head that the preview shows; the export rests on the latest."""

    with_merged: Mapped[bool]
    """Whether the export has all originals once more as one stamped PDF."""

    preview_job_id: Mapped[int | None]
    """Job that sets the pages of the choice as it is now; None: none does."""

    created_at: Mapped[Moment]


class DossierOrder(Base):
    """What a job is to export, and for whom: the job's own row names this one alone."""

    __tablename__ = "dossier_order"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str]
    preset: Mapped[str]
    choice: Mapped[dict[str, Any]]
    """As of `Dossier`: what was confirmed, whatever is chosen afterwards."""

    language: Mapped[str]
    with_merged: Mapped[bool]
    checkpoint_size: Mapped[int | None]
    """Earlier head to repeat; None: everything up to the export."""

    recipient: Mapped[str | None]
    purpose: Mapped[str | None]
    created_at: Mapped[Moment]


class Redaction(Base):
    """A black-boxed derivative of a scan: a statement of whoever made it, not a proof."""

    __tablename__ = "redaction"

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    source_sha256: Mapped[str]
    sha256: Mapped[str]
    page_count: Mapped[int] = mapped_column(Integer)
    boxes: Mapped[list[Any]]
    """Each [page, left, top, width, height]: page from 1, the others in percent of the page."""

    reason: Mapped[str]
    made_at: Mapped[Moment]
    made_by: Mapped[str]
