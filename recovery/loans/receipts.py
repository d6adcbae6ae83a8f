"""Money that comes in: what it settles, and early repayments, which lay the schedule out anew."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from recovery.kernel.errors import RuleViolation
from recovery.kernel.money import ZERO
from recovery.kernel.text import _
from recovery.loans.ledger import OWN, Booking, LoanLedger
from recovery.loans.models import LedgerEntry
from recovery.loans.rules.appropriation import Owed, appropriate_in_turn, read_order
from recovery.loans.rules.overdue import BY_DAYS
from recovery.loans.rules.schedule import Due, EarlyRepayment, Terms, repay_early
from recovery.loans.values import NewEntry


def receive(ledger: LoanLedger, kind: str, booking: Booking) -> LedgerEntry:
    """Book money that came in: accruals up to its day, an early part if any, then the row.

    Raises:
        RuleViolation: it is more than is owed in all.
    """
    day = booking.value_date
    ledger.bill_due()
    back_dated = _is_back_dated(ledger, day)
    if not back_dated:
        ledger.book_accruals(day)
        _book_running_days(ledger, day)
    owed, early = _still_owed(ledger, day), None
    first = ledger.claim(day).owed().within(owed)
    if booking.amount > owed.due and _has_schedule_to_shrink(ledger):
        early, owed = _repay_early(ledger, owed, booking)
    if booking.amount > owed.total:
        raise too_much(booking.amount, owed.total)
    order = read_order(ledger.loan.appropriation_order)
    parts = appropriate_in_turn(booking.amount, first, owed, order)
    entry = ledger.append(
        replace(_row(kind, booking, parts), instalment_number=early),
        order=ledger.loan.appropriation_order,
    )
    if back_dated:
        ledger.book_accruals(day)
    return entry


def _row(kind: str, booking: Booking, parts: Owed) -> NewEntry:
    """Return the row of money that settles `parts`."""
    return NewEntry(
        kind,
        booking.value_date,
        booking.amount,
        principal=-(parts.principal + parts.undue),
        interest=-parts.interest,
        penalty=-(parts.penalty + parts.compound),
        compound=-parts.compound,
        costs=-parts.costs,
        reference=booking.reference,
        description=booking.description,
        origin=OWN,
    )


def _is_back_dated(ledger: LoanLedger, day: date) -> bool:
    """Return whether accruals beyond `day` are booked already."""
    return any(
        entry.origin == OWN and entry.accrued_until is not None and entry.accrued_until > day
        for entry in ledger.standing
    )


def _book_running_days(ledger: LoanLedger, day: date) -> None:
    """Bill the interest of the days since the last billing where no instalment will bill it.

    That is where the contract counts days, and where the whole loan fell due early.
    """
    accelerated = ledger.loan.accelerated_on
    is_whole_due = accelerated is not None and accelerated <= day
    if ledger.loan.repayment_method != BY_DAYS and not is_whole_due:
        return
    running = ledger.claim(day).running_interest
    if running > 0:
        ledger.append(
            NewEntry("interest", day, running, interest=running, accrued_until=day, origin=OWN)
        )


def _has_schedule_to_shrink(ledger: LoanLedger) -> bool:
    """Return whether an early repayment changes the schedule.

    Where interest is counted by days it pays the next instalments instead.
    """
    loan = ledger.loan
    return bool(ledger.lines) and not loan.accelerated_on and loan.repayment_method != BY_DAYS


def _reckoning_day(ledger: LoanLedger, day: date) -> date:
    """Return the last of `day`, the due days up to today, and the days of all rows.

    What fell due is owed, and what a later row settled already is not owed any more.
    """
    fallen = [due.due_on for due in ledger.dues if due.due_on <= ledger.work.today]
    return max([day, *fallen, *(entry.value_date for entry in ledger.standing)])


def _still_owed(ledger: LoanLedger, day: date) -> Owed:
    """Return what money of `day` may settle: what fell due, and accruals up to its own day."""
    at_day = ledger.claim(day).owed()
    owed = ledger.claim(_reckoning_day(ledger, day)).owed()
    principal = sum((entry.principal for entry in ledger.standing), ZERO)
    interest = sum((entry.interest for entry in ledger.standing), ZERO)
    costs = sum((entry.costs for entry in ledger.standing), ZERO)
    due = min(owed.principal, principal)
    return Owed(
        costs=min(owed.costs, max(costs, ZERO)),
        penalty=min(owed.penalty, at_day.penalty),
        compound=min(owed.compound, at_day.compound),
        interest=min(owed.interest, max(interest, ZERO)),
        principal=due,
        undue=max(principal - due, ZERO),
    )


def _repay_early(ledger: LoanLedger, owed: Owed, booking: Booking) -> tuple[int, Owed]:
    """Put a line for an early repayment into the schedule, billed at once.

    Returns its number and what is owed with it.

    Raises:
        RuleViolation: more came in than is owed in all.
    """
    day = _reckoning_day(ledger, booking.value_date)
    running = ledger.claim(day).running_interest
    extra = booking.amount - owed.due
    if extra > running + owed.undue:
        raise too_much(booking.amount, owed.total + running)
    interest = running if extra > running else ZERO
    early = EarlyRepayment(day, extra - interest, interest, running - interest)
    terms = _terms_left(ledger, owed.undue)
    line, dues = repay_early(ledger.loan.repayment_method, terms, ledger.dues, early)
    ledger.supersede(dues)
    _bill_line(ledger, line)
    grown = replace(
        owed,
        interest=owed.interest + line.interest,
        principal=owed.principal + line.principal,
        undue=owed.undue - line.principal,
    )
    return line.number, grown


def too_much(amount: Decimal, most: Decimal) -> RuleViolation:
    """Return the refusal of money beyond the whole claim."""
    shown = {"amount": f"{amount:,.2f}", "total": f"{most:,.2f}"}
    return RuleViolation(_("金额 {amount} 元超过全部债权 {total} 元。", **shown))


def _terms_left(ledger: LoanLedger, undue: Decimal) -> Terms:
    """Return the terms by which principal not yet due is laid out anew."""
    loan = ledger.loan
    return Terms(
        principal=undue,
        rate_per_year=loan.rate_per_year,
        months=1,
        starts_on=loan.disbursed_on,
        first_due_on=ledger.dues[0].due_on,
        day_count=loan.day_count,
    )


def _bill_line(ledger: LoanLedger, line: Due) -> None:
    """Bill the line of an early repayment."""
    ledger.append(
        NewEntry(
            "instalment_due",
            line.due_on,
            line.amount,
            interest=line.interest,
            instalment_number=line.number,
            description="提前还款",
            origin=OWN,
        )
    )
