"""What is paid of each instalment, and since when a loan is overdue (逾期).

Receipts fill the instalments in the order they fell due: principal fills principal and interest
fills interest; where interest is counted by days, both fill the instalment's amount together,
because its split was only expected.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate

from recovery.kernel.money import ZERO
from recovery.loans.rules.schedule import Due

BY_DAYS = "simple_interest"
"""The repayment method whose instalments are filled by amount."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one transaction settled of principal and interest, in yuan, on its value date.

    Negative where a correction takes a settlement back.
    """

    on: date
    principal: Decimal
    interest: Decimal

    @property
    def amount(self) -> Decimal:
        """Principal and interest together."""
        return self.principal + self.interest


@dataclass(frozen=True, slots=True)
class Settled:
    """What is paid of one instalment; `paid_on` is the day it was fully paid, None: not yet."""

    due: Due
    principal_paid: Decimal
    interest_paid: Decimal
    paid_on: date | None


def settle(dues: Sequence[Due], receipts: Iterable[Receipt], method: str) -> list[Settled]:
    """Return what `receipts`, in order of value date, settled of each of `dues`."""
    ordered = sorted(dues, key=lambda due: due.number)
    listed = list(receipts)
    if method == BY_DAYS:
        return _by_amount(ordered, listed)
    return _by_parts(ordered, listed)


def overdue_since(lines: Iterable[Settled], on: date) -> date | None:
    """Return the due day, before `on`, of the earliest instalment not fully paid; None: none."""
    unpaid = (line.due.due_on for line in lines if line.paid_on is None and line.due.due_on < on)
    return min(unpaid, default=None)


def days_past_due(since: date | None, on: date) -> int:
    """Return the days past due (逾期天数) on `on` of a loan overdue since `since`; None: 0."""
    return 0 if since is None else max((on - since).days, 0)


def _by_amount(dues: list[Due], receipts: list[Receipt]) -> list[Settled]:
    """Fill each instalment's amount, interest first."""
    reached = Reached([(receipt.on, receipt.amount) for receipt in receipts])
    lines, goal = [], ZERO
    for due in dues:
        paid = _within(reached.total - goal, due.amount)
        goal += due.amount
        interest = min(paid, due.interest)
        lines.append(Settled(due, paid - interest, interest, reached.since(goal)))
    return lines


def _by_parts(dues: list[Due], receipts: list[Receipt]) -> list[Settled]:
    """Fill principal with principal and interest with interest."""
    principal = Reached([(receipt.on, receipt.principal) for receipt in receipts])
    interest = Reached([(receipt.on, receipt.interest) for receipt in receipts])
    lines, principal_goal, interest_goal = [], ZERO, ZERO
    for due in dues:
        principal_paid = _within(principal.total - principal_goal, due.principal)
        interest_paid = _within(interest.total - interest_goal, due.interest)
        principal_goal += due.principal
        interest_goal += due.interest
        days = (principal.since(principal_goal), interest.since(interest_goal))
        paid_on = None if None in days else max(day for day in days if day is not None)
        lines.append(Settled(due, principal_paid, interest_paid, paid_on))
    return lines


def _within(amount: Decimal, most: Decimal) -> Decimal:
    return min(max(amount, ZERO), most)


class Reached:
    """Since when a running total has stood at or above a goal, for goals that grow."""

    def __init__(self, steps: list[tuple[date, Decimal]]) -> None:
        sums = list(accumulate(amount for _, amount in steps))
        self.total = sums[-1] if sums else ZERO
        self._days = [day for day, _ in steps]
        self._lowest = list(accumulate(reversed(sums), min))[::-1]
        self._next = 0

    def since(self, goal: Decimal) -> date | None:
        """Return the first day from which the total never again fell below `goal`.

        A goal of zero is reached by the first step; None: not reached. Goals must not shrink.
        """
        while self._next < len(self._lowest) and self._lowest[self._next] < goal:
            self._next += 1
        return self._days[self._next] if self._next < len(self._days) else None
