"""What holds for every amount and every day."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from recovery.law.appropriation import Debt, appropriation, several_debts
from recovery.law.auction import proceeds
from recovery.law.book import LawBook
from recovery.law.deadlines import appeal_of_judgment, ordinary_trial, retrial_application
from recovery.law.doubled import Payment, doubled_interest, doubled_interest_with_payments
from recovery.law.fees import acceptance_fee, enforcement_fee, preservation_fee, reduced_fee
from recovery.law.interest import over_actual_years, over_days
from recovery.law.ledger import LedgerEvent, Obstacle, limitation_by_ledger
from recovery.law.paper import decimal, rows, table
from recovery.law.periods import Period, add_months, end_of_period
from recovery.law.preservation import restraint_renewal

BOOK = LawBook.standard()
TODAY = date(2026, 11, 23)
FEN = Decimal("0.01")

yuan = st.integers(0, 5_000_000_000).map(lambda fen: Decimal(fen) / 100)
days = st.dates(date(2004, 1, 1), date(2031, 12, 31))
events = st.lists(
    st.builds(
        LedgerEvent,
        day=st.dates(date(2021, 1, 1), date(2045, 1, 1)),
        what=st.sampled_from(["demand", "acknowledgement", "suit", "report", "part_claim"]),
        person=st.sampled_from(["borrower", "co_borrower", "guarantor"]),
    ),
    max_size=6,
)


@given(yuan, yuan)
def test_no_fee_falls_when_the_amount_grows(one, two):
    low, high = sorted((one, two))
    for fee in (acceptance_fee, enforcement_fee, preservation_fee):
        below, above = (fee(BOOK, TODAY, amount=each).amount("fee") for each in (low, high))
        assert below <= above


def test_every_fee_is_continuous_where_a_tier_ends():
    for name, fee in (
        ("court_fee.acceptance", acceptance_fee),
        ("court_fee.enforcement", enforcement_fee),
        ("court_fee.preservation", preservation_fee),
    ):
        brackets = rows(table(BOOK.in_force(name, TODAY).value)["brackets"])
        for edge in (decimal(table(row)["above"]) for row in brackets):
            at, above = (fee(BOOK, TODAY, amount=edge + step).amount("fee") for step in (0, FEN))
            assert Decimal(0) <= above - at <= FEN


@given(yuan)
def test_a_fee_is_halved_at_most_once(amount):
    full = acceptance_fee(BOOK, TODAY, amount=amount).amount("fee")
    once = reduced_fee(BOOK, TODAY, amount=amount, procedure="summary").amount("fee")
    twice = reduced_fee(
        BOOK, TODAY, amount=amount, procedure="summary", closing="mediation"
    ).amount("fee")
    assert once == twice
    assert abs(full - 2 * once) <= FEN


@given(days)
def test_a_rolled_day_is_never_a_rest_day_nor_before_the_nominal_one(trigger):
    for rule in (appeal_of_judgment, ordinary_trial, retrial_application):
        found = rule(BOOK, TODAY, trigger=trigger)
        nominal, deadline = found.day("nominal_last_day"), found.day("deadline")
        assert BOOK.calendar.is_working_day(deadline)
        between = [nominal + timedelta(days=n) for n in range((deadline - nominal).days)]
        assert not any(BOOK.calendar.is_working_day(day) for day in between)


@given(days)
def test_a_day_counted_backwards_never_moves_towards_the_event(expiry):
    found = restraint_renewal(BOOK, TODAY, expiry_date_per_court_notice=expiry)
    assert found.day("latest_date_7_days_before") == expiry - timedelta(days=7)
    assert found.day("safe_workday") <= found.day("latest_date_7_days_before")
    assert BOOK.calendar.is_working_day(found.day("safe_workday"))


@given(days, days, st.integers(1, 60), st.sampled_from(["day", "month", "year"]))
def test_a_later_start_never_ends_earlier(one, two, count, unit):
    first, second = sorted((one, two))
    period = Period(count, unit)
    assert end_of_period(first, period) <= end_of_period(second, period)


@given(days, st.integers(-240, 240))
def test_a_corresponding_day_keeps_its_number_or_ends_the_month(day, months):
    found = add_months(day, months)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    assert found.day == day.day or (found + timedelta(days=1)).day == 1
    assert found.day <= day.day


@given(yuan, st.integers(0, 3600), st.integers(0, 3600), st.sampled_from([360, 365]))
def test_interest_is_additive_over_adjacent_spans(principal, one, two, basis):
    rate = Decimal("0.1234")
    parts = over_days(principal, rate, one, basis=basis) + over_days(
        principal, rate, two, basis=basis
    )
    assert abs(parts - over_days(principal, rate, one + two, basis=basis)) < Decimal("1e-15")


@given(yuan, days, days, days)
def test_interest_by_actual_years_is_additive_over_adjacent_spans(principal, one, two, three):
    first, middle, last = sorted((one, two, three))
    rate = Decimal("0.1234")
    parts = over_actual_years(principal, rate, first, middle) + over_actual_years(
        principal, rate, middle, last
    )
    assert abs(parts - over_actual_years(principal, rate, first, last)) < Decimal("1e-12")


@given(yuan, st.integers(0, 2000), st.integers(0, 2000))
def test_doubled_interest_grows_with_the_days(base, one, two):
    low, high = sorted((one, two))
    below, above = (
        doubled_interest(BOOK, TODAY, base=base, days=n).amount("amount") for n in (low, high)
    )
    assert below <= above


@given(st.lists(st.tuples(st.integers(0, 900), yuan), min_size=1, max_size=6))
def test_doubled_interest_of_payments_is_that_of_each_paid_part(parts):
    end = date(2020, 1, 1)
    payments = tuple(Payment(end + timedelta(days=n), amount) for n, amount in parts)
    base = sum((amount for _n, amount in parts), Decimal(0))
    exact = sum((amount * n for n, amount in parts), Decimal(0)) * Decimal("0.000175")
    found = doubled_interest_with_payments(
        BOOK, TODAY, base=base, performance_period_end=end, payments=payments
    )
    assert abs(found.amount("amount") - exact) <= FEN / 2


@given(yuan, yuan, yuan, yuan)
def test_appropriation_conserves_money(payment, costs, interest, principal):
    found = appropriation(
        BOOK, TODAY, payment=payment, costs=costs, interest=interest, principal=principal
    )
    parts = {name: found.amount(name) for name in ("costs", "interest", "principal")}
    assert sum(parts.values()) == min(payment, costs + interest + principal)
    assert parts["costs"] <= costs
    assert not parts["interest"] or parts["costs"] == costs
    assert not parts["principal"] or parts["interest"] == interest


@given(
    yuan,
    st.lists(st.tuples(st.integers(0, 3), st.booleans(), yuan), min_size=1, max_size=6),
)
def test_appropriation_over_several_debts_conserves_money(payment, drawn):
    debts = tuple(
        Debt(f"D{index}", date(2024 + year, 1, 1), secured, amount)
        for index, (year, secured, amount) in enumerate(drawn)
    )
    found = several_debts(
        BOOK, TODAY, payment=payment, debts=debts, as_of=date(2025, 6, 1), debtor_designation=None
    )
    settled = {debt.id: found.amount(debt.id) for debt in debts}
    assert sum(settled.values()) == min(payment, sum(debt.amount for debt in debts))
    assert all(0 <= settled[debt.id] <= debt.amount for debt in debts)


@given(yuan, yuan, yuan)
def test_auction_proceeds_are_all_accounted_for(price, costs, claim):
    found = proceeds(BOOK, TODAY, price=price, costs=costs, registered_mortgage_claim=claim)
    paid = found.amount("to_mortgagee") + found.amount("to_debtor")
    assert paid == max(price - costs, Decimal(0))
    assert found.amount("to_mortgagee") + found.amount("deficiency") == claim


@given(st.dates(date(2021, 1, 1), date(2024, 1, 1)), events, events)
def test_adding_an_interruption_never_shortens_limitation(start, some, more):
    few, many = (
        limitation_by_ledger(BOOK, TODAY, start=start, debtor="borrower", events=tuple(each))
        for each in (some, some + more)
    )
    assert few.day("expires_end_of") <= many.day("expires_end_of")


@given(
    st.dates(date(2021, 1, 1), date(2024, 1, 1)),
    st.dates(date(2021, 1, 1), date(2026, 1, 1)),
    st.integers(0, 400),
)
def test_an_obstacle_never_shortens_limitation(start, since, length):
    obstacle = Obstacle(since, since + timedelta(days=length))
    free = limitation_by_ledger(BOOK, TODAY, start=start, debtor="borrower")
    held = limitation_by_ledger(BOOK, TODAY, start=start, debtor="borrower", obstacles=(obstacle,))
    assert free.day("expires_end_of") <= held.day("expires_end_of")
