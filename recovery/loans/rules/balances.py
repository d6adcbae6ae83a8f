"""The balances of a loan as its ledger rows add up, and what they settle of its schedule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from recovery.kernel.money import ZERO
from recovery.loans.rules.accrual import Posting
from recovery.loans.rules.overdue import Receipt, Settled, overdue_since, settle
from recovery.loans.rules.schedule import Due

PAYING = ("payment", "recovery", "sale_proceeds")
"""Kinds of rows with which money came in."""

OWING = ("disbursement", "instalment_due", "interest")
"""Kinds of rows with which more came to be owed, which settle nothing."""


@dataclass(frozen=True, slots=True)
class Balances:
    """What the columns of a loan hold, in yuan. `compound_due` is contained in `penalty_due`."""

    principal: Decimal
    billed_interest: Decimal
    penalty_due: Decimal
    compound_due: Decimal
    costs_due: Decimal
    paid_total: Decimal
    last_paid_on: date | None

    @property
    def balance(self) -> Decimal:
        """Everything owed and booked."""
        return self.principal + self.billed_interest + self.penalty_due + self.costs_due


def add_up(postings: Sequence[Posting]) -> Balances:
    """Return the sums of the ledger rows that stand."""
    principal = interest = penalty = compound = costs = paid = ZERO
    last_paid_on: date | None = None
    for one in postings:
        principal += one.principal
        interest += one.interest
        penalty += one.penalty
        compound += one.compound
        costs += one.costs
        if one.kind in PAYING:
            paid += one.amount
            last_paid_on = max(last_paid_on or one.value_date, one.value_date)
    return Balances(principal, interest, penalty, compound, costs, paid, last_paid_on)


def receipts(dues: Sequence[Due], postings: Sequence[Posting]) -> list[Receipt]:
    """Return what the rows settled of principal and interest, a receipt a day, oldest first.

    A position of a tape says which instalments were fully paid by its day; its word goes before
    what the rows until then settled.
    """
    pool = {"principal": ZERO, "interest": ZERO}
    days: dict[date, dict[str, Decimal]] = {}
    for posting in sorted(postings, key=lambda one: (one.value_date, one.number)):
        if posting.kind in OWING:
            continue
        if is_position(posting):
            taken = [due for due in dues if due.number <= (posting.instalment_number or 0)]
            pool["principal"] = sum((due.principal for due in taken), ZERO)
            pool["interest"] = sum((due.interest for due in taken), ZERO)
        else:
            pool["principal"] -= posting.principal
            pool["interest"] -= posting.interest
        days[posting.value_date] = dict(pool)
    return list(_steps(days))


def is_position(posting: Posting) -> bool:
    """Return whether a row takes over a tape's word on what was paid."""
    if posting.kind == "opening":
        return True
    return posting.kind == "adjustment" and posting.instalment_number is not None


def _steps(days: dict[date, dict[str, Decimal]]) -> Iterator[Receipt]:
    """Yield what each day added to the pools, in order of days."""
    principal = interest = ZERO
    for day, pool in days.items():
        yield Receipt(day, pool["principal"] - principal, pool["interest"] - interest)
        principal, interest = pool["principal"], pool["interest"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What a schedule and a ledger say together: what is paid of each line, overdue since when."""

    lines: list[Settled]
    overdue_since: date | None


@dataclass(frozen=True, slots=True)
class Stated:
    """What is known of a loan beside its rows: `overdue_since` of a tape without a schedule."""

    method: str
    matures_on: date | None
    accelerated_on: date | None
    overdue_since: date | None


def stand(
    stated: Stated, dues: Sequence[Due], postings: Sequence[Posting], today: date
) -> Standing:
    """Return how the loan stands on `today`.

    Without a schedule the tape's word on being overdue stands until nothing is owed.
    """
    owed = add_up(postings)
    lines = settle(dues, receipts(dues, postings), stated.method) if dues else []
    if owed.balance <= 0:
        return Standing(lines, None)
    since = overdue_since(lines, today) if dues else stated.overdue_since
    days = [day for day in (since, _all_due_since(stated, dues, owed, today)) if day is not None]
    return Standing(lines, min(days, default=None))


def _all_due_since(stated: Stated, dues: Sequence[Due], owed: Balances, today: date) -> date | None:
    """Return since when all principal is overdue: acceleration or maturity before `today`."""
    if owed.principal <= 0:
        return None
    maturity = max((due.due_on for due in dues), default=stated.matures_on)
    days = [day for day in (stated.accelerated_on, maturity) if day is not None and day < today]
    return min(days, default=None)
