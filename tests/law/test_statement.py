"""The claim statement: two ways of computing it that agree to the fen."""

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.kernel.money import yuan_of
from recovery.law.statement import Billed, Terms, claim, claim_columns, rate_units
from tests.law.columns import Loan, columns, loan_of

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


def agree(several, as_of, basis=360):
    together = claim_columns(columns(several), as_of, basis=basis)
    for row, loan in enumerate(several):
        alone = claim(loan.instalments, loan.terms, as_of)
        for head in HEADS:
            assert yuan_of(int(getattr(together, head)[row])) == alone[head], (row, head)


@given(st.lists(loans, min_size=1, max_size=4), near)
def test_columns_agree_with_decimals_to_the_fen(several, as_of):
    agree(several, as_of)


def test_a_book_of_sixty_instalments_each_agrees_to_the_fen():
    agree([loan_of(number) for number in range(200)], date(2025, 6, 30))


def test_loans_of_different_lengths_stand_side_by_side():
    agree([loan_of(1, 3), loan_of(2, 60), loan_of(3, 1)], date(2025, 6, 30))


def test_half_a_fen_rounds_up_in_both_ways():
    billed = (Billed(START, Decimal("36.00"), Decimal(0)),)
    terms = Terms(Decimal("0.05"), Decimal("0.05"), START, START, 360)
    exactly_half = Loan(billed, terms)
    day = START + timedelta(days=1)
    assert claim(billed, terms, day)["penalty"] == Decimal("0.01")
    agree([exactly_half], day)


def test_amounts_beyond_sixty_four_bits_of_products_stay_exact():
    billed = tuple(
        Billed(START + timedelta(days=n), Decimal("9999999.99"), Decimal("999999.99"))
        for n in range(60)
    )
    terms = Terms(Decimal("0.123456789"), Decimal("0.987654321"), START, START, 360)
    agree([Loan(billed, terms)], date(2060, 1, 1))


def test_columns_are_left_as_they_were():
    given_columns = columns([loan_of(7)])
    before = given_columns.interest.copy()
    claim_columns(given_columns, date(2025, 6, 30), basis=360)
    assert np.array_equal(before, given_columns.interest)


def test_a_rate_too_fine_for_columns_is_refused():
    assert rate_units(Decimal("0.123456789")) == 123_456_789
    with pytest.raises(ValueError, match="nine decimals"):
        rate_units(Decimal("0.1234567891"))
