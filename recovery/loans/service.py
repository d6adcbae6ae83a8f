"""Transactions of a loan: money in, charges, concessions, and their corrections.

Each use case loads the loan through the gate, books rows, keeps the columns in step, registers
each row as evidence and writes its audit event, in one unit of work.
"""

from datetime import date
from decimal import Decimal

from recovery.kernel.actions import Action
from recovery.kernel.errors import RuleViolation
from recovery.kernel.money import ZERO
from recovery.kernel.text import _
from recovery.kernel.work import Work
from recovery.loans.ledger import OWN, Booking, LoanLedger
from recovery.loans.models import LedgerEntry, Loan
from recovery.loans.receipts import receive
from recovery.loans.reversals import reverse
from recovery.loans.rules.claim import COURT_COST
from recovery.loans.rules.classification import CLASSES
from recovery.loans.values import NewEntry

__all__ = [
    "Booking",
    "Repeated",
    "accelerate",
    "book_cost",
    "book_court_cost",
    "book_disbursement",
    "book_fee",
    "book_penalty",
    "open_ledger",
    "record_payment",
    "record_recovery",
    "record_sale_proceeds",
    "refuse_repeated",
    "reverse_transaction",
    "set_class_floor",
]


def open_ledger(work: Work, loan_id: int) -> LoanLedger:
    """Return the ledger of the loan, through the gate, for booking."""
    return LoanLedger(work, work.get(Loan, loan_id))


class Repeated(RuleViolation):
    """A booking that looks like one that stands in the ledger already."""


def refuse_repeated(work: Work, loan_id: int, kind: str, booking: Booking) -> None:
    """Refuse a booking whose kind, amount, value date and reference a standing row has.

    For forms, which offer to confirm that it is another one.

    Raises:
        Repeated: there is such a row; the sentence names it.
    """
    told = (kind, booking.amount, booking.value_date, booking.reference or None)
    for entry in open_ledger(work, loan_id).standing:
        if told == (entry.kind, entry.amount, entry.value_date, entry.reference or None):
            raise Repeated(
                _(
                    "账本第 {number} 笔与此相同：同为 {day}、{amount} 元，流水号也相同。"
                    "如确为另一笔，请勾选“确认不是重复入账”再提交。",
                    number=entry.number,
                    day=entry.value_date,
                    amount=entry.amount,
                )
            )


def book_disbursement(work: Work, loan_id: int, booking: Booking) -> LedgerEntry:
    """Book principal paid out to the borrower (放款).

    Raises:
        RuleViolation: more than the contract's amount would be paid out.
    """
    ledger = open_ledger(work, loan_id)
    paid_out = sum((e.amount for e in ledger.standing if e.kind == "disbursement"), ZERO)
    most = ledger.loan.disbursed_amount
    if paid_out + booking.amount > most:
        raise RuleViolation(_("放款合计将超过合同金额 {most} 元。", most=most))
    return _book(ledger, "disbursement", booking, principal=booking.amount)


def record_payment(work: Work, loan_id: int, booking: Booking) -> LedgerEntry:
    """Record a payment (还款) and appropriate it in the contract's order.

    What had accrued by its value date is booked first. What exceeds all that is due repays
    principal early, and the schedule shrinks.

    Raises:
        RuleViolation: the amount is not above zero or exceeds the whole claim, or the day is in
            the future.
    """
    return _receive(work, loan_id, "payment", booking)


def record_recovery(work: Work, loan_id: int, booking: Booking) -> LedgerEntry:
    """Record money recovered otherwise than by the borrower's own payment (清收回款)."""
    return _receive(work, loan_id, "recovery", booking)


def record_sale_proceeds(work: Work, loan_id: int, booking: Booking) -> LedgerEntry:
    """Record the net proceeds of the vehicle (处置价款), appropriated like a payment."""
    return _receive(work, loan_id, "sale_proceeds", booking)


def book_fee(work: Work, loan_id: int, booking: Booking) -> LedgerEntry:
    """Book a fee that the borrower owes under the contract."""
    return _book(open_ledger(work, loan_id), "fee", booking, costs=booking.amount)


