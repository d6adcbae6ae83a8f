"""Transactions on the real database: what they book, and that the columns follow."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from recovery.kernel.errors import RuleViolation
from recovery.kernel.models import AuditEvent, RegistrationIntent
from recovery.kernel.work import Work
from recovery.loans import queries, service
from recovery.loans.models import Instalment, LedgerEntry, Loan
from recovery.loans.rules.claim import unbooked_accruals
from recovery.loans.service import Booking
from tests.conftest import NOW
from tests.loans.making import FIRST_DUE, PRINCIPAL, assert_in_step, entries_of, make_loan

TODAY = date(2026, 3, 16)
D = Decimal

on_one_book = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def claim(work: Work, loan: Loan, on: date = TODAY) -> Decimal:
    return queries.claim_on(work.session, loan, on).total


def heads(work: Work, loan: Loan, on: date = TODAY) -> tuple[Decimal, ...]:
    found = queries.claim_on(work.session, loan, on)
    return (found.principal, found.interest, found.penalty, found.compound, found.costs)


def test_a_new_loan_is_billed_up_to_today_and_overdue_since_its_first_instalment(
    work: Work,
) -> None:
    loan = make_loan(work)
    assert_in_step(work, loan)
    assert loan.principal == PRINCIPAL
    assert loan.overdue_since == FIRST_DUE
    billed = [entry for entry in entries_of(work, loan) if entry.kind == "instalment_due"]
    assert [entry.instalment_number for entry in billed] == list(range(1, 15))
    assert loan.billed_interest == sum(entry.interest for entry in billed)


def test_a_payment_is_appropriated_in_the_order_of_the_contract(work: Work) -> None:
    loan = make_loan(work)
    service.book_fee(work, loan.id, Booking(D("200.00"), date(2025, 3, 1)))
    before = queries.claim_on(work.session, loan, date(2025, 3, 20))
    entry = service.record_payment(
        work, loan.id, Booking(D("4000.00"), date(2025, 3, 20), reference="T1")
    )
    assert entry.costs == -before.costs == D("-200.00")
    assert entry.compound == -before.compound
    assert entry.penalty == -(before.penalty + before.compound)
    assert entry.principal + entry.interest + entry.penalty + entry.costs == D("-4000.00")
    assert entry.appropriation_order == "costs,penalty,compound,interest,principal"
    assert_in_step(work, loan)


def test_money_booked_late_settles_first_what_was_owed_on_its_own_day(work: Work) -> None:
    loan = make_loan(work)
    entry = service.record_payment(work, loan.id, Booking(D("3644.11"), date(2025, 2, 15)))
    assert (entry.principal, entry.interest, entry.penalty) == (D("-3056.11"), D("-588.00"), 0)
    assert loan.overdue_since == date(2025, 3, 15)
    more = service.record_payment(work, loan.id, Booking(D("5000.00"), date(2025, 3, 15)))
    assert (more.principal + D("3071.08"), more.interest) == (0, D("-1928.92"))
    assert_in_step(work, loan)


def test_an_agreed_order_puts_principal_first(work: Work) -> None:
    order = "principal,interest,penalty,compound,costs"
    loan = make_loan(work, appropriation_order=order)
    entry = service.record_payment(work, loan.id, Booking(D("3000.00"), date(2025, 3, 20)))
    assert (entry.principal, entry.interest, entry.penalty) == (D("-3000.00"), 0, 0)


def test_paying_what_is_due_ends_being_overdue(work: Work) -> None:
    loan = make_loan(work)
    due = queries.claim_on(work.session, loan, TODAY).due
    service.record_payment(work, loan.id, Booking(due, TODAY))
    assert (loan.overdue_since, loan.billed_interest, loan.penalty_due) == (None, 0, 0)
    assert queries.claim_on(work.session, loan, TODAY).due == 0
    assert_in_step(work, loan)


def test_one_fen_less_leaves_the_last_instalment_overdue(work: Work) -> None:
    loan = make_loan(work)
    due = queries.claim_on(work.session, loan, TODAY).due
    service.record_payment(work, loan.id, Booking(due - D("0.01"), TODAY))
    assert loan.overdue_since == date(2026, 3, 15)
    assert loan.principal == PRINCIPAL - sum(
        line.principal for line in queries.book_of(work.session, loan.id).dues[:14]
    ) + D("0.01")


def test_paying_everything_closes_the_loan_as_prepaid(work: Work) -> None:
    loan = make_loan(work)
    service.record_payment(work, loan.id, Booking(claim(work, loan), TODAY))
    assert (loan.balance, loan.closed_on, loan.close_reason) == (0, TODAY, "prepaid")
    assert claim(work, loan, TODAY + timedelta(days=400)) == 0
    assert_in_step(work, loan)


def test_one_fen_more_than_everything_is_refused_and_books_nothing(work: Work) -> None:
    loan = make_loan(work)
    rows = len(entries_of(work, loan))
    total = claim(work, loan)
    with pytest.raises(RuleViolation), work.session.begin_nested():
        service.record_payment(work, loan.id, Booking(total + D("0.01"), TODAY))
    assert len(entries_of(work, loan)) == rows


def test_an_early_repayment_shrinks_the_later_instalments_and_its_reversal_restores_them(
    work: Work,
) -> None:
    loan = make_loan(work)
    due = queries.claim_on(work.session, loan, TODAY).due
    service.record_payment(work, loan.id, Booking(due, TODAY))
    before, dues = heads(work, loan), queries.book_of(work.session, loan.id).dues
    early = service.record_payment(work, loan.id, Booking(D("20000.00"), TODAY))
    after = queries.book_of(work.session, loan.id).dues
    assert len(after) == len(dues) + 1
    assert sum(one.principal for one in after) == PRINCIPAL
    assert after[16].amount < dues[15].amount
    assert loan.overdue_since is None
    service.reverse_transaction(work, loan.id, early.id, "退票")
    assert queries.book_of(work.session, loan.id).dues == dues
    assert heads(work, loan) == before
    assert_in_step(work, loan)


def test_a_reversal_names_the_old_row_takes_its_value_date_and_cannot_be_repeated(
    work: Work,
) -> None:
    loan = make_loan(work)
    payment = service.record_payment(work, loan.id, Booking(D("1000.00"), date(2025, 6, 1)))
    row = service.reverse_transaction(work, loan.id, payment.id, "重复入账")
    assert (row.reverses_id, row.value_date) == (payment.id, payment.value_date)
    assert row.principal == -payment.principal
    with pytest.raises(RuleViolation):
        service.reverse_transaction(work, loan.id, payment.id, "再次")
    with pytest.raises(RuleViolation):
        service.reverse_transaction(work, loan.id, row.id, "冲正之冲正")


def test_what_follows_from_the_contract_cannot_be_reversed(work: Work) -> None:
    loan = make_loan(work)
    for entry in entries_of(work, loan):
        with pytest.raises(RuleViolation):
            service.reverse_transaction(work, loan.id, entry.id, "试")


def test_a_row_of_another_loan_cannot_be_reversed(work: Work) -> None:
    loan, other = make_loan(work), make_loan(work, "HT-2025-0002")
    fee = service.book_fee(work, other.id, Booking(D("10.00"), TODAY))
    with pytest.raises(RuleViolation):
        service.reverse_transaction(work, loan.id, fee.id, "试")


def test_the_whole_claim_of_an_accelerated_loan_can_be_paid(work: Work) -> None:
    loan = make_loan(work)
    service.accelerate(work, loan.id, TODAY)
    total = claim(work, loan)
    service.record_payment(work, loan.id, Booking(total, TODAY))
    assert claim(work, loan) == loan.balance == 0
    assert_in_step(work, loan)


def test_the_refusal_of_too_much_names_what_was_typed_and_all_that_is_owed(work: Work) -> None:
    loan = make_loan(work)
    service.accelerate(work, loan.id, TODAY)
    typed = Booking(D("99999999.00"), TODAY)
    with pytest.raises(RuleViolation) as refused:
        service.record_payment(work, loan.id, typed)
    told = str(refused.value.message)
    assert "金额 99,999,999.00 元" in told
    assert "债权 0.00 元" not in told


def test_a_payment_booked_late_takes_back_the_penalty_that_was_booked_too_much(work: Work) -> None:
    loan = make_loan(work)
    service.record_payment(work, loan.id, Booking(D("3644.11"), date(2025, 9, 1)))
    booked = loan.penalty_due
    service.record_payment(work, loan.id, Booking(D("3644.11"), date(2025, 4, 1)))
    correction = entries_of(work, loan)[-1]
    assert (correction.kind, correction.accrued_until) == ("penalty", date(2025, 9, 1))
    assert correction.penalty < 0
    assert loan.penalty_due < booked
    at_day = queries.claim_on(work.session, loan, date(2025, 9, 1))
    book = queries.book_of(work.session, loan.id)
    assert unbooked_accruals(at_day, book.postings) == (0, 0)
    assert_in_step(work, loan)


def test_the_day_of_a_booking_lies_neither_in_the_future_nor_before_the_loan(work: Work) -> None:
    loan = make_loan(work)
    for day in (TODAY + timedelta(days=1), date(2025, 1, 14)):
        with pytest.raises(RuleViolation):
            service.record_payment(work, loan.id, Booking(D("1.00"), day))
    with pytest.raises(RuleViolation):
        service.book_fee(work, loan.id, Booking(D("0.00"), TODAY))


def test_every_row_is_registered_and_every_act_audited(work: Work) -> None:
    loan = make_loan(work)
    service.record_payment(work, loan.id, Booking(D("500.00"), TODAY))
    rows = work.session.scalar(select(func.count()).select_from(LedgerEntry))
    intents = work.session.scalars(select(RegistrationIntent)).all()
    assert len([one for one in intents if one.subject_type == "ledger_entry"]) == rows
    assert [one.kind for one in intents if one.subject_type == "loan"] == ["contract"]
    event = work.session.scalars(select(AuditEvent)).one()
    assert (event.action, event.changes["amount"]) == ("transaction.record", "500.00")


def test_acceleration_makes_the_whole_principal_due(work: Work) -> None:
    loan = make_loan(work)
    service.accelerate(work, loan.id, date(2026, 3, 10))
    found = queries.claim_on(work.session, loan, TODAY)
    assert found.principal_due == found.principal == PRINCIPAL
    assert found.due == found.total - found.running_interest
    with pytest.raises(RuleViolation):
        service.accelerate(work, loan.id, TODAY)


def test_an_event_sets_a_floor_of_the_class_with_a_reason(work: Work) -> None:
    loan = make_loan(work)
    service.set_class_floor(work, loan.id, "substandard", reason="重组")
    assert loan.class_floor == "substandard"
    for floor, reason in (("bad", "重组"), ("loss", " ")):
        with pytest.raises(RuleViolation):
            service.set_class_floor(work, loan.id, floor, reason=reason)
    service.set_class_floor(work, loan.id, None, reason="观察期满")
    assert loan.class_floor is None


def test_interest_by_days_is_billed_as_it_really_ran(work: Work) -> None:
    loan = make_loan(work, method="simple_interest", day_count="actual/365")
    service.record_payment(work, loan.id, Booking(D("5000.00"), date(2025, 2, 10)))
    first = [e for e in entries_of(work, loan) if e.kind == "interest"]
    assert [e.interest for e in first] == [D("502.62")], "120000 × 5.88 % × 26 / 365"
    assert_in_step(work, loan)


acts = st.lists(
    st.tuples(
        st.sampled_from(["payment", "fee", "cost", "penalty", "recovery", "reverse"]),
        st.decimals(D("0.01"), D("9000"), places=2),
        st.integers(0, 420),
        st.integers(0, 30),
    ),
    min_size=1,
    max_size=10,
)
BOOK = {
    "payment": service.record_payment,
    "recovery": service.record_recovery,
    "fee": service.book_fee,
    "cost": service.book_cost,
    "penalty": service.book_penalty,
}


@pytest.mark.parametrize("method", ["equal_instalments", "equal_principal", "simple_interest"])
def test_whatever_is_booked_the_columns_are_the_sums_of_the_ledger(work: Work, method: str) -> None:
    serial = iter(range(10_000))

    @on_one_book
    @given(acts)
    def check(steps: list[tuple[str, Decimal, int, int]]) -> None:
        loan = make_loan(work, f"P-{method}-{next(serial)}", method=method)
        for kind, amount, days, chosen in steps:
            before = claim(work, loan)
            try:
                with work.session.begin_nested():
                    _act(work, loan, kind, amount, days, chosen)
            except RuleViolation:
                work.session.refresh(loan)
                assert claim(work, loan) == before
            assert_in_step(work, loan)
        paid = sum(
            e.amount
            for e in service.open_ledger(work, loan.id).standing
            if e.kind in ("payment", "recovery")
        )
        assert loan.paid_total == paid

    check()


def _act(work: Work, loan: Loan, kind: str, amount: Decimal, days: int, chosen: int) -> None:
    if kind == "reverse":
        entries = entries_of(work, loan)
        service.reverse_transaction(work, loan.id, entries[chosen % len(entries)].id, "试")
        return
    entry = BOOK[kind](work, loan.id, Booking(amount, TODAY - timedelta(days=days)))
    parts = entry.principal + entry.interest + entry.penalty + entry.costs
    assert parts == (-amount if kind in ("payment", "recovery") else amount)


def test_reversing_the_latest_payment_restores_the_claim_on_every_day(work: Work) -> None:
    serial = iter(range(10_000))

    @on_one_book
    @given(st.decimals(D("0.01"), D("100000"), places=2), st.integers(0, 100))
    def check(amount: Decimal, days: int) -> None:
        loan = make_loan(work, f"R-{next(serial)}")
        service.record_payment(work, loan.id, Booking(D("20000.00"), date(2025, 11, 20)))
        day = TODAY - timedelta(days=days)
        before = [heads(work, loan, one) for one in (day, TODAY, date(2027, 1, 1))]
        payment = service.record_payment(work, loan.id, Booking(amount, day))
        service.reverse_transaction(work, loan.id, payment.id, "试")
        assert [heads(work, loan, one) for one in (day, TODAY, date(2027, 1, 1))] == before
        lines = work.session.scalars(
            select(Instalment).where(Instalment.loan_id == loan.id, Instalment.number == 1)
        ).all()
        assert lines[0].principal == lines[-1].principal
        assert_in_step(work, loan)

    check()


assert NOW.date() == TODAY
