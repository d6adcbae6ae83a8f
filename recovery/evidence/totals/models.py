"""Outside totals, the differences to our ledger, monthly reconciliations, contracts by API."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from recovery.kernel.db import Base, Moment, Versioned, Yuan


class ControlTotal(Base):
    """A control total (控制总数) that another book gives for a day, and ours for the same."""

    __tablename__ = "control_total"
    __table_args__ = (
        Index(
            "uq_control_total",
            "day",
            "source",
            "measure",
            "scope",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    day: Mapped[date]
    source: Mapped[str]
    """`general_ledger`, `core_system` or `bank_receipts`."""

    measure: Mapped[str]
    """`principal`, `interest`, `penalty`, `costs` (balances at the day's end), `receipts`,
    `disbursed` (of the day)."""

    scope: Mapped[str]
    """Code of a branch; blank: the whole book."""

    amount: Mapped[Yuan]
    """What the other book says."""

    computed: Mapped[Yuan]
    """What our ledger says, at `compared_at`."""

    compared_at: Mapped[Moment]
    reference: Mapped[str | None]
    """Number of the statement it was taken from."""

    file_sha256: Mapped[str | None]
    """Of the imported file; None: typed."""

    entered_at: Mapped[Moment]
    entered_by: Mapped[str]
    superseded_at: Mapped[Moment | None]
    """When a corrected figure of the same took its place; None: it stands."""


class ControlDifference(Base, Versioned):
    """A difference between another book and ours: whose, why, since when, how it was closed."""

    __tablename__ = "control_difference"
    __table_args__ = (Index("ix_control_difference_open", "closed_at", "day", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    total_id: Mapped[int] = mapped_column(ForeignKey("control_total.id"), unique=True)
    day: Mapped[date]
    amount: Mapped[Yuan]
    """The other book's figure less ours."""

    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    """Who has to clear it up; None: nobody yet."""

    cause: Mapped[str | None]
    """`timing`, `back_dated`, `entry_missing`, `entry_wrong`, `outside_wrong`, `other`."""

    reason: Mapped[str | None]
    opened_at: Mapped[Moment]
    closed_at: Mapped[Moment | None]
    closed_by: Mapped[str | None]
    closing: Mapped[str | None]
    """`agrees` (the figures are equal now), `corrected`, `explained`."""


class Reconciliation(Base, Versioned):
    """The reconciliation (对账) of a month, signed off by a second person and registered."""

    __tablename__ = "reconciliation"
    __table_args__ = (UniqueConstraint("month", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    month: Mapped[date]
    """First day of the month."""

    number: Mapped[int] = mapped_column(Integer)
    """1 for the first of a month; a corrected one supersedes it under the next number."""

    state: Mapped[str]
    """`drafted` (waits for the second person) or `signed`."""

    figures: Mapped[dict[str, Any]]
    """Days covered, totals at the month's end from both sides, open differences."""

    digest: Mapped[str]
    """SHA-256 of the canonical figures."""

    prepared_at: Mapped[Moment]
    prepared_by: Mapped[str]
    signed_at: Mapped[Moment | None]
    signed_by: Mapped[str | None]


class ContractRegistration(Base):
    """A contract whose digest a machine account registered, on its day of disbursement."""

    __tablename__ = "contract_registration"
    __table_args__ = (UniqueConstraint("contract_no", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_no: Mapped[str]
    sha256: Mapped[str]
    """Of the contract as signed."""

    disbursed_on: Mapped[date]
    source_system: Mapped[str]
    loan_id: Mapped[int | None] = mapped_column(ForeignKey("loan.id"), index=True)
    """None: the loan was not in the book; the record then stands in the house's stream."""

    registered_at: Mapped[Moment]
    registered_by: Mapped[str]


class LedgerSum(Base):
    """What our ledger comes to by value day, for one scope, over its entries up to a number.

    Made from the ledger and at any time made anew; see `sums`.
    """

    __tablename__ = "ledger_sum"

    scope: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """0: the whole book; else the number of a branch."""

    days: Mapped[dict[str, Any]]
    """Value day → fen of principal, interest, penalty and costs."""

    entries_to: Mapped[int]
    """The highest number of an entry that is in it."""

    loans_to: Mapped[int]
    """The highest number of a loan when it was made."""

    loans: Mapped[str]
    """Which loans were the branch's then: count and sums; blank for the whole book."""

    next_to: Mapped[int]
    """The highest number of an entry when it was made: the next run adds up to there."""

    kept_at: Mapped[Moment]
