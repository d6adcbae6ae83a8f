"""What intake keeps: files on their way in, paper originals and their custody, stocktakes."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from recovery.kernel.crypto import Sealed
from recovery.kernel.db import Base, Moment, Versioned
from recovery.loans.models import Document, Loan


class IntakeBatch(Base, Versioned):
    """Files that came together; its rows say what goes where before anything is added."""

    __tablename__ = "intake_batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]
    """`upload`, `archive` or `folder`."""

    rule: Mapped[str]
    """Naming rule by which the file names were read."""

    state: Mapped[str]
    """`staged`, `applying`, `done` or `cancelled`."""

    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    created_by: Mapped[str]


class IntakeRow(Base):
    """One file of a batch, with what it is and what became of it."""

    __tablename__ = "intake_row"
    __table_args__ = (Index("ix_intake_row_batch_id", "batch_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("intake_batch.id"))
    file_name: Mapped[str]
    sha256: Mapped[str | None]
    """None: the file was not taken; `problem` says why."""

    size: Mapped[int]
    media_type: Mapped[str]
    contract_no: Mapped[str]
    loan_id: Mapped[int | None] = mapped_column(ForeignKey("loan.id"))
    kind: Mapped[str]
    title: Mapped[str]
    dated: Mapped[date | None]
    """Day that the document bears; None: unknown."""

    pages: Mapped[int | None]
    """Pages as the index says; None: it does not."""

    origin: Mapped[str]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    state: Mapped[str]
    """`ready`, `refused`, `linked` (the loan has it already), `added` or `failed`."""

    problem: Mapped[dict[str, Any] | None]
    """Why it cannot be added, as a packed sentence."""

    note: Mapped[dict[str, Any] | None]
    """What to know: it supersedes another, or lies with another loan too."""

    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))


class DocumentDetail(Base):
    """What intake knows of a document beside its row: day, pages, text, embedded signatures."""

    __tablename__ = "document_detail"

    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), primary_key=True)
    dated: Mapped[date | None]
    pages: Mapped[int | None]
    """Pages counted in the file; None: it has none that can be counted."""

    text: Mapped[str | None]
    """Text of the pages with numbers of people masked; None: not read yet, or none in it."""

    signature_count: Mapped[int | None]
    """Embedded signatures; None: not examined."""

    row_uuid: Mapped[bytes] = mapped_column(unique=True)
    signatures_sealed: Mapped[bytes | None]
    signatures = Sealed()
    """What each embedded signature says and whether it holds (JSON); None: there is none."""

    examined_at: Mapped[Moment | None]
    trouble: Mapped[dict[str, Any] | None]
    """Why the file could not be read, as a packed sentence."""


class ScanDraft(Base, Versioned):
    """Photographed or scanned pages on their way to one PDF, in the order chosen so far."""

    __tablename__ = "scan_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"), index=True)
    kind: Mapped[str]
    title: Mapped[str]
    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    """The joined document; None: not joined yet."""


class ScanPage(Base):
    """A picture, or a PDF of pages, of a draft."""

    __tablename__ = "scan_page"
    __table_args__ = (Index("ix_scan_page_draft_id", "draft_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("scan_draft.id"))
    position: Mapped[int]
    sha256: Mapped[str]
    file_name: Mapped[str]
    media_type: Mapped[str]


class PaperOriginal(Base, Versioned):
    """A paper, certificate or key that is kept: what it is, where it lies, who holds it."""

    __tablename__ = "paper_original"
    __table_args__ = (Index("ix_paper_original_place", "place", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    barcode: Mapped[str] = mapped_column(unique=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"), index=True)
    document_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    """Its scan; None: not scanned."""

    kind: Mapped[str]
    """Kind of document, or `car_key`."""

    title: Mapped[str]
    seal_no: Mapped[str]
    condition: Mapped[str]
    page_count: Mapped[int | None]
    """None: it has no pages (a key)."""

    state: Mapped[str]
    """`held`, `lent` or `handed_over`."""

    place: Mapped[str]
    """Where it lies while it is held."""

    holder: Mapped[str]
    """Who is answerable for it now."""

    due_on: Mapped[date | None]
    """Last day on which a lent one comes back."""

    received_at: Mapped[Moment]
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))

    loan: Mapped[Loan] = relationship()
    document: Mapped[Document | None] = relationship()


class CustodyEvent(Base):
    """One act of custody. Written once, never changed; registered as evidence."""

    __tablename__ = "custody_event"
    __table_args__ = (Index("ix_custody_event_original_id", "original_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    original_id: Mapped[int] = mapped_column(ForeignKey("paper_original.id"))
    number: Mapped[str] = mapped_column(unique=True)
    """House number, which its receipt bears."""

    act: Mapped[str]
    """`receive`, `move`, `lend`, `return` or `hand_over`."""

    at: Mapped[Moment]
    actor_id: Mapped[int | None]
    actor_name: Mapped[str]
    from_holder: Mapped[str]
    to_holder: Mapped[str]
    place: Mapped[str]
    seal_no: Mapped[str]
    condition: Mapped[str]
    page_count: Mapped[int | None]
    due_on: Mapped[date | None]
    reason: Mapped[str]

    original: Mapped[PaperOriginal] = relationship()


class ScanAttestation(Base):
    """A second person's statement that a scan equals the paper original."""

    __tablename__ = "scan_attestation"

    id: Mapped[int] = mapped_column(primary_key=True)
    original_id: Mapped[int] = mapped_column(ForeignKey("paper_original.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    sha256: Mapped[str]
    """Of the scan that was compared."""

    pages_compared: Mapped[int]
    attested_at: Mapped[Moment]
    attested_by_id: Mapped[int | None]
    attested_by: Mapped[str]


class OutsideReceipt(Base):
    """What a court chain, notary or other third party certified about a document."""

    __tablename__ = "outside_receipt"

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"), index=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("document.id"), index=True)
    """The document that it is about."""

    file_id: Mapped[int] = mapped_column(ForeignKey("document.id"))
    """The receipt itself, a document of the same loan."""

    kind: Mapped[str]
    """`court_chain`, `notary`, `time_stamp` or `other`."""

    issuer: Mapped[str]
    number: Mapped[str]
    issued_on: Mapped[date]

    file: Mapped[Document] = relationship(foreign_keys=[file_id])


class Stocktake(Base, Versioned):
    """A count of the originals at one place, for one branch or for all."""

    __tablename__ = "stocktake"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    place: Mapped[str]
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branch.id"), index=True)
    """Branch whose originals are counted; None: those of all."""

    opened_at: Mapped[Moment]
    opened_by_id: Mapped[int | None]
    opened_by: Mapped[str]
    closed_at: Mapped[Moment | None]
    closed_by: Mapped[str | None]
    summary: Mapped[dict[str, Any] | None]
    """Counts by result when it was closed."""


class StocktakeLine(Base):
    """An original that was expected, or a barcode that was found."""

    __tablename__ = "stocktake_line"
    __table_args__ = (Index("ix_stocktake_line_barcode", "stocktake_id", "barcode", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    stocktake_id: Mapped[int] = mapped_column(ForeignKey("stocktake.id"))
    barcode: Mapped[str]
    original_id: Mapped[int | None] = mapped_column(ForeignKey("paper_original.id"))
    """None: no original within the count bears this barcode."""

    expected: Mapped[bool]
    counted_at: Mapped[Moment | None]
    counted_by: Mapped[str | None]

    original: Mapped[PaperOriginal | None] = relationship()
