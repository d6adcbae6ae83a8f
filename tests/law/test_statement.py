"""The claim statement, to the fen."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recovery.kernel.money import fen_of
from recovery.law.statement import Billed, Terms, claim
from tests.law.loans import Loan, loan_of

HEADS = ("principal", "interest", "penalty", "compound")
START = date(2022, 1, 1)

amounts = st.integers(0, 30_000_000).map(lambda fen: Decimal(fen) / 100)
near = st.integers(0, 1800).map(lambda n: START + timedelta(days=n))
rates = st.integers(0, 36_000).map(lambda units: Decimal(units) / 100_000)
loans = st.builds(
    Loan,
    instalments=st.lists(
        st.builds(Billed, due=near, principal=amounts, interest=amounts), min_size=1, max_size=8
    ).map(tuple),
    terms=st.builds(
        Terms,
        contract_rate=rates,
        penalty_rate=rates,
        maturity=near,
        accrues_from=near,
        basis=st.just(360),
    ),
)


def in_fractions(loan, as_of):
    """Return the heads in fen, computed another way: by fractions, instalment by instalment."""
    terms, heads = loan.terms, dict.fromkeys(HEADS, Fraction(0))
    for each in loan.instalments:
        heads["principal"] += Fraction(each.principal)
        if each.due > as_of:
            days = max((as_of - terms.accrues_from).days, 0)
            heads["interest"] += Fraction(each.principal * terms.contract_rate * days) / terms.basis
            continue
        heads["interest"] += Fraction(each.interest)
        for day in range((as_of - each.due).days):
            is_early = each.due + timedelta(days=day) < terms.maturity
            rate = Fraction(terms.contract_rate if is_early else terms.penalty_rate) / terms.basis
            heads["penalty"] += Fraction(each.principal * terms.penalty_rate) / terms.basis
            heads["compound"] += Fraction(each.interest) * rate
    return {head: floor(amount * 100 + Fraction(1, 2)) for head, amount in heads.items()}


def agree(loan, as_of):
    stated = claim(loan.instalments, loan.terms, as_of)
    assert {head: fen_of(stated[head]) for head in HEADS} == in_fractions(loan, as_of)
    assert stated["total"] == sum(stated[head] for head in HEADS)


@settings(max_examples=30)
@given(loans, near)
def test_each_head_is_the_sum_over_instalments_and_days_rounded_once(loan, as_of):
    agree(loan, as_of)


@pytest.mark.parametrize("number", range(3))
def test_a_loan_of_sixty_instalments_is_stated_to_the_fen(number):
    agree(loan_of(number), date(2025, 6, 30))


def test_half_a_fen_rounds_up():
    billed = (Billed(START, Decimal("36.00"), Decimal(0)),)
    terms = Terms(Decimal("0.05"), Decimal("0.05"), START, START, 360)
    assert claim(billed, terms, START + timedelta(days=1))["penalty"] == Decimal("0.01")


def test_long_overdue_amounts_at_fine_rates_stay_exact():
    billed = (Billed(START, Decimal("9999999.99"), Decimal("999999.99")),)
    terms = Terms(Decimal("0.123456789"), Decimal("0.987654321"), START, START, 360)
    agree(Loan(billed, terms), date(2030, 1, 1))
