"""The ledger of a new loan worked out from its parsed values, and what a stated position adds."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from recovery.kernel.money import ZERO
from recovery.loans.rules.accrual import Contract, Posting, accrue
from recovery.loans.rules.balances import Balances, Standing, Stated, add_up, stand
from recovery.loans.rules.schedule import Due
from recovery.loans.values import NewEntry, NewLoan, Position

RANKS = {"disbursement": 0, "instalment_due": 1}
"""Order of rows of one day: what falls due comes before what is paid."""

PARTS = ("principal", "interest", "penalty", "compound", "costs")


@dataclass(frozen=True, slots=True)
class Ledger:
    """The numbered rows of a new loan and what they come to."""

    entries: tuple[NewEntry, ...]
    postings: tuple[Posting, ...]
    balances: Balances
    standing: Standing


def new_ledger(loan: NewLoan, today: date) -> Ledger:
    """Return the ledger of a new loan: its rows in order of value date, numbered from 1."""
    dues = dues_of(loan)
    entries = list(loan.entries)
    if all(entry.kind != "disbursement" for entry in entries):
        amount = loan.disbursed_amount
        entries.append(NewEntry("disbursement", loan.disbursed_on, amount, principal=amount))
    if loan.opening is not None:
        entries.append(opening_entry(loan.opening, entries, dues))
    if dues and loan.closed_on is None:
        standing = [posting(number, entry) for number, entry in enumerate(entries, 1)]
        entries += billing_entries(contract_of(loan), dues, standing, today)
    entries.sort(key=lambda entry: (entry.value_date, RANKS.get(entry.kind, 2)))
    postings = tuple(posting(number, entry) for number, entry in enumerate(entries, 1))
    stated = Stated(
        loan.repayment_method, loan.matures_on, loan.accelerated_on, stated_overdue(loan)
    )
    return Ledger(tuple(entries), postings, add_up(postings), stand(stated, dues, postings, today))


def billing_entries(
    contract: Contract, dues: Sequence[Due], postings: Sequence[Posting], today: date
) -> list[NewEntry]:
    """Return the rows that bill what fell due up to `today` and has no row yet."""
    if not dues:
        return []
    return [
        NewEntry(
            "instalment_due",
            billed.due.due_on,
            billed.due.principal + billed.interest,
            interest=billed.interest,
            instalment_number=billed.due.number,
            origin="born_here",
        )
        for billed in accrue(contract, dues, postings, today).unbilled
    ]


def contract_of(loan: NewLoan) -> Contract:
    """Return the terms of a new loan as the rules take them."""
    return Contract(
        loan.disbursed_on,
        loan.matures_on,
        loan.rate_per_year,
        loan.penalty_rate_per_year,
        loan.compound_rate_per_year,
        loan.day_count,
        loan.repayment_method,
        loan.accelerated_on,
    )


def dues_of(loan: NewLoan) -> list[Due]:
    """Return the schedule of a new loan as the rules take it."""
    return [Due(one.number, one.due_on, one.principal, one.interest) for one in loan.instalments]


def stated_overdue(loan: NewLoan) -> date | None:
    """Return since when the tape says the loan is overdue."""
    return loan.opening.overdue_since if loan.opening is not None else loan.overdue_since


def posting(number: int, entry: NewEntry) -> Posting:
    """Return a parsed transaction as the rules take it."""
    return Posting(
        number,
        entry.kind,
        entry.value_date,
        entry.principal,
        entry.interest,
        entry.penalty,
        entry.compound,
        entry.costs,
        entry.amount,
        entry.accrued_until,
        entry.instalment_number,
        entry.origin == "born_here",
    )


def opening_entry(position: Position, entries: Sequence[NewEntry], dues: Sequence[Due]) -> NewEntry:
    """Return the row that takes over a tape's position: the difference to the other rows."""
    booked = [posting(0, entry) for entry in entries]
    return replace(difference(position, booked, dues), kind="opening")


def last_paid(position: Position, dues: Sequence[Due]) -> int | None:
    """Return the last instalment fully paid at the position's day, 0: none; None: no schedule."""
    if not dues:
        return None
    return max((due.number for due in dues if _was_paid(due, position)), default=0)


def _was_paid(due: Due, position: Position) -> bool:
    """Return whether an instalment was fully paid at the position's day."""
    return due.due_on < (position.overdue_since or position.as_of) or (
        position.overdue_since is None and due.due_on == position.as_of
    )


def difference(position: Position, postings: Sequence[Posting], dues: Sequence[Due]) -> NewEntry:
    """Return the adjustment that brings what `postings` add up to to `position`."""
    booked = add_up([one for one in postings if one.value_date <= position.as_of])
    changes = {
        "principal": position.principal - booked.principal,
        "interest": position.billed_interest - booked.billed_interest,
        "penalty": position.penalty_due - booked.penalty_due,
        "compound": position.compound_due - booked.compound_due,
        "costs": position.costs_due - booked.costs_due,
    }
    net = sum((changes[part] for part in PARTS if part != "compound"), ZERO)
    return NewEntry(
        kind="adjustment",
        value_date=position.as_of,
        amount=abs(net),
        principal=changes["principal"],
        interest=changes["interest"],
        penalty=changes["penalty"],
        compound=changes["compound"],
        costs=changes["costs"],
        instalment_number=last_paid(position, dues),
        accrued_until=position.as_of,
    )
