"""Claims on any day, against hand-worked cases and as properties."""

import tomllib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.loans.rules.accrual import Contract, Posting
from recovery.loans.rules.appropriation import appropriate, read_order
from recovery.loans.rules.claim import HEADS, Claim, compute_claim
from recovery.loans.rules.schedule import METHODS, Due, Terms, schedule

D = Decimal
CASES: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "claims.toml").read_text("utf-8")
)["case"]

CONTRACT = Contract(
    disbursed_on=date(2024, 1, 10),
    matures_on=date(2024, 4, 10),
    rate_per_year=D("0.12"),
    penalty_rate_per_year=D("0.18"),
    compound_rate_per_year=D("0.18"),
    day_count="actual/360",
    method="equal_principal",
)
DUES = [
    Due(number, date(2024, 1 + number, 10), D("20000.00"), interest)
    for number, interest in ((1, D("600.00")), (2, D("400.00")), (3, D("200.00")))
]
PAID_OUT = Posting(
    1, "disbursement", date(2024, 1, 10), principal=D("60000.00"), amount=D("60000.00")
)
ORDER = read_order("costs,compound,penalty,interest,principal")


def with_payment(amount: Decimal, on: date) -> list[Posting]:
    """Return the ledger after a payment, as the service books it: accruals first."""
    claim = compute_claim(CONTRACT, DUES, [PAID_OUT], on)
    parts = appropriate(amount, claim.owed(), ORDER)
    billed = [
        Posting(
            1 + due.number,
            "instalment_due",
            due.due_on,
            interest=due.interest,
            amount=due.amount,
            instalment_number=due.number,
        )
        for due in DUES
        if due.due_on <= on
    ]
    accrued = Posting(
        8,
        "penalty",
        on,
        penalty=claim.penalty + claim.compound,
        compound=claim.compound,
        accrued_until=on,
    )
    payment = Posting(
        9,
        "payment",
        on,
        principal=-(parts.principal + parts.undue),
        interest=-parts.interest,
        penalty=-(parts.penalty + parts.compound),
        compound=-parts.compound,
        costs=-parts.costs,
        amount=amount,
    )
    return [PAID_OUT, *billed, accrued, payment]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_hand_worked_claims(case: dict[str, Any]) -> None:
    postings = [PAID_OUT]
    if "payment" in case:
        postings = with_payment(D(case["payment"]), case["paid_on"])
    claim = compute_claim(CONTRACT, DUES, postings, case["on"])
    for head in ("principal", "interest", "penalty", "compound", "due"):
        assert getattr(claim, head) == D(case[head]), head


def test_the_lines_of_each_head_add_up_to_it() -> None:
    claim = compute_claim(
        CONTRACT, DUES, with_payment(D("5000"), date(2024, 2, 20)), date(2025, 1, 1)
    )
    for head in HEADS:
        assert sum(line.amount for line in claim.of(head)) == getattr(claim, head)
    assert claim.total == sum(line.amount for line in claim.lines)


def test_without_a_penalty_rate_overdue_principal_bears_the_contract_rate() -> None:
    contract = replace(CONTRACT, penalty_rate_per_year=None, compound_rate_per_year=None)
    claim = compute_claim(contract, DUES, [PAID_OUT], date(2024, 2, 20))
    assert claim.penalty == D("66.67"), "20000 x 12% x 10/360"
    assert claim.compound == 0


def test_day_counts_differ() -> None:
    on = date(2024, 2, 9)
    found = {
        name: compute_claim(replace(CONTRACT, day_count=name), DUES, [PAID_OUT], on).interest
        for name in ("30/360", "actual/360", "actual/365")
    }
    assert found == {
        "30/360": D("580.00"),
        "actual/360": D("600.00"),
        "actual/365": D("591.78"),
    }


