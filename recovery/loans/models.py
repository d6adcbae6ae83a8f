"""Loans and all that hangs on them: persons, parties, vehicles, schedules, the ledger.

Records only; rules and queries stand beside. Columns that the ledger's service keeps in step
(`principal`, `overdue_since` …) change with events, never with the day.
"""

from datetime import date
from typing import Any

from sqlalchemy import Computed, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from recovery.kernel.crypto import Sealed
from recovery.kernel.db import Base, Moment, Rate, Versioned, Yuan
from recovery.kernel.gate import Scoped
from recovery.kernel.money import ZERO
from recovery.loans.list_models import Selection, SelectionRow
from recovery.loans.tape_models import ImportBatch, StagedRow, TapeLayout

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


class Person(Base, Versioned):
    """A natural or legal person: borrower (借款人), co-borrower or guarantor (保证人).

    What prices and statistics need is derived into plain columns; the rest is sealed.
    """

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    row_uuid: Mapped[bytes]
    """Random; part of the associated data of the sealed columns."""

    name: Mapped[str | None] = mapped_column(index=True)
    """Searchable in clear; None: the tape carries no name."""

    id_number_sealed: Mapped[bytes | None]
    id_number_index: Mapped[bytes | None] = mapped_column(index=True)
    id_number = Sealed()

    phone_sealed: Mapped[bytes | None]
    phone_index: Mapped[bytes | None] = mapped_column(index=True)
    phone = Sealed()

    address_sealed: Mapped[bytes | None]
    address = Sealed()

    bank_account_sealed: Mapped[bytes | None]
    bank_account = Sealed()

    birth_year: Mapped[int | None] = mapped_column(Integer)
    sex: Mapped[str | None]
    """`male` or `female`, from the ID number."""

    province: Mapped[str | None]
    """Two-digit code of GB/T 2260 (`31`), or the state of a foreign tape (`US-CA`)."""

    city: Mapped[str | None]
    """Four-digit code of GB/T 2260 (`3101`)."""


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


class LoanParty(Base, Versioned):
    """A person's part in a loan beside the borrower: co-borrower or guarantor."""

    __tablename__ = "loan_party"

    id: Mapped[int] = mapped_column(primary_key=True)
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str]
    """`co_borrower`, `guarantor`."""

    guarantee_mode: Mapped[str | None]
    """`general` or `joint_and_several`; None: not agreed (general, 民法典 686) or no guarantor."""

    guarantee_last_day: Mapped[date | None]
    """Last day of the agreed guarantee period, inclusive; None: not agreed (six months, 692)."""

    ended_on: Mapped[date | None]

    person: Mapped[Person] = relationship()


class Vehicle(Base, Versioned):
    """The car that secures the loan."""

    __tablename__ = "vehicle"

    id: Mapped[int] = mapped_column(primary_key=True)
    row_uuid: Mapped[bytes]
    loan_id: Mapped[int] = mapped_column(ForeignKey("loan.id"), index=True)
    vin: Mapped[str | None] = mapped_column(index=True)
    vin_check: Mapped[str]
    """`valid`, `invalid`, `absent`: check digit of GB 16735."""

    plate: Mapped[str | None] = mapped_column(index=True)
    engine_no: Mapped[str | None]
    make: Mapped[str | None]
    model: Mapped[str | None]
    model_year: Mapped[int | None] = mapped_column(Integer)
    condition: Mapped[str]
    """`new` or `used` at the sale."""

    value: Mapped[Yuan | None]
    """Price or appraisal at the loan's start."""

    mortgage_state: Mapped[str]
    mortgage_registered_on: Mapped[date | None]
    mortgage_certificate_no: Mapped[str | None]
    state: Mapped[str]
    """Vehicle state as on the loan."""

    last_seen_on: Mapped[date | None]
    last_place_sealed: Mapped[bytes | None]
    last_place = Sealed()
    ended_on: Mapped[date | None]
    """Day on which it ceased to secure the loan."""


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


class LoanOwnership(Base):
    """Who owns the claim, from which day (NPL.md §1): own book, trust, co-lender, funder …"""

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
