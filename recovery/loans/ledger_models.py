"""Tables of what a loan owes and what was paid: schedule, ledger, concessions. Records only."""

from datetime import date

from sqlalchemy import ForeignKey, Index, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from recovery.kernel.db import Base, Moment, Yuan
from recovery.kernel.gate import Scoped
from recovery.kernel.money import ZERO


class Instalment(Base):
    """One line of the repayment schedule. A changed schedule supersedes, it does not overwrite."""

    __tablename__ = "instalment"
    __table_args__ = (
        UniqueConstraint("loan_id", "schedule", "number"),
        Index("ix_instalment_due", "due_on", "loan_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"))
    schedule: Mapped[int] = mapped_column(Integer)
    """1 for the contract's, 2 … for each schedule that superseded the one before."""

    number: Mapped[int] = mapped_column(Integer)
    due_on: Mapped[date]
    principal: Mapped[Yuan]
    interest: Mapped[Yuan]
    principal_paid: Mapped[Yuan]
    interest_paid: Mapped[Yuan]
    paid_on: Mapped[date | None]
    """Day on which it was fully paid; None: not yet."""


class LedgerEntry(Base):
    """One transaction of a loan. Never changed: a correction is a new row that names the old."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("loan_id", "number"),
        Index("ix_ledger_entry_value_date", "loan_id", "value_date", "number"),
        Index("ix_ledger_entry_kind_month", "kind", "value_date"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"))
    number: Mapped[int] = mapped_column(Integer)
    """1, 2, 3 … per loan, without gaps."""

    kind: Mapped[str]
    """`disbursement`, `opening` (position taken over from a tape), `instalment_due`, `interest`
    (accrued to a day between two due days), `payment`, `fee`, `cost`, `court_cost`, `penalty`,
    `recovery`, `sale_proceeds`, `write_off`, `waiver`, `adjustment`, `reversal`."""

    value_date: Mapped[date]
    booked_at: Mapped[Moment]
    amount: Mapped[Yuan]
    """Positive; a reversal takes the whole of the row it names back."""

    principal: Mapped[Yuan]
    """Change of outstanding principal, signed: + owed more, − owed less."""

    interest: Mapped[Yuan]
    """Change of billed interest, signed alike."""

    penalty: Mapped[Yuan]
    """Change of booked penalty and compound interest, signed alike."""

    compound: Mapped[Yuan] = mapped_column(default=ZERO)
    """Of `penalty`, the part that is compound interest, signed alike."""

    costs: Mapped[Yuan]
    """Change of booked fees and costs, signed alike."""

    appropriation_order: Mapped[str | None]
    """Order under which a payment was appropriated; None: not a payment."""

    instalment_number: Mapped[int | None] = mapped_column(Integer)
    """Of `instalment_due`: which one; of a position taken over from a tape: the last one that was
    fully paid; of a payment: the line of the early repayment that it made."""

    accrued_until: Mapped[date | None]
    """Day to which this row books accrued interest or penalty; None: it books no accrual."""

    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"))
    reference: Mapped[str | None]
    """The core system's number of the transaction."""

    description: Mapped[str | None]
    origin: Mapped[str]
    """`born_here`, `core_system` (copied from a tape or core system)."""

    import_batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))


class Concession(Base, Scoped):
    """A waiver (减免) or write-off (核销) that was proposed; an approval executes it."""

    __tablename__ = "concession"

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"), index=True)
    kind: Mapped[str]
    """`waiver`, `write_off`."""

    value_date: Mapped[date]
    principal: Mapped[Yuan]
    interest: Mapped[Yuan]
    penalty: Mapped[Yuan]
    """Without compound interest."""

    compound: Mapped[Yuan]
    costs: Mapped[Yuan]
    reason: Mapped[str]
    proposed_at: Mapped[Moment]
    proposed_by_id: Mapped[int | None]
    entry_id: Mapped[int | None] = mapped_column(ForeignKey("ledger_entry.id"))
    """Ledger row with which it was executed; None: not approved."""
