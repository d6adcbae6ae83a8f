"""The rows that a new loan's parsed values become, with every balance worked out."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from recovery.loans.bulk_ledger import Ledger
from recovery.loans.rules.balances import Balances, Standing
from recovery.loans.values import (
    NewEntry,
    NewFact,
    NewLoan,
    NewOwnership,
)

Row = dict[str, Any]


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
