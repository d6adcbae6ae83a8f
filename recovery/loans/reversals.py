"""Corrections: a row is taken back by a new row that names it; nothing is changed or deleted."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel.errors import RuleViolation
from recovery.kernel.text import _
from recovery.loans.ledger import OWN, LoanLedger
from recovery.loans.models import LedgerEntry
from recovery.loans.rules.balances import PAYING
from recovery.loans.values import NewEntry

REVERSIBLE = (*PAYING, "fee", "cost", "court_cost", "penalty", "waiver", "write_off", "adjustment")
"""Kinds of rows that a person may reverse; the others follow from the contract."""


def may_be_reversed(entry: LedgerEntry) -> bool:
    """Return whether a row that stands is of a kind that a person may reverse."""
    return entry.kind in REVERSIBLE and entry.accrued_until is None


def may_still_be_reversed(session: Session, entry: LedgerEntry) -> bool:
    """Return whether a row is of a kind that may be reversed, and has not been."""
    taken_back = select(LedgerEntry.id).where(
        LedgerEntry.loan_id == entry.loan_id, LedgerEntry.reverses_id == entry.id
    )
    return may_be_reversed(entry) and session.scalars(taken_back.limit(1)).first() is None


def reverse(ledger: LoanLedger, entry_id: int, reason: str) -> tuple[LedgerEntry, LedgerEntry]:
    """Take back the whole of a row, with its value date; return the old row and the new.

    Raises:
        RuleViolation: the row is of another loan, cannot be reversed or is reversed already, or a
            later early repayment stands on it.
    """
    entry = next((one for one in ledger.standing if one.id == entry_id), None)
    if entry is None or not may_be_reversed(entry):
        raise RuleViolation(_("这笔交易不能冲正：它不在本合同项下、已被冲正，或由合同自动产生。"))
    if entry.kind in PAYING and entry.instalment_number is not None:
        _undo_early_repayment(ledger, entry.instalment_number)
    row = take_back(ledger, entry, reason)
    if entry.kind == "write_off":
        ledger.loan.written_off_on = None
    return entry, row


def take_back(ledger: LoanLedger, entry: LedgerEntry, reason: str) -> LedgerEntry:
    """Append the row that takes back `entry`."""
    return ledger.append(
        NewEntry(
            "reversal",
            entry.value_date,
            entry.amount,
            principal=-entry.principal,
            interest=-entry.interest,
            penalty=-entry.penalty,
            compound=-entry.compound,
            costs=-entry.costs,
            description=reason,
            origin=OWN,
        ),
        reverses=entry,
    )


def _undo_early_repayment(ledger: LoanLedger, number: int) -> None:
    """Put the schedule from before the early repayment line `number` in force again.

    Raises:
        RuleViolation: a later early repayment or another new schedule stands on it.
    """
    before = ledger.schedule(ledger.lines[0].schedule - 1)
    line = next((one for one in ledger.lines if one.number == number), None)
    old = next((one for one in before if one.number == number), None)
    if line is None or (old is not None and old.due_on == line.due_on):
        raise RuleViolation(_("此后还款计划又有变更，请先冲正较晚的一笔。"))
    stale = [
        entry
        for entry in ledger.standing
        if entry.kind == "instalment_due" and (entry.instalment_number or 0) >= number
    ]
    for entry in stale:
        take_back(ledger, entry, "恢复还款计划")
    ledger.supersede(before)
    ledger.bill_due()
