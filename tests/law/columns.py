"""Loans as columns for the vectorised claim statement, and the same loans one by one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np

from recovery.law.statement import Billed, LoanColumns, Terms, rate_units


@dataclass(frozen=True, slots=True)
class Loan:
    """A loan for both ways of computing its claim."""

    instalments: tuple[Billed, ...]
    terms: Terms


def columns(loans: Sequence[Loan]) -> LoanColumns:
    """Return `loans` side by side; instalments that a loan lacks are all zero."""
    width = max(len(loan.instalments) for loan in loans)
    table = np.zeros((3, len(loans), width), dtype=np.int64)
    for row, loan in enumerate(loans):
        for column, each in enumerate(loan.instalments):
            fen = int(each.principal * 100), int(each.interest * 100)
            table[:, row, column] = each.due.toordinal(), *fen
    terms = [loan.terms for loan in loans]
    return LoanColumns(
        due=table[0],
        principal=table[1],
        interest=table[2],
        maturity=_column(each.maturity.toordinal() for each in terms),
        accrues_from=_column(each.accrues_from.toordinal() for each in terms),
        contract_rate=_column(rate_units(each.contract_rate) for each in terms),
        penalty_rate=_column(rate_units(each.penalty_rate) for each in terms),
    )


def _column(values):
    return np.array(list(values), dtype=np.int64)


def loan_of(number: int, instalments: int = 60) -> Loan:
    """Return the loan `number` of a made-up book; the same number gives the same loan."""
    start = date(2021 + number % 3, 1 + number % 12, 1 + number % 28)
    ordinal = start.toordinal()
    principal = Decimal(80_000_00 + number * 7919 % 20_000_000) / 100 / instalments
    billed = tuple(
        Billed(
            due=date.fromordinal(ordinal + 30 * k),
            principal=(principal + k).quantize(Decimal("0.01")) if k % 5 else Decimal(0),
            interest=Decimal(number % 97 * 100 + k) / 100,
        )
        for k in range(instalments)
    )
    rate = Decimal("0.05") + Decimal(number % 1300) / 10_000
    terms = Terms(
        contract_rate=rate,
        penalty_rate=rate * (Decimal(130 + number % 21) / 100),
        maturity=billed[-1].due,
        accrues_from=billed[number % instalments].due,
        basis=360,
    )
    return Loan(billed, terms)
