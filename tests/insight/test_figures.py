"""The figures of the book: computed a branch at a time, read by who may see the branch."""

from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from flask import Flask

from recovery.access.models import Branch
from recovery.insight import queries
from recovery.insight.service import refresh
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Actor, Scope
from recovery.kernel.work import work_as
from recovery.loans.bulk import insert_loans
from recovery.loans.ledger import Booking
from recovery.loans.models import Loan
from recovery.loans.service import record_payment, reverse_transaction
from tests.books import overdue_loan
from tests.conftest import NOW

TODAY = clock.business_day(NOW)


@pytest.fixture
def branches(app: Flask, actor: Actor) -> list[int]:
    """Return two branches, of which the first has two loans and the second one."""
    with work_as(actor, now=NOW) as work:
        ids = [work.add(Branch(code=code, name=code)).id for code in ("SH", "GZ")]
        new = [overdue_loan(number, branch_id=ids[number == 3]) for number in (1, 2, 3)]
        insert_loans(work, new)
    return ids


def test_the_book_is_cut_by_class_and_by_age(branches: list[int], actor: Actor) -> None:
    refresh(partial(work_as, actor, now=NOW), TODAY)
    book = queries.book(db.session(), EVERYTHING)
    assert book is not None
    assert (book.day, book.total.loans) == (date(2026, 3, 16), 3)
    assert book.by_class["loss"].principal == Decimal("300000.00")
    assert (book.by_age["d721"].loans, book.by_age["current"].loans) == (3, 0)
    assert book.non_performing_share == 1


def test_who_sees_one_branch_sees_its_figures_only(branches: list[int], actor: Actor) -> None:
    refresh(partial(work_as, actor, now=NOW), TODAY)
    book = queries.book(db.session(), Scope(branches=frozenset({branches[1]})))
    assert book is not None
    assert book.total.loans == 1
    assert queries.book(db.session(), Scope(owner_id=3)) is None


def test_receipts_that_were_taken_back_do_not_count(branches: list[int], actor: Actor) -> None:
    with work_as(actor, now=NOW) as work:
        loan = work.session.query(Loan).order_by(Loan.id).first()
        assert loan is not None
        kept = Booking(Decimal("1000.00"), date(2026, 3, 2))
        wrong = Booking(Decimal("700.00"), date(2026, 3, 3))
        record_payment(work, loan.id, kept)
        entry = record_payment(work, loan.id, wrong)
        work.session.flush()
        reverse_transaction(work, loan.id, entry.id, "记错了")
    refresh(partial(work_as, actor, now=NOW), TODAY)
    book = queries.book(db.session(), EVERYTHING)
    assert book is not None
    assert book.received == {"payment": {"2026-03": Decimal("1000.00")}}


def test_computing_again_replaces_the_figures_of_the_day(branches: list[int], actor: Actor) -> None:
    for _turn in range(2):
        refresh(partial(work_as, actor, now=NOW), TODAY)
    book = queries.book(db.session(), EVERYTHING)
    assert book is not None
    assert book.total.loans == 3
