"""The statement of a loan (对账单): every row, what is not booked yet, and the claim."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from recovery.kernel.money import ZERO
from recovery.loans.models import LedgerEntry, Loan
from recovery.loans.queries import claim_on
from recovery.loans.rules.claim import HEADS, Claim, Line


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A ledger row with what is owed after it, in the order of value dates."""

    entry: LedgerEntry
    balance: Decimal
    """Principal, interest, penalty, compound interest and costs booked up to here."""

    reverses_number: int | None

    @property
    def change(self) -> Decimal:
        """What the row changes of all that is owed."""
        entry = self.entry
        return entry.principal + entry.interest + entry.penalty + entry.costs


@dataclass(frozen=True, slots=True)
class Statement:
    """A loan's account up to the day `on`, with the claim on that day."""

    loan: Loan
    on: date
    rows: tuple[StatementRow, ...]
    claim: Claim

    @property
    def totals(self) -> dict[str, Decimal]:
        """The sums of the rows: what the ledger holds of each part."""
        parts = ("principal", "interest", "penalty", "compound", "costs")
        return {part: sum((getattr(row.entry, part) for row in self.rows), ZERO) for part in parts}

    @property
    def booked(self) -> Decimal:
        """What the ledger holds in all."""
        return self.rows[-1].balance if self.rows else ZERO

    @property
    def unbooked(self) -> tuple[Line, ...]:
        """What belongs to the claim and has no ledger row yet."""
        return tuple(line for line in self.claim.lines if line.source != "row")

    @property
    def heads(self) -> list[tuple[str, Decimal]]:
        """The heads of the claim with their amounts."""
        return [(head, getattr(self.claim, head)) for head in HEADS]


def statement_of(session: Session, loan: Loan, on: date) -> Statement:
    """Return the statement of `loan` up to the day `on`, reversed rows and reversals included."""
    entries = session.scalars(
        select(LedgerEntry)
        .where(LedgerEntry.loan_id == loan.id, LedgerEntry.value_date <= on)
        .order_by(LedgerEntry.value_date, LedgerEntry.number)
    ).all()
    return Statement(loan, on, tuple(_with_balances(entries)), claim_on(session, loan, on))


def _with_balances(entries: Sequence[LedgerEntry]) -> Iterator[StatementRow]:
    numbers = {entry.id: entry.number for entry in entries}
    balance = ZERO
    for entry in entries:
        balance += entry.principal + entry.interest + entry.penalty + entry.costs
        reverses = numbers.get(entry.reverses_id) if entry.reverses_id is not None else None
        yield StatementRow(entry, balance, reverses)