def test_acceleration_puts_the_penalty_rate_on_everything() -> None:
    contract = replace(CONTRACT, accelerated_on=date(2024, 2, 20))
    claim = compute_claim(contract, DUES, [PAID_OUT], date(2024, 3, 1))
    assert claim.principal_due == D("60000.00")
    assert claim.penalty == D("400.00"), "100 to 20 February, then 60000 x 18% x 10/360"
    assert claim.interest == D("733.33"), "what ran until the acceleration stays owed"
    later = compute_claim(contract, DUES, [PAID_OUT], date(2024, 6, 1))
    assert later.interest == D("733.33")


def test_accruals_taken_over_from_a_tape_are_not_counted_again() -> None:
    opening = Posting(
        2,
        "opening",
        date(2024, 2, 20),
        interest=D("600.00"),
        penalty=D("99.00"),
        compound=D("4.00"),
        accrued_until=date(2024, 2, 20),
        instalment_number=0,
        is_own=False,
    )
    at_day = compute_claim(CONTRACT, DUES, [PAID_OUT, opening], date(2024, 2, 20))
    assert (at_day.penalty, at_day.compound) == (D("95.00"), D("4.00"))
    later = compute_claim(CONTRACT, DUES, [PAID_OUT, opening], date(2024, 3, 1))
    assert (later.penalty, later.compound) == (D("195.00"), D("7.00"))


def test_a_position_without_a_schedule_takes_over_the_interest_until_its_day() -> None:
    opening = Posting(
        2,
        "opening",
        date(2024, 3, 1),
        interest=D("300.00"),
        accrued_until=date(2024, 3, 1),
        is_own=False,
    )
    claim = compute_claim(CONTRACT, [], [PAID_OUT, opening], date(2024, 3, 11))
    assert claim.interest == D("500.00"), "300 and 60000 x 12% x 10/360"
    assert (claim.penalty, claim.principal_due) == (0, 0)


def test_a_later_position_makes_earlier_bookings_of_ours_part_of_it() -> None:
    ours = Posting(
        2, "penalty", date(2024, 2, 20), penalty=D("103.00"), accrued_until=date(2024, 2, 20)
    )
    position = Posting(
        3,
        "adjustment",
        date(2024, 3, 1),
        penalty=D("97.00"),
        accrued_until=date(2024, 3, 1),
        is_own=False,
    )
    claim = compute_claim(CONTRACT, DUES, [PAID_OUT, ours, position], date(2024, 3, 1))
    assert (claim.penalty, claim.compound) == (D("200.00"), 0)


terms = st.builds(
    Terms,
    principal=st.decimals(D("1000"), D("500000"), places=2),
    rate_per_year=st.sampled_from([D("0"), D("0.0399"), D("0.12"), D("0.2399")]),
    months=st.integers(1, 60),
    starts_on=st.dates(date(2020, 1, 1), date(2024, 12, 31)),
    first_due_on=st.just(date(2025, 1, 31)),
    day_count=st.sampled_from(["30/360", "actual/360", "actual/365"]),
)


def claim_of(given_terms: Terms, method: str, on: date) -> Claim:
    contract = Contract(
        given_terms.starts_on,
        None,
        given_terms.rate_per_year,
        given_terms.rate_per_year * D("1.5"),
        given_terms.rate_per_year * D("1.5"),
        given_terms.day_count,
        method,
    )
    paid_out = Posting(
        1,
        "disbursement",
        given_terms.starts_on,
        principal=given_terms.principal,
        amount=given_terms.principal,
    )
    return compute_claim(contract, schedule(method, given_terms), [paid_out], on)


@given(terms, st.sampled_from(sorted(METHODS)), st.integers(0, 2500), st.integers(1, 400))
def test_an_unpaid_claim_never_shrinks_and_its_lines_add_up(
    given_terms: Terms, method: str, days: int, more: int
) -> None:
    first = claim_of(given_terms, method, given_terms.starts_on + timedelta(days=days))
    later = claim_of(given_terms, method, given_terms.starts_on + timedelta(days=days + more))
    assert later.penalty >= first.penalty
    assert later.compound >= first.compound
    assert first.principal == later.principal == given_terms.principal
    assert later.total == sum(line.amount for line in later.lines)
    assert 0 <= first.due <= first.total
