"""Each filter lets through exactly the loans that it names, on the day it is read."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from recovery.access.models import UserAccount
from recovery.demo.lean import Staff
from recovery.kernel.db import db
from recovery.kernel.gate import NOTHING, Scope
from recovery.loans.listing.conditions import Reader
from recovery.loans.listing.queries import matching, totals_of
from recovery.loans.models import Loan
from tests.loans.listing.conftest import asked


def found(query: str, reader: Reader) -> set[int]:
    return set(db.session.scalars(matching(db.session(), asked(query), reader)))


def days(loan: Loan, day: date) -> int:
    return max((day - loan.overdue_since).days, 0) if loan.overdue_since else 0


def class_of(loan: Loan, reader: Reader) -> str:
    return reader.floors.class_of(loan.assigned_class, loan.overdue_since, loan.class_floor)


FILTERS: list[tuple[str, Callable[[Loan, date, Reader], bool]]] = [
    ("", lambda loan, day, reader: True),
    ("class=normal", lambda loan, day, reader: class_of(loan, reader) == "normal"),
    ("class=substandard", lambda loan, day, reader: class_of(loan, reader) == "substandard"),
    ("class=loss", lambda loan, day, reader: class_of(loan, reader) == "loss"),
    (
        "class=normal&class=doubtful&class=loss",
        lambda loan, day, reader: class_of(loan, reader) in {"normal", "doubtful", "loss"},
    ),
    ("days_from=1&days_to=90", lambda loan, day, reader: 1 <= days(loan, day) <= 90),
    ("days_from=91", lambda loan, day, reader: days(loan, day) >= 91),
    ("days_to=0", lambda loan, day, reader: days(loan, day) == 0),
    ("days_from=0", lambda loan, day, reader: True),
    ("days_from=-5", lambda loan, day, reader: True),
    ("days_to=-1", lambda loan, day, reader: False),
    ("days_from=2147483647", lambda loan, day, reader: False),
    ("days_to=2147483647", lambda loan, day, reader: True),
    ("selection=0", lambda loan, day, reader: False),
    ("stage=suing&stage=judged", lambda loan, day, reader: loan.stage in {"suing", "judged"}),
    (
        "balance_from=50000&balance_to=90000",
        lambda loan, day, reader: 50_000 <= loan.balance <= 90_000,
    ),
    ("balance_to=30000", lambda loan, day, reader: loan.balance <= 30_000),
    ("province=31", lambda loan, day, reader: loan.province == "31"),
    ("mortgage=unregistered", lambda loan, day, reader: loan.mortgage_state == "unregistered"),
    ("vehicle=missing", lambda loan, day, reader: loan.vehicle_state == "missing"),
    ("written_off=yes", lambda loan, day, reader: loan.written_off_on is not None),
    ("written_off=no", lambda loan, day, reader: loan.written_off_on is None),
    ("status=closed", lambda loan, day, reader: loan.closed_on is not None),
    ("branch=2&branch=3", lambda loan, day, reader: loan.branch_id in {2, 3}),
    ("agency=1", lambda loan, day, reader: loan.agency_id == 1),
    (
        "days_from=91&stage=none&status=open",
        lambda loan, day, reader: (
            days(loan, day) > 90 and loan.stage == "none" and loan.closed_on is None
        ),
    ),
]


@pytest.mark.parametrize(("query", "wanted"), FILTERS, ids=[query for query, _ in FILTERS])
def test_a_filter_lets_through_what_it_names_and_nothing_else(
    query: str,
    wanted: Callable[[Loan, date, Reader], bool],
    loans: list[Loan],
    reader: Reader,
    day: date,
) -> None:
    assert found(query, reader) == {loan.id for loan in loans if wanted(loan, day, reader)}


def test_every_class_together_is_every_loan(loans: list[Loan], reader: Reader) -> None:
    parts = [
        found(f"class={name}", reader)
        for name in ("normal", "special_mention", "substandard", "doubtful", "loss")
    ]
    assert sum(map(len, parts)) == len(loans)
    assert set().union(*parts) == {loan.id for loan in loans}


def test_an_owner_is_found_by_user_name_and_by_name(
    loans: list[Loan], reader: Reader, staff: Staff
) -> None:
    owner = next(loan.owner_id for loan in loans if loan.owner_id is not None)
    wanted = {loan.id for loan in loans if loan.owner_id == owner}
    account = db.session.get_one(UserAccount, owner)
    assert found(f"owner={account.username.upper()}", reader) == wanted
    assert found(f"owner={account.name}", reader) == wanted
    assert found("owner=nobody", reader) == set()


def test_words_find_names_and_parts_of_numbers(loans: list[Loan], reader: Reader) -> None:
    loan = loans[17]
    assert loan.borrower_name is not None
    assert loan.id in found(f"q={loan.borrower_name}", reader)
    assert found(f"q={loan.contract_no[2:]}", reader) == {loan.id}
    assert found("q=王", reader) == set()


def test_a_scope_narrows_every_filter(
    loans: list[Loan], reader_with: Callable[[Scope], Reader]
) -> None:
    branch = reader_with(Scope(branches=frozenset({3})))
    assert found("", branch) == {loan.id for loan in loans if loan.branch_id == 3}
    assert found("stage=none", branch) == {
        loan.id for loan in loans if loan.branch_id == 3 and loan.stage == "none"
    }
    agency = reader_with(Scope(agency_id=2))
    assert found("", agency) == {loan.id for loan in loans if loan.agency_id == 2}
    assert found("", reader_with(NOTHING)) == set()


def test_totals_are_the_sums_of_what_matches(loans: list[Loan], reader: Reader, day: date) -> None:
    overdue = [loan for loan in loans if days(loan, day) > 30]
    totals = totals_of(db.session(), asked("days_from=31"), reader)
    assert (totals.loans, totals.borrowers) == (
        len(overdue),
        len({loan.borrower_id for loan in overdue}),
    )
    assert totals.principal == sum(loan.principal for loan in overdue)
    assert totals.balance == sum(loan.balance for loan in overdue)
    weights = [loan.principal + loan.billed_interest for loan in overdue]
    mean = sum(
        (weight * days(loan, day) for weight, loan in zip(weights, overdue, strict=True)),
        Decimal(0),
    ) / sum(weights)
    assert totals.days_past_due == mean.quantize(Decimal("0.1"))


def test_totals_of_nothing_are_zero_and_its_mean_is_unknown(
    loans: list[Loan], reader: Reader
) -> None:
    totals = totals_of(db.session(), asked("branch=1&province=11"), reader)
    assert (totals.loans, totals.borrowers, totals.principal) == (0, 0, Decimal("0.00"))
    assert totals.days_past_due is None
