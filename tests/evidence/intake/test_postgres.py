"""Deliveries, stocktakes, kept sums and tokens on PostgreSQL."""

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from recovery.access import token_queries
from recovery.access.lists import TOKENS
from recovery.access.models import Branch
from recovery.evidence.intake import custody, custody_lists, staging, stocktake_queries, stocktakes
from recovery.evidence.intake.custody import NewOriginal
from recovery.evidence.intake.models import IntakeRow
from recovery.evidence.intake.receiving import from_archive
from recovery.evidence.intake.rules import DEFAULT_RULE
from recovery.evidence.intake.staging import Reading
from recovery.evidence.totals import sums
from recovery.evidence.totals.ledger import read_figures
from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.gate import Actor
from recovery.kernel.work import work_as
from tests.books import add_loans
from tests.conftest import NOW
from tests.evidence.intake.making import archive, pdf
from tests.evidence.totals.test_sums import keep
from tests.evidence.totals.test_totals import book
from tests.kernel.conftest import postgres, postgres_url
from tests.kernel.conftest import postgres_app as app

__all__ = ["app", "postgres", "postgres_url"]

pytestmark = pytest.mark.postgres


def test_a_delivery_is_judged_and_a_stocktake_counted(app: Flask, actor: Actor) -> None:
    with work_as(actor) as work:
        loan = add_loans(work)[0]
        contract = NewOriginal("loan_contract", "借款合同正本", "甲柜", 6)
        one = custody.receive(work, loan.id, contract)
        stocktake = stocktakes.open_stocktake(work, "甲柜")
        stocktakes.count(work, stocktake.id, f"{one.barcode} X-1 X-2")
        counts = stocktake_queries.counts_of(work.session, stocktake.id)
        assert counts == {"found": 1, "missing": 0, "unexpected": 2, "wrong_place": 0}
        asked = custody_lists.LINES.read(MultiDict(), stocktake_id=stocktake.id)
        page = asked.page(work.session, stocktake_queries.lines(stocktake.id))
        assert [line.barcode for line in page.rows] == ["X-1", "X-2", one.barcode]
        assert stocktake_queries.takers_of(work.session, stocktake) == {actor.name}
    rule = staging.rule_or_refusal(DEFAULT_RULE)
    files = archive({f"{loan.contract_no}_借款合同_甲.pdf": pdf("a"), "x.pdf": pdf("b")})
    rows = staging.prepare(Reading(rule), from_archive(files))
    with work_as(actor) as work:
        staging.add_rows(work, staging.start_batch(work, "archive", rule), rows)
    db.session.rollback()
    found = db.session.query(IntakeRow).order_by(IntakeRow.id).all()
    assert [row.state for row in found] == ["ready", "refused"]


def test_sums_are_kept_and_tokens_listed(app: Flask, actor: Actor) -> None:
    day, yuan = date(2020, 2, 3), Decimal("5.00")
    with work_as(actor, now=NOW) as work:
        branch = work.add(Branch(code="801", name="一处"))
        loan = add_loans(work, branch_id=branch.id)[0]
        for number in (901, 902):
            book(work, loan, number, value_date=day, amount=yuan, principal=yuan)
            keep(work, [branch], anew=False)
        keep(work, [branch], anew=True)
        for code in ("", "801"):
            key = (day, "principal", code)
            assert read_figures(work.session, [key]) == {key: yuan * 2}
        assert sums.balances(work.session, branch.id, [day]) == {day: (1000, 0, 0, 0)}
    filters = TOKENS.filters.read(MultiDict({"state": "live", "q": "x"}))
    assert db.session.execute(token_queries.tokens(filters, clock.machine_now())).all() == []
