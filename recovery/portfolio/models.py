"""Packages (资产包): the frozen set of loans of one disposal."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from recovery.kernel.crypto import Sealed
from recovery.kernel.db import Base, Moment, Versioned, Yuan
from recovery.kernel.gate import Scoped
from recovery.kernel.sentences import Sentence
from recovery.kernel.text import Text


class Package(Base, Versioned, Scoped):
    """A set of loans for sale, restructuring or debt-for-asset settlement.

    Its own `package_id` (scope) is its id, so that who may see only this package sees it.
    """

    __tablename__ = "package"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    disposal: Mapped[str]
    """`sale`, `restructuring`, `debt_for_asset`."""

    seller: Mapped[str]
    """Owner kind whose claims are disposed of: `own_book`, or for example `abs_trust`."""

    state: Mapped[str] = mapped_column(index=True)
    """`draft`, `freezing`, `frozen`, `dissolved`."""

    criteria: Mapped[str]
    """The filter it was built from, as the list's query string; kept for the record."""

    cut_off_date: Mapped[date | None]
    """交易基准日; None: not frozen."""

    loan_count: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[Moment]
    frozen_at: Mapped[Moment | None]
    frozen_by: Mapped[str | None]
    totals: Mapped[dict[str, Any] | None]
    """Announcement items at the cut-off date, as texts; None: not frozen."""

    digest: Mapped[str | None]
    """SHA-256 of the canonical frozen rows: running it again must give the same."""


class PackageLoan(Base):
    """One loan of a package; the figures are those at the cut-off date and never move again."""

    __tablename__ = "package_loan"
    __table_args__ = (
        UniqueConstraint("package_id", "loan_id"),
        Index("ix_package_loan_loan", "loan_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    package_id: Mapped[int] = mapped_column(ForeignKey("package.id"))
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"))

    excluded_reason: Mapped[Text | str | None] = mapped_column(Sentence)
    """Why it is not eligible by a rule, or that a person left it out; None: in the package."""

    row_uuid: Mapped[bytes | None]
    """None: nothing was ever sealed in the row."""

    excluded_words_sealed: Mapped[bytes | None]
    excluded_words = Sealed()
    """Why a person left it out; None: nobody did, or the words were erased."""

    contract_no: Mapped[str]
    borrower_id: Mapped[int]
    principal: Mapped[Yuan | None]
    """None until the package is frozen; so for all figures below."""

    interest: Mapped[Yuan | None]
    """Billed and accrued interest, penalty and compound interest."""

    costs: Mapped[Yuan | None]
    days_past_due: Mapped[int | None] = mapped_column(Integer)
    asset_class: Mapped[str | None]
    borrower_age: Mapped[int | None] = mapped_column(Integer)
    """Full years by birth year; None: unknown."""

    credit_line: Mapped[Yuan | None]
    """Amount disbursed under the contract (授信额度)."""

    stage: Mapped[str | None]
    guarantee: Mapped[str | None]
    mortgage_state: Mapped[str | None]
    vehicle_state: Mapped[str | None]
    province: Mapped[str | None]
    written_off: Mapped[bool | None]
    overdue_since: Mapped[date | None]
    matures_on: Mapped[date | None]
    disbursed_on: Mapped[date | None]

    @property
    def why_excluded(self) -> Text | str | None:
        """Why it is not in the package, in the words of who left it out where there are any."""
        return self.excluded_words or self.excluded_reason
