"""Parsed values of whole loans, as tapes and the synthetic book hand them to `loans.bulk`.

Amounts are `Decimal` yuan to the fen, rates shares, days `date`, codes as the models list them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from recovery.kernel.money import ZERO

DEFAULT_ORDER = "costs,penalty,compound,interest,principal"
"""Order of appropriation where the contract agrees none (民法典 561)."""


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person as the tape gives it; what is None is unknown.

    Birth year, sex and province come from a valid ID number where they are not given.
    """

    name: str | None = None
    id_number: str | None = None
    phone: str | None = None
    address: str | None = None
    bank_account: str | None = None
    birth_year: int | None = None
    sex: str | None = None
    province: str | None = None
    city: str | None = None


@dataclass(frozen=True, slots=True)
class NewParty:
    """A co-borrower or guarantor."""

    person: NewPerson
    role: str
    guarantee_mode: str | None = None
    guarantee_last_day: date | None = None


@dataclass(frozen=True, slots=True)
class NewVehicle:
    """The car; its VIN is checked here, its states are copied to the loan."""

    vin: str | None = None
    plate: str | None = None
    engine_no: str | None = None
    make: str | None = None
    model: str | None = None
    model_year: int | None = None
    condition: str = "new"
    value: Decimal | None = None
    mortgage_state: str = "unknown"
    mortgage_registered_on: date | None = None
    mortgage_certificate_no: str | None = None
    state: str = "unknown"
    last_seen_on: date | None = None
    last_place: str | None = None


@dataclass(frozen=True, slots=True)
class NewInstalment:
    """One line of the contract's schedule. What is paid of it follows from the ledger."""

    number: int
    due_on: date
    principal: Decimal
    interest: Decimal


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One transaction; the four parts are signed changes as `LedgerEntry` describes them.

    `compound` is contained in `penalty`. `accrued_until`: a row of interest or penalty that the
    core system computed up to that day, so that nothing is accrued twice.
    """

    kind: str
    value_date: date
    amount: Decimal
    principal: Decimal = ZERO
    interest: Decimal = ZERO
    penalty: Decimal = ZERO
    compound: Decimal = ZERO
    costs: Decimal = ZERO
    instalment_number: int | None = None
    accrued_until: date | None = None
    reference: str | None = None
    description: str | None = None
    origin: str = "core_system"


@dataclass(frozen=True, slots=True)
class Position:
    """What a tape says is owed at the end of the day `as_of`.

    Booked as one row (`opening` for a new loan, `adjustment` for a known one) of the difference
    to what the other rows add up to; a known loan without a difference gets no row.
    """

    as_of: date
    principal: Decimal
    billed_interest: Decimal = ZERO
    penalty_due: Decimal = ZERO
    compound_due: Decimal = ZERO
    costs_due: Decimal = ZERO
    overdue_since: date | None = None
    """Due day of the earliest instalment not fully paid; None: nothing overdue at `as_of`."""


@dataclass(frozen=True, slots=True)
class NewOwnership:
    """Who owns the claim from `since` on."""

    owner_kind: str
    owner_name: str
    since: date
    share: Decimal = Decimal(1)
    until: date | None = None


@dataclass(frozen=True, slots=True)
class NewFact:
    """Accounting figures of one day, as imported."""

    as_of: date
    gross_carrying_amount: Decimal | None = None
    allowance: Decimal | None = None
    ifrs9_stage: int | None = None
    effective_rate_per_year: Decimal | None = None
    written_off_on: date | None = None


@dataclass(frozen=True, slots=True)
class NewSnapshot:
    """A month end, as the tape reports it; what is None is computed from the ledger.

    `difference` is reported less computed, worked out here.
    """

    month_end: date
    reported_balance: Decimal | None = None
    days_past_due: int | None = None
    asset_class: str | None = None
    difference_reason: str | None = None


@dataclass(frozen=True, slots=True)
class NewLoan:
    """A whole loan with all that hangs on it.

    A disbursement row is made from the terms where `entries` holds none.
    """

    contract_no: str
    borrower: NewPerson
    disbursed_on: date
    disbursed_amount: Decimal
    rate_per_year: Decimal
    product: str = "loan"
    first_due_on: date | None = None
    matures_on: date | None = None
    term_months: int | None = None
    instalment_amount: Decimal | None = None
    penalty_rate_per_year: Decimal | None = None
    compound_rate_per_year: Decimal | None = None
    day_count: str = "actual/360"
    appropriation_order: str = DEFAULT_ORDER
    repayment_method: str = "equal_instalments"
    closed_on: date | None = None
    """Given by the tape; else the day on which the ledger comes to nothing owed."""

    close_reason: str | None = None
    written_off_on: date | None = None
    accelerated_on: date | None = None
    assigned_class: str | None = None
    class_floor: str | None = None
    stage: str = "none"
    mortgage_state: str = "none"
    """Of a loan without a vehicle; else the vehicle's."""

    vehicle_state: str = "unknown"
    guarantee: str = "mortgage"
    branch_id: int | None = None
    owner_id: int | None = None
    agency_id: int | None = None
    import_batch_id: int | None = None
    parties: tuple[NewParty, ...] = ()
    vehicle: NewVehicle | None = None
    instalments: tuple[NewInstalment, ...] = ()
    entries: tuple[NewEntry, ...] = ()
    opening: Position | None = None
    overdue_since: date | None = None
    """Stated by a tape with entries but no schedule; a schedule or `opening` goes before."""

    ownership: tuple[NewOwnership, ...] = ()
    """Empty: the lender's own book from the disbursement on."""

    facts: tuple[NewFact, ...] = ()
    application_data: Mapping[str, str] | None = None
    snapshots: tuple[NewSnapshot, ...] = ()
    registered: bool = True
    """False: no registration intents are written (the lean book of the benchmarks)."""


@dataclass(frozen=True, slots=True)
class LoanUpdate:
    """What a later tape changes of a known loan; what is not named stays.

    `loan`, `borrower` and `vehicle` map column names (`id_number`, `phone` … in clear, sealed
    here) to their new values; columns that the ledger keeps are refused.
    """

    loan_id: int
    loan: Mapping[str, object] = field(default_factory=dict)
    borrower: Mapping[str, object] = field(default_factory=dict)
    vehicle: Mapping[str, object] = field(default_factory=dict)
    entries: tuple[NewEntry, ...] = ()
    position: Position | None = None
    overdue_since: date | None = None
    """Stated by a tape with entries but no schedule; read where `states_overdue` is true."""

    states_overdue: bool = False
    parties: Sequence[NewParty] = ()
    """Parties to add."""

    ownership: Sequence[NewOwnership] = ()
    facts: Sequence[NewFact] = ()
    snapshots: Sequence[NewSnapshot] = ()
    import_batch_id: int | None = None
