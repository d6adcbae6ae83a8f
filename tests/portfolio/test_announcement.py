"""The announcement of a package, by hand."""

from dataclasses import replace
from decimal import Decimal

import pytest

from recovery.portfolio.rules import Candidate, FrozenLoan, announce, ineligible

LOAN = FrozenLoan(
    contract_no="A",
    borrower_id=1,
    principal=Decimal("80000.00"),
    interest=Decimal("20000.00"),
    costs=Decimal("50.00"),
    days_past_due=400,
    asset_class="loss",
    borrower_age=40,
    credit_line=Decimal("120000.00"),
    stage="none",
    guarantee="mortgage",
    mortgage_state="unregistered",
    vehicle_state="missing",
    province="31",
    written_off=True,
)


def test_averages_are_weighted_by_principal_and_interest() -> None:
    small = replace(
        LOAN,
        contract_no="B",
        borrower_id=2,
        principal=Decimal("40000.00"),
        interest=Decimal("10000.00"),
        days_past_due=100,
        borrower_age=25,
        credit_line=Decimal("60000.00"),
        asset_class="substandard",
        written_off=False,
    )
    totals = announce([LOAN, small])
    # (400 x 100,000 + 100 x 50,000) / 150,000
    assert totals.weighted_days_past_due == Decimal("300.00")
    # (40 x 2 + 25) / 3; (120,000 x 2 + 60,000) / 3
    assert totals.weighted_age == Decimal("35.00")
    assert totals.weighted_credit_line == Decimal("100000.00")
    assert totals.mean_per_borrower == Decimal("75000.00")
    assert totals.classes == {"loss": 1, "substandard": 1}
    assert (totals.written_off_count, totals.other_fees) == (1, Decimal("100.00"))


def test_two_loans_of_one_borrower_are_one_borrower_with_their_sum() -> None:
    totals = announce([LOAN, replace(LOAN, contract_no="B")])
    assert (totals.loan_count, totals.borrower_count) == (2, 1)
    assert totals.highest_per_borrower == totals.mean_per_borrower == Decimal("200000.00")


def test_an_unknown_age_weighs_nothing_and_an_empty_package_has_no_averages() -> None:
    unknown = replace(LOAN, contract_no="B", borrower_id=2, borrower_age=None)
    assert announce([LOAN, unknown]).weighted_age == Decimal("40.00")
    empty = announce([])
    assert (empty.loan_count, empty.weighted_age, empty.mean_per_borrower) == (0, None, None)


GOOD = Candidate(
    asset_class="substandard",
    balance=Decimal("0.01"),
    other_open_package=None,
    owned_wholly=True,
)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"asset_class": "special_mention"}, "不属于不良"),
        ({"balance": Decimal("0.00")}, "没有未偿余额"),
        ({"other_open_package": "P2026-0001"}, "P2026-0001"),
        ({"owned_wholly": False}, "不完全属于"),
    ],
)
def test_what_may_not_be_sold_keeps_its_reason(changed: dict[str, object], said: str) -> None:
    assert ineligible(GOOD) is None
    assert said in str(ineligible(replace(GOOD, **changed)))
