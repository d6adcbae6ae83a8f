"""Days past due, what is paid of each instalment, and the five-category class."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recovery.kernel.errors import RuleViolation
from recovery.law.book import LawBook
from recovery.law.classification import overdue_floor
from recovery.loans.rules.accrual import Posting
from recovery.loans.rules.appropriation import (
    PARTS,
    Owed,
    appropriate,
    appropriate_in_turn,
    read_order,
)
from recovery.loans.rules.balances import Stated, stand
from recovery.loans.rules.classification import asset_class, worst
from recovery.loans.rules.overdue import Receipt, days_past_due, overdue_since, settle
from recovery.loans.rules.schedule import Due

D = Decimal
DUES = [Due(n, date(2025, n, 15), D("1000.00"), D("50.00")) for n in range(1, 13)]
SINCE = date(2025, 1, 15)


@pytest.mark.parametrize(
    ("days", "floor"),
    [
        (0, "normal"),
        (1, "special_mention"),
        (90, "special_mention"),
        (91, "substandard"),
        (270, "substandard"),
        (271, "doubtful"),
        (360, "doubtful"),
        (361, "loss"),
    ],
)
def test_the_floor_by_days_on_both_sides_of_each_threshold(days: int, floor: str) -> None:
    on = SINCE + timedelta(days=days)
    assert days_past_due(SINCE, on) == days
    answer = overdue_floor(LawBook.standard(), on, days_overdue=days)
    found = asset_class("normal", str(answer.values["floor"]), None)
    assert found.name == floor


def test_floors_raise_what_the_lender_assigned_and_never_lower_it() -> None:
    assert asset_class("loss", "normal", None).name == "loss"
    assert asset_class("normal", "normal", "substandard").reason == "by_events"
    assert asset_class(None, "doubtful", "special_mention").reason == "by_days"
    assert asset_class("doubtful", "doubtful", None).reason == "assigned"
    assert worst() == "normal"


def test_the_due_day_itself_is_not_overdue_and_the_next_day_is_one_day() -> None:
    lines = settle(DUES, [], "equal_instalments")
    assert overdue_since(lines, SINCE) is None
    assert overdue_since(lines, SINCE + timedelta(days=1)) == SINCE
    assert days_past_due(SINCE, SINCE + timedelta(days=1)) == 1


def test_one_fen_short_leaves_an_instalment_unpaid() -> None:
    short = [Receipt(SINCE, D("999.99"), D("50.00"))]
    assert settle(DUES, short, "equal_instalments")[0].paid_on is None
    whole = [*short, Receipt(date(2025, 3, 1), D("0.01"), D(0))]
    first = settle(DUES, whole, "equal_instalments")[0]
    assert (first.paid_on, first.principal_paid) == (date(2025, 3, 1), D("1000.00"))


def test_a_receipt_taken_back_moves_the_day_of_payment() -> None:
    receipts = [
        Receipt(date(2025, 1, 10), D("1000.00"), D("50.00")),
        Receipt(date(2025, 2, 10), D("-1000.00"), D("-50.00")),
        Receipt(date(2025, 3, 10), D("1000.00"), D("50.00")),
    ]
    assert settle(DUES, receipts, "equal_instalments")[0].paid_on == date(2025, 3, 10)


def test_counted_by_days_an_instalment_is_filled_by_its_amount() -> None:
    line = settle(DUES, [Receipt(SINCE, D("980.00"), D("70.00"))], "simple_interest")[0]
    assert line.paid_on == SINCE


def test_without_a_schedule_the_tapes_word_stands_until_nothing_is_owed() -> None:
    owed = Posting(1, "disbursement", SINCE, principal=D("10.00"), amount=D("10.00"))
    paid = Posting(2, "payment", SINCE, principal=D("-10.00"), amount=D("10.00"))
    stated = Stated("equal_instalments", None, None, SINCE)
    today = date(2026, 1, 1)
    assert stand(stated, [], [owed], today).overdue_since == SINCE
    assert stand(stated, [], [owed, paid], today).overdue_since is None


def test_after_maturity_whatever_is_left_is_overdue() -> None:
    owed = Posting(1, "disbursement", SINCE, principal=D("10.00"), amount=D("10.00"))
    stated = Stated("equal_instalments", date(2025, 12, 15), None, None)
    assert stand(stated, [], [owed], date(2025, 12, 15)).overdue_since is None
    assert stand(stated, [], [owed], date(2025, 12, 16)).overdue_since == date(2025, 12, 15)


receipts = st.lists(
    st.builds(
        Receipt,
        st.dates(date(2025, 1, 1), date(2025, 12, 31)),
        st.decimals(D(0), D(3000), places=2),
        st.decimals(D(0), D(200), places=2),
    ),
    max_size=12,
)


@given(receipts, st.sampled_from(["equal_instalments", "simple_interest"]))
def test_instalments_hold_what_was_received_up_to_their_sum(
    given_receipts: list[Receipt], method: str
) -> None:
    given_receipts.sort(key=lambda receipt: receipt.on)
    lines = settle(DUES, given_receipts, method)
    principal = sum((line.principal_paid for line in lines), D(0))
    interest = sum((line.interest_paid for line in lines), D(0))
    if method == "simple_interest":
        received = sum((one.amount for one in given_receipts), D(0))
        assert principal + interest == min(received, sum(due.amount for due in DUES))
    else:
        assert principal == min(sum(one.principal for one in given_receipts), D(12000))
        assert interest == min(sum(one.interest for one in given_receipts), D(600))
    paid = [line.paid_on is not None for line in lines]
    assert paid == sorted(paid, reverse=True), "the earliest are paid first"


amounts = st.decimals(D(0), D(5000), places=2)


@given(
    st.builds(Owed, *([amounts] * 6)),
    st.permutations(PARTS),
    st.decimals(D("0.01"), D(40000), places=2),
)
def test_appropriation_conserves_money_and_keeps_the_order(
    owed: Owed, order: list[str], amount: Decimal
) -> None:
    if amount > owed.total:
        with pytest.raises(RuleViolation):
            appropriate(amount, owed, order)
        return
    given_parts = appropriate(amount, owed, order)
    assert given_parts.total == amount
    for earlier, later in pairwise(order):
        if getattr(given_parts, later) > 0:
            assert getattr(given_parts, earlier) == getattr(owed, earlier)
    if given_parts.undue > 0:
        assert given_parts.due == owed.due


@given(
    st.builds(Owed, *([amounts] * 6)),
    st.builds(Owed, *([amounts] * 6)),
    st.permutations(PARTS),
    st.decimals(D("0.01"), D(40000), places=2),
)
def test_money_booked_late_is_conserved_too(
    owed: Owed, other: Owed, order: list[str], amount: Decimal
) -> None:
    first = owed.within(other)
    if amount > owed.total:
        return
    parts = appropriate_in_turn(amount, first, owed, order)
    assert parts.total == amount
    assert parts.within(owed) == parts
    if amount <= first.due:
        assert parts.within(first) == parts


def test_an_order_names_parts_once_and_fills_in_the_rest() -> None:
    assert read_order("principal, interest") == (
        "principal",
        "interest",
        "costs",
        "penalty",
        "compound",
    )
    for wrong in ("principal,principal", "capital"):
        with pytest.raises(RuleViolation):
            read_order(wrong)