def book_cost(work: Work, loan_id: int, booking: Booking) -> LedgerEntry:
    """Book a cost of realising the claim (实现债权的费用) that the borrower bears."""
    return _book(open_ledger(work, loan_id), "cost", booking, costs=booking.amount)


def book_court_cost(work: Work, loan_id: int, booking: Booking) -> LedgerEntry:
    """Book what a court charged (诉讼费、保全费): owed by the borrower, not claimed in a suit."""
    return _book(open_ledger(work, loan_id), COURT_COST, booking, costs=booking.amount)


def book_penalty(work: Work, loan_id: int, booking: Booking) -> LedgerEntry:
    """Book liquidated damages (违约金) agreed for a breach; penalty interest accrues by itself."""
    return _book(open_ledger(work, loan_id), "penalty", booking, penalty=booking.amount)


def reverse_transaction(work: Work, loan_id: int, entry_id: int, reason: str) -> LedgerEntry:
    """Take back the whole of a row by a new row that names it (冲正), with the same value date.

    Raises:
        RuleViolation: the row is of another loan, cannot be reversed or is reversed already, or a
            later early repayment stands on it.
    """
    ledger = open_ledger(work, loan_id)
    entry, row = reverse(ledger, entry_id, reason)
    ledger.close()
    work.record(
        Action.REVERSE_TRANSACTION,
        ledger.loan,
        reversed_number=entry.number,
        kind=entry.kind,
        amount=entry.amount,
        number=row.number,
    )
    return row


def accelerate(work: Work, loan_id: int, on: date) -> Loan:
    """Let the whole principal fall due early on `on` (提前到期): the day notice arrived.

    Raises:
        RuleViolation: it is accelerated already, or the day is in the future.
    """
    ledger = open_ledger(work, loan_id)
    ledger.require_day(on)
    loan = ledger.loan
    if loan.accelerated_on is not None:
        raise RuleViolation(_("本合同已于 {day} 提前到期。", day=loan.accelerated_on))
    ledger.bill_due()
    loan.accelerated_on = on
    ledger.close()
    work.record(Action.CHANGE_LOAN, loan, accelerated_on=(None, on))
    return loan


def set_class_floor(work: Work, loan_id: int, floor: str | None, *, reason: str) -> Loan:
    """Set the class below which the loan may not be put because of an event; None lifts it.

    Raises:
        RuleViolation: an unknown class, or no reason.
    """
    loan = work.get(Loan, loan_id)
    if (floor is not None and floor not in CLASSES) or not reason.strip():
        raise RuleViolation(_("请选择五级分类并说明理由。"))
    before, loan.class_floor = loan.class_floor, floor
    work.record(Action.CHANGE_LOAN, loan, reason=reason, class_floor=(before, floor))
    return loan


def _receive(work: Work, loan_id: int, kind: str, booking: Booking) -> LedgerEntry:
    ledger = open_ledger(work, loan_id)
    _check(ledger, booking)
    return _finish(ledger, receive(ledger, kind, booking))


def _book(ledger: LoanLedger, kind: str, booking: Booking, **parts: Decimal) -> LedgerEntry:
    """Append a charge or disbursement and finish."""
    _check(ledger, booking)
    entry = NewEntry(
        kind,
        booking.value_date,
        booking.amount,
        principal=parts.get("principal", ZERO),
        penalty=parts.get("penalty", ZERO),
        costs=parts.get("costs", ZERO),
        reference=booking.reference,
        description=booking.description,
        origin=OWN,
    )
    return _finish(ledger, ledger.append(entry))


def _check(ledger: LoanLedger, booking: Booking) -> None:
    """Check what holds for every booking.

    Raises:
        RuleViolation: the amount is not above zero, or the day is out of range.
    """
    ledger.require_day(booking.value_date)
    if booking.amount <= 0:
        raise RuleViolation(_("金额须大于零。"))


def _finish(ledger: LoanLedger, entry: LedgerEntry) -> LedgerEntry:
    """Bring the columns in step and write the audit event of a transaction."""
    ledger.close()
    ledger.work.record(
        Action.RECORD_TRANSACTION,
        ledger.loan,
        number=entry.number,
        kind=entry.kind,
        amount=entry.amount,
        value_date=entry.value_date,
        balance=ledger.loan.balance,
    )
    return entry
