"""The rows that a new loan's parsed values become, with every balance worked out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from recovery.kernel.money import ZERO
from recovery.loans.rules.accrual import Contract, Posting, accrue
from recovery.loans.rules.balances import Balances, Standing, Stated, add_up, stand
from recovery.loans.rules.schedule import Due
from recovery.loans.values import (
    NewEntry,
    NewFact,
    NewLoan,
    NewOwnership,
    Position,
)

Row = dict[str, Any]

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


def entry_row(
    entry_id: int, loan_id: int, number: int, entry: NewEntry, *, shared: Mapping[str, Any]
) -> Row:
    """Return a ledger row; `shared` holds `booked_at`, `import_batch_id`, `appropriation_order`."""
    return {
        "id": entry_id,
        "loan_id": loan_id,
        "number": number,
        "kind": entry.kind,
        "value_date": entry.value_date,
        "booked_at": shared["booked_at"],
        "amount": entry.amount,
        "principal": entry.principal,
        "interest": entry.interest,
        "penalty": entry.penalty,
        "compound": entry.compound,
        "costs": entry.costs,
        "appropriation_order": shared["appropriation_order"] if entry.kind == "payment" else None,
        "instalment_number": entry.instalment_number,
        "accrued_until": entry.accrued_until,
        "reverses_id": None,
        "reference": entry.reference,
        "description": entry.description,
        "origin": entry.origin,
        "import_batch_id": shared["import_batch_id"],
    }


def balance_columns(balances: Balances, standing: Standing) -> Row:
    """Return the columns of a loan that its ledger keeps."""
    return {
        "principal": balances.principal,
        "billed_interest": balances.billed_interest,
        "penalty_due": balances.penalty_due,
        "compound_due": balances.compound_due,
        "costs_due": balances.costs_due,
        "balance": balances.balance,
        "paid_total": balances.paid_total,
        "last_paid_on": balances.last_paid_on,
        "overdue_since": standing.overdue_since,
    }


CONTRACT = (
    "contract_no",
    "product",
    "disbursed_on",
    "first_due_on",
    "matures_on",
    "term_months",
    "disbursed_amount",
    "instalment_amount",
    "rate_per_year",
    "penalty_rate_per_year",
    "compound_rate_per_year",
    "day_count",
    "appropriation_order",
    "repayment_method",
)
"""Terms of the contract, to which evidence commits."""

TERMS = (
    *CONTRACT,
    "accelerated_on",
    "written_off_on",
    "assigned_class",
    "class_floor",
    "stage",
    "guarantee",
    "branch_id",
    "owner_id",
    "agency_id",
    "import_batch_id",
)


def loan_row(loan_id: int, loan: NewLoan, borrower: Mapping[str, Any], ledger: Ledger) -> Row:
    """Return the row of a loan whose borrower stands in the row `borrower`."""
    vehicle = loan.vehicle
    return {
        "id": loan_id,
        "version": 1,
        "borrower_id": borrower["id"],
        "borrower_name": borrower["name"],
        "province": borrower["province"],
        "package_id": None,
        **{column: getattr(loan, column) for column in TERMS},
        **balance_columns(ledger.balances, ledger.standing),
        **closing(loan, ledger),
        "mortgage_state": vehicle.mortgage_state if vehicle else loan.mortgage_state,
        "vehicle_state": vehicle.state if vehicle else loan.vehicle_state,
    }


def closing(loan: NewLoan, ledger: Ledger) -> Row:
    """Return when and why a new loan closed: as the tape says, else when nothing was owed."""
    if loan.closed_on is not None or ledger.balances.balance != 0:
        return {"closed_on": loan.closed_on, "close_reason": loan.close_reason}
    last = ledger.balances.last_paid_on or ledger.entries[-1].value_date
    reason = loan.close_reason or close_reason(last, loan.matures_on)
    return {"closed_on": last, "close_reason": reason}


def close_reason(last_paid_on: date, matures_on: date | None) -> str:
    """Return why a loan on which nothing is owed any more closed."""
    return "prepaid" if matures_on is not None and last_paid_on < matures_on else "paid"


def instalment_rows(loan_id: int, schedule: int, standing: Standing) -> list[Row]:
    """Return the rows of a schedule, ids left to the database, with what is paid of it."""
    return [
        {
            "loan_id": loan_id,
            "schedule": schedule,
            "number": line.due.number,
            "due_on": line.due.due_on,
            "principal": line.due.principal,
            "interest": line.due.interest,
            "principal_paid": line.principal_paid,
            "interest_paid": line.interest_paid,
            "paid_on": line.paid_on,
        }
        for line in standing.lines
    ]


def contract_fields(row: Mapping[str, Any], person: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts of a contract to commit to as evidence; what is unknown is left out."""
    fields = {column: row[column] for column in CONTRACT} | {
        "borrower_name": row["borrower_name"],
        "borrower_id_number": person.get("id_number"),
        "guarantee": row["guarantee"],
        "import_batch": row["import_batch_id"],
    }
    return {name: str(value) for name, value in fields.items() if value is not None}


def ownership_row(loan_id: int, owner: NewOwnership) -> Row:
    """Return the row of an ownership."""
    return {
        "loan_id": loan_id,
        "owner_kind": owner.owner_kind,
        "owner_name": owner.owner_name,
        "share": owner.share,
        "since": owner.since,
        "until": owner.until,
    }


def fact_row(loan_id: int, fact: NewFact, batch_id: int | None) -> Row:
    """Return the row of a day's accounting figures."""
    return {
        "loan_id": loan_id,
        "as_of": fact.as_of,
        "gross_carrying_amount": fact.gross_carrying_amount,
        "allowance": fact.allowance,
        "ifrs9_stage": fact.ifrs9_stage,
        "effective_rate_per_year": fact.effective_rate_per_year,
        "written_off_on": fact.written_off_on,
        "import_batch_id": batch_id,
    }
