"""Whether all charges of a loan stay under the ceiling that courts hold licensed lenders to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from recovery.kernel.money import ZERO
from recovery.law.answer import Answer
from recovery.law.book import LawBook
from recovery.law.caps import financial_loan_cap
from recovery.law.errors import NoLawInForce
from recovery.loans.rules.accrual import Posting
from recovery.loans.rules.claim import Claim

CHARGING = ("instalment_due", "interest", "penalty", "fee")
"""Kinds of rows with which charges are billed; costs of realising the claim are none."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """All that was ever charged, in yuan, beside the ceiling and the law it rests on."""

    charges: Decimal
    answer: Answer

    @property
    def cap(self) -> Decimal:
        """The most that may be charged."""
        return self.answer.amount("cap")

    @property
    def reduce_by(self) -> Decimal:
        """By how much a court may reduce the charges when the debtor asks; zero: by nothing."""
        return self.answer.amount("reduce_by")


def ceiling_of(book: LawBook, postings: Sequence[Posting], claim: Claim) -> Ceiling | None:
    """Return the ceiling on the charges of a loan up to the day of `claim`.

    None where it cannot be told: the law has none for that day, or the rows begin with a position
    taken over from a tape, so that what was charged before is unknown.
    """
    standing = [posting for posting in postings if posting.value_date <= claim.on]
    if any(posting.kind == "opening" for posting in standing):
        return None
    charges = _billed(standing) + _unbilled(claim)
    try:
        answer = financial_loan_cap(
            book,
            claim.on,
            principal=principal_days(standing, claim.on),
            period_days=1,
            charges=charges,
        )
    except NoLawInForce:
        return None
    return Ceiling(charges, answer)


def principal_days(postings: Sequence[Posting], until: date) -> Decimal:
    """Return the sum over the days before `until` of the principal outstanding on each."""
    return sum(
        (posting.principal * (until - posting.value_date).days for posting in postings), ZERO
    )


def _billed(postings: Sequence[Posting]) -> Decimal:
    """Return what rows charge: interest, penalty, compound interest and fees."""
    return sum(
        (
            posting.interest + posting.penalty + posting.costs
            for posting in postings
            if posting.kind in CHARGING
        ),
        ZERO,
    )


def _unbilled(claim: Claim) -> Decimal:
    """Return what the claim holds beyond its rows."""
    return sum((line.amount for line in claim.lines if line.source != "row"), ZERO)
