"""Staged rows are removed when they have served; the batch, its totals and the refusals stay."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from recovery.kernel.db import db
from recovery.kernel.job_runner import run_due_jobs
from recovery.kernel.jobs import KINDS
from recovery.kernel.models import AuditEvent
from recovery.kernel.work import system_work
from recovery.loans.models import ImportBatch, Loan, StagedRow
from recovery.loans.tape import purging, service
from recovery.loans.tape.rejects import write_rejects
from recovery.loans.tape.staging import Upload, stage
from tests.loans.tape.tapes import AS_OF, count, import_file, line, opener, write_csv


@pytest.fixture
def batch(app: Flask, tmp_path: Path) -> ImportBatch:
    """Return a batch of two loans and a refused row, applied just now."""
    rows = [line(1), line(2), line(3, 放款金额="很多")]
    return import_file(app, write_csv(tmp_path / "t.csv", rows), as_of=AS_OF)


def age(batch_id: int, by: timedelta) -> None:
    """Let a batch have been applied and made so much earlier."""
    with system_work("tests") as work:
        held = work.session.get_one(ImportBatch, batch_id)
        held.applied_at = held.applied_at - by if held.applied_at else None
        held.created_at -= by


def purge() -> None:
    with system_work("tests") as work:
        work.enqueue(purging.KIND, {})
    run_due_jobs()
    db.session.rollback()


def test_it_is_done_every_night(app: Flask) -> None:
    assert KINDS[purging.KIND].when is not None


def test_a_batch_that_was_just_applied_keeps_its_rows(batch: ImportBatch) -> None:
    age(batch.id, purging.KEPT - timedelta(minutes=5))
    purge()
    assert count(StagedRow) == 3


def test_after_its_time_the_rows_go_and_the_refused_stay(
    batch: ImportBatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "ROWS_PER_WORK", 1)
    batch_id, totals = batch.id, dict(batch.control_totals)
    age(batch_id, purging.KEPT + timedelta(minutes=5))
    purge()
    (left,) = db.session.scalars(select(StagedRow)).all()
    assert left.state == "rejected"
    assert count(Loan) == 2
    held = db.session.get_one(ImportBatch, batch_id, populate_existing=True)
    assert held.control_totals.items() >= totals.items()
    assert held.control_totals["purged_rows"] == 2
    file = StringIO()
    assert write_rejects(db.session(), held, "loans", file) == 1
    assert "不是金额" in file.getvalue()
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.subject_id == batch_id)).all()
    assert sum(one.changes.get("purged_rows", 0) for one in events) == 2


def test_a_cancelled_batch_is_emptied_and_a_waiting_one_is_not(app: Flask, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "t.csv", [line(1)])
    cancelled = stage(opener(), db.session(), Upload(path, "a.csv"))
    waiting = stage(opener(), db.session(), Upload(path, "b.csv"))
    with system_work("tests") as work:
        service.cancel_batch(work, cancelled)
    for one in (cancelled, waiting):
        age(one, purging.KEPT * 2)
    purge()
    assert set(db.session.scalars(select(StagedRow.batch_id))) == {waiting}


def test_a_batch_whose_totals_differ_keeps_its_rows_to_be_looked_into(batch: ImportBatch) -> None:
    with system_work("tests") as work:
        work.session.get_one(ImportBatch, batch.id).state = "differs"
    age(batch.id, purging.KEPT * 2)
    purge()
    assert count(StagedRow) == 3
