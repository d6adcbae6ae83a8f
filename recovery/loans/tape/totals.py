"""Control totals: what a batch should have put into the book, and what stands there."""

from decimal import Decimal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from recovery.kernel.money import ZERO
from recovery.loans.models import ImportBatch, LedgerEntry, Loan, StagedRow
from recovery.loans.tape.deciding import CREATED, UPDATED
from recovery.loans.tape.staging import LOANS

HEADS = ("created.disbursed_amount", "created.principal", "updated.principal")


def booked_totals(session: Session, batch_id: int) -> dict[str, Decimal]:
    """Return, from the book, what the batch's rows have made: loans, and principal by outcome.

    Counted over the loans that the batch's rows name, so that a loan missing from the book, or
    booked twice, shows.
    """
    found = {"created": ZERO, "created.disbursed_amount": ZERO}
    loans = session.execute(
        select(func.count(), func.sum(Loan.disbursed_amount))
        .select_from(StagedRow)
        .join(Loan, Loan.contract_no == StagedRow.contract_no)
        .where(*_rows(batch_id), StagedRow.outcome == CREATED)
    ).one()
    found["created"] = Decimal(loans[0])
    found["created.disbursed_amount"] = loans[1] or ZERO
    for outcome in (CREATED, UPDATED):
        found[f"{outcome}.principal"] = _principal(session, batch_id, outcome)
    return found


def _rows(batch_id: int) -> tuple[ColumnElement[bool], ...]:
    """Return the condition for the applied loans rows of a batch."""
    return (
        StagedRow.batch_id == batch_id,
        StagedRow.state == "applied",
        StagedRow.part == LOANS,
    )


def _principal(session: Session, batch_id: int, outcome: str) -> Decimal:
    """Return what the batch's ledger entries add to principal, over rows of one outcome."""
    total: Decimal | None = session.scalar(
        select(func.sum(LedgerEntry.principal))
        .select_from(StagedRow)
        .join(Loan, Loan.contract_no == StagedRow.contract_no)
        .join(LedgerEntry, LedgerEntry.loan_id == Loan.id)
        .where(
            *_rows(batch_id),
            StagedRow.outcome == outcome,
            LedgerEntry.import_batch_id == batch_id,
        )
    )
    return total or ZERO


def disagreements(batch: ImportBatch, found: dict[str, Decimal]) -> list[str]:
    """Return the heads under which the file and the book do not agree."""
    expected = {
        name: Decimal(text) for name, text in batch.control_totals.get("expected", {}).items()
    }
    wrong = [name for name in HEADS if expected.get(name, ZERO) != found.get(name, ZERO)]
    if found["created"] != batch.created_count:
        wrong.append("created")
    if batch.row_count != batch.accepted_count + batch.rejected_count:
        wrong.append("rows")
    return wrong
