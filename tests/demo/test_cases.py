"""What the demonstration's people have done stands in the product as if they had clicked."""

import json

import pytest
from flask import Flask
from sqlalchemy import func, select

from recovery.demo.build import build
from recovery.evidence import sequencer
from recovery.evidence.comparison import compare
from recovery.evidence.exhibits.models import EvidenceList
from recovery.evidence.house import house_store
from recovery.evidence.sampling.models import AuditSample
from recovery.insight import queries as overview
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING
from recovery.kernel.models import AuditEvent
from recovery.litigation.models import LitigationFile
from recovery.loans.models import Document, Loan
from recovery.portfolio.models import Package


@pytest.mark.slow
def test_the_demonstration_has_files_deadlines_contracts_packages_and_an_overview(
    app: Flask,
) -> None:
    assert build(120, lambda _done: None).created
    db.session.rollback()
    stages = set(db.session.scalars(select(LitigationFile.stage)))
    assert {"preparing", "submitted", "accepted"} < stages
    running = select(func.count()).where(LitigationFile.next_last_day.is_not(None))
    assert (db.session.scalar(running) or 0) > 0
    kinds = sorted(db.session.scalars(select(Document.kind)))
    assert kinds == ["extension_agreement"] + ["loan_contract"] * 4 + ["statement"] * 4
    lists = db.session.scalars(select(EvidenceList).order_by(EvidenceList.id)).all()
    assert [one.submitted_at is not None for one in lists] == [True, False, False, False, False]
    assert [one.number for one in lists] == [1, 2, 1, 1, 1]
    states = sorted(package.state for package in db.session.scalars(select(Package)))
    assert states[-1] == "frozen"
    book = overview.book(db.session(), EVERYTHING)
    assert book is not None
    assert book.total.loans > 0
    sequencer.register_pending()
    assert house_store().size > 1000
    assert list(compare()) == []
    sample = db.session.scalars(select(AuditSample)).one()
    assert sample.state == "concluded"
    said = json.dumps(db.session.scalars(select(AuditEvent.changes)).all(), ensure_ascii=False)
    assert [name for name in db.session.scalars(select(Loan.borrower_name)) if name in said] == []
    assert '"reason"' not in said


def test_a_book_is_built_once(app: Flask) -> None:
    assert build(5, lambda _done: None).created
    assert not build(5, lambda _done: None).created
