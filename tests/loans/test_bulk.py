"""Many loans at once: whole loans in, later tapes over them, the ledger's sums kept."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from recovery.kernel import search
from recovery.kernel.errors import RuleViolation
from recovery.kernel.gate import EVERYTHING
from recovery.kernel.models import RegistrationIntent
from recovery.kernel.work import Work
from recovery.loans import queries
from recovery.loans.bulk import (
    LoanUpdate,
    NewEntry,
    NewFact,
    NewOwnership,
    NewParty,
    NewPerson,
    NewSnapshot,
    NewVehicle,
    Position,
    contract_numbers,
    insert_loans,
    update_loans,
)
from recovery.loans.models import (
    AccountingFact,
    ApplicationData,
    Instalment,
    LedgerEntry,
    Loan,
    LoanOwnership,
    LoanParty,
    MonthEndSnapshot,
    Person,
    Vehicle,
)
from tests.loans.making import (
    PRINCIPAL,
    TERMS,
    assert_in_step,
    entries_of,
    make_loan,
    new_loan,
)

D = Decimal
FIRST = NewEntry(
    "payment",
    date(2025, 2, 15),
    D("3644.11"),
    principal=D("-3056.11"),
    interest=D("-588.00"),
    reference="C1",
)


def test_a_whole_loan_comes_in_with_all_that_hangs_on_it(work: Work) -> None:
    loan = make_loan(
        work,
        entries=(FIRST,),
        parties=(NewParty(NewPerson(name="李四"), "guarantor", "joint_and_several"),),
        facts=(NewFact(date(2026, 2, 28), gross_carrying_amount=D("1.00"), ifrs9_stage=3),),
        application_data={"score": "640"},
        snapshots=(NewSnapshot(date(2025, 2, 28), reported_balance=D("116943.88")),),
    )
    session = work.session
    assert_in_step(work, loan)
    assert (loan.principal, loan.paid_total) == (PRINCIPAL - D("3056.11"), D("3644.11"))
    assert (loan.overdue_since, loan.last_paid_on) == (date(2025, 3, 15), date(2025, 2, 15))
    assert (loan.mortgage_state, loan.borrower_name, loan.province) == (
        "registered",
        "王小明",
        "11",
    )
    person = loan.borrower
    assert (person.id_number, person.phone) == ("110101199003070599", "13800000001")
    assert (person.birth_year, person.sex, person.city) == (1990, "male", "1101")
    assert session.scalars(select(Vehicle)).one().vin_check == "valid"
    assert session.scalars(select(LoanParty)).one().person.name == "李四"
    assert session.scalars(select(LoanOwnership)).one().owner_kind == "own_book"
    assert session.scalars(select(AccountingFact)).one().ifrs9_stage == 3
    assert session.scalars(select(ApplicationData)).one().data == {"score": "640"}
    month = session.scalars(select(MonthEndSnapshot)).one()
    assert (month.principal, month.difference) == (D("116943.89"), D("-0.01"))
    first = session.scalars(select(Instalment).where(Instalment.number == 1)).one()
    assert (first.principal_paid, first.interest_paid, first.paid_on) == (
        D("3056.11"),
        D("588.00"),
        date(2025, 2, 15),
    )


def test_personal_data_is_nowhere_in_clear(work: Work) -> None:
    make_loan(work)
    work.session.flush()
    raw = work.session.connection().exec_driver_sql("SELECT * FROM person").one()
    assert not any("110101199003070599" in str(value) for value in raw)
    intents = work.session.scalars(select(RegistrationIntent)).all()
    assert all(b"110101199003070599" not in (one.fields_sealed or b"") for one in intents)


def test_a_borrower_of_two_loans_is_one_person(work: Work) -> None:
    insert_loans(work, [new_loan("A-1"), new_loan("A-2")])
    insert_loans(work, [new_loan("A-3")])
    assert work.session.scalar(select(func.count()).select_from(Person)) == 1


def test_people_without_an_id_number_are_never_merged(work: Work) -> None:
    insert_loans(work, [new_loan(f"A-{n}", borrower=NewPerson(name="张三")) for n in range(2)])
    assert work.session.scalar(select(func.count()).select_from(Person)) == 2


def test_a_position_without_history_becomes_an_opening_row(work: Work) -> None:
    position = Position(
        date(2025, 6, 30),
        principal=D("110000.00"),
        billed_interest=D("1700.00"),
        penalty_due=D("55.00"),
        compound_due=D("5.00"),
        overdue_since=date(2025, 4, 15),
    )
    loan = make_loan(work, opening=position, instalments=())
    opening = entries_of(work, loan)[1]
    assert (opening.kind, opening.origin) == ("opening", "core_system")
    assert (opening.principal, opening.interest, opening.penalty, opening.compound) == (
        D("-10000.00"),
        D("1700.00"),
        D("55.00"),
        D("5.00"),
    )
    assert loan.overdue_since == date(2025, 4, 15)
    assert_in_step(work, loan)


def test_a_position_with_a_schedule_is_overdue_as_the_tape_says_and_accrues_from_its_day(
    work: Work,
) -> None:
    position = Position(
        date(2026, 2, 28),
        principal=D("80000.00"),
        billed_interest=D("900.00"),
        overdue_since=date(2025, 12, 15),
    )
    loan = make_loan(work, opening=position)
    assert loan.overdue_since == date(2025, 12, 15)
    assert loan.principal == D("80000.00")
    at_tape = queries.claim_on(work.session, loan, date(2026, 2, 28))
    assert (at_tape.principal, at_tape.penalty, at_tape.compound) == (D("80000.00"), 0, 0)
    assert at_tape.interest - at_tape.running_interest == D("900.00")
    later = queries.claim_on(work.session, loan, date(2026, 3, 1))
    assert later.penalty > 0
    assert later.accrued.base_day == date(2026, 2, 28)


def test_a_known_contract_number_is_refused_by_the_database(work: Work) -> None:
    make_loan(work)
    with pytest.raises(IntegrityError), work.session.begin_nested():
        insert_loans(work, [new_loan()])
    assert contract_numbers(work.session, ["HT-2025-0001", "none"]).keys() == {"HT-2025-0001"}


def test_a_loan_that_is_not_registered_writes_no_intents(work: Work) -> None:
    insert_loans(work, [new_loan(registered=False)])
    assert work.session.scalars(select(RegistrationIntent)).all() == []


def test_a_loan_is_found_by_its_name_number_plate_and_vin(work: Work) -> None:
    loan = make_loan(work)
    for query in ("小明", "2025-0001", "沪A12345", "LSVAA49J132047371"):
        assert [hit.record_id for hit in search.find(work.session, query, EVERYTHING)] == [loan.id]


def test_an_update_changes_terms_people_and_car_and_seals_again(work: Work) -> None:
    loan = make_loan(work)
    update = LoanUpdate(
        loan.id,
        loan={"assigned_class": "doubtful"},
        borrower={"phone": "13900000002", "name": "王大明"},
        vehicle={"plate": "沪B54321", "state": "missing"},
        parties=(NewParty(NewPerson(name="赵六"), "co_borrower"),),
        ownership=(NewOwnership("abs_trust", "信托一号", date(2026, 1, 1)),),
    )
    update_loans(work, [update])
    vehicle = work.session.scalars(select(Vehicle)).one()
    assert (loan.assigned_class, loan.borrower_name) == ("doubtful", "王大明")
    assert (loan.borrower.phone, loan.vehicle_state) == ("13900000002", "missing")
    assert vehicle.plate == "沪B54321"
    owners = work.session.scalars(select(LoanOwnership).order_by(LoanOwnership.since)).all()
    assert [(one.owner_kind, one.until) for one in owners] == [
        ("own_book", date(2026, 1, 1)),
        ("abs_trust", None),
    ]


def test_a_later_position_is_booked_as_the_difference_and_twice_changes_nothing(work: Work) -> None:
    loan = make_loan(work, entries=(FIRST,))
    position = Position(
        date(2026, 3, 15),
        principal=D("100000.00"),
        billed_interest=D("500.00"),
        overdue_since=date(2026, 2, 15),
    )
    update_loans(work, [LoanUpdate(loan.id, position=position)])
    rows = len(entries_of(work, loan))
    assert entries_of(work, loan)[-1].kind == "adjustment"
    assert (loan.principal, loan.overdue_since) == (D("100000.00"), date(2026, 2, 15))
    assert_in_step(work, loan)
    update_loans(work, [LoanUpdate(loan.id, position=position)])
    assert len(entries_of(work, loan)) == rows


def test_later_rows_are_numbered_on_registered_and_settle_the_schedule(work: Work) -> None:
    first, second = (make_loan(work, f"U-{n}") for n in range(2))
    update_loans(work, [LoanUpdate(one.id, entries=(FIRST,)) for one in (first, second)])
    for loan in (first, second):
        assert loan.overdue_since == date(2025, 3, 15)
        assert_in_step(work, loan)
    rows = work.session.scalar(select(func.count()).select_from(LedgerEntry))
    intents = select(func.count()).where(RegistrationIntent.subject_type == "ledger_entry")
    assert work.session.scalar(intents) == rows


def test_changed_terms_are_registered_anew_and_others_are_not(work: Work) -> None:
    loan = make_loan(work)
    contracts = select(func.count()).where(RegistrationIntent.kind == "contract")
    update_loans(work, [LoanUpdate(loan.id, loan={"rate_per_year": loan.rate_per_year})])
    update_loans(work, [LoanUpdate(loan.id, loan={"assigned_class": "loss"})])
    assert work.session.scalar(contracts) == 1
    update_loans(work, [LoanUpdate(loan.id, loan={"penalty_rate_per_year": D("0.09")})])
    assert work.session.scalar(contracts) == 2


def test_what_the_ledger_keeps_cannot_be_changed_past_it(work: Work) -> None:
    loan = make_loan(work)
    with pytest.raises(RuleViolation):
        update_loans(work, [LoanUpdate(loan.id, loan={"principal": D("1.00")})])


def test_a_loan_paid_in_full_by_the_tape_is_closed(work: Work) -> None:
    whole = NewEntry("payment", date(2025, 1, 20), PRINCIPAL, principal=-PRINCIPAL)
    loan = make_loan(work, entries=(whole,), instalments=())
    assert (loan.closed_on, loan.close_reason) == (date(2025, 1, 20), "prepaid")


def test_a_vehicle_may_come_with_a_later_tape(work: Work) -> None:
    loan = make_loan(work, vehicle=None)
    update_loans(work, [LoanUpdate(loan.id, vehicle={"vin": "LSVAA49J132047372"})])
    vehicle = work.session.scalars(select(Vehicle)).one()
    assert (vehicle.vin_check, vehicle.condition) == ("invalid", "new")
    assert NewVehicle().condition == "new"
    assert isinstance(loan, Loan)


assert TERMS.months == 36


amounts = st.decimals(D("0.01"), D("9000"), places=2)
days = st.dates(date(2025, 1, 16), date(2026, 3, 15))
payments = st.lists(
    st.builds(
        lambda day, principal, interest: NewEntry(
            "payment", day, principal + interest, principal=-principal, interest=-interest
        ),
        days,
        amounts,
        amounts,
    ),
    max_size=5,
)
positions = st.none() | st.builds(
    Position,
    days,
    principal=amounts,
    billed_interest=amounts,
    penalty_due=amounts,
    overdue_since=st.none() | st.sampled_from([date(2025, 2, 15), date(2025, 3, 15)]),
)


def test_whatever_tapes_bring_the_columns_are_the_sums_of_the_ledger(work: Work) -> None:
    serial = iter(range(10_000))

    @settings(
        max_examples=20,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(st.booleans(), payments, positions, payments, positions)
    def check(
        planned: bool,
        first: list[NewEntry],
        opening: Position | None,
        later: list[NewEntry],
        position: Position | None,
    ) -> None:
        changes = {} if planned else {"instalments": ()}
        loan = make_loan(
            work, f"H-{next(serial)}", entries=tuple(first), opening=opening, **changes
        )
        assert_in_step(work, loan)
        update_loans(work, [LoanUpdate(loan.id, entries=tuple(later), position=position)])
        assert_in_step(work, loan)
        if position is not None and not any(one.value_date > position.as_of for one in later):
            owed = [e for e in entries_of(work, loan) if e.value_date <= position.as_of]
            assert sum(entry.principal for entry in owed) == position.principal
        unpaid = work.session.scalars(
            select(Instalment.due_on)
            .where(Instalment.loan_id == loan.id, Instalment.paid_on.is_(None))
            .order_by(Instalment.due_on)
        ).first()
        if planned and loan.balance > 0 and unpaid is not None and unpaid < date(2026, 3, 16):
            assert loan.overdue_since == unpaid

    check()
