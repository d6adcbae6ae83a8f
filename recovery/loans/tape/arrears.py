"""Since when a loan is overdue, by what reporting rows schedule and what they say was paid."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from recovery.kernel.money import ZERO
from recovery.loans.tape.abs_ee import Derivation


@dataclass(frozen=True, slots=True)
class Duty:
    """What was due before the months told: the scheduled payment, arrears in days, paid ahead."""

    scheduled: Decimal
    days_past_due: int
    paid_ahead: bool


def overdue_since(duty: Duty, first_end: date, state: Derivation) -> date | None:
    """Return the due day of the earliest instalment not fully paid after the last month told.

    Payments settle the scheduled payments in order; one is due at each month's end, none after
    the charge-off. None: nothing overdue, or no scheduled payment is known.
    """
    if state.principal <= 0:
        return None
    ends = [one.month_end for one in state.snapshots if one.month_end > first_end]
    if state.written_off_on is not None:
        ends = [end for end in ends if end <= state.written_off_on]
    dues = _arrears(duty, first_end) + ends[1 if duty.paid_ahead else 0 :]
    if duty.scheduled <= 0:
        return dues[0] if dues and duty.days_past_due else None
    paid = sum((amount for day, amount in state.receipts if day > first_end), ZERO)
    covered = int(paid // duty.scheduled)
    return dues[covered] if covered < len(dues) else None


def _arrears(duty: Duty, first_end: date) -> list[date]:
    """Return the due days already missed when the first month ended, one for each thirty days."""
    days = duty.days_past_due
    if days <= 0:
        return []
    return [
        first_end - timedelta(days=days - 30 * number) for number in range((days - 1) // 30 + 1)
    ]
