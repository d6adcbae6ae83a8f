"""Repayment schedules (还款计划): what falls due, and when.

Each instalment is rounded to the fen; the last one absorbs what rounding left over.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from recovery.kernel.money import ZERO, to_fen
from recovery.loans.rules.days import add_months, days_between, year_basis


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms a schedule follows from. `rate_per_year` is a share: 0.049 is 4.9 %."""

    principal: Decimal
    rate_per_year: Decimal
    months: int
    starts_on: date
    first_due_on: date
    day_count: str = "30/360"


@dataclass(frozen=True, slots=True)
class Due:
    """One instalment: what falls due on `due_on`, principal and interest apart."""

    number: int
    due_on: date
    principal: Decimal
    interest: Decimal

    @property
    def amount(self) -> Decimal:
        """Principal and interest together."""
        return self.principal + self.interest


def level_payment(principal: Decimal, rate_per_year: Decimal, months: int) -> Decimal:
    """Return the equal monthly instalment that repays `principal` in `months` months."""
    if rate_per_year == 0:
        return to_fen(principal / months)
    rate = rate_per_year / 12
    growth = (1 + rate) ** months
    return to_fen(principal * rate * growth / (growth - 1))


def equal_instalments(terms: Terms) -> list[Due]:
    """Return equal instalments (等额本息): interest for a whole month each, the rest principal."""
    level = level_payment(terms.principal, terms.rate_per_year, terms.months)
    left, dues = terms.principal, []
    for number in range(1, terms.months + 1):
        interest = to_fen(left * terms.rate_per_year / 12)
        principal = left if number == terms.months else min(left, level - interest)
        dues.append(Due(number, due_day(terms, number), principal, interest))
        left -= principal
    return dues


def equal_principal(terms: Terms) -> list[Due]:
    """Return equal parts of principal (等额本金) with a month's interest on what is left."""
    part = to_fen(terms.principal / terms.months)
    left, dues = terms.principal, []
    for number in range(1, terms.months + 1):
        interest = to_fen(left * terms.rate_per_year / 12)
        principal = left if number == terms.months else min(left, part)
        dues.append(Due(number, due_day(terms, number), principal, interest))
        left -= principal
    return dues


def interest_first(terms: Terms) -> list[Due]:
    """Return a month's interest each month and the whole principal with the last (先息后本)."""
    interest = to_fen(terms.principal * terms.rate_per_year / 12)
    return [
        Due(
            number,
            due_day(terms, number),
            terms.principal if number == terms.months else ZERO,
            interest,
        )
        for number in range(1, terms.months + 1)
    ]


def simple_interest(terms: Terms) -> list[Due]:
    """Return equal instalments with interest counted by days (按日计息), as expected at the start.

    What is billed later is the interest of the days and principal as they really were.
    """
    level = level_payment(terms.principal, terms.rate_per_year, terms.months)
    basis = year_basis(terms.day_count)
    left, since, dues = terms.principal, terms.starts_on, []
    for number in range(1, terms.months + 1):
        due_on = due_day(terms, number)
        days = days_between(terms.day_count, since, due_on)
        interest = to_fen(left * terms.rate_per_year * days / basis)
        principal = left if number == terms.months else min(left, max(level - interest, ZERO))
        dues.append(Due(number, due_on, principal, interest))
        left, since = left - principal, due_on
    return dues


METHODS: dict[str, Callable[[Terms], list[Due]]] = {
    "equal_instalments": equal_instalments,
    "equal_principal": equal_principal,
    "interest_first": interest_first,
    "simple_interest": simple_interest,
}


def due_day(terms: Terms, number: int) -> date:
    """Return the due day of instalment `number`, counted from the first one's day."""
    return add_months(terms.first_due_on, number - 1)


def schedule(method: str, terms: Terms) -> list[Due]:
    """Return the schedule of `terms` by the contract's repayment method.

    Raises:
        KeyError: `method` is none of `METHODS`.
        ValueError: there is no month, or nothing to repay.
    """
    if terms.months < 1 or terms.principal <= 0:
        raise ValueError("a schedule needs a term and a principal")
    return METHODS[method](terms)


@dataclass(frozen=True, slots=True)
class EarlyRepayment:
    """An early repayment (提前还款): `principal` before its time, on `on`.

    `interest` is what it pays of the interest running since the last due day; `left_running` is
    what of that it leaves for the next instalment.
    """

    on: date
    principal: Decimal
    interest: Decimal
    left_running: Decimal = ZERO


def repay_early(
    method: str, terms: Terms, dues: list[Due], early: EarlyRepayment
) -> tuple[Due, list[Due]]:
    """Return the line of the early repayment and the whole new schedule that holds it.

    `terms.principal` is the principal not due before the repayment. What fell due up to its day
    stays; due days and number of the later instalments stay, their amounts shrink.
    """
    kept = [due for due in dues if due.due_on <= early.on]
    later = [due for due in dues if due.due_on > early.on]
    line = Due(len(kept) + 1, early.on, early.principal, early.interest)
    left = terms.principal - early.principal
    if not later or left <= 0:
        return line, [*kept, line]
    anew = Terms(left, terms.rate_per_year, len(later), early.on, later[0].due_on, terms.day_count)
    laid = schedule(method, anew)
    broken = _interest_over(left, terms, early.on, later[0].due_on) + early.left_running
    laid[0] = Due(1, later[0].due_on, laid[0].principal, broken)
    moved = [
        Due(line.number + new.number, old.due_on, new.principal, new.interest)
        for old, new in zip(later, laid, strict=True)
    ]
    return line, [*kept, line, *moved]


def _interest_over(principal: Decimal, terms: Terms, since: date, until: date) -> Decimal:
    """Return the interest of a period broken by an early repayment."""
    days = days_between(terms.day_count, since, until)
    return to_fen(principal * terms.rate_per_year * days / year_basis(terms.day_count))
