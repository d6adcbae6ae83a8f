"""The ceiling on all charges, on both sides."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from recovery.law.book import LawBook
from recovery.loans.rules.accrual import Contract, Posting
from recovery.loans.rules.ceiling import ceiling_of, principal_days
from recovery.loans.rules.claim import compute_claim

D = Decimal
STARTED = date(2024, 1, 1)
YEAR_ON = date(2024, 12, 31)
CONTRACT = Contract(STARTED, None, D(0), None, None, "actual/365", "simple_interest")
PAID_OUT = Posting(1, "disbursement", STARTED, principal=D("100000.00"), amount=D("100000.00"))


def charged(amount: str, kind: str = "fee", **parts: Decimal) -> Posting:
    given = parts or {"costs": D(amount)}
    return Posting(2, kind, date(2024, 6, 1), amount=D(amount), **given)


@pytest.mark.parametrize(
    ("amount", "reduce_by"), [("24000.00", "0.00"), ("24000.01", "0.01"), ("26500.00", "2500.00")]
)
def test_charges_beyond_a_yearly_24_per_cent_may_be_reduced(amount: str, reduce_by: str) -> None:
    postings = [PAID_OUT, charged(amount)]
    claim = compute_claim(CONTRACT, [], postings, YEAR_ON)
    found = ceiling_of(LawBook.standard(), postings, claim)
    assert found is not None
    assert (found.cap, found.charges, found.reduce_by) == (D("24000.00"), D(amount), D(reduce_by))
    assert not found.answer.confirmed


def test_costs_of_realising_the_claim_are_no_charge_and_accruals_are() -> None:
    contract = replace(CONTRACT, rate_per_year=D("0.10"))
    postings = [PAID_OUT, charged("9000.00", "cost")]
    claim = compute_claim(contract, [], postings, YEAR_ON)
    found = ceiling_of(LawBook.standard(), postings, claim)
    assert found is not None
    assert found.charges == D("10000.00")


def test_the_ceiling_follows_the_principal_as_it_shrinks() -> None:
    half = Posting(2, "payment", date(2024, 7, 1), principal=D("-50000.00"), amount=D("50000.00"))
    assert principal_days([PAID_OUT, half], YEAR_ON) == D("100000") * 365 - D("50000") * 183


def test_what_was_charged_before_a_taken_over_position_is_unknown() -> None:
    opening = Posting(2, "opening", date(2024, 3, 1), accrued_until=date(2024, 3, 1), is_own=False)
    claim = compute_claim(CONTRACT, [], [PAID_OUT, opening], YEAR_ON)
    assert ceiling_of(LawBook.standard(), [PAID_OUT, opening], claim) is None


def test_a_day_before_the_law_has_no_ceiling() -> None:
    old = replace(PAID_OUT, value_date=date(2015, 1, 1))
    contract = replace(CONTRACT, disbursed_on=date(2015, 1, 1))
    claim = compute_claim(contract, [], [old], date(2016, 1, 1))
    assert ceiling_of(LawBook.standard(), [old], claim) is None
