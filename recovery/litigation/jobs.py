"""Background work of litigation files."""

from datetime import date
from typing import Any

from sqlalchemy import select

from recovery.kernel.db import db
from recovery.kernel.jobs import RunningJob, handles, result_link
from recovery.kernel.text import _
from recovery.litigation.deadlines import refresh_after
from recovery.litigation.service import NewFile, open_files
from recovery.loans.listing.selections import last_done, next_ids
from recovery.loans.models import Loan, Selection

OPEN_SELECTED = "litigation.open_selected"
REFRESH = "litigation.refresh_deadlines"
BATCH = 100
"""Loans of one unit of work: well under half a second of the writer."""


@handles(OPEN_SELECTED, label=_("批量开立诉讼案件"))
def open_selected(job: RunningJob) -> dict[str, Any]:
    """Open a file on each loan of a frozen selection; what is refused is listed with its reason.

    The progress is written with each batch, so that a job done again goes on where it was.
    """
    given = job.arguments
    new = NewFile(
        court=given["court"],
        procedure=given["procedure"],
        claim_day=date.fromisoformat(given["claim_day"]),
        remark=given["remark"],
    )
    selection = db.session.get_one(Selection, given["selection"])
    last = last_done(db.session(), selection.id, job.done)
    job.progress(job.done, selection.row_count)
    while ids := next_ids(db.session(), selection.id, last, BATCH):
        with job.work() as work:
            opened = open_files(work, ids, new)
            numbers = _numbers(list(opened.refused))
            for loan_id, reason in opened.refused.items():
                job.exception(numbers.get(loan_id, str(loan_id)), reason)
            job.progress(job.done + len(ids))
        last = ids[-1]
    return {"links": [result_link(_("查看诉讼案件"), "litigation.index", stage="preparing")]}


def _numbers(loan_ids: list[int]) -> dict[int, str]:
    rows = db.session.execute(select(Loan.id, Loan.contract_no).where(Loan.id.in_(loan_ids)))
    return dict(rows.all())


@handles(REFRESH, label=_("重新计算法定期限"))
def refresh(job: RunningJob) -> dict[str, Any]:
    """Compute every open deadline again after a change of the law.

    Done again from the beginning, it finds nothing left to move; the audit log names each move.
    """
    last: int | None = 0
    while last is not None:
        with job.work() as work:
            moved, last = refresh_after(work, last)
            count = job.done + len(moved)
            job.progress(count, message=_("{count} 个期限已移动。", count=count))
    return {"links": [result_link(_("查看诉讼案件"), "litigation.index")]}


def register() -> None:
    """Importing this module has registered the handlers."""
