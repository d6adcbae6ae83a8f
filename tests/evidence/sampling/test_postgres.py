"""Populations on PostgreSQL: read through a cursor of the server, the same as on SQLite."""

from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from recovery.access import service as accounts
from recovery.access.engagements import Terms, create_engagement
from recovery.access.identity import actor_of
from recovery.access.rights import Role
from recovery.evidence.sampling import service
from recovery.evidence.sampling.population import Wanted, lines, preview
from recovery.evidence.sampling.readers import find_sample
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.work import system_work
from recovery.loans.models import LedgerEntry, Loan
from tests.books import add_loans
from tests.evidence.sampling.conftest import drawn, fixed
from tests.kernel.conftest import postgres, postgres_url
from tests.kernel.conftest import postgres_app as app

__all__ = ["app", "postgres", "postgres_url"]

pytestmark = pytest.mark.postgres


@pytest.fixture
def auditor(app: Flask) -> Actor:
    """Return an external auditor engaged for the branch of six of seven loans."""
    with system_work("tests") as work:
        branch = accounts.create_branch(work, "101", "一部")
        made = accounts.create_user(
            work, "waishen", role=Role.EXTERNAL_AUDITOR, name="外审", branch=None
        )
        today = work.today
        create_engagement(work, made.account, Terms("年审", today, today, frozenset({branch.id})))
        loans = add_loans(work, 7, branch_id=branch.id)
        loans[0].branch_id = None
        for number, loan in enumerate(loans):
            loan.balance = Decimal(100 * number)
        return actor_of(work.session, made.account, today)


def test_populations_are_read_and_drawn(auditor: Actor) -> None:
    sample = fixed(auditor, query="balance_from=200")
    assert (sample.item_count, sample.value) == (5, Decimal("2000.00"))
    sample = drawn(auditor, sample, method="mus", size=3)
    items = service.items_of(db.session(), sample.id)
    assert 1 <= len(items) <= 3
    seen = find_sample(db.session(), sample.id, auditor, clock.today())
    assert (seen.state, seen.seed) == ("drawn", "314159")


def test_transactions_are_read_under_a_head(auditor: Actor) -> None:
    sample = fixed(auditor, source="transaction", measure="amount", query="kind=disbursement")
    own = select(LedgerEntry.id).join(Loan, Loan.id == LedgerEntry.loan_id)
    own = own.where(Loan.branch_id.is_not(None), LedgerEntry.kind == "disbursement")
    ids = db.session.scalars(own.order_by(LedgerEntry.id)).all()
    wanted = Wanted("transaction", "amount", "kind=disbursement", sample.log_size or 0)
    assert [line[0] for line in lines(db.session(), wanted, auditor)] == ids
    assert preview(db.session(), wanted, auditor) == (sample.item_count, sample.value)
