"""Tables of what is known of a loan at its days: owners, figures, month ends, documents.

Records only.
"""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from recovery.kernel.db import Base, Moment, Rate, Versioned, Yuan


class LoanOwnership(Base):
    """Who owns the claim, from which day: own book, trust, co-lender, funder …"""

    __tablename__ = "loan_ownership"

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"), index=True)
    owner_kind: Mapped[str]
    """`own_book`, `abs_trust`, `co_lender`, `pledged`, `insurer`, `dealer`, `sold`."""

    owner_name: Mapped[str]
    share: Mapped[Rate]
    since: Mapped[date]
    until: Mapped[date | None]
    """First day no longer owned; None: still."""


class AccountingFact(Base):
    """An accounting figure of the lender's general ledger: imported and dated, never computed."""

    __tablename__ = "accounting_fact"
    __table_args__ = (UniqueConstraint("loan_id", "as_of"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"))
    as_of: Mapped[date]
    gross_carrying_amount: Mapped[Yuan | None]
    allowance: Mapped[Yuan | None]
    ifrs9_stage: Mapped[int | None] = mapped_column(Integer)
    effective_rate_per_year: Mapped[Rate | None]
    written_off_on: Mapped[date | None]
    import_batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))


class ApplicationData(Base):
    """What was known when the loan was granted, for scoring later. No personal data in clear."""

    __tablename__ = "application_data"

    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"), primary_key=True)
    data: Mapped[dict[str, Any]]
    """Field of the tape → text, as it came."""

    import_batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))


class MonthEndSnapshot(Base):
    """A loan at the end of a month, kept from the first import on, for back-tests and scores."""

    __tablename__ = "month_end_snapshot"

    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"), primary_key=True)
    month_end: Mapped[date] = mapped_column(primary_key=True)
    principal: Mapped[Yuan]
    billed_interest: Mapped[Yuan]
    days_past_due: Mapped[int | None] = mapped_column(Integer)
    asset_class: Mapped[str | None]
    reported_balance: Mapped[Yuan | None]
    """End balance that the tape reports; None: computed here, nothing reported."""

    difference: Mapped[Yuan | None]
    """reported − computed; None: nothing to compare."""

    difference_reason: Mapped[str | None]


class Document(Base, Versioned):
    """A document of a loan: file in the evidence store, with what it is."""

    __tablename__ = "document"

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"), index=True)
    kind: Mapped[str]
    """Code of the checklist: `loan_contract`, `mortgage_contract`, `demand`, `judgment` …"""

    title: Mapped[str]
    file_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(index=True)
    origin: Mapped[str]
    """`born_here`, `core_system`, `scanned`."""

    added_at: Mapped[Moment]
    added_by_id: Mapped[int | None]
    supersedes_id: Mapped[int | None] = mapped_column(ForeignKey("document.id"))
    ended_on: Mapped[date | None]
