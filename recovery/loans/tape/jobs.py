"""Background work of the import: the dry run, and the import itself."""

from collections.abc import Iterable
from itertools import count
from typing import Any

from recovery.kernel import clock
from recovery.kernel.db import db
from recovery.kernel.jobs import RunningJob, handles, result_link
from recovery.kernel.text import _
from recovery.loans.models import ImportBatch
from recovery.loans.tape.applying import apply_batch
from recovery.loans.tape.casting import Problem
from recovery.loans.tape.checking import check_batch
from recovery.loans.tape.deciding import Decision
from recovery.loans.tape.rejects import rejected_rows, stored_problems
from recovery.loans.tape.service import APPLY_JOB, CHECK_JOB, keep_findings
from recovery.loans.tape.staging import LOANS

LISTED = 1000
"""Rejected rows that the job's page lists; the rejects file has them all."""


@handles(CHECK_JOB, label=_("试算资产包导入"))
def check(job: RunningJob) -> dict[str, Any]:
    """Decide every row of a staged batch against the book, and keep the findings."""
    batch = db.session.get_one(ImportBatch, job.arguments["batch"])

    def progress(done: int, total: int) -> None:
        job.progress(done, total, _("逐行核对"))
        job.check()

    listed = count()

    def on_rejected(one: Decision) -> None:
        if next(listed) < LISTED:
            _list_problems(job, one.pending.row.number, one.problems)

    findings = check_batch(
        db.session(),
        batch,
        actor=job.actor,
        today=clock.today(),
        progress=progress,
        on_rejected=on_rejected,
    ).packed()
    with job.work() as work:
        keep_findings(work, job.arguments["batch"], findings)
    return {"rows": findings["rows"], **findings["counts"], "links": [_link(job, "preview")]}


@handles(APPLY_JOB, label=_("导入资产包"))
def apply(job: RunningJob) -> dict[str, Any]:
    """Apply what waits of a batch; taken up again where it ended when it was killed."""
    batch_id = job.arguments["batch"]

    def progress(done: int, total: int) -> None:
        job.progress(done, total, _("写入贷款"))

    state = apply_batch(
        job.work, db.session(), batch_id, actor=job.actor, today=clock.today(), progress=progress
    )
    batch = db.session.get_one(ImportBatch, batch_id, populate_existing=True)
    _list_rejects(job, batch)
    return {
        "state": state,
        "created": batch.created_count,
        "updated": batch.updated_count,
        "unchanged": batch.unchanged_count,
        "rejected": batch.rejected_count,
        "links": [_link(job, "result")],
    }


def _list_rejects(job: RunningJob, batch: ImportBatch) -> None:
    """List the first rejected rows on the job's page."""
    for place, row in enumerate(rejected_rows(db.session(), batch, LOANS)):
        if place == LISTED:
            break
        _list_problems(job, row.row_number, stored_problems(row.reason))


def _list_problems(job: RunningJob, number: int, problems: Iterable[Problem]) -> None:
    """List why a row was rejected."""
    for problem in problems:
        if problem.rejects:
            job.exception(_("第 {row} 行", row=number), problem.sentence)


def _link(job: RunningJob, page: str) -> dict[str, Any]:
    """Return the link to a page of the batch."""
    return result_link(_("查看导入结果"), f"tape.{page}", batch_id=job.arguments["batch"])
