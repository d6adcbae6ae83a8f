"""The synthetic book: always the same, plausible, and of nobody."""

import re
from datetime import date
from random import Random

import pytest
from sqlalchemy import func, select

from recovery.demo import cars, people
from recovery.demo.book import full_loan
from recovery.demo.lean import Staff, lean_loan
from recovery.demo.places import PLACES
from recovery.kernel.money import yuan_of
from recovery.kernel.work import Work
from recovery.loans import labels
from recovery.loans.bulk import insert_loans
from recovery.loans.models import LedgerEntry, Loan
from recovery.loans.rules.identity import id_facts, vin_check
from recovery.loans.values import NewLoan

DAY = date(2026, 3, 16)
STAFF = Staff(
    branches=tuple(range(1, 13)), owners=tuple(range(1, 13)), agencies=(1, 2, 3), counsel=1
)

PLATE = re.compile("[\u4e00-\u9fff][A-HJ-NP-Z](D[0-9]{5}|[A-HJ-NP-Z0-9]{5})")
"""Of a plain car, or of a new-energy one; neither I nor O occurs."""


@pytest.fixture(scope="module")
def book() -> list[NewLoan]:
    return [full_loan(number, STAFF, DAY) for number in range(1, 2_001)]


@pytest.mark.parametrize("make", [full_loan, lean_loan])
def test_the_same_number_and_day_give_the_same_loan(make: object) -> None:
    assert callable(make)
    assert make(77, STAFF, DAY) == make(77, STAFF, DAY)
    assert make(77, STAFF, DAY) != make(78, STAFF, DAY)


def test_id_numbers_are_well_formed_and_belong_to_no_county(book: list[NewLoan]) -> None:
    numbers = [str(loan.borrower.id_number) for loan in book]
    assert all(id_facts(number) for number in numbers)
    assert {number[4:6] for number in numbers} == {"99"}
    assert {number[:4] for number in numbers} <= {place.city for place in PLACES}


def test_phones_and_cards_lie_in_ranges_given_to_nobody(book: list[NewLoan]) -> None:
    assert {str(loan.borrower.phone)[:3] for loan in book} == {"154"}
    assert {len(str(loan.borrower.phone)) for loan in book} == {11}
    assert {str(loan.borrower.bank_account)[:6] for loan in book} == {"699999"}


def test_vins_have_their_check_digit_and_plates_their_form(book: list[NewLoan]) -> None:
    vehicles = [loan.vehicle for loan in book if loan.vehicle]
    assert {vin_check(vehicle.vin) for vehicle in vehicles} == {"valid"}
    assert all(PLATE.fullmatch(str(vehicle.plate)) for vehicle in vehicles)
    assert len({vehicle.vin for vehicle in vehicles}) == len(vehicles)


def test_names_are_of_two_or_three_characters_and_now_and_then_four() -> None:
    names = [people.name(Random(seed)) for seed in range(3_000)]
    assert {len(name) for name in names} == {2, 3, 4}
    assert any(name.startswith("欧阳") for name in names)


def test_a_car_of_each_year_from_2010_on_has_a_valid_vin() -> None:
    for year in range(2010, 2030):
        assert vin_check(cars.vin(Random(year), cars.CARS[0], year, year)) == "valid"


def test_the_book_goes_back_five_years_and_not_into_the_future(book: list[NewLoan]) -> None:
    first = min(loan.disbursed_on for loan in book)
    assert date(2020, 12, 1) <= first <= date(2021, 12, 31)
    assert all(entry.value_date <= DAY for loan in book for entry in loan.entries)
    assert all(loan.disbursed_on < DAY for loan in book)


def test_every_state_that_the_product_knows_occurs(book: list[NewLoan]) -> None:
    vehicles = [loan.vehicle for loan in book if loan.vehicle]
    assert {loan.stage for loan in book} == set(labels.STAGES)
    assert {vehicle.mortgage_state for vehicle in vehicles} == set(labels.MORTGAGE_STATES)
    assert {vehicle.state for vehicle in vehicles} == set(labels.VEHICLE_STATES)
    assert {loan.guarantee for loan in book} == set(labels.GUARANTEES)
    assert {loan.product for loan in book} == set(labels.PRODUCTS)
    assert {loan.assigned_class for loan in book} == {None, *labels.CLASSES}
    owners = {owner.owner_kind for loan in book for owner in loan.ownership}
    assert owners == set(labels.OWNER_KINDS) - {"sold"}
    assert {party.role for loan in book for party in loan.parties} == {"co_borrower", "guarantor"}
    assert {loan.repayment_method for loan in book} == {
        "equal_instalments",
        "equal_principal",
        "interest_first",
        "simple_interest",
    }


@pytest.mark.parametrize("make", [full_loan, lean_loan])
def test_what_is_put_into_the_book_adds_up(work: Work, make: object) -> None:
    assert callable(make)
    nowhere = Staff(branches=(None,) * 12, owners=(None,) * 12, agencies=(None,), counsel=None)  # type: ignore[arg-type]
    insert_loans(work, [make(number, nowhere, work.today) for number in range(1, 121)])
    entry = LedgerEntry
    parts = entry.principal + entry.interest + entry.penalty + entry.costs
    rows = work.session.execute(
        select(entry.loan_id, func.sum(parts).label("owed")).group_by(entry.loan_id)
    )
    sums = {row.loan_id: yuan_of(int(row.owed)) for row in rows}
    loans = work.session.scalars(select(Loan)).all()
    assert {loan.id: loan.balance for loan in loans} == sums
    assert all(loan.principal >= 0 for loan in loans)
    assert all((loan.balance == 0) == (loan.closed_on is not None) for loan in loans)


def test_a_lean_loan_has_four_rows_and_the_first_25_000_are_registered() -> None:
    assert {len(lean_loan(number, STAFF, DAY).entries) for number in range(1, 300)} == {4}
    assert lean_loan(25_000, STAFF, DAY).registered
    assert not lean_loan(25_001, STAFF, DAY).registered
