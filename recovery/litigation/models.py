"""Litigation files (诉讼案件) and the deadlines that run on them."""

from datetime import date
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from recovery.kernel.crypto import Sealed
from recovery.kernel.db import Base, Moment, Versioned, Yuan
from recovery.kernel.gate import Scoped
from recovery.loans.models import Loan


class LitigationFile(Base, Versioned, Scoped):
    """One dispute over one loan, from the decision to sue to its close."""

    __tablename__ = "litigation_file"
    __table_args__ = (
        Index("ix_litigation_file_stage", "stage", "id"),
        Index("ix_litigation_file_next", "next_sort", "id"),
        Index("ix_litigation_file_branch_next", "branch_id", "next_sort", "id"),
        Index(
            "uq_litigation_file_open",
            "loan_id",
            unique=True,
            sqlite_where=text("closed_on IS NULL"),
            postgresql_where=text("closed_on IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    """House number, `2026-000123`; not the court's case number."""

    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"), index=True)
    court: Mapped[str]
    procedure: Mapped[str]
    """`ordinary`, `summary`: decides whether the acceptance fee is halved."""

    stage: Mapped[str]
    opened_on: Mapped[date]
    case_number: Mapped[str | None] = mapped_column(index=True)
    """The court's number (案号); None: not docketed yet."""

    claim_day: Mapped[date]
    """Day to which the claim at filing is computed."""

    claim_principal: Mapped[Yuan]
    claim_interest: Mapped[Yuan]
    claim_penalty: Mapped[Yuan]
    """Penalty and compound interest."""

    claim_costs: Mapped[Yuan]
    """Fees and costs of the contract; without what courts charge (诉讼费、保全费)."""

    claim_total: Mapped[Yuan]
    """诉讼标的额: the sum of the above."""

    acceptance_fee: Mapped[Yuan]
    acceptance_fee_law: Mapped[dict[str, Any]]
    """The answer of the law: rule, articles, versions, trace; kept because scales change."""

    next_last_day: Mapped[date | None]
    """Earliest open deadline; None: none is open."""

    next_sort: Mapped[date]
    """The same for sorting: 9999-12-31 where none is open."""

    closed_on: Mapped[date | None]

    row_uuid: Mapped[bytes | None]
    """None: nothing was ever sealed in the row."""

    remark_sealed: Mapped[bytes | None]
    remark = Sealed()

    loan: Mapped[Loan] = relationship()
    deadlines: Mapped[list["Deadline"]] = relationship(
        back_populates="file", order_by="Deadline.last_day"
    )


class Deadline(Base, Versioned):
    """A last day computed from an event, with the article it rests on and why it is that day."""

    __tablename__ = "deadline"
    __table_args__ = (
        Index("ix_deadline_open", "ended_on", "last_day", "id"),
        Index("ix_deadline_file", "file_id", "last_day"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("litigation_file.id"))
    rule: Mapped[str]
    """Rule id of `recovery.law`."""

    title: Mapped[str]
    trigger: Mapped[str]
    """What started the period, in words."""

    trigger_on: Mapped[date]
    nominal_last_day: Mapped[date]
    """Before rolling over rest days."""

    last_day: Mapped[date]
    """Inclusive."""

    law: Mapped[dict[str, Any]]
    """The answer of the law: articles, versions, calendar version, trace."""

    is_provisional: Mapped[bool]
    """Rests on a calendar year whose notice has not been published."""

    is_confirmed: Mapped[bool]
    """Every parameter was confirmed by an administrator or read in the article's text."""

    ended_on: Mapped[date | None]
    outcome: Mapped[str | None]
    """`met`, `lapsed`, `superseded`, `interrupted` (a suit was filed), `moot` (a later step left
    nothing hanging on it); None: open."""

    row_uuid: Mapped[bytes | None]
    """None: nothing was ever sealed in the row."""

    outcome_reason_sealed: Mapped[bytes | None]
    outcome_reason = Sealed()
    """Why it lapsed and why that was corrected, in the words of who recorded it, a line each in
    their order; None: none was needed."""

    superseded_by_id: Mapped[int | None] = mapped_column(ForeignKey("deadline.id"))

    file: Mapped[LitigationFile] = relationship(back_populates="deadlines")


class StageChange(Base):
    """A step of a file from one stage to the next. Never changed, but for what is erased."""

    __tablename__ = "stage_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("litigation_file.id"), index=True)
    at: Mapped[Moment]
    actor_name: Mapped[str]
    from_stage: Mapped[str | None]
    to_stage: Mapped[str]
    happened_on: Mapped[date]

    row_uuid: Mapped[bytes | None]
    """None: nothing was ever sealed in the row."""

    reason_sealed: Mapped[bytes | None]
    reason = Sealed()
    """Given where the step is not the usual one (a recorded override)."""
