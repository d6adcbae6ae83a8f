"""Made-up loans for the claim statement."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from recovery.law.statement import Billed, Terms


@dataclass(frozen=True, slots=True)
class Loan:
    """What a claim is computed from."""

    instalments: tuple[Billed, ...]
    terms: Terms


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
