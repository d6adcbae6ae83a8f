"""Audit batches, erasure, totals and the API's rows on PostgreSQL, where locks and JSON differ."""

from datetime import date
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, text

from recovery.access.rights import Role
from recovery.evidence.house import house_store
from recovery.evidence.keeping.audit import commit_events, verify_events
from recovery.evidence.keeping.fixity import Budget, Run
from recovery.evidence.keeping.queries import alarms, backlog
from recovery.evidence.keeping.retention import due_loans, rules
from recovery.evidence.keeping.visits import sessions_of_loan
from recovery.evidence.totals.contracts import NewContract, register_contracts
from recovery.evidence.totals.models import ControlDifference
from recovery.evidence.totals.queries import coverage, latest_reconciliation
from recovery.evidence.totals.rules import Entered
from recovery.evidence.totals.service import compare_again, enter_totals, figures_for
from recovery.kernel.actions import Action
from recovery.kernel.db import db
from recovery.kernel.gate import EVERYTHING, Actor
from recovery.kernel.job_rows import Job, JobStatus
from recovery.kernel.models import AuditReason
from recovery.kernel.work import system_work, work_as
from tests.conftest import NOW, make_person
from tests.evidence.keeping.making import acting, add_file, closed_loan, opener, register
from tests.evidence.keeping.test_erasure import Case
from tests.kernel.conftest import postgres, postgres_url
from tests.kernel.conftest import postgres_app as app

__all__ = ["app", "postgres", "postgres_url"]

pytestmark = pytest.mark.postgres


def test_audit_events_verify_and_a_change_is_named(app: Flask, actor: Actor) -> None:
    with work_as(actor, now=NOW) as work:
        for number in range(3):
            work.record(Action.SIGN_IN, session=number, rate=(1, None), names=["a", "b"])
        assert commit_events(work) is not None
    register()
    db.session.rollback()
    assert list(verify_events(db.session(), NOW)) == []
    db.session.rollback()  # its transaction keeps a lock that the next statements wait for
    with work_as(actor, now=NOW) as work:
        work.session.execute(text("DROP TRIGGER audit_event_no_change ON audit_event"))
        work.session.execute(text("UPDATE audit_event SET actor_name = 'x' WHERE id = 2"))
    db.session.rollback()
    [one] = verify_events(db.session(), NOW)
    assert "第 2 号被改动" in str(one)


def test_an_erasure_runs_and_lists_are_read(app: Flask) -> None:
    with system_work("tests") as work:
        counsel = acting(make_person(work, Role.COUNSEL, "counsel", "101"))
        approver = acting(make_person(work, Role.APPROVER, "approver", "101"))
    loan = closed_loan(counsel)
    case = Case(loan, add_file(counsel, loan, "identity card"), counsel, approver)
    register()
    with work_as(counsel, now=NOW) as work:
        work.record(Action.EXPORT_LOANS, reason="王伟一案")
        ended = work.enqueue("tests.none", {"query": "q=%E7%8E%8B%E4%BC%9F", "reason": "王伟"})
        ended.status = JobStatus.CANCELLED
    case.erase("contract", "borrower_name")
    kept = db.session.scalars(select(AuditReason)).one()
    assert (kept.text, list(verify_events(db.session(), NOW))) == (None, [])
    assert set(db.session.get_one(Job, ended.id).arguments.values()) == {"（已删除）"}
    case.erase("file", "title", with_object=True)
    vacuumed = text("SELECT relname FROM pg_stat_user_tables WHERE vacuum_count > 0")
    assert {"person", "loan", "document", "evidence_item", "search_fts"} <= set(
        db.session.scalars(vacuumed)
    )
    db.session.rollback()
    assert house_store().verify(full=True) == []
    Run(opener(counsel), Budget(600, 1 << 40)).go()
    db.session.rollback()
    session = db.session()
    assert not alarms(session, NOW).any
    assert backlog(session).count == 0
    assert sessions_of_loan(session, loan.id) == []
    for rule in rules():
        due_loans(session, rule, EVERYTHING, NOW.date())


def test_totals_are_compared_and_contracts_registered_once(app: Flask, actor: Actor) -> None:
    day = date(2026, 2, 10)
    with work_as(actor, now=NOW) as work:
        rows = [
            Entered(day, "general_ledger", measure, Decimal("1.00"))
            for measure in ("principal", "receipts")
        ]
        ours = figures_for(work.session, rows, work.today)
        assert enter_totals(work, rows, ours).differing == 2
    with work_as(actor, now=NOW) as work:
        assert compare_again(work, day, day, ours) == 0
        new = NewContract("HT-0001", "0" * 64, day)
        [first] = register_contracts(work, [new], source_system="core")
    with work_as(actor, now=NOW) as work:
        [again] = register_contracts(work, [new], source_system="core")
    assert (first.status, again.status, again.id) == ("registered", "known", first.id)
    assert len(db.session.scalars(select(ControlDifference)).all()) == 2
    assert coverage(db.session())[0].open_count == 2
    assert latest_reconciliation(db.session(), day) is None
