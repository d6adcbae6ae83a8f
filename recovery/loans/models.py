"""Loans and all that hangs on them: persons, parties, vehicles, schedules, the ledger.

Records only; rules and queries stand beside. Columns that the ledger's service keeps in step
(`principal`, `overdue_since` …) change with events, never with the day.
"""

from datetime import date

from sqlalchemy import Computed, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from recovery.kernel.db import Base, Rate, Versioned, Yuan
from recovery.kernel.gate import Scoped
from recovery.kernel.money import ZERO
from recovery.loans.history_models import (
    AccountingFact,
    ApplicationData,
    Document,
    LoanOwnership,
    MonthEndSnapshot,
)
from recovery.loans.ledger_models import Concession, Instalment, LedgerEntry
from recovery.loans.list_models import Selection, SelectionRow
from recovery.loans.party_models import LoanParty, Person
from recovery.loans.tape_models import ImportBatch, StagedRow, TapeLayout
from recovery.loans.vehicle_models import Vehicle

__all__ = [
    "AccountingFact",
    "ApplicationData",
    "Concession",
    "Document",
    "ImportBatch",
    "Instalment",
    "LedgerEntry",
    "Loan",
    "LoanOwnership",
    "LoanParty",
    "MonthEndSnapshot",
    "Person",
    "Selection",
    "SelectionRow",
    "StagedRow",
    "TapeLayout",
    "Vehicle",
]

FILTERED = (
    "stage",
    "province",
    "mortgage_state",
    "vehicle_state",
    "assigned_class",
    "class_floor",
    "written_off_on",
    "closed_on",
    "owner_id",
    "agency_id",
    "package_id",
)
"""Columns that lists filter by, carried by the indexes they are sorted by: a filter that matches
little is then decided in the index, without reading a million rows."""


class Loan(Base, Versioned, Scoped):
    """A car loan (or lease) of the lender's book, with its terms and its present balances."""

    __tablename__ = "loan"
    __table_args__ = (
        Index("ix_loan_contract_no", "contract_no", unique=True),
        Index("ix_loan_sort_overdue", "overdue_order", "id", "branch_id", "balance", *FILTERED),
        Index("ix_loan_sort_balance", "balance", "id", "branch_id", "overdue_since", *FILTERED),
        Index(
            "ix_loan_sort_contract",
            *("contract_no", "id", "branch_id", "overdue_since", "balance"),
            *FILTERED,
        ),
        Index("ix_loan_branch_overdue", "branch_id", "overdue_order", "id", "balance", *FILTERED),
        Index("ix_loan_branch_balance", "branch_id", "balance", "id", "overdue_since", *FILTERED),
        Index(
            "ix_loan_stage_overdue",
            *("stage", "overdue_order", "id", "branch_id", "balance"),
            *FILTERED[1:],
        ),
        *(
            Index(
                f"ix_loan_{scope}_overdue",
                *(f"{scope}_id", "overdue_order", "id", "balance", "overdue_since"),
                *("contract_no", "branch_id"),
                *(column for column in FILTERED if column != f"{scope}_id"),
                sqlite_where=text(f"{scope}_id IS NOT NULL"),
                postgresql_where=text(f"{scope}_id IS NOT NULL"),
            )
            for scope in ("owner", "agency", "package")
        ),
        Index(
            "ix_loan_totals",
            *("borrower_id", "principal", "billed_interest", "balance"),
            *("overdue_since", "branch_id"),
            *FILTERED,
        ),
    )

    # The scope again, without an index of its own: those of the sorts begin with it.
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branch.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    agency_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"))
    package_id: Mapped[int | None]

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_no: Mapped[str]
    """LOAN_NO of the command line; unique in the book."""

    product: Mapped[str]
    """`loan`, `direct_lease`, `sale_and_leaseback`."""

    borrower_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    borrower_name: Mapped[str | None]
    """Copied from the borrower for lists."""

    province: Mapped[str | None]
    """Copied from the borrower, for filters and package statistics."""

    # terms of the contract
    disbursed_on: Mapped[date]
    first_due_on: Mapped[date | None]
    matures_on: Mapped[date | None]
    term_months: Mapped[int | None] = mapped_column(Integer)
    disbursed_amount: Mapped[Yuan]
    instalment_amount: Mapped[Yuan | None]
    rate_per_year: Mapped[Rate]
    penalty_rate_per_year: Mapped[Rate | None]
    """Rate on overdue principal; None: the contract agrees none."""

    compound_rate_per_year: Mapped[Rate | None]
    """Rate on overdue interest; None: the contract agrees no compound interest."""

    day_count: Mapped[str]
    """`30/360`, `actual/360`, `actual/365`: the contract's choice."""

    appropriation_order: Mapped[str]
    """Order in which a payment is appropriated, comma-separated parts:
    `costs,penalty,compound,interest,principal` (民法典 561 unless agreed otherwise)."""

    repayment_method: Mapped[str]
    """`equal_instalments`, `equal_principal`, `interest_first`, `simple_interest`."""

    # balances, kept by the ledger's service
    principal: Mapped[Yuan]
    """Outstanding principal."""

    billed_interest: Mapped[Yuan]
    """Interest of instalments already due and not yet paid."""

    penalty_due: Mapped[Yuan]
    """Penalty and compound interest booked and not yet paid."""

    compound_due: Mapped[Yuan] = mapped_column(default=ZERO)
    """Of `penalty_due`, the part that is compound interest (复利)."""

    costs_due: Mapped[Yuan]
    """Fees and costs booked and not yet paid."""

    balance: Mapped[Yuan]
    """principal + billed_interest + penalty_due + costs_due, for sorting."""

    paid_total: Mapped[Yuan]
    overdue_since: Mapped[date | None]
    """Due day of the earliest instalment not fully paid; None: nothing is overdue."""

    overdue_order: Mapped[date] = mapped_column(
        Computed("coalesce(overdue_since, '9999-12-31')", persisted=True)
    )
    """`overdue_since`, or the last of days where nothing is overdue: what lists sort by."""

    last_paid_on: Mapped[date | None]
    accelerated_on: Mapped[date | None]
    """Day on which the whole principal fell due early (提前到期): notice arrived, or complaint
    served; None: not accelerated."""

    closed_on: Mapped[date | None]
    """Day on which nothing was owed any more; None: open."""

    close_reason: Mapped[str | None]
    """`paid`, `prepaid`, `written_off_recovered`, `sold`, `settled`."""

    written_off_on: Mapped[date | None]
    """Off the books, still pursued (账销案存)."""

    # classification and stage
    assigned_class: Mapped[str | None]
    """Five-category class that the lender assigned; None: none imported."""

    class_floor: Mapped[str | None]
    """Floor by events (restructured, defaulted); the floor by days is computed."""

    stage: Mapped[str]
    """Litigation stage shown in lists and announcements: `none` (未诉), `suing`, `judged` …"""

    mortgage_state: Mapped[str]
    """Of the vehicle: `registered`, `unregistered`, `released`, `waived`, `none`, `unknown`."""

    vehicle_state: Mapped[str]
    """`unknown`, `with_debtor`, `located`, `impounded`, `repossessed`, `sold`, `missing`."""

    guarantee: Mapped[str]
    """For announcements: `credit`, `guarantee`, `mortgage`, `pledge` (信用/保证/抵押/质押)."""

    import_batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))

    borrower: Mapped[Person] = relationship()
