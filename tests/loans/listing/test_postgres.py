"""The list of loans on PostgreSQL: the same filters, pages, totals and selections."""

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from recovery.demo.lean import lean_loans
from recovery.demo.staff import hire
from recovery.kernel.clock import today
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Actor, Scope
from recovery.kernel.search import find
from recovery.kernel.work import system_work, work_as
from recovery.loans.bulk import insert_loans
from recovery.loans.listing import selections
from recovery.loans.listing.conditions import Reader
from recovery.loans.listing.pasted import find_pasted
from recovery.loans.listing.queries import matching, page_of, totals_of
from recovery.loans.listing.service import Assignment, assign_loans
from recovery.loans.listing.worklist import LOANS
from recovery.loans.models import Loan
from tests.kernel.conftest import postgres, postgres_app, postgres_url
from tests.loans.listing.conftest import asked
from tests.loans.listing.test_conditions import FILTERS

__all__ = ["postgres", "postgres_app", "postgres_url"]

pytestmark = pytest.mark.postgres
BOOK = 150


@pytest.fixture
def app(postgres_app: Flask) -> Flask:
    """Return the application on PostgreSQL, with a book."""
    with system_work("tests") as work:
        insert_loans(work, list(lean_loans(BOOK, hire(work), today())))
    return postgres_app


def test_the_list_is_the_same_on_postgresql(loans: list[Loan], reader: Reader) -> None:
    day, session = today(), db.session()
    for query, wanted in FILTERS:
        found = set(session.scalars(matching(session, asked(query), reader)))
        assert found == {loan.id for loan in loans if wanted(loan, day, reader)}, query
    assert pages(reader, "sort=-balance") == [
        loan.id for loan in sorted(loans, key=lambda loan: (loan.balance, loan.id), reverse=True)
    ]
    assert pages(reader, "sort=overdue") == [
        loan.id for loan in sorted(loans, key=lambda loan: (loan.overdue_order, loan.id))
    ]
    totals = totals_of(session, asked("days_from=31"), reader)
    late = [loan for loan in loans if loan.overdue_since and (day - loan.overdue_since).days > 30]
    assert (totals.loans, totals.balance) == (len(late), sum(loan.balance for loan in late))
    assert totals.days_past_due is not None


def pages(reader: Reader, query: str) -> list[int]:
    """Return the ids of every page of the list, one page after the other."""
    names: dict[str, dict[int, str]] = {"branch": {}, "agency": {}}
    arguments = MultiDict(pair.split("=") for pair in query.split("&"))
    ids: list[int] = []
    while True:
        page = page_of(db.session(), LOANS.read(arguments), reader, names)
        ids += [row.id for row in page.rows]
        if page.next is None:
            return ids
        arguments["at"] = page.next


def test_selections_paste_and_assignment_work_on_postgresql(
    loans: list[Loan], reader: Reader
) -> None:
    actor = Actor(1, "zichan", "asset_manager", EVERYTHING)
    with work_as(actor) as work:
        ids = matching(work.session, asked("stage=none"), reader)
        selection = selections.freeze(work, ids, "未诉")
    assert selection.row_count == len([loan for loan in loans if loan.stage == "none"])
    number = loans[3].borrower.id_number
    assert number is not None
    assert find_pasted(db.session(), [number], EVERYTHING).loan_ids == (loans[3].id,)
    with work_as(actor) as work:
        assert assign_loans(work, [loans[0].id], Assignment(agency=3)) == 1
    db.session.rollback()
    hits = find(db.session(), loans[0].contract_no, Scope(agency_id=3))
    assert [hit.record_id for hit in hits] == [loans[0].id]
    words = db.session.scalars(select(Loan.borrower_name).where(Loan.id == loans[0].id)).one()
    assert loans[0].id in {hit.record_id for hit in find(db.session(), str(words), EVERYTHING)}
