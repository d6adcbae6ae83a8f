"""Long work of the list, done by its jobs: freezing, assigning, exporting."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from recovery.access.models import UserAccount
from recovery.demo.lean import Staff
from recovery.kernel.db import db
from recovery.kernel.gate import Actor, Scope
from recovery.kernel.job_rows import Job
from recovery.kernel.job_runner import run_here
from recovery.kernel.jobs import outputs_folder
from recovery.kernel.models import AuditEvent
from recovery.kernel.work import work_as
from recovery.loans.listing import jobs, selections
from recovery.loans.models import Loan, Selection

BRANCH = Scope(branches=frozenset({2}))


@pytest.fixture
def manager(app: Flask, staff: Staff) -> Actor:
    """Return an asset manager of the second branch."""
    named = select(UserAccount.id).where(UserAccount.username == "zichan")
    return Actor(db.session.scalars(named).one(), "zichan", "asset_manager", BRANCH)


def done(actor: Actor, kind: str, arguments: dict[str, Any], *, before: int = 0) -> Job:
    """Return the job after it was run here, `before` being done by an attempt that was killed."""
    with work_as(actor) as work:
        job = work.enqueue(kind, arguments)
        job.done, job_id = before, job.id
    run_here(job_id)
    db.session.rollback()
    job = db.session.get_one(Job, job_id)
    db.session.expunge(job)
    return job


def test_a_large_selection_is_frozen_in_the_scope_of_who_asked_and_leads_to_its_act(
    loans: list[Loan], manager: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selections, "PART", 10)
    with work_as(manager) as work:
        selection = selections.begin(work, "未诉")
    given = {"selection": selection.id, "query": "stage=none", "act": "assign"}
    job = done(manager, jobs.FREEZE, given)
    wanted = [loan for loan in loans if loan.stage == "none" and loan.branch_id == 2]
    assert job.status == "done"
    assert job.result is not None
    assert job.result["count"] == len(wanted) > 10
    assert job.result["links"][0]["endpoint"] == "loans.assign"
    frozen = selections.own_selection(db.session(), selection.id, manager)
    assert frozen.row_count == len(wanted)


def test_a_selection_of_nothing_fails_with_its_reason(loans: list[Loan], manager: Actor) -> None:
    with work_as(manager) as work:
        selection = selections.begin(work, "没有")
    given = {"selection": selection.id, "query": "province=65&stage=suing", "act": "assign"}
    assert done(manager, jobs.FREEZE, given).status == "failed"
    assert db.session.get_one(Selection, selection.id).row_count == 0


def test_a_selection_is_assigned_once_however_often_the_job_runs(
    loans: list[Loan], manager: Actor, staff: Staff
) -> None:
    mine = [loan.id for loan in loans if loan.branch_id == 2]
    with work_as(manager) as work:
        selection = selections.freeze_ticked(work, mine, "勾选")
    given = {"selection": selection.id, "assignment": {"owner": staff.owners[1]}}
    first = done(manager, jobs.ASSIGN, given)
    again = done(manager, jobs.ASSIGN, given)
    assert first.result is not None
    assert again.result is not None
    assert first.result["changed"] > 0
    assert again.result["changed"] == 0
    owners = db.session.scalars(select(Loan.owner_id).where(Loan.branch_id == 2)).all()
    assert set(owners) == {staff.owners[1]}


def test_a_second_attempt_assigns_only_what_the_first_left(
    loans: list[Loan], manager: Actor, staff: Staff
) -> None:
    mine = sorted(loan.id for loan in loans if loan.branch_id == 2)
    with work_as(manager) as work:
        selection = selections.freeze_ticked(work, mine, "勾选")
    given = {"selection": selection.id, "assignment": {"owner": staff.owners[1]}}
    before = dict(db.session.execute(select(Loan.id, Loan.owner_id)).all())
    job = done(manager, jobs.ASSIGN, given, before=3)
    owners = dict(db.session.execute(select(Loan.id, Loan.owner_id)).all())
    assert [owners[one] for one in mine[:3]] == [before[one] for one in mine[:3]]
    assert {owners[one] for one in mine[3:]} == {staff.owners[1]}
    assert job.done == len(mine)


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_an_export_is_a_file_of_the_job_and_leaves_a_trace(
    loans: list[Loan], manager: Actor, form: str
) -> None:
    given = {"query": "stage=none", "format": form, "masking": "masked"}
    job = done(manager, jobs.EXPORT, given)
    wanted = [loan for loan in loans if loan.stage == "none" and loan.branch_id == 2]
    assert job.result is not None
    assert job.result["count"] == len(wanted)
    [made] = job.result["files"]
    assert (outputs_folder() / str(job.id) / made).stat().st_size > 1_000
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "loan.export")).one()
    assert (event.changes["loans"], event.changes["personal_data"]) == (len(wanted), "masked")
