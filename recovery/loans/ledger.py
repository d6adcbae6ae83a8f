"""The open ledger of one loan: rows are appended, registered, and the loan's columns follow.

Every service that books anything goes through `LoanLedger`, so that the sum of the ledger always
equals the columns of the loan.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from recovery.kernel.errors import RuleViolation
from recovery.kernel.money import ZERO
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.bulk_ledger import billing_entries
from recovery.loans.bulk_rows import balance_columns, close_reason
from recovery.loans.models import Instalment, LedgerEntry, Loan
from recovery.loans.queries import contract_of, posting_of, schedule_in_force, stated_of
from recovery.loans.rules.accrual import Posting
from recovery.loans.rules.balances import add_up, stand
from recovery.loans.rules.claim import Claim, compute_claim, unbooked_accruals
from recovery.loans.rules.schedule import Due
from recovery.loans.values import NewEntry

OWN = "born_here"

PAID_UP = ("paid", "prepaid", "written_off_recovered")
"""Reasons of closing that end when something is owed again."""


@dataclass(frozen=True, slots=True)
class Booking:
    """What someone books: yuan, the day it takes effect, and what it goes by."""

    amount: Decimal
    value_date: date
    reference: str | None = None
    description: str | None = None


class LoanLedger:
    """The rows and the schedule of `loan`, read once; `close` brings the columns in step.

    The loan's row stays locked until the transaction ends: its rows are numbered without gaps.
    """

    def __init__(self, work: Work, loan: Loan) -> None:
        work.session.refresh(loan, with_for_update={"of": Loan})
        self.work = work
        self.loan = loan
        rows = select(LedgerEntry).where(LedgerEntry.loan_id == loan.id)
        self.entries = list(work.session.scalars(rows.order_by(LedgerEntry.number)))
        self.lines = list(work.session.scalars(schedule_in_force([loan.id])))

    @property
    def standing(self) -> list[LedgerEntry]:
        """The rows that are neither reversed nor reversals."""
        undone = {entry.reverses_id for entry in self.entries}
        return [e for e in self.entries if e.kind != "reversal" and e.id not in undone]

    @property
    def postings(self) -> list[Posting]:
        """The rows that stand, as the rules take them."""
        return [posting_of(entry) for entry in self.standing]

    @property
    def dues(self) -> list[Due]:
        """The schedule in force, as the rules take it."""
        return [Due(one.number, one.due_on, one.principal, one.interest) for one in self.lines]

    def claim(self, on: date) -> Claim:
        """Return the claim at the end of the day `on`."""
        return compute_claim(contract_of(self.loan), self.dues, self.postings, on)

    def append(
        self, entry: NewEntry, *, order: str | None = None, reverses: LedgerEntry | None = None
    ) -> LedgerEntry:
        """Append a row under the next number and register it as evidence."""
        row = LedgerEntry(
            loan_id=self.loan.id,
            number=max((one.number for one in self.entries), default=0) + 1,
            kind=entry.kind,
            value_date=entry.value_date,
            booked_at=self.work.now,
            amount=entry.amount,
            principal=entry.principal,
            interest=entry.interest,
            penalty=entry.penalty,
            compound=entry.compound,
            costs=entry.costs,
            appropriation_order=order,
            instalment_number=entry.instalment_number,
            accrued_until=entry.accrued_until,
            reverses_id=None if reverses is None else reverses.id,
            reference=entry.reference,
            description=entry.description,
            origin=entry.origin,
            import_batch_id=None,
        )
        self.work.add(row)
        self.work.register("transaction", row, loan_id=self.loan.id)
        self.entries.append(row)
        return row

    def bill_due(self) -> int:
        """Bill what fell due up to today and has no row yet; return how many instalments."""
        contract = contract_of(self.loan)
        billed = billing_entries(contract, self.dues, self.postings, self.work.today)
        for entry in billed:
            self.append(entry)
        return len(billed)

    def book_accruals(self, until: date) -> None:
        """Book penalty and compound interest that accrued up to `until` and no row holds.

        Where the ledger holds accruals up to a later day, that day is brought in step instead:
        the row may then be negative, because what came in earlier bore less.
        """
        booked = [entry.accrued_until for entry in self.standing if _accrues(entry)]
        day = max([until, *(day for day in booked if day is not None)])
        claim = self.claim(day)
        penalty, compound = unbooked_accruals(claim, self.postings)
        if penalty or compound:
            total = penalty + compound
            self.append(
                NewEntry(
                    "penalty",
                    day,
                    abs(total),
                    penalty=total,
                    compound=compound,
                    accrued_until=day,
                    origin=OWN,
                )
            )

    def supersede(self, dues: Sequence[Due]) -> None:
        """Put a new schedule in force; the old one stays as it is."""
        number = max((line.schedule for line in self.lines), default=0) + 1
        self.lines = [
            Instalment(
                loan_id=self.loan.id,
                schedule=number,
                number=due.number,
                due_on=due.due_on,
                principal=due.principal,
                interest=due.interest,
                principal_paid=ZERO,
                interest_paid=ZERO,
                paid_on=None,
            )
            for due in dues
        ]
        self.work.session.add_all(self.lines)
        self.work.session.flush()

    def schedule(self, number: int) -> list[Due]:
        """Return the lines of the loan's schedule `number`, in force or not."""
        rows = select(Instalment).where(
            Instalment.loan_id == self.loan.id, Instalment.schedule == number
        )
        lines = self.work.session.scalars(rows.order_by(Instalment.number))
        return [Due(one.number, one.due_on, one.principal, one.interest) for one in lines]

    def close(self) -> None:
        """Bring the loan's columns and the paid amounts of its schedule in step with the rows."""
        loan, postings = self.loan, self.postings
        balances = add_up(postings)
        standing = stand(stated_of(loan), self.dues, postings, self.work.today)
        for column, value in balance_columns(balances, standing).items():
            if getattr(loan, column) != value:
                setattr(loan, column, value)
        for line, settled in zip(self.lines, standing.lines, strict=True):
            line.principal_paid = settled.principal_paid
            line.interest_paid = settled.interest_paid
            line.paid_on = settled.paid_on
        open_or_close(loan, postings)
        self.work.session.flush()

    def require_day(self, day: date) -> None:
        """Check that something can take effect on `day`.

        Raises:
            RuleViolation: it lies in the future, or before the disbursement.
        """
        if day > self.work.today:
            raise RuleViolation(_("日期 {day} 在将来，不能入账。", day=day))
        if day < self.loan.disbursed_on:
            raise RuleViolation(
                _("日期 {day} 早于放款日 {first}。", day=day, first=self.loan.disbursed_on)
            )


def open_or_close(loan: Loan, postings: Sequence[Posting]) -> None:
    """Set or clear the day on which nothing was owed any more."""
    if loan.balance != 0:
        if loan.close_reason in PAID_UP:
            loan.closed_on = loan.close_reason = None
        return
    if loan.closed_on is None and loan.paid_total > 0:
        loan.closed_on = max(posting.value_date for posting in postings)
        reason = close_reason(loan.closed_on, loan.matures_on)
        loan.close_reason = "written_off_recovered" if loan.written_off_on else reason


def _accrues(entry: LedgerEntry) -> bool:
    """Return whether a row of ours books penalty that accrued to a day."""
    return entry.origin == OWN and entry.kind == "penalty" and entry.accrued_until is not None
